//! The door to the terminal: enter, leave, clipboard, colours.
