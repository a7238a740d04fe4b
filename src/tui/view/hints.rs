//! The hint line: the keys that are likely next, from the table of verbs.
//!
//! Invariant: it offers only what can be done here, and moving the cursor changes at most one pair
//! in its own cells: between a folder and an object the line is not written again. What fits one
//! row alone is in the menu of the right button.

use ratatui::buffer::Buffer;

use super::layout::{Areas, Side};
use super::short;
use crate::model::{Place, cut_end, width};
use crate::tui::action::{Action, Mode};
use crate::tui::app::{App, Zone};
use crate::tui::paint::Pen;
use crate::tui::pane::browser::Browser;
use crate::tui::theme::{Look, Role};
use crate::tui::tree::Listing;

use Action as A;

/// A key and a word.
type Pair = (String, String);

/// Most pairs on a screen, and on a wide one.
const MOST: (usize, usize) = (8, 13);

/// Draws the hint line.
pub(super) fn hints(app: &App, areas: &Areas, buf: &mut Buffer, look: &Look<'_>) {
    let Some(area) = areas.hints else { return };
    let mut pen = Pen::new(area, buf, look);
    for (at, (key, word)) in placed(app, areas) {
        pen.to(at).put(&key, Role::Key).skip(1);
        pen.put(&word, Role::Dim);
    }
}

/// The key of the hint at a column.
pub(in crate::tui) fn hint_at(app: &App, areas: &Areas, x: u16) -> Option<String> {
    let cell = usize::from(x.checked_sub(areas.hints?.x)?);
    let hit =
        |at: usize, (key, word): &Pair| (at..at + width(key) + 1 + width(word)).contains(&cell);
    let mut pairs = placed(app, areas).into_iter();
    pairs.find_map(|(at, pair)| hit(at, &pair).then_some(pair.0))
}

/// The pairs that fit, each with the cell where it begins.
fn placed(app: &App, areas: &Areas) -> Vec<(usize, Pair)> {
    let pairs = match app.overlays().last() {
        Some(top) => top.hints(),
        None => pairs(app, areas),
    };
    let room = usize::from(areas.screen.width);
    let (mut out, mut at) = (Vec::new(), 1);
    for (key, word) in pairs {
        let end = at + width(&key) + 1 + width(&word);
        // A pair that does not fit ends the line: half a word helps nobody.
        if end > room {
            break;
        }
        out.push((at, (key, word)));
        at = end + 2;
    }
    out
}

fn pair(key: &str, word: &str) -> Pair {
    (key.into(), word.into())
}

/// Keys and words for what is on the screen, the likeliest first, help last and always there.
fn pairs(app: &App, areas: &Areas) -> Vec<Pair> {
    if app.drag().is_some() {
        return vec![
            pair("release", "to choose copy or move"),
            pair("Esc", "cancel"),
        ];
    }
    if app.zone() == Zone::Queue {
        return app.queue().hints();
    }
    let pane = app.pane_of(app.active());
    if pane.input().is_some() {
        let mut out = vec![pair("↑↓", "move"), pair("Enter", "keep")];
        if let Some(text) = app.server_search() {
            let text = cut_end(crate::model::shown(text).as_str(), 16);
            out.push(pair("Tab", &format!("search the server for {text}")));
        }
        out.push(pair("Esc", "clear"));
        return out;
    }
    let mut out = Vec::new();
    let other = app.active().other();
    let hidden = areas.panes[other.index()].is_none() && app.zone() == Zone::Pane;
    if hidden {
        // Whoever does not see the other pane must still know where a copy goes.
        let place = short(app.pane_of(other).place(), app);
        out.push(pair("Tab", &cut_end(&place, 16)));
    }
    if pane.is_loading_first() {
        out.push(pair("Esc", "stop"));
    } else if pane.tree().filter().is_some() {
        out.extend([pair("Esc", "clear filter"), pair("/", "change it")]);
    }
    out.extend(
        lasting(app, areas)
            .into_iter()
            .filter(|action| !(hidden && *action == A::OtherPane))
            .filter_map(|action| of_verb(app, action)),
    );
    with_help(out, areas)
}

/// The pair of an action: its first key, its word, and the side that receives.
fn of_verb(app: &App, action: Action) -> Option<Pair> {
    let key = app
        .keymap()
        .keys_of(app.mode(), action)
        .into_iter()
        .next()?;
    let word = match (action, app.mode()) {
        (A::New, Mode::Buckets) => "new bucket",
        (A::ForgetYank, _) => "forget",
        (A::OtherPane, _) => "pane",
        // As wide as `link`, in whose cells it stands on folders.
        (A::Count, _) => "size",
        (A::Escape, _) => "clear",
        (A::CloseTab, _) if app.tabs().0 > 1 => "close tab",
        _ => action.verb().hint,
    };
    let receiver = match (action, app.active()) {
        (A::Copy | A::Move, Side::Left) => "›",
        (A::Copy | A::Move, Side::Right) => "‹",
        _ => "",
    };
    Some((key, format!("{word}{receiver}")))
}

/// Help stays: what must go for it are the least likely ones.
fn with_help(mut pairs: Vec<Pair>, areas: &Areas) -> Vec<Pair> {
    let help = pair("?", "help");
    let cells = |(key, word): &Pair| width(key) + width(word) + 3;
    let most = if areas.screen.width < 100 {
        MOST.0
    } else {
        MOST.1
    };
    let room = usize::from(areas.screen.width);
    let mut used = cells(&help);
    let kept = pairs
        .iter()
        .take(most - 1)
        .take_while(|pair| {
            used += cells(pair);
            used <= room
        })
        .count();
    pairs.truncate(kept);
    pairs.push(help);
    pairs
}

/// The actions that are likely next, whatever row the cursor is on.
fn lasting(app: &App, areas: &Areas) -> Vec<Action> {
    let place = app.pane_of(app.active()).place();
    next(app, in_place(place, areas))
}

/// The actions that are likely next on the row of the cursor.
pub(in crate::tui) fn likely(app: &App, areas: &Areas) -> Vec<Action> {
    next(app, on_row(app.pane_of(app.active()), areas))
}

/// What is likely next: what waits for an answer, then what the pane as a whole asks for, or else
/// `rows`.
fn next(app: &App, rows: &'static [Action]) -> Vec<Action> {
    let pane = app.pane_of(app.active());
    let mut out = Vec::new();
    if app.snapshot().counts.asking > 0 {
        out.push(A::Answer);
    }
    if app.yank().is_some() {
        let paste = applies(app, A::Paste).then_some(A::Paste);
        out.extend(paste.into_iter().chain([A::ForgetYank]));
    }
    let tree = pane.tree();
    let rest: &[Action] = if app.zone() == Zone::Places {
        &[A::Open, A::NextArea, A::Sidebar, A::CloseTab]
    } else if tree.is_empty() && matches!(tree.root().listing, Listing::Failed(_)) {
        &[
            A::Refresh,
            A::GoTo,
            A::Accounts,
            A::CloseTab,
            A::Parent,
            A::OtherPane,
            A::Messages,
        ]
    } else if tree.is_empty() {
        &[
            A::New,
            A::Parent,
            A::OtherPane,
            A::GoTo,
            A::Refresh,
            A::CloseTab,
        ]
    } else if tree.marks().count > 0 {
        &MARKED
    } else {
        rows
    };
    let rest = rest.iter().map(|action| fitting(pane, *action));
    out.extend(rest.filter(|action| applies(app, *action)));
    out.dedup();
    out
}

/// What stands in the cells of an action: there are links of objects only, and sizes of folders
/// only.
fn fitting(pane: &Browser, action: Action) -> Action {
    if action == A::Link && !is_of_objects(pane) {
        A::Count
    } else {
        action
    }
}

/// Whether what is marked has no folder in it; without marks, whether there are objects among the
/// rows. The row of the cursor does not decide: each step between a folder and an object would write
/// the hint anew, which is a quarter of what a step may cost.
fn is_of_objects(pane: &Browser) -> bool {
    let (tree, marks) = (pane.tree(), pane.tree().marks());
    if marks.count > 0 {
        marks.unsized_rows == 0
    } else {
        // Folders stand first.
        let last = tree.len().checked_sub(1);
        last.is_none_or(|last| tree.place_at(last).is_none())
    }
}

/// Whether an action can be done here: files have no links, nothing is changed where that is
/// refused, and nothing is copied to where nothing can be put.
fn applies(app: &App, action: Action) -> bool {
    let here = app.pane_of(app.active()).place();
    let there = app.pane_of(app.active().other()).place();
    let receives = |place: &Place| matches!(place, Place::Prefix(..) | Place::Folder(_));
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "all others apply everywhere"
    )]
    match action {
        A::Link => !matches!(here, Place::Folder(_)),
        A::Share => !matches!(here, Place::Folder(_)) && is_of_objects(app.pane_of(app.active())),
        A::Copy => receives(there) && !app.refuses(there),
        A::Move => receives(there) && !app.refuses(there) && !app.refuses(here),
        A::Paste => receives(here) && !app.refuses(here),
        A::Delete | A::New | A::Rename | A::Cut => !app.refuses(here),
        _ => true,
    }
}

/// With marks.
const MARKED: [Action; 11] = [
    A::Copy,
    A::Move,
    A::Yank,
    A::Cut,
    A::Link,
    A::Delete,
    A::Invert,
    A::Escape,
    A::Share,
    A::Queue,
    A::Filter,
];

fn in_place(place: &Place, areas: &Areas) -> &'static [Action] {
    match place {
        Place::Accounts => &[A::Open, A::OtherPane, A::CloseTab],
        Place::Buckets(_) => &BUCKETS,
        Place::Prefix(..) | Place::Folder(_) if areas.screen.width < 60 => &NARROW,
        Place::Prefix(..) => &[
            A::Open,
            A::Mark,
            A::Copy,
            A::Link,
            A::OtherPane,
            A::Queue,
            A::CloseTab,
            A::Delete,
            A::New,
            A::Rename,
            A::Filter,
            A::Find,
            A::Move,
            A::Info,
        ],
        Place::Folder(_) => &[
            A::Open,
            A::Mark,
            A::Copy,
            A::OtherPane,
            A::Queue,
            A::CloseTab,
            A::Delete,
            A::New,
            A::Rename,
            A::Filter,
            A::Move,
            A::Info,
        ],
    }
}

const NARROW: [Action; 3] = [A::Copy, A::Mark, A::Filter];

const BUCKETS: [Action; 9] = [
    A::Open,
    A::New,
    A::OtherPane,
    A::Accounts,
    A::Queue,
    A::CloseTab,
    A::Delete,
    A::Filter,
    A::GoTo,
];

fn on_row(pane: &Browser, areas: &Areas) -> &'static [Action] {
    let on_folder = pane.tree().place_at(pane.at()).is_some();
    match (pane.place(), on_folder) {
        (Place::Accounts, _) => &[A::Open, A::OtherPane, A::CloseTab],
        (Place::Buckets(_), _) => &BUCKETS,
        _ if areas.screen.width < 60 => &NARROW,
        (_, true) => &[
            A::Expand,
            A::Open,
            A::Mark,
            A::Copy,
            A::OtherPane,
            A::Queue,
            A::CloseTab,
            A::Delete,
            A::New,
            A::Rename,
            A::Filter,
        ],
        (Place::Prefix(..), false) => &[
            A::Mark,
            A::Copy,
            A::Link,
            A::Delete,
            A::OtherPane,
            A::Queue,
            A::CloseTab,
            A::Rename,
            A::Share,
            A::New,
            A::Filter,
            A::Move,
            A::Info,
        ],
        (Place::Folder(_), false) => &[
            A::Mark,
            A::Copy,
            A::Delete,
            A::Rename,
            A::OtherPane,
            A::Queue,
            A::CloseTab,
            A::Move,
            A::New,
            A::Filter,
            A::Info,
        ],
    }
}
