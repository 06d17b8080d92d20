//! What is needed to repeat a run.

use bolt_market::broker::Costs;
use bolt_market::broker::next_open::Rates;
use bolt_market::data::Bars;
use bolt_market::plan::Plan;
use bolt_market::signals::{Opposite, Rebalance, Repeated};
use serde_json::{Map, Value, json};

use crate::Session;
use crate::trading::{SizeKind, Trading, VolatilitySizing};

/// Returns the program's version.
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// What is needed to repeat a run: data with their hash, formulas, settings, version.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// The parts by name.
    pub parts: Map<String, Value>,
}

impl Manifest {
    /// Returns the manifest of a run of a plan over bars.
    pub fn new(
        session: &Session,
        bars: &Bars,
        files: &[std::path::PathBuf],
        plan: &Plan,
        parameters: &[(String, f64)],
        trading: &Trading,
    ) -> Self {
        let formulas: Map<String, Value> =
            plan.texts().into_iter().map(|(name, text)| (name.to_owned(), text.into())).collect();
        let parameters: Map<String, Value> =
            parameters.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        let mut parts = Map::new();
        parts.insert("version".into(), version().into());
        let files: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
        parts.insert("files".into(), json!(files));
        parts.insert("data".into(), data(bars));
        parts.insert("formulas".into(), formulas.into());
        parts.insert("parameters".into(), parameters.into());
        parts.insert("trading".into(), settings(trading));
        parts.insert("risk_free_rate".into(), json!(session.config.market_risk_free_rate()));
        parts.insert("simd".into(), session.kernel.level.name().into());
        Self { parts }
    }

    /// Returns the manifest with a part added.
    #[must_use]
    pub fn with(mut self, name: &str, part: Value) -> Self {
        self.parts.insert(name.to_owned(), part);
        self
    }

    /// Returns the manifest as JSON.
    pub fn to_json(&self) -> Value {
        Value::Object(self.parts.clone())
    }
}

fn data(bars: &Bars) -> Value {
    json!({
        "symbol": bars.symbol,
        "hash": format!("{:032x}", bars.content_hash()),
        "bars": bars.len(),
        "from": bars.timestamps().first().map(ToString::to_string),
        "to": bars.timestamps().last().map(ToString::to_string),
        "interval": bars.interval.map(|interval| interval.to_string()),
    })
}

/// Returns every setting of trading.
fn settings(trading: &Trading) -> Value {
    let Trading {
        convention,
        cash,
        costs,
        size,
        size_kind,
        lot,
        stop_loss,
        take_profit,
        trailing_stop,
        max_bars,
        repeated,
        opposite,
        rebalance,
        volatility,
        leverage,
        maintenance_margin,
        rates,
        minimum_value,
        maximum_position,
        finalize,
        trade_on_close,
        hedging,
        exclusive_orders,
    } = trading;
    json!({
        "convention": convention.name(),
        "cash": cash,
        "costs": costs_json(costs),
        "size": size,
        "size_kind": match size_kind {
            SizeKind::Available => "available",
            SizeKind::Equity => "equity",
            SizeKind::Units => "units",
            SizeKind::Value => "value",
        },
        "lot": lot,
        "stop_loss": stop_loss,
        "take_profit": take_profit,
        "trailing_stop": trailing_stop,
        "max_bars": max_bars,
        "repeated": match repeated { Repeated::Ignore => "ignore", Repeated::Add => "add" },
        "opposite": match opposite {
            Opposite::Reverse => "reverse",
            Opposite::Close => "close",
            Opposite::Ignore => "ignore",
        },
        "rebalance": match rebalance {
            Rebalance::OnChange => json!("change"),
            Rebalance::EveryBar => json!("every"),
            Rebalance::Outside(band) => json!(band),
        },
        "volatility": volatility.map(|VolatilitySizing { annual, window_bars }| {
            json!({"annual": annual, "window_bars": window_bars})
        }),
        "leverage": leverage,
        "maintenance_margin": maintenance_margin,
        "rates": rates_json(rates),
        "minimum_value": minimum_value,
        "maximum_position": maximum_position,
        "finalize": finalize,
        "trade_on_close": trade_on_close,
        "hedging": hedging,
        "exclusive_orders": exclusive_orders,
    })
}

fn costs_json(costs: &Costs) -> Value {
    let Costs { fee_rate, fee_fixed, fee_per_unit, fee_minimum, spread, slippage } = costs;
    json!({
        "fees": fee_rate,
        "fee_fixed": fee_fixed,
        "fee_per_unit": fee_per_unit,
        "fee_minimum": fee_minimum,
        "spread": spread,
        "slippage": slippage,
    })
}

fn rates_json(rates: &Rates) -> Value {
    let Rates { credit, debit, borrow } = rates;
    json!({"credit": credit, "debit": debit, "borrow": borrow})
}
