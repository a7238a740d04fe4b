//! The headless twin: every verb of the browser as a subcommand, on the same engine.
