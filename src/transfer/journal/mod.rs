//! Facts on disk, one a line, so that nothing that was begun is forgotten.
//!
//! Each process writes a file of its own, which it keeps locked; a file that can be locked belongs
//! to a dead process and may be taken over (`found`). A thread does the writing (`writer`): it
//! gathers what has piled up into one write, waits for the disk after `Opened`, and otherwise once
//! a second. A full disk costs the journal, never the transfers.

mod asked;
mod found;
mod line;
#[cfg(test)]
mod tests;
mod values;
mod writer;

use std::path::PathBuf;
use std::sync::mpsc;
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use super::job::Fact;
pub(crate) use found::{dead, living, look};
pub(crate) use writer::Alarm;
use writer::{Durable, Message};

/// The first line of every journal.
const VERSION: &str = r#"{"windlass":"queue","version":1}"#;

/// How the name of a journal starts and ends.
const NAME: (&str, &str) = ("queue-", ".jsonl");

/// The journal of this process. Its file is made with the first fact: a process that moves
/// nothing leaves nothing.
#[derive(Default)]
pub(crate) struct Journal {
    start: Option<(PathBuf, Alarm)>,
    tx: Option<mpsc::Sender<Message>>,
    writer: Option<JoinHandle<()>>,
    lines: usize,
}

impl Journal {
    /// A journal that will lie in a folder, which is made if it is missing.
    pub(crate) fn new(folder: PathBuf, alarm: Alarm) -> Self {
        let mut journal = Self::default();
        journal.start = Some((folder, alarm));
        journal
    }

    fn begin(&mut self) {
        let Some((folder, alarm)) = self.start.take() else {
            return;
        };
        let (tx, rx) = mpsc::channel();
        let thread = std::thread::Builder::new().name("journal".into());
        let run = move || writer::keep(&folder, alarm, &rx);
        self.writer = thread.spawn(run).ok();
        self.tx = Some(tx);
    }

    fn send(&self, message: Message) {
        if let Some(tx) = &self.tx {
            let _ = tx.send(message);
        }
    }

    /// Writes a fact behind the others. What would leave something on a server that nobody knows
    /// is waited for; all else is safe within a second.
    pub(crate) fn append(&mut self, fact: &Fact) {
        self.begin();
        let begins = matches!(
            fact,
            Fact::Opening { .. } | Fact::Opened { .. } | Fact::Stray { .. }
        );
        let durable = if begins { Durable::Now } else { Durable::Later };
        self.lines += 1;
        self.send(Message::Line(line::write(fact), durable));
    }

    /// Lines written since the last compaction.
    pub(crate) fn lines(&self) -> usize {
        self.lines
    }

    /// Replaces everything by the facts that still matter.
    pub(crate) fn compact(&mut self, facts: &[Fact]) {
        self.lines = facts.len() + 1;
        self.send(Message::Rewrite(facts.iter().map(line::write).collect()));
    }

    /// Waits until everything is on disk; says whether it really is.
    pub(crate) async fn flush(&self) -> bool {
        let (tx, rx) = oneshot::channel();
        self.send(Message::Flush(tx, Durable::Now));
        rx.await.unwrap_or(false)
    }

    /// Answers once the operating system has everything, so that the end of this process takes
    /// nothing away.
    pub(crate) fn written(&self) -> oneshot::Receiver<bool> {
        let (tx, rx) = oneshot::channel();
        self.send(Message::Flush(tx, Durable::Later));
        rx
    }

    /// Removes the file when it is closed: nothing is left to go on with.
    pub(crate) fn remove(&self) {
        self.send(Message::Remove);
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.tx = None;
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}
