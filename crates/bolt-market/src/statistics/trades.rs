//! Measures of a list of trades.

use bolt_base::{Bytes, UnixNanos};

use super::returns::longest_run;
use super::sums::{Moments, mean, ratio, sum};
use crate::ledger::{Fill, Side, Trade};
use crate::ohlc::Ohlc;

/// What a list of trades amounts to. All but the counts of trades and the exposure concern the
/// closed trades; gains and losses are net of costs, in the account's currency unless said
/// otherwise; a return is the gain over the entry value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// Closed trades.
    pub closed: usize,
    /// Trades still open.
    pub open: usize,
    /// Trades, closed or open, that bought first.
    pub long: usize,
    /// Trades, closed or open, that sold first.
    pub short: usize,
    /// Fraction of trades that gained; NaN without trades.
    pub win_rate: f64,
    /// Sum of gains over sum of losses; NaN without losses.
    pub profit_factor: f64,
    /// Mean gain or loss.
    pub expectancy: f64,
    /// Mean return.
    pub expectancy_return: f64,
    /// Mean of the gains; NaN without any.
    pub average_win: f64,
    /// Mean of the losses, negative; NaN without any.
    pub average_loss: f64,
    /// Mean gain over mean loss; NaN without either.
    pub payoff_ratio: f64,
    /// Largest return; NaN without trades.
    pub best_return: f64,
    /// Smallest return; NaN without trades.
    pub worst_return: f64,
    /// System quality number, `sqrt(n) mean / std` of gains and losses, the standard deviation
    /// with `n - 1` (Tharp 1999); NaN of fewer than two trades.
    pub system_quality: f64,
    /// Fraction to stake for the fastest growth, `w - (1 - w) / b` with win rate `w` and payoff
    /// ratio `b` (Kelly 1956).
    pub kelly: f64,
    /// Fees of all trades, open ones included.
    pub fees: f64,
    /// Mean number of bars from entry to exit.
    pub average_bars: f64,
    /// Largest number of bars from entry to exit; 0 without trades.
    pub longest_bars: usize,
    /// Fraction of bars in which a trade was open, entry and exit bar included; NaN of no bars.
    pub exposure: f64,
    /// Fraction of bars at whose close a trade was open; NaN of no bars.
    pub exposure_at_close: f64,
    /// Longest run of gaining trades in order of exit.
    pub consecutive_wins: usize,
    /// Longest run of losing trades in order of exit.
    pub consecutive_losses: usize,
}

/// Returns the bytes that [`summarize`] takes at most: two columns of the trades that ended.
pub fn summarizing_bytes(trades: &[Trade]) -> Bytes {
    Bytes((2 * size_of::<f64>() * trades.len()) as u64)
}

/// Summarises trades of a run over `bars` bars.
pub fn summarize(trades: &[Trade], bars: usize) -> Summary {
    let closed = || trades.iter().filter(|trade| trade.exit.is_some());
    let gains = column(closed().map(|trade| trade.pnl), trades.len());
    // A column at a time beside that of the gains: there may be as many trades as bars.
    let of_gains = |wanted: fn(f64) -> bool| {
        let chosen = column(gains.iter().copied().filter(|gain| wanted(*gain)), gains.len());
        (chosen.len() as f64, sum(&chosen), mean(&chosen))
    };
    let (wins, won, average_win) = of_gains(|gain| gain > 0.0);
    let (_, lost, average_loss) = of_gains(|gain| gain < 0.0);
    let (expectancy_return, best_return, worst_return) = {
        let returns = column(closed().map(Trade::return_fraction), gains.len());
        let extreme = |of: fn(f64, f64) -> f64| returns.iter().copied().reduce(of);
        (mean(&returns), extreme(f64::max), extreme(f64::min))
    };
    let lengths = || closed().filter_map(bars_held);
    let average_bars = mean(&column(lengths().map(|bars| bars as f64), gains.len()));
    let moments = Moments::of(&gains);
    let win_rate = ratio(wins, gains.len() as f64);
    let payoff_ratio = average_win / -average_loss;
    Summary {
        closed: gains.len(),
        open: trades.len() - gains.len(),
        long: trades.iter().filter(|trade| trade.side == Side::Long).count(),
        short: trades.iter().filter(|trade| trade.side == Side::Short).count(),
        win_rate,
        profit_factor: ratio(won, -lost),
        expectancy: moments.mean,
        expectancy_return,
        average_win,
        average_loss,
        payoff_ratio,
        best_return: best_return.unwrap_or(f64::NAN),
        worst_return: worst_return.unwrap_or(f64::NAN),
        system_quality: ratio(moments.mean, moments.deviation()) * moments.count.sqrt(),
        kelly: win_rate - (1.0 - win_rate) / payoff_ratio,
        // Not `sum`, which is -0 of nothing.
        fees: trades.iter().fold(0.0, |fees, trade| fees + trade.fees),
        average_bars,
        longest_bars: lengths().max().unwrap_or(0),
        exposure: exposure(trades, bars),
        exposure_at_close: exposure_at_close(trades, bars),
        consecutive_wins: longest_run(&gains, |gain| gain > 0.0),
        consecutive_losses: longest_run(&gains, |gain| gain < 0.0),
    }
}

/// Returns values with room for so many, which are not fewer.
fn column(values: impl Iterator<Item = f64>, most: usize) -> Vec<f64> {
    let mut column = Vec::with_capacity(most);
    column.extend(values);
    column
}

/// Returns the bars from entry to exit, or `None` while the trade is open.
pub fn bars_held(trade: &Trade) -> Option<usize> {
    trade.exit.map(|exit| exit.bar - trade.entry_bar)
}

/// Returns the nanoseconds from entry to exit by the bars' times, or `None` while the trade is
/// open.
///
/// # Panics
/// If a bar of the trade has no time.
pub fn nanos_held(trade: &Trade, times: &[UnixNanos]) -> Option<i64> {
    trade.exit.map(|exit| times[exit.bar].0 - times[trade.entry_bar].0)
}

/// Returns the fraction of bars in which a trade was open, entry and exit bar included; an open
/// trade lasts until the last bar. NaN of no bars.
pub fn exposure(trades: &[Trade], bars: usize) -> f64 {
    let mut held = vec![false; bars];
    for trade in trades {
        let last = trade.exit.map_or(bars, |exit| exit.bar + 1).min(bars);
        held[trade.entry_bar.min(last)..last].fill(true);
    }
    ratio(held.iter().filter(|&&held| held).count() as f64, bars as f64)
}

/// Returns the fraction of bars at whose close a trade was open; NaN of no bars.
pub fn exposure_at_close(trades: &[Trade], bars: usize) -> f64 {
    let mut held = vec![false; bars];
    for trade in trades {
        let end = trade.exit.map_or(bars, |exit| exit.bar).min(bars);
        held[trade.entry_bar.min(end)..end].fill(true);
    }
    ratio(held.iter().filter(|&&held| held).count() as f64, bars as f64)
}

/// Returns the value bought and sold over the mean equity: 2 when the whole account was turned
/// into a position and back once. Over a run of one year it is the annual turnover; divide by
/// the years of a longer one. NaN without equity.
pub fn turnover(fills: &[Fill], equity: &[f64]) -> f64 {
    let traded = fills.iter().fold(0.0, |sum, fill| sum + (fill.units * fill.price).abs());
    ratio(traded, mean(equity))
}

/// How far the price went against a trade and for it, as fractions of the entry price.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Excursion {
    /// Maximum adverse excursion, 0 or negative.
    pub adverse: f64,
    /// Maximum favourable excursion, 0 or positive.
    pub favourable: f64,
}

/// Returns the excursions of a trade over its bars (Sweeney 1996), entry and exit bar with their
/// whole range, for the order of prices within a bar is unknown; an open trade lasts until the
/// last bar. `prices` are those of the trade's asset.
///
/// # Panics
/// If the entry bar or the exit bar is not among the prices.
pub fn excursion(trade: &Trade, prices: &Ohlc) -> Excursion {
    let last = trade.exit.map_or(prices.len() - 1, |exit| exit.bar);
    let bars = trade.entry_bar..=last;
    let low = prices.low[bars.clone()].iter().copied().fold(f64::INFINITY, f64::min);
    let high = prices.high[bars].iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let (against, along) = match trade.side {
        Side::Long => (low, high),
        Side::Short => (high, low),
    };
    let gain = |price: f64| trade.side.sign() * (price / trade.entry_price - 1.0);
    Excursion { adverse: gain(against).min(0.0), favourable: gain(along).max(0.0) }
}
