//! Bytes on the wire: each budget of the terminal held against the real encoder and real screens,
//! at 120x40 with two panes and the sidebar, for every number of colours.

#![expect(clippy::unwrap_used, reason = "what a test makes is known to be right")]

mod stage;

use std::time::Duration;

use crossterm::event::KeyCode;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use stage::work::job;
use stage::{Stage, inbox, object, photos, setup};
use windlass::engine::{Counts, JobView, Pacing, Parallel, Phase, Snapshot};
use windlass::term::{Background, Encoder, Level, QUESTIONS};
use windlass::tui::msg::{Focused, Msg};
use windlass::tui::shell::{UNSEEN, apart};
use windlass::tui::theme::{Glyphs, Look, Theme};
use windlass::tui::view::draw;

const SIZE: (u16, u16) = (120, 40);

const LOOKS: [(Level, Background); 6] = [
    (Level::Mono, Background::Unknown),
    (Level::Ansi16, Background::Unknown),
    (Level::Ansi256, Background::Dark),
    (Level::Ansi256, Background::Light),
    (Level::True, Background::Dark),
    (Level::True, Background::Light),
];

/// A terminal at the end of a wire whose bytes are counted.
struct Wire {
    stage: Stage,
    encoder: Encoder,
    theme: Theme,
    level: Level,
}

impl Wire {
    fn new(mut stage: Stage, (level, background): (Level, Background)) -> Self {
        stage.keys("<esc>");
        let theme = Theme::for_level(level, background);
        let encoder = Encoder::new(level);
        let mut wire = Self {
            stage,
            encoder,
            theme,
            level,
        };
        wire.frame();
        wire
    }

    /// The bytes of the next frame.
    fn frame(&mut self) -> usize {
        let (buffer, caret) = self.drawn();
        self.encoder.frame(buffer, caret).len()
    }

    /// The bytes of the next frame of numbers while nobody looks.
    fn glimpse(&mut self) -> usize {
        let (buffer, caret) = self.drawn();
        self.encoder.frame_within(buffer, caret, UNSEEN).len()
    }

    fn drawn(&self) -> (Buffer, Option<(u16, u16)>) {
        let look = Look {
            theme: &self.theme,
            glyphs: &Glyphs::UNICODE,
            zone: &TimeZone::UTC,
            wall: self.stage.app.wall(),
            beat: self.stage.app.beat(),
        };
        let mut buffer = Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1));
        let caret = draw(&self.stage.app, &mut buffer, &look);
        (buffer, caret)
    }

    /// The bytes of each key.
    fn each(&mut self, keys: &str, times: usize) -> Vec<usize> {
        (0..times)
            .map(|_| {
                self.stage.keys(keys);
                self.frame()
            })
            .collect()
    }
}

/// A thousand objects with names of all lengths.
fn long() -> Stage {
    let names = [
        "IMG_2026",
        "report",
        "catalogue-of-everything",
        "x",
        "session.backup",
    ];
    let rows = (0..1000).map(|n: usize| {
        let key = format!("2026/raw/{:04}-{}-{n}.tif", n, names[n % names.len()]);
        let size = (n as u64 * 7919 + 13).pow(2) % (900 << 20);
        object(
            &key,
            size,
            &format!("2026-0{}-{:02} 09:{:02}", 1 + n % 9, 1 + n % 28, n % 60),
        )
    });
    let mut stage = Stage::slow(setup(photos("2026/raw/"), inbox()), SIZE.0, SIZE.1, true);
    stage
        .world
        .pages
        .insert("photos-prod/2026/raw/".into(), vec![rows.collect()]);
    stage.slow = false;
    stage.answer_all();
    stage
}

fn most(bytes: &[usize]) -> usize {
    *bytes.iter().max().unwrap()
}

#[test]
fn a_cursor_move_costs_at_most_184_bytes() {
    for look in LOOKS {
        let mut wire = Wire::new(Stage::main(SIZE.0, SIZE.1), look);
        // From folders to objects and back, over names of all kinds; then in the local pane, and
        // over a thousand long names: past the tenth, whose number has a digit more.
        for (keys, times) in [("j", 18), ("k", 18), ("<tab>", 1), ("j", 7), ("k", 7)] {
            let bytes = wire.each(keys, times);
            if keys != "<tab>" {
                assert!(most(&bytes) <= 180, "{look:?} {keys}: {bytes:?}");
                assert!(bytes.iter().all(|cost| *cost > 0), "{look:?}: {bytes:?}");
            }
        }
        let mut wire = Wire::new(long(), look);
        for keys in ["j", "k"] {
            let bytes = wire.each(keys, 25);
            assert!(most(&bytes) <= 180, "{look:?} {keys}: {bytes:?}");
        }
    }
}

#[test]
fn a_held_key_costs_at_most_400_bytes_on_average() {
    for look in LOOKS {
        let mut wire = Wire::new(long(), look);
        let bytes = wire.each("j", 300);
        let average = bytes.iter().sum::<usize>() / bytes.len();
        assert!(average <= 400, "{look:?}: {average}");
    }
}

#[test]
fn a_page_costs_at_most_2500_bytes() {
    for look in LOOKS {
        let mut wire = Wire::new(long(), look);
        let page = |wire: &mut Wire| {
            wire.stage.send(Msg::Key(KeyCode::PageDown.into()));
            wire.frame()
        };
        let bytes: Vec<usize> = (0..10).map(|_| page(&mut wire)).collect();
        assert!(most(&bytes) <= 2500, "{look:?}: {bytes:?}");
        assert!(bytes[0] > 500, "the page did not move: {bytes:?}");
    }
}

#[test]
fn a_dialog_costs_at_most_2_kilobytes_to_open_and_to_close_and_help_4() {
    for look in LOOKS {
        for (keys, budget) in [
            ("d", 2048),
            ("r", 2048),
            ("g/", 2048),
            ("S", 2048),
            ("gg<f5>", 2048),
            ("i", 2048),
            // These cover the panes.
            ("?", 4096),
            ("<enter>", 4096),
        ] {
            let mut wire = Wire::new(Stage::main(SIZE.0, SIZE.1), look);
            wire.stage.keys("jjj");
            wire.frame();
            let bytes = [wire.each(keys, 1), wire.each("<esc>", 1)].concat();
            assert!(most(&bytes) <= budget, "{look:?} {keys}: {bytes:?}");
            assert!(bytes[0] > 300, "{keys} opens nothing: {bytes:?}");
        }
    }
}

#[test]
fn the_whole_screen_costs_at_most_8_kilobytes_and_the_start_10() {
    for look in LOOKS {
        for stage in [Stage::main(SIZE.0, SIZE.1), long()] {
            let mut wire = Wire::new(stage, look);
            wire.encoder.forget();
            let whole = wire.frame();
            assert!(whole <= 8192, "{look:?}: {whole}");
            let asked = wire.encoder.ask(QUESTIONS).len();
            // Modes and title come to less than 200.
            assert!(
                whole + asked + 200 <= 10_240,
                "{look:?}: {whole} and {asked}"
            );
        }
    }
}

#[test]
fn nothing_costs_nothing() {
    for look in LOOKS {
        let mut wire = Wire::new(Stage::main(SIZE.0, SIZE.1), look);
        for _ in 0..40 {
            wire.stage.wait(250);
            assert_eq!(wire.frame(), 0);
        }
        assert_eq!(wire.stage.app.wake(), None, "nothing to wake up for");
    }
}

/// Eight transfers, so far.
fn running(tenths: u64) -> Snapshot {
    let size = 300u64 << 20;
    let rows = (1..=8u64).map(|id| {
        let name = format!("edit-{id:04}.psd");
        let moved = (tenths * (id + 7) * 131_072).min(size);
        JobView {
            speed: (11 << 20) + (tenths * 7919 * id) % (3 << 20),
            left: Some(Duration::from_secs(90 - (tenths / 10).min(80))),
            ..job(id, &name, Phase::Moving, (moved, size))
        }
    });
    let rows: Vec<JobView> = rows.collect();
    Snapshot {
        moved: rows.iter().map(|row| row.moved).sum(),
        total: 8 * size,
        speed: rows.iter().map(|row| row.speed).sum(),
        rows: rows.into(),
        counts: Counts {
            up: 8,
            ..Counts::default()
        },
        expanding: false,
        left: Some(Duration::from_secs(90 - (tenths / 10).min(80))),
        pacing: Pacing {
            parallel: Parallel::Auto(64),
            bandwidth: None,
        },
    }
}

#[test]
fn progress_costs_at_most_a_kilobyte_a_second_and_150_bytes_while_nobody_looks() {
    for look in LOOKS {
        for (focused, most) in [(Focused::Yes, 1024), (Focused::No, 150)] {
            let mut wire = Wire::new(Stage::main(SIZE.0, SIZE.1), look);
            let (mut bytes, mut next, mut frames) = (0, 0, 0);
            for millis in (0..63_000u64).step_by(100) {
                wire.stage.numbers(running(millis / 100)).wait(100);
                // The first seconds open the panel.
                if millis >= 3000 && millis >= next {
                    let cost = match focused {
                        Focused::Yes => wire.frame(),
                        Focused::No => wire.glimpse(),
                    };
                    let pause = apart(cost, focused).as_millis();
                    next = millis + u64::try_from(pause).unwrap();
                    frames += 1;
                    bytes += if millis > 3000 { cost } else { 0 };
                }
            }
            let second = bytes / 60;
            assert!(wire.level == look.0 && second > 0);
            assert!(second <= most, "{look:?} {focused:?}: {second} a second");
            // The pauses are no way out: somebody who looks across sees numbers move.
            assert!(frames >= 50, "{look:?} {focused:?}: {frames} frames");
        }
    }
}
