//! A server for tests that does what it is told, and on the word of a script what no good server
//! would: it keeps objects in memory, counts what it is asked, and breaks off, lies or refuses
//! where a rule says so.
//!
//! It looks at no signature. Raw sockets, because a library would be too polite.

mod store;
mod wire;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;

use store::Answer;
pub(crate) use store::{Again, Store};
use wire::{Ask, Wire};

/// A refusal: status, code, and how many seconds to wait.
#[derive(Debug, Clone, Copy)]
pub(crate) struct No(
    pub(crate) u16,
    pub(crate) &'static str,
    pub(crate) Option<u32>,
);

type Deed = Arc<dyn Fn(&mut Store) + Send + Sync>;

/// What goes wrong with a request.
#[derive(Clone)]
pub(crate) enum Fault {
    /// Reset when the head of the request is there.
    ResetAtOnce,
    /// Reset when so many bytes of its body are there.
    ResetInBody(usize),
    /// It is done; then reset instead of an answer.
    DoneThenReset,
    /// It is done; then refused.
    DoneThenNo(No),
    /// Refused, after the body was read.
    No(No),
    /// Refused before the body was read, then reset.
    NoAtOnce(No),
    /// Status 200 around an `<Error>`.
    ErrorInside(&'static str),
    /// No answer ever.
    Stall,
    /// It is done; no answer ever.
    DoneThenStall,
    /// Nothing more after so many bytes of the answer's body.
    StallInAnswer(usize),
    /// The answer's body comes so many bytes at a time, with rests.
    Crawl(usize),
    /// The end after so many bytes of the answer's body.
    CutAnswer(usize),
    /// Reset after so many bytes of the answer's body.
    ResetAnswer(usize),
    /// One bit of the answer's body is another.
    FlipDown,
    /// One bit of the request's body is another.
    FlipUp,
    /// `Content-Range` says another range than the body's.
    OtherRange,
    /// The whole object, whatever range was asked for.
    WholeForRange,
    /// Something happens to the server just before.
    Before(Deed),
    /// As nothing were wrong.
    Nothing,
}

impl Fault {
    pub(crate) fn before(deed: impl Fn(&mut Store) + Send + Sync + 'static) -> Self {
        Self::Before(Arc::new(deed))
    }
}

struct Rule {
    op: &'static str,
    skip: usize,
    times: usize,
    fault: Fault,
}

#[derive(Default)]
struct Script {
    rules: Vec<Rule>,
    asked: BTreeMap<&'static str, usize>,
    got: u64,
    gave: u64,
    stalled: usize,
}

impl Script {
    /// Counts a request and says what goes wrong with it.
    fn next(&mut self, op: &'static str) -> Fault {
        *self.asked.entry(op).or_default() += 1;
        for rule in &mut self.rules {
            if rule.op != op {
                continue;
            }
            if rule.skip > 0 {
                rule.skip -= 1;
            } else if rule.times > 0 {
                rule.times -= 1;
                return rule.fault.clone();
            }
        }
        Fault::Nothing
    }
}

/// The server.
#[derive(Clone)]
pub(crate) struct Peer {
    pub(crate) url: String,
    store: Arc<Mutex<Store>>,
    script: Arc<Mutex<Script>>,
}

impl Peer {
    /// Starts one with an empty bucket.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let peer = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            store: Arc::default(),
            script: Arc::default(),
        };
        let served = peer.clone();
        Handle::current().spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let peer = served.clone();
                Handle::current().spawn(async move { peer.serve(stream).await });
            }
        });
        peer
    }

    /// From now on: the next `times` requests of this kind go wrong, after `skip` that do not.
    pub(crate) fn rule(&self, op: &'static str, (skip, times): (usize, usize), fault: Fault) {
        self.script.lock().unwrap().rules.push(Rule {
            op,
            skip,
            times,
            fault,
        });
    }

    /// Forgets the rules that are left.
    pub(crate) fn behave(&self) {
        self.script.lock().unwrap().rules.clear();
    }

    /// How many requests wait for an answer that does not come.
    pub(crate) fn stalled(&self) -> usize {
        self.script.lock().unwrap().stalled
    }

    /// How often this was asked.
    pub(crate) fn asked(&self, op: &str) -> usize {
        let script = self.script.lock().unwrap();
        script.asked.get(op).copied().unwrap_or(0)
    }

    /// Bytes of bodies that came whole, and that went out.
    pub(crate) fn bytes(&self) -> (u64, u64) {
        let script = self.script.lock().unwrap();
        (script.got, script.gave)
    }

    /// Looks at, or changes, what is stored.
    pub(crate) fn with<T>(&self, look: impl FnOnce(&mut Store) -> T) -> T {
        look(&mut self.store.lock().unwrap())
    }

    async fn serve(&self, stream: TcpStream) {
        let mut wire = Wire::new(stream);
        while let Some(ask) = wire.head().await {
            let fault = self.script.lock().unwrap().next(ask.op());
            if self.answer(&mut wire, ask, fault).await.is_none() {
                return;
            }
        }
    }

    /// Answers one request; none when the connection is over.
    async fn answer(&self, wire: &mut Wire, ask: Ask, fault: Fault) -> Option<()> {
        match &fault {
            Fault::ResetAtOnce => return wire.reset(),
            Fault::ResetInBody(bytes) => {
                wire.body((*bytes).min(ask.len)).await?;
                return wire.reset();
            }
            Fault::NoAtOnce(no) => {
                let answer = store::refusal(*no);
                wire.answer(&ask, &answer, answer.body.len()).await?;
                return wire.reset();
            }
            _ => {}
        }
        let mut body = wire.body(ask.len).await?;
        self.script.lock().unwrap().got += body.len() as u64;
        match &fault {
            Fault::Stall => return self.stall(wire).await,
            Fault::FlipUp if !body.is_empty() => {
                let middle = body.len() / 2;
                body[middle] ^= 4;
            }
            Fault::Before(deed) => deed(&mut self.store.lock().unwrap()),
            Fault::No(no) => {
                let answer = store::refusal(*no);
                return wire.answer(&ask, &answer, answer.body.len()).await;
            }
            Fault::ErrorInside(code) => {
                let mut answer = store::refusal(No(500, code, None));
                answer.status = 200;
                return wire.answer(&ask, &answer, answer.body.len()).await;
            }
            _ => {}
        }
        self.perform(wire, (&ask, &body), fault).await
    }

    async fn stall(&self, wire: &mut Wire) -> Option<()> {
        self.script.lock().unwrap().stalled += 1;
        wire.stall().await
    }

    /// Does what was asked, and spoils the answer.
    async fn perform(
        &self,
        wire: &mut Wire,
        (ask, body): (&Ask, &[u8]),
        fault: Fault,
    ) -> Option<()> {
        let whole = matches!(fault, Fault::WholeForRange);
        let mut answer = self.store.lock().unwrap().perform(ask, body, whole);
        let mut end = answer.body.len();
        match &fault {
            Fault::DoneThenReset => return wire.reset(),
            Fault::DoneThenStall => return self.stall(wire).await,
            Fault::DoneThenNo(no) => answer = store::refusal(*no),
            Fault::FlipDown if end > 0 => answer.body[end / 2] ^= 4,
            Fault::OtherRange => answer.shift_range(),
            Fault::StallInAnswer(bytes) | Fault::CutAnswer(bytes) | Fault::ResetAnswer(bytes) => {
                end = end.min(*bytes);
            }
            _ => {}
        }
        if matches!(fault, Fault::DoneThenNo(_)) {
            end = answer.body.len();
        }
        if ask.method != "HEAD" {
            self.script.lock().unwrap().gave += end as u64;
        }
        if let Fault::Crawl(step) = fault {
            wire.answer(ask, &answer, 0).await?;
            return wire.crawl(&answer.body, step).await;
        }
        wire.answer(ask, &answer, end).await?;
        match fault {
            Fault::StallInAnswer(_) => wire.stall().await,
            Fault::CutAnswer(_) => None,
            Fault::ResetAnswer(_) => wire.reset(),
            _ => Some(()),
        }
    }
}

impl Answer {
    /// Says a range that begins one byte later.
    fn shift_range(&mut self) {
        for (name, value) in &mut self.headers {
            if *name == "content-range" {
                let (start, rest) = value["bytes ".len()..].split_once('-').unwrap();
                let start: u64 = start.parse().unwrap();
                *value = format!("bytes {}-{rest}", start + 1);
            }
        }
    }
}
