//! Every verb of the browser, once, in one table: it feeds the keymap, the hint line, the palette
//! and the README.

/// What a key can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Cursor down.
    Down,
    /// Cursor up.
    Up,
    /// To the first row.
    Top,
    /// To the last row.
    Bottom,
    /// Down by half a page.
    HalfDown,
    /// Up by half a page.
    HalfUp,
    /// Down by a page.
    PageDown,
    /// Up by a page.
    PageUp,
    /// Open a folder in place, or go right in the tree.
    Expand,
    /// Close a folder, or go to the parent.
    Collapse,
    /// Close every open folder.
    CollapseAll,
    /// Go into a folder, view an object.
    Open,
    /// Go to the parent place.
    Parent,
    /// To the other pane.
    OtherPane,
    /// To the next area: places, panes, queue.
    NextArea,
    /// Back in the pane's history.
    Back,
    /// Forward in the pane's history.
    Forward,
    /// To the place before this one.
    Previous,
    /// Home folder, or the bucket's root.
    Home,
    /// Mark, and go down.
    Mark,
    /// Start or end marking by moving.
    Visual,
    /// Start or end unmarking by moving.
    VisualClear,
    /// Mark everything.
    MarkAll,
    /// Turn marks around.
    Invert,
    /// Mark by a pattern.
    MarkPattern,
    /// Unmark by a pattern.
    UnmarkPattern,
    /// Copy to the other pane.
    Copy,
    /// Copy towards the right pane.
    CopyRight,
    /// Copy towards the left pane.
    CopyLeft,
    /// Move to the other pane.
    Move,
    /// Copy here under another name.
    CopyHere,
    /// Remember for pasting.
    Yank,
    /// Remember for moving.
    Cut,
    /// Copy or move here what was remembered.
    Paste,
    /// Forget what was remembered.
    ForgetYank,
    /// Delete.
    Delete,
    /// Rename.
    Rename,
    /// New folder, file or bucket.
    New,
    /// New text object, written here.
    NewText,
    /// New folder.
    NewFolder,
    /// Link for an hour, to the clipboard.
    Link,
    /// Share dialog.
    Share,
    /// Copy the address to the clipboard.
    CopyAddress,
    /// Copy the name to the clipboard.
    CopyName,
    /// View in memory.
    View,
    /// Edit in the editor and write back.
    Edit,
    /// Head, metadata, tag.
    Info,
    /// Filter this list.
    Filter,
    /// Sort by name.
    SortName,
    /// Sort by size.
    SortSize,
    /// Sort by date.
    SortModified,
    /// Sort by extension.
    SortExtension,
    /// Show or hide dot files and markers.
    Hidden,
    /// Tree or flat list.
    Flat,
    /// List again.
    Refresh,
    /// Type an address.
    GoTo,
    /// To the buckets.
    GoBuckets,
    /// To the local side.
    GoLocal,
    /// The other pane's place here.
    GoSame,
    /// Swap the panes.
    SwapPanes,
    /// One pane over the whole width.
    Zoom,
    /// Show or hide the sidebar.
    Sidebar,
    /// Another account.
    Accounts,
    /// The queue, larger each time.
    Queue,
    /// The queue over the whole screen.
    QueueFull,
    /// Answer the oldest question.
    Answer,
    /// Messages so far.
    Messages,
    /// All commands, searchable: help and palette are one.
    Palette,
    /// Count what is marked.
    Count,
    /// Mouse on or off.
    Mouse,
    /// Paint anew.
    Redraw,
    /// Suspend.
    Suspend,
    /// Leave the innermost thing.
    Escape,
    /// Quit.
    Quit,
    /// Queue: pause or go on.
    QueuePause,
    /// Queue: pause or go on with everything.
    QueuePauseAll,
    /// Queue: give up.
    QueueCancel,
    /// Queue: try again.
    QueueRetry,
    /// Queue: try everything that failed again.
    QueueRetryAll,
    /// Queue: earlier.
    QueueUp,
    /// Queue: later.
    QueueDown,
    /// Queue: details, or decide.
    QueueOpen,
    /// Queue: to the destination.
    QueueGo,
    /// Queue: forget what is finished.
    QueueClear,
}
