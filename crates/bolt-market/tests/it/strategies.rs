//! The strategies of the reference runs, and the indicators they read: slow and obvious.

use bolt_market::ledger::Side;
use bolt_market::order::{Level, OrderRequest, Size};
use bolt_market::strategy::{Broker, Strategy};

use crate::support::Bars;

/// Moving average with the compensated running sum of pandas, so that ties are ties there too.
pub(crate) fn sma(values: &[f64], window: usize) -> Vec<f64> {
    let (mut sum, mut add_error, mut remove_error) = (0.0, 0.0, 0.0);
    let mut out = vec![f64::NAN; values.len()];
    for (i, value) in values.iter().enumerate() {
        if i >= window {
            let term = -values[i - window] - remove_error;
            let total = sum + term;
            remove_error = total - sum - term;
            sum = total;
        }
        let term = value - add_error;
        let total = sum + term;
        add_error = total - sum - term;
        sum = total;
        if i + 1 >= window {
            out[i] = sum / window as f64;
        }
    }
    out
}

/// Relative strength index as TA-Lib defines it.
pub(crate) fn rsi(values: &[f64], window: usize) -> Vec<f64> {
    let n = window as f64;
    let (mut gain, mut loss) = (0.0, 0.0);
    let mut out = vec![f64::NAN; values.len()];
    for i in 1..values.len() {
        let change = values[i] - values[i - 1];
        let (up, down) = (change.max(0.0), (-change).max(0.0));
        if i <= window {
            gain += up / n;
            loss += down / n;
        } else {
            gain = (gain * (n - 1.0) + up) / n;
            loss = (loss * (n - 1.0) + down) / n;
        }
        if i >= window {
            let total = gain + loss;
            out[i] = if total == 0.0 { 0.0 } else { 100.0 * gain / total };
        }
    }
    out
}

fn extreme(values: &[f64], window: usize, better: fn(f64, f64) -> f64) -> Vec<f64> {
    let at = |i: usize| match i.checked_sub(window - 1) {
        Some(start) => values[start..=i].iter().copied().reduce(better).unwrap(),
        None => f64::NAN,
    };
    (0..values.len()).map(at).collect()
}

/// Returns whether `a` went from below `b` to above it.
fn crossed(a: &[f64], b: &[f64], bar: usize) -> bool {
    a[bar - 1] < b[bar - 1] && a[bar] > b[bar]
}

pub(crate) struct SmaCross {
    fast: Vec<f64>,
    slow: Vec<f64>,
}

impl SmaCross {
    pub(crate) fn new(bars: &Bars, fast: usize, slow: usize) -> Self {
        Self { fast: sma(&bars.close, fast), slow: sma(&bars.close, slow) }
    }
}

impl Strategy for SmaCross {
    fn next(&mut self, broker: &mut dyn Broker) {
        let everything = Size::AvailableFraction(1.0);
        if crossed(&self.fast, &self.slow, broker.bar()) {
            broker.submit(OrderRequest::buy(everything));
        } else if crossed(&self.slow, &self.fast, broker.bar()) {
            broker.submit(OrderRequest::sell(everything));
        }
    }
}

pub(crate) struct Donchian {
    size: f64,
    entry: [Vec<f64>; 2],
    exit: [Vec<f64>; 2],
}

impl Donchian {
    pub(crate) fn new(bars: &Bars, entry: usize, exit: usize) -> Self {
        let channel =
            |window| [extreme(&bars.high, window, f64::max), extreme(&bars.low, window, f64::min)];
        Self { size: 0.5, entry: channel(entry), exit: channel(exit) }
    }
}

impl Strategy for Donchian {
    fn next(&mut self, broker: &mut dyn Broker) {
        let bar = broker.bar();
        broker.cancel_all();
        if let Some(trade) = broker.trades().first().copied() {
            let [above, below] = &self.exit;
            let stop = if trade.side == Side::Long { below[bar] } else { above[bar] };
            broker.set_stop_loss(trade.id, Some(stop));
            return;
        }
        let size = Size::AvailableFraction(self.size);
        let [above, below] = &self.entry;
        broker.submit(OrderRequest { stop: Some(above[bar]), ..OrderRequest::buy(size) });
        broker.submit(OrderRequest { stop: Some(below[bar]), ..OrderRequest::sell(size) });
    }
}

pub(crate) struct RsiReversion {
    pub(crate) close: Vec<f64>,
    pub(crate) rsi: Vec<f64>,
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) stop_loss: f64,
    pub(crate) take_profit: f64,
}

impl Strategy for RsiReversion {
    fn next(&mut self, broker: &mut dyn Broker) {
        let bar = broker.bar();
        let price = self.close[bar];
        let flat = broker.position() == 0.0;
        if flat && self.rsi[bar - 1] >= self.low && self.rsi[bar] < self.low {
            broker.submit(OrderRequest {
                stop_loss: Some(Level::Price(price * (1.0 - self.stop_loss))),
                take_profit: Some(Level::Price(price * (1.0 + self.take_profit))),
                ..OrderRequest::buy(Size::AvailableFraction(0.95))
            });
        } else if !flat && self.rsi[bar] > self.high {
            broker.close_all();
        }
    }
}

pub(crate) struct LimitDip {
    pub(crate) close: Vec<f64>,
    pub(crate) average: Vec<f64>,
    pub(crate) dip: f64,
    pub(crate) stop_loss: f64,
    pub(crate) take_profit: f64,
    pub(crate) hold_bars: usize,
}

impl Strategy for LimitDip {
    fn next(&mut self, broker: &mut dyn Broker) {
        let bar = broker.bar();
        let price = self.close[bar];
        if let Some(trade) = broker.trades().first() {
            if bar - trade.entry_bar >= self.hold_bars {
                broker.close_all();
            }
            return;
        }
        broker.cancel_all();
        if price > self.average[bar] {
            let limit = price * (1.0 - self.dip);
            broker.submit(OrderRequest {
                limit: Some(limit),
                stop_loss: Some(Level::Price(limit * (1.0 - self.stop_loss))),
                take_profit: Some(Level::Price(limit * (1.0 + self.take_profit))),
                ..OrderRequest::buy(Size::AvailableFraction(0.9))
            });
        }
    }
}

/// Buys a fixed stake when the fast average crosses above, sells it when it crosses below.
pub(crate) struct StakeCross {
    difference: Vec<f64>,
    stake: f64,
}

impl StakeCross {
    pub(crate) fn new(bars: &Bars, fast: usize, slow: usize, stake: f64) -> Self {
        let (fast, slow) = (sma(&bars.close, fast), sma(&bars.close, slow));
        Self { difference: fast.iter().zip(&slow).map(|(a, b)| a - b).collect(), stake }
    }

    /// Returns 1 or -1 if the sign of the difference has turned up or down, zeros skipped.
    fn cross(&self, bar: usize) -> f64 {
        let before = self.difference[..bar].iter().rev().find(|value| **value != 0.0);
        let before = before.copied().unwrap_or(f64::NAN);
        match self.difference[bar] {
            now if before < 0.0 && now > 0.0 => 1.0,
            now if before > 0.0 && now < 0.0 => -1.0,
            _ => 0.0,
        }
    }
}

impl Strategy for StakeCross {
    fn next(&mut self, broker: &mut dyn Broker) {
        let cross = self.cross(broker.bar());
        if cross > 0.0 {
            if broker.position() < 0.0 {
                broker.close_all();
            }
            if broker.position() <= 0.0 {
                broker.submit(OrderRequest::buy(Size::Units(self.stake)));
            }
        } else if cross < 0.0 && broker.position() > 0.0 {
            broker.close_all();
        }
    }
}

pub(crate) struct RsiBracket {
    pub(crate) close: Vec<f64>,
    pub(crate) rsi: Vec<f64>,
    pub(crate) low: f64,
    pub(crate) stop_loss: f64,
    pub(crate) take_profit: f64,
    pub(crate) stake: f64,
}

impl Strategy for RsiBracket {
    fn next(&mut self, broker: &mut dyn Broker) {
        let bar = broker.bar();
        let idle = broker.position() == 0.0 && broker.orders().is_empty();
        if idle && self.rsi[bar - 1] >= self.low && self.rsi[bar] < self.low {
            let close = self.close[bar];
            broker.submit(OrderRequest {
                stop_loss: Some(Level::Price(close * (1.0 - self.stop_loss))),
                take_profit: Some(Level::Price(close * (1.0 + self.take_profit))),
                ..OrderRequest::buy(Size::Units(self.stake))
            });
        }
    }
}
