//! An engine on the server in the box with one empty bucket, and no sample data.

use windlass::config::{Env, Flags, load};
use windlass::demo::{self, Demo};
use windlass::engine::Engine;
use windlass::model::{Account, BucketName, Key, Location};

/// The bucket that is there.
pub(crate) const EMPTY: &str = "empty";

/// An engine, its server, and the account that it is known by.
pub(crate) struct House {
    _dir: tempfile::TempDir,
    pub(crate) engine: Engine,
    pub(crate) demo: Demo,
    pub(crate) account: Account,
}

pub(crate) async fn house() -> House {
    // A folder that holds something is served as it is.
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join(EMPTY)).unwrap();
    let demo = demo::start(Some(dir.path().into()), None).await.unwrap();
    let home = demo.state.join("home");
    let loaded = load(&Flags::default(), &Env::new(home, [])).unwrap();
    let engine = Engine::open(demo.config(loaded.config)).unwrap();
    House {
        _dir: dir,
        engine,
        account: demo.profile.account.clone(),
        demo,
    }
}

impl House {
    /// A place for an object.
    pub(crate) fn object(&self, bucket: &str, key: &str) -> Location {
        Location::Object {
            account: self.account.clone(),
            bucket: BucketName::new(bucket).unwrap(),
            key: Key::new(key).unwrap(),
        }
    }
}
