//! A set of row numbers, one bit each.

/// The set.
#[derive(Debug, Clone, Default)]
pub(super) struct Bits {
    words: Vec<u64>,
    count: usize,
}

fn spot(row: u32) -> (usize, u64) {
    ((row / 64) as usize, 1 << (row % 64))
}

impl Bits {
    /// Whether there are none.
    #[must_use]
    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// How many there are.
    #[must_use]
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// Whether a row is in it.
    #[must_use]
    pub(super) fn has(&self, row: u32) -> bool {
        let (word, bit) = spot(row);
        self.words.get(word).is_some_and(|w| w & bit != 0)
    }

    /// Puts a row in; whether it was not there.
    pub(super) fn set(&mut self, row: u32) -> bool {
        let (word, bit) = spot(row);
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        let new = self.words[word] & bit == 0;
        self.words[word] |= bit;
        self.count += usize::from(new);
        new
    }

    /// Takes a row out; whether it was there.
    pub(super) fn clear(&mut self, row: u32) -> bool {
        let (word, bit) = spot(row);
        let Some(w) = self.words.get_mut(word) else {
            return false;
        };
        let was = *w & bit != 0;
        *w &= !bit;
        self.count -= usize::from(was);
        was
    }

    /// Takes out what is in another set.
    pub(super) fn subtract(&mut self, other: &Self) {
        for (word, less) in self.words.iter_mut().zip(&other.words) {
            *word &= !less;
        }
        self.recount();
    }

    /// Puts in what is in another set.
    pub(super) fn unite(&mut self, other: &Self) {
        if self.words.len() < other.words.len() {
            self.words.resize(other.words.len(), 0);
        }
        for (word, more) in self.words.iter_mut().zip(&other.words) {
            *word |= more;
        }
        self.recount();
    }

    fn recount(&mut self) {
        let ones = self.words.iter().map(|word| word.count_ones() as usize);
        self.count = ones.sum();
    }

    /// The rows in it, in the order of their numbers.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.words.iter().enumerate().flat_map(|(at, word)| {
            let first = u32::try_from(at * 64).unwrap_or(u32::MAX);
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = (rest != 0).then(|| rest.trailing_zeros())?;
                rest &= rest - 1;
                Some(first + bit)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_in_once() {
        let mut bits = Bits::default();
        assert!(bits.set(3) && bits.set(64) && bits.set(1_000_000) && !bits.set(64));
        assert_eq!(bits.iter().collect::<Vec<_>>(), [3, 64, 1_000_000]);
        let mut other = Bits::default();
        assert!(other.set(3) && other.set(5));
        let mut less = bits.clone();
        less.subtract(&other);
        assert_eq!(less.iter().collect::<Vec<_>>(), [64, 1_000_000]);
        less.unite(&other);
        assert_eq!((less.len(), less.has(5)), (4, true));
        assert!(bits.clear(64) && !bits.clear(64) && !bits.clear(9_999_999));
        assert_eq!(
            (bits.iter().count(), bits.has(3), bits.has(64)),
            (2, true, false)
        );
    }
}
