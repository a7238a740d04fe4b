//! Going to well-known places.

use super::App;
use crate::model::{Account, Place, Prefix};
use crate::tui::action::Action;
use crate::tui::msg::{Effects, Tone};

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

    /// The account that is meant: of the active pane, of the other one, or the default.
    pub(super) fn account(&self) -> Option<Account> {
        let of = |place: &Place| place.account().cloned();
        of(self.pane().place())
            .or_else(|| of(self.other().place()))
            .or_else(|| self.known.accounts.first().map(|view| view.account.clone()))
    }
}
