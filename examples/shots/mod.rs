//! The scenes of the pictures: keys over the sample data of the tests, drawn by the real code.

mod svg;

use crossterm::event::{MouseButton, MouseEventKind};
use windlass::term::{Background, Level};
use windlass::tui::theme::{Glyphs, Theme};

use crate::stage::work::at_work;
use crate::stage::{self, Stage, inbox, photos, setup};

/// All pictures by name.
pub(crate) fn all() -> Vec<(&'static str, String)> {
    vec![
        ("browser", picture(&browser())),
        ("find", picture(&keys(120, 30, "fimg 000<tab><tab>"))),
        ("share", picture(&keys(120, 30, "jjjjS"))),
        ("compare", picture(&compare())),
        ("preview", picture(&keys(160, 30, "jjjjjjjjjjjP"))),
        ("queue", picture(&queue())),
        ("commands", picture(&keys(120, 30, "?copy"))),
        (
            "delete",
            picture(&keys(120, 30, "jjj<space><space><space>d")),
        ),
        ("light", light(&keys(120, 30, "jjj<space><space>"))),
    ]
}

/// Tree with marks, bookmarks, a drag over the other pane, and the queue at work.
fn browser() -> Stage {
    let mut stage = Stage::new(setup(photos("2026/"), inbox()), 120, 40);
    stage.keys("mr<tab>mi<tab>j<right>jjjj<space><space><space>k");
    work(&mut stage);
    let (from, to) = (stage.find("IMG_20260311_0002"), stage.find("exports/"));
    stage.mouse(MouseEventKind::Down(MouseButton::Left), from.0, from.1);
    stage.mouse(MouseEventKind::Drag(MouseButton::Left), to.0 + 8, to.1);
    stage
}

/// Half a minute of work, now faster and now slower.
fn work(stage: &mut Stage) {
    for second in [
        40, 62, 75, 88, 91, 84, 70, 78, 93, 99, 97, 90, 86, 95, 100, 97, 92, 96, 98, 96,
    ] {
        let mut numbers = at_work();
        numbers.speed = second << 20;
        stage.numbers(numbers).wait(1000);
    }
    stage.numbers(at_work());
}

fn queue() -> Stage {
    let mut stage = Stage::main(120, 30);
    work(&mut stage);
    stage.keys("Wjj");
    stage
}

fn compare() -> Stage {
    let mut stage = Stage::main(120, 30);
    if let Some(rows) = stage.world.folders.get_mut("/home/me/inbox") {
        rows.push(stage::file("README.md", 1946, "2026-04-01 12:12"));
        rows.push(stage::file("manifest.json", 12, "2026-04-02 18:02"));
        rows.push(stage::file("checksums.sha256", 98_509, "2026-04-01 00:03"));
    }
    stage.keys("<tab>R<tab>=");
    stage
}

fn keys(width: u16, height: u16, keys: &str) -> Stage {
    let mut stage = Stage::main(width, height);
    stage.world.tells = true;
    stage.keys(keys).wait(500);
    stage
}

fn picture(stage: &Stage) -> String {
    let theme = Theme::for_level(Level::True, Background::Dark);
    svg::of(&stage.cells(&theme, &Glyphs::UNICODE), svg::DARK)
}

fn light(stage: &Stage) -> String {
    let theme = Theme::for_level(Level::True, Background::Light);
    svg::of(&stage.cells(&theme, &Glyphs::UNICODE), svg::LIGHT)
}
