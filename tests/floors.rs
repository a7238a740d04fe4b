//! Holds the picture of the floors (`src/lib.rs`, `docs/architecture.md`) against the code: who
//! may name whom, which outside crates a floor may use, and no file over 400 lines.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

/// Most lines that a source file may have.
const MAX_LINES: usize = 400;

/// A floor and the floors that it may name.
const MAY_NAME: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("config", &["model"]),
    ("s3", &["model"]),
    ("local", &["model"]),
    ("transfer", &["model", "s3", "local"]),
    ("engine", &["model", "config", "s3", "local", "transfer"]),
    ("term", &["model"]),
    ("cli", &["model", "config", "engine"]),
    ("demo", &["model", "config"]),
    ("tui", &["model", "config", "engine", "term"]),
];

/// An outside crate and the only files or folders (below `src`) that may use it.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("reqwest", &["s3/transport"]),
    ("hyper_util", &["s3/transport", "demo"]),
    ("hmac", &["s3/sign"]),
    ("icu_normalizer", &["model/alike", "model/look"]),
    ("icu_properties", &["model/alike", "model/look"]),
    ("quick_xml", &["s3/xml"]),
    ("ratatui", &["tui", "term"]),
    ("crossterm", &["tui", "term"]),
    ("clap", &["cli"]),
    ("directories", &["config"]),
    ("s3s", &["demo"]),
    ("s3s_fs", &["demo"]),
];

fn sources(dir: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(path);
        }
    }
}

/// The floor of a file: its first folder below `src`, or its own name.
fn floor(below_src: &str) -> &str {
    let first = below_src.split('/').next().unwrap();
    first.strip_suffix(".rs").unwrap_or(first)
}

/// Every `x` of `crate::x` and of `crate::{x::…, y::…}` in a source.
fn named(source: &str) -> Vec<String> {
    let mut out = Vec::new();
    for (at, _) in source.match_indices("crate::") {
        let rest = &source[at + "crate::".len()..];
        if let Some(tree) = rest.strip_prefix('{') {
            let (mut depth, mut word) = (1, String::new());
            for c in tree.chars() {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    _ => {}
                }
                if depth == 0 || (depth == 1 && c == ',') {
                    out.push(first_word(word.trim()));
                    word.clear();
                } else {
                    word.push(c);
                }
                if depth == 0 {
                    break;
                }
            }
        } else {
            out.push(first_word(rest));
        }
    }
    out.retain(|w| !w.is_empty());
    out
}

fn first_word(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

fn uses(source: &str, outside: &str) -> bool {
    source
        .lines()
        .filter(|l| !l.trim_start().starts_with("//"))
        .any(|line| {
            line.match_indices(&format!("{outside}::")).any(|(at, _)| {
                let before = line[..at].chars().next_back();
                !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
            })
        })
}

#[test]
fn every_floor_names_only_what_stands_below_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 20, "the sources were not found");
    let mut trouble = Vec::new();
    for file in files {
        let below = file
            .strip_prefix(&root)
            .unwrap()
            .to_str()
            .unwrap()
            .replace('\\', "/");
        let source = fs::read_to_string(&file).unwrap();
        let lines = source.lines().count();
        if lines > MAX_LINES {
            trouble.push(format!(
                "src/{below}: {lines} lines, {MAX_LINES} are allowed"
            ));
        }
        let own = floor(&below);
        if matches!(own, "main" | "lib") {
            continue;
        }
        let Some((_, allowed)) = MAY_NAME.iter().find(|(name, _)| *name == own) else {
            trouble.push(format!(
                "src/{below}: the floor {own} is not in the picture"
            ));
            continue;
        };
        for name in named(&source) {
            if name != own && !allowed.contains(&name.as_str()) {
                trouble.push(format!("src/{below}: {own} may not name {name}"));
            }
        }
        for (outside, places) in ONLY_IN {
            if uses(&source, outside) && !places.iter().any(|p| below.starts_with(p)) {
                trouble.push(format!("src/{below}: {outside} belongs in {places:?} only"));
            }
        }
    }
    assert!(trouble.is_empty(), "\n{}", trouble.join("\n"));
}

#[test]
fn the_check_itself_sees_what_it_should() {
    let source = "use crate::{model::{Key, Page}, tui};\nfn f() { crate::s3::x(); }";
    assert_eq!(named(source), ["model", "tui", "s3"]);
    assert!(uses("let c = reqwest::Client::new();", "reqwest"));
    assert!(!uses("// reqwest::Client\nmy_reqwest::x()", "reqwest"));
    assert_eq!(floor("tui/pane/queue.rs"), "tui");
    assert_eq!(floor("engine.rs"), "engine");
}
