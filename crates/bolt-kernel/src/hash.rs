//! Hashing for tables whose keys are a few integers that nobody outside chooses.
//!
//! The standard library's hasher withstands keys made to collide, at several times the cost; a
//! graph looks up a node for each operation of each formula of a sweep.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map with [`WordHasher`].
pub(crate) type WordMap<K, V> = HashMap<K, V, BuildHasherDefault<WordHasher>>;

/// 2^64 divided by the golden ratio, made odd (Knuth, TAOCP vol. 3, 6.4).
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// Multiplicative hashing, a word at a time.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct WordHasher(u64);

impl Hasher for WordHasher {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u8(&mut self, word: u8) {
        self.write_u64(word.into());
    }

    fn write_u32(&mut self, word: u32) {
        self.write_u64(word.into());
    }

    #[inline]
    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(MULTIPLIER);
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }

    /// Both ends depend on every bit: tables index by the low ones and tell apart by the high ones.
    fn finish(&self) -> u64 {
        let product = u128::from(self.0) * u128::from(MULTIPLIER);
        (product >> 64) as u64 ^ product as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::hash::Hash;

    fn hash(key: impl Hash) -> u64 {
        let mut hasher = WordHasher::default();
        key.hash(&mut hasher);
        hasher.finish()
    }

    /// Neighbouring keys, as nodes are, must not fall together in a table's index or tags.
    #[test]
    fn neighbouring_keys_are_spread() {
        const SIDE: u32 = 256;
        let keys = (0..SIDE).flat_map(|a| (0..SIDE).map(move |b| (a, b)));
        let hashes: Vec<u64> = keys.map(hash).collect();
        let distinct = |part: fn(u64) -> u64| {
            hashes.iter().map(|hash| part(*hash)).collect::<HashSet<_>>().len()
        };
        assert_eq!(distinct(|hash| hash), hashes.len());
        // Of n values drawn from n at random, 1 - 1/e are drawn at least once.
        let expected = 0.632 * f64::from(SIDE * SIDE);
        assert!(distinct(|hash| hash & 0xffff) as f64 > 0.9 * expected);
        assert!(distinct(|hash| hash >> 48) as f64 > 0.9 * expected);
    }

    #[test]
    fn texts_differ_in_every_byte() {
        let texts = ["", "a", "b", "SMA", "SMB", "CrossAbove", "CrossAbovf", "DrossAbove"];
        let hashes: HashSet<u64> = texts.iter().map(hash).collect();
        assert_eq!(hashes.len(), texts.len());
    }
}
