//! A stage for the browser: a scripted world that answers its questions, keys as text, and the
//! screen as text. No runtime, no terminal, no clock.

#![expect(dead_code, reason = "each test binary uses its part of the stage")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "support of tests"
)]

pub(crate) mod told;
pub(crate) mod work;

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use bytes::Bytes;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use windlass::engine::{
    AccountView, Deletion, Finding, LocalEntry, LocalKind, Order, Snapshot, Start, Tally,
};
use windlass::model::{
    Account, Answer, Bucket, BucketName, Entry, Key, Location, ObjectMeta, Page, Place, Prefix,
    Token, Trouble,
};
use windlass::tui::app::{App, Setup};
use windlass::tui::keymap::Keymap;
use windlass::tui::msg::{Ask, Deed, Effect, Effects, Msg, Reply, Ticket};
use windlass::tui::pane::browser::Known;
use windlass::tui::theme::{Glyphs, Look, Theme};
use windlass::tui::tree::{Batch, Chunk, Rest, of_folder, of_page};
use windlass::tui::view::draw;

/// What the world answers.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) buckets: Vec<&'static str>,
    /// Rows by prefix (`bucket/prefix`), one list for each page.
    pub(crate) pages: BTreeMap<String, Vec<Vec<Entry>>>,
    pub(crate) folders: BTreeMap<String, Vec<LocalEntry>>,
    pub(crate) failures: BTreeMap<String, Trouble>,
    pub(crate) count: Tally,
    pub(crate) versioned: bool,
    /// What is still there after many were deleted.
    pub(crate) undeletable: Vec<Location>,
    /// Whether heads, tags, versions and links are told.
    pub(crate) tells: bool,
    /// Versions and their bytes, where versions are kept.
    pub(crate) versions: Option<Tally>,
    /// Local paths that are there.
    pub(crate) there: Vec<LocalEntry>,
}

pub(crate) struct Stage {
    pub(crate) app: App,
    pub(crate) world: World,
    /// Questions that wait because the world is slow.
    pub(crate) held: VecDeque<(Ticket, Ask)>,
    pub(crate) slow: bool,
    /// All effects that were no questions.
    pub(crate) out: Vec<Effect>,
    pub(crate) now: Instant,
    pub(crate) wall: Timestamp,
    size: (u16, u16),
}

pub(crate) fn at(text: &str) -> Timestamp {
    format!("{}:00Z", text.replace(' ', "T")).parse().unwrap()
}

pub(crate) fn object(key: &str, size: u64, modified: &str) -> Entry {
    Entry::Object(ObjectMeta {
        key: Key::new(key).unwrap(),
        size: Some(size),
        modified: Some(at(modified)),
        etag: None,
        class: Some("STANDARD".into()),
    })
}

pub(crate) fn prefix(text: &str) -> Entry {
    Entry::Prefix(Prefix::new(text).unwrap())
}

pub(crate) fn file(name: &str, size: u64, modified: &str) -> LocalEntry {
    LocalEntry {
        name: name.into(),
        kind: LocalKind::File,
        size,
        modified: Some(at(modified)),
    }
}

pub(crate) fn folder(name: &str, modified: &str) -> LocalEntry {
    LocalEntry {
        kind: LocalKind::Folder,
        ..file(name, 0, modified)
    }
}

const NOTES: &str = "# Delivery notes\n\n- 1,204 frames, 12 selects\n- the panorama is due by Friday\n\
                     - colour: use luts/spring-26.cube\n";

const MIB: u64 = 1 << 20;

fn raw() -> Vec<Entry> {
    let mut rows = vec![
        prefix("2026/raw/calib/"),
        prefix("2026/raw/previews/"),
        prefix("2026/raw/sidecars/"),
    ];
    for (n, tenths) in [248u64, 246, 251, 249, 247, 260, 253, 244]
        .into_iter()
        .enumerate()
    {
        let key = format!("2026/raw/IMG_20260311_{:04}.CR3", n + 1);
        rows.push(object(
            &key,
            tenths * MIB / 10,
            &format!("2026-03-11 09:{:02}", 14 + n),
        ));
    }
    for (name, size, modified) in [
        ("README.md", 1946, "2026-04-03 12:12"),
        (
            "catalogue-2026-03.parquet",
            1_331_439_862,
            "2026-04-01 00:03",
        ),
        ("checksums.sha256", 98_509, "2026-04-01 00:04"),
        (
            "full-frame-panorama-stitched-v2.tif",
            842 * MIB,
            "2026-04-02 18:01",
        ),
        ("manifest.json", 12_698, "2026-04-02 18:02"),
        ("proofs-lowres.zip", 214 * MIB, "2025-12-24 12:10"),
        ("weird\n\u{1b}name.txt", 14, "2026-04-04 09:05"),
        ("отчёт-по-съёмке.md", 9011, "2026-04-03 11:31"),
    ] {
        rows.push(object(&format!("2026/raw/{name}"), size, modified));
    }
    rows
}

impl World {
    /// The world of the pictures.
    pub(crate) fn photos() -> Self {
        let mut world = Self {
            buckets: vec![
                "backups-nightly",
                "logs-eu",
                "photos-prod",
                "photos-staging",
                "public-web",
                "shared-from-acme",
            ],
            ..Self::default()
        };
        let mut put = |at: &str, pages| world.pages.insert(at.into(), pages);
        put(
            "photos-prod/",
            vec![vec![prefix("2026/"), prefix("archive/")]],
        );
        put(
            "photos-prod/2026/",
            vec![vec![
                prefix("2026/calib/"),
                prefix("2026/raw/"),
                prefix("2026/selects/"),
                prefix("2026/web/"),
                object("2026/README.md", 1946, "2026-04-03 12:12"),
            ]],
        );
        put("photos-prod/2026/raw/", vec![raw()]);
        put("photos-prod/2026/raw/calib/", vec![vec![]]);
        put("public-web/", vec![vec![]]);
        world.folders.insert(
            "/home/me/inbox".into(),
            vec![
                file("watermark.svg", 4506, "2025-11-30 16:45"),
                file("contact-sheet.pdf", 6 * MIB + 400_000, "2026-04-05 19:31"),
                file("edit-0001.psd", 312 * MIB, "2026-04-05 20:02"),
                file("edit-0002.psd", 298 * MIB, "2026-04-05 20:10"),
                folder("exports", "2026-04-05 19:22"),
                file("final-0001.tif", 148 * MIB, "2026-04-06 09:00"),
                folder("luts", "2026-02-11 08:00"),
                file("notes.txt", 2048, "2026-04-06 12:20"),
                folder("2026-03-retouch", "2026-04-05 19:20"),
                file(".cache", 1, "2026-04-06 12:20"),
            ],
        );
        world
            .folders
            .insert("/home/me/inbox/exports".into(), vec![]);
        let denied = Trouble::new(
            "AccessDenied",
            "Cannot list this bucket",
            "The key AKIA…7Q2F has no s3:ListBucket on logs-eu.",
            "Ask the owner of the bucket for it.",
        )
        .with("request", "4T7JX0K0")
        .with("status", "403");
        world.failures.insert("logs-eu/".into(), denied);
        world
    }

    /// Answers what is asked about many rows.
    fn many(&self, ask: &Ask) -> Option<Reply> {
        Some(match ask {
            Ask::Many(Deed::Delete, items) => {
                let why = || Trouble::new("AccessDenied", "Not deleted", "it is locked", "");
                let failed = self.undeletable.iter().map(|at| (at.clone(), why()));
                Reply::Deleted(Ok(Deletion {
                    deleted: (items.len() - self.undeletable.len()) as u64,
                    failed: failed.collect(),
                }))
            }
            Ask::Many(Deed::Undelete(_), items) => Reply::Unmade(Ok((items.len() as u64, 0))),
            Ask::Many(Deed::Count, _) => Reply::Counted(Ok(self.count)),
            Ask::Below(Place::Prefix(_, bucket, prefix), ..) => {
                let base = format!("{bucket}/{prefix}");
                let rows = self.pages.iter().filter(|(at, _)| at.starts_with(&base));
                let entries = rows.flat_map(|(_, pages)| pages.concat());
                let page = Page {
                    entries: entries.filter(|e| matches!(e, Entry::Object(_))).collect(),
                    ..Page::default()
                };
                Reply::Rows(Ok(all(of_page(prefix, &page), None)))
            }
            Ask::Compare(work) => {
                let found = work.run(&AtomicBool::new(false));
                Reply::Compared(Ok(found.map(Box::new)))
            }
            Ask::Common(work) => Reply::Common(work.run()),
            Ask::Lines(items, said) => {
                let lines: Vec<String> = items.pages().flatten().map(|i| said.of(&i)).collect();
                Reply::Lines(lines.join("\n"))
            }
            _ => return None,
        })
    }

    fn answer(&self, ask: &Ask) -> Option<Reply> {
        Some(match ask {
            Ask::Buckets(_) => Reply::Buckets(Ok(self.buckets.iter().map(|n| bucket(n)).collect())),
            Ask::Pages {
                bucket,
                prefix,
                start,
                ..
            } => {
                let page = self.page(&format!("{bucket}/{prefix}"), start);
                Reply::Rows(page.map(|mut page| {
                    let next = page.next.take().map(Start::Token);
                    let last = all(of_page(prefix, &page), None);
                    let rest = match next {
                        Some(_) => Rest::Coming,
                        None => Rest::Over,
                    };
                    Batch { next, rest, ..last }
                }))
            }
            Ask::Arrange(work) => Reply::Arranged(work.run(&AtomicBool::new(false))),
            Ask::Folder(path) => {
                let name = path.to_str().unwrap();
                let free = Some(212 << 30);
                Reply::Rows(match self.folders.get(name) {
                    Some(rows) => Ok(all(of_folder(rows), free)),
                    None => Err(Trouble::new(
                        "NotFound",
                        "Cannot open it",
                        "it is not there",
                        "",
                    )),
                })
            }
            Ask::About(_) | Ask::Extras(_) | Ask::Links(..) if self.tells => told::told(ask)?,
            Ask::Undelete(all, _) => Reply::Unmade(Ok((all.len() as u64, 0))),
            Ask::Delete(all) => Self::gone(all.len() as u64),
            Ask::Many(..) | Ask::Below(..) | Ask::Compare(_) | Ask::Common(_) | Ask::Lines(..) => {
                self.many(ask)?
            }
            Ask::Count(_) => Reply::Counted(Ok(self.count)),
            Ask::CountVersions(_) => Reply::Versions(Ok(self.versions)),
            Ask::Erase(..) => Self::gone(self.versions.unwrap_or_default().items),
            Ask::Look(groups) => Reply::Looked(self.look(groups)),
            Ask::Read(at, _) => Reply::Bytes(Ok(Self::content(at))),
            Ask::Find(_) => Reply::FoundAll(Ok(())),
            Ask::SetTags(..)
            | Ask::Redescribe(..)
            | Ask::BringBack(..)
            | Ask::KeepBookmarks(_)
            | Ask::RenameAll(_)
            | Ask::Restore(_)
            | Ask::Save(..)
            | Ask::MakeFolder(_)
            | Ask::Write(..)
            | Ask::MakeBucket(..)
            | Ask::DropBucket(..) => Reply::Done(Ok(())),
            _ => return None,
        })
    }

    fn gone(deleted: u64) -> Reply {
        let failed = Vec::new();
        Reply::Deleted(Ok(Deletion { deleted, failed }))
    }

    /// The first group that is there as a whole.
    fn look(&self, groups: &[Vec<PathBuf>]) -> Vec<(PathBuf, LocalEntry)> {
        let find = |path: &PathBuf| {
            let name = path.file_name()?;
            let entry = self.there.iter().find(|entry| entry.name == name)?;
            Some((path.clone(), entry.clone()))
        };
        let whole = |group: &Vec<PathBuf>| group.iter().map(find).collect::<Option<Vec<_>>>();
        groups.iter().find_map(whole).unwrap_or_default()
    }

    /// What stands in an object or file.
    fn content(at: &Location) -> (Bytes, u64) {
        let text = if at.name() == "README.md" {
            NOTES
        } else {
            "One line.\n"
        };
        (Bytes::from_static(text.as_bytes()), text.len() as u64)
    }

    /// Everything below a prefix, as a search tells it.
    fn below(&self, prefix: &str) -> Vec<Finding> {
        let rows = self.pages.iter().filter(|(at, _)| at.starts_with(prefix));
        let rows = rows.flat_map(|(at, pages)| pages.iter().flatten().map(move |row| (at, row)));
        let finding = |(at, entry): (&String, &Entry)| match entry {
            Entry::Object(meta) => Some(Finding {
                location: Location::Object {
                    account: Account::new("work"),
                    bucket: BucketName::new(at.split('/').next()?).ok()?,
                    key: meta.key.clone(),
                },
                size: meta.size,
            }),
            Entry::Prefix(_) => None,
        };
        rows.filter_map(finding).collect()
    }

    fn page(&self, at: &str, start: &Start) -> Answer<Page> {
        if let Some(trouble) = self.failures.get(at) {
            return Err(trouble.clone());
        }
        let pages = self
            .pages
            .get(at)
            .unwrap_or_else(|| panic!("no listing of {at}"));
        let number: usize = match start {
            Start::Token(token) => token.0.parse().unwrap(),
            Start::Beginning | Start::After(_) => 0,
        };
        let is_behind = |entry: &Entry| match (start, entry) {
            (Start::After(after), Entry::Object(meta)) => meta.key.as_str() > &**after,
            (Start::After(after), Entry::Prefix(prefix)) => prefix.as_str() > &**after,
            (Start::Beginning | Start::Token(_), _) => true,
        };
        let (entries, number) = match start {
            Start::After(_) => {
                let all = pages.concat();
                let from = all.iter().position(is_behind).unwrap_or(all.len());
                let to = all.len().min(from + 1000);
                (all[from..to].to_vec(), to.saturating_sub(1) / 1000)
            }
            Start::Beginning | Start::Token(_) => (pages[number].clone(), number),
        };
        let next = number + 1 < pages.len();
        Ok(Page {
            entries,
            next: next.then(|| Token((number + 1).to_string().into())),
            skipped: 0,
        })
    }
}

/// Rows that are all there is.
pub(crate) fn all(rows: Chunk, free: Option<u64>) -> Batch {
    Batch {
        rows: Arc::new(rows),
        next: None,
        rest: Rest::Over,
        free,
    }
}

fn bucket(name: &str) -> Bucket {
    let created = Some(at("2024-02-11 10:04"));
    Bucket {
        name: BucketName::new(name).unwrap(),
        created,
        region: None,
    }
}

pub(crate) fn photos(prefix: &str) -> Place {
    let bucket = BucketName::new("photos-prod").unwrap();
    Place::Prefix(Account::new("work"), bucket, Prefix::new(prefix).unwrap())
}

pub(crate) fn inbox() -> Place {
    Place::Folder("/home/me/inbox".into())
}

fn account(name: &str) -> AccountView {
    AccountView {
        account: Account::new(name),
        endpoint: "https://s3.example".into(),
        region: "eu-central-1".into(),
        keys_from: None,
        label: None,
        temporary: false,
        expires: None,
        read_only: false,
    }
}

pub(crate) fn setup(left: Place, right: Place) -> Setup {
    Setup {
        known: Known {
            accounts: vec![account("work"), account("purestore")],
            looked_for: Vec::new(),
            config: "~/.config/windlass/config.toml".into(),
        },
        places: Some([left.into(), right.into()]),
        home: Some("/home/me".into()),
        here: "/home/me/inbox".into(),
        mouse_told: windlass::tui::view::layout::Shown::Yes,
        ..Setup::default()
    }
}

impl Stage {
    pub(crate) fn new(setup: Setup, width: u16, height: u16) -> Self {
        Self::slow(setup, width, height, false)
    }

    pub(crate) fn slow(setup: Setup, width: u16, height: u16, slow: bool) -> Self {
        let (now, wall) = (Instant::now(), at("2026-04-06 14:22"));
        let app = App::new(setup, Keymap::new(&BTreeMap::new()).0, now, wall);
        let (world, held) = (World::photos(), VecDeque::new());
        let size = (width, height);
        let mut stage = Self {
            app,
            world,
            held,
            slow,
            out: Vec::new(),
            now,
            wall,
            size,
        };
        let effects = stage.app.start(width, height);
        stage.take(effects);
        stage
    }

    /// Left the photos, right the inbox.
    pub(crate) fn main(width: u16, height: u16) -> Self {
        Self::new(setup(photos("2026/raw/"), inbox()), width, height)
    }

    fn take(&mut self, effects: Effects) {
        for effect in effects.0 {
            match effect {
                // Asked beside everything else: who is slow here is not this.
                Effect::Ask(ticket, Ask::Versioned(..)) => {
                    let reply = Reply::Versioned(self.world.versioned);
                    self.send(Msg::Reply(ticket, reply));
                }
                Effect::Ask(ticket, ask) => self.held.push_back((ticket, ask)),
                Effect::Forget(ticket) => self.held.retain(|(held, _)| *held != ticket),
                other => self.out.push(other),
            }
        }
        if !self.slow {
            self.answer_all();
        }
    }

    /// Answers what waits, and what is asked because of that.
    pub(crate) fn answer_all(&mut self) {
        while let Some((ticket, ask)) = self.held.pop_front() {
            if let Ask::Find(Place::Prefix(_, bucket, prefix)) = &ask {
                let found = self.world.below(&format!("{bucket}/{prefix}"));
                self.send(Msg::Reply(ticket, Reply::Found(found)));
            }
            self.answer(ticket, ask);
        }
    }

    fn answer(&mut self, ticket: Ticket, ask: Ask) {
        let Some(reply) = self.world.answer(&ask) else {
            return;
        };
        // More pages come without asking.
        if let (Reply::Rows(Ok(batch)), Ask::Pages { .. }) = (&reply, &ask)
            && let Some(next) = batch.next.clone()
        {
            let mut more = ask;
            if let Ask::Pages { start, .. } = &mut more {
                *start = next;
            }
            self.held.push_front((ticket, more));
        }
        self.send(Msg::Reply(ticket, reply));
    }

    /// Answers the oldest question that waits.
    pub(crate) fn answer_one(&mut self) {
        if let Some((ticket, ask)) = self.held.pop_front() {
            self.answer(ticket, ask);
        }
    }

    pub(crate) fn send(&mut self, msg: Msg) {
        self.app.clock(self.now, self.wall);
        let effects = self.app.update(msg);
        self.take(effects);
    }

    /// What the queue was told, oldest first.
    pub(crate) fn orders(&self) -> Vec<&Order> {
        let mut orders = Vec::new();
        for effect in &self.out {
            if let Effect::Order(order) = effect {
                orders.push(order);
            }
        }
        orders
    }

    /// Presses keys: letters as they are, `<enter>`, `<c-c>`, `<f5>` and so on.
    pub(crate) fn keys(&mut self, text: &str) -> &mut Self {
        for key in keys(text) {
            self.send(Msg::Key(key));
        }
        self
    }

    /// Lets time pass, with a tick at its end.
    pub(crate) fn wait(&mut self, millis: u64) -> &mut Self {
        self.now += Duration::from_millis(millis);
        self.send(Msg::Tick);
        self
    }

    pub(crate) fn numbers(&mut self, snapshot: Snapshot) -> &mut Self {
        self.send(Msg::Numbers(Arc::new(snapshot)));
        self
    }

    pub(crate) fn mouse(&mut self, kind: MouseEventKind, column: u16, row: u16) -> &mut Self {
        self.mouse_with(KeyModifiers::NONE, kind, (column, row))
    }

    /// The same while a key is held.
    pub(crate) fn mouse_with(
        &mut self,
        modifiers: KeyModifiers,
        kind: MouseEventKind,
        (column, row): (u16, u16),
    ) -> &mut Self {
        self.send(Msg::Mouse(MouseEvent {
            kind,
            column,
            row,
            modifiers,
        }));
        self
    }

    /// Drags with the left button; `None` at the end keeps it held.
    pub(crate) fn drag(&mut self, from: (u16, u16), to: (u16, u16)) -> &mut Self {
        self.mouse(MouseEventKind::Down(MouseButton::Left), from.0, from.1);
        self.mouse(MouseEventKind::Drag(MouseButton::Left), to.0, to.1)
    }

    pub(crate) fn click(&mut self, x: u16, y: u16) -> &mut Self {
        self.mouse(MouseEventKind::Down(MouseButton::Left), x, y);
        self.mouse(MouseEventKind::Up(MouseButton::Left), x, y)
    }

    /// The cell where a text stands on the screen.
    pub(crate) fn find(&self, text: &str) -> (u16, u16) {
        for (y, line) in self.screen().lines().enumerate() {
            if let Some(at) = line.find(text) {
                let x = windlass::model::width(&line[..at]);
                return (u16::try_from(x).unwrap(), u16::try_from(y).unwrap());
            }
        }
        panic!("{text} is not on the screen:\n{}", self.screen());
    }

    /// The screen as text.
    pub(crate) fn screen(&self) -> String {
        self.screen_with(&Glyphs::UNICODE)
    }

    /// The screen as cells.
    pub(crate) fn cells(&self, theme: &Theme, glyphs: &Glyphs) -> Buffer {
        let mut buf = Buffer::empty(Rect::new(0, 0, self.size.0, self.size.1));
        let look = Look {
            theme,
            glyphs,
            zone: &TimeZone::UTC,
            wall: self.wall,
            beat: self.app.beat(),
        };
        draw(&self.app, &mut buf, &look);
        buf
    }

    pub(crate) fn screen_with(&self, glyphs: &Glyphs) -> String {
        let buf = self.cells(&Theme::default(), glyphs);
        let mut out = String::new();
        for y in 0..self.size.1 {
            let mut line = String::new();
            let mut skip = 0;
            for x in 0..self.size.0 {
                let symbol = buf[(x, y)].symbol();
                if skip == 0 {
                    line.push_str(symbol);
                    skip = windlass::model::width(symbol).saturating_sub(1);
                } else {
                    skip -= 1;
                }
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }

    /// The part of the screen from one row on.
    pub(crate) fn line(&self, y: usize) -> String {
        self.screen().lines().nth(y).unwrap_or_default().to_string()
    }
}

pub(crate) fn keys(text: &str) -> Vec<KeyEvent> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let named = (c == '<')
            .then(|| rest.find('>'))
            .flatten()
            .filter(|end| *end > 1);
        let Some(end) = named else {
            out.push(KeyEvent::from(KeyCode::Char(c)));
            rest = &rest[c.len_utf8()..];
            continue;
        };
        let name = &rest[1..end];
        let (name, mods) = match name.split_once('-') {
            Some(("c", key)) => (key, KeyModifiers::CONTROL),
            Some(("s", key)) => (key, KeyModifiers::SHIFT),
            Some(("a", key)) => (key, KeyModifiers::ALT),
            _ => (name, KeyModifiers::NONE),
        };
        let code = match name {
            "enter" => KeyCode::Enter,
            "esc" => KeyCode::Esc,
            "tab" => KeyCode::Tab,
            "backtab" => KeyCode::BackTab,
            "space" => KeyCode::Char(' '),
            "right" => KeyCode::Right,
            "left" => KeyCode::Left,
            "down" => KeyCode::Down,
            "up" => KeyCode::Up,
            "backspace" => KeyCode::Backspace,
            name if name.len() == 1 => KeyCode::Char(name.chars().next().unwrap()),
            name => KeyCode::F(name.strip_prefix('f').unwrap().parse().unwrap()),
        };
        out.push(KeyEvent::new(code, mods));
        rest = &rest[end + 1..];
    }
    out
}
