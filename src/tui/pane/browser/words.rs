//! What a pane says about itself: the count rule, the row under the cursor, the notes below
//! folders, and the texts that stand where there are no rows.

use super::{Browser, LONG, SKELETON, SPIN, STILL, names};
use crate::model::{Place, cut_middle, date, shown, size};
use crate::tui::msg::SortBy;
use crate::tui::pane::Show;
use crate::tui::pane::columns::Columns;
use crate::tui::theme::{Look, Role};
use crate::tui::tree::{Branch, Dots, Listing, ROOT, RowKind, Sort, Way};

/// A piece of text and what it is.
pub(super) type Piece = (String, Role);

/// One line of a text that fills a pane; empty for a gap.
pub(super) type Said = Vec<Piece>;

/// A number with commas: `1,204`.
#[must_use]
pub fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn one(text: impl Into<String>, role: Role) -> Said {
    vec![(text.into(), role)]
}

impl Browser {
    /// The count rule's text.
    pub(super) fn count(&self, show: &Show<'_>) -> Vec<Piece> {
        let root = self.tree.root();
        let (shown_rows, all) = (self.tree.len(), thousands(root.rows.len()));
        if let Some(filter) = self.tree.filter() {
            let text = shown(filter.text());
            let loaded = if root.listing == Listing::Done {
                ""
            } else {
                " loaded"
            };
            let hits = if self.tree.is_working() {
                format!("  filtering {all}{loaded}")
            } else {
                format!("  {} of {all}{loaded}", thousands(shown_rows))
            };
            return vec![(format!("/{text}"), Role::Marked), (hits, Role::Dim)];
        }
        if self.input.is_some() {
            return one("/", Role::Marked);
        }
        let mut parts = Vec::new();
        if self.is_loading_first() {
            let quiet = show.now < self.since + STILL;
            parts.push(if quiet {
                String::new()
            } else {
                "listing…".into()
            });
        } else if root.is_unknown() {
            parts.push("not loaded".into());
        } else {
            parts.push(self.position(show));
            let way = match self.tree.sort().way {
                Way::Up => show.look.glyphs.sort.0,
                Way::Down => show.look.glyphs.sort.1,
            };
            if show.focus == super::super::Focus::Here || self.tree.sort() != Sort::default() {
                parts.push(format!("{} {way}", self.tree.sort().name()));
            }
            if self.is_partial() {
                parts.push("partial".into());
            }
            parts.extend(self.progress(show));
        }
        if let Some(free) = self.free {
            parts.push(format!("{} free", size(free)));
        }
        parts.retain(|part| !part.is_empty());
        let mut count = one(parts.join(" · "), Role::Dim);
        if matches!(root.listing, Listing::Failed(_)) && !root.rows.is_empty() {
            count.push((" · ".into(), Role::Dim));
            count.push((
                format!("{} incomplete", show.look.glyphs.failed),
                Role::Danger,
            ));
        }
        count
    }

    fn position(&self, show: &Show<'_>) -> String {
        let root = self.tree.root();
        // Buckets and accounts are counted, however many folders are open below them.
        let lines = match root.place {
            Place::Buckets(_) | Place::Accounts => root.rows.len(),
            Place::Prefix(..) | Place::Folder(_) => self.tree.len(),
        };
        let more = match root.listing {
            Listing::Paused | Listing::Stopped | Listing::Failed(_) => "+",
            Listing::Asking { .. } if !root.is_refreshing() => "+",
            _ => "",
        };
        let noun = match root.place {
            Place::Buckets(_) if lines == 1 => " bucket",
            Place::Buckets(_) => " buckets",
            Place::Accounts if lines == 1 => " account",
            Place::Accounts => " accounts",
            Place::Prefix(..) | Place::Folder(_) => "",
        };
        if lines == 0 {
            return format!("0{noun}{}", if noun.is_empty() { " items" } else { "" });
        }
        // Lines that are no rows.
        let only_gaps = root.listing == Listing::Paused && !root.tail_is_open();
        let note = !more.is_empty() && root.ticket().is_none() && !only_gaps;
        let notes = usize::from(note) + root.gaps().len();
        let total = thousands(lines.saturating_sub(notes));
        match show.focus {
            super::super::Focus::Here if noun.is_empty() => {
                let here = (self.cursor.at + 1).min(lines.saturating_sub(notes));
                // As wide as the last one: what follows stays where it is.
                format!("{:>1$}/{total}{more}", thousands(here), total.len())
            }
            _ => format!("{total}{more}{noun}"),
        }
    }

    /// Whether the rows are sorted by something that a row may have that is not here yet.
    fn is_partial(&self) -> bool {
        let by_name = self.tree.sort().by == SortBy::Name;
        !by_name && self.tree.root().listing != Listing::Done && !self.tree.root().is_refreshing()
    }

    fn progress(&self, show: &Show<'_>) -> Option<String> {
        let Some(since) = self.listing_since() else {
            return self.pause_or_work();
        };
        if show.now < since + SPIN {
            return None;
        }
        let root = self.tree.root();
        if root.is_refreshing() || root.ticket().is_none() {
            return Some(format!("listing {}", spinner(show.look)));
        }
        Some(format!("listing… Esc stop {}", spinner(show.look)))
    }

    /// That it waits to be asked for more, or that rows are being sorted.
    fn pause_or_work(&self) -> Option<String> {
        let root = self.tree.root();
        if self.tree.is_working() {
            return Some("sorting…".into());
        }
        (root.listing == Listing::Paused && !root.is_full() && root.tail_is_open())
            .then(|| "G for more".into())
    }

    /// What is under the cursor, for the status line; its name only if these columns cut it.
    #[must_use]
    pub fn describe(&self, look: &Look<'_>, columns: Option<Columns>) -> Option<String> {
        let (branch, row) = self.tree.row(self.cursor.at)?;
        let mut parts = names::unseen(columns, branch.depth, &row);
        parts.extend(row.size.map(size));
        parts.extend(row.modified.map(|at| match row.kind {
            RowKind::Bucket => format!("made {}", date(at, look.zone)),
            _ => date(at, look.zone),
        }));
        // The usual storage class says nothing, in 11 bytes of each move.
        let note = row.note.as_deref().filter(|n| *n != "STANDARD");
        parts.extend(note.map(|note| shown(note).into()));
        if row.kind == RowKind::Special {
            parts.push("not a file".into());
        }
        (!parts.is_empty()).then(|| parts.join(" · "))
    }

    /// What stands below a folder's rows.
    pub(super) fn note(branch: &Branch, show: &Show<'_>) -> Said {
        match &branch.listing {
            Listing::Unasked => Vec::new(),
            Listing::Asking { since, .. } if show.now < *since + SPIN => Vec::new(),
            Listing::Asking { .. } => one(format!("{} listing…", spinner(show.look)), Role::Dim),
            Listing::Done => one("empty", Role::Dim),
            Listing::Paused => {
                let so_far = thousands(branch.rows.len());
                let text = if branch.is_full() {
                    format!("… {so_far} loaded, more are not kept · g/ goes to a name")
                } else {
                    format!("… {so_far} loaded · Enter or G loads more")
                };
                one(text, Role::Dim)
            }
            Listing::Stopped => one("… stopped here · Enter goes on · R lists again", Role::Dim),
            Listing::Failed(trouble) => one(
                format!(
                    "{} incomplete: {} · Enter tries again",
                    show.look.glyphs.failed, trouble.why
                ),
                Role::Danger,
            ),
        }
    }

    /// What stands between rows that are not next to each other.
    pub(super) fn gap(branch: &Branch, gap: usize) -> Said {
        let behind = branch.gaps().get(gap).map(|gap| &gap.until);
        let behind = behind.map(|key| cut_middle(crate::model::shown_bytes(key).as_str(), 24));
        let behind = behind.unwrap_or_default();
        let text = format!("… not listed yet · Enter lists · up to {behind}");
        one(text, Role::Dim)
    }

    /// The text where there are no rows.
    pub(super) fn instead_of_rows(&self, show: &Show<'_>) -> Vec<Said> {
        match &self.tree.root().listing {
            Listing::Asking { since, .. } if self.is_loading_first() => {
                self.loading(show, show.now.saturating_duration_since(*since).as_millis())
            }
            Listing::Failed(trouble) => {
                if trouble.code.as_str() == "NoCredentials" && !self.known.looked_for.is_empty() {
                    return self.welcome();
                }
                failed(trouble, show.look)
            }
            Listing::Stopped => vec![
                Vec::new(),
                one("  Stopped before anything came.", Role::Text),
                Vec::new(),
                vec![
                    ("  R  ".into(), Role::Key),
                    ("list again".into(), Role::Dim),
                ],
            ],
            Listing::Unasked | Listing::Asking { .. } => Vec::new(),
            Listing::Done | Listing::Paused => self.nothing(show),
        }
    }

    fn loading(&self, show: &Show<'_>, millis: u128) -> Vec<Said> {
        if millis < SPIN.as_millis() {
            return Vec::new();
        }
        let spinner = spinner(show.look);
        // The crumbs say where; a long address would only wrap.
        let crumbs = self.crumbs(show);
        let last = crumbs.last().map_or("", |c| c.text.as_str());
        let name = last.trim_start_matches([' ', '/', '›']).trim_start();
        let mut out = vec![one(format!("  {spinner} Listing {name} …"), Role::Text)];
        if millis < SKELETON.as_millis() {
            return out;
        }
        let seconds = format!("{}.{} s", millis / 1000, millis % 1000 / 100);
        let so_far = match self.tree.branch(ROOT).so_far() {
            0 => "no answer yet".into(),
            n => format!("{} keys so far", thousands(n)),
        };
        out.push(one(format!("    {so_far} · {seconds}"), Role::Dim));
        out.push(Vec::new());
        for cells in [16, 13, 10, 7] {
            let line = show.look.glyphs.light.repeat(cells);
            out.push(one(format!("  {line}"), Role::Rule));
        }
        if millis >= LONG.as_millis() {
            out.push(Vec::new());
            out.push(vec![
                ("  Esc ".into(), Role::Key),
                ("stop · you can open another place".into(), Role::Dim),
            ]);
        }
        out
    }

    fn nothing(&self, show: &Show<'_>) -> Vec<Said> {
        let hidden = self.tree.root().rows.len();
        let key = |key: &str, text: &str| {
            vec![
                (format!("  {key:<4}"), Role::Key),
                (text.to_string(), Role::Dim),
            ]
        };
        let mut out = vec![Vec::new()];
        if let Some(filter) = self.tree.filter() {
            out.push(one(
                format!("  Nothing matches {}", shown(filter.text())),
                Role::Text,
            ));
            out.extend([Vec::new(), key("Esc", "end the filter")]);
            return out;
        }
        if hidden > 0 && self.tree.dots() == Dots::Hidden {
            out.push(one(
                format!("  Only hidden names in here: {hidden}."),
                Role::Text,
            ));
            out.extend([Vec::new(), key(".", "show them")]);
            return out;
        }
        if let Place::Buckets(_) = self.place() {
            out.push(one("  No buckets yet.", Role::Text));
            out.extend([
                Vec::new(),
                key("n", "make one"),
                key("g/", "open one that you know"),
            ]);
            return out;
        }
        out.push(one("  Nothing in here.", Role::Text));
        out.push(Vec::new());
        if let Some(yank) = show.yank {
            let n = yank.items.len();
            let things = if n == 1 {
                "thing".into()
            } else {
                format!("{n} things")
            };
            out.push(key("p", &format!("paste the {things} you remembered")));
        }
        out.extend([
            key("a", "make a folder or file"),
            key("", "or drop rows here with the mouse"),
        ]);
        out
    }

    fn welcome(&self) -> Vec<Said> {
        let mut out = vec![
            Vec::new(),
            one("  Welcome. No keys were found yet.", Role::Text),
            Vec::new(),
            one("  To look around without an account", Role::Dim),
            one("    windlass demo", Role::Text),
            Vec::new(),
            one("  To add an account", Role::Dim),
            one(
                "    set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY,",
                Role::Text,
            ),
            one(
                format!("    or write it into {}", self.known.config),
                Role::Text,
            ),
            Vec::new(),
            one("  Looked for", Role::Dim),
        ];
        let looked_for = self.known.looked_for.iter();
        out.extend(looked_for.map(|l| one(format!("    {l}"), Role::Dim)));
        out
    }
}

/// A failed listing, in the place of its rows.
fn failed(trouble: &crate::model::Trouble, look: &Look<'_>) -> Vec<Said> {
    let mut out = vec![
        one(
            format!("  {} {}", look.glyphs.failed, trouble.what),
            Role::Danger,
        ),
        Vec::new(),
        one("  Why", Role::Dim),
        one(format!("    {}", trouble.why), Role::Text),
        Vec::new(),
        one("  What you can do", Role::Dim),
    ];
    if !trouble.fix.as_str().is_empty() {
        out.push(one(format!("    {}", trouble.fix), Role::Text));
    }
    let key = |key: &str, text: &str| {
        vec![
            (format!("    {key:<4}"), Role::Key),
            (text.to_string(), Role::Text),
        ]
    };
    out.push(key("R", "try again"));
    out.push(key("g/", "open a place that you know"));
    out.push(key("@", "use another account"));
    if !trouble.details.is_empty() {
        out.push(Vec::new());
        let detail = |(name, value): &(crate::model::Safe, crate::model::Safe)| {
            one(format!("  {name} {value}"), Role::Dim)
        };
        out.extend(trouble.details.iter().map(detail));
    }
    out
}

/// The spinner's frame of this beat.
fn spinner<'a>(look: &Look<'a>) -> &'a str {
    let frames = look.glyphs.spinner;
    let at = look.beat % frames.len().max(1);
    frames.get(at).copied().unwrap_or_default()
}
