//! A door between the program and a server: passes bytes on and counts them, notes what was asked
//! for, and shuts after a number of bytes, so that a test can kill the program at a known point.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A door.
pub(crate) struct Gate {
    pub(crate) url: String,
    state: Arc<State>,
}

struct State {
    up: AtomicU64,
    down: AtomicU64,
    /// Bytes of both ways together after which nothing passes any more.
    limit: AtomicU64,
    /// How often it was opened: what waited before is cut off.
    opened: AtomicU64,
    asked: Mutex<Vec<String>>,
}

impl Gate {
    /// A door to a server, open for so many bytes.
    pub(crate) fn new(to: &str, limit: u64) -> Self {
        let to: SocketAddr = to.trim_start_matches("http://").parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(State {
            up: AtomicU64::new(0),
            down: AtomicU64::new(0),
            limit: AtomicU64::new(limit),
            opened: AtomicU64::new(0),
            asked: Mutex::default(),
        });
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (Ok(client), Ok(server)) = (client, TcpStream::connect(to)) else {
                    continue;
                };
                let (back, forth) = (
                    (server.try_clone().unwrap(), client.try_clone().unwrap()),
                    (client, server),
                );
                let state = Arc::clone(&shared);
                std::thread::spawn(move || pass(forth, &state, Way::Up));
                let state = Arc::clone(&shared);
                std::thread::spawn(move || pass(back, &state, Way::Down));
            }
        });
        Self { url, state }
    }

    /// Opens it anew for so many bytes, with nothing counted.
    pub(crate) fn open(&self, limit: u64) {
        let state = &self.state;
        state.opened.fetch_add(1, Ordering::SeqCst);
        state.up.store(0, Ordering::SeqCst);
        state.down.store(0, Ordering::SeqCst);
        state.limit.store(limit, Ordering::SeqCst);
        state.asked.lock().unwrap().clear();
    }

    pub(crate) fn up(&self) -> u64 {
        self.state.up.load(Ordering::SeqCst)
    }

    pub(crate) fn down(&self) -> u64 {
        self.state.down.load(Ordering::SeqCst)
    }

    /// Whether it has shut.
    pub(crate) fn is_shut(&self) -> bool {
        self.up() + self.down() >= self.state.limit.load(Ordering::SeqCst)
    }

    /// The first words of the requests that match: `PUT /box/key?...`.
    pub(crate) fn asked(&self, matches: impl Fn(&str) -> bool) -> usize {
        let asked = self.state.asked.lock().unwrap();
        asked.iter().filter(|line| matches(line)).count()
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Way {
    Up,
    Down,
}

fn pass((mut from, mut to): (TcpStream, TcpStream), state: &State, way: Way) {
    let mut buffer = vec![0; 16 << 10];
    let opened = state.opened.load(Ordering::SeqCst);
    let is_old = || state.opened.load(Ordering::SeqCst) != opened;
    while let Ok(n @ 1..) = from.read(&mut buffer) {
        let bytes = &buffer[..n];
        if way == Way::Up {
            note(bytes, state);
        }
        let all = || state.up.load(Ordering::SeqCst) + state.down.load(Ordering::SeqCst);
        while all() >= state.limit.load(Ordering::SeqCst) {
            if is_old() {
                break;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        if is_old() {
            break;
        }
        let count = if way == Way::Up {
            &state.up
        } else {
            &state.down
        };
        count.fetch_add(n as u64, Ordering::SeqCst);
        if to.write_all(bytes).is_err() {
            break;
        }
    }
    let how = if is_old() {
        Shutdown::Both
    } else {
        Shutdown::Write
    };
    let _ = to.shutdown(how);
}

/// A request begins where the client begins to write.
fn note(bytes: &[u8], state: &State) {
    let methods = ["GET /", "PUT /", "POST /", "HEAD /", "DELETE /"];
    if methods.iter().any(|m| bytes.starts_with(m.as_bytes())) {
        let line = bytes.split(|b| *b == b'\r').next().unwrap();
        let line = String::from_utf8_lossy(line).into_owned();
        state.asked.lock().unwrap().push(line);
    }
}
