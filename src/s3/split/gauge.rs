//! Where a listing will be some pages further on, guessed from one page.
//!
//! Names are read as numbers: at each place of the name stands a digit of an alphabet that was seen
//! there. Must not know what is asked. Invariant: a guess is a text behind the one it starts from;
//! nothing depends on its being good.

/// Names of a page that are looked at.
const SAMPLES: usize = 64;

/// Places of a name that are looked at.
const PLACES: usize = 64;

/// Places before the first that differs, whose digits may carry.
const CARRY: usize = 12;

/// Numbers stay below this, so that sums of them stay far from overflowing.
const MOST: u128 = 1 << 96;

const DIGITS: &[u8] = b"0123456789";
const HEX: &[u8] = b"0123456789abcdef";
const HEX_CAPITAL: &[u8] = b"0123456789ABCDEF";
const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// The names of one page, read as numbers.
#[derive(Debug, Clone)]
pub(super) struct Gauge {
    /// What all of them start with, as far as it is not counted.
    stem: Box<str>,
    /// The alphabet of each place, sorted.
    places: Vec<Vec<u8>>,
    /// One more than the greatest number.
    total: u128,
    /// From one name to the next, times 1024.
    step: u128,
}

impl Gauge {
    /// Reads names, which are in order, all starting with `under`. None if they tell nothing.
    pub(super) fn of(names: &[&str], under: &str) -> Option<Self> {
        let (first, last) = (names.first()?, names.last()?);
        let alike = first
            .bytes()
            .zip(last.bytes())
            .take_while(|(a, b)| a == b)
            .count();
        let folder = first.as_bytes()[..alike].iter().rposition(|b| *b == b'/');
        let level = folder.map_or(0, |at| at + 1).max(under.len());
        let stride = names.len().div_ceil(SAMPLES);
        let seen: Vec<&[u8]> = names
            .iter()
            .step_by(stride)
            .chain([last])
            .map(|name| name.as_bytes())
            .collect();
        let alphabets = alphabets(&seen, level);
        // Leading places that say the same are needed only as far as a carry may reach.
        let same = alike.saturating_sub(level).min(alphabets.len());
        let mut carrying = (0..same).rev().filter(|at| alphabets[*at].len() > 1);
        let skipped = carrying.nth(CARRY).map_or(0, |at| at + 1);
        let mut places = Vec::new();
        let mut total: u128 = 1;
        for alphabet in alphabets.into_iter().skip(skipped) {
            let next = total * alphabet.len() as u128;
            if next > MOST {
                break;
            }
            total = next;
            places.push(alphabet);
        }
        let mut gauge = Self {
            stem: first.get(..level + skipped)?.into(),
            places,
            total,
            step: 0,
        };
        let way = gauge.number(last)?.checked_sub(gauge.number(first)?)?;
        gauge.step = (way << 10) / (names.len() as u128 - 1).max(1);
        (gauge.step > 0).then_some(gauge)
    }

    /// The name that `rows` names behind this one may have.
    pub(super) fn ahead(&self, from: &str, rows: u64) -> Option<String> {
        let way = self.step.checked_mul(u128::from(rows))? >> 10;
        let at = self.number(from)?.checked_add(way)?;
        let text = (at < self.total).then(|| self.text(at))?;
        (*text > *from).then_some(text)
    }

    /// The rows between two names, as far as can be told: none if the second lies elsewhere.
    pub(super) fn rows(&self, from: &str, to: &str) -> Option<u64> {
        let way = self.number(to)?.saturating_sub(self.number(from)?);
        u64::try_from((way << 10) / self.step).ok()
    }

    /// The number of a name; none if it lies elsewhere.
    fn number(&self, name: &str) -> Option<u128> {
        let rest = name.as_bytes().strip_prefix(self.stem.as_bytes())?;
        let (mut sum, mut beside) = (0, None);
        for (at, place) in self.places.iter().enumerate() {
            let digit = match (beside, rest.get(at)) {
                (Some(digit), _) => digit,
                (None, None) => 0,
                (None, Some(byte)) => match place.binary_search(byte) {
                    Ok(digit) => digit,
                    Err(above) => {
                        // Between two digits: behind all that begin with the lower one.
                        beside = Some(if above == 0 { 0 } else { usize::MAX });
                        above.saturating_sub(1)
                    }
                },
            };
            sum = sum * place.len() as u128 + digit.min(place.len() - 1) as u128;
        }
        Some(sum)
    }

    fn text(&self, mut number: u128) -> String {
        let mut tail: Vec<char> = Vec::with_capacity(self.places.len());
        for place in self.places.iter().rev() {
            let radix = place.len() as u128;
            let digit = usize::try_from(number % radix).unwrap_or(0);
            tail.push(char::from(place[digit]));
            number /= radix;
        }
        let mut text = String::from(&*self.stem);
        text.extend(tail.into_iter().rev());
        text
    }
}

/// The alphabet of each place from `level` on, until one that cannot be counted.
fn alphabets(names: &[&[u8]], level: usize) -> Vec<Vec<u8>> {
    let mut seen: Vec<Vec<u8>> = Vec::new();
    for at in level..level + PLACES {
        let mut bytes: Vec<u8> = names.iter().filter_map(|n| n.get(at).copied()).collect();
        bytes.sort_unstable();
        bytes.dedup();
        if bytes.is_empty() || bytes.iter().any(|b| !b.is_ascii_graphic() && *b != b' ') {
            break;
        }
        seen.push(bytes);
    }
    let varied = || seen.iter().filter(|bytes| bytes.len() > 1);
    let is_hex = |hex: &[u8]| {
        varied().any(|bytes| bytes.iter().any(u8::is_ascii_alphabetic))
            && varied().all(|bytes| bytes.iter().all(|b| hex.contains(b)))
    };
    let hex = [HEX, HEX_CAPITAL].into_iter().find(|hex| is_hex(hex));
    seen.iter().map(|bytes| widened(bytes, hex)).collect()
}

/// What may stand where these bytes were seen.
fn widened(bytes: &[u8], hex: Option<&[u8]>) -> Vec<u8> {
    if let Some(hex) = hex
        && bytes.iter().all(|b| hex.contains(b))
    {
        return hex.to_vec();
    }
    let mut out = bytes.to_vec();
    let any = |is: fn(&u8) -> bool| bytes.iter().any(is);
    if any(u8::is_ascii_digit) {
        out.extend_from_slice(DIGITS);
    }
    // A letter that is always the same is a word's.
    if bytes.len() > 1 && any(u8::is_ascii_lowercase) {
        out.extend_from_slice(LOWER);
    }
    if bytes.len() > 1 && any(u8::is_ascii_uppercase) {
        out.extend_from_slice(UPPER);
    }
    out.sort_unstable();
    out.dedup();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(names: &[String]) -> Gauge {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        Gauge::of(&names, "x/").unwrap()
    }

    #[test]
    fn numbered_names_are_met_exactly() {
        let names: Vec<String> = (0..1000).map(|n| format!("x/k{n:07}.dat")).collect();
        let gauge = of(&names);
        assert_eq!(gauge.ahead(&names[999], 4000).unwrap(), "x/k0004999.dat");
        assert_eq!(gauge.rows("x/k0001000.dat", "x/k0003000.dat"), Some(2000));
        assert_eq!(gauge.ahead("x/k9999000.dat", 1000), None);
    }

    #[test]
    fn names_at_random_are_met_nearly() {
        let spread = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut all: Vec<String> = (0..100_000)
            .map(|n| format!("x/{:016x}.jpg", spread(n)))
            .collect();
        all.sort_unstable();
        let gauge = of(&all[..1000]);
        let guess = gauge.ahead(&all[999], 10_000).unwrap();
        let at = all.partition_point(|name| *name <= guess);
        assert!((10_500..11_500).contains(&at), "{at} {guess}");
    }

    #[test]
    fn a_guess_lies_behind_where_it_starts() {
        let names: Vec<String> = ["x/a b/é", "x/a b/ü", "x/c", "x/d/", "x/d/0"]
            .map(String::from)
            .to_vec();
        let gauge = of(&names);
        for from in &names {
            for rows in [1, 7, 1000] {
                if let Some(guess) = gauge.ahead(from, rows) {
                    assert!(guess > *from);
                }
            }
        }
        assert!(Gauge::of(&["x/é", "x/ü"], "x/").is_none());
        assert!(Gauge::of(&["x/a"], "x/").is_none());
    }
}
