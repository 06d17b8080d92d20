//! What is remembered of keys that are not kept.
//!
//! Eight times as many as are kept, eight bytes each: a part of the hash and the past. Two keys may
//! look the same; then one takes over the other's past, and is a little over- or underrated.

use crate::ages::Past;

/// Ghosts of a set.
const WAYS: usize = 8;

/// A key's past, packed; `count` is zero where there is none.
#[derive(Debug, Clone, Copy)]
struct Ghost {
    last: u32,
    tag: u16,
    count: u8,
    class: u8,
}

const NOBODY: Ghost = Ghost { last: 0, tag: 0, count: 0, class: 0 };

impl Ghost {
    fn past(self) -> Option<Past> {
        let Self { last, tag: _, count, class } = self;
        (count > 0).then_some(Past { last, count, class })
    }
}

/// Pasts by hash, in sets that are one line of the processor's cache.
#[derive(Debug, Default)]
pub(crate) struct Ghosts {
    sets: Vec<[Ghost; WAYS]>,
}

impl Ghosts {
    /// Makes room for a number of entries to be remembered eight times, unless what there is will
    /// do. What was remembered is forgotten then: its hashes are not known any longer.
    pub(crate) fn fit(&mut self, entries: usize) {
        let sets = self.sets.len();
        if entries > sets + sets / 2 || entries < sets / 4 {
            self.sets = vec![[NOBODY; WAYS]; entries];
        }
    }

    /// Removes and returns the past of a key.
    pub(crate) fn take(&mut self, hash: u32) -> Option<Past> {
        let tag = hash as u16;
        let ghost = self.set(hash)?.iter_mut().find(|ghost| ghost.count > 0 && ghost.tag == tag)?;
        std::mem::replace(ghost, NOBODY).past()
    }

    /// Adds the past of a key, and returns the one that is forgotten for it: of the eight in the
    /// set that which is oldest, where keys that were asked for more often may get older.
    pub(crate) fn put(&mut self, hash: u32, past: Past, now: u32) -> Option<Past> {
        let Some(set) = self.set(hash) else { return Some(past) };
        let staleness = |ghost: &Ghost| match ghost.past() {
            None => f32::INFINITY,
            Some(past) => past.age(now) as f32 / past.regularity(),
        };
        let stalest = set.iter_mut().max_by(|a, b| staleness(a).total_cmp(&staleness(b)))?;
        let Past { last, count, class } = past;
        std::mem::replace(stalest, Ghost { last, tag: hash as u16, count, class }).past()
    }

    /// Returns the pasts of every `step`th set.
    pub(crate) fn sample(&self, first: usize, step: usize) -> impl Iterator<Item = Past> {
        self.sets.iter().skip(first).step_by(step).flatten().filter_map(|ghost| ghost.past())
    }

    /// Returns the number of sets.
    pub(crate) fn sets(&self) -> usize {
        self.sets.len()
    }

    /// Returns the bytes that this holds.
    pub(crate) fn bytes(&self) -> usize {
        self.sets.capacity() * size_of::<[Ghost; WAYS]>()
    }

    /// Returns the set of a hash; the upper bits choose it, the lower ones are the tag.
    fn set(&mut self, hash: u32) -> Option<&mut [Ghost; WAYS]> {
        let at = (u64::from(hash) * self.sets.len() as u64) >> 32;
        self.sets.get_mut(at as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bolt_base::Rng;

    #[test]
    fn a_ghost_is_eight_bytes() {
        assert_eq!(size_of::<[Ghost; WAYS]>(), 64);
    }

    #[test]
    fn the_stalest_of_a_set_is_forgotten() {
        let mut rng = Rng::new(1);
        let mut ghosts = Ghosts::default();
        assert_eq!(ghosts.put(9, Past::first(1), 1), Some(Past::first(1)));
        ghosts.fit(4);
        let mut model: Vec<(u32, Past)> = Vec::new();
        for now in 1..5_000 {
            // Sixteen tags in each of four sets, so that a hash is known by both.
            let (set, tag) = (rng.below(4) as u32, rng.below(16) as u32);
            let hash = (set << 30) | tag;
            let place = model.iter().position(|(other, _)| *other == hash);
            let expected = place.map(|place| model.remove(place).1);
            assert_eq!(ghosts.take(hash), expected);
            let count = 1 + rng.below(5) as u8;
            let past = Past { last: now, count, class: 6 * (count - 1) };
            let others = model.iter().filter(|(other, _)| other >> 30 == set);
            let forgotten = ghosts.put(hash, past, now);
            assert_eq!(forgotten.is_some(), others.clone().count() == 8);
            if let Some(past) = forgotten {
                let staleness = |past: &Past| f64::from(now - past.last) / f64::from(past.count);
                let most = others.map(|(_, past)| staleness(past)).fold(0.0, f64::max);
                assert_eq!(staleness(&past), most);
                model.retain(|(_, other)| *other != past);
            }
            model.push((hash, past));
        }
        let mut all: Vec<u32> = ghosts.sample(0, 1).map(|past| past.last).collect();
        let mut expected: Vec<u32> = model.iter().map(|(_, past)| past.last).collect();
        all.sort_unstable();
        expected.sort_unstable();
        assert_eq!(all, expected);
        assert_eq!(ghosts.sample(1, 2).count() + ghosts.sample(0, 2).count(), all.len());
    }

    #[test]
    fn they_are_forgotten_when_there_is_room_for_many_more_or_fewer() {
        let mut ghosts = Ghosts::default();
        ghosts.fit(100);
        ghosts.put(7, Past::first(1), 1);
        ghosts.fit(150);
        ghosts.fit(25);
        assert_eq!((ghosts.sets(), ghosts.sample(0, 1).count()), (100, 1));
        ghosts.fit(151);
        assert_eq!((ghosts.sets(), ghosts.sample(0, 1).count()), (151, 0));
        ghosts.fit(36);
        assert_eq!(ghosts.sets(), 36);
    }
}
