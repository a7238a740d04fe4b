//! Every screen of the browser at four sizes, in Unicode and in ASCII, and what is coloured how.

#![expect(clippy::unwrap_used, reason = "what a test makes is known to be right")]

mod stage;

use std::fmt::Write;

use crossterm::event::{MouseButton, MouseEventKind};
use insta::assert_snapshot;
use ratatui::style::{Modifier, Style};
use stage::work::at_work;
use stage::{Stage, inbox, photos, setup};
use windlass::engine::Tally;
use windlass::model::{Account, Place};
use windlass::term::{Background, Level};
use windlass::tui::theme::{Glyphs, Theme};

const SIZES: [(u16, u16); 4] = [(40, 12), (80, 24), (120, 40), (200, 60)];

type Scene = (&'static str, fn((u16, u16)) -> Stage);

fn main(size: (u16, u16), keys: &str) -> Stage {
    let mut stage = Stage::main(size.0, size.1);
    stage.world.tells = true;
    stage.keys(keys).wait(500);
    stage
}

fn busy(size: (u16, u16), keys: &str) -> Stage {
    let mut stage = Stage::main(size.0, size.1);
    stage.numbers(at_work()).wait(3000).numbers(at_work());
    stage.keys(keys).wait(500);
    stage
}

fn buckets(size: (u16, u16), keys: &str) -> Stage {
    let place = Place::Buckets(Account::new("work"));
    let mut stage = Stage::new(setup(place, inbox()), size.0, size.1);
    stage.keys(keys);
    stage
}

/// With a mouse that holds something over a folder of the other pane, where there are two.
fn dragging(size: (u16, u16)) -> Stage {
    let mut stage = main(size, "jjj<space><space><space>k");
    let from = stage.find("IMG_20260311_0002");
    let to = if size.0 < 60 {
        stage.find("IMG_20260311_0001")
    } else {
        stage.find("exports/")
    };
    stage.drag(from, to);
    stage
}

fn dropped(size: (u16, u16)) -> Stage {
    let mut stage = dragging(size);
    // On a narrow screen there is nowhere to drag to.
    let at = stage.app.drag().map_or((0, 0), |drag| drag.at);
    stage.mouse(MouseEventKind::Up(MouseButton::Left), at.0, at.1);
    stage
}

fn loading(size: (u16, u16)) -> Stage {
    let mut stage = main(size, "");
    stage.slow = true;
    // The first row was looked into ahead.
    stage.keys("j<enter>").wait(1200);
    stage
}

fn typed_delete(size: (u16, u16)) -> Stage {
    let mut stage = Stage::main(size.0, size.1);
    stage.world.count = Tally {
        items: 18_204,
        bytes: 412 << 30,
    };
    stage.keys("d");
    stage
}

fn tree(size: (u16, u16)) -> Stage {
    let mut stage = Stage::new(setup(photos(""), inbox()), size.0, size.1);
    stage.keys("<right><down><down><right><right>");
    stage
}

const SCREENS: &[Scene] = &[
    ("idle", |size| main(size, "jjjj")),
    ("busy", |size| busy(size, "jjj<space><space>")),
    ("queue_panel", |size| busy(size, "w")),
    ("queue_full", |size| busy(size, "W")),
    ("buckets", |size| buckets(size, "")),
    ("tree", tree),
    ("filter", |size| main(size, "/img")),
    ("find", |size| main(size, "fcr3 000")),
    ("loading", loading),
    ("empty", |size| main(size, "<enter>")),
    ("error", |size| buckets(size, "j<enter>")),
    ("info", |size| main(size, "jjjji")),
    ("versions", |size| main(size, "jjjjiv")),
    ("viewer", |size| main(size, "jjjjjjjjjjj<enter>")),
    ("viewer_hex", |size| main(size, "jjjjjjjjjjj<enter>x")),
    ("preview", |size| main(size, "jjjjjjjjjjjP")),
    ("drag", dragging),
    ("drop", dropped),
    ("copy", |size| main(size, "<f5>")),
    ("delete", |size| main(size, "jjj<space><space>d")),
    ("delete_typed", typed_delete),
    ("conflict", |size| busy(size, "!")),
    ("share", |size| main(size, "jjjjS")),
    ("quit", |size| busy(size, "q")),
    ("palette", |size| main(size, "?copy")),
    ("which_key", |size| main(size, "g")),
    ("goto", |size| main(size, "g/s3:")),
    ("accounts", |size| {
        Stage::new(setup(Place::Accounts, inbox()), size.0, size.1)
    }),
    ("messages", |size| main(size, "zE")),
    ("rename", |size| main(size, "jjjr")),
];

#[test]
fn every_screen_at_every_size() {
    for (name, scene) in SCREENS {
        for size in SIZES {
            let stage = scene(size);
            let both = format!("{}\n{}", stage.screen(), stage.screen_with(&Glyphs::ASCII));
            assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), both);
        }
    }
}

#[test]
fn every_screen_is_plain_in_ascii() {
    // Names are the server's, and a Cyrillic one may be cut anywhere.
    let theirs = |c: char| ('\u{400}'..'\u{500}').contains(&c) || ('␀'..='␡').contains(&c);
    for (name, scene) in SCREENS {
        for size in SIZES {
            let screen = scene(size).screen_with(&Glyphs::ASCII);
            for line in screen.lines() {
                let own = line.chars().filter(|c| !theirs(*c));
                assert!(own.into_iter().all(|c| c.is_ascii()), "{name}: {line}");
            }
        }
    }
}

#[test]
fn without_colours_nothing_is_missing() {
    let looks = [
        (Level::Mono, Background::Unknown),
        (Level::Ansi16, Background::Unknown),
        (Level::Ansi256, Background::Light),
        (Level::True, Background::Dark),
    ];
    for (name, scene) in SCREENS {
        let stage = scene((80, 24));
        let symbols = |level, background| {
            let cells = stage.cells(&Theme::for_level(level, background), &Glyphs::UNICODE);
            let symbols = cells.content().iter().map(|cell| cell.symbol().to_owned());
            symbols.collect::<String>()
        };
        let all: Vec<String> = looks.iter().map(|(l, b)| symbols(*l, *b)).collect();
        assert!(all.windows(2).all(|pair| pair[0] == pair[1]), "{name}");
    }
}

/// Which cells have which style: a letter for each, and what the letters mean.
fn styles(stage: &Stage, theme: &Theme) -> String {
    let cells = stage.cells(theme, &Glyphs::UNICODE);
    let mut known: Vec<Style> = vec![theme.text];
    let mut out = String::new();
    for row in cells.content().chunks(usize::from(cells.area.width)) {
        let mut line = String::new();
        for cell in row {
            let style = cell.style();
            let blank = cell.symbol() == " " && !style.add_modifier.contains(Modifier::REVERSED);
            if blank && style.bg == theme.text.bg.or(Some(ratatui::style::Color::Reset)) {
                line.push(' ');
                continue;
            }
            let at = known.iter().position(|s| *s == style).unwrap_or_else(|| {
                known.push(style);
                known.len() - 1
            });
            line.push(char::from(b'a' + u8::try_from(at).unwrap()));
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
    for (at, style) in known.iter().enumerate().skip(1) {
        let letter = char::from(b'a' + u8::try_from(at).unwrap());
        let _ = writeln!(
            out,
            "{letter} {:?} on {:?} {:?}",
            style.fg.unwrap_or_default(),
            style.bg.unwrap_or_default(),
            style.add_modifier
        );
    }
    out
}

#[test]
fn colours_are_where_they_belong() {
    for (name, scene) in SCREENS {
        let stage = scene((80, 24));
        let ansi = Theme::for_level(Level::Ansi16, Background::Dark);
        assert_snapshot!(format!("{name}_colours_16"), styles(&stage, &ansi));
        let mono = Theme::for_level(Level::Mono, Background::Unknown);
        assert_snapshot!(format!("{name}_colours_mono"), styles(&stage, &mono));
    }
}
