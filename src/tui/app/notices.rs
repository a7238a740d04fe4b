//! What the queue tells once: what to say, and which panes to list again.

use super::App;
use crate::engine::{JobView, Kind, Notice, Phase};
use crate::model::{Location, Place, duration, rate, shown, size};
use crate::tui::msg::{Effects, Tone};
use crate::tui::pane::browser::thousands;
use crate::tui::queue::cause;

impl App {
    /// Takes a notice.
    pub(super) fn notice(&mut self, notice: Notice) -> Effects {
        match notice {
            Notice::Done(job) => {
                // What was left out was there before.
                if matches!(job.phase, Phase::Done(_)) {
                    if job.kind == Kind::Move {
                        self.went(std::slice::from_ref(&job.from));
                    }
                    for pane in &mut self.panes {
                        pane.wrote(&job.to, job.size, self.now);
                    }
                }
                self.touch(&job);
                self.note_job(&job);
                Effects::none()
            }
            Notice::Failed(job) => {
                let Phase::Failed(trouble) = &job.phase else {
                    return Effects::none();
                };
                let name = shown(&job.from.name());
                self.say(
                    Tone::Error,
                    format!("{name}: {} · w shows the queue", cause(trouble)),
                )
            }
            Notice::Asking(job) => {
                self.note_asking(&job);
                let name = shown(&job.to.name());
                self.say(
                    Tone::Warning,
                    format!("{name} is already there · press ! to decide"),
                )
            }
            done @ Notice::BatchDone { .. } => self.batch_done(&done),
            Notice::Interrupted(what) => self.interrupted_were(what),
            Notice::Warning(trouble) => self.say(Tone::Warning, trouble.to_string()),
        }
    }

    fn batch_done(&mut self, notice: &Notice) -> Effects {
        let Notice::BatchDone {
            done,
            skipped,
            failed,
            bytes,
            took,
            ..
        } = notice
        else {
            return Effects::none();
        };
        for stale in &mut self.stale {
            // Whatever waits to be listed again is listed now.
            *stale = stale.and(self.now.checked_sub(super::SETTLE));
        }
        let number = |n: &u64| thousands(usize::try_from(*n).unwrap_or(usize::MAX));
        let mut parts = vec![format!("{} done", number(done)), size(*bytes)];
        if took.as_millis() >= 500 {
            let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
            parts.push(format!("in {}", duration(*took)));
            parts.push(rate(bytes.saturating_mul(1000) / millis));
        }
        if *skipped > 0 {
            parts.push(format!("{} left out", number(skipped)));
        }
        if *failed == 0 {
            let text = parts.join(" · ");
            if self.areas().strip.is_some() {
                // The strip says the same; once is enough.
                self.notes.keep(Tone::Good, &text, self.wall);
                self.notes.started_is_over();
                return Effects::none();
            }
            return self.say(Tone::Good, text);
        }
        parts.insert(0, format!("{} failed", number(failed)));
        parts.push("w shows why".into());
        self.say(Tone::Error, parts.join(" · "))
    }

    /// Remembers that panes which show either end of a job must be listed again.
    fn touch(&mut self, job: &JobView) {
        let mut ends = vec![&job.to];
        if job.kind == Kind::Move {
            ends.push(&job.from);
        }
        let changed = |place: &Place| ends.iter().any(|end| lies_in(end, place));
        self.ahead.shelf().forget(changed);
        for (pane, stale) in self.panes.iter().zip(&mut self.stale) {
            let seen = pane.tree().seen();
            let shows = seen.iter().map(|b| &pane.tree().branch(*b).place);
            if stale.is_none()
                && shows
                    .into_iter()
                    .any(|p| ends.iter().any(|end| lies_in(end, p)))
            {
                *stale = Some(self.now);
            }
        }
    }
}

/// Whether a location lies in a place, directly or deeper.
fn lies_in(location: &Location, place: &Place) -> bool {
    match (location, place) {
        (
            Location::Object {
                account,
                bucket,
                key,
            },
            Place::Prefix(of, name, prefix),
        ) => account == of && bucket == name && prefix.strip(key.as_str()).is_some(),
        (Location::Local(path), Place::Folder(folder)) => path.starts_with(folder),
        (other, place) => other.parent().as_ref() == Some(place),
    }
}
