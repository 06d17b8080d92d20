//! What ends a trade without the strategy: its stops and its target.

use crate::broker::Costs;
use crate::ledger::{Reason, Side};
use crate::order::Distance;

/// The levels that guard a trade.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Guard {
    pub(crate) side: Side,
    pub(crate) stop_loss: Option<f64>,
    pub(crate) take_profit: Option<f64>,
    pub(crate) trailing: Option<Distance>,
    /// Best price since the entry.
    pub(crate) best: f64,
}

impl Guard {
    /// Returns the stop that the price reaches first, and what it is.
    #[inline]
    pub(crate) fn stop(&self) -> Option<(f64, Reason)> {
        let sign = self.side.sign();
        let fixed = self.stop_loss.map(|level| (level, Reason::StopLoss));
        let trailing =
            self.trailing.map(|away| (away.beyond(self.best, -sign), Reason::TrailingStop));
        match (fixed, trailing) {
            (Some(fixed), Some(trailing)) if sign * trailing.0 > sign * fixed.0 => Some(trailing),
            (Some(fixed), _) => Some(fixed),
            (None, trailing) => trailing,
        }
    }

    /// Returns the exit at the open, if that lies beyond stop or target.
    #[inline]
    pub(crate) fn exit_at_open(&self, open: f64, costs: &Costs) -> Option<(f64, Reason)> {
        let sign = self.side.sign();
        let taken = costs.taken(open, -sign);
        if let Some((level, reason)) = self.stop()
            && sign * open <= sign * level
        {
            return Some((taken, reason));
        }
        let target = self.take_profit?;
        let reached = sign * costs.quoted(open, -sign) >= sign * target;
        let price = if sign > 0.0 { taken.max(target) } else { taken.min(target) };
        reached.then_some((price, Reason::TakeProfit))
    }

    /// Returns the exit if the price goes as far as `worst` and `best`, the stop first.
    #[inline]
    pub(crate) fn exit_between(
        &self,
        worst: f64,
        best: f64,
        costs: &Costs,
    ) -> Option<(f64, Reason)> {
        let sign = self.side.sign();
        if let Some((level, reason)) = self.stop()
            && sign * worst <= sign * level
        {
            return Some((costs.taken(level, -sign), reason));
        }
        let target = self.take_profit?;
        let reached = sign * costs.quoted(best, -sign) >= sign * target;
        reached.then_some((target, Reason::TakeProfit))
    }

    /// Returns the worst and the best price of a bar for the trade.
    #[inline]
    pub(crate) fn extremes(&self, high: f64, low: f64) -> (f64, f64) {
        match self.side {
            Side::Long => (low, high),
            Side::Short => (high, low),
        }
    }

    /// Lets the best price follow one that was reached.
    #[inline]
    pub(crate) fn follow(&mut self, reached: f64) {
        let sign = self.side.sign();
        if sign * reached > sign * self.best {
            self.best = reached;
        }
    }
}
