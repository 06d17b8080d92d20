use bolt_base::{Rng, UnixNanos};
use bolt_testkit::assert_close;

use super::{every, noise};
use crate::statistics::benchmark::compare;
use crate::statistics::bootstrap::Bootstrap;
use crate::statistics::drawdowns::{self, Drawdown};
use crate::statistics::{PeriodsPerYear, RiskFree, calendar, returns, rolling};

fn daily() -> PeriodsPerYear {
    PeriodsPerYear::stated(252.0)
}

#[test]
fn drawdowns_run_from_the_last_peak_to_the_recovery() {
    let equity = [10.0, 12.0, 12.0, 9.0, 6.0, 11.0, 12.0, 13.0, 12.5, 13.5, 13.0];
    let expected = [
        Drawdown { peak: 2, valley: 4, recovery: Some(6), depth: -0.5 },
        Drawdown { peak: 7, valley: 8, recovery: Some(9), depth: 12.5 / 13.0 - 1.0 },
        Drawdown { peak: 9, valley: 10, recovery: None, depth: 13.0 / 13.5 - 1.0 },
    ];
    assert_eq!(drawdowns::all(&equity), expected);
    assert_eq!(drawdowns::deepest(&equity), -0.5);
    let curve = drawdowns::curve(&equity);
    assert_eq!((curve[2], curve[3], curve[4]), (0.0, -0.25, -0.5));
    let times = every(UnixNanos::DAY, (2021, 3, 1), equity.len());
    let rows = drawdowns::table(&equity, &times, 2);
    assert_eq!(rows.len(), 2);
    assert_eq!((rows[0].start, rows[0].valley, rows[0].end), (times[2], times[4], Some(times[6])));
    assert_eq!((rows[0].days, rows[1].days), (4.0, 2.0));
    assert_eq!(drawdowns::table(&equity, &times, 9)[2].days, 1.0);
    let deeper_later = [10.0, 9.0, 10.0, 5.0];
    let rows = drawdowns::table(&deeper_later, &times[..4], 1);
    assert_eq!((rows[0].depth, rows[0].end), (-0.5, None));
    assert!(drawdowns::all(&[1.0, 2.0, 2.0]).is_empty());
    assert!(drawdowns::deepest(&[]).is_nan());
}

#[test]
fn drawdown_depths_agree_with_every_pair_of_values() {
    let mut rng = Rng::new(2);
    for _ in 0..50 {
        let equity = returns::equity(&noise(&mut rng, 60, 0.0, 0.05));
        let mut deepest = 0.0f64;
        for (i, high) in equity.iter().enumerate() {
            deepest = equity[i..].iter().map(|low| low / high - 1.0).fold(deepest, f64::min);
        }
        assert_close(drawdowns::deepest(&equity), deepest, 1e-15, "deepest");
        let most = drawdowns::all(&equity).iter().map(|fall| fall.depth).fold(0.0, f64::min);
        assert_close(most, deepest, 1e-15, "deepest of all");
    }
}

#[test]
fn months_and_years_compound_to_the_whole() {
    let times = every(UnixNanos::DAY, (2019, 11, 20), 500);
    let values = noise(&mut Rng::new(3), 500, 1e-3, 1e-2);
    let months = calendar::monthly(&values, &times);
    assert_eq!((months[0].year, months[0].month), (2019, 11));
    assert_eq!((months[2].year, months[2].month), (2020, 1));
    assert_close(months[0].value, returns::total(&values[..11]), 1e-14, "November");
    assert_close(months[1].value, returns::total(&values[11..42]), 1e-14, "December");
    let years = calendar::yearly(&values, &times);
    assert_eq!(years.iter().map(|row| row.year).collect::<Vec<_>>(), [2019, 2020, 2021]);
    let compounded = |parts: &[f64]| returns::total(parts);
    let by_month: Vec<f64> = months.iter().map(|row| row.value).collect();
    let by_year: Vec<f64> = years.iter().map(|row| row.value).collect();
    assert_close(compounded(&by_month), returns::total(&values), 1e-13, "by month");
    assert_close(compounded(&by_year), returns::total(&values), 1e-13, "by year");
    assert!(calendar::monthly(&[], &[]).is_empty());
}

#[test]
fn rolling_measures_are_those_of_each_window() {
    let mut values = noise(&mut Rng::new(4), 400, 1e-3, 1e-2);
    values[100] = 0.9;
    values[200..260].fill(0.002);
    values[101..120].fill(0.1 / 3.0);
    for window in [2, 5, 63, 400] {
        let free = RiskFree::Annual(0.03);
        let sharpe = rolling::sharpe(&values, window, daily(), free);
        let volatility = rolling::volatility(&values, window, daily());
        for i in 0..values.len() {
            if i + 1 < window {
                assert!(sharpe[i].is_nan() && volatility[i].is_nan());
                continue;
            }
            let part = &values[i + 1 - window..=i];
            let (risk, reward) =
                (returns::volatility(part, daily()), returns::sharpe(part, daily(), free));
            assert_close(volatility[i], risk, 1e-9, &format!("volatility {window} at {i}"));
            if risk > 1e-9 {
                assert_close(sharpe[i], reward, 1e-9, &format!("sharpe {window} at {i}"));
            } else {
                assert!(sharpe[i].is_nan(), "sharpe {window} at {i} is {}", sharpe[i]);
            }
        }
    }
    assert!(rolling::volatility(&values, 401, daily()).iter().all(|value| value.is_nan()));
    assert!(rolling::volatility(&values, 1, daily()).iter().all(|value| value.is_nan()));
}

#[test]
fn a_leveraged_benchmark_has_its_beta_and_the_added_return_as_alpha() {
    let benchmark = noise(&mut Rng::new(5), 300, 4e-4, 1e-2);
    let fund: Vec<f64> = benchmark.iter().map(|b| 1.5 * b + 1e-4).collect();
    let relative = compare(&fund, &benchmark, daily(), RiskFree::ZERO);
    assert_close(relative.beta, 1.5, 1e-12, "beta");
    assert_close(relative.alpha, 252.0 * 1e-4, 1e-12, "alpha");
    assert_close(relative.correlation, 1.0, 1e-12, "correlation");
    let active: Vec<f64> = benchmark.iter().map(|b| 0.5 * b + 1e-4).collect();
    let risk = returns::volatility(&active, daily());
    assert_close(relative.tracking_error, risk, 1e-12, "tracking error");
    let reward = returns::sharpe(&active, daily(), RiskFree::ZERO);
    assert_close(relative.information_ratio, reward, 1e-12, "information ratio");
    let mean = fund.iter().sum::<f64>() / 300.0;
    assert_close(relative.treynor, mean * 252.0 / 1.5, 1e-12, "Treynor");
    // With a riskless return, leverage is paid for.
    let relative = compare(&fund, &benchmark, daily(), RiskFree::PerPeriod(2e-4));
    assert_close(relative.alpha, 252.0 * (1e-4 + 0.5 * 2e-4), 1e-12, "alpha over riskless");
    let flat = compare(&fund, &[0.001; 300], daily(), RiskFree::ZERO);
    assert!(flat.beta.is_nan() && flat.treynor.is_nan());
}

#[test]
fn resamples_keep_blocks_together_and_cover_the_series() {
    let bootstrap = Bootstrap { resamples: 1, block_length: 8.0, confidence: 0.95, seed: 6 };
    let (mut rng, mut indices) = (Rng::new(6), Vec::new());
    let (mut breaks, mut seen, rounds) = (0usize, vec![0u32; 50], 2000);
    for _ in 0..rounds {
        bootstrap.draw(50, &mut rng, &mut indices);
        assert_eq!(indices.len(), 50);
        indices.iter().for_each(|&i| seen[i] += 1);
        breaks += indices.windows(2).filter(|pair| pair[1] != (pair[0] + 1) % 50).count();
    }
    // A block ends with probability 1/8, and one new start in 50 continues by chance.
    let rate = breaks as f64 / (49 * rounds) as f64;
    assert!((rate - 0.125 * 49.0 / 50.0).abs() < 0.005, "{rate}");
    assert!(seen.iter().all(|&count| (1_700..2_300).contains(&count)), "{seen:?}");
}

#[test]
fn intervals_have_the_width_that_theory_gives() {
    let values = noise(&mut Rng::new(7), 1000, 1e-3, 1e-2);
    let bootstrap = Bootstrap {
        resamples: 2000,
        block_length: Bootstrap::block_length(values.len()),
        confidence: 0.9,
        seed: 1,
    };
    let intervals = bootstrap.intervals(&values, daily(), RiskFree::ZERO);
    let sharpe = intervals.sharpe;
    assert_close(
        sharpe.estimate,
        returns::sharpe(&values, daily(), RiskFree::ZERO),
        1e-14,
        "Sharpe ratio",
    );
    // The standard error of a per-period ratio of independent normal returns is 1/sqrt(n).
    let expected = 2.0 * 1.645 * (252.0f64 / 1000.0).sqrt();
    let width = sharpe.high - sharpe.low;
    assert!((width / expected - 1.0).abs() < 0.08, "{width} {expected}");
    assert!(sharpe.low < sharpe.estimate && sharpe.estimate < sharpe.high);
    let growth = intervals.annual_growth;
    assert_close(growth.estimate, returns::annual_growth(&values, daily()), 1e-12, "growth");
    let spread = (1.0 + growth.high).ln() - (1.0 + growth.low).ln();
    assert!((spread / (expected * 0.01 * 252f64.sqrt()) - 1.0).abs() < 0.15, "{spread}");
    assert_eq!(intervals, bootstrap.intervals(&values, daily(), RiskFree::ZERO));
    let other = Bootstrap { seed: 2, ..bootstrap };
    assert_ne!(intervals, other.intervals(&values, daily(), RiskFree::ZERO));
}

/// Returns that trend in blocks have a wider interval if blocks stay together.
#[test]
fn dependence_widens_the_interval() {
    let mut rng = Rng::new(8);
    let mut last = 0.0;
    let values: Vec<f64> = (0..2000)
        .map(|_| {
            last = 0.6 * last + 0.01 * rng.normal();
            last
        })
        .collect();
    let width = |block_length: f64| {
        let bootstrap = Bootstrap { resamples: 500, block_length, confidence: 0.9, seed: 1 };
        let interval = bootstrap.intervals(&values, daily(), RiskFree::ZERO).sharpe;
        interval.high - interval.low
    };
    let (single, blocks) = (width(1.0), width(25.0));
    assert!(blocks > 1.5 * single, "{blocks} {single}");
}
