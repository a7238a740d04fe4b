//! Draws a small picture and writes it as PNG, so that the demo has images without carrying any.
//!
//! Pure. The picture is stored uncompressed: a compressor would be more code than the picture.
//!
//! Source: PNG specification, third edition; RFC 1950 (zlib), RFC 1951 section 3.2.4 (stored).

/// A picture of hills under a sky. `hue` moves the colours, so that no two are alike.
pub(super) fn hills(width: u32, height: u32, hue: u8) -> Vec<u8> {
    let mut rows = Vec::with_capacity((height * (width * 3 + 1)) as usize);
    for y in 0..height {
        rows.push(0); // filter: none
        for x in 0..width {
            rows.extend(pixel(x, y, height, hue));
        }
    }
    encode(width, height, &rows)
}

fn pixel(x: u32, y: u32, height: u32, hue: u8) -> [u8; 3] {
    // Triangle waves stand in for sines: integers only, the same picture everywhere.
    let wave = |length: u32, swing: u32| (x % length).abs_diff(length / 2) * swing / length;
    let far = height / 2 + wave(97, height / 3);
    let near = height * 2 / 3 + wave(61, height / 4);
    let light = u8::try_from(y * 120 / height.max(1)).unwrap_or(u8::MAX);
    if y > near {
        [
            30,
            90_u8.saturating_sub(hue / 4),
            40_u8.wrapping_add(hue / 3),
        ]
    } else if y > far {
        [70, 110, 90_u8.saturating_add(hue / 2)]
    } else {
        [110 + light, 150 + light / 2, 255 - hue / 3]
    }
}

fn encode(width: u32, height: u32, rows: &[u8]) -> Vec<u8> {
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = Vec::new();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]); // 8 bits, RGB, deflate, filters, not interlaced
    chunk(&mut out, *b"IHDR", &header);
    chunk(&mut out, *b"IDAT", &stored(rows));
    chunk(&mut out, *b"IEND", &[]);
    out
}

fn stored(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let mut blocks = bytes.chunks(0xffff).peekable();
    while let Some(block) = blocks.next() {
        let len = u16::try_from(block.len()).unwrap_or(u16::MAX);
        out.push(u8::from(blocks.peek().is_none()));
        out.extend(len.to_le_bytes());
        out.extend((!len).to_le_bytes());
        out.extend(block);
    }
    out.extend(adler32(bytes).to_be_bytes());
    out
}

fn chunk(out: &mut Vec<u8>, name: [u8; 4], body: &[u8]) {
    out.extend(u32::try_from(body.len()).unwrap_or(u32::MAX).to_be_bytes());
    let start = out.len();
    out.extend(name);
    out.extend(body);
    let sum = crc32(&out[start..]);
    out.extend(sum.to_be_bytes());
}

/// What eight steps of the CRC make of each byte.
const STEPS: [u32; 256] = {
    let mut table = [0; 256];
    let mut byte: u32 = 0;
    while byte < 256 {
        let (mut sum, mut step) = (byte, 0);
        while step < 8 {
            sum = (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg());
            step += 1;
        }
        table[byte as usize] = sum;
        byte += 1;
    }
    table
};

fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum = (sum >> 8) ^ STEPS[((sum ^ u32::from(*byte)) & 0xff) as usize];
    }
    !sum
}

fn adler32(bytes: &[u8]) -> u32 {
    let (mut a, mut b) = (1u32, 0u32);
    // So many bytes cannot overflow the sums.
    for block in bytes.chunks(5552) {
        for byte in block {
            a += u32::from(*byte);
            b += a;
        }
        a %= 65_521;
        b %= 65_521;
    }
    b << 16 | a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_the_standards() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(adler32(b"Wikipedia"), 0x11e6_0398);
    }

    #[test]
    fn the_picture_is_a_png() {
        let png = hills(160, 100, 7);
        assert!(png.starts_with(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\xa0\0\0\0\x64\x08\x02"));
        assert!(png.ends_with(b"\0\0\0\0IEND\xae\x42\x60\x82"));
        assert_ne!(png, hills(160, 100, 90));
    }
}
