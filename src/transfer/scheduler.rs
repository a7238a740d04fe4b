//! The driver around the pure ledger: the only place of this floor where tasks start and time
//! passes.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use super::queue::{Command, Setup};
use super::{Notice, Snapshot};

/// Starts the driver.
pub(super) fn start(
    setup: Setup,
    commands: mpsc::UnboundedReceiver<Command>,
    tell: mpsc::UnboundedSender<Notice>,
    publish: watch::Sender<Arc<Snapshot>>,
) {
    let _ = (setup, commands, tell, publish);
}
