//! Random bars, settings and decisions; a seed reproduces each of them.

use bolt_base::Rng;
use bolt_market::broker::Costs;
use bolt_market::broker::next_open::{Margin, Settings};
use bolt_market::order::Size;

use crate::support::Bars;

/// Returns one of the values.
pub(crate) fn pick<T: Copy>(rng: &mut Rng, values: &[T]) -> T {
    values[rng.below(values.len() as u64) as usize]
}

/// Returns one of the values half of the time.
pub(crate) fn maybe<T: Copy>(rng: &mut Rng, values: &[T]) -> Option<T> {
    (rng.uniform() < 0.5).then(|| pick(rng, values))
}

/// Returns bars that are calm, wild, or on a coarse grid full of ties.
pub(crate) fn bars(rng: &mut Rng, count: usize) -> Bars {
    let volatility = pick(rng, &[0.002, 0.02, 0.2]);
    let grid = maybe(rng, &[0.5, 2.0]);
    let round = |price: f64| match grid {
        Some(step) => (price / step).round().max(1.0) * step,
        None => price,
    };
    let mut bars = Bars::default();
    let mut last: f64 = 100.0;
    for _ in 0..count {
        let open = round(last * (volatility * rng.normal()).exp());
        let close = round(open * (volatility * rng.normal()).exp());
        let high = round(open.max(close) * (volatility * rng.normal().abs()).exp());
        let low = round(open.min(close) * (-volatility * rng.normal().abs()).exp());
        last = close.clamp(1.0, 1e6);
        bars.open.push(open);
        bars.high.push(high.max(open).max(close));
        bars.low.push(low.min(open).min(close));
        bars.close.push(close);
    }
    bars
}

/// Makes prices unknown, in whole bars and alone, or contradict one another.
pub(crate) fn spoil(rng: &mut Rng, bars: &mut Bars) {
    let (gaps, holes, lies) =
        (pick(rng, &[0.0, 0.05, 0.3]), pick(rng, &[0.0, 0.01, 0.1]), pick(rng, &[0.0, 0.1]));
    for bar in 0..bars.close.len() {
        let columns = [&mut bars.open, &mut bars.high, &mut bars.low, &mut bars.close];
        let whole = rng.uniform() < gaps;
        for column in columns {
            if whole || rng.uniform() < holes {
                column[bar] = pick(rng, &[f64::NAN, f64::NAN, 0.0, -1.0, f64::INFINITY]);
            } else if rng.uniform() < lies {
                column[bar] *= (0.1 * rng.normal()).exp();
            }
        }
    }
}

pub(crate) fn events(rng: &mut Rng, count: usize) -> Vec<bool> {
    let density = pick(rng, &[0.02, 0.1, 0.5]);
    (0..count).map(|_| rng.uniform() < density).collect()
}

pub(crate) fn costs(rng: &mut Rng) -> Costs {
    Costs {
        fee_rate: maybe(rng, &[0.0005, 0.01]).unwrap_or(0.0),
        fee_fixed: maybe(rng, &[0.5, 40.0]).unwrap_or(0.0),
        fee_per_unit: maybe(rng, &[0.01]).unwrap_or(0.0),
        fee_minimum: maybe(rng, &[1.0, 60.0]).unwrap_or(0.0),
        spread: maybe(rng, &[0.001]).unwrap_or(0.0),
        slippage: maybe(rng, &[0.0005, 0.01]).unwrap_or(0.0),
    }
}

pub(crate) fn settings(rng: &mut Rng) -> Settings {
    Settings {
        cash: pick(rng, &[500.0, 10_000.0, 1e6]),
        costs: if rng.uniform() < 0.3 { Costs::default() } else { costs(rng) },
        lot: maybe(rng, &[1.0, 0.1]),
        margin: Margin { initial: pick(rng, &[1.0, 1.0, 0.5, 0.1]), maintenance: 0.0 },
        minimum_value: maybe(rng, &[100.0]).unwrap_or(0.0),
        maximum_position: maybe(rng, &[0.7, 3.0]).unwrap_or(f64::INFINITY),
        finalize: rng.uniform() < 0.5,
        first_bar: rng.below(4) as usize,
        ..Settings::default()
    }
}

pub(crate) fn size(rng: &mut Rng) -> Size {
    match rng.below(6) {
        0 => Size::Units(pick(rng, &[1.0, 7.5, 60.0])),
        1 => Size::Value(pick(rng, &[300.0, 9_000.0])),
        2 => Size::EquityFraction(pick(rng, &[0.3, 1.0, 2.0])),
        3 => Size::AvailableFraction(pick(rng, &[0.3, 0.95])),
        _ => Size::AvailableFraction(1.0),
    }
}
