//! What happens on this machine alone, and empty folders anywhere: files from folder to folder,
//! directories for markers, markers for directories.

use bytes::Bytes;

use super::conflict::{self, Target};
use super::errand::{Errand, Remote, Stop, internal};
use super::finish;
use super::meter::Attempt;
use super::{IfExists, Side, Verified};
use crate::local::{self, Landed, Sink, Source};
use crate::model::{Location, Trouble};
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
            if !finish::anything_under(&remote).await? {
                marker(e, &remote).await?;
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

async fn marker(e: &Errand, remote: &Remote) -> Result<(), Stop> {
    let bytes = Bytes::new();
    let digest = e.digest(&bytes, remote.client.integrity()).await?;
    let put = PutObject {
        bucket: remote.bucket.clone(),
        key: remote.key.clone(),
        about: NewObject::default(),
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
    let Some(Target { to, replace }) = conflict::settle(e, policy, &ours).await?.target(e) else {
        return Ok(());
    };
    let spot = e.spec.spot(&to).ok_or_else(|| conflict::no_name(&to))?;
    let mut sink = Sink::create(&spot, Some(stamp.size)).await?;
    if e.moves() && sink.adopt(&source, replace).await? == local::Adopted::Yes {
        Attempt::new(&e.meter).commit(stamp.size);
        e.tools.written.add(e.spec.batch, (stamp.dev, stamp.ino));
        e.closed(to, Verified::Size, stamp.size);
        return Ok(());
    }
    e.writing(&to, sink.temp());
    let attempt = Attempt::new(&e.meter);
    pour(e, &source, &sink, &attempt).await?;
    let landed = sink
        .finish(&spot.name(), stamp.size, stamp.modified(), replace)
        .await?;
    let Landed::There(new) = landed else {
        let go = conflict::settle(e, IfExists::Ask, &ours).await?;
        return match go.target(e) {
            None => Ok(()),
            Some(_) => Err(Stop::from(conflict::contested(&to))),
        };
    };
    e.tools.written.add(e.spec.batch, (new.dev, new.ino));
    attempt.commit(stamp.size);
    finish::source_gone(e, Some(&source), None).await?;
    e.closed(to, Verified::Size, stamp.size);
    Ok(())
}

/// Copies all bytes of a file, which must stay as it is meanwhile.
async fn pour(e: &Errand, source: &Source, sink: &Sink, attempt: &Attempt) -> Result<(), Stop> {
    let size = source.stamp().size;
    let mut at = 0;
    while at < size {
        let (len, reader) = (CHUNK.min(size - at), source.clone());
        let _room = e.memory(len).await?;
        let bytes = e
            .busy(move || {
                let len = usize::try_from(len).unwrap_or(usize::MAX);
                reader.read_at(at, len).map_err(|x| reader.read_trouble(&x))
            })
            .await?;
        sink.write_at(at, vec![bytes]).await?;
        attempt.sent(len);
        at += len;
    }
    Ok(source.unchanged().await?)
}
