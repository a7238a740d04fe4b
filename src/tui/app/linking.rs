//! Links and texts for others.
//!
//! Invariant: a link is a secret: it goes to the clipboard or into the share dialog, never into a
//! message.

use std::time::Duration;

use super::App;
use super::asking::Doing;
use crate::engine::{Link, LinkMethod, SignedLink};
use crate::model::{Account, BucketName, Key, Location, duration};
use crate::tui::action::Action;
use crate::tui::msg::{Ask, Effect, Effects, Said, Tone};
use crate::tui::overlay::Lifetime;
use crate::tui::pane::browser::thousands;
use crate::tui::selection::Selection;

/// How long a link works that was made without asking.
///
/// Source: `ux.md` 9.
const HOUR: Duration = Duration::from_hours(1);

/// The most links that are made at once: more are no use as text, and a clipboard over a terminal
/// ends at about 100 KiB anyway. The rest is for `windlass presign`.
pub(super) const MOST: usize = 1000;

/// Links that are remembered.
const HANDED: usize = 200;

impl App {
    /// Signs a link for an hour for each marked object, else for the row under the cursor.
    pub(super) fn link(&mut self) -> Effects {
        let items = self.pane().items();
        if let Some(why) = too_many(&items) {
            return self.say(Tone::Info, why);
        }
        let few = items.few().unwrap_or_default();
        let objects: Vec<(Account, BucketName, Key)> = few
            .iter()
            .filter_map(|item| match &item.location {
                Location::Object {
                    account,
                    bucket,
                    key,
                } => Some((account.clone(), bucket.clone(), key.clone())),
                Location::Under { .. } | Location::Local(_) => None,
            })
            .collect();
        if objects.len() != items.len() || objects.is_empty() {
            return self.say(
                Tone::Info,
                no_link(items.first().map(|item| &item.location)),
            );
        }
        let account = objects[0].0.clone();
        let links = objects
            .into_iter()
            .map(|(_, bucket, key)| Link {
                method: LinkMethod::Get,
                bucket,
                key,
                expires: HOUR,
                content_type: None,
                attachment: None,
            })
            .collect();
        let works = self.works(&account);
        let what = match items.len() {
            1 => format!("Link ({works})"),
            n => format!("{n} links ({works})"),
        };
        self.ask(Ask::Links(account, links), Doing::Links(what), "")
    }

    /// How long a link for an hour works in truth.
    fn works(&self, account: &Account) -> String {
        match self.lifetime(Some(account)) {
            Lifetime::Full => "1 h".into(),
            Lifetime::Temporary => "1 h, or until your temporary keys end".into(),
            Lifetime::Until(end) => {
                let left = Duration::try_from(end.duration_since(self.wall)).unwrap_or_default();
                if left >= HOUR {
                    "1 h".into()
                } else {
                    format!("{}: then your temporary keys end", duration(left))
                }
            }
        }
    }

    /// Sends signed links to the clipboard.
    pub(super) fn send_links(&mut self, what: String, links: &[SignedLink]) -> Effects {
        self.handed_out(links);
        let text = links
            .iter()
            .map(|l| l.url.as_str())
            .collect::<Vec<_>>()
            .join("\n");
        self.clips.push_back(what);
        Effects::one(Effect::Clip(text))
    }

    /// Remembers links that were handed out, until the session ends.
    pub(super) fn handed_out(&mut self, links: &[SignedLink]) {
        for link in links {
            self.handed.retain(|old| old.url != link.url);
            self.handed.push(link.clone());
        }
        let more = self.handed.len().saturating_sub(HANDED);
        self.handed.drain(..more);
    }

    /// Copies addresses or names as text.
    pub(super) fn copy_text(&mut self, action: Action) -> Effects {
        let items = self.pane().items();
        if items.is_empty() {
            return self.nothing_here();
        }
        let (said, one, many) = match action {
            Action::CopyName => (Said::Name, "Name", "names"),
            _ => (Said::Address, "Address", "addresses"),
        };
        let what = match items.len() {
            1 => one.into(),
            n => format!("{} {many}", thousands(n)),
        };
        let Some(few) = items.few() else {
            let text = format!("Writing {what} …");
            return self.ask(Ask::Lines(items, said), Doing::Lines(what), &text);
        };
        let lines: Vec<String> = few.iter().map(|item| said.of(item)).collect();
        self.clips.push_back(what);
        Effects::one(Effect::Clip(lines.join("\n")))
    }

    /// Says how a text got to the clipboard.
    pub(super) fn clipped(&mut self, how: &str) -> Effects {
        let what = self.clips.pop_front().unwrap_or_else(|| "Text".into());
        let more = if what.starts_with("Link") {
            " · S shows it"
        } else {
            ""
        };
        self.say(Tone::Good, format!("{what} {how}{more}"))
    }
}

/// Why no links are made of so many, if so.
pub(super) fn too_many(items: &Selection) -> Option<String> {
    (items.len() > MOST).then(|| {
        format!(
            "Links are made of up to {} objects at once · {} are marked",
            thousands(MOST),
            thousands(items.len())
        )
    })
}

fn no_link(location: Option<&Location>) -> &'static str {
    match location {
        None => "There is nothing under the cursor",
        Some(Location::Local(_)) => "Links work for objects in a bucket; copy the file there first",
        Some(_) => "Links work for single objects · mark some, or open the folder",
    }
}
