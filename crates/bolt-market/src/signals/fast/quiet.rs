//! Finding the bars in which something may happen, a block at a time and without branches.
//!
//! A bar that is found may turn out to be quiet; one that is not found is.

use super::vectors::vectorized;
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
#[inline(always)]
fn first_event(events: Events<'_>, bar: usize, length: usize) -> usize {
    let first = |column: &[bool]| match column[bar..].first_chunk::<BLOCK>() {
        Some(block) => {
            u128::from_le_bytes(block.map(u8::from)).trailing_zeros() as usize / u8::BITS as usize
        }
        None => column[bar..].iter().position(|event| *event).unwrap_or(length),
    };
    events.into_iter().flatten().map(first).fold(length, usize::min)
}

/// Prices beyond which something may happen to a trade.
///
/// Of prices that are at a level already, the next one within is meant, so that one comparison
/// serves.
#[derive(Debug, Clone, Copy)]
struct Levels {
    floor: f64,
    ceiling: f64,
    /// Best price so far if a trailing stop follows it.
    best: f64,
    /// Close beyond which equity is used up.
    ruin: f64,
}

impl Levels {
    fn new(guard: &Guard, costs: &Costs, ruin: f64) -> Self {
        let sign = guard.side.sign();
        let slack = |price: f64, direction: f64| price + direction * SLACK * price.abs();
        let stop = guard.stop().map_or(-sign * f64::INFINITY, |(level, _)| level);
        let target = guard.take_profit.map(|target| target / costs.quoted(1.0, -sign));
        let target = target.map_or(sign * f64::INFINITY, |target| slack(target, -sign));
        let best = if guard.trailing.is_some() { guard.best } else { sign * f64::INFINITY };
        let ruin = slack(ruin, sign);
        match guard.side {
            Side::Long => Self {
                floor: stop.next_up(),
                ceiling: target.next_down(),
                best,
                ruin: ruin.next_up(),
            },
            Side::Short => Self {
                floor: target.next_up(),
                ceiling: stop.next_down(),
                best,
                ruin: ruin.next_down(),
            },
        }
    }

    #[inline(always)]
    fn touched<const LONG: bool>(&self, [open, high, low, close]: [f64; 4]) -> bool {
        let ruined = if LONG { close < self.ruin } else { close > self.ruin };
        (open < self.floor)
            | (low < self.floor)
            | (open > self.ceiling)
            | (high > self.ceiling)
            | ruined
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

vectorized! {
    /// Returns the first bar of a range in which an event fires or a trade's levels may be touched,
    /// or the end of the range; the guard has followed the bars before.
    pub(super) fn until_touch(
        prices: &Ohlc<'_>,
        events: Events<'_>,
        guard: &mut Guard,
        costs: &Costs,
        ruin: f64,
        bars: Range<usize>,
    ) -> (usize, Stop) = scan_side;
}

#[inline(always)]
fn scan_side(
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

#[inline(always)]
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
        let first = quiet_bars::<LONG>(prices, &levels, bar..bar + length).min(event);
        if first == BLOCK {
            bar += BLOCK;
            continue;
        }
        let event = bar + event;
        for bar in bar + first..bar + length {
            let prices @ [_, high, low, _] = [open[bar], high[bar], low[bar], close[bar]];
            if levels.touched::<LONG>(prices) {
                return (bar, Stop::Touch);
            }
            if bar == event {
                return (bar, Stop::Event);
            }
            if levels.improves::<LONG>(high, low) && !is_gap(prices) {
                guard.follow(if LONG { high } else { low });
                levels = Levels::new(guard, costs, ruin);
            }
        }
        bar += length;
    }
    (bars.end, Stop::Touch)
}

/// Returns how many bars of a block come before the first that may be beyond a level.
///
/// A price is beyond a level where their difference has its sign set. Signs are gathered with
/// `or`, which vectors of any width do; truth values make the compiler shuffle masks. What is
/// missing may count as either.
#[inline(always)]
fn quiet_bars<const LONG: bool>(prices: &Ohlc<'_>, levels: &Levels, block: Range<usize>) -> usize {
    let Ohlc { open, high, low, close } = *prices;
    let columns =
        [open, high, low, close].map(|column| column[block.clone()].first_chunk::<BLOCK>());
    let [Some(open), Some(high), Some(low), Some(close)] = columns else { return 0 };
    let Levels { floor, ceiling, best, ruin } = *levels;
    let (floor, ceiling) = match LONG {
        true => (floor, ceiling.min(best)),
        false => (floor.max(best), ceiling),
    };
    let mut signs = [0; BLOCK];
    for (i, signs) in signs.iter_mut().enumerate() {
        let ruined = if LONG { close[i] - ruin } else { ruin - close[i] };
        let below = (open[i] - floor).to_bits() | (low[i] - floor).to_bits();
        let above = (ceiling - open[i]).to_bits() | (ceiling - high[i]).to_bits();
        *signs = below | above | ruined.to_bits();
    }
    if signs.iter().fold(0, |any, bits| any | bits) >> 63 == 0 {
        return BLOCK;
    }
    signs.iter().position(|bits| bits >> 63 == 1).unwrap_or(BLOCK)
}
