//! Where entries are: a hash table of places, by linear probing.
//!
//! It knows hashes and places only; the entries, and so the keys, are elsewhere. A bucket is eight
//! bytes, so that a look-up mostly reads one line of the processor's cache here.

/// A place that means that a bucket is free.
const FREE: u32 = u32::MAX;
/// The most entries that an index has room for.
pub(crate) const ENTRIES_MAX: usize = FREE as usize / 2;

#[derive(Debug, Clone, Copy)]
struct Bucket {
    hash: u32,
    place: u32,
}

/// Places by hash.
#[derive(Debug)]
pub(crate) struct Index {
    /// A power of two of them, at most two thirds in use.
    buckets: Vec<Bucket>,
    used: usize,
}

impl Index {
    pub(crate) fn new() -> Self {
        Self { buckets: vec![Bucket { hash: 0, place: FREE }; 8], used: 0 }
    }

    /// Returns the first place of a hash that is the one looked for.
    #[inline]
    pub(crate) fn find(&self, hash: u32, mut is_it: impl FnMut(usize) -> bool) -> Option<usize> {
        let mut at = self.home(hash);
        loop {
            let bucket = self.buckets[at];
            if bucket.place == FREE {
                return None;
            }
            if bucket.hash == hash && is_it(bucket.place as usize) {
                return Some(bucket.place as usize);
            }
            at = self.after(at);
        }
    }

    /// Adds a place.
    pub(crate) fn insert(&mut self, hash: u32, place: usize) {
        if (self.used + 1) * 3 > self.buckets.len() * 2 {
            self.rebuild(self.buckets.len() * 2);
        }
        self.put(Bucket { hash, place: place as u32 });
        self.used += 1;
    }

    /// Removes a place that is there.
    pub(crate) fn remove(&mut self, hash: u32, place: usize) {
        let mut hole = self.bucket_of(hash, place);
        // What comes after moves up, unless it would then be before where its search begins.
        let mut at = hole;
        loop {
            at = self.after(at);
            let bucket = self.buckets[at];
            if bucket.place == FREE {
                break;
            }
            if self.distance(self.home(bucket.hash), at) >= self.distance(hole, at) {
                self.buckets[hole] = bucket;
                hole = at;
            }
        }
        self.buckets[hole].place = FREE;
        self.used -= 1;
        if self.used * 8 < self.buckets.len() && self.buckets.len() > 8 {
            self.rebuild(self.buckets.len() / 2);
        }
    }

    /// Changes a place that is there.
    pub(crate) fn relocate(&mut self, hash: u32, from: usize, to: usize) {
        let at = self.bucket_of(hash, from);
        self.buckets[at].place = to as u32;
    }

    /// Returns the bytes that this holds.
    pub(crate) fn bytes(&self) -> usize {
        self.buckets.capacity() * size_of::<Bucket>()
    }

    fn home(&self, hash: u32) -> usize {
        hash as usize & (self.buckets.len() - 1)
    }

    fn after(&self, at: usize) -> usize {
        (at + 1) & (self.buckets.len() - 1)
    }

    /// Returns how many steps it is from one bucket to another.
    fn distance(&self, from: usize, to: usize) -> usize {
        to.wrapping_sub(from) & (self.buckets.len() - 1)
    }

    fn bucket_of(&self, hash: u32, place: usize) -> usize {
        let mut at = self.home(hash);
        while self.buckets[at].place as usize != place {
            assert!(self.buckets[at].place != FREE, "place {place} is not in the index");
            at = self.after(at);
        }
        at
    }

    fn put(&mut self, bucket: Bucket) {
        let mut at = self.home(bucket.hash);
        while self.buckets[at].place != FREE {
            at = self.after(at);
        }
        self.buckets[at] = bucket;
    }

    fn rebuild(&mut self, size: usize) {
        let free = Bucket { hash: 0, place: FREE };
        let before = std::mem::replace(&mut self.buckets, vec![free; size]);
        for bucket in before.into_iter().filter(|bucket| bucket.place != FREE) {
            self.put(bucket);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bolt_base::Rng;
    use std::collections::BTreeMap;

    #[test]
    fn it_holds_what_a_map_holds() {
        let mut rng = Rng::new(1);
        let mut index = Index::new();
        let mut hashes: BTreeMap<usize, u32> = BTreeMap::new();
        for step in 0..20_000 {
            // It grows, then it shrinks. Few hashes, at both ends of the table: many share a bucket
            // or go round its end.
            let grows = rng.below(10) < if step < 10_000 { 6 } else { 4 };
            let hash = (rng.below(40) as u32).wrapping_sub(20).wrapping_mul(1 + (step % 3));
            let place = rng.below(300) as usize;
            match hashes.get(&place).copied() {
                Some(old) if grows => {
                    let to = 1_000 + place;
                    index.relocate(old, place, to);
                    index.relocate(old, to, place);
                }
                Some(old) => {
                    index.remove(old, place);
                    hashes.remove(&place);
                }
                None => {
                    index.insert(hash, place);
                    hashes.insert(place, hash);
                }
            }
            let (place, hash) =
                (rng.below(300) as usize, hashes.get(&place).copied().unwrap_or(hash));
            let found = index.find(hash, |other| other == place);
            let expected = hashes.get(&place).filter(|&&other| other == hash).map(|_| place);
            assert_eq!(found, expected, "{step}");
            assert_eq!(index.used, hashes.len());
            assert!(index.used * 3 <= index.buckets.len() * 2);
        }
        for (place, hash) in hashes {
            assert_eq!(index.find(hash, |other| other == place), Some(place));
            index.remove(hash, place);
        }
        assert_eq!((index.used, index.buckets.len()), (0, 8));
    }

    #[test]
    #[should_panic(expected = "place 3 is not in the index")]
    fn only_what_is_there_is_removed() {
        Index::new().remove(5, 3);
    }
}
