//! Answers: to whom they belong, and what follows.
//!
//! Invariant: an answer whose ticket nobody waits for changes nothing.

use super::asking::Doing;
use super::deleting::{Means, Noun, count};
use super::erasing::of_versions;
use super::{App, cx};
use crate::engine::{Deletion, Tally};
use crate::model::{Answer, Place, Trouble, size};
use crate::tui::msg::{Effect, Effects, Reply, Ticket, Tone};
use crate::tui::overlay::Step;
use crate::tui::pane::browser::thousands;
use crate::tui::view::layout::Side;

impl App {
    /// Takes an answer.
    pub(super) fn reply(&mut self, ticket: Ticket, reply: Reply) -> Effects {
        if let Some(effects) = self.overlay_reply(ticket, &reply) {
            return effects;
        }
        if self.preview_reply(ticket, &reply) {
            return Effects::none();
        }
        self.tell_places(ticket, &reply);
        if self.places.reply(ticket, &reply) {
            return Effects::none();
        }
        let Some(mut reply) = self.ahead_reply(ticket, reply) else {
            return Effects::none();
        };
        for side in Side::BOTH {
            let pane = &mut self.panes[side.index()];
            match pane.reply(ticket, reply, &mut cx!(self)) {
                Ok(mut effects) => {
                    if let Some(marked) = self.panes[side.index()].take_marked() {
                        effects.extend(self.say_marked(marked));
                    }
                    effects.extend(self.look_for_made(side));
                    if let Some(trouble) = self.panes[side.index()].take_broken() {
                        effects.extend(self.failed(&trouble));
                    }
                    return effects;
                }
                Err(back) => reply = back,
            }
        }
        for pane in self.parked.iter_mut().flat_map(|tab| &mut tab.panes) {
            match pane.reply(ticket, reply, &mut cx!(self)) {
                Ok(effects) => return effects,
                Err(back) => reply = back,
            }
        }
        if let Reply::Running(tally) = reply {
            return self.running(ticket, tally);
        }
        match self.doing.remove(&ticket) {
            Some(doing) => self.answered(doing, reply),
            None => Effects::none(),
        }
    }

    /// Says so when a folder that was made is not listed: it shows here, but not to others.
    fn look_for_made(&mut self, side: Side) -> Effects {
        match self.panes[side.index()].take_unlisted() {
            None => Effects::none(),
            Some(name) => {
                let name = name.shown();
                let text = format!("Made {name}/ · others see it once something is in it");
                self.say(Tone::Good, text)
            }
        }
    }

    fn overlay_reply(&mut self, ticket: Ticket, reply: &Reply) -> Option<Effects> {
        for at in (0..self.overlays.len()).rev() {
            match self.overlays[at].reply(ticket, reply, &mut cx!(self)) {
                Step::Pass => {}
                Step::Stay(wants) => return Some(self.run_all(wants)),
                Step::Close(wants) => {
                    self.overlays.remove(at);
                    return Some(self.run_all(wants));
                }
            }
        }
        None
    }

    /// Lets the sidebar learn from a pane's listing of buckets.
    fn tell_places(&mut self, ticket: Ticket, reply: &Reply) {
        let Reply::Buckets(Ok(buckets)) = reply else {
            return;
        };
        for pane in &self.panes {
            if pane.tree().waiting(ticket).is_some()
                && let Place::Buckets(account) = pane.place()
            {
                self.places.learn(account, buckets);
            }
        }
    }

    fn running(&mut self, ticket: Ticket, tally: Tally) -> Effects {
        let text = match self.doing.get(&ticket) {
            Some(Doing::Delete { noun, .. }) => {
                format!("Deleted {} so far · Esc stops", count(tally, *noun))
            }
            Some(Doing::Erase(..)) => {
                format!("Deleted {} so far · Esc stops", of_versions(tally.items))
            }
            Some(Doing::CountToErase(_)) => {
                format!("Counted {} so far · Esc stops", of_versions(tally.items))
            }
            Some(Doing::Count(_, noun, _)) => counted(tally, *noun),
            Some(Doing::Compare(_)) => {
                let n = thousands(usize::try_from(tally.items).unwrap_or(usize::MAX));
                format!("Compared {n} so far · Esc stops")
            }
            Some(Doing::CountToDelete(items)) => counted(tally, Noun::of(items)),
            _ => return Effects::none(),
        };
        self.notes.progress(text);
        Effects::none()
    }

    fn answered(&mut self, doing: Doing, reply: Reply) -> Effects {
        if !matches!(doing, Doing::Versioned(..)) {
            self.notes.done();
        }
        match (doing, reply) {
            (
                Doing::Change {
                    what,
                    place,
                    select,
                },
                Reply::Done(answer),
            ) => match answer {
                Ok(()) => self.changed(what, &place, select),
                Err(trouble) => self.failed(&trouble),
            },
            (Doing::MakeFolder { what, place, name }, Reply::Done(answer)) => match answer {
                Ok(()) => {
                    let mut effects = self.say(Tone::Good, what);
                    effects.extend(self.show_made(&place, name));
                    effects
                }
                Err(trouble) => self.failed(&trouble),
            },
            (Doing::CountToDelete(items), Reply::Counted(answer)) => match answer {
                Ok(tally) => {
                    // What was known when the count began may be old by now.
                    let mut effects = self.learn_versions_of(&items);
                    effects.extend(self.ask_to_delete(items, tally));
                    effects
                }
                Err(trouble) => self.failed(&trouble),
            },
            (Doing::Count(name, noun, at), Reply::Counted(answer)) => match answer {
                Ok(tally) => {
                    if let Some(at) = &at {
                        for pane in &mut self.panes {
                            pane.set_size(at, tally.bytes);
                        }
                    }
                    let name = crate::model::shown(&name);
                    self.say(
                        Tone::Good,
                        format!("{name}: {} · {}", count(tally, noun), size(tally.bytes)),
                    )
                }
                Err(trouble) => self.failed(&trouble),
            },
            (doing, reply) => self.answered_work(doing, reply),
        }
    }

    /// What follows from deletions, links and texts.
    fn answered_work(&mut self, doing: Doing, reply: Reply) -> Effects {
        match (doing, reply) {
            (
                Doing::Delete {
                    places,
                    noun,
                    what,
                    since,
                },
                Reply::Deleted(answer),
            ) => {
                let mut effects = match &answer {
                    Ok(deletion) => self.note_gone(&what, deletion, since),
                    Err(_) => Effects::none(),
                };
                effects.extend(self.deleted(&places, noun, answer));
                effects
            }
            (Doing::Compare(places), Reply::Compared(answer)) => match answer {
                Ok(Some(found)) => self.compared(places, *found),
                Ok(None) => Effects::none(),
                Err(trouble) => self.failed(&trouble),
            },
            (Doing::Lines(what), Reply::Lines(text)) => {
                self.clips.push_back(what);
                Effects::one(Effect::Clip(text))
            }
            (Doing::CountToErase(items), Reply::Versions(answer)) => match answer {
                Ok(Some(versions)) => self.ask_to_erase(&items, versions),
                Ok(None) => self.delete_these(items.into(), Means::ForGood),
                Err(trouble) => self.failed(&trouble),
            },
            (Doing::Erase(what, places), Reply::Deleted(answer)) => {
                self.erased(&what, &places, answer)
            }
            (Doing::Links(what), Reply::Links(answer)) => match answer {
                Ok(links) => self.send_links(what, &links),
                Err(trouble) => self.failed(&trouble),
            },
            (Doing::Read(item), Reply::Fetched(answer)) => match answer {
                Ok(was) => self.edit_text(item, was),
                Err(trouble) => self.failed(&trouble),
            },
            (Doing::Edit(item, was), Reply::Edited(answer)) => match answer {
                Ok(bytes) => self.edited(&item, was, bytes),
                Err(trouble) => self.failed(&trouble),
            },
            (doing, reply) => self.answered_change(doing, reply),
        }
    }

    /// What follows from changes that can be undone.
    fn answered_change(&mut self, doing: Doing, reply: Reply) -> Effects {
        match (doing, reply) {
            (Doing::RenameMany(items), Reply::Edited(Ok(text))) => {
                self.renamed(items, text.as_ref())
            }
            (
                Doing::RenameFiles {
                    what,
                    select,
                    renames,
                },
                Reply::Done(Ok(())),
            ) => {
                let place = self.pane().place().clone();
                self.note_renames(renames);
                for pane in &mut self.panes {
                    pane.clear_marks();
                }
                self.changed(what, &place, select)
            }
            (doing @ (Doing::Describe(..) | Doing::Tag(..)), Reply::Edited(Ok(text))) => {
                self.told(doing, text.as_ref())
            }
            (Doing::Told(at, way), Reply::Done(Ok(()))) => self.was_told(at, *way),
            (Doing::Bring(name), Reply::Brought(Ok(path))) => {
                let mut effects = self.say(Tone::Info, format!("Opening {name} with your system"));
                effects.extend(Effects::one(Effect::Open(path)));
                effects
            }
            (Doing::Versioned(account, bucket), Reply::Versioned(kept)) => {
                self.versioned.insert((account, bucket), (kept, self.now));
                Effects::none()
            }
            (Doing::Look, Reply::Looked(found)) => self.looked(found),
            (Doing::Undelete(places), Reply::Unmade(Ok(counts))) => self.undeleted(&places, counts),
            (Doing::Kept(what), Reply::Done(Ok(()))) => self.say(Tone::Good, what),
            (Doing::Shown { what, places }, Reply::Done(Ok(()))) => {
                let mut effects = self.say(Tone::Good, what);
                for place in places {
                    effects.extend(self.refresh_at(&place));
                }
                effects
            }
            (Doing::Trash(places), Reply::Trashed(gone, trouble)) => {
                self.trashed(&places, gone, trouble.as_ref())
            }
            (Doing::Unmake(copies), Reply::Unmade(Ok(counts))) => self.unmade(&copies, counts),
            (
                _,
                Reply::Done(Err(trouble))
                | Reply::Unmade(Err(trouble))
                | Reply::Brought(Err(trouble))
                | Reply::Edited(Err(trouble)),
            ) => self.failed(&trouble),
            // An answer to another question than the one that was asked is a bug of the shell.
            _ => Effects::none(),
        }
    }

    fn changed(
        &mut self,
        what: String,
        place: &Place,
        select: Option<crate::tui::tree::Name>,
    ) -> Effects {
        if matches!(place, Place::Buckets(_)) {
            self.places.expire();
        }
        let mut effects = self.say(Tone::Good, what);
        effects.extend(self.refresh_at(place));
        if let Some(name) = select.filter(|_| self.pane().place() == place) {
            self.pane_mut().point_at(name);
        }
        effects
    }

    fn deleted(&mut self, places: &[Place], noun: Noun, answer: Answer<Deletion>) -> Effects {
        let mut effects = match answer {
            Ok(deletion) => {
                let tally = Tally {
                    items: deletion.deleted,
                    bytes: 0,
                };
                let gone = count(tally, noun);
                for (location, trouble) in &deletion.failed {
                    let text = format!(
                        "{}: {}",
                        crate::model::shown(&location.to_string()),
                        trouble.why
                    );
                    self.notes.keep(Tone::Error, &text, self.wall);
                }
                match deletion.failed.as_slice() {
                    [] if self.newest_undoes_a_deletion() => {
                        self.say(Tone::Good, format!("Deleted {gone} · u brings it back"))
                    }
                    [] => self.say(Tone::Good, format!("Deleted {gone}")),
                    [(location, trouble)] => {
                        let name = crate::model::shown(&location.name());
                        self.say(
                            Tone::Error,
                            format!("{name} is still there: {}", trouble.why),
                        )
                    }
                    failed => {
                        let n = failed.len();
                        self.say(
                            Tone::Error,
                            format!("Deleted {gone}, {n} failed · E shows why"),
                        )
                    }
                }
            }
            Err(trouble) => {
                // How much of it is gone is for a listing to say.
                let mut effects = self.failed(&trouble);
                for place in places {
                    effects.extend(self.refresh_at(place));
                }
                return effects;
            }
        };
        for place in places {
            effects.extend(self.refresh_short_at(place));
        }
        effects
    }

    /// Says what went wrong, with what to do about it.
    pub(super) fn failed(&mut self, trouble: &Trouble) -> Effects {
        let mut text = format!("{} · {}", trouble.what, trouble.why);
        if !trouble.fix.as_str().is_empty() {
            text = format!("{text} · {}", trouble.fix);
        }
        self.notes.trouble(trouble, text, self.wall);
        Effects::none()
    }
}

fn counted(tally: Tally, noun: Noun) -> String {
    let (number, bytes) = (count(tally, noun), size(tally.bytes));
    format!("Counted {number} · {bytes} so far · Esc stops")
}
