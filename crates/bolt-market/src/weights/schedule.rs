//! Which weights are due at a bar.

use super::{PanelMarket, Rebalance};
use crate::data::{Date, Interval, ZoneClock, period};
use bolt_base::UnixNanos;

/// Follows the bars and the weights from the first bar that is decided on.
pub(super) struct Schedule<'a> {
    rebalance: Rebalance,
    times: Option<&'a [UnixNanos]>,
    clock: Option<ZoneClock<'a>>,
    first_bar: usize,
    /// The last known weight of each asset, NaN before the first.
    last: Vec<f64>,
    /// Whether the bar is one at which every weight is due.
    due: bool,
    /// The period of the bar before.
    period: Option<i64>,
}

impl<'a> Schedule<'a> {
    pub(super) fn new(market: &PanelMarket<'a>, rebalance: Rebalance, first_bar: usize) -> Self {
        Self {
            rebalance,
            times: market.times,
            clock: market.zone.map(|zone| zone.clock()),
            first_bar,
            last: vec![f64::NAN; market.assets],
            due: false,
            period: None,
        }
    }

    /// Goes on to a bar, from `first_bar` on one after the other.
    pub(super) fn begin(&mut self, bar: usize) {
        self.due = match self.rebalance {
            Rebalance::OnChange => false,
            Rebalance::EveryBar | Rebalance::Outside(_) => true,
            Rebalance::EveryBars(bars) => (bar - self.first_bar).is_multiple_of(bars),
            Rebalance::Every(interval) => {
                let before = self.period;
                self.period = self.times.map(|times| self.period_of(times[bar], interval));
                self.period != before
            }
        };
    }

    /// Returns whether a weight is due at the bar; an unknown one is not.
    pub(super) fn is_due(&mut self, asset: usize, weight: f64) -> bool {
        if weight.is_nan() {
            return false;
        }
        let changed = self.last[asset] != weight;
        self.last[asset] = weight;
        self.due || (changed && self.rebalance == Rebalance::OnChange)
    }

    fn period_of(&mut self, at: UnixNanos, interval: Interval) -> i64 {
        let local = self.clock.as_mut().map_or(at.0, |clock| clock.local(at));
        match interval {
            Interval::Time(nanos) => local.div_euclid(nanos),
            _ => i64::from(period(Date::of_local(local), interval).0.0),
        }
    }
}
