//! Going to well-known places, and away for a while.

use std::time::Duration;

use super::App;
use crate::model::{Account, Location, Place, Prefix};
use crate::tui::action::Action;
use crate::tui::msg::{Effect, Effects, Tone};
use crate::tui::overlay::FindDialog;
use crate::tui::tree::Name;

/// How long the second press may take.
const AGAIN: Duration = Duration::from_secs(5);

impl App {
    /// Goes where an action says.
    pub(super) fn go(&mut self, action: Action) -> Effects {
        let place = match action {
            Action::Home => match self.pane().place() {
                Place::Prefix(account, bucket, _) => Some(Place::Prefix(
                    account.clone(),
                    bucket.clone(),
                    Prefix::root(),
                )),
                Place::Folder(_) => self.home.clone().map(Place::Folder),
                place @ (Place::Accounts | Place::Buckets(_)) => Some(place.clone()),
            },
            Action::GoBuckets => self.account().map(Place::Buckets),
            Action::GoLocal => Some(match self.other().place() {
                Place::Folder(path) => Place::Folder(path.clone()),
                Place::Accounts | Place::Buckets(_) | Place::Prefix(..) => {
                    Place::Folder(self.here.clone())
                }
            }),
            Action::GoSame => Some(self.other().place().clone()),
            _ => Some(Place::Accounts),
        };
        match place {
            Some(place) => self.visit(place),
            None => self.say(Tone::Info, "There is no such place"),
        }
    }

    /// Shows where something lies, with the cursor on it.
    pub(super) fn reveal(&mut self, location: &Location) -> Effects {
        let Some(place) = location.parent() else {
            return Effects::none();
        };
        let name = match location {
            Location::Local(path) => match path.file_name() {
                Some(name) => Name::File(name.into()),
                None => return self.visit(place),
            },
            Location::Object { .. } | Location::Under { .. } => {
                let name = location.name();
                Name::Text(name.strip_suffix('/').unwrap_or(&name).into())
            }
        };
        self.with_pane(|pane, cx| pane.visit_name(place, name, cx))
    }

    /// Opens the search below the active pane's place.
    pub(super) fn find_below(&mut self) -> Effects {
        let place = self.pane().place().clone();
        if place == Place::Accounts {
            return self.say(Tone::Info, "Open an account first; then it is searched");
        }
        let address = self.address(&place);
        let (dialog, wants) = FindDialog::new(place, &address, &mut super::cx!(self));
        self.overlays.push(Box::new(dialog));
        self.run_all(wants)
    }

    /// The account that is meant: of the active pane, of the other one, or the default.
    pub(super) fn account(&self) -> Option<Account> {
        let of = |place: &Place| place.account().cloned();
        of(self.pane().place())
            .or_else(|| of(self.other().place()))
            .or_else(|| self.known.accounts.first().map(|view| view.account.clone()))
    }

    /// Suspends the program; while transfers run only when it is asked for twice.
    pub(super) fn suspend(&mut self) -> Effects {
        let (running, now) = (self.snapshot.counts.active(), self.now);
        let again = self.suspending.take().is_some_and(|at| now < at + AGAIN);
        if running == 0 || again {
            return Effects::one(Effect::Suspend);
        }
        self.suspending = Some(now);
        let what = match running {
            1 => "1 transfer will pause".into(),
            n => format!("{n} transfers will pause"),
        };
        let text = format!("{what} while suspended · press it again to suspend");
        self.say(Tone::Warning, text)
    }
}
