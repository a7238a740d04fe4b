//! The offer to go on with what was interrupted, in the status line.

use crate::model::{size, width};
use crate::tui::app::App;
use crate::tui::paint::Pen;
use crate::tui::theme::{Look, Role};

/// Cells between the answers.
const GAP: usize = 2;

/// Draws the offer; says whether there was one to draw.
pub(super) fn draw(app: &App, pen: &mut Pen<'_>, look: &Look<'_>) -> Drawn {
    let Some(offer) = app.offer() else {
        return Drawn::No;
    };
    let what = offer.what;
    let (noun, were) = if what.count == 1 {
        ("transfer", "was")
    } else {
        ("transfers", "were")
    };
    let long = format!("{} {noun} {were} interrupted", what.count);
    let short = format!("{} interrupted", what.count);
    let progress = (what.done > 0 && what.size > 0)
        .then(|| format!("{} of {} done", size(what.done), size(what.size)));
    let answers = [("r", "resume all"), ("c", "discard"), ("Esc", "later")];
    let brief = [("r", "resume"), ("c", "discard")];
    let cells = |answers: &[(&str, &str)]| -> usize {
        let one = |(key, word): &(&str, &str)| GAP + width(key) + 1 + width(word);
        answers.iter().map(one).sum()
    };
    let room = pen.room().saturating_sub(width(look.glyphs.paused) + 2);
    pen.put(look.glyphs.paused, Role::Warning).skip(1);
    let with_progress = progress
        .as_ref()
        .filter(|p| width(&long) + 3 + width(p) + 1 + cells(&answers) <= room);
    let answers: &[_] = if width(&long) + cells(&answers) <= room {
        pen.put(&long, Role::Warning);
        &answers
    } else {
        pen.put(&short, Role::Warning);
        &brief
    };
    if let Some(progress) = with_progress {
        pen.put(" · ", Role::Dim).put(progress, Role::Dim).skip(1);
    }
    // A dialog reads other keys.
    let free = app.overlays().is_empty();
    for (key, word) in answers.iter().filter(|_| free) {
        if pen.room() < GAP + width(key) + 1 + width(word) {
            break;
        }
        pen.skip(GAP)
            .put(key, Role::Key)
            .skip(1)
            .put(word, Role::Text);
    }
    Drawn::Yes
}

/// Whether there was something to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Drawn {
    Yes,
    No,
}
