//! What a server or a disk calls things: nothing of it gets through, showing twice changes
//! nothing, and the name can be read back, so that no two look the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use windlass::model::{cut_end, cut_middle, cut_start, shown, shown_file_name, width};

fuzz_target!(|name: &[u8]| {
    let look = shown_file_name(name);
    let text = look.as_str();
    assert!(!text.chars().any(char::is_control));
    assert!(!text.starts_with(' ') && !text.ends_with(' '));
    assert_eq!(shown(text), look);
    assert_eq!(read_back(text), name);
    for cells in [0, 1, 7, 8, 20] {
        assert!(width(&cut_middle(text, cells)) <= cells);
        assert!(width(&cut_start(text, cells)) <= cells);
        assert!(width(&cut_end(text, cells)) <= cells);
    }
});

fn read_back(mut text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    while let Some(c) = text.chars().next() {
        if let Some((code, rest)) = text.strip_prefix("‹U+").and_then(|t| t.split_once('›')) {
            let c = u32::from_str_radix(code, 16).ok().and_then(char::from_u32);
            out.extend(c.expect("a character").encode_utf8(&mut [0; 4]).bytes());
            text = rest;
            continue;
        }
        text = &text[c.len_utf8()..];
        let byte = text.strip_prefix('x').and_then(|t| t.get(..2));
        let byte = byte.filter(|t| t.bytes().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F')));
        match (c, byte.and_then(|t| u8::from_str_radix(t, 16).ok())) {
            ('\\', Some(byte)) => {
                out.push(byte);
                text = &text[3..];
            }
            ('\u{2400}'..='\u{241f}', _) => out.push((u32::from(c) - 0x2400) as u8),
            ('\u{2420}', _) => out.push(b' '),
            ('\u{2421}', _) => out.push(0x7f),
            ('\u{25cc}', _) => {}
            (c, _) => out.extend(c.encode_utf8(&mut [0; 4]).bytes()),
        }
    }
    out
}
