//! `bolt options price` and `bolt options implied`.

use std::io::Write;

use anyhow::{Result, anyhow};
use bolt_market::options::american::Method;
use bolt_market::options::chain::{Listing, Valuation};
use bolt_market::options::scenario::Style;
use bolt_market::options::{Greeks, OptionKind};
use clap::Args;
use serde_json::{Map, Value, json};

use super::contract::{ContractArguments, DAYS, check_rates, check_volatility, listing_json};
use crate::arguments::{not_negative, not_negative_fraction};
use crate::context::Context;
use crate::output::{Table, number, percent, precise};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bolt options price --type call --spot 100 --strike 105 --years 0.5 --rate 5% --volatility 20%
  bolt options price --type put --style american --spot 36 --strike 40 --rate 6% \\
      --expiry 2026-12-18 --date 2026-06-30 --volatility 0.4")]
pub(super) struct PriceArguments {
    #[command(flatten)]
    contract: ContractArguments,
    /// Volatility a year: 0.2 or 20%
    #[arg(long, value_name = "VOLATILITY", value_parser = not_negative_fraction, help_heading = "Market")]
    volatility: f64,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bolt options implied --type call --spot 100 --strike 105 --years 0.5 --rate 5% --price 4.58
  bolt options implied --type put --style american --spot 36 --strike 40 --rate 6% \\
      --expiry 2026-12-18 --date 2026-06-30 --price 6.2 --json")]
pub(super) struct ImpliedArguments {
    #[command(flatten)]
    contract: ContractArguments,
    /// Price of the option
    #[arg(long, value_name = "PRICE", value_parser = not_negative, help_heading = "Market")]
    price: f64,
}

pub(super) fn price(arguments: &PriceArguments, mut context: Context) -> Result<()> {
    let listing = arguments.contract.listing()?;
    let volatility = arguments.volatility;
    check_rates(&context, [listing.market].iter());
    check_volatility(&context, volatility);
    let valuation = value(&listing, volatility)?;
    if context.json {
        let object = object("bolt.options.price/1", &listing, volatility, &valuation);
        return context.write_json(&object);
    }
    let heading = format!("{}, volatility {}", title(&listing), percent(volatility));
    show(&mut context, &heading, &listing, &valuation)
}

pub(super) fn implied(arguments: &ImpliedArguments, mut context: Context) -> Result<()> {
    let listing = arguments.contract.listing()?;
    check_rates(&context, [listing.market].iter());
    let volatility = listing.implied_volatility(arguments.price)?;
    let valuation = value(&listing, volatility)?;
    if context.json {
        let mut object = object("bolt.options.implied/1", &listing, volatility, &valuation);
        object.insert("price_given".into(), json!(arguments.price));
        return context.write_json(&object);
    }
    let heading = format!("{}, price {}", title(&listing), arguments.price);
    writeln!(
        context.out,
        "volatility {} ({} %)",
        precise(volatility),
        precise(100.0 * volatility)
    )?;
    show(&mut context, &heading, &listing, &valuation)
}

fn value(listing: &Listing, volatility: f64) -> Result<Valuation> {
    listing.value(volatility).ok_or_else(|| {
        anyhow!(
            "the option has no value: a number is too large\nhint: rates are a year, 5% or 0.05"
        )
    })
}

fn object(
    schema: &str,
    listing: &Listing,
    volatility: f64,
    valuation: &Valuation,
) -> Map<String, Value> {
    let Valuation { greeks, method, critical_spot } = valuation;
    let mut object = Map::new();
    object.insert("schema".into(), schema.into());
    object.extend(listing_json(listing));
    object.insert("volatility".into(), json!(volatility));
    object.insert("method".into(), method.name().into());
    object.insert("critical_spot".into(), json!(critical_spot));
    object.extend(greeks_json(greeks));
    object
}

/// Returns a value and its derivatives under names that say their units.
pub(super) fn greeks_json(greeks: &Greeks) -> Map<String, Value> {
    let members = greek_lines(greeks).into_iter().map(|line| (line.0.to_owned(), json!(line.1)));
    members.collect()
}

/// A value and its derivatives: names in results, values, and what they are by.
fn greek_lines(greeks: &Greeks) -> [(&'static str, f64, &'static str); 11] {
    let Greeks { price, delta, gamma, theta, vega, rho, dividend_rho } = *greeks;
    [
        ("price", price, ""),
        ("delta", delta, "by 1 of the spot"),
        ("gamma", gamma, "of delta by 1 of the spot"),
        ("theta_per_year", theta, "by a year's passing"),
        ("theta_per_day", theta / DAYS, "by a day's passing, 1/365 of a year"),
        ("vega", vega, "by 1.00 of volatility"),
        ("vega_per_percent", vega / 100.0, "by 1 % of volatility"),
        ("rho", rho, "by 1.00 of the rate"),
        ("rho_per_percent", rho / 100.0, "by 1 % of the rate"),
        ("dividend_rho", dividend_rho, "by 1.00 of the dividend yield"),
        ("dividend_rho_per_percent", dividend_rho / 100.0, "by 1 % of the dividend yield"),
    ]
}

fn title(listing: &Listing) -> String {
    let Listing { contract, style, market } = listing;
    format!(
        "{} {}, strike {}, {} {}, spot {}, rate {}, dividend yield {}",
        style.name(),
        contract.kind.name(),
        contract.strike,
        number(contract.years),
        if contract.years == 1.0 { "year" } else { "years" },
        market.spot,
        percent(market.rate),
        percent(market.dividend_yield)
    )
}

fn show(
    context: &mut Context,
    heading: &str,
    listing: &Listing,
    valuation: &Valuation,
) -> Result<()> {
    let style = context.style;
    writeln!(context.out, "{}", style.bold(&style.fold(heading, 2)))?;
    let mut table = Table::new(["", ">", "~"]);
    for (name, value, unit) in greek_lines(&valuation.greeks) {
        table.push([format!("  {}", name.replace('_', " ")), precise(value), unit.to_owned()]);
    }
    table.write(&mut context.out, style)?;
    if let Some(text) = method(listing, valuation) {
        writeln!(context.out, "{}", style.dim(&style.fold(&text, 2)))?;
    }
    Ok(context.out.flush()?)
}

/// Says how an American option was valued.
fn method(listing: &Listing, valuation: &Valuation) -> Option<String> {
    if listing.style == Style::European {
        return None;
    }
    let how = match valuation.method {
        Method::European => "never best exercised early: valued as a European option",
        Method::Boundary => "valued by its exercise boundary",
        Method::Lattice => "valued by a tree of 1,001 steps",
        Method::Certain => "valued without volatility, by the best time to exercise",
    };
    let side = match listing.contract.kind {
        OptionKind::Call => "above",
        OptionKind::Put => "below",
    };
    let critical = valuation.critical_spot.map_or(String::new(), |spot| {
        format!("; best exercised now at or {side} a spot of {}", precise(spot))
    });
    Some(format!("{how}{critical}"))
}
