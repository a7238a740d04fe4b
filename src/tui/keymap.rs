//! From keys to actions: the table of [`VERBS`], changed by what the user's config says.
//!
//! Knows no pane and does nothing itself. Invariant: within a mode no sequence is the beginning of
//! another one, so that the last key of a sequence always decides at once.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crossterm::event::KeyEvent;

use super::action::{Action, Mode, VERBS};
use super::keytext::{Stroke, parse_sequence, shown_sequence};
use crate::model::{Safe, shown};

/// How long a begun sequence waits before the keys that may follow are shown.
pub const WHICH_KEY_AFTER: Duration = Duration::from_millis(400);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Binding {
    mode: Mode,
    keys: Vec<Stroke>,
    action: Action,
}

/// All bindings.
#[derive(Debug, Clone)]
pub struct Keymap {
    bindings: Vec<Binding>,
}

/// A sequence that was begun.
#[derive(Debug, Default)]
pub struct Pending {
    keys: Vec<Stroke>,
    since: Option<Instant>,
}

impl Pending {
    /// Whether a sequence was begun.
    #[must_use]
    pub fn is_some(&self) -> bool {
        !self.keys.is_empty()
    }

    /// Drops it.
    pub fn clear(&mut self) {
        self.keys.clear();
        self.since = None;
    }

    /// When the keys that may follow are to be shown.
    #[must_use]
    pub fn popup_at(&self) -> Option<Instant> {
        self.since.map(|since| since + WHICH_KEY_AFTER)
    }

    /// The keys so far, as the screen writes them.
    #[must_use]
    pub fn shown(&self) -> String {
        shown_sequence(&self.keys)
    }
}

/// What a key came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// This.
    Action(Action),
    /// The beginning of a sequence.
    Pending,
    /// Nothing is bound to it.
    Nothing,
}

impl Keymap {
    /// The default keys, changed by the config: mode, key, name of the action; an empty name
    /// unbinds. What could not be understood is left out and told, all of it at once.
    #[must_use]
    pub fn new(overrides: &BTreeMap<String, BTreeMap<String, String>>) -> (Self, Vec<Safe>) {
        let mut map = Self::defaults();
        let mut problems = Vec::new();
        for (mode, keys) in overrides {
            let Some(mode) = Mode::ALL.into_iter().find(|m| m.name() == mode) else {
                problems.push(shown(&format!(
                    "[keys.{mode}]: there are pane, buckets and queue"
                )));
                continue;
            };
            for (key, name) in keys {
                if let Err(problem) = map.change(mode, key, name) {
                    problems.push(shown(&format!(
                        "[keys.{}] \"{key}\": {problem}",
                        mode.name()
                    )));
                }
            }
        }
        problems.extend(map.clashes());
        (map, problems)
    }

    fn defaults() -> Self {
        let mut bindings = Vec::new();
        for verb in VERBS {
            for (mode, texts) in verb.keys {
                for text in *texts {
                    // A test reads every text of the table.
                    let Ok(keys) = parse_sequence(text) else {
                        continue;
                    };
                    bindings.push(Binding {
                        mode: *mode,
                        keys,
                        action: verb.action,
                    });
                }
            }
        }
        Self { bindings }
    }

    fn change(&mut self, mode: Mode, key: &str, name: &str) -> Result<(), String> {
        let keys = parse_sequence(key).map_err(|part| format!("{part:?} is no key"))?;
        let action = match name {
            "" => None,
            name => match VERBS.iter().find(|v| v.name == name) {
                Some(verb) => Some(verb.action),
                None => return Err(unknown(name)),
            },
        };
        self.bindings.retain(|b| b.mode != mode || b.keys != keys);
        if let Some(action) = action {
            // In front: the user's key is the one to show.
            self.bindings.insert(0, Binding { mode, keys, action });
        }
        Ok(())
    }

    fn clashes(&self) -> Vec<Safe> {
        let mut out = Vec::new();
        for (at, one) in self.bindings.iter().enumerate() {
            for other in &self.bindings[at + 1..] {
                let (short, long) = if one.keys.len() <= other.keys.len() {
                    (one, other)
                } else {
                    (other, one)
                };
                if one.mode == other.mode && long.keys.starts_with(&short.keys) {
                    out.push(shown(&format!(
                        "[keys.{}] {:?} ({}) stands in the way of {:?} ({})",
                        one.mode.name(),
                        shown_sequence(&short.keys),
                        short.action.verb().name,
                        shown_sequence(&long.keys),
                        long.action.verb().name,
                    )));
                }
            }
        }
        out
    }

    /// What a key means after the ones before it. A letter of another script that means nothing
    /// is tried as the key at its spot.
    pub fn resolve(&self, mode: Mode, pending: &mut Pending, key: KeyEvent, now: Instant) -> Found {
        let stroke = Stroke::of(key);
        if pending.is_some() && stroke.is_escape() {
            pending.clear();
            return Found::Nothing;
        }
        for stroke in [Some(stroke), stroke.latin()].into_iter().flatten() {
            pending.keys.push(stroke);
            match self.find(mode, &pending.keys) {
                Found::Nothing => {
                    pending.keys.pop();
                }
                Found::Pending => {
                    pending.since = pending.since.or(Some(now));
                    return Found::Pending;
                }
                found @ Found::Action(_) => {
                    pending.clear();
                    return found;
                }
            }
        }
        pending.clear();
        Found::Nothing
    }

    fn find(&self, mode: Mode, keys: &[Stroke]) -> Found {
        let of_mode = |mode: Mode| self.bindings.iter().filter(move |b| b.mode == mode);
        for mode in layers(mode) {
            if let Some(binding) = of_mode(mode).find(|b| b.keys == keys) {
                return Found::Action(binding.action);
            }
        }
        let begun = layers(mode).any(|mode| of_mode(mode).any(|b| b.keys.starts_with(keys)));
        if begun {
            Found::Pending
        } else {
            Found::Nothing
        }
    }

    /// What may follow a begun sequence: the rest of the keys, and the action.
    #[must_use]
    pub fn following(&self, mode: Mode, pending: &Pending) -> Vec<(String, Action)> {
        let mut out: Vec<(String, Action)> = Vec::new();
        for mode in layers(mode) {
            for binding in self.bindings.iter().filter(|b| b.mode == mode) {
                let known = out.iter().any(|(_, action)| *action == binding.action);
                if binding.keys.starts_with(&pending.keys) && !known {
                    let rest = &binding.keys[pending.keys.len()..];
                    out.push((shown_sequence(rest), binding.action));
                }
            }
        }
        out
    }

    /// The keys of an action in a mode, as the screen writes them, the one to show first.
    #[must_use]
    pub fn keys_of(&self, mode: Mode, action: Action) -> Vec<String> {
        layers(mode)
            .flat_map(|mode| self.bindings.iter().filter(move |b| b.mode == mode))
            .filter(|b| b.action == action)
            .map(|b| shown_sequence(&b.keys))
            .collect()
    }
}

/// A mode and the one that it falls back to.
fn layers(mode: Mode) -> impl Iterator<Item = Mode> {
    let below = (mode == Mode::Buckets).then_some(Mode::Pane);
    std::iter::once(mode).chain(below)
}

fn unknown(name: &str) -> String {
    let shared = |v: &&super::action::Verb| {
        name.split('-')
            .any(|word| word.len() > 2 && v.name.contains(word))
    };
    match VERBS.iter().find(shared) {
        Some(verb) => format!("there is no {name:?}; is it {:?}?", verb.name),
        None => format!("there is no {name:?}; the palette (?) has all names"),
    }
}

/// The default keys in the format that the config takes: what `assets/keymap.toml` holds.
#[must_use]
pub fn as_toml() -> String {
    let mut out = String::from(
        "# The default keys. The same tables in your config.toml change them:\n\
         #   \"ctrl-g\" = \"goto\"    binds a key to an action\n\
         #   \"d\" = \"\"             unbinds it\n\
         # Keys of a sequence stand apart: \"g g\".\n",
    );
    for mode in Mode::ALL {
        out = format!("{out}\n[keys.{}]\n", mode.name());
        for verb in VERBS {
            for key in verb.keys_in(mode) {
                let quoted = key.replace('\\', "\\\\");
                out = format!("{out}\"{quoted}\" = \"{}\"\n", verb.name);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keymap(text: &str) -> (Keymap, Vec<Safe>) {
        #[derive(serde::Deserialize)]
        struct File {
            keys: BTreeMap<String, BTreeMap<String, String>>,
        }
        Keymap::new(&toml::from_str::<File>(text).unwrap().keys)
    }

    fn typed(map: &Keymap, mode: Mode, keys: &str) -> Vec<Found> {
        let (mut pending, now) = (Pending::default(), Instant::now());
        let event = |c: char| KeyEvent::from(crossterm::event::KeyCode::Char(c));
        keys.chars()
            .map(|c| map.resolve(mode, &mut pending, event(c), now))
            .collect()
    }

    #[test]
    fn no_key_clashes_with_another_in_its_mode() {
        let (_, problems) = Keymap::new(&BTreeMap::new());
        assert_eq!(problems, []);
    }

    #[test]
    fn every_key_of_the_table_is_a_key_that_terminals_leave_us() {
        let taken = [
            "ctrl-s", "ctrl-q", "ctrl-h", "ctrl-i", "ctrl-j", "ctrl-m", "f11",
        ];
        for verb in VERBS {
            for key in verb.keys.iter().flat_map(|(_, keys)| *keys) {
                assert!(parse_sequence(key).is_ok(), "{}: {key}", verb.name);
                assert!(
                    !key.split(' ').any(|k| taken.contains(&k)),
                    "{}: {key}",
                    verb.name
                );
            }
        }
    }

    #[test]
    fn the_asset_is_the_table() {
        let asset = include_str!("../../assets/keymap.toml");
        if asset != as_toml() {
            if option_env!("UPDATE_ASSETS").is_some() {
                let path = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/keymap.toml");
                std::fs::write(path, as_toml()).unwrap();
            }
            panic!("assets/keymap.toml is not the table; build with UPDATE_ASSETS=1 to write it");
        }
        let (map, problems) = keymap(asset);
        assert_eq!(problems, []);
        assert_eq!(map.bindings.len(), Keymap::defaults().bindings.len());
    }

    #[test]
    fn sequences_wait_for_their_end() {
        let (map, _) = Keymap::new(&BTreeMap::new());
        let top = Found::Action(Action::Top);
        assert_eq!(typed(&map, Mode::Pane, "gg"), [Found::Pending, top]);
        assert_eq!(
            typed(&map, Mode::Pane, "g%"),
            [Found::Pending, Found::Nothing]
        );
        assert_eq!(typed(&map, Mode::Pane, "пп"), [Found::Pending, top]);
        assert_eq!(typed(&map, Mode::Pane, "о"), [Found::Action(Action::Down)]);
    }

    #[test]
    fn buckets_fall_back_to_the_pane() {
        let (map, _) = Keymap::new(&BTreeMap::new());
        assert_eq!(
            typed(&map, Mode::Buckets, "n"),
            [Found::Action(Action::New)]
        );
        assert_eq!(
            typed(&map, Mode::Buckets, "j"),
            [Found::Action(Action::Down)]
        );
        assert_eq!(typed(&map, Mode::Pane, "n"), [Found::Nothing]);
    }

    #[test]
    fn the_config_changes_keys_and_all_its_problems_are_told() {
        let (map, problems) = keymap(
            "[keys.pane]\n\"ctrl-g\" = \"goto\"\nd = \"\"\n\"g\" = \"quit\"\n\
             \"meta-x\" = \"quit\"\nb = \"delet\"\n[keys.pains]\nx = \"quit\"\n",
        );
        assert_eq!(typed(&map, Mode::Pane, "d"), [Found::Nothing]);
        assert_eq!(map.keys_of(Mode::Pane, Action::GoTo)[0], "Ctrl-G");
        let all: Vec<&str> = problems.iter().map(Safe::as_str).collect();
        let all = all.join("\n");
        for part in ["keys.pains", "meta-x", "delet", "stands in the way"] {
            assert!(all.contains(part), "{part} in {all}");
        }
    }

    #[test]
    fn what_may_follow_is_listed_once() {
        let (map, _) = Keymap::new(&BTreeMap::new());
        let mut pending = Pending::default();
        let g = KeyEvent::from(crossterm::event::KeyCode::Char('g'));
        map.resolve(Mode::Pane, &mut pending, g, Instant::now());
        let following = map.following(Mode::Pane, &pending);
        assert!(following.contains(&("b".into(), Action::GoBuckets)));
        assert_eq!(
            following.iter().filter(|(_, a)| *a == Action::Home).count(),
            1
        );
    }
}
