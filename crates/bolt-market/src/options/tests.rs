//! Options against QuantLib's values, 60-digit arithmetic, integrals and trees.

mod american;
mod chain;
mod european;
mod implied;
mod normal;
mod scenario;

use bolt_base::Rng;
use serde_json::Value;

use super::{Contract, Market, OptionKind};

/// An option to test with.
#[derive(Debug, Clone, Copy)]
struct Case {
    contract: Contract,
    market: Market,
    volatility: f64,
}

fn case(
    kind: OptionKind,
    [spot, strike, years, rate, dividend_yield, volatility]: [f64; 6],
) -> Case {
    let contract = Contract { kind, strike, years };
    Case { contract, market: Market { spot, rate, dividend_yield }, volatility }
}

fn between(rng: &mut Rng, low: f64, high: f64) -> f64 {
    low + (high - low) * rng.uniform()
}

fn random_kind(rng: &mut Rng) -> OptionKind {
    if rng.below(2) == 0 { OptionKind::Call } else { OptionKind::Put }
}

/// An option as one meets it: 60 to 160 % moneyness, a week to three years.
fn random_case(rng: &mut Rng) -> Case {
    let kind = random_kind(rng);
    let years = between(rng, 0.02, 3.0);
    let (strike, volatility) = (between(rng, 60.0, 160.0), between(rng, 0.05, 0.8));
    let (rate, dividend_yield) = (between(rng, -0.02, 0.1), between(rng, -0.02, 0.1));
    case(kind, [100.0, strike, years, rate, dividend_yield, volatility])
}

/// The rows of one list of the reference file, as options and their fields.
fn reference(list: &str) -> Option<Vec<(Case, Value)>> {
    let file = bolt_testkit::json("reference/quantlib_options.json")?;
    let rows = file[list].as_array().unwrap();
    let parse = |row: &Value| {
        let number = |name: &str| row[name].as_f64().unwrap();
        let kind = if row["type"] == "call" { OptionKind::Call } else { OptionKind::Put };
        let numbers = ["S", "K", "T", "r", "q", "vol"].map(number);
        (case(kind, numbers), row.clone())
    };
    Some(rows.iter().map(parse).collect())
}
