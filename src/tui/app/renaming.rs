//! Giving names: one in a prompt, many in the person's editor.
//!
//! Invariant: as many names come back as went out, or nothing is renamed.

use std::collections::HashSet;
use std::path::PathBuf;

use bytes::Bytes;

use super::App;
use super::asking::Doing;
use super::copying::{raw_name, requests};
use crate::engine::{BatchId, IfExists, Kind, Order};
use crate::model::{Location, shown};
use crate::tui::msg::{Ask, Effect, Effects, Item, ItemKind, Tone, Transfer};
use crate::tui::overlay::{Makes, Prompt};
use crate::tui::pane::browser::thousands;
use crate::tui::selection::FEW;
use crate::tui::tree::Name;

impl App {
    /// Asks for other names: for the row under the cursor, or in an editor for what is marked.
    pub(super) fn rename(&mut self) -> Effects {
        let items = self.pane().items();
        let Some(first) = items.first().cloned() else {
            return self.nothing_here();
        };
        if items.count(ItemKind::Bucket) > 0 {
            return self.say(
                Tone::Info,
                "Buckets keep their name for ever; make another one with n",
            );
        }
        let place = self.pane().place().clone();
        if let Some(why) = self.refusal(&place) {
            return self.say(Tone::Warning, why);
        }
        if items.len() == 1 {
            return self.open(Prompt::new(Makes::Rename(Box::new(first))));
        }
        let Some(few) = items.few() else {
            let most = thousands(FEW);
            return self.say(
                Tone::Info,
                format!("Up to {most} names are changed at once · mark fewer"),
            );
        };
        let names: Option<Vec<String>> = few.iter().map(editable).collect();
        let Some(names) = names else {
            return self.say(
                Tone::Warning,
                "One of these names is no line of text: rename it alone",
            );
        };
        let text = Bytes::from(names.join("\n") + "\n");
        let doing = Doing::RenameMany(few.to_vec());
        self.ask(Ask::Edit("names.txt".into(), text), doing, "")
    }

    /// Renames a file in place, an object or prefix by moving it.
    pub(super) fn rename_now(&mut self, item: &Item, name: &str) -> Effects {
        self.rename_all(vec![(item.clone(), name.trim_end_matches('/').to_owned())])
    }

    /// Takes the names that the editor left.
    pub(super) fn renamed(&mut self, items: Vec<Item>, text: Option<&Bytes>) -> Effects {
        let Some(text) = text else {
            return self.say(Tone::Info, "All names are as they were");
        };
        let Ok(text) = str::from_utf8(text) else {
            let why = "Nothing was renamed: the editor saved text that is not UTF-8";
            return self.say(Tone::Error, why);
        };
        let names: Vec<&str> = text
            .lines()
            .map(|line| line.trim_end_matches('/'))
            .collect();
        if names.len() != items.len() {
            return self.say(
                Tone::Error,
                format!(
                    "Nothing was renamed: {} names came back for {}",
                    names.len(),
                    items.len()
                ),
            );
        }
        let mut seen = HashSet::new();
        if let Some(twice) = names.iter().find(|name| !seen.insert(**name)) {
            return self.say(
                Tone::Error,
                format!("Nothing was renamed: {} is there twice", shown(twice)),
            );
        }
        let old: HashSet<String> = items.iter().filter_map(editable).collect();
        let mut changed = Vec::new();
        for (item, name) in items.into_iter().zip(names) {
            if editable(&item).as_deref().map(|n| n.trim_end_matches('/')) != Some(name) {
                changed.push((item, name.to_owned()));
            }
        }
        let circle = changed.iter().find(|(_, name)| old.contains(name));
        if let Some((_, name)) = circle {
            return self.say(
                Tone::Error,
                format!("Nothing was renamed: {} is taken still", shown(name)),
            );
        }
        self.rename_all(changed)
    }

    fn rename_all(&mut self, names: Vec<(Item, String)>) -> Effects {
        let Some((first, name)) = names.first() else {
            return self.say(Tone::Info, "All names are as they were");
        };
        let Some(place) = first.location.parent() else {
            return self.say(Tone::Warning, "This cannot be renamed");
        };
        if let Location::Local(_) = first.location {
            return self.rename_files(&names);
        }
        self.pane_mut().point_at(Name::Text(name.as_str().into()));
        let transfers = names.into_iter().map(|(item, name)| Transfer {
            into: item.location.parent().unwrap_or_else(|| place.clone()),
            items: vec![item].into(),
            rename: Some(name),
            kind: Kind::Move,
            if_exists: IfExists::Ask,
        });
        let transfers: Vec<Transfer> = transfers.collect();
        match transfers.as_slice() {
            [one] => self.submit(one),
            many => self.submit_together(many),
        }
    }

    /// Gives several renames to the queue as one batch, undone as one.
    fn submit_together(&mut self, transfers: &[Transfer]) -> Effects {
        let mut all = Vec::new();
        for transfer in transfers {
            let some = match self.objection(transfer) {
                Some(why) => Err(why),
                None => requests(transfer),
            };
            match some {
                Ok(some) => all.extend(some),
                Err(why) => return self.say(Tone::Warning, why),
            }
        }
        let Some(first) = transfers.first() else {
            return Effects::none();
        };
        let items = transfers.iter().flat_map(|t| t.items.head().to_vec());
        let items: Vec<Item> = items.collect();
        let whole = Transfer {
            items: items.into(),
            ..first.clone()
        };
        self.note_transfer(&whole, all.iter().map(|r| r.to.clone()).collect());
        for pane in &mut self.panes {
            pane.clear_marks();
        }
        let mut effects = self.say(Tone::Info, format!("Renaming {}", whole.items.load()));
        let order = Order::Submit(BatchId(0), all);
        effects.extend(Effects::one(Effect::Order(order)));
        effects
    }

    fn rename_files(&mut self, names: &[(Item, String)]) -> Effects {
        let mut renames: Vec<(PathBuf, PathBuf)> = Vec::new();
        for (item, name) in names {
            let mut parts = std::path::Path::new(name).components();
            let plain = matches!(
                (parts.next(), parts.next()),
                (Some(std::path::Component::Normal(_)), None)
            );
            let Location::Local(path) = &item.location else {
                continue;
            };
            if !plain {
                return self.say(
                    Tone::Warning,
                    format!("{} cannot be the name of a file", shown(name)),
                );
            }
            renames.push((path.clone(), path.with_file_name(name)));
        }
        let what = match names {
            [(_, name)] => format!("Renamed to {} · u undoes it", shown(name)),
            many => format!("{} renamed · u undoes it", many.len()),
        };
        let select = names
            .first()
            .map(|(_, name)| Name::File(std::ffi::OsStr::new(name).into()));
        let doing = Doing::RenameFiles {
            what,
            select,
            renames: renames.clone(),
        };
        self.ask(Ask::RenameAll(renames), doing, "")
    }
}

/// The name of an item as a line of text, a folder's with a slash; none if it is not one.
fn editable(item: &Item) -> Option<String> {
    let name = match raw_name(item) {
        Name::Text(text) => text.to_string(),
        Name::File(name) => name.to_str()?.to_owned(),
    };
    let slash = if item.kind == ItemKind::Folder {
        "/"
    } else {
        ""
    };
    let plain = !name.chars().any(char::is_control) && !name.is_empty();
    plain.then(|| format!("{name}{slash}"))
}
