use std::sync::mpsc::{Receiver, Sender, channel};

use ratatui::layout::Rect;
use ratatui::style::Style;
use tokio::sync::mpsc::unbounded_channel;

use super::*;

/// A link that takes one write each time it is told to.
struct Link(Sender<Vec<u8>>, Receiver<()>);

impl Write for Link {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = self.0.send(bytes.to_vec());
        match self.1.recv() {
            Ok(()) => Ok(bytes.len()),
            Err(_) => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn frame(text: &str) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 2));
    buffer.set_string(0, 0, text, Style::new());
    buffer
}

#[test]
fn a_stalled_link_merges_frames_and_whoever_draws_never_waits() {
    let (sent, writes) = channel();
    let (go, gate) = channel();
    let (into, _inputs) = unbounded_channel();
    let thread = Writer::start(Link(sent, gate), Level::Mono, into).unwrap();
    thread.show(frame("0"), (None, Vec::new()), Extent::Whole);
    assert_eq!(writes.recv().unwrap(), b"\x1b[m\x1b[?25l\x1b[2J\x1b[H0");
    // The first write hangs: a thousand frames come meanwhile.
    for n in 1..=1000 {
        thread.show(frame(&n.to_string()), (None, Vec::new()), Extent::Whole);
    }
    thread.send(b"text");
    go.send(()).unwrap();
    assert_eq!(writes.recv().unwrap(), b"\x081000text");
    go.send(()).unwrap();
    thread.finish();
    assert!(
        writes.try_recv().is_err(),
        "nothing changed, nothing is written"
    );
}

#[test]
fn a_terminal_that_is_gone_is_told_once_and_takes_no_more() {
    let (sent, writes) = channel();
    let (go, gate) = channel();
    let (into, mut inputs) = unbounded_channel();
    let thread = Writer::start(Link(sent, gate), Level::Mono, into).unwrap();
    drop(go);
    thread.show(frame("0"), (None, Vec::new()), Extent::Whole);
    assert_eq!(inputs.blocking_recv(), Some(Input::Gone));
    thread.show(frame("1"), (None, Vec::new()), Extent::Whole);
    thread.finish();
    assert_eq!(writes.iter().count(), 1);
    assert_eq!(inputs.blocking_recv(), None);
}

#[test]
fn long_frames_wait_for_the_arrival_of_the_last_one() {
    let (sent, writes) = channel();
    let (go, gate) = channel();
    let (into, _inputs) = unbounded_channel();
    let thread = Writer::start(Link(sent, gate), Level::Mono, into).unwrap();
    let long = |text: &str| {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 100, 20));
        (0..20).for_each(|y| buffer.set_string(0, y, text.repeat(100), Style::new()));
        buffer
    };
    thread.answers();
    for _ in 0..9 {
        go.send(()).unwrap();
    }
    thread.show(long("a"), (None, Vec::new()), Extent::Whole);
    assert!(writes.recv().unwrap().ends_with(b"a\x1b[5n"));
    // On its way: what comes meanwhile is one frame.
    thread.show(long("b"), (None, Vec::new()), Extent::Whole);
    thread.show(long("c"), (None, Vec::new()), Extent::Whole);
    thread.arrived();
    let next = writes.recv().unwrap();
    assert!(next.ends_with(b"c\x1b[5n") && !next.contains(&b'b'));
    // An answer that never comes holds up nothing for ever.
    thread.show(long("d"), (None, Vec::new()), Extent::Whole);
    assert!(writes.recv().unwrap().ends_with(b"d\x1b[5n"));
}

#[test]
fn nothing_is_written_while_parked() {
    let (sent, writes) = channel();
    let (go, gate) = channel();
    let (into, _inputs) = unbounded_channel();
    let thread = Writer::start(Link(sent, gate), Level::Mono, into).unwrap();
    thread.park();
    thread.show(frame("0"), (None, Vec::new()), Extent::Whole);
    thread.send(b"text");
    assert!(writes.try_recv().is_err());
    thread.resume();
    go.send(()).unwrap();
    assert!(writes.recv().unwrap().ends_with(b"0text"));
}
