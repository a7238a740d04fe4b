//! What a terminal sends, cut anywhere: no panic, the same events, and nothing left over.

#![no_main]

use libfuzzer_sys::fuzz_target;
use windlass::term::{Parser, Wait};

fuzz_target!(|input: (u8, &[u8])| {
    let (step, bytes) = input;
    let mut whole = Vec::new();
    let mut parser = Parser::default();
    parser.feed(bytes, &mut whole);
    parser.settle(&mut whole);
    assert_eq!(parser.wait(), Wait::Nothing);
    let mut cut = Vec::new();
    for piece in bytes.chunks(usize::from(step).max(1)) {
        parser.feed(piece, &mut cut);
    }
    parser.settle(&mut cut);
    assert_eq!(cut, whole);
});
