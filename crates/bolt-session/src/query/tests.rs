#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use bolt_base::{Clock, ManualClock};
use bolt_config::Origin;
use bolt_exec::{CancelToken, Limit, LimitCounts};
use bolt_hardware::Hardware;
use bolt_market::sweep::{Grid, Parameter, Row};

use crate::tests::{bars, config, session, signal};
use crate::{
    BacktestRequest, DataSource, Done, MarketEvents, Session, SessionError, SweepRequest, Trading,
    WalkForwardRequest, Windows, machine,
};

const SECOND: Duration = Duration::from_secs(1);

/// A session whose limits are by a clock of the test.
fn limited(settings: &[(&str, &str)], clock: &Arc<dyn Clock>) -> Session {
    let mut session = session(settings).unwrap();
    session.limits = machine::limits(&config(settings), Hardware::get(), clock).unwrap();
    session
}

fn sweep(session: &Session) -> SweepRequest {
    SweepRequest {
        plan: signal("close > SMA[close, n]"),
        trading: Trading::of_config(&session.config),
        grid: Grid::new(vec![Parameter::parse("n=2..80").unwrap()]).unwrap(),
        condition: None,
        events: MarketEvents::default(),
        seed: 1,
    }
}

fn backtest(session: &Session) -> Result<(), SessionError> {
    let request = BacktestRequest {
        plan: signal("SMA[close, 3] > SMA[close, 15]"),
        parameters: Vec::new(),
        trading: Trading::of_config(&session.config),
        benchmark: None,
        events: MarketEvents::default(),
    };
    session.backtest(&bars(), &request).map(drop)
}

/// Lets the time of what runs pass, and waits until that was seen.
fn pass(session: &Session, clock: &ManualClock, time: Duration) {
    clock.advance(time);
    while session.limits.deadlines.watched() > 0 {
        thread::yield_now();
    }
}

const STOPPED: &str = "was stopped after 10s: the setting `limits.query_timeout` is 5s";

#[test]
fn limits_query_timeout() {
    let clock = Arc::new(ManualClock::default());
    let of_limits: Arc<dyn Clock> = clock.clone();
    let session = limited(&[("limits.query_timeout", "5"), ("exec.threads", "2")], &of_limits);
    let (request, none) = (sweep(&session), CancelToken::default());
    let all = session.combinations(&request).unwrap();
    let run = |late: bool| {
        let mut rows = 0;
        let sink = &mut |new: &[Row]| {
            if late && rows == 0 {
                pass(&session, &clock, 10 * SECOND);
            }
            rows += new.len();
            Ok(())
        };
        let found = session.sweep(&bars(), &request, &all, Done::default(), &none, sink);
        (found.map(|found| found.rows.len()).map_err(|error| error.to_string()), rows)
    };
    assert_eq!(run(false), (Ok(79), 79));
    let (found, rows) = run(true);
    assert_eq!(found, Err(format!("`sweep` {STOPPED}")));
    assert!(rows > 0 && rows < 79, "{rows}");
    assert!(!none.is_cancelled(), "the token is the caller's");
    let windows = Windows::folds(400, 4);
    let choose_by = |row: &Row| row.sharpe;
    let request = WalkForwardRequest { sweep: request, windows, choose_by };
    let walk = |late: usize| {
        let progress = &mut |fold: usize, _: usize| {
            if fold == late {
                pass(&session, &clock, 10 * SECOND);
            }
        };
        let found = session.walk_forward(&bars(), &request, &none, progress);
        found.map(|found| found.unwrap().folds.len()).map_err(|error| error.to_string())
    };
    assert_eq!(walk(9), Ok(4));
    assert_eq!(walk(2), Err(format!("`walk-forward` {STOPPED}")));
    let counts = session.limits.deadlines.counts();
    assert_eq!((counts.granted, counts.refused), (2, 2));
}

/// A clock that shows a second more whenever it is looked at.
#[derive(Debug, Default)]
struct Looks(AtomicU64);

impl Clock for Looks {
    fn now(&self) -> Duration {
        Duration::from_secs(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

#[test]
fn a_backtest_looks_at_the_time_between_its_steps() {
    let run = |timeout| {
        let clock: Arc<dyn Clock> = Arc::new(Looks::default());
        backtest(&limited(&[("limits.query_timeout", timeout)], &clock))
    };
    run("0").unwrap();
    run("3000000").unwrap();
    let told = run("2").unwrap_err();
    assert!(matches!(told, SessionError::Deadline(_)), "{told}");
    assert!(told.to_string().ends_with("the setting `limits.query_timeout` is 2s"), "{told}");
}

fn counts(session: &Session, limit: Limit) -> LimitCounts {
    session.limits.report().limits[limit as usize].counts
}

#[test]
fn limits_read_bytes_per_second() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bars.csv");
    let lines = (1..=28).map(|day| format!("2026-01-{day:02},{day}\n")).collect::<String>();
    let text = format!("time,close\n{lines}");
    std::fs::write(&path, &text).unwrap();
    let clock = Arc::new(ManualClock::default());
    let of_limits: Arc<dyn Clock> = clock.clone();
    let session = limited(&[("limits.read_bytes_per_second", "100")], &of_limits);
    let source = DataSource { paths: vec![path], ..DataSource::default() };
    thread::scope(|scope| {
        let loading = scope.spawn(|| session.load_bars(&source).unwrap().bars.len());
        while clock.alarms().is_empty() {
            thread::yield_now();
        }
        assert!(!loading.is_finished());
        clock.advance(10 * SECOND);
        assert_eq!(loading.join().unwrap(), 28);
    });
    let LimitCounts { waited, wait, .. } = counts(&session, Limit::Read);
    // Ten of the bytes are a burst of a tenth of a second.
    let expected = Duration::from_millis(10 * (text.len() as u64 - 10));
    assert_eq!((waited, wait), (1, expected));
}

#[test]
fn limits_write_bytes_per_second() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let settings = [("cache.path", path), ("limits.write_bytes_per_second", "1 TB")];
    let session = session(&settings).unwrap();
    let is_set = |(knob, setting): (&bolt_config::Knob, &bolt_config::Setting)| {
        knob.name == "cache.path" && setting.origin != Origin::Default
    };
    assert!(session.config.settings().any(is_set));
    let request = sweep(&session);
    let all = session.combinations(&request).unwrap();
    let none = CancelToken::default();
    let run = || {
        let found = session.sweep(&bars(), &request, &all, Done::default(), &none, &mut |_| Ok(()));
        found.unwrap().cache
    };
    assert_eq!((run().kept, counts(&session, Limit::Write).granted), (79, 1));
    assert_eq!((run().found, counts(&session, Limit::Write).granted), (79, 1), "nothing is new");
}
