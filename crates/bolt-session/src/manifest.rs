//! What is needed to repeat a run.

use bolt_market::broker::Costs;
use bolt_market::broker::next_open::Rates;
use bolt_market::data::csv::{CsvOptions, DateOrder, EpochUnit};
use bolt_market::data::{Bars, Calendar, ColumnOptions, LoadOptions, OnProblem, Policy};
use bolt_market::plan::Plan;
use bolt_market::signals::{Opposite, Rebalance, Repeated};
use serde_json::{Map, Value, json};

use crate::Session;
use crate::data::DataSource;
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
        source: &DataSource,
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
        parts.insert("files".into(), files(source));
        parts.insert("data".into(), data(bars));
        parts.insert("reading".into(), reading(source, bars));
        parts.insert("formulas".into(), formulas.into());
        parts.insert("parameters".into(), parameters.into());
        parts.insert("trading".into(), settings(trading));
        parts.insert("periods_per_year".into(), json!(session.config.market_periods_per_year()));
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

    /// Returns the manifest with what the result was compared with.
    #[must_use]
    pub fn with_benchmark(self, benchmark: Option<(&Bars, &DataSource)>) -> Self {
        let part = |(bars, source): (_, _)| json!({"files": files(source), "data": data(bars)});
        self.with("benchmark", json!(benchmark.map(part)))
    }

    /// Returns the manifest as JSON.
    pub fn to_json(&self) -> Value {
        Value::Object(self.parts.clone())
    }
}

fn files(source: &DataSource) -> Value {
    source.paths.iter().map(|path| path.display().to_string()).collect()
}

/// Returns how the data were read: what was said of it, `null` for what was left to be found.
fn reading(source: &DataSource, bars: &Bars) -> Value {
    let DataSource { paths: _, options, from, to, resample } = source;
    let LoadOptions { columns, csv, policy, zone: _, symbol, calendar, pool: _, rate: _ } = options;
    let ColumnOptions { times, rename, ignore, kind: _ } = columns;
    let CsvOptions { delimiter, decimal_comma, header, skip_lines, date_order, epoch } = csv;
    let rename: Map<String, Value> =
        rename.iter().map(|(old, new)| (old.clone(), json!(new))).collect();
    json!({
        "zone": bars.basis.zone.name(),
        "from": from.map(|moment| moment.first.to_string()),
        "until": to.map(|moment| moment.end.to_string()),
        "resample": resample.map(|rule| rule.to_string()),
        "policy": policy_json(policy),
        "symbol": symbol,
        "calendar": calendar.as_ref().map(Calendar::name),
        "time_columns": times,
        "rename": rename,
        "ignore": ignore,
        "delimiter": delimiter.map(|byte| char::from(byte).to_string()),
        "decimal_comma": decimal_comma,
        "header": header,
        "skip_lines": skip_lines,
        "date_order": date_order.map(|order| match order {
            DateOrder::DayFirst => "dmy",
            DateOrder::MonthFirst => "mdy",
        }),
        "epoch": epoch.map(|unit| match unit {
            EpochUnit::Seconds => "s",
            EpochUnit::Milliseconds => "ms",
            EpochUnit::Microseconds => "us",
            EpochUnit::Nanoseconds => "ns",
        }),
    })
}

fn policy_json(policy: &Policy) -> Value {
    let Policy {
        inconsistent_bars,
        rounding,
        out_of_order,
        conflicting_duplicates,
        exact_duplicates,
        negative_volumes,
        cut_line,
        allow_nonpositive,
    } = policy;
    let name = |answer: &OnProblem| match answer {
        OnProblem::Refuse => "refuse",
        OnProblem::Repair => "repair",
    };
    json!({
        "inconsistent_bars": name(inconsistent_bars),
        "rounding": rounding,
        "out_of_order": name(out_of_order),
        "conflicting_duplicates": name(conflicting_duplicates),
        "exact_duplicates": name(exact_duplicates),
        "negative_volumes": name(negative_volumes),
        "cut_line": name(cut_line),
        "allow_nonpositive": allow_nonpositive,
    })
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
