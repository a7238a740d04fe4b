//! The names of the rows on the screen, so that no two rows look the same.
//!
//! Names that are cut, written in letters that look like others, or drawn in ASCII may end up as
//! the same cells: then what differs is spelt, or the cut is made where they differ, or they are
//! counted. Knows rows as text, no cells. Invariant: two rows of one folder whose names differ
//! never look the same; rows of plain names that fit cost nothing more.

use std::collections::{HashMap, HashSet};

use unicode_segmentation::UnicodeSegmentation;

use crate::model::{cut_end, cut_middle, odd_letters, skeleton, spelt, width};
use crate::tui::pane::columns::Columns;
use crate::tui::theme::Glyphs;
use crate::tui::tree::{Line, Row, RowKind, Tree};

/// The name of a row on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Name {
    /// Of which folder.
    branch: u32,
    /// All of it, safe to show.
    full: String,
    /// Cells for it.
    room: usize,
    /// As it is drawn.
    drawn: String,
}

/// As often a cut is made anew before names are counted.
const ROUNDS: usize = 6;

/// A row's name with the slash of a folder.
fn whole(row: &Row) -> String {
    let folder = matches!(row.kind, RowKind::Folder | RowKind::FolderLink);
    let slash = if folder { "/" } else { "" };
    format!("{}{slash}", row.name.shown())
}

/// The same, and the cells that are left for it.
fn full(columns: Columns, depth: u16, row: &Row) -> (String, usize) {
    let fold = if row.kind.is_folder() { 2 } else { 0 };
    let taken = usize::from(depth) * 2 + fold;
    (whole(row), columns.name.saturating_sub(taken))
}

/// What a row in these columns leaves open about its name: all of it if it is cut, and letters
/// that look like others.
pub(super) fn unseen(columns: Option<Columns>, depth: u16, row: &Row) -> Vec<String> {
    let all = columns.map(|columns| full(columns, depth, row));
    let cut = all.is_none_or(|(name, room)| width(&name) > room);
    let name = cut.then(|| whole(row));
    let odd = odd_letters(&row.name.text());
    name.into_iter().chain(odd).collect()
}

/// The names of so many lines from the top, as they are drawn; empty where no row is.
pub(super) fn drawn(
    tree: &Tree,
    (top, lines): (usize, usize),
    columns: Columns,
    glyphs: &Glyphs,
) -> Vec<String> {
    let mut places = Vec::new();
    let mut names = Vec::new();
    for n in 0..lines {
        let Some(line) = tree.line(top + n) else {
            break;
        };
        places.push(None);
        if let Line::Row { branch, .. } = line
            && let Some((within, row)) = tree.row(top + n)
        {
            let (full, room) = full(columns, within.depth, &row);
            let drawn = cut_middle(&full, room);
            places[n] = Some(names.len());
            names.push(Name {
                branch,
                full,
                room,
                drawn,
            });
        }
    }
    if names
        .iter()
        .any(|n| !n.full.is_ascii() || n.drawn != n.full)
    {
        tell_apart(&mut names, glyphs);
    }
    let mut drawn: Vec<String> = names.into_iter().map(|name| name.drawn).collect();
    let of = |place: Option<usize>| place.map(|n| std::mem::take(&mut drawn[n]));
    places
        .into_iter()
        .map(of)
        .map(Option::unwrap_or_default)
        .collect()
}

fn tell_apart(names: &mut [Name], glyphs: &Glyphs) {
    for round in 0..=ROUNDS {
        let groups = alike(names, glyphs);
        for group in &groups {
            match round {
                0 => spell(names, group, glyphs),
                ROUNDS => count(names, group, glyphs),
                _ => cut_anew(names, group),
            }
        }
        if groups.is_empty() {
            return;
        }
    }
}

/// What a text looks like in the glyphs of the screen.
fn face(text: &str, glyphs: &Glyphs) -> String {
    let drawn: String = text.chars().map(|c| glyphs.drawn(c)).collect();
    skeleton(&drawn).into_owned()
}

/// The rows that look the same and are not.
fn alike(names: &[Name], glyphs: &Glyphs) -> Vec<Vec<usize>> {
    let mut by_face: HashMap<(u32, String), Vec<usize>> = HashMap::new();
    for (n, name) in names.iter().enumerate() {
        let face = face(&name.drawn, glyphs);
        by_face.entry((name.branch, face)).or_default().push(n);
    }
    let differ = |group: &Vec<usize>| {
        let first = &names[group[0]].full;
        group.iter().any(|n| names[*n].full != *first)
    };
    let mut groups: Vec<Vec<usize>> = by_face.into_values().filter(differ).collect();
    groups.sort();
    groups
}

/// Spells the letters of those whose whole names look the same.
fn spell(names: &mut [Name], group: &[usize], glyphs: &Glyphs) {
    let faces: Vec<String> = group
        .iter()
        .map(|n| face(&names[*n].full, glyphs))
        .collect();
    for (at, n) in group.iter().enumerate() {
        let twin = group
            .iter()
            .zip(&faces)
            .any(|(other, face)| *face == faces[at] && names[*other].full != names[*n].full);
        if twin {
            let name = &mut names[*n];
            name.full = spelt(&name.full, |c| glyphs.drawn(c) != c);
            name.drawn = cut_middle(&name.full, name.room);
        }
    }
}

/// Cuts names where they begin to differ: `2026-survey-…north-final.tif`.
fn cut_anew(names: &mut [Name], group: &[usize]) {
    let first = &names[group[0]].full;
    let same = group.iter().map(|n| common(first, &names[*n].full)).min();
    let same = same.unwrap_or_default();
    for n in group {
        let name = &mut names[*n];
        let rest = &name.full[same..];
        let free = name.room.saturating_sub(width(rest));
        let front = cut_end(&name.full, free.max(name.room / 3));
        // What is cut is behind the front, or nothing is won.
        if front.len() <= same + '…'.len_utf8() {
            let rest = cut_middle(rest, name.room.saturating_sub(width(&front)));
            name.drawn = format!("{front}{rest}");
        }
    }
}

/// The bytes at the start that two texts share, in whole characters as they are seen.
fn common(one: &str, other: &str) -> usize {
    if one == other {
        // The same name twice: it does not say where others differ.
        return usize::MAX;
    }
    let pairs = one.graphemes(true).zip(other.graphemes(true));
    let same = pairs.take_while(|(a, b)| a == b);
    same.map(|(a, _)| a.len()).sum()
}

/// Counts those that nothing tells apart in so few cells: `report-…‹2›`.
fn count(names: &mut [Name], group: &[usize], glyphs: &Glyphs) {
    let mut taken: HashSet<String> = names.iter().map(|name| face(&name.drawn, glyphs)).collect();
    for n in &group[1..] {
        let name = &mut names[*n];
        for number in 2.. {
            let mark = format!("‹{number}›");
            let front = cut_end(&name.full, name.room.saturating_sub(width(&mark)));
            let drawn = format!("{front}{mark}");
            if taken.insert(face(&drawn, glyphs)) {
                name.drawn = drawn;
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(texts: &[&str], room: usize, glyphs: &Glyphs) -> Vec<String> {
        let name = |text: &&str| Name {
            branch: 0,
            full: crate::model::shown_name(text).into(),
            room,
            drawn: cut_middle(crate::model::shown_name(text).as_str(), room),
        };
        let mut names: Vec<Name> = texts.iter().map(name).collect();
        tell_apart(&mut names, glyphs);
        names.into_iter().map(|name| name.drawn).collect()
    }

    #[test]
    fn letters_of_another_alphabet_are_spelt_beside_their_twins() {
        let told = |texts: &[&str]| told(texts, 40, &Glyphs::UNICODE);
        assert_eq!(
            told(&["cop.txt", "сор.txt"]),
            ["cop.txt", "‹U+0441›‹U+043E›‹U+0440›.txt"]
        );
        // Alone, it is as it is.
        assert_eq!(told(&["a.txt", "сор.txt"]), ["a.txt", "сор.txt"]);
        assert_eq!(told(&["a-b", "a\u{2010}b"]), ["a-b", "a‹U+2010›b"]);
        assert_eq!(told(&["ë", "ё"]), ["ë", "‹U+0451›"]);
        assert_eq!(
            told(&["ВОТ", "ΒΟΤ"]),
            ["‹U+0412›‹U+041E›‹U+0422›", "‹U+0392›‹U+039F›‹U+03A4›"]
        );
    }

    #[test]
    fn long_names_are_cut_where_they_differ() {
        let told = |texts: &[&str]| told(texts, 24, &Glyphs::UNICODE);
        assert_eq!(
            told(&[
                "survey-of-the-north-face-final-one-of-many.tif",
                "survey-of-the-north-face-draft-one-of-many.tif",
            ]),
            ["survey-…final-one-o….tif", "survey-…draft-one-o….tif"]
        );
        // As much of the front as there is room for.
        let photos = ["IMG_20260311_0001.CR3", "IMG_20260311_0002.CR3"];
        assert_eq!(
            super::tests::told(&photos, 20, &Glyphs::UNICODE),
            ["IMG_20260311_0…1.CR3", "IMG_20260311_0…2.CR3"]
        );
        // A name that is what a cut one looks like.
        let cut = cut_middle("full-frame-panorama-stitched-v2.tif", 24);
        let both = told(&["full-frame-panorama-stitched-v2.tif", &cut]);
        assert_ne!(both[0], both[1]);
    }

    #[test]
    fn in_ascii_what_is_replaced_is_spelt() {
        let told = |texts: &[&str]| told(texts, 40, &Glyphs::ASCII);
        let both = told(&["a·b", "a-b"]);
        assert_eq!(both, ["a‹U+00B7›b", "a-b"]);
        let three = told(&["a·b", "a-b", "a<U+00B7>b"]);
        let faces: HashSet<String> = three.iter().map(|n| face(n, &Glyphs::ASCII)).collect();
        assert_eq!(faces.len(), 3, "{three:?}");
    }

    proptest! {
        #[test]
        fn no_two_names_look_the_same(
            texts in prop::collection::hash_set(
                prop_oneof![
                    "[aа·-][bЬ-]{0,2}[cс…~]",
                    "a{20,40}[bcо]?[o0-3]{0,2}a{20,30}",
                    "‹[0-3]›",
                ],
                2..12,
            ),
            room in 6usize..30,
            ascii in any::<bool>(),
        ) {
            let glyphs = if ascii { &Glyphs::ASCII } else { &Glyphs::UNICODE };
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let told = told(&texts, room, glyphs);
            let faces: HashSet<String> = told.iter().map(|name| face(name, glyphs)).collect();
            prop_assert_eq!(faces.len(), texts.len(), "{:?} {:?}", &texts, &told);
            prop_assert!(told.iter().all(|name| width(name) <= room));
        }
    }
}
