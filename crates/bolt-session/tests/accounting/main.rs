//! What is reserved against what the program's allocator counts.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "these are tests")]
#![allow(clippy::print_stderr, reason = "the numbers are what a reader of the tests asks for")]

mod engines;
mod watch;

use std::sync::Mutex;

use bolt_memory::CountingAllocator;
use bolt_session::Session;
use engines::{ENGINES, Market, SETTINGS, session, sweep_of_many, together};
use watch::{Bytes, Seen, watch};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// The allocator counts for the process: a test at a time.
static TURN: Mutex<()> = Mutex::new(());

/// Reserved and counted may differ by this part of what is counted, beyond [`FLOOR`].
const WITHIN: f64 = 0.05;
/// Small blocks that nobody reserves: syntax trees, graphs, figures.
const FLOOR: i64 = 1 << 20;

/// Work is done so often, and the median counts: a look may miss a peak, or fall between the moment
/// in which something is reserved and that in which it is allocated.
const TIMES: usize = 5;

const SIZES: [usize; 2] = [100_000, 400_000];

/// Does the same several times; returns what was seen in the run whose peaks differ by the median.
fn watch_again(session: &Session, run: impl Fn()) -> Seen {
    let mut all: Vec<Seen> = (0..TIMES).map(|_| watch(&session.memory.budget, &run).1).collect();
    all.sort_by(|a, b| a.peak.off(0).total_cmp(&b.peak.off(0)));
    all.swap_remove(TIMES / 2)
}

/// What each engine takes at its peak is reserved, and nothing is left of it.
#[test]
fn an_engine_holds_what_it_uses() {
    let _turn = TURN.lock();
    let session = session(&SETTINGS);
    let budget = &session.memory.budget;
    let mut off = Vec::new();
    for size in SIZES {
        let market = Market::new(&session, size);
        let rest = Bytes::now(budget);
        for (name, run) in ENGINES {
            // What is kept for good is made the first time.
            run(&session, &market);
            let seen = watch_again(&session, || run(&session, &market));
            let (peak, after) = (seen.peak, Bytes::now(budget));
            eprintln!(
                "{name}, {size} bars: peak {} reserved, {} counted, {:+.3}; looks {}: median \
                 {:.3}, 95 % {:.3}; after {:+} reserved, {:+} counted; outside {}",
                peak.held,
                peak.used,
                (peak.held - peak.used) as f64 / peak.used as f64,
                seen.looks.len(),
                seen.quantile(0.5, FLOOR),
                seen.quantile(0.95, FLOOR),
                after.held - rest.held,
                after.used - rest.used,
                seen.outside,
            );
            let is_off = peak.off(FLOOR).abs() > WITHIN;
            let is_left = after.held != rest.held || after.off(FLOOR) != 0.0;
            let is_outside = seen.outside > FLOOR;
            off.extend((is_off || is_left || is_outside).then_some((name, size)));
        }
    }
    assert!(off.is_empty(), "{off:?}");
}

/// Tables of graphs that grow are there twice while they are copied, for which nothing is reserved:
/// a look that falls into that moment sees more, so that twice [`WITHIN`] is allowed here.
#[test]
fn a_sweep_of_many_combinations_holds_what_it_uses() {
    let _turn = TURN.lock();
    let session = session(&SETTINGS);
    let market = Market::new(&session, 2_000);
    sweep_of_many(&session, &market);
    let seen = watch_again(&session, || sweep_of_many(&session, &market));
    eprintln!("8,000 combinations: {:?}, 95 % {:.3}", seen.peak, seen.quantile(0.95, FLOOR));
    assert!(seen.peak.off(FLOOR).abs() <= 2.0 * WITHIN, "{:?}", seen.peak);
}

/// Sessions do several things at once, again and again.
#[test]
fn engines_that_run_together_hold_what_they_use() {
    let _turn = TURN.lock();
    let session = session(&SETTINGS);
    let budget = &session.memory.budget;
    let markets = SIZES.map(|size| Market::new(&session, size));
    let rest = Bytes::now(budget);
    let seen = watch_again(&session, || together(&session, &markets, 1));
    let after = Bytes::now(budget);
    let [median, most] = [0.5, 0.95].map(|part| seen.quantile(part, FLOOR));
    eprintln!("{:?}, {} looks: median {median:.3}, 95 % {most:.3}", seen.peak, seen.looks.len());
    assert!(seen.peak.off(FLOOR).abs() <= WITHIN, "{:?}", seen.peak);
    assert!(most <= WITHIN, "{most}");
    assert!(after.held == rest.held && after.off(FLOOR) == 0.0, "{rest:?}, {after:?}");
}
