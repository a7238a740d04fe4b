//! What a resumed transfer does about something that came to stand in its way.

use super::{Line, MIB, OPTIONS, bytes};

#[test]
fn what_asks_is_answered_by_an_option() {
    let size = 4 * MIB;
    for (word, is_ours) in [("skip", false), ("overwrite", true)] {
        let line = Line::new();
        line.world.object("one", bytes(size, 1));
        let cp = [&["cp", "s3://box/one", "one"][..], &OPTIONS[..]].concat();
        line.kill_at(size / 2, &cp, 0);
        line.world.file("one", "theirs");
        line.mend();
        let said = line.fails(&["transfers", "resume"]);
        assert!(said.contains("it is there already"), "{said}");
        line.ok(&["transfers", "resume", "--if-exists", word]);
        let there = std::fs::read(line.world.path("one")).unwrap();
        let want = if is_ours {
            bytes(size, 1)
        } else {
            b"theirs".to_vec()
        };
        assert!(there == want, "{word}");
        line.nothing_is_left();
    }
}
