//! The offer of the browser to go on with what an earlier run left.

mod stage;

use insta::assert_snapshot;
use stage::Stage;
use windlass::engine::{Counts, Interrupted, Notice, Order, Snapshot, Which};
use windlass::tui::msg::Msg;

const LEFT: Interrupted = Interrupted {
    count: 2,
    done: 512 << 20,
    size: 1 << 30,
};

fn offered(width: u16, height: u16) -> Stage {
    let mut stage = Stage::main(width, height);
    stage.send(Msg::Notice(Notice::Interrupted(LEFT)));
    stage.numbers(held());
    stage
}

fn held() -> Snapshot {
    Snapshot {
        counts: Counts {
            paused: 2,
            ..Counts::default()
        },
        ..Snapshot::default()
    }
}

#[test]
fn looks() {
    for (width, height) in [(40, 12), (80, 24), (120, 40)] {
        let stage = offered(width, height);
        let screen = stage.screen();
        let line = screen.lines().find(|line| line.contains("interrupted"));
        assert_snapshot!(format!("offer_{width}"), line.unwrap().trim_end());
        assert!(stage.orders().is_empty(), "nothing starts by itself");
    }
    let mut stage = offered(80, 24);
    stage.keys("c");
    assert_snapshot!("offer_discard_80x24", stage.screen());
}

#[test]
fn a_key_goes_on_and_another_gives_up() {
    let mut stage = offered(80, 24);
    stage.keys("r");
    assert!(matches!(stage.orders()[..], [Order::TakeUp(Which::All)]));
    assert!(stage.app.offer().is_none());
    let mut stage = offered(80, 24);
    stage.keys("c<enter>");
    assert!(stage.orders().is_empty(), "Enter is the safe answer");
    stage.keys("cy");
    assert!(matches!(stage.orders()[..], [Order::Discard(Which::All)]));
    stage.numbers(Snapshot::default());
    assert!(
        stage.app.offer().is_none(),
        "nothing of it is held any more"
    );
}

#[test]
fn later_is_an_answer_and_typing_is_none() {
    let mut stage = offered(80, 24);
    stage.keys("/rc");
    assert!(stage.orders().is_empty() && stage.app.overlays().is_empty());
    stage.keys("<esc>");
    assert!(stage.app.offer().is_some(), "that was the filter's");
    stage.keys("<esc>");
    assert!(stage.app.offer().is_none() && stage.orders().is_empty());
    stage.keys("r");
    assert!(!stage.app.overlays().is_empty(), "r renames again");
    let mut stage = Stage::main(80, 24);
    stage.send(Msg::Notice(Notice::Interrupted(Interrupted::default())));
    assert!(stage.app.offer().is_none());
}
