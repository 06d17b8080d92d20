//! Whether processor time stays at the share that was set, by the clocks of the machine.
//!
//! Eight workers that always have something to do are granted one processor, so that they get their
//! share though the machine is busy with other things, and what they get is what the governor lets
//! them have. The goal is met within five hundredths, above and below.

use crate::bench::{Bench, median};
use crate::clock::process_seconds;
use crate::report::{Outcome, Row};
use anyhow::Result;
use bolt_base::{Clock, SystemClock};
use bolt_exec::Governor;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

const PERCENT: f64 = 90.0;
const PROCESSORS: f64 = 1.0;
const WORKERS: usize = 8;
const TIME: Duration = Duration::from_secs(1);
const TOLERANCE: f64 = 0.05;

pub(crate) fn run(bench: &mut Bench) -> Result<()> {
    let case = format!("cpu share of {PERCENT} %");
    if !bench.wants(&case) {
        return Ok(());
    }
    let shares: Result<Vec<f64>> = (0..bench.repeats()).map(|_| share()).collect();
    let (ours, goal) = (median(&shares?), PERCENT / 100.0);
    let reached = (ours - goal).abs() <= TOLERANCE;
    let of = format!("one processor, {WORKERS} workers; at most {:.2}", goal + TOLERANCE);
    let outcome = Outcome::Share { least: goal - TOLERANCE, reached, of };
    bench.add(Row { case, ours, peers: Vec::new(), outcome });
    Ok(())
}

/// Returns the processor time that workers get, of what was granted.
fn share() -> Result<f64> {
    let clock = Arc::new(SystemClock::default());
    let governor = Governor::of_process(PERCENT, PROCESSORS, clock.clone());
    let start = process_seconds()?;
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                while clock.now() < TIME {
                    // A piece of about a millisecond.
                    let sum = (0..500_000u64).fold(0, |sum, i| black_box(sum ^ i));
                    black_box(sum);
                    governor.tick();
                }
            });
        }
    });
    Ok((process_seconds()? - start) / (clock.now().as_secs_f64() * PROCESSORS))
}
