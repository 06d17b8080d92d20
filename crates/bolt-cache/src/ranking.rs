//! What an entry is worth keeping: learned from how long keys of its class take to come back.
//!
//! For each class of pasts the rate of requests is estimated by age: requests that came at an age,
//! over the time that keys were watched at that age. Keys that were forgotten, or that nobody has
//! asked for again yet, count as watched; so one need not know how it ends to learn from it.
//!
//! An entry's index is the most hits per time that keeping it for some further while promises,
//! over all lengths of the while: the Gittins index of its next request (Gittins 1979, "Bandit
//! processes and dynamic allocation indices"). It is high for what comes back soon, and rises with
//! age where keys come back late but surely. So one rule counts where popularity is stable, keeps
//! the recent where it shifts, and holds on to a part of a loop that is too large. Ranking by hit
//! density is from Beckmann, Chen and Cidon 2018, "LHD"; here rates come from keys that are kept
//! and from those that are not, so that they do not depend on what was kept.

use crate::ages::{BUCKETS, CLASSES, Past, Scale, classes_by_count, start, width};

const CELLS: usize = CLASSES * BUCKETS;
/// What was seen counts half after so many requests for each entry.
const HALF_LIFE: f32 = 16.0;
/// As many keys speak for a rate that nothing is known of: those of a class with one request less,
/// or of the class with any interval.
const PRIOR_KEYS: f32 = 16.0;
/// Where nothing at all is known, a key that has reached an age comes back at this rate, times the
/// age: as likely in one octave as in another.
const PRIOR_RATE: f32 = 0.5;

/// Rates of requests, and the index that follows from them.
#[derive(Debug)]
pub(crate) struct Ranking {
    scale: Scale,
    learned: u32,
    /// Intervals since the last learning: by class and bucket of their ages, those that ended with
    /// a request, and those that nobody watches any longer.
    ended: Box<[u32]>,
    lost: Box<[u32]>,
    /// Requests, and the units for which keys were watched, before that; older ones count less.
    requests: Box<[f32]>,
    watched: Box<[f32]>,
    /// The index at the start of each bucket.
    index: Box<[f32]>,
}

impl Ranking {
    pub(crate) fn new() -> Self {
        let zeros = || vec![0.0; CELLS].into_boxed_slice();
        let mut ranking = Self {
            scale: Scale::new(0),
            learned: 0,
            ended: vec![0; CELLS].into(),
            lost: vec![0; CELLS].into(),
            requests: zeros(),
            watched: zeros(),
            index: zeros(),
        };
        ranking.rank(&ranking.watched.clone());
        ranking
    }

    /// Returns a key's past after a request, and takes note of the interval.
    #[inline]
    pub(crate) fn request(&mut self, past: Past, now: u32) -> Past {
        let bucket = self.scale.bucket(past.age(now));
        self.ended[cell(past, bucket)] += 1;
        self.scale.requested(past, bucket, now)
    }

    /// Takes note that a key is no longer watched.
    pub(crate) fn lose(&mut self, past: Past, now: u32) {
        self.lost[cell(past, self.scale.bucket(past.age(now)))] += 1;
    }

    /// Returns the most hits per unit of time that keeping a key promises.
    #[inline]
    pub(crate) fn index(&self, past: Past, now: u32) -> f32 {
        let age = past.age(now);
        let bucket = self.scale.bucket(age);
        let here = self.index[cell(past, bucket)];
        if bucket + 1 == BUCKETS {
            return here;
        }
        let next = self.index[cell(past, bucket + 1)];
        here + (next - here) * ((self.scale.units(age) - start(bucket)) / width(bucket))
    }

    /// Ranks anew.
    ///
    /// `watched` are keys whose next request is not known yet, each with the number of keys that it
    /// stands for; `entries` is how many are kept.
    pub(crate) fn learn(
        &mut self,
        now: u32,
        entries: usize,
        watched: impl Iterator<Item = (Past, u32)>,
    ) {
        let mut open = vec![0; CELLS];
        for (past, count) in watched {
            open[cell(past, self.scale.bucket(past.age(now)))] += count;
        }
        let elapsed = now.wrapping_sub(self.learned) as f32;
        let keep = (-elapsed / (HALF_LIFE * entries.max(1) as f32)).exp2();
        for (requests, &ended) in self.requests.iter_mut().zip(&self.ended) {
            *requests = *requests * keep + ended as f32;
        }
        for (lost, &ended) in self.lost.iter_mut().zip(&self.ended) {
            *lost += ended;
        }
        self.watched.iter_mut().for_each(|units| *units *= keep);
        add_watched(&mut self.watched, &self.lost);
        let mut with_open = self.watched.clone();
        add_watched(&mut with_open, &open);
        self.ended.fill(0);
        self.lost.fill(0);
        self.rank(&with_open);
        self.learned = now;
        self.scale = Scale::new(entries);
    }

    /// Computes the index of each class from rates.
    fn rank(&mut self, watched: &[f32]) {
        let mut prior: [f32; BUCKETS] = std::array::from_fn(|b| PRIOR_RATE / start(b + 1));
        for classes in classes_by_count() {
            let (mut requests, mut units) = ([0.0; BUCKETS], [0.0; BUCKETS]);
            for class in classes.clone() {
                add(&mut requests, of_class(&self.requests, class));
                add(&mut units, of_class(watched, class));
            }
            prior = rates(&requests, &units, &prior);
            for class in classes {
                let own = rates(of_class(&self.requests, class), of_class(watched, class), &prior);
                write_index(&own, &mut self.index[class * BUCKETS..][..BUCKETS]);
            }
        }
    }

    /// Returns the bytes that this holds.
    pub(crate) fn bytes(&self) -> usize {
        5 * CELLS * size_of::<f32>()
    }
}

fn cell(past: Past, bucket: usize) -> usize {
    usize::from(past.class) * BUCKETS + bucket
}

fn of_class(cells: &[f32], class: usize) -> &[f32] {
    &cells[class * BUCKETS..][..BUCKETS]
}

fn add(sums: &mut [f32; BUCKETS], values: &[f32]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += value;
    }
}

/// Adds the units for which keys were watched in each bucket, given at which ages that ended.
/// Those that end in a bucket do so in its middle, on average.
fn add_watched(watched: &mut [f32], ends: &[u32]) {
    for (watched, ends) in watched.chunks_mut(BUCKETS).zip(ends.chunks(BUCKETS)) {
        let mut older = 0.0;
        for (bucket, (units, &ends)) in watched.iter_mut().zip(ends).enumerate().rev() {
            let ends = ends as f32;
            *units += (older + ends / 2.0) * width(bucket);
            older += ends;
        }
    }
}

/// Returns requests per unit in each bucket, given rates to believe before anything is seen.
fn rates(requests: &[f32], units: &[f32], prior: &[f32; BUCKETS]) -> [f32; BUCKETS] {
    std::array::from_fn(|bucket| {
        let believed = PRIOR_KEYS * width(bucket);
        (requests[bucket] + prior[bucket] * believed) / (units[bucket] + believed)
    })
}

/// What keeping a key for some while comes to.
#[derive(Debug, Clone, Copy)]
struct While {
    hits: f32,
    units: f32,
    /// The chance that the key was not asked for by then.
    left: f32,
}

impl While {
    /// Returns the while that a bucket lasts, at a rate.
    fn of_bucket(rate: f32, units: f32) -> Self {
        let expected = rate * units;
        if expected < 1e-4 {
            return Self { hits: expected, units, left: 1.0 - expected };
        }
        let left = (-expected).exp();
        Self { hits: 1.0 - left, units: (1.0 - left) / rate, left }
    }

    /// Returns this while and, if the key was not asked for by then, another.
    fn and_then(self, next: Self) -> Self {
        Self {
            hits: self.hits + self.left * next.hits,
            units: self.units + self.left * next.units,
            left: self.left * next.left,
        }
    }

    fn pays_less_than(self, other: Self) -> bool {
        self.hits * other.units < other.hits * self.units
    }
}

/// Writes the index at the start of each bucket, given rates in it.
///
/// From the last bucket to the first: as long as going on to the next while pays better than this
/// one alone, they are one. What remains is the best time to stop for each start.
fn write_index(rates: &[f32; BUCKETS], index: &mut [f32]) {
    let mut later = Vec::with_capacity(BUCKETS);
    for bucket in (0..BUCKETS).rev() {
        let mut here = While::of_bucket(rates[bucket], width(bucket));
        while let Some(next) = later.pop_if(|next| here.pays_less_than(*next)) {
            here = here.and_then(next);
        }
        index[bucket] = here.hits / here.units;
        later.push(here);
    }
}

#[cfg(test)]
mod tests;
