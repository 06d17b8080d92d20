//! How much processor time is used of what was granted.

use super::counts::{Counters, LimitCounts};
use super::rate::sleep_until;
use crate::sync::Mutex;
use bolt_base::Clock;
use std::fmt;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

/// The time between two looks at the clocks, each of which costs as much as a small piece of work.
const LOOK: Duration = Duration::from_millis(1);
/// Processor time that was not used is saved up for so long: a short break is made up for.
const SAVED: Duration = Duration::from_millis(50);
/// The longest that a thread pauses before it looks again, whatever the clocks say.
const PAUSE_MAX: Duration = Duration::from_secs(1);
/// Processor time that was overdrawn is remembered for so long a pause, many times that of a piece
/// of work that takes seconds: what is forgotten is used beyond the share.
const OWED: Duration = Duration::from_secs(300);

/// Processor time of the process so far.
type ProcessorTime = dyn Fn() -> Duration + Send + Sync;

/// Decides how long workers pause, from two clocks that are read for it.
///
/// It is a bucket that fills by the processors' time allowed and is emptied by what is used. When
/// it is overdrawn, whoever works pauses for as long as it takes to fill up to zero, in pauses of
/// [`PAUSE_MAX`] if that is long. All workers share it, so that a pause that is too short for one
/// is followed by others.
#[derive(Debug, Clone)]
struct DutyCycle {
    /// Seconds of processor time in a second.
    allowed: f64,
    /// Seconds of processor time that may be used at once; below zero they are overdrawn.
    credit: f64,
    used: Duration,
    now: Duration,
}

impl DutyCycle {
    fn new(allowed: f64, used: Duration, now: Duration) -> Self {
        Self { allowed, credit: 0.0, used, now }
    }

    /// Takes note of both clocks and returns for how long to pause. From a clock that went back
    /// counts what it shows from now on.
    fn pause(&mut self, used: Duration, now: Duration) -> Duration {
        let passed = now.saturating_sub(self.now).as_secs_f64();
        let spent = used.saturating_sub(self.used).as_secs_f64();
        (self.used, self.now) = (used, now);
        // Both bounds forget: time not used, and time that was used by work that does not pause.
        let most = SAVED.as_secs_f64() * self.allowed;
        let least = -OWED.as_secs_f64() * self.allowed;
        self.credit = (self.credit + passed * self.allowed - spent).clamp(least, most);
        if self.credit >= 0.0 {
            return Duration::ZERO;
        }
        Duration::from_secs_f64(-self.credit / self.allowed).min(PAUSE_MAX)
    }
}

/// Keeps the processor time of the process at a share of what was granted to it: workers call
/// [`Governor::tick`] between pieces of work, and pause there when too much was used. What does
/// not call it is counted and not held up. Clones share the count.
#[derive(Clone)]
pub struct Governor {
    shared: Arc<Shared>,
}

struct Shared {
    cycle: Mutex<DutyCycle>,
    used: Box<ProcessorTime>,
    clock: Arc<dyn Clock>,
    counters: Counters,
    percent: f64,
}

impl Governor {
    /// Allows this process a percentage of so many processors.
    pub fn of_process(percent: f64, processors: f64, clock: Arc<dyn Clock>) -> Self {
        Self::new(percent, processors, Box::new(process_time), clock)
    }

    pub(crate) fn new(
        percent: f64,
        processors: f64,
        used: Box<ProcessorTime>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let allowed = (percent / 100.0 * processors).max(0.01);
        let cycle = Mutex::new(DutyCycle::new(allowed, used(), clock.now()));
        let counters = Counters::default();
        Self { shared: Arc::new(Shared { cycle, used, clock, counters, percent }) }
    }

    /// Pauses until the process is within its share, and returns for how long. Pieces of work
    /// between two calls should take milliseconds: after one of seconds, it pauses for seconds.
    pub fn tick(&self) -> Duration {
        let mut paused = Duration::ZERO;
        loop {
            let pause = self.look();
            if pause.is_zero() {
                return paused;
            }
            paused += pause;
        }
    }

    /// Pauses once, if too much processor time was used.
    fn look(&self) -> Duration {
        let Shared { cycle, used, clock, counters, percent: _ } = &*self.shared;
        let mut cycle = cycle.lock().unwrap_or_else(PoisonError::into_inner);
        // Under the lock: a thread that was held up between the two would turn time back for all,
        // which then would be granted twice.
        let now = clock.now();
        let is_soon = now >= cycle.now && now - cycle.now < LOOK;
        // What is overdrawn holds up everybody, however short ago another looked.
        if is_soon && cycle.credit >= 0.0 {
            return Duration::ZERO;
        }
        let pause = cycle.pause(used(), now);
        drop(cycle);
        counters.grant();
        if !pause.is_zero() {
            counters.wait(pause);
            sleep_until(now.saturating_add(pause), &**clock);
        }
        pause
    }

    /// Returns the percentage.
    pub fn percent(&self) -> f64 {
        self.shared.percent
    }

    /// Returns how often the clocks were read (granted) and how often work paused (waited).
    pub fn counts(&self) -> LimitCounts {
        self.shared.counters.read()
    }
}

impl fmt::Debug for Governor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Governor").field("percent", &self.shared.percent).finish_non_exhaustive()
    }
}

/// Returns the processor time of this process, of all its threads; zero where the system does not
/// tell.
fn process_time() -> Duration {
    #[cfg(unix)]
    {
        use rustix::time::{ClockId, clock_gettime};
        let time = clock_gettime(ClockId::ProcessCPUTime);
        Duration::try_from(time).unwrap_or_default()
    }
    #[cfg(not(unix))]
    Duration::ZERO
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use bolt_base::{ManualClock, Rng};

    fn us(us: u64) -> Duration {
        Duration::from_micros(us)
    }

    /// Workers that use all the time that they do not pause, in steps of `piece` each, beside work
    /// that never pauses. Returns the share of processor time used in the second half.
    fn share(allowed: f64, workers: usize, free: f64, piece: Duration, seed: u64) -> f64 {
        let mut rng = Rng::new(seed);
        let (mut now, mut used) = (Duration::ZERO, Duration::ZERO);
        let mut cycle = DutyCycle::new(allowed, used, now);
        let mut asleep_until = vec![Duration::ZERO; workers];
        // Long enough for many pauses, in steps that are short beside a piece.
        let (end, step) = (us(4_000_000).max(200 * piece), us(100).max(piece / 100));
        let mut next_tick: Vec<Duration> =
            (0..workers).map(|_| us(rng.below(piece.as_micros() as u64))).collect();
        let mut half = Duration::ZERO;
        while now < end {
            for (asleep, tick) in asleep_until.iter_mut().zip(&mut next_tick) {
                if *asleep > now {
                    continue;
                }
                if *tick <= now {
                    let pause = cycle.pause(used, now);
                    if !pause.is_zero() {
                        // After a pause it looks again.
                        (*asleep, *tick) = (now + pause, now + pause);
                        continue;
                    }
                    *tick = now + piece;
                }
                used += step;
            }
            used += step.mul_f64(free);
            now += step;
            if now == end / 2 {
                half = used;
            }
        }
        (used - half).as_secs_f64() / (end / 2).as_secs_f64()
    }

    #[test]
    fn processor_time_stays_at_its_share() {
        for (allowed, workers) in [(0.9, 1), (1.8, 2), (0.9, 2), (7.2, 8), (3.6, 16), (0.1, 4)] {
            for piece in [us(500), us(2_000), us(10_000), us(2_000_000)] {
                let share = share(allowed, workers, 0.0, piece, 1) / allowed;
                assert!((0.95..=1.05).contains(&share), "{allowed} {workers} {piece:?}: {share}");
            }
        }
    }

    #[test]
    fn work_that_does_not_pause_takes_from_what_is_left_to_others() {
        let share = share(1.8, 2, 0.5, us(1_000), 2) / 1.8;
        assert!((0.95..=1.05).contains(&share), "{share}");
    }

    #[test]
    fn a_share_that_is_not_used_up_costs_nothing() {
        let mut cycle = DutyCycle::new(1.0, Duration::ZERO, Duration::ZERO);
        for step in 1..100 {
            assert_eq!(cycle.pause(us(900 * step), us(1_000 * step)), Duration::ZERO);
        }
    }

    #[test]
    fn a_break_is_made_up_for_by_no_more_than_what_is_saved() {
        let mut cycle = DutyCycle::new(0.5, Duration::ZERO, Duration::ZERO);
        assert_eq!(cycle.pause(Duration::ZERO, us(3_600_000_000)), Duration::ZERO);
        // 25 ms are saved; using 75 ms in 100 ms overdraws by nothing, 76 ms by 1 ms.
        let later = us(3_600_100_000);
        assert_eq!(cycle.clone().pause(us(75_000), later), Duration::ZERO);
        let pause = cycle.pause(us(76_000), later);
        assert!(pause.abs_diff(us(2_000)) < us(1), "{pause:?}");
    }

    #[test]
    fn a_clock_that_goes_back_costs_one_pause_at_most() {
        let (hour, mut used) = (us(3_600_000_000), Duration::ZERO);
        let mut cycle = DutyCycle::new(0.9, used, hour);
        used += us(500_000);
        let mut now = cycle.pause(used, Duration::ZERO);
        assert!(now.abs_diff(us(500_000).div_f64(0.9)) < us(1), "{now:?}");
        let mut pauses = Duration::ZERO;
        for _ in 0..100 {
            now += us(10_000);
            used += us(5_000);
            let pause = cycle.pause(used, now);
            now += pause;
            pauses += pause;
        }
        assert!(pauses <= us(1_000), "{pauses:?}");
        // The other clock, too.
        assert_eq!(cycle.pause(Duration::ZERO, now + us(10_000)), Duration::ZERO);
    }

    #[test]
    fn pauses_are_bounded_whatever_the_clocks_say() {
        let mut rng = Rng::new(7);
        let mut cycle = DutyCycle::new(1.8, Duration::ZERO, Duration::ZERO);
        for _ in 0..10_000 {
            let (used, now) = (us(rng.next_u64() >> 20), us(rng.next_u64() >> 20));
            assert!(cycle.pause(used, now) <= PAUSE_MAX);
            assert!(cycle.credit.is_finite());
        }
    }

    #[test]
    fn whoever_ticks_sleeps_on_the_clock() {
        let clock = Arc::new(ManualClock::default());
        let used = Arc::new(Mutex::new(Duration::ZERO));
        let told = Arc::clone(&used);
        let used_time = Box::new(move || *told.lock().unwrap());
        let governor = Governor::new(50.0, 2.0, used_time, clock.clone());
        assert_eq!(governor.tick(), Duration::ZERO, "it is too soon to look");
        clock.advance(us(10_000));
        *used.lock().unwrap() = us(15_000);
        let ticking = {
            let governor = governor.clone();
            std::thread::spawn(move || governor.tick())
        };
        while clock.alarms() != [us(15_000)] {
            std::thread::yield_now();
        }
        clock.advance(us(5_000));
        assert_eq!(ticking.join().unwrap(), us(5_000));
        let counts = governor.counts();
        assert_eq!((counts.granted, counts.waited, counts.wait), (2, 1, us(5_000)));
    }

    /// A clock that must not be read unless the governor's lock is held.
    #[derive(Debug, Default)]
    struct LockedClock(std::sync::OnceLock<std::sync::Weak<Shared>>);

    impl Clock for LockedClock {
        fn now(&self) -> Duration {
            let Some(shared) = self.0.get() else { return Duration::ZERO };
            let shared = shared.upgrade().expect("the governor reads it");
            assert!(shared.cycle.try_lock().is_err(), "read outside of the lock");
            us(10_000)
        }
    }

    #[test]
    fn time_is_read_in_the_order_in_which_it_is_counted() {
        let clock = Arc::new(LockedClock::default());
        let governor = Governor::new(50.0, 1.0, Box::new(|| Duration::ZERO), clock.clone());
        clock.0.set(Arc::downgrade(&governor.shared)).unwrap();
        assert_eq!(governor.tick(), Duration::ZERO);
        assert_eq!(governor.counts().granted, 1);
    }

    #[cfg(unix)]
    #[test]
    fn the_process_s_time_goes_on_while_it_works() {
        let before = process_time();
        while process_time() == before {
            std::hint::spin_loop();
        }
        assert!(process_time() > before);
    }
}
