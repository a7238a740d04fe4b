//! The documents agree with the code: the README's key table is the one that the program uses, and
//! every file that a document links to is there.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use windlass::tui::action::{Mode, VERBS, Verb};

const BEGIN: &str = "<!-- keys: ";
const END: &str = "<!-- /keys -->";

/// The key table as Markdown, grouped as in the palette.
fn key_table() -> String {
    let mut out = String::new();
    let mut group = None;
    for verb in VERBS {
        if group != Some(verb.group) {
            group = Some(verb.group);
            write!(out, "\n| {} | keys |\n|---|---|\n", verb.group.name()).unwrap();
        }
        writeln!(out, "| {} | {} |", verb.help, keys_of(verb)).unwrap();
    }
    out.replace("```", "`` ` ``")
}

/// The keys of a verb: those of the panes, then those that mean it only elsewhere, with where.
fn keys_of(verb: &Verb) -> String {
    let text = |key: &&str| format!("`{}`", key.replace('|', "\\|").replace("``", "`` ` ``"));
    let mut parts: Vec<String> = Vec::new();
    let mut known: Vec<&str> = Vec::new();
    for mode in Mode::ALL {
        let place = match mode {
            Mode::Pane => "",
            Mode::Buckets => "in a list of buckets ",
            Mode::Queue => "in the queue ",
        };
        let all = verb.keys_in(mode).iter().copied();
        let new: Vec<&str> = all.filter(|key| !known.contains(key)).collect();
        if !new.is_empty() {
            let keys: Vec<String> = new.iter().map(text).collect();
            parts.push(format!("{place}{}", keys.join(" ")));
        }
        known.extend(new);
    }
    parts.join(", ")
}

#[test]
fn the_readme_lists_the_keys_that_the_program_uses() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let begin = readme.find(BEGIN).unwrap();
    let begin = begin + readme[begin..].find('\n').unwrap() + 1;
    let end = readme.find(END).unwrap();
    let table = key_table();
    let wanted = format!("{}{table}\n{}", &readme[..begin], &readme[end..]);
    #[expect(
        clippy::disallowed_methods,
        reason = "a switch for whoever runs the test"
    )]
    let bless = std::env::var_os("WINDLASS_BLESS").is_some();
    if bless {
        fs::write(&path, wanted).unwrap();
    } else {
        assert_eq!(
            readme, wanted,
            "run: WINDLASS_BLESS=1 cargo test --test docs"
        );
    }
}

#[test]
fn links_between_documents_lead_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut documents = vec![
        "README.md".into(),
        "CONTRIBUTING.md".into(),
        "CHANGELOG.md".into(),
    ];
    for folder in ["docs", "docs/adr"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|e| e == "md") {
                documents.push(path.strip_prefix(root).unwrap().to_path_buf());
            }
        }
    }
    let mut dead = Vec::new();
    let mut seen = 0;
    for document in documents {
        let text = fs::read_to_string(root.join(&document)).unwrap();
        for (at, _) in text.match_indices("](") {
            let target = text[at + 2..].split([')', '#']).next().unwrap();
            if target.is_empty() || target.contains("://") {
                continue;
            }
            seen += 1;
            if !root.join(document.parent().unwrap()).join(target).exists() {
                dead.push(format!("{}: {target}", document.display()));
            }
        }
    }
    assert!(seen > 10, "no links were found");
    assert!(dead.is_empty(), "{dead:#?}");
}
