//! Contracts and markets as people write them.

use anyhow::{Result, bail};
use bolt_base::nearest;
use bolt_market::data::Date;
use bolt_market::options::chain::Listing;
use bolt_market::options::scenario::Style;
use bolt_market::options::{Contract, Market, OptionKind};
use clap::Args;
use serde_json::{Map, Value, json};

use crate::arguments::{fraction, not_negative, positive};
use crate::context::Context;
use crate::output::percent;

/// Days of a year, for dates (actual/365).
pub(super) const DAYS: f64 = 365.0;

/// Volatility from which on a percent sign is likely to be missing.
const VOLATILITY_SUSPICIOUS: f64 = 5.0;
/// Rate of which the same is said.
const RATE_SUSPICIOUS: f64 = 1.0;

/// An option and its market, its volatility aside.
#[derive(Debug, Args)]
#[command(next_help_heading = "Contract")]
pub(super) struct ContractArguments {
    /// The right it gives: call or put
    #[arg(long = "type", value_name = "TYPE", value_parser = kind)]
    kind: OptionKind,
    /// When it may be exercised: european or american
    #[arg(long, value_name = "STYLE", default_value = "european", value_parser = style)]
    style: Style,
    /// Price at which it may be exercised
    #[arg(long, value_name = "PRICE", value_parser = positive)]
    strike: f64,
    /// Years until it expires
    #[arg(long, value_name = "YEARS", value_parser = not_negative, required_unless_present = "expiry")]
    years: Option<f64>,
    /// Day on which it expires, instead of --years; a year has 365 days
    #[arg(long, value_name = "DATE", requires = "date", conflicts_with = "years")]
    expiry: Option<Date>,
    /// Day on which it is valued
    #[arg(long, value_name = "DATE", requires = "expiry", conflicts_with = "years")]
    date: Option<Date>,
    #[command(flatten)]
    market: MarketArguments,
}

/// What the market says of the underlying.
#[derive(Debug, Args)]
#[command(next_help_heading = "Market")]
pub(super) struct MarketArguments {
    /// Price of the underlying
    #[arg(long, value_name = "PRICE", value_parser = positive)]
    spot: f64,
    #[command(flatten)]
    rates: RateArguments,
}

/// Rates, continuously compounded.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct RateArguments {
    /// Interest a year, continuously compounded: 0.05 or 5%
    #[arg(long, value_name = "RATE", default_value = "0", value_parser = fraction)]
    pub(super) rate: f64,
    /// Dividends a year, continuously compounded: 0.02 or 2%
    #[arg(long, alias = "yield", value_name = "RATE", default_value = "0", value_parser = fraction)]
    pub(super) dividend_yield: f64,
}

impl MarketArguments {
    pub(super) fn market(&self) -> Market {
        let Self { spot, rates: RateArguments { rate, dividend_yield } } = *self;
        Market { spot, rate, dividend_yield }
    }
}

impl ContractArguments {
    pub(super) fn listing(&self) -> Result<Listing> {
        let Self { kind, style, strike, years, expiry, date, market } = self;
        let years = match (years, expiry, date) {
            (Some(years), _, _) => *years,
            (None, Some(expiry), Some(date)) => {
                years_until(*expiry, *date).map_err(anyhow::Error::msg)?
            }
            _ => bail!(
                "nothing says when the option expires\nhint: give --years, or --expiry and --date"
            ),
        };
        let contract = Contract { kind: *kind, strike: *strike, years };
        Ok(Listing { contract, style: *style, market: market.market() })
    }
}

/// Returns the years from a day to the day of expiry.
pub(super) fn years_until(expiry: Date, date: Date) -> Result<f64, String> {
    let days = expiry.0 - date.0;
    if days < 0 {
        return Err(format!("`{expiry}` is before the day of the valuation, {date}"));
    }
    Ok(f64::from(days) / DAYS)
}

pub(super) fn kind(text: &str) -> Result<OptionKind, String> {
    match text.to_lowercase().as_str() {
        "call" | "c" => Ok(OptionKind::Call),
        "put" | "p" => Ok(OptionKind::Put),
        word => Err(unknown(text, word, ["call", "put"])),
    }
}

pub(super) fn style(text: &str) -> Result<Style, String> {
    match text.to_lowercase().as_str() {
        "european" | "e" => Ok(Style::European),
        "american" | "a" => Ok(Style::American),
        word => Err(unknown(text, word, ["european", "american"])),
    }
}

fn unknown(text: &str, word: &str, known: [&str; 2]) -> String {
    let hint =
        nearest(word, known).map_or(String::new(), |name| format!("; did you mean `{name}`?"));
    format!("`{text}` is neither `{}` nor `{}`{hint}", known[0], known[1])
}

/// Says so if a volatility looks like a percentage without its sign.
pub(super) fn check_volatility(context: &Context, volatility: f64) {
    check_percent(context, "volatility", volatility, VOLATILITY_SUSPICIOUS);
}

/// Says so if the highest rates look like percentages without their sign.
pub(super) fn check_rates<'a>(context: &Context, markets: impl Iterator<Item = &'a Market>) {
    let larger = |a: f64, b: f64| if b.abs() > a.abs() { b } else { a };
    let (rate, dividend_yield) = markets.fold((0.0, 0.0), |(rate, dividends), market| {
        (larger(rate, market.rate), larger(dividends, market.dividend_yield))
    });
    check_percent(context, "rate", rate, RATE_SUSPICIOUS);
    check_percent(context, "dividend yield", dividend_yield, RATE_SUSPICIOUS);
}

fn check_percent(context: &Context, what: &str, value: f64, suspicious: f64) {
    if value.abs() >= suspicious {
        let shown = percent(value);
        context.warn(&format!(
            "a {what} of {value} is {shown} a year; {value} % is written `{value}%` or `{}`",
            value / 100.0
        ));
    }
}

/// Returns the terms of an option as members of a JSON object.
pub(super) fn listing_json(listing: &Listing) -> Map<String, Value> {
    let Listing { contract: Contract { kind, strike, years }, style, market } = *listing;
    let mut object = Map::new();
    object.insert("type".into(), kind.name().into());
    object.insert("style".into(), style.name().into());
    object.insert("strike".into(), json!(strike));
    object.insert("years".into(), json!(years));
    object.extend(market_json(&market));
    object
}

/// Returns the market as members of a JSON object.
pub(super) fn market_json(market: &Market) -> Map<String, Value> {
    let Market { spot, rate, dividend_yield } = *market;
    let members = [("spot", spot), ("rate", rate), ("dividend_yield", dividend_yield)];
    members.into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_short_forms_and_suggestions() {
        assert_eq!((kind("Call"), kind("p")), (Ok(OptionKind::Call), Ok(OptionKind::Put)));
        assert_eq!((style("A"), style("european")), (Ok(Style::American), Ok(Style::European)));
        assert_eq!(
            kind("cal").unwrap_err(),
            "`cal` is neither `call` nor `put`; did you mean `call`?"
        );
        assert_eq!(
            style("bermudan").unwrap_err(),
            "`bermudan` is neither `european` nor `american`"
        );
    }

    #[test]
    fn years_are_days_of_365() {
        let date = |text: &str| text.parse::<Date>().unwrap();
        assert_eq!(years_until(date("2025-01-01"), date("2024-01-01")), Ok(366.0 / 365.0));
        assert!(years_until(date("2023-12-31"), date("2024-01-01")).is_err());
    }
}
