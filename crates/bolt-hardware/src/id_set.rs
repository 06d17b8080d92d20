//! Sets of processors and of NUMA nodes.

use std::fmt;
use std::iter::once;
use std::ops::{BitAnd, BitOr, Sub};
use std::str::FromStr;

use crate::root::beginning;

/// Numbers of processors.
pub type CpuSet = IdSet;
/// Numbers of NUMA nodes.
pub type NodeSet = IdSet;

/// A set of small numbers, of processors or of NUMA nodes: to the kernel both are bitmaps, written
/// as lists such as `0-3,8`.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct IdSet {
    /// Bits by id; the last word is not zero.
    words: Vec<u64>,
}

impl IdSet {
    /// Ids are below this: what Linux can be built for.
    pub const IDS_MAX: usize = 8192;

    /// Returns how many ids there are.
    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Returns whether an id is one of them.
    pub fn contains(&self, id: usize) -> bool {
        self.words.get(id / 64).is_some_and(|word| word >> (id % 64) & 1 == 1)
    }

    /// Adds an id.
    ///
    /// # Panics
    /// If it is not below [`Self::IDS_MAX`].
    pub fn insert(&mut self, id: usize) {
        assert!(id < Self::IDS_MAX, "{id} is beyond every processor");
        if self.words.len() <= id / 64 {
            self.words.resize(id / 64 + 1, 0);
        }
        self.words[id / 64] |= 1 << (id % 64);
    }

    /// Returns the ids in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        let bits = |(index, &word): (usize, &u64)| {
            let next = |&word: &u64| Some(word & (word - 1)).filter(|&rest| rest != 0);
            let first = Some(word).filter(|&word| word != 0);
            std::iter::successors(first, next)
                .map(move |word| index * 64 + word.trailing_zeros() as usize)
        };
        self.words.iter().enumerate().flat_map(bits)
    }

    /// Returns the least id.
    pub fn first(&self) -> Option<usize> {
        self.iter().next()
    }

    /// Returns whether every id is one of `other`, too.
    pub fn is_subset(&self, other: &Self) -> bool {
        (self - other).is_empty()
    }

    /// Returns whether an id is in both.
    pub fn intersects(&self, other: &Self) -> bool {
        !(self & other).is_empty()
    }

    fn by_words(&self, other: &Self, of: impl Fn(u64, u64) -> u64) -> Self {
        let word = |set: &Self, index| set.words.get(index).copied().unwrap_or(0);
        let count = self.words.len().max(other.words.len());
        let mut words: Vec<u64> =
            (0..count).map(|index| of(word(self, index), word(other, index))).collect();
        while words.last() == Some(&0) {
            words.pop();
        }
        Self { words }
    }
}

impl BitAnd for &IdSet {
    type Output = IdSet;

    fn bitand(self, other: Self) -> IdSet {
        self.by_words(other, |a, b| a & b)
    }
}

impl BitOr for &IdSet {
    type Output = IdSet;

    fn bitor(self, other: Self) -> IdSet {
        self.by_words(other, |a, b| a | b)
    }
}

impl Sub for &IdSet {
    type Output = IdSet;

    fn sub(self, other: Self) -> IdSet {
        self.by_words(other, |a, b| a & !b)
    }
}

impl FromIterator<usize> for IdSet {
    fn from_iter<I: IntoIterator<Item = usize>>(ids: I) -> Self {
        let mut set = Self::default();
        ids.into_iter().for_each(|id| set.insert(id));
        set
    }
}

/// Shows the kernel's list: `0-3,8`; nothing if the set is empty.
impl fmt::Display for IdSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut start = None;
        let mut comma = "";
        // The id after the last ends the last range.
        for id in self.iter().chain(once(usize::MAX)) {
            match start {
                Some((first, last)) if id == last + 1 => start = Some((first, id)),
                Some((first, last)) => {
                    write!(f, "{comma}{first}")?;
                    if last > first {
                        write!(f, "-{last}")?;
                    }
                    comma = ",";
                    start = Some((id, id));
                }
                None => start = Some((id, id)),
            }
        }
        Ok(())
    }
}

impl fmt::Debug for IdSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{self}}}")
    }
}

/// Parses lists as kernel and `taskset` write them: `0-3,8`, `0-10:2` (every second) and `0-15:2/4`
/// (the first two of every four). Nothing is the empty set.
impl FromStr for IdSet {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut set = Self::default();
        if text.trim().is_empty() {
            return Ok(set);
        }
        for part in text.split(',') {
            let range = Range::parse(part.trim()).ok_or_else(|| {
                let part = beginning(part.trim());
                format!("`{part}` is not a number, a range such as `0-3`, or `0-10:2`")
            })?;
            if range.last >= Self::IDS_MAX {
                return Err(format!("{} is beyond {}", range.last, Self::IDS_MAX - 1));
            }
            range.ids().for_each(|id| set.insert(id));
        }
        Ok(set)
    }
}

/// The first `used` of every `group` ids from `first` to `last`.
struct Range {
    first: usize,
    last: usize,
    used: usize,
    group: usize,
}

impl Range {
    fn parse(text: &str) -> Option<Self> {
        let number = |text: &str| {
            text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
        };
        let (range, pattern) = match text.split_once(':') {
            Some((range, pattern)) => (range, Some(pattern)),
            None => (text, None),
        };
        let (first, last) = match range.split_once('-') {
            Some((first, last)) => (number(first)?, number(last)?),
            None if pattern.is_none() => (number(range)?, number(range)?),
            None => return None,
        };
        let (used, group) = match pattern.map(|pattern| pattern.split_once('/')) {
            None => (1, 1),
            Some(None) => (1, number(pattern?)?),
            Some(Some((used, group))) => (number(used)?, number(group)?),
        };
        (first <= last && 0 < used && used <= group).then_some(Self { first, last, used, group })
    }

    fn ids(&self) -> impl Iterator<Item = usize> {
        let Self { first, last, used, group } = *self;
        (first..=last).filter(move |id| (id - first) % group < used)
    }
}
