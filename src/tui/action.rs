//! Every verb of the browser, once, in one table: it feeds the keymap, the hint line, the palette,
//! the README and `assets/keymap.toml`.
//!
//! A verb knows its names and its default keys; it does not know what it does (`app`, the panes)
//! nor how keys are read (`keymap`). Invariant: each [`Action`] stands in [`VERBS`] exactly once.

/// Where a key means something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// In a pane or in the sidebar.
    Pane,
    /// In a pane that shows buckets: what it does not bind falls back to `Pane`.
    Buckets,
    /// In the queue, as a panel or over the whole screen.
    Queue,
}

impl Mode {
    /// All modes.
    pub const ALL: [Self; 3] = [Self::Pane, Self::Buckets, Self::Queue];

    /// Its name in the config file: `[keys.pane]`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pane => "pane",
            Self::Buckets => "buckets",
            Self::Queue => "queue",
        }
    }
}

/// What a verb is about: a heading of the palette and of the README's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Group {
    /// Moving the cursor and opening folders.
    Move,
    /// Changing what a pane shows.
    Go,
    /// Marking rows.
    Mark,
    /// Copying and moving.
    Transfer,
    /// Making, changing, deleting.
    Change,
    /// Links and texts for others.
    Share,
    /// Looking into things.
    Look,
    /// How the list looks.
    List,
    /// The queue.
    Queue,
    /// The program itself.
    Program,
}

impl Group {
    /// The heading.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Move => "Move",
            Self::Go => "Go",
            Self::Mark => "Mark",
            Self::Transfer => "Transfer",
            Self::Change => "Change",
            Self::Share => "Share",
            Self::Look => "Look",
            Self::List => "List",
            Self::Queue => "Queue",
            Self::Program => "Program",
        }
    }
}

/// One verb: a row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verb {
    /// What it does.
    pub action: Action,
    /// Its name in the config file.
    pub name: &'static str,
    /// One or two words for the hint line.
    pub hint: &'static str,
    /// A sentence for the palette, without full stop.
    pub help: &'static str,
    /// What it is about.
    pub group: Group,
    /// Default keys by mode, the one to show first. Keys of a sequence stand apart: `g g`.
    pub keys: &'static [(Mode, &'static [&'static str])],
}

impl Verb {
    /// Its default keys in a mode.
    #[must_use]
    pub fn keys_in(&self, mode: Mode) -> &'static [&'static str] {
        let of_mode = |(m, keys): &(Mode, &'static [&'static str])| (*m == mode).then_some(*keys);
        self.keys.iter().find_map(of_mode).unwrap_or_default()
    }
}

impl Action {
    /// Its row of the table.
    #[must_use]
    pub fn verb(self) -> &'static Verb {
        // The macro writes variants and rows in the same order.
        &VERBS[self as usize]
    }

    /// Words that people search it by and that its help does not have.
    #[must_use]
    pub fn also(self) -> &'static str {
        let of_this = |(action, words): &(Self, &'static str)| (*action == self).then_some(*words);
        ALSO.iter().find_map(of_this).unwrap_or_default()
    }
}

/// What other programs call it: searched, never shown.
const ALSO: &[(Action, &str)] = &[
    (Action::Copy, "download upload transfer send get put cp"),
    (Action::CopyRight, "download upload transfer"),
    (Action::CopyLeft, "download upload transfer"),
    (Action::Move, "download upload transfer mv"),
    (Action::CopyHere, "duplicate clone"),
    (Action::Link, "url presign share"),
    (Action::Share, "url presign link"),
    (Action::CopyAddress, "uri path"),
    (Action::Delete, "remove erase rm"),
    (Action::Rename, "mv name"),
    (Action::New, "create make touch mkdir mb"),
    (Action::NewFolder, "create make mkdir directory"),
    (Action::NewText, "create write note"),
    (Action::Accounts, "profile switch login"),
    (Action::GoTo, "cd jump open"),
    (Action::View, "preview read cat show open"),
    (
        Action::Info,
        "properties metadata details stat tags versions restore",
    ),
    (Action::Count, "size total du"),
    (Action::Mark, "select"),
    (Action::MarkAll, "select"),
    (Action::MarkPattern, "select glob"),
    (Action::Filter, "search find"),
    (Action::Refresh, "reload update"),
    (Action::Queue, "progress transfers downloads uploads jobs"),
    (
        Action::QueueFull,
        "progress transfers downloads uploads jobs",
    ),
    (Action::QueuePause, "stop resume"),
    (Action::QueuePauseAll, "stop resume"),
    (Action::QueueCancel, "stop abort"),
    (Action::QueueMore, "parallel concurrency faster"),
    (Action::QueueFewer, "parallel concurrency slower"),
    (Action::QueueAuto, "parallel concurrency adaptive"),
    (Action::QueueBandwidth, "throttle speed rate"),
    (Action::Palette, "keys shortcuts commands"),
    (Action::Messages, "log errors history"),
    (Action::Quit, "exit leave close"),
    (Action::CloseTab, "exit leave"),
    (Action::Find, "search recursive fuzzy"),
    (Action::Compare, "diff difference sync"),
    (Action::Undo, "revert restore back"),
    (Action::Bookmarks, "favourites places jump"),
    (Action::BookmarkSet, "favourite save"),
    (Action::Links, "url presign history"),
    (Action::Preview, "view look image picture"),
    (Action::OpenOutside, "launch xdg-open system program"),
    (Action::Shell, "terminal command bash sh"),
];

macro_rules! verbs {
    ($($group:ident { $($action:ident $name:literal $hint:literal $help:literal $($mode:ident[$($key:literal)*])*;)* })*) => {
        /// What a key can do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Action {
            $($(#[doc = concat!($help, ".")] $action,)*)*
        }

        /// The table.
        pub const VERBS: &[Verb] = &[
            $($(Verb {
                action: Action::$action,
                name: $name,
                hint: $hint,
                help: $help,
                group: Group::$group,
                keys: &[$((Mode::$mode, &[$($key),*])),*],
            },)*)*
        ];
    };
}

verbs! {
    Transfer {
        Copy "copy" "copy" "Copy to the other pane: upload or download" Pane["f5" "C"];
        CopyRight "copy-right" "copy right" "Copy from the left pane to the right one" Pane[">"];
        CopyLeft "copy-left" "copy left" "Copy from the right pane to the left one" Pane["<"];
        Move "move" "move" "Move to the other pane" Pane["f6" "M"];
        CopyHere "copy-here" "copy here" "Copy here under another name" Pane["shift-f5" "c h"];
        Yank "yank" "yank" "Yank: remember for copying with paste" Pane["y"];
        Cut "cut" "cut" "Cut: remember for moving with paste" Pane["x"];
        Paste "paste" "paste" "Paste: copy or move here what was yanked" Pane["p"];
        ForgetYank "forget-yank" "forget yank" "Forget what was yanked or cut" Pane["X"];
    }
    Share {
        Link "link" "link" "Copy a link that works for one hour" Pane["s"];
        Share "share" "share" "Share: validity, upload links, curl, test" Pane["S"];
        CopyAddress "copy-address" "address" "Copy the address to the clipboard" Pane["Y" "c s" "c c"];
        CopyName "copy-name" "name" "Copy the name to the clipboard" Pane["c n"];
        Links "links" "links" "Links handed out in this session" Pane["c l"];
    }
    Change {
        Delete "delete" "delete" "Delete; local files go to the trash" Pane["d" "delete" "f8"];
        DeleteForGood "delete-for-good" "delete for good" "Delete for good: past the trash, with all versions" Pane["D" "shift-delete" "shift-f8"];
        Undo "undo" "undo" "Undo the last copy, rename or deletion" Pane["u"];
        Rename "rename" "rename" "Rename; several are renamed in your editor" Pane["r" "f2" "shift-f6"];
        New "new" "new" "New file, folder (ends with /) or bucket" Pane["a"] Buckets["n" "a" "f7"];
        NewFolder "new-folder" "new folder" "New folder" Pane["f7" "F"];
        NewText "new-text" "new text" "New text, written here" Pane["T"];
        Edit "edit" "edit" "Edit in your editor and write back" Pane["e" "f4"];
    }
    Go {
        Parent "parent" "parent" "Go to the place above" Pane["backspace" "ctrl-pageup" "g p"];
        Back "back" "back" "Back to where this pane was before" Pane["H" "alt-y"];
        Forward "forward" "forward" "Forward again" Pane["L" "alt-u"];
        Previous "previous" "previous" "To the previous place, and back" Pane["-"];
        Home "home" "home" "Home folder, or root of the bucket" Pane["~" "g h" "g r"];
        GoTo "goto" "type a path" "Go to an address or path that you type" Pane["g /" "alt-c"];
        GoBuckets "go-buckets" "buckets" "Go to the buckets" Pane["g b"];
        GoLocal "go-local" "local" "Go to the local files" Pane["g l"];
        GoSame "go-same" "same as other" "Show the other pane's place here" Pane["g o" "alt-i"];
        SwapPanes "swap-panes" "swap panes" "Swap the panes" Pane["g s"];
        BookmarkSet "bookmark-set" "bookmark" "Bookmark this place under a letter" Pane["m"];
        BookmarkAdd "bookmark-add" "bookmark" "Bookmark this place" Pane["B"];
        Bookmarks "bookmarks" "bookmarks" "Go to a bookmark by its letter" Pane["'" "b" "g m"];
        TabNew "tab-new" "new tab" "A new tab on the same places" Pane["t"];
        TabNext "tab-next" "next tab" "To the next tab" Pane["]"];
        TabPrevious "tab-previous" "previous tab" "To the previous tab" Pane["["];
        TabNth "tab-nth" "tab" "To the tab with this number" Pane["1" "2" "3" "4" "5" "6" "7" "8" "9"];
        Accounts "accounts" "account" "Go to another account" Pane["@"];
    }
    Look {
        View "view" "view" "View a file or object" Pane["f3" "O"];
        Info "info" "info" "Show all that is known about it" Pane["i" "alt-enter"];
        Preview "preview" "preview" "Show or hide the preview" Pane["P"];
        PreviewDown "preview-down" "scroll" "Scroll the preview, else down half a page" Pane["J"];
        PreviewUp "preview-up" "scroll" "Scroll the preview, else up half a page" Pane["K"];
        OpenOutside "open-outside" "open with" "Open with your system's program" Pane["o"];
        Find "find" "find" "Find below this place, however deep" Pane["f" "alt-?"];
        Compare "compare" "compare" "Compare the panes and mark what differs" Pane["="];
        Count "count" "count" "Count what lies below the marked or current rows" Pane["I" "ctrl-space"];
    }
    Mark {
        Mark "mark" "mark" "Mark or unmark, and go down" Pane["space" "insert" "ctrl-t"];
        Visual "visual" "mark range" "Mark by moving, until pressed again" Pane["v"];
        VisualClear "visual-clear" "unmark range" "Unmark by moving, until pressed again" Pane["V"];
        MarkAll "mark-all" "mark all" "Mark everything that is shown" Pane["A" "ctrl-a"];
        Invert "invert" "invert" "Turn all marks around" Pane["*"];
        MarkPattern "mark-pattern" "mark by pattern" "Mark by a pattern such as *.jpg" Pane["+"];
        UnmarkPattern "unmark-pattern" "unmark by pattern" "Unmark by a pattern" Pane["\\"];
    }
    Move {
        Down "down" "down" "Cursor down" Pane["j" "down" "ctrl-n"] Queue["j" "down" "ctrl-n"];
        Up "up" "up" "Cursor up" Pane["k" "up" "ctrl-p"] Queue["k" "up" "ctrl-p"];
        Top "top" "top" "To the first row" Pane["g g" "home"] Queue["g g" "home"];
        Bottom "bottom" "end" "To the last row, loading more of a long listing" Pane["G" "end" "g e"] Queue["G" "end"];
        HalfDown "half-down" "half down" "Down by half a page" Pane["ctrl-d"] Queue["ctrl-d" "g j"];
        HalfUp "half-up" "half up" "Up by half a page" Pane["ctrl-u"] Queue["ctrl-u" "g k"];
        PageDown "page-down" "page down" "Down by a page" Pane["pagedown" "ctrl-f" "g j"] Queue["pagedown"];
        PageUp "page-up" "page up" "Up by a page" Pane["pageup" "ctrl-b" "g k"] Queue["pageup"];
        Expand "expand" "open" "Open a folder in place, or step into it" Pane["right" "l"];
        Collapse "collapse" "close" "Close a folder, or go to the one above" Pane["left" "h"];
        CollapseAll "collapse-all" "close all" "Close every open folder" Pane["_"];
        Open "open" "open" "Go into a folder, view an object" Pane["enter" "ctrl-pagedown"];
        OtherPane "other-pane" "other pane" "To the other pane" Pane["tab"] Queue["tab"];
        NextArea "next-area" "next area" "To the next area: places, panes, queue" Pane["shift-tab"] Queue["shift-tab"];
    }
    List {
        Filter "filter" "filter" "Filter this list while you type" Pane["/" "alt-s"];
        SortName "sort-name" "by name" "Sort by name, again to reverse" Pane[", n"];
        SortSize "sort-size" "by size" "Sort by size, again to reverse" Pane[", s"];
        SortModified "sort-modified" "by date" "Sort by date, again to reverse" Pane[", m"];
        SortExtension "sort-extension" "by extension" "Sort by extension, again to reverse" Pane[", e"];
        Hidden "hidden" "hidden" "Show or hide names that start with a dot" Pane["." "alt-."];
        Flat "flat" "flat list" "Tree or flat list" Pane["`"];
        Refresh "refresh" "refresh" "List again" Pane["R" "ctrl-r"];
        Zoom "zoom" "zoom" "This pane alone, or both" Pane["z"];
        Sidebar "sidebar" "sidebar" "Show or hide the places" Pane["Z"];
    }
    Queue {
        Queue "queue" "queue" "Show the queue, larger each time" Pane["w"];
        QueueFull "queue-full" "full queue" "The queue over the whole screen" Pane["W"] Queue["w" "W"];
        Answer "answer" "answer" "Answer the oldest question of the queue" Pane["!"] Queue["!"];
        QueuePause "queue-pause" "pause" "Pause this transfer, or go on" Queue["p"];
        QueuePauseAll "queue-pause-all" "pause all" "Pause everything, or go on" Queue["P"];
        QueueCancel "queue-cancel" "cancel" "Give this transfer up" Queue["x"];
        QueueRetry "queue-retry" "retry" "Try this transfer again" Queue["r"];
        QueueRetryAll "queue-retry-all" "retry failed" "Try everything that failed again" Queue["R"];
        QueueUp "queue-up" "earlier" "Earlier in the queue" Queue["K"];
        QueueDown "queue-down" "later" "Later in the queue" Queue["J"];
        QueueOpen "queue-open" "details" "Details of this transfer, or decide" Queue["enter"];
        QueueGo "queue-go" "go there" "Go to where it is written" Queue["o"];
        QueueClear "queue-clear" "clear" "Forget what is finished" Queue["c"];
        QueueMore "queue-more" "more" "More requests at once" Queue["+"];
        QueueFewer "queue-fewer" "fewer" "Fewer requests at once" Queue["-"];
        QueueAuto "queue-auto" "as helps" "As many requests at once as help" Queue["="];
        QueueBandwidth "queue-bandwidth" "bandwidth" "Limit the bandwidth" Queue["b"];
    }
    Program {
        Palette "palette" "help" "All commands: type to search, Enter runs" Pane["?" ":" "f1" "f9"] Queue["?" ":" "f1" "f9"];
        Shell "shell" "shell" "A shell in the local folder" Pane["$" "ctrl-o"];
        Messages "messages" "messages" "Messages so far" Pane["E"] Queue["E"];
        Mouse "mouse" "mouse" "Mouse on or off, to select text with it" Pane["g M"];
        Redraw "redraw" "redraw" "Paint the screen anew" Pane["ctrl-l" "g L"] Queue["ctrl-l"];
        Suspend "suspend" "suspend" "Suspend the program" Pane["ctrl-z" "g Z"] Queue["ctrl-z"];
        Escape "escape" "back" "Leave the innermost thing" Pane["esc" "ctrl-g"] Queue["esc" "ctrl-g"];
        CloseTab "close-tab" "quit" "Close this tab; the last one quits" Pane["q"];
        Quit "quit" "quit" "Quit" Pane["Q" "f10"] Queue["q" "Q" "f10"];
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_action_finds_its_own_row() {
        for (at, verb) in VERBS.iter().enumerate() {
            assert_eq!(verb.action as usize, at, "{}", verb.name);
            assert_eq!(verb.action.verb(), verb);
        }
    }

    #[test]
    fn search_words_are_given_once_per_verb() {
        let mut seen = HashSet::new();
        for (action, words) in ALSO {
            assert!(seen.insert(*action), "{words}");
            assert_eq!(action.also(), *words);
        }
        assert_eq!(Action::Down.also(), "");
    }

    #[test]
    fn names_are_unique_and_plain() {
        let mut seen = HashSet::new();
        for verb in VERBS {
            assert!(seen.insert(verb.name), "{} twice", verb.name);
            assert!(
                verb.name
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b == b'-')
            );
            assert!(!verb.help.ends_with('.') && !verb.hint.is_empty());
        }
    }

    #[test]
    fn every_action_is_reachable_with_plain_keys() {
        let special = ["home", "end", "pageup", "pagedown", "insert", "delete"];
        let plain = |key: &str| {
            let function = key.len() > 1 && key.starts_with('f') && key[1..].parse::<u8>().is_ok();
            !key.starts_with("ctrl-")
                && !key.starts_with("alt-")
                && !special.contains(&key)
                && !function
                && !key.starts_with("shift-f")
                && !key.starts_with("shift-d")
        };
        for verb in VERBS {
            let reachable = verb
                .keys
                .iter()
                .flat_map(|(_, keys)| *keys)
                .any(|sequence| sequence.split(' ').all(plain));
            assert!(reachable, "{} needs a plain key", verb.name);
        }
    }
}
