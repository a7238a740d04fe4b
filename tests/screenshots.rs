//! The pictures of the README are those that the program draws now.

use std::path::Path;

#[path = "../examples/shots/mod.rs"]
mod shots;
mod stage;

#[test]
fn the_screenshots_are_current() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/screenshots");
    let all = shots::all();
    for (name, svg) in &all {
        let kept = std::fs::read_to_string(folder.join(format!("{name}.svg"))).unwrap_or_default();
        assert!(
            kept == *svg,
            "{name}.svg is old: run cargo run --example screenshots"
        );
    }
    let kept = std::fs::read_dir(folder).unwrap().count();
    assert_eq!(kept, all.len(), "a picture that nobody draws any more");
}

#[test]
fn a_picture_is_the_same_each_time() {
    assert!(shots::all() == shots::all());
}
