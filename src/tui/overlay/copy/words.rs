//! The words of the copy dialog.

use crate::engine::Kind;
use crate::model::size;
use crate::tui::msg::ItemKind;
use crate::tui::pane::browser::thousands;
use crate::tui::selection::Selection;

/// A place as one types it.
pub(in crate::tui::overlay) fn with_slash(text: &str) -> String {
    if text.ends_with('/') {
        text.into()
    } else {
        format!("{text}/")
    }
}

/// `Copy 3 objects · 74.5 MiB`.
pub(super) fn title(kind: Kind, items: &Selection) -> String {
    let verb = match kind {
        Kind::Copy => "Copy",
        Kind::Move => "Move",
    };
    format!("{verb} {}", what(items))
}

/// `3 objects · 74.5 MiB`, or the name of a single item.
pub(in crate::tui::overlay) fn what(items: &Selection) -> String {
    let n = thousands(items.len());
    let noun = match items.one() {
        Some(one) => one.name.to_string(),
        None if items.all(ItemKind::Object) => format!("{n} objects"),
        None if items.all(ItemKind::File) => format!("{n} files"),
        None if items.all(ItemKind::Folder) => format!("{n} folders"),
        None => format!("{n} items"),
    };
    match items.bytes().filter(|_| !items.is_empty()) {
        Some(bytes) => format!("{noun} · {}", size(bytes)),
        None => noun,
    }
}
