//! What the best of many combinations looks like where nothing can be predicted: the figures that
//! guard against selection must not be impressed.

use bolt_exec::{CancelToken, Pool};
use bolt_kernel::Options;
use bolt_market::broker::next_open::{Market, Settings};
use bolt_market::data::sample::{SampleOptions, sample};
use bolt_market::data::{Dataset, Interval};
use bolt_market::formulas::{Columns, Role, Strategy};
use bolt_market::plan::Plan;
use bolt_market::signals::{Convention, SignalRules};
use bolt_market::statistics::{PeriodsPerYear, RiskFree, selection};
use bolt_market::sweep::{Grid, Parameter, Selection, Sweep};
use std::convert::Infallible;

const WALKS: u64 = 50;
/// Some seven years of days.
const BARS: usize = 2_500;

/// Sweeps 33 x 49 crossovers of moving averages over a market without drift and returns what is
/// said of the best one.
fn best_of_noise(seed: u64, pool: &Pool) -> Selection {
    let options = SampleOptions {
        seed,
        bars: BARS,
        drift: 0.0,
        interval: Interval::Days(1),
        ..SampleOptions::default()
    };
    let Dataset::Bars(bars) = sample(&options).unwrap() else { panic!("one asset is bars") };
    let plan = Plan::from(
        Strategy::parse([(Role::Signal, "SMA[close, fast] > SMA[close, slow]")]).unwrap(),
    );
    let parameters = ["fast=2..34", "slow=40..88"].map(|text| Parameter::parse(text).unwrap());
    let grid = Grid::new(parameters.into()).unwrap();
    let catalog = bolt_indicators::catalog();
    let sweep = Sweep {
        market: Market::new(bars.ohlc()),
        columns: Columns::new(bars.len(), bars.columns().map(|(name, values)| (name, &**values))),
        plan: &plan,
        rules: SignalRules::default(),
        convention: Convention::NextOpen(Settings::default()),
        grid: &grid,
        catalog: &catalog,
        options: Options::default(),
        periods: PeriodsPerYear::stated(365.25),
        risk_free: RiskFree::ZERO,
        memory_bytes: 64 << 20,
        assessment_bytes: 32 << 20,
    };
    let all: Vec<usize> = (0..grid.len()).collect();
    let mut rows = Vec::with_capacity(all.len());
    let end = sweep.run(&all, pool, &CancelToken::default(), |chunk| {
        rows.extend_from_slice(chunk);
        Ok::<(), Infallible>(())
    });
    end.unwrap();
    assert_eq!(rows.len(), 1_617);
    sweep.assess(&rows, pool, &CancelToken::default(), seed).unwrap()
}

#[test]
fn the_best_of_many_worthless_combinations_is_seen_through() {
    let pool = Pool::new(Some(2)).unwrap();
    let found: Vec<Selection> = (1..=WALKS).map(|seed| best_of_noise(seed, &pool)).collect();
    let count =
        |holds: &dyn Fn(&Selection) -> bool| found.iter().filter(|each| holds(each)).count();
    let impressed = count(&|each| each.deflated.probability > 0.95);
    // As if the best had been the only one.
    let naive = count(&|each| {
        selection::probabilistic_sharpe(each.deflated.sharpe, 0.0, (BARS - 1) as f64, 0.0, 0.0)
            > 0.95
    });
    let overfitting: Vec<f64> =
        found.iter().map(|each| each.overfitting.as_ref().unwrap().probability).collect();
    let overfitting = overfitting.iter().sum::<f64>() / WALKS as f64;
    // Of the first 300 walks 14 are above 95 %, and half are above 57 %.
    assert!(impressed <= 5, "{impressed} of {WALKS} walks have a deflated Sharpe ratio above 95 %");
    assert!(naive >= 10, "only {naive} of {WALKS} look good before the search is counted");
    assert!((0.4..=0.6).contains(&overfitting), "probability of overfitting {overfitting}");
}
