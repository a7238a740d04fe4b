//! The queue: keys to orders, and where the cursor stays.

use super::*;
use crate::tui::msg::Tickets;
use crate::tui::overlay::testing::with_cx;
use testing::{busy, job};

fn acted(at: u64, action: Action) -> String {
    let mut queue = testing::queue();
    let place = queue.jobs().position(|j| j.id == JobId(at)).unwrap();
    queue.select(place);
    let wants = act(&mut queue, action);
    format!("{wants:?}")
}

fn act(queue: &mut Queue, action: Action) -> Vec<Want> {
    let snapshot = Snapshot::default();
    with_cx(&mut Tickets::default(), &snapshot, |cx| {
        queue.act(action, cx)
    })
}

#[test]
fn keys_become_orders_for_the_job_under_the_cursor() {
    for (at, action, want) in [
        (1, Action::QueuePause, "Order(Pause(JobId(1)))"),
        (8, Action::QueuePause, "Order(Resume(JobId(8)))"),
        (9, Action::QueuePause, "Only what waits"),
        (1, Action::QueueCancel, "Order(Cancel(JobId(1)))"),
        (9, Action::QueueCancel, "It is finished"),
        (6, Action::QueueRetry, "Order(Retry(JobId(6)))"),
        (7, Action::QueueRetry, "Only what failed"),
        (7, Action::QueueUp, "Order(Reorder(JobId(7), -1))"),
        (7, Action::QueueDown, "Order(Reorder(JobId(7), 1))"),
        (1, Action::QueuePauseAll, "Order(PauseAll)"),
        (1, Action::QueueRetryAll, "Order(RetryFailed)"),
        (1, Action::QueueClear, "Order(ClearFinished)"),
        (5, Action::QueueOpen, "ConflictDialog"),
        (6, Action::QueueOpen, "Details"),
        (1, Action::QueueOpen, "Details"),
        (1, Action::QueueGo, "Visit(Prefix("),
        (3, Action::QueueGo, "Visit(Folder(\"/home/ada/inbox\"))"),
        (1, Action::Answer, "ConflictDialog"),
        (1, Action::Refresh, "[]"),
    ] {
        let got = acted(at, action);
        assert!(got.contains(want), "{action:?} on {at}: {got}");
    }
}

#[test]
fn a_cancel_asks_when_much_has_moved() {
    let mut queue = Queue::default();
    let much = JobView {
        moved: ASK_ABOVE + 1,
        ..job(1, "big.iso", Phase::Moving)
    };
    queue.numbers(Arc::new(Snapshot {
        rows: vec![much].into(),
        ..Snapshot::default()
    }));
    let wants = act(&mut queue, Action::QueueCancel);
    assert!(matches!(wants[..], [Want::Open(_)]), "{wants:?}");
}

#[test]
fn everything_paused_goes_on_together() {
    let mut queue = testing::queue();
    let mut snapshot = busy();
    snapshot.counts = crate::engine::Counts {
        paused: 3,
        ..Default::default()
    };
    queue.numbers(Arc::new(snapshot));
    assert!(format!("{:?}", act(&mut queue, Action::QueuePauseAll)).contains("ResumeAll"));
}

#[test]
fn the_cursor_stays_on_its_job() {
    let mut queue = testing::queue();
    act(&mut queue, Action::Down);
    let chosen = queue.selected().unwrap().id;
    let mut rows = busy().rows.to_vec();
    rows.insert(0, job(99, "new.txt", Phase::Moving));
    queue.numbers(Arc::new(Snapshot {
        rows: rows.clone().into(),
        ..busy()
    }));
    assert_eq!(queue.selected().unwrap().id, chosen);
    rows.retain(|j| j.id != chosen);
    queue.numbers(Arc::new(Snapshot {
        rows: rows.into(),
        ..busy()
    }));
    assert_eq!(queue.at, 2, "the row that took its place");
    let at = queue.at;
    let mut rows = busy().rows.to_vec();
    let ended = queue.selected().unwrap().id;
    for job in rows.iter_mut().filter(|job| job.id == ended) {
        job.phase = Phase::Cancelled;
    }
    queue.numbers(Arc::new(Snapshot {
        rows: rows.into(),
        ..busy()
    }));
    assert!(queue.at == at && queue.selected().unwrap().id != ended);
    queue.numbers(Arc::new(Snapshot::default()));
    assert!(queue.selected().is_none());
    assert!(act(&mut queue, Action::QueueCancel).is_empty());
}

#[test]
fn what_needs_the_person_stands_above_what_waits() {
    let queue = testing::queue();
    let ids: Vec<u64> = queue.jobs().map(|j| j.id.0).collect();
    assert_eq!(ids, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    assert_eq!(queue.asking().unwrap().id, JobId(5));
}
