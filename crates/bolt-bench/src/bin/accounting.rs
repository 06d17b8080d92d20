//! Prints for each engine of a session by which part of what the allocator counts its peak differs
//! from what was reserved, run by run, and the same of all engines together, look by look.
#![allow(clippy::print_stdout, clippy::expect_used, reason = "a tool that measures")]

#[path = "../../../bolt-session/tests/accounting/engines.rs"]
mod engines;
#[path = "../../../bolt-session/tests/accounting/watch.rs"]
mod watch;

use bolt_memory::CountingAllocator;
use engines::{ENGINES, Market, SETTINGS, session, sweep_of_many, together};
use watch::watch;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

const BARS: [usize; 2] = [1_000_000, 200_000];
const FEW_BARS: usize = 20_000;

fn main() {
    let repeats = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(5);
    let session = session(&SETTINGS);
    let budget = &session.memory.budget;
    let tell = |name: &str, off: &dyn Fn(u64) -> f64| {
        let off: Vec<String> = (0..repeats).map(|repeat| off(repeat).to_string()).collect();
        println!("{name}\t{}", off.join(" "));
    };
    let tell_peak = |name: &str, work: &dyn Fn()| {
        // What is kept for good is made the first time.
        work();
        tell(name, &|_| watch(budget, work).1.peak.off(0));
    };
    {
        let market = Market::new(&session, FEW_BARS);
        tell_peak("sweep of 8,000", &|| sweep_of_many(&session, &market));
    }
    let markets = BARS.map(|bars| Market::new(&session, bars));
    for (name, run) in ENGINES {
        tell_peak(name, &|| run(&session, &markets[0]));
    }
    let looks = |seed| watch(budget, || together(&session, &markets, seed)).1;
    tell("together, peak", &|seed| looks(seed).peak.off(0));
    tell("together, 95 % of looks", &|seed| looks(seed).quantile(0.95, 0));
}
