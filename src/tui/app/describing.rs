//! Changing what an object says about itself, and bringing old versions back.
//!
//! Invariant: the old values are kept until the change is undone or forgotten.

use bytes::Bytes;

use super::App;
use super::asking::Doing;
use super::undoing::Way;
use crate::engine::{Description, Tags, tag_text, tags_of};
use crate::model::{Location, ObjectHead, shown};
use crate::tui::msg::{Ask, Effects, Tone};

const ABOUT: &str = "# One a line, name: value. Names of your own begin with x-amz-meta-.\n\
                     # What has no value is taken away.\n";

const TAGS: &str = "# One tag a line, name = value. At most 10.\n";

impl App {
    /// Lets the person edit type, headers and metadata of an object.
    pub(super) fn describe(&mut self, at: Location, head: &ObjectHead) -> Effects {
        if let Some(why) = self.refusal_at(&at) {
            return self.say(Tone::Warning, why);
        }
        let was = Description::of(head);
        let Some(text) = was.text() else {
            let why = "One of its values is no line of text: it cannot be edited here";
            return self.say(Tone::Warning, why);
        };
        let ask = Ask::Edit("metadata.txt".into(), Bytes::from(format!("{ABOUT}{text}")));
        let etag = head.meta.etag.clone();
        let was = Box::new(was);
        self.ask(ask, Doing::Describe(at, was, etag), "")
    }

    /// Lets the person edit the tags of an object.
    pub(super) fn tag(&mut self, at: Location, was: Tags) -> Effects {
        if let Some(why) = self.refusal_at(&at) {
            return self.say(Tone::Warning, why);
        }
        let Some(text) = tag_text(&was) else {
            let why = "One of its tags cannot be written as a line: they cannot be edited here";
            return self.say(Tone::Warning, why);
        };
        let ask = Ask::Edit("tags.txt".into(), Bytes::from(format!("{TAGS}{text}")));
        self.ask(ask, Doing::Tag(at, was), "")
    }

    /// Takes what the editor left of a description or of tags.
    pub(super) fn told(&mut self, doing: Doing, text: Option<&Bytes>) -> Effects {
        let Some(text) = text else {
            return self.say(Tone::Info, "Nothing was changed");
        };
        let Ok(text) = str::from_utf8(text) else {
            let why = "Nothing was changed: the editor saved text that is not UTF-8";
            return self.say(Tone::Error, why);
        };
        match doing {
            Doing::Describe(at, was, etag) => match was.edited(text) {
                Ok(to) if to == *was => self.say(Tone::Info, "Nothing was changed"),
                Ok(to) => {
                    let ask = Ask::Redescribe(at.clone(), Box::new(to), etag);
                    let way = Way::Redescribe(at.clone(), was);
                    self.ask(ask, Doing::Told(at, Box::new(way)), "Writing metadata …")
                }
                Err(why) => self.say(Tone::Error, format!("Nothing was changed: {}", shown(&why))),
            },
            Doing::Tag(at, was) => match tags_of(text) {
                Ok(to) if to == was => self.say(Tone::Info, "Nothing was changed"),
                Ok(to) => {
                    let ask = Ask::SetTags(at.clone(), to);
                    let way = Way::Tags(at.clone(), was);
                    self.ask(ask, Doing::Told(at, Box::new(way)), "Writing tags …")
                }
                Err(why) => self.say(Tone::Error, format!("Nothing was changed: {}", shown(&why))),
            },
            _ => Effects::none(),
        }
    }

    /// Something about an object was changed.
    pub(super) fn was_told(&mut self, at: Location, way: Way) -> Effects {
        let (word, name) = (way.word(), shown(&at.name()));
        let mut effects = self.say(Tone::Good, format!("{word} of {name} set · u undoes it"));
        self.remember_deed(format!("{word} of {name}"), way);
        effects.extend(self.info_of(at));
        effects
    }

    /// Makes an old version the current one.
    pub(super) fn bring_back(&mut self, at: Location, version: Box<str>) -> Effects {
        if let Some(why) = self.refusal_at(&at) {
            return self.say(Tone::Warning, why);
        }
        let what = format!("{} is as it was then", shown(&at.name()));
        let places = at.parent().into_iter().collect();
        let doing = Doing::Shown { what, places };
        self.ask(Ask::BringBack(at, version), doing, "Bringing it back …")
    }

    fn refusal_at(&self, at: &Location) -> Option<String> {
        self.refusal(&at.parent()?)
    }
}
