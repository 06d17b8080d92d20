//! Which pages a reader will want, from those it wanted.
//!
//! Three guesses are made before every access: the next page, the page a stride away, and the page
//! that came after this one the last time. A guess's confidence is the share of the last sixteen
//! accesses that it got right. The stride is the last distance that came twice in a row.

use std::collections::{HashMap, VecDeque};

/// What a stream of accesses looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessPattern {
    /// One page after the other.
    Sequential,
    /// Every page so many after the one before; negative backwards.
    Strided(i64),
    /// The order in which the pages were accessed before.
    Temporal,
    /// None of these.
    Random,
}

/// How many accesses a guess is judged by.
const WINDOW: u32 = 16;

/// How many accesses there must be before a guess is worth anything.
const ACCESSES_MIN: u32 = 4;

/// How many accesses are remembered for those that come again.
const HISTORY: usize = 4_096;

/// Finds the pattern of one stream. It knows page numbers only, and does no reading.
#[derive(Debug, Default)]
pub struct PatternDetector {
    last: Option<u64>,
    distance: u64,
    stride: u64,
    sequential: Score,
    strided: Score,
    temporal: Score,
    history: History,
}

/// How often a guess was right lately.
#[derive(Debug, Clone, Copy, Default)]
struct Score {
    /// The last accesses, the newest in the lowest bit.
    right: u32,
    seen: u32,
}

impl Score {
    fn note(&mut self, is_right: bool) {
        self.right = (self.right << 1 | u32::from(is_right)) & ((1 << WINDOW) - 1);
        self.seen = (self.seen + 1).min(WINDOW);
    }

    fn confidence(self) -> f64 {
        if self.seen < ACCESSES_MIN {
            return 0.0;
        }
        f64::from(self.right.count_ones()) / f64::from(self.seen)
    }
}

impl PatternDetector {
    /// Takes in that a page is accessed. The same page again says nothing.
    pub fn observe(&mut self, id: u64) {
        let last = self.last.replace(id);
        if last == Some(id) {
            return;
        }
        let guess = self.history.after_last();
        self.history.push(id);
        let Some(last) = last else { return };
        let distance = id.wrapping_sub(last);
        self.sequential.note(distance == 1);
        self.strided.note(distance == self.stride);
        self.temporal.note(guess == Some(id));
        if distance == self.distance && distance != self.stride {
            self.stride = distance;
            self.strided = Score { right: 0b11, seen: 2 };
        }
        self.distance = distance;
    }

    /// Returns the pattern and how sure that is, from 0 to 1.
    pub fn pattern(&self) -> (AccessPattern, f64) {
        let guesses = [
            (AccessPattern::Temporal, self.temporal),
            (AccessPattern::Strided(self.stride.cast_signed()), self.strided),
            (AccessPattern::Sequential, self.sequential),
        ];
        let guesses = guesses.map(|(pattern, score)| (pattern, score.confidence()));
        // Of equals the last, which takes the least to predict.
        let best = guesses.into_iter().max_by(|a, b| a.1.total_cmp(&b.1));
        match best {
            Some((pattern, confidence)) if confidence > 0.5 => (pattern, confidence),
            best => (AccessPattern::Random, 1.0 - best.map_or(0.0, |best| best.1)),
        }
    }

    /// Returns the pages that come next by the pattern, at most so many.
    pub fn predict(&self, pattern: AccessPattern, count: usize) -> Vec<u64> {
        let Some(last) = self.last else { return Vec::new() };
        let along = |stride: i64| {
            let next = move |id: &u64| id.checked_add_signed(stride);
            std::iter::successors(next(&last), next).take(count).collect()
        };
        match pattern {
            AccessPattern::Sequential => along(1),
            AccessPattern::Strided(stride) => along(stride),
            AccessPattern::Temporal => self.history.after(count),
            AccessPattern::Random => Vec::new(),
        }
    }
}

/// The last accesses, and where each page was accessed before its last access.
#[derive(Debug, Default)]
struct History {
    ids: VecDeque<u64>,
    /// How many were forgotten: the position of the first.
    start: u64,
    positions: HashMap<u64, u64>,
    /// Where the last page was accessed the time before, if that is remembered.
    before: Option<u64>,
}

impl History {
    fn push(&mut self, id: u64) {
        if self.ids.len() == HISTORY {
            if let Some(oldest) = self.ids.pop_front()
                && self.positions.get(&oldest) == Some(&self.start)
            {
                self.positions.remove(&oldest);
            }
            self.start += 1;
        }
        let position = self.start + self.ids.len() as u64;
        self.ids.push_back(id);
        self.before = self.positions.insert(id, position);
    }

    /// Returns the page that came after the last one the time before.
    fn after_last(&self) -> Option<u64> {
        let index = (self.before? + 1).checked_sub(self.start)?;
        self.ids.get(usize::try_from(index).ok()?).copied()
    }

    fn after(&self, count: usize) -> Vec<u64> {
        let begin = self.before.and_then(|before| (before + 1).checked_sub(self.start));
        let Some(begin) = begin.and_then(|begin| usize::try_from(begin).ok()) else {
            return Vec::new();
        };
        self.ids.iter().skip(begin).take(count).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bolt_base::Rng;

    fn detect(ids: impl IntoIterator<Item = u64>) -> PatternDetector {
        let mut detector = PatternDetector::default();
        ids.into_iter().for_each(|id| detector.observe(id));
        detector
    }

    #[test]
    fn patterns_are_told_apart() {
        use AccessPattern::{Random, Sequential, Strided, Temporal};
        let mut rng = Rng::new(9);
        let loop_of: Vec<u64> = (0..100).map(|_| rng.next_u64()).collect();
        let random: Vec<u64> = (0..2_000).map(|_| rng.below(10_000)).collect();
        let repeated = loop_of.iter().chain(&loop_of).copied();
        for (name, detector, expected) in [
            ("up", detect(5..30), Sequential),
            ("by threes", detect((0..30).map(|i| 3 * i)), Strided(3)),
            ("down", detect((0..30).rev()), Strided(-1)),
            ("again", detect(repeated), Temporal),
            ("each twice", detect((0..60).map(|i| i / 2)), Sequential),
        ] {
            assert_eq!(detector.pattern(), (expected, 1.0), "{name}");
        }
        let mut detector = PatternDetector::default();
        for (count, id) in random.into_iter().enumerate() {
            detector.observe(id);
            let (pattern, confidence) = detector.pattern();
            assert_eq!(pattern, Random, "after {count}");
            assert!(confidence > 0.8);
        }
        assert_eq!(detect([]).pattern(), (Random, 1.0));
        assert_eq!(detect(0..ACCESSES_MIN as u64).pattern().0, Random, "too few to say");
    }

    #[test]
    fn confidence_is_the_share_of_right_guesses() {
        // Every fifth page is left out.
        let detector = detect((0..40).filter(|id| id % 5 != 0));
        let steps: Vec<u64> = (0..40).filter(|id| id % 5 != 0).collect();
        let right = steps.windows(2).rev().take(16).filter(|pair| pair[1] - pair[0] == 1).count();
        let expected = right as f64 / 16.0;
        assert_eq!(detector.pattern(), (AccessPattern::Sequential, expected));
        assert!(expected < 0.8);
    }

    #[test]
    fn a_new_pattern_takes_over() {
        let mut detector = detect((0..100).chain((0..40).map(|i| 1_000 + 7 * i)));
        assert_eq!(detector.pattern(), (AccessPattern::Strided(7), 1.0));
        (0..20).for_each(|i| detector.observe(50 + i));
        assert_eq!(detector.pattern(), (AccessPattern::Sequential, 1.0));
    }

    #[test]
    fn predictions_are_what_comes() {
        let up = detect(0..20);
        assert_eq!(up.predict(AccessPattern::Sequential, 3), [20, 21, 22]);
        let down = detect((10..40).rev().step_by(4));
        assert_eq!(down.pattern().0, AccessPattern::Strided(-4));
        assert_eq!(down.predict(AccessPattern::Strided(-4), 9), [7, 3], "no page is below 0");
        let lap = [4, 9, 2, 7, 30, 5, 11, 8, 0, 21];
        let again = detect(lap.iter().chain(&lap).chain(&lap[..3]).copied());
        assert_eq!(again.predict(AccessPattern::Temporal, 4), [7, 30, 5, 11]);
        assert!(again.predict(AccessPattern::Random, 4).is_empty());
        let end = detect(u64::MAX - 10..=u64::MAX);
        assert!(end.predict(AccessPattern::Sequential, 4).is_empty());
    }

    #[test]
    fn what_is_forgotten_is_not_predicted() {
        let n = HISTORY as u64;
        let far = |i: u64| i.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut detector = detect((0..n + 100).map(far));
        assert!(detector.history.positions.len() == HISTORY);
        detector.observe(far(3));
        assert_eq!(detector.history.before, None);
        detector.observe(far(n));
        assert_eq!(detector.predict(AccessPattern::Temporal, 2), [far(n + 1), far(n + 2)]);
    }
}
