//! Trees: everything below a prefix or a folder, to a prefix or a folder.

use std::collections::VecDeque;
use std::path::Path;

use tokio::sync::mpsc;

use super::super::job::{Spec, There, Thing};
use super::super::{Kind, Request, Side, conflict};
use super::looked::{Bare, Looked, Shelf, side};
use super::names::Names;
use super::{Born, Expansion, Gone, no_text};
use crate::local::{self, Found};
use crate::model::{Account, BucketName, Entry, Key, Location, ObjectMeta, Prefix, Trouble};

fn object(account: &Account, bucket: &BucketName, key: Key) -> Location {
    Location::Object {
        account: account.clone(),
        bucket: bucket.clone(),
        key,
    }
}

impl Expansion {
    /// Everything below a prefix.
    pub(super) async fn prefix(&self, request: &Request) -> Result<(), Gone> {
        let Location::Under {
            account,
            bucket,
            prefix,
        } = &request.from
        else {
            return Ok(());
        };
        if request.from == request.to {
            return self.lost(request, same(request)).await;
        }
        let place = Shelf {
            tools: &self.tools,
            account,
            bucket,
        };
        let mut fresh = Fresh {
            absent: self.is_new(&request.to).await,
            names: Names::default(),
            folders: Bare::default(),
        };
        let mut all = VecDeque::new();
        let mut pages = match place.everything(prefix) {
            Ok(pages) => pages,
            Err(stop) => {
                self.lost(request, said(stop)).await?;
                return Err(Gone::Listing);
            }
        };
        loop {
            let page = match pages.next().await {
                Ok(Some(page)) => page,
                Ok(None) => break,
                Err(stop) => {
                    self.lost(request, said(stop)).await?;
                    return Err(Gone::Listing);
                }
            };
            if page.skipped > 0 {
                self.tell(Born::Warning(Box::new(unnamed(request, page.skipped))))
                    .await?;
            }
            for entry in page.entries {
                let Entry::Object(meta) = entry else { continue };
                if overlaps(request) {
                    // What is written meanwhile must not be listed as a source.
                    all.push_back(meta);
                } else {
                    self.object(request, prefix, meta, &mut fresh).await?;
                }
            }
        }
        while let Some(meta) = all.pop_front() {
            self.object(request, prefix, meta, &mut fresh).await?;
        }
        Ok(())
    }

    /// Whether nothing at all stands at a target on a server.
    async fn is_new(&self, to: &Location) -> bool {
        let Location::Under {
            account,
            bucket,
            prefix,
        } = to
        else {
            return false;
        };
        let place = Shelf {
            tools: &self.tools,
            account,
            bucket,
        };
        place.is_empty(prefix).await
    }

    /// One object of a listing.
    async fn object(
        &self,
        request: &Request,
        prefix: &Prefix,
        meta: ObjectMeta,
        fresh: &mut Fresh,
    ) -> Result<(), Gone> {
        let Some(rest) = prefix.strip(meta.key.as_str()) else {
            return Ok(());
        };
        let source = side(&meta);
        let mut spec = Spec {
            source,
            ..self.spec(request)
        };
        match &request.to {
            Location::Local(root) => {
                spec.root = Some(root.clone());
                let to = match fresh.names.place(rest) {
                    Some(below) => root.join(below),
                    None => root.clone(),
                };
                if fresh.folders.is_bare(&to).await {
                    spec.there = There::Absent;
                }
                spec.to = Location::Local(to);
                if meta.key.is_marker() {
                    spec.thing = Thing::Folder;
                }
            }
            Location::Under {
                account,
                bucket,
                prefix,
            } => {
                // The marker of the prefix itself becomes the marker of the new one; a bucket's
                // root needs none.
                let Ok(key) = prefix.key(rest) else {
                    return Ok(());
                };
                spec.to = object(account, bucket, key);
                if fresh.absent {
                    spec.there = There::Absent;
                }
            }
            Location::Object { .. } => return Ok(()),
        }
        if let Location::Under {
            account, bucket, ..
        } = &request.from
        {
            spec.from = Location::Object {
                account: account.clone(),
                bucket: bucket.clone(),
                key: meta.key,
            };
        }
        self.tell(Born::Job(spec)).await
    }

    /// Everything below a folder.
    pub(super) async fn folder(&self, request: &Request, from: &Path) -> Result<(), Gone> {
        let inside = match &request.to {
            Location::Local(to) => match local::relation(from, to).await {
                local::Relation::Same => return self.lost(request, same(request)).await,
                local::Relation::Inside => true,
                local::Relation::Apart => false,
            },
            Location::Under { .. } | Location::Object { .. } => false,
        };
        let mut found = local::walk(from);
        if inside {
            // What is written meanwhile must not be walked into.
            let mut all = Vec::new();
            while let Some(one) = found.recv().await {
                all.push(one);
            }
            let (tx, rx) = mpsc::channel(all.len().max(1));
            for one in all {
                let _ = tx.try_send(one);
            }
            found = rx;
        }
        let mut walk = Walk {
            from,
            looked: Looked::Unknown,
            empty: false,
        };
        walk.empty = self.is_new(&request.to).await;
        while let Some(one) = found.recv().await {
            self.met(request, &mut walk, one).await?;
        }
        if request.kind == Kind::Move {
            self.tell(Born::Sweep(self.batch, from.to_path_buf()))
                .await?;
        }
        Ok(())
    }

    /// One thing that the walk met.
    async fn met(&self, request: &Request, walk: &mut Walk<'_>, one: Found) -> Result<(), Gone> {
        match one {
            Found::Folder(below) => {
                walk.looked = self.looked(request, walk, &below).await;
                Ok(())
            }
            Found::File {
                below,
                size,
                modified,
            } => {
                let source = Side {
                    size: Some(size),
                    modified,
                    etag: None,
                };
                self.file(request, walk, &below, (Thing::File, source))
                    .await
            }
            Found::Empty(below) => {
                self.file(request, walk, &below, (Thing::Folder, Side::default()))
                    .await
            }
            Found::Trouble(trouble) => self.lost(request, *trouble).await,
            Found::End {
                links: 0,
                specials: 0,
            } => Ok(()),
            Found::End { links, specials } => {
                let left = left_out(walk.from, links, specials);
                self.tell(Born::Warning(Box::new(left))).await
            }
        }
    }

    async fn looked(&self, request: &Request, walk: &Walk<'_>, below: &Path) -> Looked {
        let Location::Under {
            account,
            bucket,
            prefix,
        } = &request.to
        else {
            return Looked::Unknown;
        };
        if walk.empty {
            return Looked::Empty;
        }
        let Some(folder) = text_of(below) else {
            return Looked::Unknown;
        };
        let prefix = if folder.is_empty() {
            prefix.clone()
        } else {
            prefix.child(&folder)
        };
        let place = Shelf {
            tools: &self.tools,
            account,
            bucket,
        };
        place.look(&prefix, request.if_exists).await
    }

    /// A file, or an empty folder, of a walk.
    async fn file(
        &self,
        request: &Request,
        walk: &Walk<'_>,
        below: &Path,
        (thing, source): (Thing, Side),
    ) -> Result<(), Gone> {
        let from = walk.from.join(below);
        let mut spec = Spec {
            from: Location::Local(from.clone()),
            thing,
            source,
            ..self.spec(request)
        };
        match &request.to {
            Location::Local(root) => {
                spec.root = Some(root.clone());
                spec.to = Location::Local(root.join(below));
            }
            Location::Under {
                account,
                bucket,
                prefix,
            } => {
                let Some(mut rest) = text_of(below) else {
                    return self.tell(Born::Lost(spec, Box::new(no_text(&from)))).await;
                };
                if thing == Thing::Folder && !rest.is_empty() {
                    rest.push('/');
                }
                if rest.is_empty() && prefix.is_root() {
                    return Ok(());
                }
                let key = match conflict::key_below(prefix, &rest) {
                    Ok(key) => key,
                    Err(trouble) => return self.tell(Born::Lost(spec, Box::new(trouble))).await,
                };
                spec.there = walk.looked.there(key.name());
                spec.to = object(account, bucket, key);
            }
            Location::Object { .. } => return Ok(()),
        }
        self.tell(Born::Job(spec)).await
    }
}

/// What a tree is copied into.
struct Fresh {
    /// Nothing stands at the target on a server.
    absent: bool,
    /// Names on a disk.
    names: Names,
    /// Folders on a disk.
    folders: Bare,
}

/// Where a walk stands.
struct Walk<'w> {
    from: &'w Path,
    looked: Looked,
    /// Nothing stands at the target.
    empty: bool,
}

/// A relative path as part of a key; none if it is no text.
fn text_of(below: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = below.iter().map(|part| part.to_str()).collect();
    Some(parts?.join("/"))
}

/// Whether target and source lie in each other on a server.
fn overlaps(request: &Request) -> bool {
    match (&request.from, &request.to) {
        (
            Location::Under {
                account: a,
                bucket: b,
                prefix: from,
            },
            Location::Under {
                account,
                bucket,
                prefix: to,
            },
        ) => {
            (a, b) == (account, bucket)
                && (to.as_str().starts_with(from.as_str())
                    || from.as_str().starts_with(to.as_str()))
        }
        _ => false,
    }
}

fn same(request: &Request) -> Trouble {
    Trouble::new(
        "SamePlace",
        &format!("Cannot copy {}", request.from),
        "source and target are the same",
        "choose another place or name",
    )
}

fn said(stop: super::super::errand::Stop) -> Trouble {
    match stop {
        super::super::errand::Stop::Failed(failure) => failure.trouble,
        super::super::errand::Stop::Cut => Trouble::new("Cut", "The listing was stopped", "", ""),
    }
}

fn unnamed(request: &Request, skipped: u32) -> Trouble {
    Trouble::new(
        "LeftOut",
        &format!("Something in {} was left out", request.from),
        &format!("{skipped} keys of the listing are empty or lie elsewhere"),
        "",
    )
}

fn left_out(folder: &Path, links: u64, specials: u64) -> Trouble {
    Trouble::new(
        "LeftOut",
        &format!("Something in {} was left out", folder.display()),
        &format!("{links} symbolic links and {specials} pipes, sockets or devices are not copied"),
        "copy what the links lead to by itself",
    )
}
