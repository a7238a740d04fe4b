//! What other programs do for us: a shell, the system's opener, and names that the server finds.

use super::App;
use super::asking::Doing;
use crate::model::{Location, Place, shown};
use crate::tui::msg::{Ask, Effect, Effects, ItemKind, Tone};
use crate::tui::overlay::{FindDialog, Viewer};
use crate::tui::tree::Listing;

impl App {
    /// Gives the terminal to a shell in a local folder: the active pane's, else the other one's.
    pub(super) fn shell(&mut self) -> Effects {
        let local = |place: &Place| match place {
            Place::Folder(path) => Some(path.clone()),
            Place::Accounts | Place::Buckets(_) | Place::Prefix(..) => None,
        };
        let folder = local(self.pane().place()).or_else(|| local(self.other().place()));
        match folder {
            Some(folder) => Effects::one(Effect::Shell(folder)),
            None => Effects::one(Effect::Shell(self.here.clone())),
        }
    }

    /// Has the system open what is under the cursor; an object is brought here first.
    pub(super) fn open_outside(&mut self) -> Effects {
        let Some(item) = self.pane().item() else {
            return self.nothing_here();
        };
        match (&item.location, item.kind) {
            (Location::Local(path), _) => {
                let text = format!("Opening {} with your system", item.name);
                let mut effects = self.say(Tone::Info, text);
                effects.extend(Effects::one(Effect::Open(path.clone())));
                effects
            }
            (_, ItemKind::Object) => {
                let text = format!("Bringing {} here to open it · Esc stops", item.name);
                let doing = Doing::Bring(item.name.clone());
                self.ask(Ask::Bring(item.location), doing, &text)
            }
            _ => self.say(Tone::Info, "A folder in a bucket is opened with Enter"),
        }
    }

    /// Shows the next thing of the list that has content, or the one before.
    pub(super) fn turn_viewer(&mut self, from: &Location, by: isize) -> Effects {
        let pane = self.pane();
        let here = pane.item().is_some_and(|item| item.location == *from);
        let mut at = pane.at();
        let found = here.then(|| {
            std::iter::from_fn(|| {
                at = at.checked_add_signed(by)?;
                (at < pane.tree().len()).then_some(at)
            })
            .find_map(|at| {
                let item = pane.tree().item_at(at)?;
                let has = matches!(item.kind, ItemKind::Object | ItemKind::File);
                has.then_some((at, item))
            })
        });
        let Some((at, item)) = found.flatten() else {
            let text = if by > 0 {
                "This is the last one"
            } else {
                "This is the first one"
            };
            return self.say(Tone::Info, text);
        };
        self.pane_mut().click(at);
        self.overlays.pop();
        let (viewer, wants) = Viewer::new(item.location, item.size, &mut super::cx!(self));
        self.overlays.push(Box::new(viewer));
        self.run_all(wants)
    }

    /// What a filter of an unfinished listing would ask the server for.
    #[must_use]
    pub fn server_search(&self) -> Option<&str> {
        let pane = self.pane();
        let text = pane.input()?.text();
        let part = pane.tree().root().listing != Listing::Done;
        let remote = matches!(pane.place(), Place::Prefix(..));
        (part && remote && !text.is_empty()).then_some(text)
    }

    /// Asks the server for names that begin with the filter.
    pub(super) fn search_server(&mut self) -> Effects {
        let Some(text) = self.server_search().map(str::to_owned) else {
            return Effects::none();
        };
        let Place::Prefix(account, bucket, prefix) = self.pane().place().clone() else {
            return Effects::none();
        };
        self.pane_mut().end_filter();
        let base = format!("s3://{bucket}/{prefix}");
        let ask = Ask::FindNamed(account, bucket, format!("{prefix}{text}"));
        let title = format!("On the server: {}…", shown(&format!("{base}{text}")));
        let (dialog, wants) = FindDialog::with(base, title, ask, &mut super::cx!(self));
        self.overlays.push(Box::new(dialog));
        self.run_all(wants)
    }
}
