//! How often a thread offers branches to others.
//!
//! An offer costs what a thousand small joins cost, so offers have to be far apart. How long it is
//! since the last one the clock says, which itself costs as much as ten joins: it is looked at
//! after some joins only, as many as there are seen to be in a part of the distance.

use std::cell::Cell;
use std::time::Duration;

/// The time between two offers.
const DISTANCE: Duration = Duration::from_micros(100);
/// The time between two looks at the clock that is aimed at.
const LOOK: Duration = Duration::from_micros(25);
/// The most joins between two looks, which bounds what is lost when small joins give way to large
/// ones.
const JOINS_MAX: u64 = 128;

/// When a thread is to make its next offer.
#[derive(Debug)]
pub(super) struct Pace {
    /// Offers that need no distance, so that the threads of a pool have work at once.
    at_once: Cell<usize>,
    /// Joins until the next look at the clock.
    joins_left: Cell<u64>,
    /// Joins between the looks at present.
    joins: Cell<u64>,
    looked: Cell<Duration>,
    offered: Cell<Duration>,
}

impl Pace {
    /// Makes so many offers at once, and others from `now` on.
    pub(super) fn new(at_once: usize, now: Duration) -> Self {
        let (joins_left, joins) = (Cell::new(1), Cell::new(1));
        let (looked, offered) = (Cell::new(now), Cell::new(now));
        Self { at_once: Cell::new(at_once), joins_left, joins, looked, offered }
    }

    /// Counts a join and returns whether it is time to look at the clock.
    #[inline]
    pub(super) fn count(&self) -> bool {
        let left = self.joins_left.get() - 1;
        self.joins_left.set(left);
        left == 0
    }

    /// Returns whether an offer is due, which then is to be made; none is where there is no room
    /// for one. Without room the looks are as far apart as with it: another thread may be long in
    /// taking what is on offer, and joins go on meanwhile.
    pub(super) fn look(&self, now: Duration, has_room: bool) -> bool {
        if has_room && let Some(left) = self.at_once.get().checked_sub(1) {
            self.at_once.set(left);
            self.joins_left.set(1);
            self.looked.set(now);
            self.offered.set(now);
            return true;
        }
        let joins = self.joins.get();
        let took = now.saturating_sub(self.looked.replace(now)).as_nanos().max(1);
        let fitting = u128::from(joins) * LOOK.as_nanos() / took;
        let most = (2 * joins).min(JOINS_MAX);
        self.joins.set(u64::try_from(fitting).unwrap_or(u64::MAX).clamp(1, most));
        self.joins_left.set(self.joins.get());
        let is_due = has_room && now.saturating_sub(self.offered.get()) >= DISTANCE;
        if is_due {
            self.offered.set(now);
        }
        is_due
    }

    /// Returns how many offers a thread may make at once that takes one of this thread's: fewer
    /// from branch to branch, so that small work is not handed on and on.
    pub(super) fn at_once_of_taker(&self) -> usize {
        self.at_once.get() / 2
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    /// Joins for `time`, which take `each`, and returns the times of offers and the looks.
    fn run(
        pace: &Pace,
        now: &mut Duration,
        time: Duration,
        each: Duration,
    ) -> (Vec<Duration>, u32) {
        run_with(pace, now, time, each, true)
    }

    /// The same where there may be no room for offers.
    fn run_with(
        pace: &Pace,
        now: &mut Duration,
        time: Duration,
        each: Duration,
        has_room: bool,
    ) -> (Vec<Duration>, u32) {
        let (mut offers, mut looks, end) = (Vec::new(), 0, *now + time);
        while *now < end {
            if pace.count() {
                looks += 1;
                if pace.look(*now, has_room) {
                    offers.push(*now);
                }
            }
            *now += each;
        }
        (offers, looks)
    }

    const NANO: Duration = Duration::from_nanos(1);
    const MICRO: Duration = Duration::from_micros(1);

    #[test]
    fn the_first_offers_are_made_at_once_and_the_others_at_a_distance() {
        let pace = Pace::new(3, Duration::ZERO);
        let (offers, _) = run(&pace, &mut Duration::default(), 1_000 * MICRO, 10 * NANO);
        assert_eq!(offers[..3], [Duration::ZERO, 10 * NANO, 20 * NANO]);
        let later = &offers[2..];
        assert!((9..=10).contains(&later.len()), "{offers:?}");
        let distances = later.windows(2).map(|pair| pair[1] - pair[0]);
        assert!(distances.clone().all(|d| d >= DISTANCE && d < DISTANCE + 2 * MICRO), "{offers:?}");
    }

    #[test]
    fn the_clock_is_looked_at_seldom_where_joins_are_small_and_each_time_where_they_are_large() {
        let looks = |each| {
            run(&Pace::new(0, Duration::ZERO), &mut Duration::default(), 1_000 * each, each).1
        };
        assert!(looks(2 * NANO) <= 1_000 / 128 + 8, "{}", looks(2 * NANO));
        assert!((35..60).contains(&looks(MICRO)), "{}", looks(MICRO));
        assert_eq!(looks(30 * MICRO), 999, "all but the second");
    }

    #[test]
    fn small_joins_that_give_way_to_large_ones_cost_one_look() {
        let (pace, mut now) = (Pace::new(0, Duration::ZERO), Duration::ZERO);
        run(&pace, &mut now, 50 * MICRO, 2 * NANO);
        let change = now;
        let (offers, _) = run(&pace, &mut now, 5_000 * MICRO, 20 * MICRO);
        assert!(offers[0] - change <= 128 * 20 * MICRO, "{offers:?}");
        assert!(offers.windows(2).all(|pair| pair[1] - pair[0] == DISTANCE), "{offers:?}");
    }

    #[test]
    fn while_offers_are_not_taken_the_clock_is_looked_at_as_seldom() {
        let (pace, mut now) = (Pace::new(2, Duration::ZERO), Duration::ZERO);
        assert!(pace.count() && pace.look(now, true));
        let (offers, looks) = run_with(&pace, &mut now, 1_000 * MICRO, 10 * NANO, false);
        assert_eq!(offers, []);
        assert!(looks <= 100_000 / 128 + 8, "{looks}");
        // The other offer that needs no distance is made when there is room again.
        let again = now;
        let (offers, _) = run(&pace, &mut now, 10 * MICRO, 10 * NANO);
        assert_eq!(offers.len(), 1);
        assert!(offers[0] - again <= 128 * 10 * NANO, "{offers:?}");
    }

    #[test]
    fn a_clock_that_goes_back_delays_an_offer_and_no_more() {
        let pace = Pace::new(0, 500 * MICRO);
        assert!(!pace.look(400 * MICRO, true));
        assert!(pace.look(600 * MICRO, true));
    }

    #[test]
    fn those_who_take_offer_less_at_once() {
        let pace = Pace::new(7, Duration::ZERO);
        let told: Vec<usize> = (0..8)
            .map(|_| {
                pace.look(Duration::ZERO, true);
                pace.at_once_of_taker()
            })
            .collect();
        assert_eq!(told, [3, 2, 2, 1, 1, 0, 0, 0]);
    }
}
