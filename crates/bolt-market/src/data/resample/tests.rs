use std::collections::BTreeMap;

use bolt_base::Rng;

use super::*;
use crate::data::{Calendar, Date, LoadOptions, load};

const MINUTE: i64 = 60_000_000_000;

fn random_bars(seed: u64, count: usize, step: i64) -> Bars {
    let mut rng = Rng::new(seed);
    let start: i64 = "2024-03-07".parse::<Date>().unwrap().midnight();
    let times: Vec<i64> =
        (0..count as i64).filter(|_| rng.uniform() < 0.8).map(|i| start + i * step).collect();
    let mut column = |missing: f64| -> Column {
        times
            .iter()
            .map(|_| if rng.uniform() < missing { f64::NAN } else { rng.uniform() + 1.0 })
            .collect()
    };
    let names = ["open", "high", "low", "close", "volume", "x", "y"];
    let columns: Vec<_> = names.iter().map(|name| (name.to_string(), column(0.05))).collect();
    Bars::new("R", times.into_iter().map(UnixNanos).collect::<Vec<_>>(), columns).unwrap()
}

/// The obvious way: put each row into the bar that its time names, then combine.
fn slow(bars: &Bars, interval: &str, options: &ResampleOptions) -> Vec<(i64, Vec<f64>)> {
    let zone = options.zone.clone().unwrap_or_default();
    let mut rows: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for row in 0..bars.len() {
        let mut bins = Bins::new(interval.parse().unwrap(), &options.anchor, &zone).unwrap();
        if let Some(bin) = bins.bin_of(bars.timestamps()[row]) {
            rows.entry(bin.start).or_default().push(row);
        }
    }
    let value = |name: &str, column: &Column, rows: &[usize]| {
        let values: Vec<f64> =
            rows.iter().map(|&row| column[row]).filter(|v| !v.is_nan()).collect();
        if values.is_empty() {
            return f64::NAN;
        }
        match name {
            "open" => values[0],
            "high" => values.iter().copied().fold(f64::MIN, f64::max),
            "low" => values.iter().copied().fold(f64::MAX, f64::min),
            "volume" => values.iter().sum(),
            "y" => values.iter().sum::<f64>() / values.len() as f64,
            _ => values[values.len() - 1],
        }
    };
    rows.iter()
        .map(|(start, rows)| {
            (*start, bars.columns().map(|(name, column)| value(name, column, rows)).collect())
        })
        .collect()
}

#[test]
fn resampling_agrees_with_the_obvious_way() {
    let zones = ["UTC", "America/New_York", "Australia/Lord_Howe"];
    for (seed, interval) in
        [(1, "5m"), (2, "7m"), (3, "1h"), (4, "4h"), (5, "1d"), (6, "1w"), (7, "1M")]
    {
        for anchor in [
            Anchor::Midnight,
            Anchor::Epoch,
            Anchor::Session(Calendar::Nyse),
            Anchor::Session(Calendar::Forex),
        ] {
            let zone = Zone::named(zones[seed as usize % 3]).unwrap();
            let combine = vec![("y".to_owned(), Combine::Mean)];
            let options = ResampleOptions { anchor: anchor.clone(), zone: Some(zone), combine };
            let bars = random_bars(seed, 2500, 3 * MINUTE);
            let Ok(found) = resample(&bars, interval.parse().unwrap(), &options) else {
                assert!(anchor == Anchor::Epoch && seed >= 5);
                continue;
            };
            let expected = slow(&bars, interval, &options);
            assert_eq!(found.bars.len(), expected.len(), "{interval} {anchor:?}");
            for (row, (start, values)) in expected.iter().enumerate() {
                assert_eq!(found.bars.timestamps()[row].0, *start, "{interval} {anchor:?}");
                let found: Vec<u64> = found.bars.columns().map(|(_, c)| c[row].to_bits()).collect();
                let values: Vec<u64> = values.iter().map(|value| value.to_bits()).collect();
                assert_eq!(found, values, "{interval} {anchor:?} row {row}");
            }
        }
    }
}

#[test]
fn a_bar_that_is_not_over_is_partial() {
    let bars = |minutes: std::ops::Range<i64>| {
        let times: Vec<UnixNanos> = minutes.clone().map(|m| UnixNanos(m * MINUTE)).collect();
        let ones: Column = minutes.map(|_| 1.0).collect();
        Bars::new("X", times, [("close".to_owned(), ones.clone()), ("volume".to_owned(), ones)])
            .unwrap()
    };
    let check = |minutes, rule: &str, expected: (usize, bool)| {
        let found =
            resample(&bars(minutes), rule.parse().unwrap(), &ResampleOptions::default()).unwrap();
        assert_eq!((found.bars.len(), found.last_is_partial), expected, "{rule}");
    };
    check(0..10, "5m", (2, false));
    check(0..9, "5m", (2, true));
    check(0..11, "5m", (3, true));
    check(0..1440, "1d", (1, false));
    check(0..10, "5t", (2, false));
    check(0..11, "5t", (3, true));
    check(0..11, "2.5v", (4, true));
    check(0..12, "3$", (4, false));
}

#[test]
fn rows_outside_of_sessions_are_counted() {
    let options =
        ResampleOptions { anchor: Anchor::Session(Calendar::Nyse), ..ResampleOptions::default() };
    let bars = random_bars(1, 4 * 480, 3 * MINUTE);
    let found = resample(&bars, "1d".parse().unwrap(), &options).unwrap();
    let outside = bars.timestamps().iter().filter(|at| !Calendar::Nyse.is_open(**at)).count();
    assert_eq!((found.rows_outside, found.bars.len()), (outside as u64, 2));
}

#[test]
fn what_cannot_be_done_is_refused() {
    let bars = random_bars(1, 10, MINUTE);
    let combine = vec![("z".to_owned(), Combine::Sum)];
    let options = ResampleOptions { combine, ..ResampleOptions::default() };
    assert!(resample(&bars, "5m".parse().unwrap(), &options).is_err());
    let close =
        Bars::new("X", vec![UnixNanos(1)], [("close".to_owned(), vec![1.0].into())]).unwrap();
    let error = resample(&close, BarRule::Volume(1.0), &ResampleOptions::default()).unwrap_err();
    assert!(error.to_string().contains("need a volume"), "{error}");
    for wrong in ["", "5", "0t", "-1v", "0v", "nan$", "infv", "5x", "t"] {
        assert!(wrong.parse::<BarRule>().is_err(), "{wrong}");
    }
    for right in ["5m", "1M", "100t", "2.5v", "1000000$"] {
        assert_eq!(right.parse::<BarRule>().unwrap().to_string(), right);
    }
}

fn shared_trades() -> Option<Trades> {
    let path = bolt_testkit::path("data/crypto_ticks/BTCUSDT_trades.csv")?;
    Some(load(path, &LoadOptions::default()).unwrap().into_trades().unwrap())
}

#[test]
fn shared_trades_make_the_shared_bars_of_a_second() {
    let Some(trades) = shared_trades() else { return };
    let Some(path) = bolt_testkit::path("data/crypto_minute/BTCUSDT_2024_08_08_1s.csv") else {
        return;
    };
    let expected = load(path, &LoadOptions::default()).unwrap().into_bars().unwrap();
    let made =
        resample_trades(&trades, "1s".parse().unwrap(), &ResampleOptions::default()).unwrap().bars;
    let last = *trades.timestamps().last().unwrap();
    let overlap = expected.timestamps().iter().filter(|at| at.0 + 1_000_000_000 <= last.0).count();
    assert!(overlap > 600, "{overlap} of {}", expected.len());
    for row in 0..overlap {
        assert_eq!(made.timestamps()[row], expected.timestamps()[row], "row {row}");
        for (name, column) in expected.columns() {
            let made = made.column(name).unwrap()[row];
            // Sizes are sums of decimals, which the file has rounded.
            let tolerance = if name == "volume" { 1e-9 } else { 0.0 };
            bolt_testkit::assert_close(made, column[row], tolerance, &format!("{name} {row}"));
        }
    }
}

#[test]
fn bars_by_activity_hold_what_they_should() {
    let Some(trades) = shared_trades() else { return };
    let size = trades.column("size").unwrap();
    let total: f64 = size.iter().sum();
    let make = |rule: &str| {
        resample_trades(&trades, rule.parse().unwrap(), &ResampleOptions::default()).unwrap()
    };
    let by_rows = make("100t");
    assert!(by_rows.bars.column("trades").unwrap().iter().rev().skip(1).all(|n| *n == 100.0));
    assert!(by_rows.bars.timestamps().windows(2).all(|pair| pair[0] < pair[1]));
    assert!(by_rows.last_is_partial && by_rows.bars.len() == trades.len().div_ceil(100));
    for (rule, limit) in [("0.5v", 0.5), ("30000$", 30_000.0)] {
        let made = make(rule);
        let volume = made.bars.volume().unwrap();
        bolt_testkit::assert_close(volume.iter().sum(), total, 1e-9, rule);
        let mut row = 0;
        let count = made.bars.column("trades").unwrap();
        for (bar, trades_in_bar) in count.iter().enumerate().take(made.bars.len() - 1) {
            let rows = row..row + *trades_in_bar as usize;
            let price = trades.column("price").unwrap();
            let amount = |rows: std::ops::Range<usize>| -> f64 {
                rows.map(|row| if limit > 1.0 { size[row] * price[row] } else { size[row] }).sum()
            };
            assert!(
                amount(rows.clone()) >= limit && amount(rows.start..rows.end - 1) < limit,
                "{rule} {bar}"
            );
            assert_eq!(made.bars.ohlc().open[bar], price[rows.start]);
            assert_eq!(made.bars.close()[bar], price[rows.end - 1]);
            row = rows.end;
        }
    }
}
