//! A question for one text: a new name, a pattern, a bucket.
//!
//! What the text will be is said by [`Makes`] when the prompt is made. Invariant: a text that
//! cannot work is refused here, with the reason, and never becomes a want.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::buttons::Focus;
use super::{Line, Overlay, Sheet, Step, hints, leaves};
use crate::config::parse_bandwidth;
use crate::engine::Order;
use crate::model::{BucketName, Location, shown};
use crate::tui::field::{Field, Typed};
use crate::tui::msg::{Cx, Effect, Item, Mark, Transfer, Want};
use crate::tui::theme::{Look, Role};

/// What the text will be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Makes {
    /// Another name for an item.
    Rename(Box<Item>),
    /// The name of a copy of a single item.
    CopyAs(Box<Transfer>),
    /// A folder (with `/` at its end) or an empty file.
    Entry,
    /// A folder, with or without `/` at its end.
    Folder,
    /// A bucket.
    Bucket,
    /// A pattern of names to mark or unmark.
    Pattern(Mark),
    /// The most bytes a second; there is such a limit or none.
    Bandwidth(Option<u64>),
}

/// One field with a title.
#[derive(Debug)]
pub struct Prompt {
    title: String,
    label: &'static str,
    note: String,
    field: Field,
    makes: Makes,
    wrong: Option<String>,
}

impl Prompt {
    /// A prompt for what is to be made; title, label and first text follow from it.
    #[must_use]
    pub fn new(makes: Makes) -> Self {
        let (title, label, note, field) = match &makes {
            Makes::Rename(item) => (
                format!("Rename {}", item.name),
                "To    ",
                String::new(),
                named(&item.location),
            ),
            Makes::CopyAs(transfer) => (
                "Copy under another name".into(),
                "Name  ",
                format!("into {}", shown(&transfer.into.to_string())),
                transfer
                    .items
                    .first()
                    .map_or_else(Field::default, |i| named(&i.location)),
            ),
            Makes::Entry => (
                "New file or folder".into(),
                "Name  ",
                "A name that ends in / makes a folder.".into(),
                Field::default(),
            ),
            Makes::Folder => (
                "New folder".into(),
                "Name  ",
                String::new(),
                Field::default(),
            ),
            Makes::Bucket => (
                "New bucket".into(),
                "Name  ",
                "3 to 63 small letters, digits, dots and hyphens.".into(),
                Field::default(),
            ),
            Makes::Bandwidth(now) => (
                "Limit the bandwidth".into(),
                "At most ",
                "Bytes a second each way: 5MB, 800k; empty for no limit.".into(),
                now.map_or_else(Field::default, |bytes| Field::new(written(bytes))),
            ),
            Makes::Pattern(mark) => (
                match mark {
                    Mark::Set => "Mark by a pattern".into(),
                    Mark::Clear => "Unmark by a pattern".into(),
                },
                "Names ",
                "Such as *.jpg: * is anything, ? one character.".into(),
                Field::default(),
            ),
        };
        Self {
            title,
            label,
            note,
            field,
            makes,
            wrong: None,
        }
    }

    /// With a sentence below the field.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    fn sheet(&self, screen: Rect) -> Sheet {
        let mut sheet = Sheet::new(screen, 62, &self.title).foot("Enter · Esc cancel");
        sheet
            .blank()
            .field(self.label, &self.field, Focus::Here)
            .blank();
        match &self.wrong {
            Some(wrong) => sheet.warn(wrong, Role::Danger),
            None if self.note.is_empty() => sheet.line(Line::default()),
            None => sheet.say(&self.note, 0, Role::Dim),
        };
        sheet
    }

    fn accept(&mut self) -> Step {
        match check(&self.makes, self.field.text()) {
            Err(wrong) => {
                self.wrong = Some(wrong);
                Step::stay()
            }
            Ok(None) => Step::close(),
            Ok(Some(want)) => Step::Close(vec![want]),
        }
    }
}

/// A field with the item's own name, the caret behind it: Ctrl-U clears it all.
fn named(location: &Location) -> Field {
    let name = location.name();
    Field::new(name.strip_suffix('/').unwrap_or(&name))
}

/// What a text becomes, nothing if it changes nothing, or what is wrong with it.
fn check(makes: &Makes, text: &str) -> Result<Option<Want>, String> {
    if let Makes::Bandwidth(_) = makes {
        let limit = parse_bandwidth(text)?;
        let order = Effect::Order(Order::Bandwidth(limit));
        return Ok(Some(Want::Effect(order)));
    }
    if text.is_empty() {
        return Err("Type a name.".into());
    }
    match makes {
        Makes::Rename(item) => {
            single(text)?;
            let old = item.location.name();
            let same = old.strip_suffix('/').unwrap_or(&old) == text;
            Ok((!same).then(|| Want::Rename((**item).clone(), text.into())))
        }
        Makes::CopyAs(transfer) => {
            single(text)?;
            let rename = Some(text.to_owned());
            Ok(Some(Want::Copy(Transfer {
                rename,
                ..(**transfer).clone()
            })))
        }
        Makes::Entry => dots(text).map(|()| Some(Want::NewEntry(text.into()))),
        Makes::Folder => {
            let name = text.strip_suffix('/').unwrap_or(text);
            dots(name).map(|()| Some(Want::NewEntry(format!("{name}/"))))
        }
        Makes::Bucket => match BucketName::new(text) {
            Err(why) => Err(why.to_string()),
            Ok(name) => match name.strict_trouble() {
                Some(why) => Err(why.into()),
                None => Ok(Some(Want::NewBucket(text.into()))),
            },
        },
        Makes::Pattern(mark) => Ok(Some(Want::MarkMatching(text.into(), *mark))),
        Makes::Bandwidth(_) => Ok(None),
    }
}

/// A number of bytes as a person would type it, exactly.
fn written(bytes: u64) -> String {
    let units = [
        (1_000_000, "MB"),
        (1 << 20, "MiB"),
        (1000, "kB"),
        (1 << 10, "KiB"),
    ];
    let exact = units.iter().find(|(unit, _)| bytes.is_multiple_of(*unit));
    exact.map_or_else(
        || bytes.to_string(),
        |(unit, name)| format!("{}{name}", bytes / unit),
    )
}

fn single(text: &str) -> Result<(), String> {
    if text.contains('/') {
        return Err("A name has no / in it. To move it elsewhere, use F6.".into());
    }
    dots(text)
}

fn dots(text: &str) -> Result<(), String> {
    if text
        .trim_end_matches('/')
        .split('/')
        .any(|part| matches!(part, "." | ".." | ""))
    {
        return Err("Names like . and .. and empty ones cannot be made here.".into());
    }
    Ok(())
}

impl Overlay for Prompt {
    fn key(&mut self, key: KeyEvent, _: &mut Cx<'_>) -> Step {
        if leaves(key) {
            return Step::close();
        }
        if key.code == KeyCode::Enter {
            return self.accept();
        }
        if self.field.key(key) == Typed::Changed {
            self.wrong = None;
        }
        Step::stay()
    }

    fn paste(&mut self, text: &str) {
        self.field.paste(text);
        self.wrong = None;
    }

    fn view(&self, screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
        self.sheet(screen).view(buf, look);
    }

    fn hints(&self) -> Vec<(String, String)> {
        hints(&[
            ("Enter", "accept"),
            ("Ctrl-U", "erase left"),
            ("Esc", "cancel"),
        ])
    }

    fn cursor(&self, screen: Rect) -> Option<(u16, u16)> {
        self.sheet(screen).caret()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{IfExists, Kind};
    use crate::model::{Place, shown};
    use crate::tui::msg::ItemKind;
    use crate::tui::overlay::testing::{object, press, screen};

    fn item() -> Item {
        Item {
            location: object("photos", "2026/notes.final.txt"),
            kind: ItemKind::Object,
            name: shown("notes.final.txt"),
            size: Some(2048),
        }
    }

    fn rename() -> Prompt {
        Prompt::new(Makes::Rename(Box::new(item())))
    }

    fn wanted(mut prompt: Prompt, script: &str) -> Option<String> {
        let (wants, closed) = press(&mut prompt, script);
        assert_eq!(closed, prompt.wrong.is_none());
        wants.first().map(|w| format!("{w:?}"))
    }

    #[test]
    fn the_caret_stands_behind_the_name() {
        let want = wanted(rename(), ".old<Enter>").unwrap();
        assert!(want.contains("\"notes.final.txt.old\""), "{want}");
        let want = wanted(rename(), "<C-u>new<Enter>").unwrap();
        assert!(want.contains("\"new\""), "{want}");
    }

    #[test]
    fn a_rename_to_the_same_name_wants_nothing() {
        assert_eq!(wanted(rename(), "<Enter>"), None);
    }

    #[test]
    fn what_cannot_work_is_refused_with_the_reason() {
        for (makes, script, reason) in [
            (Makes::Rename(Box::new(item())), "<C-a>x/<Enter>", "F6"),
            (Makes::Rename(Box::new(item())), "<C-a><C-k>..<Enter>", ".."),
            (Makes::Entry, "<Enter>", "Type a name"),
            (Makes::Entry, "a//b<Enter>", "empty"),
            (Makes::Bucket, "My_Bucket<Enter>", ""),
            (Makes::Bucket, "ab<Enter>", ""),
        ] {
            let mut prompt = Prompt::new(makes);
            let (wants, closed) = press(&mut prompt, script);
            assert!(wants.is_empty() && !closed, "{script}");
            let wrong = prompt.wrong.clone().unwrap();
            assert!(wrong.contains(reason), "{wrong}");
            press(&mut prompt, "x");
            assert_eq!(prompt.wrong, None, "typing on clears the complaint");
        }
    }

    #[test]
    fn each_prompt_makes_its_want() {
        for (makes, script, want) in [
            (Makes::Entry, "new.txt<Enter>", "NewEntry(\"new.txt\")"),
            (Makes::Entry, "dir/<Enter>", "NewEntry(\"dir/\")"),
            (Makes::Folder, "dir<Enter>", "NewEntry(\"dir/\")"),
            (
                Makes::Bucket,
                "my-bucket<Enter>",
                "NewBucket(\"my-bucket\")",
            ),
            (
                Makes::Pattern(Mark::Set),
                "*.txt<Enter>",
                "MarkMatching(\"*.txt\", Set)",
            ),
        ] {
            assert_eq!(wanted(Prompt::new(makes), script).unwrap(), want);
        }
        let transfer = Transfer {
            items: vec![item()].into(),
            into: Place::Folder("/tmp".into()),
            rename: None,
            kind: Kind::Copy,
            if_exists: IfExists::Ask,
        };
        let want = wanted(
            Prompt::new(Makes::CopyAs(Box::new(transfer))),
            "<C-u>copy.txt<Enter>",
        );
        assert!(want.unwrap().contains("rename: Some(\"copy.txt\")"));
    }

    #[test]
    fn a_paste_is_text() {
        let mut prompt = Prompt::new(Makes::Entry);
        prompt.paste("a\nb\n");
        assert_eq!(prompt.field.text(), "a b");
    }

    #[test]
    fn looks() {
        insta::assert_snapshot!("rename_80x24", screen(&rename(), 80, 22));
        let mut bucket = Prompt::new(Makes::Bucket);
        press(&mut bucket, "My_Bucket<Enter>");
        insta::assert_snapshot!("bucket_wrong_40x12", screen(&bucket, 40, 11));
    }
}
