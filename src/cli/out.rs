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
        let mut text = format!("windlass: {}\n", trouble.what);
        for (name, line) in [("why", &trouble.why), ("fix", &trouble.fix)] {
            if !line.as_str().is_empty() {
                text.push_str(&format!("  {name}: {line}\n"));
            }
        }
        if self.verbose {
            for (name, value) in &trouble.details {
                text.push_str(&format!("  {name}: {value}\n"));
            }
        }
        say(&text);
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
        let mut text = format!(
            "{} of {}{}",
            model::size(now.moved),
            model::size(now.total),
            if now.expanding { " so far" } else { "" },
        );
        if now.speed > 0 {
            text.push_str(&format!("  {}", model::rate(now.speed)));
        }
        if let Some(left) = now.left {
            text.push_str(&format!("  {} left", model::duration(left)));
        }
        text.push_str(&format!("  {} done", counts.done));
        if counts.active() > 1 {
            text.push_str(&format!(", {} to go", counts.active()));
        }
        if counts.failed > 0 {
            text.push_str(&format!(", {} failed", counts.failed));
        }
        self.line(&text);
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
