#![allow(clippy::print_stdout, reason = "it prints what it measured")]
//! Measures what an update of a portfolio costs once its valuation exists.
//!
//! ```text
//! cargo run --release -p bolt-market --example portfolio -- [POSITIONS]
//! ```
//!
//! Prints a JSON line: nanoseconds of this thread's processor time for one update, the median and
//! the least of 15 rounds; every update has other prices.

use std::error::Error;
use std::hint::black_box;

use bolt_base::Rng;
use bolt_market::portfolio::{Holding, Missing, Portfolio};

const ROUNDS: usize = 15;
const UPDATES: usize = 200_000;
/// Sets of prices, which together fit in the first cache for 100 positions.
const SETS: usize = 16;

fn main() -> Result<(), Box<dyn Error>> {
    let positions = std::env::args().nth(1).map_or(Ok(100), |text| text.parse::<usize>())?;
    let mut rng = Rng::new(1);
    let holdings = (0..positions).map(|i| Holding {
        symbol: format!("S{i}"),
        units: 10.0 * rng.normal(),
        cost: Some(100.0),
    });
    let portfolio = Portfolio::new(holdings.collect(), 1e6)?;
    let mut set = || (0..positions).map(|_| 100.0 + rng.normal()).collect::<Vec<f64>>();
    let sets: Vec<Vec<f64>> = (0..SETS).map(|_| set()).collect();
    let mut valuation = portfolio.begin(&sets[0]);
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let before = thread_nanos()?;
        for update in 0..UPDATES {
            let prices = black_box(&sets[update % SETS]);
            portfolio.update(prices, Missing::Keep, &mut valuation)?;
            black_box(&valuation);
        }
        rounds.push((thread_nanos()? - before) / UPDATES as f64);
    }
    rounds.sort_by(f64::total_cmp);
    let (median, least) = (rounds[ROUNDS / 2], rounds[0]);
    println!(
        "{{\"positions\":{positions},\"ns_per_update_median\":{median:.1},\
         \"ns_per_update_min\":{least:.1}}}"
    );
    Ok(())
}

/// Processor time of this thread.
fn thread_nanos() -> Result<f64, Box<dyn Error>> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(text.split_whitespace().next().ok_or("no processor time")?.parse()?)
}
