//! Backtests that look only at the bars on which something happens.
//!
//! For a position that is all in or out, filled at the next open, everything a sweep reports can be
//! had from three things that all combinations share: sums of returns up to each bar, sums of their
//! squares, and a table that answers for any run of bars what the highest and the lowest close and
//! the largest drawdown were. A trade then costs the same however long it lasts. Signals come as
//! bits, 64 bars a word, and only their changes are visited.
//!
//! Results are those of the engine that goes bar by bar, up to rounding (a test holds them to
//! 1e-9).

/// What a fill costs, as factors of the open.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Costs {
    /// Cash paid for one unit is the open times this, at least 1.
    pub buy: f64,
    /// Cash received for one unit is the open times this, at most 1.
    pub sell: f64,
}

/// The summary of one backtest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// Final equity over initial equity.
    pub growth: f64,
    /// Mean of the returns by bar, from the second bar on.
    pub mean_return: f64,
    /// Their standard deviation (`n - 1`).
    pub deviation: f64,
    /// The largest fall from a peak as a fraction of it, positive.
    pub max_drawdown: f64,
    /// Trades begun, an open one included.
    pub trades: u32,
    /// Trades that ended with a profit.
    pub wins: u32,
    /// Trades that ended.
    pub closed: u32,
    /// Bars at whose close a position was held.
    pub bars_held: u32,
}

/// Extremes of a run of closes.
#[derive(Debug, Clone, Copy)]
struct Run {
    highest: f64,
    lowest: f64,
    /// The largest fall from a close to a later one, as a fraction.
    drawdown: f64,
}

impl Run {
    fn one(close: f64) -> Self {
        Self { highest: close, lowest: close, drawdown: 0.0 }
    }

    /// Joins with a run that begins where this one ends.
    #[inline(always)]
    fn then(self, later: Self) -> Self {
        let across = 1.0 - later.lowest / self.highest;
        Self {
            highest: self.highest.max(later.highest),
            lowest: self.lowest.min(later.lowest),
            drawdown: self.drawdown.max(later.drawdown).max(across),
        }
    }
}

/// The most bars of a block.
pub const BLOCK_ROWS_MAX: usize = 1024;

/// Bytes that the tables of a block take at most.
pub(super) const BLOCK_BYTES: usize =
    BLOCK_ROWS_MAX * (size_of::<(f64, f64)>() + BLOCK_ROWS_MAX.ilog2() as usize * size_of::<Run>());

/// What all combinations share over one block of bars.
#[derive(Debug)]
pub struct Block<'a> {
    open: &'a [f64],
    close: &'a [f64],
    /// The close before the block, `None` for the first.
    close_before: Option<f64>,
    /// Sums of returns and of their squares up to each bar.
    sums: Vec<(f64, f64)>,
    /// A disjoint sparse table: level `l` holds, for each bar, the run between it and the middle
    /// of its aligned group of `2^(l+1)` bars.
    levels: Vec<Vec<Run>>,
}

impl<'a> Block<'a> {
    /// Prepares a block of bars.
    ///
    /// # Panics
    /// If there are no bars, more than [`BLOCK_ROWS_MAX`], or fewer opens than closes.
    pub fn new(open: &'a [f64], close: &'a [f64], close_before: Option<f64>) -> Self {
        let rows = close.len();
        assert!((1..=BLOCK_ROWS_MAX).contains(&rows) && open.len() == rows);
        let mut sums = Vec::with_capacity(rows);
        let (mut sum, mut squares) = (0.0, 0.0);
        let mut before = close_before.unwrap_or(close[0]);
        for &close in close {
            let change = close / before - 1.0;
            sum += change;
            squares += change * change;
            sums.push((sum, squares));
            before = close;
        }
        let depth = usize::BITS - (rows - 1).leading_zeros();
        let levels = (0..depth).map(|level| Self::level(close, 1 << level)).collect();
        Self { open, close, close_before, sums, levels }
    }

    fn level(close: &[f64], half: usize) -> Vec<Run> {
        let mut runs: Vec<Run> = close.iter().map(|&close| Run::one(close)).collect();
        for group in runs.chunks_mut(2 * half) {
            let (left, right) = group.split_at_mut(half.min(group.len()));
            for bar in (1..left.len()).rev() {
                left[bar - 1] = left[bar - 1].then(left[bar]);
            }
            for bar in 1..right.len() {
                right[bar] = right[bar - 1].then(right[bar]);
            }
        }
        runs
    }

    /// Returns the extremes of the closes from `first` to `last`, both included.
    #[inline(always)]
    fn run(&self, first: usize, last: usize) -> Run {
        if first == last {
            return Run::one(self.close[first]);
        }
        let level = &self.levels[(first ^ last).ilog2() as usize];
        level[first].then(level[last])
    }

    fn close_before(&self, bar: usize) -> f64 {
        match bar {
            0 => self.close_before.unwrap_or(self.close[0]),
            _ => self.close[bar - 1],
        }
    }
}

/// Returns 64 bits of a signal.
#[inline(always)]
fn load(signal: &[u8], word: usize) -> u64 {
    match signal[word * 8..].first_chunk() {
        Some(bytes) => u64::from_le_bytes(*bytes),
        None => {
            let mut bytes = [0; 8];
            let rest = &signal[word * 8..];
            bytes[..rest.len()].copy_from_slice(rest);
            u64::from_le_bytes(bytes)
        }
    }
}

/// Returns for each bit whether the last of `sets` and `resets` up to it was a set, `before` if
/// there was none. No bit is in both.
///
/// A set generates a carry and a reset stops it, so one addition does all bits.
#[inline(always)]
fn latch(sets: u64, resets: u64, before: bool) -> u64 {
    let (a, b) = (!resets, sets);
    let (sum, over) = a.overflowing_add(b);
    let (sum, over_again) = sum.overflowing_add(u64::from(before));
    let carries_in = a ^ b ^ sum;
    carries_in >> 1 | u64::from(over || over_again) << 63
}

/// One combination on its way through the blocks.
#[derive(Debug, Clone)]
pub struct Tracker {
    costs: Costs,
    /// Equity over initial equity at the last close seen.
    equity: f64,
    /// Units held per unit of initial equity, zero while out.
    units: f64,
    /// Equity before the open trade.
    equity_at_entry: f64,
    peak: f64,
    max_drawdown: f64,
    sum: f64,
    squares: f64,
    bars: u32,
    trades: u32,
    wins: u32,
    closed: u32,
    bars_held: u32,
    /// Whether the last signal seen asks to be in.
    wants_in: bool,
}

impl Tracker {
    /// Returns a combination before its first bar.
    pub fn new(costs: Costs) -> Self {
        Self {
            costs,
            equity: 1.0,
            units: 0.0,
            equity_at_entry: 1.0,
            peak: 1.0,
            max_drawdown: 0.0,
            sum: 0.0,
            squares: 0.0,
            bars: 0,
            trades: 0,
            wins: 0,
            closed: 0,
            bars_held: 0,
            wants_in: false,
        }
    }

    /// Goes through a block; `signal` has a bit a bar, set where the position should be in from
    /// the next open on. Bits after the block's last bar mean nothing.
    ///
    /// # Panics
    /// If there are fewer bits than bars.
    pub fn advance(&mut self, block: &Block<'_>, signal: &[u8]) {
        self.visit_changes(block, |_, word| load(signal, word));
    }

    /// Goes through a block; bits say on which bars an entry and an exit happen. An exit is
    /// stronger than an entry on the same bar, and an entry does nothing while in.
    ///
    /// # Panics
    /// If there are fewer bits than bars.
    pub fn advance_by_events(&mut self, block: &Block<'_>, entry: &[u8], exit: Option<&[u8]>) {
        self.visit_changes(block, |was_in, word| {
            let exits = exit.map_or(0, |exit| load(exit, word));
            latch(load(entry, word) & !exits, exits, was_in)
        });
    }

    /// Visits the changes of the position; `wanted` gives the signal of 64 bars, given that of the
    /// bar before them.
    #[inline(always)]
    fn visit_changes(&mut self, block: &Block<'_>, mut wanted: impl FnMut(bool, usize) -> u64) {
        let rows = block.close.len();
        let mut entered = None;
        for word in 0..rows.div_ceil(64) {
            let first = word * 64;
            let count = (rows - first).min(64);
            let bits = wanted(self.wants_in, word);
            // The position of a bar is the signal of the bar before.
            let held = bits << 1 | u64::from(self.wants_in);
            let before = held << 1 | u64::from(self.units != 0.0);
            let mut changes = (held ^ before) & (u64::MAX >> (64 - count));
            while changes != 0 {
                let bar = first + changes.trailing_zeros() as usize;
                changes &= changes - 1;
                if self.units == 0.0 {
                    self.enter(block, bar);
                    entered = Some(bar);
                } else {
                    self.hold(block, entered, bar);
                    self.leave(block, bar);
                }
            }
            self.wants_in = bits >> (count - 1) & 1 == 1;
        }
        if self.units != 0.0 {
            self.hold(block, entered, rows);
        }
        self.bars += rows as u32;
    }

    fn enter(&mut self, block: &Block<'_>, bar: usize) {
        self.trades += 1;
        self.equity_at_entry = self.equity;
        self.units = self.equity / (block.open[bar] * self.costs.buy);
        let equity = self.units * block.close[bar];
        self.add_return(equity / self.equity - 1.0);
        self.equity = equity;
    }

    /// Holds a position over the closes from its entry, or the start of the block if that was
    /// earlier, up to `end`, which is not included.
    #[inline(always)]
    fn hold(&mut self, block: &Block<'_>, entered: Option<usize>, end: usize) {
        let begin = entered.unwrap_or(0);
        if begin == end {
            return;
        }
        // The return of the bar of entry was counted there.
        let (sum, squares) = block.sums[end - 1];
        let (sum_before, squares_before) = entered.map_or((0.0, 0.0), |bar| block.sums[bar]);
        self.sum += sum - sum_before;
        self.squares += squares - squares_before;
        self.bars_held += (end - begin) as u32;
        let run = block.run(begin, end - 1);
        let below_peak = 1.0 - self.units * run.lowest / self.peak;
        self.max_drawdown = self.max_drawdown.max(run.drawdown).max(below_peak);
        self.peak = self.peak.max(self.units * run.highest);
        self.equity = self.units * block.close[end - 1];
    }

    fn leave(&mut self, block: &Block<'_>, bar: usize) {
        let price = block.open[bar] * self.costs.sell;
        self.add_return(price / block.close_before(bar) - 1.0);
        self.equity = self.units * price;
        self.units = 0.0;
        self.closed += 1;
        self.wins += u32::from(self.equity > self.equity_at_entry);
        self.max_drawdown = self.max_drawdown.max(1.0 - self.equity / self.peak);
        self.peak = self.peak.max(self.equity);
    }

    fn add_return(&mut self, value: f64) {
        self.sum += value;
        self.squares += value * value;
    }

    /// Returns the sum of returns and of their squares so far.
    pub fn sums(&self) -> (f64, f64) {
        (self.sum, self.squares)
    }

    /// Returns what came out so far.
    pub fn summary(&self) -> Summary {
        let count = f64::from(self.bars) - 1.0;
        let mean_return = self.sum / count;
        let spread = (self.squares - self.sum * mean_return).max(0.0);
        Summary {
            growth: self.equity,
            mean_return,
            deviation: (spread / (count - 1.0)).sqrt(),
            max_drawdown: self.max_drawdown,
            trades: self.trades,
            wins: self.wins,
            closed: self.closed,
            bars_held: self.bars_held,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bolt_base::Rng;
    use bolt_testkit::assert_close;

    /// The same backtest, bar by bar.
    fn bar_by_bar(open: &[f64], close: &[f64], signal: &[bool], costs: Costs) -> Summary {
        let (mut cash, mut units) = (1.0, 0.0);
        let (mut trades, mut wins, mut closed, mut bars_held) = (0, 0, 0, 0);
        let (mut at_entry, mut equity) = (1.0, Vec::new());
        for bar in 0..close.len() {
            let wanted = bar > 0 && signal[bar - 1];
            if wanted && units == 0.0 {
                trades += 1;
                at_entry = cash;
                units = cash / (open[bar] * costs.buy);
                cash = 0.0;
            } else if !wanted && units > 0.0 {
                cash = units * open[bar] * costs.sell;
                units = 0.0;
                closed += 1;
                wins += u32::from(cash > at_entry);
            }
            bars_held += u32::from(units > 0.0);
            equity.push(cash + units * close[bar]);
        }
        let returns: Vec<f64> = equity.windows(2).map(|pair| pair[1] / pair[0] - 1.0).collect();
        let n = returns.len() as f64;
        let mean_return = returns.iter().sum::<f64>() / n;
        let squares: f64 = returns.iter().map(|r| (r - mean_return).powi(2)).sum();
        let (mut peak, mut max_drawdown) = (1.0f64, 0.0f64);
        for &value in &equity {
            peak = peak.max(value);
            max_drawdown = max_drawdown.max(1.0 - value / peak);
        }
        Summary {
            growth: *equity.last().unwrap(),
            mean_return,
            deviation: (squares / (n - 1.0)).sqrt(),
            max_drawdown,
            trades,
            wins,
            closed,
            bars_held,
        }
    }

    fn check(seed: u64) {
        let mut rng = Rng::new(seed);
        let bars = 2 + rng.below(700) as usize;
        let (mut open, mut close, mut price) = (Vec::new(), Vec::new(), 100.0);
        for _ in 0..bars {
            open.push(price * (1.0 + 0.003 * rng.normal()));
            price *= 1.0 + 0.02 * rng.normal();
            close.push(price);
        }
        // Long runs, short runs and flicker.
        let stay = [0.5, 0.9, 0.99][rng.below(3) as usize];
        let mut on = false;
        let signal: Vec<bool> = (0..bars)
            .map(|_| {
                on ^= rng.uniform() > stay;
                on
            })
            .collect();
        let costs = Costs { buy: 1.0 + 0.01 * rng.uniform(), sell: 1.0 - 0.01 * rng.uniform() };
        let block_rows = 1 + rng.below(300) as usize;
        let mut tracker = Tracker::new(costs);
        for first in (0..bars).step_by(block_rows) {
            let end = (first + block_rows).min(bars);
            let before = first.checked_sub(1).map(|bar| close[bar]);
            let block = Block::new(&open[first..end], &close[first..end], before);
            let mut bits = vec![0u8; (end - first).div_ceil(8)];
            for bar in first..end {
                bits[(bar - first) / 8] |= u8::from(signal[bar]) << ((bar - first) % 8);
            }
            tracker.advance(&block, &bits);
        }
        check_events(&open, &close, &signal, costs, block_rows);
        let (actual, expected) = (tracker.summary(), bar_by_bar(&open, &close, &signal, costs));
        let close_to =
            |a, b, what: &str| assert_close(a, b, 1e-11, &format!("seed {seed}: {what}"));
        close_to(actual.growth / expected.growth, 1.0, "growth");
        close_to(actual.mean_return, expected.mean_return, "mean");
        close_to(actual.deviation, expected.deviation, "deviation");
        close_to(actual.max_drawdown, expected.max_drawdown, "drawdown");
        let counts = |s: Summary| (s.trades, s.wins, s.closed, s.bars_held);
        assert_eq!(counts(actual), counts(expected), "seed {seed}");
    }

    /// Events that make the same position: an entry wherever it begins and at random while it
    /// lasts, an exit wherever it ends and at random while it is out, together with entries too.
    fn check_events(open: &[f64], close: &[f64], signal: &[bool], costs: Costs, block_rows: usize) {
        let bars = close.len();
        let mut rng = Rng::new(bars as u64);
        let set = |bits: &mut Vec<u8>, bar: usize| bits[bar / 8] |= 1 << (bar % 8);
        let (mut by_level, mut by_events) = (Tracker::new(costs), Tracker::new(costs));
        for first in (0..bars).step_by(block_rows) {
            let end = (first + block_rows).min(bars);
            let before = first.checked_sub(1).map(|bar| close[bar]);
            let block = Block::new(&open[first..end], &close[first..end], before);
            let bytes = (end - first).div_ceil(8);
            let mut bits = [vec![0u8; bytes], vec![0u8; bytes], vec![0u8; bytes]];
            for bar in first..end {
                let was = bar > 0 && signal[bar - 1];
                let [level, entry, exit] = &mut bits;
                if signal[bar] {
                    set(level, bar - first);
                }
                if signal[bar] && (!was || rng.below(3) == 0) {
                    set(entry, bar - first);
                }
                if !signal[bar] && (was || rng.below(3) == 0) {
                    set(exit, bar - first);
                    if rng.below(2) == 0 {
                        set(entry, bar - first);
                    }
                }
            }
            by_level.advance(&block, &bits[0]);
            by_events.advance_by_events(&block, &bits[1], Some(&bits[2]));
        }
        let [a, b] = [by_level, by_events].map(|tracker| format!("{:?}", tracker.summary()));
        assert_eq!(a, b);
    }

    #[test]
    fn visiting_changes_gives_what_going_bar_by_bar_gives() {
        for seed in 0..500 {
            check(seed);
        }
    }
}
