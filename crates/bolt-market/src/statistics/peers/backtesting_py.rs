//! The statistics of backtesting.py 0.6.
//!
//! Annual figures come from daily returns (weekly, monthly or yearly ones if bars are that far
//! apart), whatever the bars, and from a geometric mean; the peer's Sharpe ratio is therefore not
//! the usual one. Open trades are left out of every figure about trades, and of the exposure.

use bolt_base::UnixNanos;

use super::super::drawdowns;
use super::super::periods::{median_spacing_nanos, weekend_share, years_between};
use super::super::sums::{Moments, mean, ratio, regression, sum, sum_of};
use super::{Entry, Statistics, percent, span};
use crate::ledger::{Ledger, Trade};

/// What the statistics are computed from.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// Account value at each bar's close.
    pub equity: &'a [f64],
    /// Trades; open ones are ignored, as by the peer.
    pub trades: &'a [Trade],
    /// Each bar's close.
    pub close: &'a [f64],
    /// Each bar's time.
    pub times: &'a [UnixNanos],
    /// The bar whose close "buy and hold" starts from: the last one of the indicators' warm-up.
    pub first_bar: usize,
}

/// Returns the statistics of a ledger of at least two bars whose indicators have no value on so many
/// first ones.
pub fn of_ledger(
    ledger: &Ledger,
    close: &[f64],
    times: &[UnixNanos],
    warm_up: usize,
) -> Statistics {
    let first_bar = warm_up.min(close.len() - 1);
    statistics(&Run { equity: &ledger.equity, trades: &ledger.trades, close, times, first_bar })
}

/// Returns the peer's statistics, its labels and order.
///
/// # Panics
/// If there are fewer than two bars, the columns differ in length, or the first bar is not one.
pub fn statistics(run: &Run) -> Statistics {
    let Run { equity, trades, close, times, first_bar } = *run;
    let bars = equity.len();
    assert!(bars >= 2 && close.len() == bars && times.len() == bars, "columns of a run");
    let closed: Vec<&Trade> = trades.iter().filter(|trade| trade.exit.is_some()).collect();
    let total = equity[bars - 1] / equity[0] - 1.0;
    let hold = close[bars - 1] / close[first_bar] - 1.0;
    let annual = Annual::of(equity, times);
    let falls = Falls::of(equity, times);
    let years = years_between(times[0], times[bars - 1]);
    let (beta, _) = regression(&log_returns(equity), &log_returns(close));
    let mut lines = vec![
        ("Start", Entry::Time(times[0])),
        ("End", Entry::Time(times[bars - 1])),
        ("Duration", span((times[bars - 1].0 - times[0].0) as f64)),
        ("Exposure Time [%]", percent(exposure(&closed, bars))),
        ("Equity Final [$]", Entry::Number(equity[bars - 1])),
        ("Equity Peak [$]", Entry::Number(equity.iter().copied().fold(f64::MIN, f64::max))),
        ("Commissions [$]", Entry::Number(closed.iter().map(|trade| trade.fees).sum())),
        ("Return [%]", percent(total)),
        ("Buy & Hold Return [%]", percent(hold)),
        ("Return (Ann.) [%]", percent(annual.growth)),
        ("Volatility (Ann.) [%]", percent(annual.volatility)),
        ("CAGR [%]", percent((1.0 + total).powf(1.0 / years) - 1.0)),
        ("Sharpe Ratio", Entry::Number(ratio(annual.growth, annual.volatility))),
        ("Sortino Ratio", Entry::Number(ratio(annual.growth, annual.downside))),
        ("Calmar Ratio", Entry::Number(ratio(annual.growth, falls.deepest))),
        ("Alpha [%]", percent(total - beta * hold)),
        ("Beta", Entry::Number(beta)),
        ("Max. Drawdown [%]", percent(-falls.deepest)),
        ("Avg. Drawdown [%]", percent(-falls.mean)),
        ("Max. Drawdown Duration", falls.longest),
        ("Avg. Drawdown Duration", falls.mean_length),
    ];
    lines.extend(of_trades(&closed, times));
    Statistics { lines }
}

fn log_returns(values: &[f64]) -> Vec<f64> {
    values.windows(2).map(|pair| (pair[1] / pair[0]).ln()).collect()
}

/// Fraction of bars covered by closed trades, entry and exit bar included.
fn exposure(trades: &[&Trade], bars: usize) -> f64 {
    let mut held = vec![false; bars];
    for trade in trades {
        if let Some(exit) = trade.exit {
            held[trade.entry_bar..=exit.bar].fill(true);
        }
    }
    held.iter().filter(|&&held| held).count() as f64 / bars as f64
}

/// Returns the return that, repeated, comes to the same; to the peer 0 if one of them lost
/// everything, and NaN of nothing.
fn geometric_mean(returns: &[f64]) -> f64 {
    if returns.iter().any(|r| *r <= -1.0) {
        return 0.0;
    }
    (sum_of(returns, f64::ln_1p) / returns.len() as f64).exp() - 1.0
}

/// Figures from resampled returns.
struct Annual {
    growth: f64,
    volatility: f64,
    downside: f64,
}

impl Annual {
    fn of(equity: &[f64], times: &[UnixNanos]) -> Self {
        let (returns, periods) = resample(equity, times);
        let count = returns.len() as f64;
        let growth = 1.0 + geometric_mean(&returns);
        let moments = Moments::of(&returns);
        let variance = moments.second / (count - 1.0);
        let squared = growth * growth;
        let spread = (variance + squared).powf(periods) - squared.powf(periods);
        let below = sum_of(&returns, |r| r.min(0.0).powi(2)) / count;
        Self {
            growth: growth.powf(periods) - 1.0,
            volatility: spread.sqrt(),
            downside: (below * periods).sqrt(),
        }
    }
}

/// Returns of the last equity of each day, and how many make a year; of each week, month or
/// year if the median spacing is exactly 7, 31 or 365 days.
fn resample(equity: &[f64], times: &[UnixNanos]) -> (Vec<f64>, f64) {
    let day = |time: UnixNanos| time.0.div_euclid(UnixNanos::DAY);
    let spacing = median_spacing_nanos(times) / UnixNanos::DAY as f64;
    let (group, periods): (fn(UnixNanos, i64) -> i64, f64) = if spacing == 7.0 {
        // Weeks end on Sunday; day 4 was a Monday.
        (|_, day| (day - 4).div_euclid(7), 52.0)
    } else if spacing == 31.0 {
        (|time, _| i64::from(time.date().0) * 12 + i64::from(time.date().1), 12.0)
    } else if spacing == 365.0 {
        (|time, _| i64::from(time.date().0), 1.0)
    } else if weekend_share(times) > 2.0 / 7.0 * 0.6 {
        (|_, day| day, 365.0)
    } else {
        (|_, day| day, 252.0)
    };
    let mut last = Vec::new();
    let mut current = None;
    for (&value, &time) in equity.iter().zip(times) {
        let key = group(time, day(time));
        if current == Some(key) {
            last.pop();
        }
        last.push(value);
        current = Some(key);
    }
    let returns = last.windows(2).map(|pair| pair[1] / pair[0] - 1.0);
    // Out of nothing there is no return.
    (returns.filter(|r| !r.is_nan()).collect(), periods)
}

/// Figures about drawdowns.
struct Falls {
    /// Positive.
    deepest: f64,
    /// Positive; NaN without any.
    mean: f64,
    longest: Entry,
    mean_length: Entry,
}

impl Falls {
    fn of(equity: &[f64], times: &[UnixNanos]) -> Self {
        // The peer does not count a drawdown of the last bar alone, unless there is no other;
        // then it has no length.
        let last = equity.len() - 1;
        let end = |fall: &drawdowns::Drawdown| fall.recovery.unwrap_or(last);
        let all = drawdowns::all(equity);
        let counted = |fall: &&drawdowns::Drawdown| end(fall) > fall.peak + 1;
        let falls: Vec<&drawdowns::Drawdown> = all.iter().filter(counted).collect();
        let deep = if falls.is_empty() { all.iter().collect() } else { falls.clone() };
        let depths: Vec<f64> = deep.iter().map(|fall| -fall.depth).collect();
        let length = |fall: &drawdowns::Drawdown| (times[end(fall)].0 - times[fall.peak].0) as f64;
        let lengths: Vec<f64> = falls.iter().map(|fall| length(fall)).collect();
        Self {
            deepest: -drawdowns::deepest(equity),
            mean: mean(&depths),
            longest: rounded_up(largest(&lengths), times),
            mean_length: rounded_up(mean(&lengths), times),
        }
    }
}

fn largest(values: &[f64]) -> f64 {
    values.iter().copied().reduce(f64::max).unwrap_or(f64::NAN)
}

fn smallest(values: &[f64]) -> f64 {
    values.iter().copied().reduce(f64::min).unwrap_or(f64::NAN)
}

/// A length of time rounded up to the largest unit of which the bars' spacing is a multiple.
fn rounded_up(nanos: f64, times: &[UnixNanos]) -> Entry {
    const SECOND: f64 = 1e9;
    let spacing = median_spacing_nanos(times);
    let units = [86_400.0 * SECOND, 3_600.0 * SECOND, 60.0 * SECOND, SECOND, 1e-3 * SECOND];
    let unit = units.into_iter().find(|unit| spacing % unit == 0.0).unwrap_or(1.0);
    span((nanos / unit).ceil() * unit)
}

fn of_trades(closed: &[&Trade], times: &[UnixNanos]) -> Vec<(&'static str, Entry)> {
    let gains: Vec<f64> = closed.iter().map(|trade| trade.pnl).collect();
    let returns: Vec<f64> = closed.iter().map(|trade| trade.return_fraction()).collect();
    let held = |trade: &&Trade| {
        let exit = trade.exit.map_or(trade.entry_bar, |exit| exit.bar);
        (times[exit].0 - times[trade.entry_bar].0) as f64
    };
    let held: Vec<f64> = closed.iter().map(held).collect();
    let pick = |values: &[f64], sign: f64| -> Vec<f64> {
        values.iter().copied().filter(|value| sign * value > 0.0).collect()
    };
    let (wins, losses) = (pick(&gains, 1.0), pick(&gains, -1.0));
    let win_rate = ratio(wins.len() as f64, gains.len() as f64);
    let profit_factor = ratio(sum(&pick(&returns, 1.0)), -sum(&pick(&returns, -1.0)));
    let moments = Moments::of(&gains);
    let quality = ratio(moments.mean, moments.deviation()) * moments.count.sqrt();
    let kelly = win_rate - (1.0 - win_rate) / (mean(&wins) / -mean(&losses));
    vec![
        ("# Trades", Entry::Number(moments.count)),
        ("Win Rate [%]", percent(win_rate)),
        ("Best Trade [%]", percent(largest(&returns))),
        ("Worst Trade [%]", percent(smallest(&returns))),
        ("Avg. Trade [%]", percent(geometric_mean(&returns))),
        ("Max. Trade Duration", rounded_up(largest(&held), times)),
        ("Avg. Trade Duration", rounded_up(mean(&held), times)),
        ("Profit Factor", Entry::Number(profit_factor)),
        ("Expectancy [%]", percent(mean(&returns))),
        ("SQN", Entry::Number(quality)),
        ("Kelly Criterion", Entry::Number(kelly)),
    ]
}
