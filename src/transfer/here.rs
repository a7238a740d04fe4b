//! What happens on this machine alone, and empty folders anywhere: files from folder to folder,
//! directories for markers, markers for directories.

use bytes::Bytes;

use super::conflict::{self, Go, Target};
use super::errand::{Errand, Stop, internal};
use super::finish;
use super::meter::Attempt;
use super::upload::{asked, skipped};
use super::{IfExists, Side, Verified};
use crate::local::{self, Landed, Sink, Source};
use crate::model::{Key, Location, Trouble};
use crate::s3::{Counter, NewObject, Payload, PutObject};

/// Bytes that are copied at once.
const CHUNK: u64 = 4 << 20;

/// Makes an empty folder at the target: a directory, or a marker object.
pub(crate) async fn folder(e: &Errand) -> Result<(), Stop> {
    let object = e.spec.from.path().is_none();
    if object && e.source_size().await? > 0 {
        return Err(Stop::from(Trouble::new(
            "NameImpossible",
            &format!("Cannot copy {}", e.spec.from),
            "its name ends in '/' like a folder's, but it has content",
            "copy it by itself, under another name",
        )));
    }
    match &e.spec.to {
        Location::Local(path) => {
            let root = e.spec.root.clone().unwrap_or_else(|| path.clone());
            let below = path.strip_prefix(&root).unwrap_or(path).to_path_buf();
            local::ensure_folder(&local::Spot { root, below }).await?;
        }
        to @ Location::Object { .. } => {
            let remote = e.remote(to)?;
            if finish::find(&remote).await?.is_none() {
                marker(e, &remote.location(), &remote.key).await?;
            }
        }
        Location::Under { .. } => return Err(internal("a folder has no place")),
    }
    // A marker that became a directory is moved by deleting it; emptied folders go at the end.
    if object {
        finish::source_gone(e, None, None).await?;
    }
    e.closed(e.spec.to.clone(), Verified::Size, 0);
    Ok(())
}

async fn marker(e: &Errand, at: &Location, key: &Key) -> Result<(), Stop> {
    let remote = e.remote(at)?;
    let bytes = Bytes::new();
    let digest = e.digest(&bytes, remote.client.integrity()).await?;
    let put = PutObject {
        bucket: remote.bucket.clone(),
        key: key.clone(),
        about: NewObject {
            content_type: Some("application/x-directory".into()),
            metadata: Vec::new(),
        },
        payload: Payload::Data { bytes, digest },
        only_new: false,
    };
    remote
        .client
        .call(&put)
        .await
        .map_err(|x| remote.stop(&x))?;
    Ok(())
}

/// Copies or moves a file on this machine. A move on one disk is a rename.
pub(crate) async fn copy(e: &Errand, policy: IfExists) -> Result<(), Stop> {
    let path = e.spec.from.path().unwrap_or(std::path::Path::new(""));
    let source = Source::open(path).await?;
    let stamp = source.stamp();
    let ours = Side {
        size: Some(stamp.size),
        modified: stamp.modified(),
        etag: None,
    };
    if let Some(spot) = e.spec.spot(&e.spec.to)
        && let Some(there) = local::standing(&spot).await?
        && there.file == (stamp.dev, stamp.ino)
    {
        return Err(conflict::same(&e.spec.from));
    }
    let Target { to, replace } = match conflict::settle(e, policy, &ours).await? {
        Go::Write(target) => target,
        Go::Skip => return skipped(e),
        Go::Ask(conflict) => return asked(e, conflict),
    };
    let spot = e.spec.spot(&to).ok_or_else(|| conflict::no_name(&to))?;
    let mut sink = Sink::create(&spot, Some(stamp.size)).await?;
    if e.moves() && sink.adopt(&source, replace).await? == local::Adopted::Yes {
        Attempt::new(&e.meter).commit(stamp.size);
        e.tools.written.add(e.spec.batch, (stamp.dev, stamp.ino));
        e.closed(to, Verified::Size, stamp.size);
        return Ok(());
    }
    let attempt = Attempt::new(&e.meter);
    let mut at = 0;
    while at < stamp.size {
        let (len, reader) = (CHUNK.min(stamp.size - at), source.clone());
        let _room = e.memory(len).await?;
        let bytes = e
            .busy(move || {
                let size = usize::try_from(len).unwrap_or(usize::MAX);
                reader
                    .read_at(at, size)
                    .map_err(|x| reader.read_trouble(&x))
            })
            .await?;
        sink.write_at(at, vec![bytes]).await?;
        attempt.sent(len);
        at += len;
    }
    source.unchanged().await?;
    match sink
        .finish(&spot.name(), stamp.size, stamp.modified(), replace)
        .await?
    {
        Landed::There(stamp) => e.tools.written.add(e.spec.batch, (stamp.dev, stamp.ino)),
        Landed::Taken => {
            return match conflict::settle(e, IfExists::Ask, &ours).await? {
                Go::Ask(conflict) => asked(e, conflict),
                Go::Write(_) | Go::Skip => Err(Stop::replaced(&to)),
            };
        }
    }
    attempt.commit(stamp.size);
    finish::source_gone(e, Some(&source), None).await?;
    e.closed(to, Verified::Size, stamp.size);
    Ok(())
}
