//! Finding the bars in which something may happen, a block at a time and without branches.
//!
//! A bar that is found may turn out to be quiet; one that is not found is.

use crate::broker::Costs;
use crate::broker::next_open::book::is_gap;
use crate::broker::next_open::guard::Guard;
use crate::ledger::Side;
use crate::ohlc::Ohlc;
use std::ops::Range;

/// Bars compared at a time.
const BLOCK: usize = 16;

/// More than rounding moves a threshold.
const SLACK: f64 = 1e-9;

/// Two columns of events, either of which may be absent.
type Events<'a> = [Option<&'a [bool]>; 2];

/// Returns the first bar in `from..to` in which an event fires, or `to`.
pub(super) fn until_event(events: Events<'_>, from: usize, to: usize) -> usize {
    let mut bar = from;
    while bar < to {
        let length = BLOCK.min(to - bar);
        let first = first_event(events, bar, length);
        bar += first;
        if first < length {
            break;
        }
    }
    bar
}

/// Returns how many bars after `bar` an event fires first, or `length`, which is at most a block.
#[inline]
fn first_event(events: Events<'_>, bar: usize, length: usize) -> usize {
    let first = |column: &[bool]| match column[bar..].first_chunk::<BLOCK>() {
        Some(block) => {
            u128::from_le_bytes(block.map(u8::from)).trailing_zeros() as usize / u8::BITS as usize
        }
        None => column[bar..].iter().position(|event| *event).unwrap_or(length),
    };
    events.into_iter().flatten().map(first).fold(length, usize::min)
}

/// Prices from which on something may happen to a trade.
#[derive(Debug, Clone, Copy)]
struct Levels {
    stop: f64,
    target: f64,
    /// Close at which equity is used up.
    ruin: f64,
    /// Best price so far if a trailing stop follows it.
    best: f64,
}

impl Levels {
    fn new(guard: &Guard, costs: &Costs, ruin: f64) -> Self {
        let sign = guard.side.sign();
        let slack = |price: f64, direction: f64| price + direction * SLACK * price.abs();
        let target = guard.take_profit.map(|target| target / costs.quoted(1.0, -sign));
        Self {
            stop: guard.stop().map_or(-sign * f64::INFINITY, |(level, _)| level),
            target: target.map_or(sign * f64::INFINITY, |target| slack(target, -sign)),
            ruin: slack(ruin, sign),
            best: if guard.trailing.is_some() { guard.best } else { sign * f64::INFINITY },
        }
    }

    #[inline(always)]
    fn touched<const LONG: bool>(&self, open: f64, high: f64, low: f64, close: f64) -> bool {
        if LONG {
            (open <= self.stop)
                | (low <= self.stop)
                | (open >= self.target)
                | (high >= self.target)
                | (close <= self.ruin)
        } else {
            (open >= self.stop)
                | (high >= self.stop)
                | (open <= self.target)
                | (low <= self.target)
                | (close >= self.ruin)
        }
    }

    #[inline(always)]
    fn improves<const LONG: bool>(&self, high: f64, low: f64) -> bool {
        if LONG { high > self.best } else { low < self.best }
    }
}

/// Why a search stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// An event fires, and no level is touched.
    Event,
    /// A level may be touched, or the end of the range is reached.
    Touch,
}

/// Returns the first bar of a range in which an event fires or a trade's levels may be touched, or
/// the end of the range; the guard has followed the bars before.
pub(super) fn until_touch(
    prices: &Ohlc<'_>,
    events: Events<'_>,
    guard: &mut Guard,
    costs: &Costs,
    ruin: f64,
    bars: Range<usize>,
) -> (usize, Stop) {
    match guard.side {
        Side::Long => scan::<true>(prices, events, guard, costs, ruin, bars),
        Side::Short => scan::<false>(prices, events, guard, costs, ruin, bars),
    }
}

fn scan<const LONG: bool>(
    prices: &Ohlc<'_>,
    events: Events<'_>,
    guard: &mut Guard,
    costs: &Costs,
    ruin: f64,
    bars: Range<usize>,
) -> (usize, Stop) {
    let Ohlc { open, high, low, close } = *prices;
    let mut levels = Levels::new(guard, costs, ruin);
    let mut bar = bars.start;
    while bar < bars.end {
        let length = BLOCK.min(bars.end - bar);
        let event = first_event(events, bar, length);
        if event == BLOCK && is_quiet::<LONG>(prices, &levels, bar..bar + BLOCK) {
            bar += BLOCK;
            continue;
        }
        let event = bar + event;
        for bar in bar..bar + length {
            let [open, high, low, close] = [open[bar], high[bar], low[bar], close[bar]];
            if levels.touched::<LONG>(open, high, low, close) {
                return (bar, Stop::Touch);
            }
            if bar == event {
                return (bar, Stop::Event);
            }
            if levels.improves::<LONG>(high, low) && !is_gap([open, high, low, close]) {
                guard.follow(if LONG { high } else { low });
                levels = Levels::new(guard, costs, ruin);
            }
        }
        bar += length;
    }
    (bars.end, Stop::Touch)
}

#[inline]
fn is_quiet<const LONG: bool>(prices: &Ohlc<'_>, levels: &Levels, block: Range<usize>) -> bool {
    let Ohlc { open, high, low, close } = *prices;
    let columns = [open, high, low, close].map(|column| column.get(block.clone()));
    let [Some(open), Some(high), Some(low), Some(close)] = columns else { return false };
    let mut any = 0u64;
    for i in 0..BLOCK {
        let touched = levels.touched::<LONG>(open[i], high[i], low[i], close[i]);
        any |= u64::from(touched | levels.improves::<LONG>(high[i], low[i]));
    }
    any == 0
}

/// Returns whether every price is certainly a positive number.
///
/// The bounds keep the compiler from testing bit patterns one by one, which is four times slower.
pub(super) fn all_known(prices: &[f64]) -> bool {
    let (blocks, rest) = prices.as_chunks::<BLOCK>();
    let known = |price: f64| (price > 1e-300) & (price < 1e300);
    let all_known = |block: &[f64; BLOCK]| {
        let unknown = block.iter().fold(0, |any, price| any | u64::from(!known(*price)));
        unknown == 0
    };
    blocks.iter().all(all_known) && rest.iter().all(|price| known(*price))
}
