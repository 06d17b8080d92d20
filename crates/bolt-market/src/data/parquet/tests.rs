use std::path::PathBuf;

use bolt_base::{Rng, UnixNanos};
use proptest::prelude::*;

use super::*;
use crate::data::{
    Bars, Column, DataError, Dataset, LoadOptions, Panel, Policy, TimeBasis, TimeSource, Trades,
    Zone, load,
};

fn scratch() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.parquet");
    (directory, path)
}

fn bars(count: usize, step: i64) -> Bars {
    let mut rng = Rng::new(count as u64);
    let times: Vec<UnixNanos> = (0..count as i64).map(|i| UnixNanos(i * step)).collect();
    let mut column = |name: &str, missing: f64| {
        // A column without any value would be refused.
        let value = |row| {
            if row > 0 && rng.uniform() < missing { f64::NAN } else { rng.uniform() + 1.0 }
        };
        (name.to_owned(), (0..count).map(value).collect::<Column>())
    };
    let columns = [column("close", 0.0), column("volume", 0.1), column("x", 0.9)];
    Bars::new("SYM", times, columns).unwrap()
}

fn round_trip(data: &Dataset) -> Dataset {
    let (_directory, path) = scratch();
    write(&path, data).unwrap();
    load(&path, &LoadOptions::default()).unwrap()
}

#[test]
fn bars_come_back_to_the_bit() {
    for (count, step) in [(1, 1), (5000, 60_000_000_000), (ROW_GROUP + 7, 1_000)] {
        let mut before = bars(count, step);
        before.basis = TimeBasis { source: TimeSource::Instant, ..TimeBasis::default() };
        let back = round_trip(&Dataset::Bars(before.clone())).into_bars().unwrap();
        assert_eq!(back.content_hash(), before.content_hash(), "{count}");
        assert_eq!((back.symbol.as_str(), back.basis.source), ("SYM", TimeSource::Instant));
    }
}

#[test]
fn times_keep_their_zone() {
    let mut before = bars(100, 3_600_000_000_000);
    before.basis.zone = Zone::named("Asia/Tokyo").unwrap();
    let back = round_trip(&Dataset::Bars(before.clone())).into_bars().unwrap();
    assert_eq!(back.content_hash(), before.content_hash());
    assert_eq!(back.basis.zone.name(), "Asia/Tokyo");
    before.basis.zone = Zone::utc();
    let back = round_trip(&Dataset::Bars(before.clone())).into_bars().unwrap();
    assert_eq!(
        (back.basis.source, back.content_hash()),
        (TimeSource::Naive, before.content_hash())
    );
}

#[test]
fn panels_and_trades_come_back() {
    let all = ["A", "B", "C"].map(|symbol| bars(500, 60_000_000_000).with_symbol(symbol));
    let part: Vec<Bars> = all.iter().enumerate().map(|(i, bars)| bars.slice(i..500 - i)).collect();
    let panel = Panel::align(&part).unwrap();
    let back = round_trip(&Dataset::Panel(panel.clone())).into_panel().unwrap();
    assert_eq!(back.content_hash(), panel.content_hash());
    let masked = panel.with_universe(&vec![true; 1500]).unwrap();
    assert!(write(scratch().1, &Dataset::Panel(masked)).is_err());
    let times = vec![UnixNanos(1), UnixNanos(1), UnixNanos(2)];
    let columns =
        ["price", "size"].map(|name| (name.to_owned(), Column::from(vec![1.0, 2.0, 3.0])));
    let trades = Trades::new("T", times, columns).unwrap();
    let back = round_trip(&Dataset::Trades(trades)).into_trades().unwrap();
    assert_eq!((back.len(), back.timestamps()[2].0, back.column("size").unwrap()[2]), (3, 2, 3.0));
}

#[test]
fn a_shared_file_written_by_pyarrow_is_read() {
    let Some(path) = bolt_testkit::path("reference/talib_goog.parquet") else { return };
    let policy = Policy { allow_nonpositive: true, ..Policy::default() };
    let table = load(path, &LoadOptions { policy, ..LoadOptions::default() }).unwrap();
    let table = table.into_panel().unwrap();
    assert_eq!((table.len(), table.assets().len()), (2148, 30));
    assert_eq!(table.timestamps()[0].to_string(), "2004-08-19T00:00:00Z");
    // The first column is a mean of 20 closes, which can be had without its library.
    let Some(data) = bolt_testkit::path("data/equities_daily/GOOG_2004_2013.csv") else { return };
    let goog = load(data, &LoadOptions::default()).unwrap().into_bars().unwrap();
    assert_eq!(
        (&*table.assets()[0], table.timestamps()[2147]),
        ("SMA_20", goog.timestamps()[2147])
    );
    let means = table.field("close").unwrap();
    for row in 0..table.len() {
        let mean = means[row * table.stride()];
        if row < 19 {
            assert!(mean.is_nan());
            continue;
        }
        let expected = goog.close()[row - 19..=row].iter().sum::<f64>() / 20.0;
        bolt_testkit::assert_close(mean, expected, 1e-12, "mean");
    }
}

#[test]
fn damaged_files_are_errors() {
    let (_directory, path) = scratch();
    let error = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        load(&path, &LoadOptions::default()).unwrap_err()
    };
    assert!(matches!(error(b"PAR1"), DataError::Parquet { .. }));
    assert!(error(b"PAR1garbagePAR1").to_string().contains("write it again"));
}

#[test]
fn columns_that_differ_in_length_are_damage() {
    let (_directory, path) = scratch();
    write(&path, &Dataset::Bars(bars(60, 1_000))).unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    // A byte of a page's header: the page then has fewer values than the others.
    bytes[1032] = 74;
    std::fs::write(&path, bytes).unwrap();
    let error = load(&path, &LoadOptions::default()).unwrap_err().to_string();
    assert!(error.contains("values and there are"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn changed_bytes_are_refused_or_read(changes in prop::collection::vec((0..4000usize, any::<u8>()), 1..4)) {
        let (_directory, path) = scratch();
        write(&path, &Dataset::Bars(bars(60, 1_000))).unwrap();
        let mut bytes = std::fs::read(&path).unwrap();
        let len = bytes.len();
        changes.iter().for_each(|(at, value)| bytes[at % len] = *value);
        let changed = path.with_extension("changed");
        std::fs::write(&changed, bytes).unwrap();
        let _ = load(&changed, &LoadOptions::default());
    }
}
