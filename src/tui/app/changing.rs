//! Making, renaming and editing things.

use bytes::Bytes;

use super::App;
use super::asking::Doing;
use super::copying::raw_name;
use crate::engine::{Fetched, Overwrite};
use crate::model::{BucketName, Location, Place, Prefix, shown};
use crate::tui::msg::{Ask, Effects, Item, ItemKind, Tone};
use crate::tui::overlay::{Composer, Makes, Prompt};
use crate::tui::tree::Name;

/// The most that is edited in an editor.
const EDITABLE: u64 = 4 << 20;

impl App {
    /// Asks for the name of something new.
    pub(super) fn new_entry(&mut self) -> Effects {
        self.new_with(Makes::Entry)
    }

    /// Asks for the name of a new folder.
    pub(super) fn new_folder(&mut self) -> Effects {
        self.new_with(Makes::Folder)
    }

    fn new_with(&mut self, makes: Makes) -> Effects {
        let place = self.pane().place().clone();
        if let Some(why) = self.refusal(&place) {
            return self.say(Tone::Warning, why);
        }
        match place {
            Place::Accounts => self.say(Tone::Info, "Accounts are made in the config file"),
            Place::Buckets(_) => self.open(Prompt::new(Makes::Bucket)),
            Place::Prefix(..) | Place::Folder(_) => self.open(Prompt::new(makes)),
        }
    }

    /// Opens the editor for a new text.
    pub(super) fn new_text(&mut self) -> Effects {
        let place = self.pane().place().clone();
        if let Some(why) = self.refusal(&place) {
            return self.say(Tone::Warning, why);
        }
        match place {
            Place::Accounts | Place::Buckets(_) => self.new_entry(),
            Place::Prefix(..) | Place::Folder(_) => {
                let into = self.address(&place);
                self.open(Composer::new(&into))
            }
        }
    }

    /// Makes a folder or an empty file in the active pane.
    pub(super) fn make_entry(&mut self, name: &str) -> Effects {
        let select = name
            .split('/')
            .find(|part| !part.is_empty())
            .unwrap_or(name);
        let place = self.pane().place().clone();
        let Some(at) = below(&place, name) else {
            return self.say(
                Tone::Warning,
                format!("{} cannot be a name here", shown(name)),
            );
        };
        let select = name_in(&place, select);
        if name.ends_with('/') {
            let doing = Doing::MakeFolder {
                what: format!("Made {}", shown(name)),
                place,
                name: select,
            };
            return self.ask(Ask::MakeFolder(at), doing, "");
        }
        let doing = Doing::Change {
            what: format!("Made the empty file {}", shown(name)),
            place,
            select: Some(select),
        };
        let ask = Ask::Write(at, Bytes::new(), Overwrite::Refuse);
        self.ask(ask, doing, "")
    }

    /// Writes a text in the active pane.
    pub(super) fn write_text(&mut self, name: &str, bytes: Bytes) -> Effects {
        let place = self.pane().place().clone();
        let Some(at) = below(&place, name).filter(|_| !name.ends_with('/')) else {
            return self.say(
                Tone::Warning,
                format!("{} cannot be a name here", shown(name)),
            );
        };
        let doing = Doing::Change {
            what: format!("Wrote {}", shown(name)),
            select: Some(name_in(&place, name)),
            place,
        };
        self.ask(Ask::Write(at, bytes, Overwrite::Refuse), doing, "")
    }

    /// Makes a bucket in the account of the active pane.
    pub(super) fn make_bucket(&mut self, name: &str) -> Effects {
        let Some(account) = self.pane().place().account().cloned() else {
            return self.say(Tone::Info, "Go to an account's buckets first: g b");
        };
        let bucket = match BucketName::new(name) {
            Ok(bucket) => bucket,
            Err(why) => return self.say(Tone::Error, why.to_string()),
        };
        let doing = Doing::Change {
            what: format!("Made the bucket {name}"),
            place: Place::Buckets(account.clone()),
            select: Some(Name::Text(name.into())),
        };
        self.ask(Ask::MakeBucket(account, bucket), doing, "")
    }

    /// Reads the row under the cursor, to edit it.
    pub(super) fn edit(&mut self) -> Effects {
        let Some(item) = self.pane().item() else {
            return self.nothing_here();
        };
        if !matches!(item.kind, ItemKind::Object | ItemKind::File) {
            return self.say(Tone::Info, "Only files and objects can be edited");
        }
        let place = self.pane().place().clone();
        if let Some(why) = self.refusal(&place) {
            return self.say(Tone::Warning, why);
        }
        if item.size.is_some_and(|size| size > EDITABLE) {
            return self.say(
                Tone::Warning,
                "Too large to edit: at most 4 MiB · copy it here instead",
            );
        }
        let ask = Ask::Fetch(item.location.clone(), EDITABLE);
        let text = format!("Reading {} …", item.name);
        self.ask(ask, Doing::Read(item), &text)
    }

    /// Opens the editor on what was read.
    pub(super) fn edit_text(&mut self, item: Item, was: Fetched) -> Effects {
        let name = String::from_utf8_lossy(raw_name(&item).bytes()).into_owned();
        let text = was.bytes.clone();
        self.ask(Ask::Edit(name, text), Doing::Edit(item, was), "")
    }

    /// Writes back what the editor left, if nobody else wrote meanwhile.
    pub(super) fn edited(&mut self, item: &Item, was: Fetched, bytes: Option<Bytes>) -> Effects {
        let Some(bytes) = bytes else {
            return self.say(Tone::Info, format!("{} is as it was", item.name));
        };
        let place = item
            .location
            .parent()
            .unwrap_or_else(|| self.pane().place().clone());
        let doing = Doing::Change {
            what: format!("Wrote {}", item.name),
            place,
            select: None,
        };
        let text = format!("Writing {} …", item.name);
        let ask = Ask::Save(item.location.clone(), bytes, was);
        self.ask(ask, doing, &text)
    }
}

/// A name as rows of a place have it.
fn name_in(place: &Place, name: &str) -> Name {
    match place {
        Place::Folder(_) => Name::File(std::ffi::OsStr::new(name).into()),
        Place::Accounts | Place::Buckets(_) | Place::Prefix(..) => Name::Text(name.into()),
    }
}

/// The location of a new name below a place; a name that ends in a slash is a folder.
fn below(place: &Place, name: &str) -> Option<Location> {
    match place {
        Place::Prefix(account, bucket, prefix) => {
            let (account, bucket) = (account.clone(), bucket.clone());
            let text = format!("{prefix}{name}");
            if name.ends_with('/') {
                let prefix = Prefix::new(text).ok()?;
                return Some(Location::Under {
                    account,
                    bucket,
                    prefix,
                });
            }
            let key = prefix.key(name).ok()?;
            Some(Location::Object {
                account,
                bucket,
                key,
            })
        }
        Place::Folder(path) => {
            let plain = std::path::Path::new(name)
                .components()
                .all(|part| matches!(part, std::path::Component::Normal(_)));
            (plain && !name.is_empty())
                .then(|| Location::Local(path.join(name.trim_end_matches('/'))))
        }
        Place::Accounts | Place::Buckets(_) => None,
    }
}
