//! What lies over the panes: which dialog or viewer opens for what, and what it is told.

use super::App;
use crate::engine::{AccountView, Kind};
use crate::model::{Account, Location, Place};
use crate::tui::action::{Mode, VERBS};
use crate::tui::msg::{Effect, Effects, ItemKind, Leave, Tone};
use crate::tui::overlay::{
    Candidate, Command, GoToDialog, InfoView, Lifetime, MessagesView, Palette, QuitDialog,
    ShareDialog, Viewer,
};
use crate::tui::queue::QueueScreen;
use crate::tui::selection::Selection;

impl App {
    /// Shows what is in the row under the cursor.
    pub(super) fn view_item(&mut self) -> Effects {
        let Some(item) = self.pane().item() else {
            return self.nothing_here();
        };
        if !matches!(item.kind, ItemKind::Object | ItemKind::File) {
            return self.say(
                Tone::Info,
                "Enter goes into it; only files and objects can be viewed",
            );
        }
        let (viewer, wants) = Viewer::new(item.location, item.size, &mut super::cx!(self));
        self.overlays.push(Box::new(viewer));
        self.run_all(wants)
    }

    /// Shows all that is known about the row under the cursor.
    pub(super) fn info(&mut self) -> Effects {
        let Some(item) = self.pane().item() else {
            return self.nothing_here();
        };
        self.info_of(item.location)
    }

    /// Shows all that is known about one thing.
    pub(super) fn info_of(&mut self, at: Location) -> Effects {
        let (view, wants) = InfoView::new(at, &mut super::cx!(self));
        self.overlays.push(Box::new(view));
        self.run_all(wants)
    }

    /// Opens the share dialog for what is marked, else for the row under the cursor.
    pub(super) fn share(&mut self) -> Effects {
        let items = self.pane().items();
        if items.is_empty() {
            return self.nothing_here();
        }
        if let Some(why) = super::linking::too_many(&items) {
            return self.say(Tone::Info, why);
        }
        match ShareDialog::new(&items, &mut super::cx!(self)) {
            Ok((dialog, wants)) => {
                let account = items.first().and_then(|i| i.location.account());
                let lifetime = self.lifetime(account);
                self.overlays.push(Box::new(dialog.signed_with(lifetime)));
                self.run_all(wants)
            }
            Err(why) => self.say(Tone::Info, why),
        }
    }

    /// How long the keys of an account last.
    pub(super) fn lifetime(&self, account: Option<&Account>) -> Lifetime {
        let of = |view: &&AccountView| Some(&view.account) == account;
        match self.known.accounts.iter().find(of) {
            Some(AccountView {
                expires: Some(at), ..
            }) => Lifetime::Until(*at),
            Some(view) if view.temporary => Lifetime::Temporary,
            _ => Lifetime::Full,
        }
    }

    /// All commands, with their keys and why one does not apply.
    pub(super) fn open_palette(&mut self) -> Effects {
        let mode = self.mode();
        let mut verbs: Vec<_> = VERBS.iter().collect();
        // What has a key here comes first: in the queue, the queue's own verbs.
        verbs.sort_by_key(|verb| {
            let elsewhere = mode == Mode::Queue && verb.group.name() != "Queue";
            let keys = self.keymap.keys_of(mode, verb.action);
            (keys.is_empty(), elsewhere)
        });
        let commands = verbs
            .into_iter()
            .filter(|verb| mode == Mode::Queue || !verb.keys_in(Mode::Pane).is_empty())
            .map(|verb| Command {
                action: verb.action,
                name: verb.name.into(),
                help: verb.help.into(),
                group: verb.group.name().into(),
                keys: self.keymap.keys_of(mode, verb.action).join("  "),
                why_not: self.why_not(verb.action),
            })
            .collect();
        self.open(Palette::new(commands))
    }

    /// Why an action does not apply here and now, if so.
    fn why_not(&self, action: crate::tui::action::Action) -> Option<String> {
        use crate::tui::action::Action;
        let on_object = self
            .pane()
            .item()
            .is_some_and(|i| i.kind == ItemKind::Object);
        let reason = match action {
            Action::Paste | Action::ForgetYank if self.yank.is_none() => "nothing yanked yet",
            Action::Link | Action::Share if !on_object => "not on an object",
            Action::TabNext | Action::TabPrevious | Action::TabNth if self.tabs().0 == 1 => {
                "there is one tab"
            }
            Action::Compare if self.cannot_compare().is_some() => {
                self.cannot_compare().unwrap_or_default()
            }
            Action::Links if self.handed.is_empty() => "none handed out yet",
            Action::Undo if self.cannot_undo().is_some() => "nothing to undo",
            Action::Answer if self.snapshot.counts.asking == 0 => "no question waits",
            Action::Forward | Action::Back | Action::Previous if !self.pane().has_past() => {
                "nowhere been yet"
            }
            Action::Copy
            | Action::CopyLeft
            | Action::CopyRight
            | Action::Move
            | Action::Delete
            | Action::Rename
            | Action::Yank
            | Action::Cut
                if self.pane().has_nothing() =>
            {
                "nothing under the cursor"
            }
            _ => return None,
        };
        Some(reason.into())
    }

    /// Asks for an address.
    pub(super) fn open_go_to(&mut self) -> Effects {
        // The field starts empty, so that an address can be typed or pasted at once; Tab takes the
        // first candidate, which is the place itself.
        let mut candidates = Vec::new();
        if *self.pane().place() != Place::Accounts {
            let address = self.address(self.pane().place());
            candidates.push(Candidate {
                address,
                note: "here".into(),
            });
        }
        for at in 0..self.pane().tree().len().min(500) {
            if let Some(place) = self.pane().tree().place_at(at) {
                let note = match &place {
                    Place::Buckets(_) => "account",
                    Place::Prefix(_, _, prefix) if prefix.is_root() => "bucket",
                    Place::Prefix(..) => "prefix",
                    Place::Accounts | Place::Folder(_) => "local",
                };
                candidates.push(Candidate {
                    address: self.address(&place),
                    note: note.into(),
                });
            }
        }
        let other = self.address(self.other().place());
        candidates.push(Candidate {
            address: other,
            note: "other pane".into(),
        });
        for view in &self.known.accounts {
            let address = view.account.to_string();
            candidates.push(Candidate {
                address,
                note: "account".into(),
            });
        }
        self.open(GoToDialog::new("", candidates))
    }

    /// All messages.
    pub(super) fn open_messages(&mut self) -> Effects {
        let newest_first = self.notes.log().iter().rev().cloned().collect();
        self.open(MessagesView::new(newest_first))
    }

    /// The queue over the whole screen.
    pub(super) fn open_queue(&mut self) -> Effects {
        self.open(QueueScreen::new(self.queue.clone()))
    }

    /// Opens the oldest question of the queue.
    pub(super) fn answer(&mut self) -> Effects {
        let wants = self.queue.answer();
        self.run_all(wants)
    }

    /// Quits, or asks when transfers are under way or wait for an answer.
    pub(super) fn quit(&mut self) -> Effects {
        let counts = self.snapshot.counts;
        if counts.active() + counts.asking == 0 && !self.snapshot.expanding {
            return Effects::one(Effect::Quit(Leave::Now));
        }
        self.open(QuitDialog::new(&self.snapshot))
    }

    /// Opens the small choice after a drop.
    pub(super) fn ask_drop(&mut self, items: Selection, into: Place) -> Effects {
        let transfer = crate::tui::msg::Transfer {
            items,
            into,
            rename: None,
            kind: Kind::Copy,
            if_exists: crate::engine::IfExists::Ask,
        };
        if let Some(why) = self.objection(&transfer) {
            return self.say(Tone::Warning, why);
        }
        self.open(crate::tui::overlay::DropChoice::new(transfer))
    }
}
