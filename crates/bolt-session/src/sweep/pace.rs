//! How many combinations are run before their rows are handed on.
//!
//! Combinations that run together share what they have in common, so a few large batches are the
//! least work; but what is not handed on is lost if the process is killed, and an interrupt waits
//! for the batch. What a combination takes depends on formulas and bars and is measured.

use std::time::Duration;

use bolt_base::Clock;
use bolt_market::sweep::End;

/// What a batch should take: what is lost at worst. Over millions of bars the columns that its
/// combinations share take half a second, which is to be a small part of it.
const BATCH: Duration = Duration::from_secs(5);
/// Combinations a thread in the first batch.
const FIRST: usize = 8;
/// By how much a batch may differ from the one before: the first ones are short, and what is
/// measured of them is mostly what combinations share.
const FACTOR_MAX: f64 = 8.0;

/// Runs combinations in batches of about [`BATCH`], of equal shares for the threads.
pub(super) fn run_paced<E>(
    mut combinations: &[usize],
    threads: usize,
    clock: &dyn Clock,
    mut run: impl FnMut(&[usize]) -> Result<End, E>,
) -> Result<End, E> {
    let mut size = FIRST * threads;
    while !combinations.is_empty() {
        let (batch, rest) = combinations.split_at(size.min(combinations.len()));
        let began = clock.now();
        if run(batch)? == End::Cancelled {
            return Ok(End::Cancelled);
        }
        let took = clock.now().saturating_sub(began);
        let factor = BATCH.as_secs_f64() / took.as_secs_f64();
        let wanted = size as f64 * factor.clamp(1.0 / FACTOR_MAX, FACTOR_MAX);
        size = (wanted as usize).max(1).next_multiple_of(threads);
        combinations = rest;
    }
    Ok(End::Complete)
}

#[cfg(test)]
mod tests {
    use bolt_base::ManualClock;

    use super::*;

    /// Returns the batches of a run, of which each combination takes so long, and how they ended.
    fn batches(count: usize, threads: usize, each: impl Fn(usize) -> Duration) -> Vec<Vec<usize>> {
        let (clock, all) = (ManualClock::default(), (0..count).collect::<Vec<_>>());
        let mut batches = Vec::new();
        let end = run_paced(&all, threads, &clock, |batch| {
            clock.advance(batch.iter().map(|&index| each(index)).sum::<Duration>());
            batches.push(batch.to_vec());
            Ok::<_, ()>(End::Complete)
        });
        assert_eq!(end, Ok(End::Complete));
        assert_eq!(batches.concat(), all);
        batches
    }

    fn lengths(batches: &[Vec<usize>]) -> Vec<usize> {
        batches.iter().map(Vec::len).collect()
    }

    #[test]
    fn batches_take_what_they_should() {
        // As few batches as may be where nothing takes long, and five seconds each where it does.
        let nothing = batches(20_000, 2, |_| Duration::ZERO);
        assert_eq!(lengths(&nothing), [16, 128, 1_024, 8_192, 10_640]);
        let quarters = batches(100, 2, |_| Duration::from_millis(250));
        assert_eq!(lengths(&quarters), [16, 20, 20, 20, 20, 4]);
        let long = batches(30, 3, |_| Duration::from_secs(9));
        assert_eq!(lengths(&long), [24, 3, 3]);
    }

    #[test]
    fn batches_follow_what_combinations_take() {
        let each = |index: usize| Duration::from_millis(if index < 500 { 25 } else { 500 });
        let found = lengths(&batches(900, 1, each));
        assert!(found[found.len() - 5..].iter().all(|&length| length <= 10), "{found:?}");
    }

    #[test]
    fn a_batch_that_is_cancelled_or_fails_is_the_last() {
        for (answer, expected) in [(Ok(End::Cancelled), Ok(End::Cancelled)), (Err(7), Err(7))] {
            let mut batches = 0;
            let end = run_paced(&[1; 100], 1, &ManualClock::default(), |_| {
                batches += 1;
                if batches == 2 { answer } else { Ok(End::Complete) }
            });
            assert_eq!((end, batches), (expected, 2));
        }
    }
}
