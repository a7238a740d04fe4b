//! Renders the real interface over sample data to SVG, for the README: `cargo run --example
//! screenshots` writes `assets/screenshots/`. A test holds that they are current.

use std::path::Path;

#[path = "shots/mod.rs"]
mod shots;
#[path = "../tests/stage/mod.rs"]
mod stage;

fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/screenshots");
    std::fs::create_dir_all(&folder)?;
    for (name, svg) in shots::all() {
        std::fs::write(folder.join(format!("{name}.svg")), svg)?;
    }
    Ok(())
}
