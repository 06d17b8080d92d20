//! Weights as the targets of the vectorbt convention.

use super::schedule::Schedule;
use super::{PanelMarket, Rebalance, WeightRules};
use crate::broker::Error;
use crate::broker::vectorbt::{Amount, Calls, Direction, Orders, Settings, run_orders};
use crate::ledger::Ledger;
use bolt_base::Bytes;
use bolt_memory::Working;

pub(super) fn run(
    market: &PanelMarket<'_>,
    weights: &[f64],
    rules: &WeightRules,
    settings: &Settings,
) -> Result<Ledger, Error> {
    let unsupported = [
        ("dividends", market.dividends.is_some()),
        ("splits", market.splits.is_some()),
        ("rebalancing band", matches!(rules.rebalance, Rebalance::Outside(_))),
    ];
    if let Some((what, _)) = unsupported.into_iter().find(|(_, asked)| *asked) {
        return Err(Error::Unsupported { what, convention: "vectorbt" });
    }
    let mut schedule = Schedule::new(market, rules.rebalance, 0);
    let values = market.bars() * market.assets;
    let _held = Working::of(Bytes((2 * values * size_of::<f64>()) as u64))?;
    let (mut size, mut close) = (Vec::with_capacity(values), Vec::with_capacity(values));
    for (bar, weights) in weights.chunks_exact(market.assets).enumerate() {
        schedule.begin(bar);
        close.extend_from_slice(market.row(market.prices.close, bar));
        size.extend(weights.iter().enumerate().map(|(asset, weight)| {
            if schedule.is_due(asset, *weight) { rules.target(*weight) } else { f64::NAN }
        }));
    }
    let orders = Orders {
        assets: market.assets,
        close: &close,
        price: None,
        size: &size,
        amount: Amount::Percent,
        target: true,
        direction: Direction::Both,
        calls: Calls::SalesFirst,
    };
    run_orders(&orders, settings)
}
