//! The one place that prints: text or JSON lines on stdout, failures and progress on stderr.
//!
//! Invariant: what people read went through [`shown`]; JSON carries raw names, escaped by
//! `serde_json`. The progress line is drawn only on a terminal and is wiped before anything else
//! is written.

use std::io::{self, BufWriter, IsTerminal, Stdout, Write};

use serde::Serialize;

use super::{Args, Stop};
use crate::engine::Snapshot;
use crate::model::{self, Safe, Trouble, shown};

/// Where a verb writes to.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts about three streams"
)]
pub struct Out {
    stdout: BufWriter<Stdout>,
    form: Form,
    quiet: bool,
    verbose: bool,
    /// Whether a person sits there to be asked.
    person: bool,
    progress: bool,
    line: bool,
    stdout_is_terminal: bool,
}

/// How rows look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    Json,
}

impl Out {
    /// Looks at the flags and at what stdin, stdout and stderr are.
    #[must_use]
    pub fn new(args: &Args) -> Self {
        let stderr = io::stderr().is_terminal();
        let quiet = args.global.quiet;
        Self {
            stdout: BufWriter::new(io::stdout()),
            form: if args.is_json() {
                Form::Json
            } else {
                Form::Text
            },
            quiet,
            verbose: args.global.verbose > 0,
            person: stderr && io::stdin().is_terminal(),
            progress: stderr && !quiet,
            line: false,
            stdout_is_terminal: io::stdout().is_terminal(),
        }
    }

    pub(super) fn form(&self) -> Form {
        self.form
    }

    /// Whether somebody can be asked.
    pub(super) fn has_person(&self) -> bool {
        self.person
    }

    pub(super) fn is_terminal(&self) -> bool {
        self.stdout_is_terminal
    }

    /// One row for people. The parts that come from strangers must be [`Safe`] already.
    pub(super) fn row(&mut self, text: &str) -> io::Result<()> {
        self.wipe();
        writeln!(self.stdout, "{text}")?;
        self.flush_terminal()
    }

    /// One row for people that `-q` leaves out.
    pub(super) fn remark(&mut self, text: &str) -> io::Result<()> {
        if self.quiet { Ok(()) } else { self.row(text) }
    }

    /// One JSON object on a line.
    pub(super) fn json(&mut self, row: &impl Serialize) -> io::Result<()> {
        self.wipe();
        serde_json::to_writer(&mut self.stdout, row)?;
        self.stdout.write_all(b"\n")?;
        self.flush_terminal()
    }

    /// Bytes as they are: the content of an object.
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.wipe();
        self.stdout.write_all(bytes)
    }

    /// Sends what was written on its way.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.stdout.flush()
    }

    fn flush_terminal(&mut self) -> io::Result<()> {
        if self.stdout_is_terminal {
            self.stdout.flush()
        } else {
            Ok(())
        }
    }

    /// A failure: what, why, and what to do, a line each.
    pub fn trouble(&mut self, trouble: &Trouble) {
        self.wipe();
        let mut lines = vec![format!("windlass: {}\n", trouble.what)];
        let reasons = [("why", &trouble.why), ("fix", &trouble.fix)];
        let reasons = reasons
            .into_iter()
            .filter(|(_, line)| !line.as_str().is_empty());
        lines.extend(reasons.map(|(name, line)| format!("  {name}: {line}\n")));
        if self.verbose {
            let details = trouble.details.iter();
            lines.extend(details.map(|(name, value)| format!("  {name}: {value}\n")));
        }
        say(&lines.concat());
    }

    /// Something a person should know, on stderr; `-q` leaves it out.
    pub fn note(&mut self, text: &Safe) {
        if !self.quiet {
            self.wipe();
            say(&format!("windlass: {text}\n"));
        }
    }

    /// Draws the progress line anew.
    pub(super) fn progress(&mut self, now: &Snapshot) {
        if !self.progress {
            return;
        }
        let counts = now.counts;
        let so_far = if now.expanding { " so far" } else { "" };
        let (moved, total) = (model::size(now.moved), model::size(now.total));
        let mut parts = vec![format!("{moved} of {total}{so_far}")];
        parts.extend((now.speed > 0).then(|| model::rate(now.speed)));
        parts.extend(
            now.left
                .map(|left| format!("{} left", model::duration(left))),
        );
        parts.push(format!("{} done", counts.done));
        parts.extend((counts.active() > 1).then(|| format!("{} to go", counts.active())));
        parts.extend((counts.failed > 0).then(|| format!("{} failed", counts.failed)));
        self.line(&parts.join("  "));
    }

    /// Draws a line that the next one replaces.
    pub(super) fn line(&mut self, text: &str) {
        if self.progress {
            say(&format!("\r\x1b[K{}", model::cut_end(text, 79)));
            self.line = true;
        }
    }

    fn wipe(&mut self) {
        if self.line {
            say("\r\x1b[K");
            self.line = false;
        }
    }

    /// Asks on stderr and reads one line from the terminal.
    pub(super) async fn ask(&mut self, question: &str) -> Result<String, Stop> {
        self.flush()?;
        self.wipe();
        say(question);
        let (send, answer) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            let read = io::stdin().read_line(&mut line);
            // Nobody waits any more after Ctrl-C.
            let _ = send.send(read.map(|n| (n > 0).then_some(line)));
        });
        tokio::select! {
            answer = answer => match answer {
                Ok(Ok(Some(line))) => Ok(line.trim().to_owned()),
                // End of input is no answer: nothing is done.
                Ok(Ok(None)) | Err(_) => Err(Stop::Cancelled),
                Ok(Err(e)) => Err(e.into()),
            },
            _ = tokio::signal::ctrl_c() => Err(Stop::Cancelled),
        }
    }

    /// The progress line away and everything written.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        self.wipe();
        self.flush()
    }
}

/// Writes to stderr. Nobody is left to be told when that fails.
fn say(text: &str) {
    let mut stderr = io::stderr().lock();
    let _ = stderr.write_all(text.as_bytes());
    let _ = stderr.flush();
}

/// Any text as people may see it.
pub(super) fn safe(text: &impl ToString) -> Safe {
    shown(&text.to_string())
}
