//! What is reserved against what the program's allocator counts.
#![allow(clippy::unwrap_used, reason = "these are tests")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::SeqCst};
use std::time::Duration;

use bolt_base::{Rng, UnixNanos};
use bolt_config::{Config, Flag, Sources};
use bolt_exec::CancelToken;
use bolt_market::data::{Bars, Column};
use bolt_market::formulas::{Role, Strategy};
use bolt_market::sweep::{Grid, Parameter};
use bolt_memory::{Component, CountingAllocator, Kind, usage};
use bolt_session::{
    BacktestRequest, Done, MarketEvents, Session, SweepRequest, Trading, WalkForwardRequest,
    Windows,
};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn used() -> i64 {
    usage().unwrap().of(Component::Market)
}

fn used_by_others() -> i64 {
    usage().unwrap().of(Component::Other)
}

/// The most that was counted and reserved for the market at a time.
#[derive(Debug)]
struct Peaks {
    used: i64,
    held: i64,
}

/// Runs `work` while another thread looks, and returns the peaks beyond what there was before.
fn peaks<R>(session: &Session, work: impl FnOnce() -> R) -> (R, Peaks) {
    let held = || session.memory.budget.held().0 as i64;
    let (is_done, most, most_held) = (AtomicBool::new(false), AtomicI64::new(0), AtomicI64::new(0));
    let (used_before, held_before) = (used(), held());
    let (others, others_before) = (AtomicI64::new(0), used_by_others());
    let result = std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut last = 0;
            while !is_done.load(SeqCst) {
                most.fetch_max(used(), SeqCst);
                most_held.fetch_max(held(), SeqCst);
                // Who looks while a thread changes its scope may see what that thread has counted in
                // the wrong one. What is still there at the next look is there.
                let now = used_by_others() - others_before;
                others.fetch_max(now.min(last), SeqCst);
                last = now;
                std::thread::sleep(Duration::from_micros(50));
            }
        });
        let result = catch_unwind(AssertUnwindSafe(work));
        is_done.store(true, SeqCst);
        result
    });
    let (used, held) = (most.into_inner() - used_before, most_held.into_inner() - held_before);
    // Whichever thread did it, it was the market's work.
    assert!(others.into_inner() < REST, "engines allocate outside their component");
    (result.unwrap(), Peaks { used, held })
}

/// Asserts that what is reserved is what is counted, within a part of it.
#[track_caller]
#[expect(clippy::print_stderr, reason = "the numbers are what a reader of the test asks for")]
fn check(what: &str, held: i64, used: i64, within: f64) {
    let off = (held - used) as f64 / used as f64;
    eprintln!("{what}: {held} reserved, {used} counted, {:+.1} %", 100.0 * off);
    assert!(off.abs() <= within, "{what}: {held} bytes reserved, {used} counted");
}

/// Asserts that what a sweep takes was reserved. It may be less: how many combinations run together
/// follows from how long they take, and trades are guessed.
#[track_caller]
fn check_covered(what: &str, peaks: &Peaks) {
    let Peaks { held, used } = *peaks;
    check(what, held.min(used), used, 0.05);
    check(what, held, used, 1.5);
}

fn bars(count: usize) -> Bars {
    let _scope = Component::Market.enter();
    let mut rng = Rng::new(1);
    let mut price = 100.0;
    let prices: Vec<f64> = (0..count)
        .map(|_| {
            price *= 1.0 + 0.002 * rng.normal();
            price
        })
        .collect();
    let times: Vec<UnixNanos> = (0..count).map(|i| UnixNanos(i as i64 * 60_000_000_000)).collect();
    let column = |by: f64| -> Column { prices.iter().map(|price| price * by).collect() };
    let columns = [("open", 1.0), ("high", 1.001), ("low", 0.999), ("close", 1.0005)];
    Bars::new("X", times, columns.map(|(name, by)| (name.to_owned(), column(by)))).unwrap()
}

fn session(settings: &[(&str, &str)]) -> Session {
    let flag = |(name, value): &(&str, &str)| Flag {
        flag: "--test".to_owned(),
        name: (*name).to_owned(),
        value: (*value).to_owned(),
    };
    let flags = settings.iter().map(flag).collect();
    Session::new(Config::resolve(&Sources { flags, ..Sources::default() }).unwrap()).unwrap()
}

const BARS: usize = 400_000;
/// Small blocks, and what a kernel takes that runs for the first time.
const REST: i64 = 1 << 20;

fn sweep_request(session: &Session, stop_loss: Option<f64>) -> SweepRequest {
    let mut trading = Trading::of_config(&session.config);
    trading.stop_loss = stop_loss;
    SweepRequest {
        plan: Strategy::parse([(Role::Signal, "SMA[close, a] > SMA[close, b]")]).unwrap().into(),
        trading,
        grid: Grid::new(["a=5..9", "b=20..50:10"].map(|p| Parameter::parse(p).unwrap()).into())
            .unwrap(),
        condition: None,
        events: MarketEvents::default(),
        seed: 1,
    }
}

/// What the engines keep is reserved to within 5 %, run after run, and nothing is left of it. What
/// they take while they run is reserved before: within 10 % of a backtest, and of sweeps no less.
#[test]
fn what_is_reserved_is_what_is_used() {
    let session = session(&[("exec.threads", "2"), ("memory.limit", "4 GB")]);
    let cancel = CancelToken::default();
    let job = session.memory.budget.job(Component::Market, "bars", None);
    let mut bars = bars(BARS);
    bars.memory = Some(Arc::new(job.reserve(Kind::Fixed, bars.allocated()).unwrap()));
    let held = || session.memory.budget.held().0 as i64;
    check("bars", held(), used(), 0.05);
    let mut first = None;
    for round in 0..3 {
        for text in ["SMA[close, 10] > SMA[close, 30]", "RSI[close, 14] < 50"] {
            let request = BacktestRequest {
                plan: Strategy::parse([(Role::Signal, text)]).unwrap().into(),
                parameters: Vec::new(),
                trading: Trading::of_config(&session.config),
                benchmark: None,
                events: MarketEvents::default(),
            };
            let run = || session.backtest(&bars, &request).unwrap();
            let (result, peaks) = peaks(&session, run);
            check(&format!("backtest {round}, peak"), peaks.held, peaks.used, 0.1);
            check(&format!("backtest {round}, bars and result"), held(), used(), 0.05);
            // Wherever it ends: large blocks remember whose they are.
            drop(result);
        }
        for stop_loss in [None, Some(0.05)] {
            let request = sweep_request(&session, stop_loss);
            let all = session.combinations(&request).unwrap();
            let sweep = || {
                let done = Done::default();
                session.sweep(&bars, &request, &all, done, &cancel, &mut |_| Ok(())).unwrap()
            };
            let (outcome, peaks) = peaks(&session, sweep);
            check_covered(&format!("sweep {round}, peak, {stop_loss:?}"), &peaks);
            check(&format!("sweep {round}, bars and result"), held(), used(), 0.05);
            drop(outcome);
        }
        let request = WalkForwardRequest {
            sweep: sweep_request(&session, Some(0.05)),
            windows: Windows::folds(bars.len(), 3),
            choose_by: |row| row.return_pct,
        };
        let walk = || session.walk_forward(&bars, &request, &cancel, &mut |_, _| ()).unwrap();
        let (found, peaks) = peaks(&session, walk);
        check_covered(&format!("walk-forward {round}, peak"), &peaks);
        check(&format!("walk-forward {round}, bars and result"), held(), used(), 0.05);
        drop(found);
        check(&format!("bars after round {round}"), held(), used(), 0.05);
        assert_eq!(held() as u64, bars.allocated().0, "round {round}");
        let left = used();
        let before = *first.get_or_insert(left);
        assert!((left - before).abs() < REST, "{before} bytes after the first round, {left} now");
    }
}
