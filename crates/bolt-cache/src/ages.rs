//! What is known of a key's past, and how it is coarsened: ages to buckets, pasts to classes.
//!
//! An age is counted in requests of a shard. Ages are cut into four buckets an octave, in a unit
//! that grows with the number of entries, so that the buckets reach from a thousandth of it to 64
//! times as far as there are entries, for small shards and large ones.

/// Number of buckets.
pub(crate) const BUCKETS: usize = 60;
/// Number of classes of pasts.
pub(crate) const CLASSES: usize = COUNTS * INTERVALS;

/// Numbers of requests are told apart as 1, 2, 3, 4-5, 6-7, 8-11, 12-15, ..., 64 and more.
const COUNTS: usize = 12;
/// There was no interval, it was below the number of entries, or below 2, 4 and 8 times that, or
/// longer.
const INTERVALS: usize = 6;
/// Units to which an age is cut: the end of the last bucket.
const UNITS: u32 = 1 << 16;
/// A shard of so many entries, or up to twice as many, has ages in units of two requests.
const ENTRIES_OF_UNIT_2: usize = 2_048;

/// What is remembered of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Past {
    /// The time of the last request.
    pub(crate) last: u32,
    /// Requests, up to 255.
    pub(crate) count: u8,
    /// The class since the last request; below [`CLASSES`].
    pub(crate) class: u8,
}

impl Past {
    /// Returns the past of a key that is asked for the first time.
    pub(crate) fn first(now: u32) -> Self {
        Self { last: now, count: 1, class: 0 }
    }

    /// Returns the requests since the last one. Time goes round after 2^32 requests; what was not
    /// asked for in as many looks younger than it is.
    pub(crate) fn age(&self, now: u32) -> u32 {
        now.wrapping_sub(self.last)
    }

    /// Returns 1 for a key that was asked for once, and more the more often it was: 12 at most.
    pub(crate) fn regularity(&self) -> f32 {
        f32::from(1 + self.class / INTERVALS as u8)
    }
}

/// How ages are measured in a shard of some size.
#[derive(Debug, Clone)]
pub(crate) struct Scale {
    /// A unit is two to the power of this.
    shift: u32,
    /// The interval's part of the class, by the interval's bucket.
    intervals: [u8; BUCKETS],
}

impl Scale {
    /// Returns the scale for a number of entries.
    pub(crate) fn new(entries: usize) -> Self {
        let shift = (entries / (ENTRIES_OF_UNIT_2 / 2)).max(1).ilog2();
        let entries = entries.max(1) as f32 / (1u64 << shift) as f32;
        let intervals = std::array::from_fn(|bucket| {
            let times = start(bucket) / entries;
            1 + [1.0, 2.0, 4.0, 8.0].iter().filter(|&&least| times >= least).count() as u8
        });
        Self { shift, intervals }
    }

    /// Returns the bucket of an age.
    #[inline]
    pub(crate) fn bucket(&self, age: u32) -> usize {
        let units = (age >> self.shift).min(UNITS - 1);
        if units < 4 {
            return units as usize;
        }
        let octave = units.ilog2();
        (4 * (octave - 1) + ((units >> (octave - 2)) & 3)) as usize
    }

    /// Returns an age in units.
    #[inline]
    pub(crate) fn units(&self, age: u32) -> f32 {
        age as f32 / (1u64 << self.shift) as f32
    }

    /// Returns the past after one more request, whose interval has a bucket.
    #[inline]
    pub(crate) fn requested(&self, past: Past, bucket: usize, now: u32) -> Past {
        let count = past.count.saturating_add(1);
        let class = COUNT_CLASSES[usize::from(count)] * INTERVALS as u8 + self.intervals[bucket];
        Past { last: now, count, class }
    }
}

/// Returns the first age of a bucket in units; of the number of buckets, the end of the last.
pub(crate) const fn start(bucket: usize) -> f32 {
    if bucket < 4 {
        return bucket as f32;
    }
    ((4 + bucket % 4) << (bucket / 4 - 1)) as f32
}

/// Returns the number of units in a bucket.
pub(crate) fn width(bucket: usize) -> f32 {
    start(bucket + 1) - start(bucket)
}

/// Returns the classes of a number of requests, fewest first: those that differ in the interval.
pub(crate) fn classes_by_count() -> impl Iterator<Item = std::ops::Range<usize>> {
    (0..COUNTS).map(|count| count * INTERVALS..(count + 1) * INTERVALS)
}

const COUNT_CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut count = 1;
    while count < 256 {
        classes[count] = count_class(count as u8);
        count += 1;
    }
    classes
};

const fn count_class(count: u8) -> u8 {
    if count < 4 {
        return count - 1;
    }
    let octave = count.ilog2() as u8;
    let class = 2 * octave - 1 + ((count >> (octave - 1)) & 1);
    if class < COUNTS as u8 { class } else { COUNTS as u8 - 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_follow_one_another_without_gaps() {
        let scale = Scale::new(1_000);
        let mut before = 0;
        for age in 0..UNITS {
            let bucket = scale.bucket(age);
            assert!(bucket == before || bucket == before + 1, "{age}");
            assert!(start(bucket) <= age as f32 && (age as f32) < start(bucket + 1), "{age}");
            before = bucket;
        }
        assert_eq!((before, start(BUCKETS)), (BUCKETS - 1, UNITS as f32));
        assert_eq!(scale.bucket(u32::MAX), BUCKETS - 1);
    }

    #[test]
    fn the_unit_grows_with_the_entries() {
        for (entries, unit) in
            [(0, 1), (1, 1), (2_047, 1), (2_048, 2), (4_095, 2), (1 << 20, 1 << 10)]
        {
            let scale = Scale::new(entries);
            assert_eq!((scale.units(unit), scale.bucket(unit)), (1.0, 1), "{entries}");
            assert_eq!(scale.bucket(unit - 1), 0, "{entries}");
        }
    }

    #[test]
    fn classes_tell_counts_and_intervals_apart() {
        let scale = Scale::new(1_000);
        let class = |count, interval| {
            let past = Past { last: 0, count, class: 0 };
            scale.requested(past, scale.bucket(interval), interval).class
        };
        let by_count =
            [(1, 1), (2, 2), (3, 3), (4, 3), (5, 4), (7, 5), (11, 6), (63, 11), (255, 11)];
        for (count, expected) in by_count {
            assert_eq!(class(count, 1), expected * 6 + 1, "{count}");
        }
        for (interval, expected) in
            [(0, 1), (890, 1), (1_100, 2), (2_100, 3), (4_200, 4), (9_000, 5)]
        {
            assert_eq!(class(1, interval), 6 + expected, "{interval}");
        }
        assert_eq!(usize::from(class(254, u32::MAX)), CLASSES - 1);
        assert_eq!(Past::first(9), Past { last: 9, count: 1, class: 0 });
    }

    #[test]
    fn ages_go_on_when_time_goes_round() {
        let past = Past::first(u32::MAX - 1);
        assert_eq!(past.age(3), 5);
    }
}
