//! An S3 endpoint that lists millions of keys by arithmetic: nothing is stored but which are gone.
//!
//! Built by `run` with `rustc -O`; the standard library is all it needs. A thread serves each
//! connection. Signatures are not checked. The name of a bucket says what it holds:
//!
//! - `flat-N`: N keys `data/measurement-0000000123.json`
//! - `tree-F-E`: F folders of E keys `data/folder-00012/measurement-0000000123.json`
//!
//! It answers ListBuckets, ListObjects in both versions (prefix, delimiter, start-after, marker,
//! continuation-token, max-keys), HEAD and DELETE of an object, and DeleteObjects.
//! `GET /-/counts` tells how often each was asked since the last time; `GET /-/forget` brings back
//! what was deleted.
//!
//! usage: endpoint ADDRESS:PORT [DELAY-IN-MS]

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Largest page, as on S3.
const PAGE: usize = 1000;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
    <ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";

/// The keys of a bucket, in order.
struct Keys {
    folders: u64,
    each: u64,
    gone: Vec<AtomicU64>,
}

impl Keys {
    fn of(bucket: &str) -> Option<Self> {
        let mut parts = bucket.split('-');
        let shape = parts.next()?;
        let numbers: Vec<u64> = parts.map(|n| n.parse().ok()).collect::<Option<_>>()?;
        let (folders, each) = match (shape, &numbers[..]) {
            ("flat", [each]) => (0, *each),
            ("tree", [folders, each]) => (*folders, *each),
            _ => return None,
        };
        let len = folders.max(1) * each;
        let gone = (0..len.div_ceil(64)).map(|_| AtomicU64::new(0)).collect();
        Some(Self {
            folders,
            each,
            gone,
        })
    }

    fn len(&self) -> u64 {
        self.folders.max(1) * self.each
    }

    fn key(&self, at: u64, out: &mut Vec<u8>) {
        out.extend_from_slice(b"data/");
        if self.folders > 0 {
            out.extend_from_slice(b"folder-");
            digits(at / self.each, 5, out);
            out.push(b'/');
        }
        out.extend_from_slice(b"measurement-");
        digits(at % self.each, 10, out);
        out.extend_from_slice(b".json");
    }

    /// The first key that is not before a text.
    fn first(&self, text: &[u8]) -> u64 {
        let (mut low, mut high) = (0, self.len());
        let mut key = Vec::new();
        while low < high {
            let middle = u64::midpoint(low, high);
            key.clear();
            self.key(middle, &mut key);
            if key.as_slice() < text {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    fn place(&self, key: &[u8]) -> Option<u64> {
        let at = self.first(key);
        let mut found = Vec::new();
        if at < self.len() {
            self.key(at, &mut found);
        }
        (found == key).then_some(at)
    }

    fn is_gone(&self, at: u64) -> bool {
        self.gone[(at / 64) as usize].load(Ordering::Relaxed) >> (at % 64) & 1 == 1
    }

    fn delete(&self, key: &[u8]) {
        if let Some(at) = self.place(key) {
            self.gone[(at / 64) as usize].fetch_or(1 << (at % 64), Ordering::Relaxed);
        }
    }
}

fn digits(mut number: u64, places: usize, out: &mut Vec<u8>) {
    let begin = out.len();
    out.resize(begin + places, b'0');
    for place in (begin..begin + places).rev() {
        out[place] = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

fn hex(number: u64, out: &mut Vec<u8>) {
    let digit = |place: u32| b"0123456789abcdef"[(number >> (4 * place) & 15) as usize];
    out.extend((0..16).rev().map(digit));
}

/// What is asked about a bucket.
type Query = HashMap<String, String>;

fn list(keys: &Keys, query: &Query) -> Vec<u8> {
    let word = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
    let (prefix, delimiter) = (word("prefix").as_bytes(), word("delimiter").as_bytes());
    let second = word("list-type") == "2";
    let most = word("max-keys").parse().unwrap_or(PAGE).min(PAGE);
    let token = word(if second { "continuation-token" } else { "marker" }).as_bytes();
    let mut at = keys.first(prefix);
    if !token.is_empty() {
        // A folder that was told is passed over as a whole.
        let folder = !delimiter.is_empty() && token.ends_with(delimiter);
        at = at.max(keys.first(&if folder { behind(token) } else { after(token) }));
    } else if second && !word("start-after").is_empty() {
        at = at.max(keys.first(&after(word("start-after").as_bytes())));
    }
    let mut out = Vec::with_capacity(400 * most + 1000);
    out.extend_from_slice(HEAD.as_bytes());
    let (mut rows, mut last, mut key) = (0, Vec::new(), Vec::new());
    let mut more = false;
    while at < keys.len() {
        if keys.is_gone(at) {
            at += 1;
            continue;
        }
        key.clear();
        keys.key(at, &mut key);
        if !key.starts_with(prefix) {
            break;
        }
        if rows == most {
            more = true;
            break;
        }
        rows += 1;
        let rest = &key[prefix.len()..];
        let folder = (!delimiter.is_empty())
            .then(|| rest.windows(delimiter.len()).position(|w| w == delimiter))
            .flatten();
        if let Some(end) = folder {
            key.truncate(prefix.len() + end + delimiter.len());
            out.extend_from_slice(b"<CommonPrefixes><Prefix>");
            out.extend_from_slice(&key);
            out.extend_from_slice(b"</Prefix></CommonPrefixes>");
            at = keys.first(&behind(&key));
        } else {
            row(at, &key, &mut out);
            at += 1;
        }
        std::mem::swap(&mut last, &mut key);
    }
    let say = |name: &str, value: &[u8], out: &mut Vec<u8>| {
        out.extend_from_slice(format!("<{name}>").as_bytes());
        out.extend_from_slice(value);
        out.extend_from_slice(format!("</{name}>").as_bytes());
    };
    say("Prefix", prefix, &mut out);
    say("IsTruncated", if more { b"true" } else { b"false" }, &mut out);
    if query.contains_key("encoding-type") {
        say("EncodingType", b"url", &mut out);
    }
    if more {
        let name = if second { "NextContinuationToken" } else { "NextMarker" };
        say(name, &last, &mut out);
    }
    out.extend_from_slice(b"</ListBucketResult>");
    out
}

/// The first text behind a text.
fn after(text: &[u8]) -> Vec<u8> {
    [text, &[0]].concat()
}

/// The first text behind all that begin with a text.
fn behind(text: &[u8]) -> Vec<u8> {
    let mut next = text.to_vec();
    if let Some(byte) = next.last_mut() {
        *byte += 1;
    }
    next
}

fn row(at: u64, key: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b"<Contents><Key>");
    out.extend_from_slice(key);
    out.extend_from_slice(b"</Key><LastModified>2026-03-");
    digits(at / 86_400 % 28 + 1, 2, out);
    out.push(b'T');
    digits(at / 3600 % 24, 2, out);
    out.push(b':');
    digits(at / 60 % 60, 2, out);
    out.push(b':');
    digits(at % 60, 2, out);
    out.extend_from_slice(b".000Z</LastModified><ETag>&quot;");
    let mixed = at.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    hex(mixed, out);
    hex(mixed.rotate_left(29) ^ at, out);
    out.extend_from_slice(b"&quot;</ETag><Size>");
    digits(mixed >> 44 | 1 << 20, 7, out);
    out.extend_from_slice(b"</Size><StorageClass>STANDARD</StorageClass></Contents>");
}

/// The buckets that were asked for, and what was asked.
#[derive(Default)]
struct World {
    buckets: Mutex<HashMap<String, Arc<Keys>>>,
    counts: Mutex<BTreeMap<&'static str, u64>>,
}

impl World {
    fn bucket(&self, name: &str) -> Option<Arc<Keys>> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if !buckets.contains_key(name) {
            buckets.insert(name.to_owned(), Arc::new(Keys::of(name)?));
        }
        buckets.get(name).cloned()
    }

    fn count(&self, what: &'static str) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(what).or_default() += 1;
    }

    fn answer(&self, method: &str, target: &str, body: &[u8]) -> (u16, Vec<u8>) {
        let (path, asked) = target.split_once('?').unwrap_or((target, ""));
        match path {
            "/-/counts" => {
                let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
                let told: Vec<String> = std::mem::take(&mut *counts)
                    .iter()
                    .map(|(what, n)| format!("\"{what}\":{n}"))
                    .collect();
                return (200, format!("{{{}}}", told.join(",")).into_bytes());
            }
            "/-/forget" => {
                let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
                buckets.clear();
                return (200, Vec::new());
            }
            "/" => {
                self.count("buckets");
                let none = "<ListAllMyBucketsResult><Buckets></Buckets></ListAllMyBucketsResult>";
                return (200, none.into());
            }
            _ => {}
        }
        let path = plain(&path[1..]);
        let (bucket, key) = path.split_once('/').unwrap_or((&path, ""));
        let Some(keys) = self.bucket(bucket) else {
            let told = "<Error><Code>NoSuchBucket</Code><Message>flat-N or tree-F-E</Message></Error>";
            return (404, told.into());
        };
        let query: Query = asked
            .split('&')
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(name, value)| (plain(name), plain(value)))
            .collect();
        match method {
            "GET" if key.is_empty() && query.contains_key("location") => {
                self.count("location");
                (200, "<LocationConstraint></LocationConstraint>".into())
            }
            "GET" if key.is_empty() => {
                self.count("list");
                (200, list(&keys, &query))
            }
            "POST" if query.contains_key("delete") => {
                self.count("delete of many");
                (200, delete(&keys, body))
            }
            "DELETE" => {
                self.count("delete");
                keys.delete(key.as_bytes());
                (204, Vec::new())
            }
            "HEAD" => {
                self.count("head");
                let there = key.is_empty() || keys.place(key.as_bytes()).is_some();
                (if there { 200 } else { 404 }, Vec::new())
            }
            _ => {
                self.count("other");
                let told = "<Error><Code>NotImplemented</Code><Message>no</Message></Error>";
                (501, told.into())
            }
        }
    }
}

fn delete(keys: &Keys, body: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(body);
    let quiet = text.contains("<Quiet>true</Quiet>");
    let mut out = b"<DeleteResult>".to_vec();
    for part in text.split("<Key>").skip(1) {
        let key = part.split("</Key>").next().unwrap_or_default();
        keys.delete(key.as_bytes());
        if !quiet {
            out.extend_from_slice(format!("<Deleted><Key>{key}</Key></Deleted>").as_bytes());
        }
    }
    out.extend_from_slice(b"</DeleteResult>");
    out
}

/// A text of a request without its percents.
fn plain(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        let code = text.get(at + 1..at + 3);
        match (bytes[at], code.and_then(|c| u8::from_str_radix(c, 16).ok())) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 2;
            }
            (b'+', _) => out.push(b' '),
            (byte, _) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Serves one connection until it is closed.
fn serve(world: &World, stream: &TcpStream, delay: Duration) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let (mut reader, mut writer) = (BufReader::new(stream), stream);
    loop {
        let mut first = String::new();
        if reader.read_line(&mut first)? == 0 {
            return Ok(());
        }
        let (mut length, mut line) = (0, String::new());
        loop {
            line.clear();
            reader.read_line(&mut line)?;
            if line.trim().is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(':') {
                if name.eq_ignore_ascii_case("content-length") {
                    length = value.trim().parse().unwrap_or(0);
                }
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let mut words = first.split(' ');
        let (method, target) = (words.next().unwrap_or(""), words.next().unwrap_or("/"));
        if !delay.is_zero() && !target.starts_with("/-/") {
            std::thread::sleep(delay);
        }
        let (status, body) = world.answer(method, target, &body);
        let length = if method == "HEAD" { 0 } else { body.len() };
        let mut told = format!(
            "HTTP/1.1 {status} -\r\nContent-Type: application/xml\r\nContent-Length: {length}\r\n\r\n"
        )
        .into_bytes();
        told.extend_from_slice(&body[..length]);
        writer.write_all(&told)?;
    }
}

fn main() -> std::io::Result<()> {
    let mut args = std::env::args().skip(1);
    let address = args.next().unwrap_or_else(|| "127.0.0.1:9601".into());
    let delay = args.next().and_then(|ms| ms.parse().ok()).unwrap_or(0);
    let world = Arc::new(World::default());
    for stream in TcpListener::bind(address)?.incoming() {
        let (stream, world) = (stream?, Arc::clone(&world));
        std::thread::spawn(move || serve(&world, &stream, Duration::from_millis(delay)));
    }
    Ok(())
}
