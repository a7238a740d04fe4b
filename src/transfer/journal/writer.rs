//! The thread that writes a journal.
//!
//! Invariant: lines reach the file in the order in which they were given; a flush is answered only
//! after everything before it was written, and synced where that was asked for.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::oneshot;

use super::found::boot_line;
use super::{NAME, VERSION};

/// How long a line may wait for the disk.
///
/// Source: `s3.md` G-8: every second.
const LATEST: Duration = Duration::from_secs(1);

/// Whether the disk must have a fact before time goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Durable {
    Now,
    Later,
}

pub(super) enum Message {
    Line(String, Durable),
    /// Replace everything by these lines.
    Rewrite(Vec<String>),
    /// Say when all of the above is written, or on disk.
    Flush(oneshot::Sender<bool>, Durable),
    /// Remove the file: nothing in it matters any more.
    Remove,
}

/// What is told of the first write that failed.
pub(crate) type Alarm = Box<dyn Fn(&io::Error) + Send + Sync>;

/// Writes until the other end is dropped.
pub(super) fn keep(folder: &Path, alarm: Alarm, rx: &Receiver<Message>) {
    match std::fs::create_dir_all(folder).and_then(|()| fresh(folder)) {
        Ok((file, path)) => {
            let mut writer = Writer {
                file,
                path,
                alarm: Some(alarm),
                broken: false,
                unsynced: None,
                is_new: true,
            };
            writer.write(&header());
            writer.run(rx);
        }
        Err(error) => {
            alarm(&error);
            // Whoever waits for a flush is told no: its sender is dropped with its message.
            while rx.recv().is_ok() {}
        }
    }
}

fn header() -> String {
    format!("{VERSION}\n{}\n", boot_line())
}

struct Writer {
    file: File,
    path: PathBuf,
    alarm: Option<Alarm>,
    /// The last line may be half.
    broken: bool,
    /// Since when something waits for the disk.
    unsynced: Option<Instant>,
    /// The folder may forget the file's name.
    is_new: bool,
}

impl Writer {
    fn run(mut self, rx: &Receiver<Message>) {
        loop {
            let first = match self.unsynced {
                None => rx.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(since) => rx.recv_timeout(LATEST.saturating_sub(since.elapsed())),
            };
            match first {
                Ok(first) => self.take(first, rx),
                Err(RecvTimeoutError::Timeout) => self.sync(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
            if self.unsynced.is_some_and(|since| since.elapsed() >= LATEST) {
                self.sync();
            }
        }
    }

    /// Takes a message and all that wait behind it.
    fn take(&mut self, first: Message, rx: &Receiver<Message>) {
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
                Message::Flush(tx, how) => {
                    if how == Durable::Now {
                        durable = how;
                    }
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
            self.sync();
        }
        for tx in waiting {
            let _ = tx.send(self.alarm.is_some());
        }
    }

    fn write(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let start = if self.broken { "\n" } else { "" };
        let done = self.file.write_all(format!("{start}{text}").as_bytes());
        self.broken = done.is_err();
        self.unsynced.get_or_insert_with(Instant::now);
        self.check(done);
    }

    fn sync(&mut self) {
        self.unsynced = None;
        let named = match self.path.parent() {
            Some(folder) if std::mem::take(&mut self.is_new) => {
                File::open(folder).and_then(|folder| folder.sync_all())
            }
            _ => Ok(()),
        };
        let done = named.and_then(|()| self.file.sync_data());
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
        let mut text = header();
        for line in lines {
            text.push_str(line);
            text.push('\n');
        }
        file.write_all(text.as_bytes())?;
        file.sync_data()?;
        std::fs::rename(&path, &self.path)?;
        self.file = file;
        self.broken = false;
        self.is_new = true;
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
