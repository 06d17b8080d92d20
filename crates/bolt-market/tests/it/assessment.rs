//! What is said of the choice of the best combination, against all returns held at once.

use bolt_exec::{CancelToken, Pool};
use bolt_kernel::Catalog;
use bolt_market::formulas::{Role, Strategy};
use bolt_market::plan::Plan;
use bolt_market::statistics::returns;
use bolt_market::statistics::selection::overfitting::{self, BlockSums, Overfitting};
use bolt_market::statistics::selection::{deflated_sharpe, effective_trials};
use bolt_market::sweep::{Grid, Row, Selection, Sweep};
use bolt_testkit::assert_close;

use crate::sweep::{Bars, grid, run, settings, sweep};

fn crossovers() -> Plan {
    let signal = "SMA[close, fast] > SMA[close, slow]";
    Strategy::parse([(Role::Signal, signal)]).unwrap().into()
}

fn assess(sweep: &Sweep<'_>, rows: &[Row], threads: usize) -> Selection {
    let pool = Pool::new(Some(threads)).unwrap();
    sweep.assess(rows, &pool, &CancelToken::default(), 7).unwrap()
}

/// The returns by bar of one combination, by a backtest.
fn returns_of(sweep: &Sweep<'_>, index: usize) -> Vec<f64> {
    let names = sweep.grid.parameters().iter().map(|parameter| parameter.name.as_str());
    let parameters: Vec<(&str, f64)> = names.zip(sweep.grid.combination(index)).collect();
    let decisions =
        sweep.plan.evaluate(&sweep.columns, sweep.catalog, &parameters, &sweep.options).unwrap();
    let ledger = decisions.trade(&sweep.market, &sweep.rules, &sweep.convention).unwrap();
    returns::of_equity(&ledger.equity)
}

fn overfitting_of(tries: &[Vec<f64>]) -> Overfitting {
    let mut blocks = BlockSums::new(tries[0].len(), 16).unwrap();
    tries.iter().for_each(|returns| blocks.push(returns).unwrap());
    overfitting::measure(&blocks).unwrap()
}

/// The mean of Pearson's correlations of all pairs.
fn mean_correlation(tries: &[Vec<f64>]) -> f64 {
    let centred = |values: &[f64]| -> Vec<f64> {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        values.iter().map(|value| value - mean).collect()
    };
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let tries: Vec<Vec<f64>> = tries.iter().map(|returns| centred(returns)).collect();
    let (mut total, mut pairs) = (0.0, 0.0);
    for (i, a) in tries.iter().enumerate() {
        for b in &tries[..i] {
            total += product(a, b) / (product(a, a) * product(b, b)).sqrt();
            pairs += 1.0;
        }
    }
    total / pairs
}

/// A sweep with its rows, to be assessed in `memory_bytes`.
fn with_rows<'a>(
    (bars, plan, grid, catalog): (&'a Bars, &'a Plan, &'a Grid, &'a Catalog),
    memory_bytes: u64,
) -> (Sweep<'a>, Vec<Row>) {
    let sweep = Sweep {
        assessment_bytes: memory_bytes / 2,
        ..sweep(bars, plan, grid, catalog, settings())
    };
    let all: Vec<usize> = (0..grid.len()).collect();
    let rows = run(&sweep, &all);
    (sweep, rows)
}

#[test]
fn where_they_fit_the_returns_of_single_bars_are_compared() {
    let (bars, plan, catalog) = (Bars::random(5, 400), crossovers(), bolt_indicators::catalog());
    let grid = grid(&["fast=2..25", "slow=30..54"]);
    // Every second combination is looked at: 300, 8 bytes a return, in half of the memory.
    let fits = 2 * 300 * 8 * 399;
    let (sweep, rows) = with_rows((&bars, &plan, &grid, &catalog), fits);
    let found = assess(&sweep, &rows, 2);
    let tries: Vec<Vec<f64>> = (0..600).step_by(2).map(|index| returns_of(&sweep, index)).collect();
    assert_eq!((found.tried, found.sampled, found.bars_per_return), (600, 300, 1));
    assert_eq!(found.overfitting, Ok(overfitting_of(&tries)));
    let views: Vec<&[f64]> = tries.iter().map(Vec::as_slice).collect();
    let effective = effective_trials(&views, 2_000, 7);
    assert_eq!(found.effective.mean_correlation.to_bits(), effective.mean_correlation.to_bits());
    assert_eq!((found.effective.pairs, found.effective.exhaustive), (2_000, false));
    let correlation = effective.mean_correlation;
    assert_eq!(found.effective.value, correlation + (1.0 - correlation) * 600.0);
    let sharpes: Vec<f64> = rows.iter().map(|row| row.sharpe_per_bar).collect();
    let of_best = returns_of(&sweep, found.best);
    assert_eq!(found.deflated, deflated_sharpe(&of_best, &sharpes, found.effective.value));
    assert_eq!(Sweep { assessment_bytes: (fits - 1) / 2, ..sweep }.bars_per_return(600), 2);
}

#[test]
fn where_they_do_not_fit_sums_over_bars_are_correlated() {
    let (bars, plan, catalog) = (Bars::random(6, 2_000), crossovers(), bolt_indicators::catalog());
    let grid = grid(&["fast=2..16:2", "slow=20..38:3"]);
    let whole = with_rows((&bars, &plan, &grid, &catalog), 1 << 30);
    let whole = assess(&whole.0, &whole.1, 2);
    // Room for 300 returns of each of the 56; the last sum is shorter.
    let (sweep, rows) = with_rows((&bars, &plan, &grid, &catalog), 2 * 56 * 8 * 300);
    let found = assess(&sweep, &rows, 2);
    assert_eq!((whole.bars_per_return, found.bars_per_return), (1, 7));
    let tries: Vec<Vec<f64>> = (0..56).map(|index| returns_of(&sweep, index)).collect();
    let sums = |bars: usize| -> Vec<Vec<f64>> {
        let sum = |bars: &[f64]| bars.iter().sum::<f64>();
        tries.iter().map(|returns| returns.chunks(bars).map(sum).collect()).collect()
    };
    for (found, bars) in [(&whole, 1), (&found, 7)] {
        assert!(found.effective.exhaustive);
        let expected = mean_correlation(&sums(bars));
        assert_close(found.effective.mean_correlation, expected, 1e-9, "mean correlation");
    }
    assert_eq!(found.overfitting, whole.overfitting);
    assert_eq!(found.deflated.sharpe, whole.deflated.sharpe);
    assert_eq!(Sweep { assessment_bytes: 0, ..sweep }.bars_per_return(56), 20);
}

#[test]
fn an_assessment_does_not_depend_on_the_number_of_threads() {
    let (bars, plan, catalog) = (Bars::random(8, 1_500), crossovers(), bolt_indicators::catalog());
    let grid = grid(&["fast=2..20:2", "slow=25..70:5"]);
    let (sweep, rows) = with_rows((&bars, &plan, &grid, &catalog), 1 << 18);
    let alone = assess(&sweep, &rows, 1);
    assert!(alone.bars_per_return > 1);
    for threads in [2, 3, 8] {
        assert_eq!(assess(&sweep, &rows, threads), alone, "{threads} threads");
    }
}

#[test]
fn an_account_in_debt_is_not_compared() {
    let mut bars = Bars::random(9, 200);
    // Whoever is short when the price is three times what it was owes more than there is.
    for prices in [&mut bars.open, &mut bars.high, &mut bars.low, &mut bars.close] {
        prices[100..].iter_mut().for_each(|price| *price *= 3.0);
    }
    let plan = Strategy::parse([(Role::Signal, "Where[n < 3, n / 4, 0 - 1]")]).unwrap().into();
    let (grid, catalog) = (grid(&["n=1..4"]), bolt_indicators::catalog());
    let sweep = sweep(&bars, &plan, &grid, &catalog, settings());
    let rows = run(&sweep, &[0, 1, 2, 3]);
    assert_eq!(rows.iter().filter(|row| row.equity_final < 0.0).count(), 2);
    let found = assess(&sweep, &rows, 2);
    assert_eq!((found.tried, found.sampled, found.effective.pairs), (4, 2, 1));
    let tries = [returns_of(&sweep, 0), returns_of(&sweep, 1)];
    assert_eq!(found.overfitting, Ok(overfitting_of(&tries)));
}
