//! Facts on disk, one a line, so that nothing that was begun is forgotten.
//!
//! Each process writes a file of its own, which it keeps locked; a file that can be locked belongs
//! to a dead process and may be taken over. A thread does the writing: it flushes what has piled
//! up at once and waits for the disk only after `Opened` and `Closed`. A full disk costs the
//! journal, never the transfers.

mod line;
#[cfg(test)]
mod tests;
mod values;

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{SystemTime, UNIX_EPOCH};

use super::job::Fact;

/// The first line of every journal.
const VERSION: &str = r#"{"windlass":"queue","version":1}"#;

/// How the name of a journal starts and ends.
const NAME: (&str, &str) = ("queue-", ".jsonl");

/// Whether the disk must have a fact before time goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Durable {
    Now,
    Later,
}

enum Message {
    Line(String, Durable),
    /// Replace everything by these lines.
    Rewrite(Vec<String>),
    /// Say when all of the above is on disk.
    Flush(tokio::sync::oneshot::Sender<bool>),
    /// Remove the file: nothing in it matters any more.
    Remove,
}

/// What is told of the first write that failed.
pub(crate) type Alarm = Box<dyn Fn(&io::Error) + Send + Sync>;

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
        self.writer = thread.spawn(move || keep(&folder, alarm, &rx)).ok();
        self.tx = Some(tx);
    }

    fn send(&self, message: Message) {
        if let Some(tx) = &self.tx {
            let _ = tx.send(message);
        }
    }

    /// Writes a fact behind the others.
    pub(crate) fn append(&mut self, fact: &Fact) {
        self.begin();
        let durable = if matches!(fact, Fact::Opened { .. } | Fact::Closed { .. }) {
            Durable::Now
        } else {
            Durable::Later
        };
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
        let (tx, rx) = tokio::sync::oneshot::channel();
        self.send(Message::Flush(tx));
        rx.await.unwrap_or(false)
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

/// The writing thread.
fn keep(folder: &Path, alarm: Alarm, rx: &mpsc::Receiver<Message>) {
    match std::fs::create_dir_all(folder).and_then(|()| fresh(folder)) {
        Ok((file, path)) => {
            let mut writer = Writer {
                file,
                path,
                alarm: Some(alarm),
                broken: false,
            };
            writer.write(&format!("{VERSION}\n"));
            writer.run(rx);
        }
        Err(error) => {
            alarm(&error);
            // Whoever waits for a flush is told no: its sender is dropped with its message.
            while rx.recv().is_ok() {}
        }
    }
}

struct Writer {
    file: File,
    path: PathBuf,
    alarm: Option<Alarm>,
    /// The last line may be half.
    broken: bool,
}

impl Writer {
    fn run(mut self, rx: &mpsc::Receiver<Message>) {
        while let Ok(first) = rx.recv() {
            let (mut text, mut durable, mut waiting) = (String::new(), Durable::Later, Vec::new());
            let mut next = Some(first);
            while let Some(message) = next {
                match message {
                    Message::Line(line, how) => {
                        text.push_str(&line);
                        text.push('\n');
                        if how == Durable::Now {
                            durable = how;
                        }
                    }
                    Message::Rewrite(lines) => {
                        text.clear();
                        let done = self.rewrite(&lines);
                        self.check(done);
                    }
                    Message::Flush(tx) => {
                        durable = Durable::Now;
                        waiting.push(tx);
                    }
                    Message::Remove => {
                        let _ = std::fs::remove_file(&self.path);
                    }
                }
                next = rx.try_recv().ok();
            }
            self.write(&text);
            if durable == Durable::Now {
                let done = self.file.sync_data();
                self.check(done);
            }
            for tx in waiting {
                let _ = tx.send(self.alarm.is_some());
            }
        }
    }

    fn write(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let start = if self.broken { "\n" } else { "" };
        let done = self.file.write_all(format!("{start}{text}").as_bytes());
        self.broken = done.is_err();
        self.check(done);
    }

    fn check(&mut self, done: io::Result<()>) {
        if let Err(error) = done
            && let Some(alarm) = self.alarm.take()
        {
            alarm(&error);
        }
    }

    /// Writes a new file and puts it in the place of the old one.
    fn rewrite(&mut self, lines: &[String]) -> io::Result<()> {
        let path = self.path.with_extension("new");
        let _ = std::fs::remove_file(&path);
        let mut file = private(&path)?;
        file.try_lock()?;
        let mut text = format!("{VERSION}\n");
        for line in lines {
            text.push_str(line);
            text.push('\n');
        }
        file.write_all(text.as_bytes())?;
        file.sync_data()?;
        std::fs::rename(&path, &self.path)?;
        self.file = file;
        self.broken = false;
        Ok(())
    }
}

fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create_new(true).mode(0o600).open(path)
}

/// Makes and locks a file that no other process has.
fn fresh(folder: &Path) -> io::Result<(File, PathBuf)> {
    let millis = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |d| d.as_millis());
    for number in 0..100_u32 {
        let id = std::process::id();
        let path = folder.join(format!("{}{millis}-{id}-{number}{}", NAME.0, NAME.1));
        match private(&path) {
            Ok(file) => {
                file.try_lock()?;
                return Ok((file, path));
            }
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            Err(e) => return Err(e),
        }
    }
    Err(io::Error::from(io::ErrorKind::AlreadyExists))
}

/// The journal of a dead process: what it says, and the lock that keeps others away.
#[derive(Debug)]
pub(crate) struct Dead {
    pub(crate) facts: Vec<Fact>,
    path: PathBuf,
    _lock: File,
}

impl Dead {
    /// Forgets it: everything in it was taken over.
    pub(crate) fn bury(self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Finds the journals in a folder that no living process holds. Blocks.
pub(crate) fn dead(folder: &Path) -> Vec<Dead> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let ours = |name: &str| name.starts_with(NAME.0) && name.ends_with(NAME.1);
    let mut paths: Vec<_> = entries
        .flatten()
        .filter(|e| e.file_name().to_str().is_some_and(ours))
        .map(|e| e.path())
        .collect();
    paths.sort();
    paths.into_iter().filter_map(|path| read(&path)).collect()
}

fn read(path: &Path) -> Option<Dead> {
    let lock = File::open(path).ok()?;
    lock.try_lock().ok()?;
    let mut lines = BufReader::new(File::open(path).ok()?)
        .split(b'\n')
        .map_while(Result::ok);
    // A file of a later version is left to that version.
    if lines.next()? != VERSION.as_bytes() {
        return None;
    }
    let facts = lines.filter_map(|bytes| line::read(std::str::from_utf8(&bytes).ok()?));
    Some(Dead {
        facts: facts.collect(),
        path: path.to_path_buf(),
        _lock: lock,
    })
}
