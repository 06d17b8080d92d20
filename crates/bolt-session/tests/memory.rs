//! What a setting about memory does to the bytes that are allocated. A binary of its own with one
//! test: the allocator counts everything that the process holds.
#![allow(clippy::unwrap_used, reason = "these are tests")]

use bolt_base::{ManualClock, UnixNanos};
use bolt_config::{Config, Flag, Sources};
use bolt_exec::CancelToken;
use bolt_market::data::{Bars, Column};
use bolt_market::formulas::{Role, Strategy};
use bolt_market::sweep::{Grid, Parameter, Path};
use bolt_session::{Done, MarketEvents, Session, SweepRequest, Trading};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The system's allocator, with the bytes it has given out and the most there were.
struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

#[expect(unsafe_code, reason = "an allocator is unsafe by nature")]
// SAFETY: every call is handed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(held, Ordering::Relaxed);
        // SAFETY: the caller's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const BARS: usize = 20_000;
/// The first batch of one thread, then a chunk of the general path: with enough memory one graph
/// holds them all.
const COMBINATIONS: usize = 8 + TOGETHER;
const TOGETHER: usize = 64;

fn bars() -> Bars {
    let price = |bar: usize| 100.0 + 9.0 * (bar as f64 / 9.0).sin();
    let times = (0..BARS).map(|bar| UnixNanos(bar as i64 * UnixNanos::DAY)).collect::<Vec<_>>();
    let column = |by: f64| -> Column { (0..BARS).map(|bar| price(bar) + by).collect() };
    let columns = [("open", 0.0), ("high", 2.0), ("low", -2.0), ("close", 1.0)];
    Bars::new("WAVE", times, columns.map(|(name, by)| (name.to_owned(), column(by)))).unwrap()
}

/// The most bytes that were held at a time, beyond those held before.
struct Peaks {
    /// Until the last row came.
    rows: usize,
    /// After it, while the choice of the best was assessed.
    assessment: usize,
}

/// Runs a sweep bar by bar.
fn peaks(bars: &Bars, memory: usize) -> Peaks {
    let flag = |name: &str, value: &str| Flag {
        flag: "--test".to_owned(),
        name: name.to_owned(),
        value: value.to_owned(),
    };
    let flags = vec![flag("sweep.memory", &memory.to_string()), flag("exec.threads", "1")];
    let config = Config::resolve(&Sources { flags, ..Sources::default() }).unwrap();
    let mut session = Session::new(config).unwrap();
    // Batches then do not depend on how fast the machine is.
    session.clock = Arc::new(ManualClock::default());
    let mut trading = Trading::of_config(&session.config);
    trading.stop_loss = Some(0.05);
    let request = SweepRequest {
        plan: Strategy::parse([(Role::Signal, "close > SMA[close, n]")]).unwrap().into(),
        trading,
        grid: Grid::new(vec![Parameter::parse("n=2..73").unwrap()]).unwrap(),
        condition: None,
        events: MarketEvents::default(),
        seed: 1,
    };
    let combinations = session.combinations(&request).unwrap();
    assert_eq!(combinations.len(), COMBINATIONS);
    let before = HELD.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let mut rows = 0;
    let sink = &mut |_: &[_]| {
        rows = rows.max(PEAK.swap(HELD.load(Ordering::Relaxed), Ordering::Relaxed) - before);
        Ok(())
    };
    let cancel = CancelToken::default();
    let outcome =
        session.sweep(bars, &request, &combinations, Done::default(), &cancel, sink).unwrap();
    let assessment = PEAK.load(Ordering::Relaxed) - before;
    assert_eq!((outcome.path, outcome.rows.len()), (Path::General, COMBINATIONS));
    let selection = outcome.selection.unwrap().unwrap();
    assert_eq!(selection.combinations_looked_at, COMBINATIONS);
    assert!(selection.overfitting_probability.is_ok());
    Peaks { rows, assessment }
}

#[test]
fn sweep_memory() {
    let bars = bars();
    // A graph, the trades and equity of one combination, and what a sweep has besides.
    const REST: usize = 1 << 20;
    const WHOLE: usize = TOGETHER * BARS * 8;
    let all = peaks(&bars, 1 << 30);
    assert!(all.rows > WHOLE, "{} bytes with room for every signal", all.rows);
    assert!(all.assessment > WHOLE, "{} bytes with room for every return", all.assessment);
    for room in [1 << 20, 2 << 20, 4 << 20] {
        let Peaks { rows, assessment } = peaks(&bars, room);
        assert!(room + REST < WHOLE);
        assert!(rows < room + REST, "{rows} bytes of {room} for signals");
        assert!(assessment < room + REST, "{assessment} bytes of {room} for returns");
    }
}
