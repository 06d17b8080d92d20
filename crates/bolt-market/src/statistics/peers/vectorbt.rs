//! The statistics of a vectorbt 1.2 portfolio of one asset.
//!
//! A year has 365 days of the bar's length, whatever the market's hours, and the first return is
//! that of the first bar over the initial cash. Trades are counted with those still open; their
//! averages are of the closed ones.

use std::time::Duration;

use bolt_base::UnixNanos;

use super::super::drawdowns;
use super::super::returns;
use super::super::sums::{Moments, mean, ratio, sum, sum_of};
use super::{Entry, Statistics, percent, span};
use crate::data::Interval;
use crate::ledger::{Fill, Ledger, Trade};

/// What the statistics are computed from.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// Equity, fills and trades of a run over one asset.
    pub ledger: &'a Ledger,
    /// Each bar's close.
    pub close: &'a [f64],
    /// Each bar's time.
    pub times: &'a [UnixNanos],
    /// Cash before the first bar.
    pub initial_cash: f64,
    /// Nominal length of a bar (the peer's `freq`), positive.
    pub bar: Duration,
}

const YEAR: Duration = Duration::from_secs(365 * 86_400);

/// Returns the statistics of a ledger whose bars are as far apart as most of them are, or a day.
pub fn of_ledger(
    ledger: &Ledger,
    close: &[f64],
    times: &[UnixNanos],
    initial_cash: f64,
) -> Statistics {
    let nanos = Interval::detect(times).map_or(UnixNanos::DAY, Interval::nominal_nanos);
    let bar = Duration::from_nanos(nanos.unsigned_abs().max(1));
    statistics(&Run { ledger, close, times, initial_cash, bar })
}

/// Returns the peer's statistics, its labels and order.
///
/// # Panics
/// If there are no bars, or the columns differ in length.
pub fn statistics(run: &Run) -> Statistics {
    let Run {
        ledger: Ledger { equity, fills, trades, rejected: _, exhausted: _ },
        close,
        times,
        initial_cash,
        bar,
    } = *run;
    let bars = equity.len();
    assert!(bars > 0 && close.len() == bars && times.len() == bars, "columns of a run");
    let bar_nanos = bar.as_nanos() as f64;
    let final_value = equity[bars - 1];
    let total = final_value / initial_cash - 1.0;
    let falls = drawdowns::all(equity);
    let deepest = falls.iter().map(|fall| -fall.depth).reduce(f64::max).unwrap_or(f64::NAN);
    let mut lines = vec![
        ("Start", Entry::Time(times[0])),
        ("End", Entry::Time(times[bars - 1])),
        ("Period", span(bars as f64 * bar_nanos)),
        ("Start Value", Entry::Number(initial_cash)),
        ("End Value", Entry::Number(final_value)),
        ("Total Return [%]", percent(total)),
        ("Benchmark Return [%]", percent(close[bars - 1] / close[0] - 1.0)),
        ("Max Gross Exposure [%]", percent(largest_exposure(fills, close, initial_cash))),
        ("Total Fees Paid", Entry::Number(fills.iter().map(|fill| fill.fees).sum())),
        ("Max Drawdown [%]", percent(deepest)),
        ("Max Drawdown Duration", longest_drawdown(&falls, bars, bar_nanos)),
    ];
    lines.extend(of_trades(trades, bar_nanos));
    let periods = YEAR.as_secs_f64() / bar.as_secs_f64();
    let returns = of_bars(equity, initial_cash);
    lines.extend(of_returns(&returns, periods, calmar(&returns, periods)));
    Statistics { lines }
}

/// Below zero a gain is a positive return to the peer; out of nothing it is infinite.
fn of_bars(equity: &[f64], initial_cash: f64) -> Vec<f64> {
    let before = std::iter::once(&initial_cash).chain(equity);
    let change = |(now, before): (&f64, &f64)| match *before {
        0.0 if *now == 0.0 => 0.0,
        0.0 => f64::INFINITY.copysign(*now),
        before => (now - before) / before.abs(),
    };
    equity.iter().zip(before).map(change).collect()
}

/// Growth and fall are those of the returns one after the other, which below zero are not those of
/// equity.
fn calmar(returns: &[f64], periods: f64) -> f64 {
    let values = returns::equity(returns);
    let growth = values[returns.len()].powf(periods / returns.len() as f64) - 1.0;
    ratio(growth, -drawdowns::deepest(&values[1..]))
}

/// The peer counts a recovered drawdown from the first bar below the peak to the recovery, and
/// one still open with its last bar.
fn longest_drawdown(falls: &[drawdowns::Drawdown], bars: usize, bar_nanos: f64) -> Entry {
    let length = |fall: &drawdowns::Drawdown| fall.recovery.unwrap_or(bars) - fall.peak - 1;
    let longest = falls.iter().map(length).max();
    span(longest.map_or(f64::NAN, |bars| bars as f64 * bar_nanos))
}

/// The largest value held over itself and the free cash; the proceeds of a short sale and as
/// much again are not free.
fn largest_exposure(fills: &[Fill], close: &[f64], initial_cash: f64) -> f64 {
    let (mut cash, mut units, mut debt) = (initial_cash, 0.0f64, 0.0f64);
    let mut fills = fills.iter().peekable();
    let mut most = 0.0f64;
    for (bar, price) in close.iter().enumerate() {
        while let Some(fill) = fills.next_if(|fill| fill.bar == bar) {
            debt = debt_after(debt, units, fill);
            units += fill.units;
            cash -= fill.units * fill.price + fill.fees;
        }
        let held = (units * price).abs();
        let gross = held / (held + cash - 2.0 * debt);
        if held > 0.0 && gross > most {
            most = gross;
        }
    }
    most
}

/// What a short position was sold for, after a fill that may cover it or reverse it.
fn debt_after(debt: f64, units: f64, fill: &Fill) -> f64 {
    let after = units + fill.units;
    if after >= 0.0 {
        0.0
    } else if units >= 0.0 {
        -after * fill.price
    } else if fill.units < 0.0 {
        debt - fill.units * fill.price
    } else {
        debt * after / units
    }
}

fn of_trades(trades: &[Trade], bar_nanos: f64) -> Vec<(&'static str, Entry)> {
    let (closed, open): (Vec<&Trade>, Vec<&Trade>) =
        trades.iter().partition(|trade| trade.exit.is_some());
    let number = |values: &[f64]| Entry::Number(values.len() as f64);
    let gains: Vec<f64> = closed.iter().map(|trade| trade.pnl).collect();
    let open_gains: Vec<f64> = open.iter().map(|trade| trade.pnl).collect();
    let (wins, losses) = (Group::of(&closed, 1.0), Group::of(&closed, -1.0));
    let returns = closed.iter().map(|trade| trade.return_fraction());
    let best = returns.clone().reduce(f64::max).unwrap_or(f64::NAN);
    let worst = returns.reduce(f64::min).unwrap_or(f64::NAN);
    // Gains without a loss are infinitely good to the peer.
    let profit_factor =
        if gains.is_empty() { f64::NAN } else { sum(&wins.gains) / -sum(&losses.gains) };
    vec![
        ("Total Trades", Entry::Number(trades.len() as f64)),
        ("Total Closed Trades", number(&gains)),
        ("Total Open Trades", number(&open_gains)),
        ("Open Trade PnL", Entry::Number(sum(&open_gains))),
        ("Win Rate [%]", percent(ratio(wins.gains.len() as f64, gains.len() as f64))),
        ("Best Trade [%]", percent(best)),
        ("Worst Trade [%]", percent(worst)),
        ("Avg Winning Trade [%]", percent(mean(&wins.returns))),
        ("Avg Losing Trade [%]", percent(mean(&losses.returns))),
        ("Avg Winning Trade Duration", span(mean(&wins.bars) * bar_nanos)),
        ("Avg Losing Trade Duration", span(mean(&losses.bars) * bar_nanos)),
        ("Profit Factor", Entry::Number(profit_factor)),
        ("Expectancy", Entry::Number(mean(&gains))),
    ]
}

/// The winning or the losing trades.
struct Group {
    gains: Vec<f64>,
    returns: Vec<f64>,
    bars: Vec<f64>,
}

impl Group {
    fn of(closed: &[&Trade], sign: f64) -> Self {
        let chosen = || closed.iter().filter(move |trade| sign * trade.pnl > 0.0);
        let held = |trade: &&&Trade| trade.exit.map(|exit| (exit.bar - trade.entry_bar) as f64);
        Self {
            gains: chosen().map(|trade| trade.pnl).collect(),
            returns: chosen().map(|trade| trade.return_fraction()).collect(),
            bars: chosen().filter_map(|trade| held(&trade)).collect(),
        }
    }
}

/// To the peer, a ratio without risk is infinite.
fn of_returns(returns: &[f64], periods: f64, calmar: f64) -> Vec<(&'static str, Entry)> {
    let moments = Moments::of(returns);
    let below = sum_of(returns, |r| r.min(0.0).powi(2)) / moments.count;
    let gains = sum_of(returns, |r| r.max(0.0));
    let losses = sum_of(returns, |r| (-r).max(0.0));
    let over = |reward: f64, risk: f64| if risk == 0.0 { f64::INFINITY } else { reward / risk };
    let annual = periods.sqrt();
    vec![
        ("Sharpe Ratio", Entry::Number(over(moments.mean, moments.deviation()) * annual)),
        ("Calmar Ratio", Entry::Number(calmar)),
        ("Omega Ratio", Entry::Number(over(gains, losses))),
        ("Sortino Ratio", Entry::Number(over(moments.mean, below.sqrt()) * annual)),
    ]
}
