//! What panes and overlays want, and what the app does about it.

use super::App;
use crate::model::{Address, Place};
use crate::tui::msg::{Effect, Effects, Mark, Tone, Want};
use crate::tui::pane::browser::thousands;
use crate::tui::pane::crumbs::address;
use crate::tui::selection::Selection;

impl App {
    /// Does what was wanted.
    pub(super) fn want(&mut self, want: Want) -> Effects {
        match want {
            Want::Effect(effect) => Effects::one(effect),
            Want::Clip(what, text) => {
                self.clips.push_back(what);
                Effects::one(Effect::Clip(text))
            }
            Want::Run(action) => self.act(action),
            Want::Say(tone, text) => self.say(tone, text),
            Want::Open(overlay) => {
                self.overlays.push(overlay);
                Effects::none()
            }
            Want::Copy(transfer) => self.submit(&transfer),
            Want::Delete(items) => self.delete_now(&items),
            Want::Erase(items, most) => self.erase_now(&items, most),
            Want::Unmake(copies, since) => self.unmake(copies, since),
            Want::DropBucket(account, bucket, contents) => {
                self.drop_bucket(account, bucket, contents)
            }
            Want::Rename(item, name) => self.rename_now(&item, &name),
            Want::NewEntry(name) => self.make_entry(&name),
            Want::NewText(name, bytes) => self.write_text(&name, bytes),
            Want::NewBucket(name) => self.make_bucket(&name),
            Want::GoTo(text) => self.go_to(&text),
            Want::Visit(place) => self.visit(place),
            Want::ListBelow(place, text) => self.list_below(place, &text),
            Want::Filter(text) => {
                self.pane_mut().set_filter(&text);
                Effects::none()
            }
            Want::MarkMatching(pattern, mark) => self.mark_matching(&pattern, mark),
            Want::Handed(links) => {
                self.handed_out(&links);
                Effects::none()
            }
            Want::Reveal(location) => self.reveal(&location),
            Want::CopyOver(items) => self.copy_over(items),
            Want::With(items, action) => {
                self.pane_mut().mean(items);
                let effects = self.act(action);
                self.pane_mut().mean(Selection::default());
                effects
            }
            Want::GoBookmark(letter) => self.go_bookmark(letter),
            Want::KeepBookmark(letter) => self.keep_here(letter),
            Want::DropBookmark(letter) => self.drop_bookmark(letter),
            Want::Turn(from, by) => self.turn_viewer(&from, by),
            Want::Describe(at, head) => self.describe(at, &head),
            Want::Tag(at, tags) => self.tag(at, tags),
            Want::BringBack(at, version) => self.bring_back(at, version),
            Want::Sort(by) => {
                let sort = self.pane().tree().sort().chosen(by);
                self.pane_mut().set_sort(sort);
                Effects::none()
            }
        }
    }

    /// Shows everything below a place whose name fits, as rows.
    fn list_below(&mut self, place: Place, text: &str) -> Effects {
        let wanted = self.with_pane(|pane, cx| pane.visit_below(place, text, cx));
        let mut effects = self.say(Tone::Info, "Everything below, as rows · Esc goes back");
        effects.extend(wanted);
        effects
    }

    fn mark_matching(&mut self, pattern: &str, mark: Mark) -> Effects {
        match self.pane_mut().mark_matching(pattern, mark) {
            Some(marked) => self.say_marked(marked),
            None => self.say(Tone::Info, "Marking…"),
        }
    }

    /// Says how many rows are marked.
    pub(super) fn say_marked(&mut self, marked: usize) -> Effects {
        self.say(Tone::Info, format!("{} marked", thousands(marked)))
    }

    /// Shows a place in the active pane.
    pub(super) fn visit(&mut self, place: Place) -> Effects {
        self.with_pane(|pane, cx| pane.visit(place, cx))
    }

    /// Goes to an address as typed.
    pub(super) fn go_to(&mut self, text: &str) -> Effects {
        let text = text.trim();
        let named = self
            .known
            .accounts
            .iter()
            .find(|view| view.account.as_str() == text);
        if let Some(view) = named {
            let place = Place::Buckets(view.account.clone());
            return self.visit(place);
        }
        let account = self
            .pane()
            .place()
            .account()
            .or_else(|| self.other().place().account())
            .or_else(|| self.known.accounts.first().map(|view| &view.account))
            .cloned();
        match (Address::parse(text), account) {
            (Err(wrong), _) => self.say(Tone::Error, wrong.to_string()),
            (Ok(Address::Stdio), _) => self.say(Tone::Info, "- is only for the command line"),
            (Ok(Address::Buckets), Some(account)) => self.visit(Place::Buckets(account)),
            (Ok(Address::Prefix(bucket, prefix)), Some(account)) => {
                self.visit(Place::Prefix(account, bucket, prefix))
            }
            (Ok(Address::Object(bucket, key)), Some(account)) => {
                let place = Place::Prefix(account, bucket, key.parent());
                let name = crate::tui::tree::Name::Text(key.name().trim_end_matches('/').into());
                self.with_pane(|pane, cx| pane.visit_name(place, name, cx))
            }
            (Ok(Address::Path(path)), _) => {
                let place = Place::Folder(self.absolute(&path));
                self.visit(place)
            }
            (Ok(_), None) => self.say(Tone::Error, "There is no account to open this with"),
        }
    }

    /// A path as a person means it: `~` is home, anything else relative to the pane's folder.
    fn absolute(&self, path: &std::path::Path) -> std::path::PathBuf {
        if let (Ok(rest), Some(home)) = (path.strip_prefix("~"), &self.home) {
            return home.join(rest);
        }
        let base = match self.pane().place() {
            Place::Folder(folder) => folder,
            Place::Accounts | Place::Buckets(_) | Place::Prefix(..) => &self.here,
        };
        let mut out = std::path::PathBuf::new();
        for part in base.join(path).components() {
            match part {
                std::path::Component::ParentDir => {
                    out.pop();
                }
                std::path::Component::CurDir => {}
                part => out.push(part),
            }
        }
        out
    }

    /// A place in one line.
    pub(super) fn address(&self, place: &Place) -> String {
        address(place, self.home.as_deref()).into()
    }
}

/// Whether a place is another one, or lies in it.
pub(super) fn lies_under(place: &Place, other: &Place) -> bool {
    match (place, other) {
        (Place::Prefix(account, bucket, prefix), Place::Prefix(of, name, above)) => {
            account == of && bucket == name && above.strip(prefix.as_str()).is_some()
        }
        (Place::Prefix(account, ..), Place::Buckets(of)) => account == of,
        (Place::Folder(path), Place::Folder(above)) => path.starts_with(above),
        (place, other) => place == other,
    }
}
