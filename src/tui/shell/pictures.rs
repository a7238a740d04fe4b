//! Makes pictures out of bytes: read, decoded and scaled away from the loop.
//!
//! Invariant: whatever a file claims to be, at most [`MOST`] bytes are read and at most
//! [`PIXELS`] pixels are decoded.

use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;

use image::imageops::FilterType;
use image::{DynamicImage, ImageReader, Limits};
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use ratatui::style::Color;
use ratatui_image::picker::{Picker, ProtocolType};
use ratatui_image::protocol::Protocol;
use ratatui_image::protocol::kitty::Kitty;
use ratatui_image::{Image, Resize};
use tokio::sync::Semaphore;

use crate::engine::Engine;
use crate::model::{Answer, Location, Trouble};
use crate::term::Pictures;
use crate::tui::picture::{Paint, Picture};

/// Most bytes of a file: 16 MiB, what the engine reads at once.
const MOST: u64 = 16 << 20;

/// Most pixels in a row or column.
const PIXELS: u32 = 20_000;

/// Most memory that decoding takes: 512 MiB.
const MEMORY: u64 = 512 << 20;

/// One picture is decoded at a time: that cannot be stopped, even when nobody wants it any more.
static DECODING: Semaphore = Semaphore::const_new(1);

/// How the terminal shows pictures, and how many pixels a cell has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Canvas {
    pub(super) way: Pictures,
    pub(super) cell: (u16, u16),
}

impl Canvas {
    /// That of this terminal. One that does not say how large a cell is gets the usual one.
    pub(super) fn of(way: Pictures) -> Self {
        let cell = crossterm::terminal::window_size().ok().and_then(|size| {
            let wide = size.width.checked_div(size.columns)?;
            let high = size.height.checked_div(size.rows)?;
            (wide > 0 && high > 0).then_some((wide, high))
        });
        Self {
            way,
            cell: cell.unwrap_or((10, 20)),
        }
    }
}

/// The picture in an object or file, for so many cells.
pub(super) async fn picture(
    engine: &Engine,
    at: &Location,
    room: (u16, u16),
    canvas: Canvas,
) -> Answer<Arc<Picture>> {
    let (bytes, whole) = engine.read(at, 0..=MOST - 1).await?;
    if (bytes.len() as u64) < whole {
        return Err(refused("it is larger than 16 MiB"));
    }
    alone(move || make(&bytes, room, canvas))
        .await
        .and_then(|made| made)
        .map(Arc::new)
        .map_err(|why| refused(&why))
}

/// Does work on a thread for it, when no other such work is under way. Who goes away before it
/// begins does not begin it.
async fn alone<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, String> {
    let turn = DECODING.acquire().await.map_err(|e| e.to_string())?;
    let made = tokio::task::spawn_blocking(move || {
        let made = work();
        // With the work, not with who waits for it.
        drop(turn);
        made
    });
    made.await.map_err(|error| error.to_string())
}

fn refused(why: &str) -> Trouble {
    Trouble::new(
        "NoPicture",
        "No picture of it",
        why,
        "Enter shows its bytes",
    )
}

fn make(bytes: &[u8], room: (u16, u16), canvas: Canvas) -> Result<Picture, String> {
    let reader = ImageReader::new(std::io::Cursor::new(bytes));
    let mut reader = reader.with_guessed_format().map_err(|e| e.to_string())?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(PIXELS);
    limits.max_image_height = Some(PIXELS);
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let format = reader.format();
    let format = format.and_then(|f| f.extensions_str().first().copied());
    let image = reader.decode().map_err(|e| e.to_string())?;
    let what = format!(
        "{}×{} · {}",
        image.width(),
        image.height(),
        format.unwrap_or("picture")
    );
    let (size, paint) = painted(image, room, canvas)?;
    Ok(Picture {
        size,
        room,
        what,
        paint,
    })
}

fn painted(
    image: DynamicImage,
    room: (u16, u16),
    canvas: Canvas,
) -> Result<((u16, u16), Paint), String> {
    let protocol = match canvas.way {
        Pictures::Blocks => return Ok(blocks(&image, room)),
        Pictures::Kitty => {
            return Ok(rows_of(&Protocol::Kitty(packed(
                &image,
                room,
                canvas.cell,
            )?)));
        }
        Pictures::Iterm2 => ProtocolType::Iterm2,
        Pictures::Sixel => ProtocolType::Sixel,
    };
    #[expect(
        deprecated,
        reason = "the other way asks the terminal, which is read elsewhere"
    )]
    let mut picker = Picker::from_fontsize(canvas.cell.into());
    picker.set_protocol_type(protocol);
    let protocol = picker
        .new_protocol(image, Size::new(room.0, room.1), Resize::Fit(None))
        .map_err(|error| error.to_string())?;
    Ok(rows_of(&protocol))
}

/// A picture by kitty's protocol, packed: a picture is a number of bytes for each pixel otherwise.
/// Both terminals that are told so ([`crate::term::Manners`]) unpack it.
fn packed(image: &DynamicImage, room: (u16, u16), cell: (u16, u16)) -> Result<Kitty, String> {
    let (fit, room) = (Resize::Fit(None), Size::new(room.0, room.1));
    let size = fit.size_for(image, cell.into(), room);
    let fitting = fit.resize(image, cell.into(), size, None);
    // Its number among the pictures of this terminal: 0 is none.
    let word = std::hash::RandomState::new().build_hasher().finish();
    let id = u32::try_from(word >> 33).unwrap_or_default() + 1;
    Kitty::new(fitting, size, id, false, true).map_err(|error| error.to_string())
}

/// The size of a picture, and what draws each row of it.
fn rows_of(protocol: &Protocol) -> ((u16, u16), Paint) {
    let size = protocol.size();
    let area = Rect::new(0, 0, size.width, size.height);
    let mut cells = Buffer::empty(area);
    ratatui::widgets::Widget::render(Image::new(protocol), area, &mut cells);
    let row = |y: u16| {
        let symbol = cells[(0, y)].symbol();
        if symbol.contains('\u{1b}') {
            symbol.to_owned()
        } else {
            String::new()
        }
    };
    let rows = (0..size.height).map(row).collect();
    ((size.width, size.height), Paint::Rows(rows))
}

/// Two pixels a cell, one above the other, in all the room that the shape of the picture allows.
fn blocks(image: &DynamicImage, room: (u16, u16)) -> ((u16, u16), Paint) {
    let (wide, high) = (u32::from(room.0), u32::from(room.1) * 2);
    let (width, height) = (image.width().max(1), image.height().max(1));
    let by_width = (wide, wide.saturating_mul(height) / width);
    let by_height = (high.saturating_mul(width) / height, high);
    let (columns, rows) = if by_width.1 <= high {
        by_width
    } else {
        by_height
    };
    let (columns, rows) = (columns.clamp(1, wide), (rows / 2).clamp(1, high / 2));
    let small = image.resize_exact(columns, rows * 2, FilterType::Triangle);
    let small = small.to_rgb8();
    let color = |x: u32, y: u32| {
        let [r, g, b] = small.get_pixel(x, y).0;
        Color::Rgb(r, g, b)
    };
    let cells = (0..rows).flat_map(|y| (0..columns).map(move |x| (x, 2 * y)));
    let cells = cells.map(|(x, y)| (color(x, y), color(x, y + 1))).collect();
    let clamp = |cells: u32| u16::try_from(cells).unwrap_or(u16::MAX);
    ((clamp(columns), clamp(rows)), Paint::Cells(cells))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    fn png() -> Vec<u8> {
        let image = DynamicImage::ImageRgb8(image::RgbImage::from_fn(40, 20, |x, _| {
            image::Rgb(if x < 20 { [255, 0, 0] } else { [0, 0, 255] })
        }));
        let mut bytes = std::io::Cursor::new(Vec::new());
        image.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    fn canvas(way: Pictures) -> Canvas {
        Canvas {
            way,
            cell: (10, 20),
        }
    }

    #[test]
    fn half_blocks_keep_the_colours_and_the_shape() {
        let picture = make(&png(), (20, 20), canvas(Pictures::Blocks)).unwrap();
        assert_eq!(picture.what, "40×20 · png");
        let (wide, high) = picture.size;
        assert!(
            wide <= 20 && high <= 10 && wide >= 2 * high,
            "{wide}x{high}"
        );
        let Paint::Cells(cells) = &picture.paint else {
            unreachable!("half blocks are cells")
        };
        let red = Color::Rgb(255, 0, 0);
        assert_eq!(cells[0], (red, red));
        assert_eq!(cells.len(), usize::from(wide) * usize::from(high));
    }

    #[test]
    fn each_protocol_says_it_in_its_own_words() {
        for (way, mark) in [
            (Pictures::Kitty, "\x1b_G"),
            (Pictures::Iterm2, "\x1b]1337;File="),
            (Pictures::Sixel, "\x1bP"),
        ] {
            let picture = make(&png(), (20, 10), canvas(way)).unwrap();
            let Paint::Rows(rows) = &picture.paint else {
                unreachable!("protocols draw rows")
            };
            assert!(rows[0].contains(mark), "{way:?}: {:?}", &rows[0]);
        }
    }

    #[test]
    fn a_picture_for_kitty_is_packed_and_fits_its_cells() {
        let picture = make(&png(), (20, 10), canvas(Pictures::Kitty)).unwrap();
        let Paint::Rows(rows) = &picture.paint else {
            unreachable!("protocols draw rows")
        };
        let bytes: usize = rows.iter().map(String::len).sum();
        let pixels = usize::from(picture.size.0) * 10 * usize::from(picture.size.1) * 20;
        assert!(rows[0].contains("f=32,o=z,"), "{:?}", &rows[0]);
        // Each row of cells says where it is; four bytes a pixel otherwise.
        assert!(bytes < pixels, "{bytes} bytes for {pixels} pixels");
        assert_eq!(picture.size, (4, 1));
        assert_eq!(rows.len(), 1);
    }

    #[tokio::test]
    async fn what_nobody_waits_for_any_more_is_still_done_alone() {
        let count = Arc::new((AtomicUsize::new(0), AtomicUsize::new(0)));
        let work = || {
            let count = Arc::clone(&count);
            move || {
                let now = count.0.fetch_add(1, Ordering::SeqCst) + 1;
                count.1.fetch_max(now, Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(50));
                count.0.fetch_sub(1, Ordering::SeqCst);
            }
        };
        for _ in 0..4 {
            let _ = tokio::time::timeout(Duration::from_millis(5), alone(work())).await;
        }
        alone(work()).await.unwrap();
        assert_eq!(count.1.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn what_is_no_picture_is_said() {
        assert!(make(b"no picture", (10, 10), canvas(Pictures::Blocks)).is_err());
        assert!(make(&png()[..40], (10, 10), canvas(Pictures::Blocks)).is_err());
    }
}
