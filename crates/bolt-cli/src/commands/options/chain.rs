//! `bolt options chain`.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use bolt_base::count;
use bolt_market::data::csv::{Record, RecordColumn, Records, write_records};
use bolt_market::data::{Date, RowFault};
use bolt_market::options::chain::{Listing, greeks};
use bolt_market::options::scenario::Style;
use bolt_market::options::{Contract, Greeks, Market};
use clap::Args;
use serde_json::{Value, json};

use super::columns::{CONTRACT, ContractColumns, VOLATILITY, cell, note_ignored};
use super::contract::{
    DAYS, RateArguments, check_rates, check_volatility, kind, listing_json, style,
};
use super::price::greeks_json;
use crate::arguments::{fraction, not_negative, not_negative_fraction, positive};
use crate::context::Context;
use crate::output::{Table, check_new, number};

#[derive(Debug, Args)]
#[command(
    after_help = "Columns of the file: type, strike, years or expiry, spot, rate, dividend_yield, \
style, date, and volatility or price. An option with a volatility is valued, one with a price only \
has its volatility implied first.

Examples:
  bolt options chain chain.csv --spot 512.3 --rate 4% --date 2026-06-30 --out greeks.csv
  bolt options chain quotes.csv --style american --keep-going --json"
)]
pub(super) struct ChainArguments {
    /// File of contracts (CSV), an option a row
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Price of the underlying, where the file has none
    #[arg(long, value_name = "PRICE", value_parser = positive, help_heading = "Market")]
    spot: Option<f64>,
    #[command(flatten)]
    rates: RateArguments,
    /// Volatility where the file has neither one nor a price: 0.2 or 20%
    #[arg(long, value_name = "VOLATILITY", value_parser = not_negative_fraction, help_heading = "Market")]
    volatility: Option<f64>,
    /// Style where the file has none: european or american
    #[arg(long, value_name = "STYLE", default_value = "european", value_parser = style, help_heading = "Contract")]
    style: Style,
    /// Day on which the options are valued, where the file has none
    #[arg(long, value_name = "DATE", help_heading = "Contract")]
    date: Option<Date>,
    /// Leave out the results of a price that no volatility gives, and say how many
    #[arg(long, help_heading = "Data")]
    keep_going: bool,
    /// Write the results as CSV
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    out: Option<PathBuf>,
    /// Replace the file if there is one
    #[arg(long, requires = "out", help_heading = "Output")]
    overwrite: bool,
}

const SPOT: &[&str] = &["spot", "underlying"];
const RATE: &[&str] = &["rate"];
const DIVIDEND_YIELD: &[&str] = &["dividend_yield", "yield"];
const PRICE: &[&str] = &["price", "quote"];

/// An option of the file.
#[derive(Debug, Clone, Copy)]
struct Row {
    listing: Listing,
    /// Given or implied; NaN where no volatility gives the price.
    volatility: f64,
    /// The price that the file has.
    quote: Option<f64>,
}

/// Where the file has what a row is made of.
struct Columns<'a> {
    arguments: &'a ChainArguments,
    contract: ContractColumns,
    spot: Option<RecordColumn>,
    rate: Option<RecordColumn>,
    dividend_yield: Option<RecordColumn>,
    volatility: Option<RecordColumn>,
    price: Option<RecordColumn>,
}

pub(super) fn run(arguments: &ChainArguments, mut context: Context) -> Result<()> {
    let session = context.session()?;
    arguments.out.as_deref().map_or(Ok(()), |out| check_new(out, arguments.overwrite))?;
    let rows = read(arguments, &context)?;
    let (listings, volatilities): (Vec<Listing>, Vec<f64>) =
        rows.iter().map(|row| (row.listing, row.volatility)).unzip();
    let values = greeks(&listings, &volatilities, &session.pool);
    say_what_is_odd(&context, &rows);
    if let Some(path) = &arguments.out {
        let cells = rows.iter().zip(&values).map(|(row, greeks)| cells(row, greeks));
        write_records(path, &HEADER, cells)?;
        context.note(&format!(
            "wrote {} options to `{}`",
            count(rows.len() as u64),
            path.display()
        ));
    }
    if context.json {
        let options: Vec<Value> =
            rows.iter().zip(&values).map(|(row, greeks)| object(row, greeks)).collect();
        return context.write_json(&json!({"schema": "bolt.options.chain/1", "options": options}));
    }
    if arguments.out.is_none() {
        let style = context.style;
        table(&rows, &values).write(&mut context.out, style)?;
    }
    Ok(context.out.flush()?)
}

fn read(arguments: &ChainArguments, context: &Context) -> Result<Vec<Row>> {
    let records = Records::open(&arguments.file)?;
    let columns = Columns {
        arguments,
        contract: ContractColumns::find(&records, arguments.style, arguments.date)?,
        spot: match arguments.spot {
            Some(_) => records.column(SPOT),
            None => Some(records.required(SPOT)?),
        },
        rate: records.column(RATE),
        dividend_yield: records.column(DIVIDEND_YIELD),
        volatility: records.column(VOLATILITY),
        price: records.column(PRICE),
    };
    if columns.volatility.is_none() && columns.price.is_none() && arguments.volatility.is_none() {
        records.required(VOLATILITY)?;
    }
    let known = [CONTRACT, &[SPOT, RATE, DIVIDEND_YIELD, PRICE]].concat();
    note_ignored(context, &records, &known);
    Ok(records.parse(|row| columns.row(row))?)
}

impl Columns<'_> {
    fn row(&self, row: &Record<'_>) -> Result<Row, RowFault> {
        let kind = row.get(self.contract.kind, kind)?;
        let (contract, style) = self.contract.contract(row, kind)?;
        let listing = Listing { contract, style, market: self.market(row)? };
        let quote = cell(row, self.price, not_negative)?;
        let given = cell(row, self.volatility, not_negative_fraction)?;
        let volatility = match (given, self.price, quote) {
            (Some(volatility), _, _) => volatility,
            (None, Some(column), Some(quote)) => self.implied(&listing, row, column, quote)?,
            (None, _, _) => self.arguments.volatility.ok_or_else(|| {
                let column = self.volatility.or(self.price).unwrap_or(self.contract.kind);
                row.fault(
                    column,
                    "is neither a volatility nor a price, and there is no --volatility",
                )
            })?,
        };
        Ok(Row { listing, volatility, quote })
    }

    fn market(&self, row: &Record<'_>) -> Result<Market, RowFault> {
        let RateArguments { rate, dividend_yield } = self.arguments.rates;
        let spot = match (cell(row, self.spot, positive)?, self.spot) {
            (Some(spot), _) => spot,
            (None, column) => self.arguments.spot.ok_or_else(|| {
                row.fault(
                    column.unwrap_or(self.contract.kind),
                    "is no price, and there is no --spot",
                )
            })?,
        };
        Ok(Market {
            spot,
            rate: cell(row, self.rate, fraction)?.unwrap_or(rate),
            dividend_yield: cell(row, self.dividend_yield, fraction)?.unwrap_or(dividend_yield),
        })
    }

    fn implied(
        &self,
        listing: &Listing,
        row: &Record<'_>,
        column: RecordColumn,
        quote: f64,
    ) -> Result<f64, RowFault> {
        match listing.implied_volatility(quote) {
            Ok(volatility) => Ok(volatility),
            Err(_) if self.arguments.keep_going => Ok(f64::NAN),
            Err(error) => {
                let reason = format!(
                    "is a price without a volatility (--keep-going leaves its results out): {error}"
                );
                Err(row.fault(column, &reason))
            }
        }
    }
}

fn say_what_is_odd(context: &Context, rows: &[Row]) {
    let unknown = rows.iter().filter(|row| row.volatility.is_nan()).count();
    if unknown > 0 {
        context.warn(&format!(
            "{} of {} prices are such as no volatility gives; they have no results",
            count(unknown as u64),
            count(rows.len() as u64)
        ));
    }
    check_rates(context, rows.iter().map(|row| &row.listing.market));
    let highest = rows.iter().map(|row| row.volatility).fold(0.0, f64::max);
    check_volatility(context, highest);
}

const HEADER: [&str; 16] = [
    "type",
    "style",
    "strike",
    "years",
    "spot",
    "rate",
    "dividend_yield",
    "volatility",
    "quote",
    "price",
    "delta",
    "gamma",
    "theta_per_year",
    "vega",
    "rho",
    "dividend_rho",
];

/// Returns the cells of a row of [`HEADER`]: numbers with the digits that give them back.
fn cells(row: &Row, greeks: &Greeks) -> Vec<String> {
    let Row { listing: Listing { contract, style, market }, volatility, quote } = *row;
    let Contract { kind, strike, years } = contract;
    let Market { spot, rate, dividend_yield } = market;
    let Greeks { price, delta, gamma, theta, vega, rho, dividend_rho } = *greeks;
    let quote = quote.unwrap_or(f64::NAN);
    let numbers = [
        strike,
        years,
        spot,
        rate,
        dividend_yield,
        volatility,
        quote,
        price,
        delta,
        gamma,
        theta,
        vega,
        rho,
        dividend_rho,
    ];
    let text = |value: f64| if value.is_nan() { String::new() } else { value.to_string() };
    let words = [kind.name(), style.name()].map(str::to_owned);
    words.into_iter().chain(numbers.map(text)).collect()
}

fn object(row: &Row, greeks: &Greeks) -> Value {
    let mut object = listing_json(&row.listing);
    object.insert("volatility".into(), json!(row.volatility));
    object.insert("quote".into(), json!(row.quote));
    object.extend(greeks_json(greeks));
    object.into()
}

fn table(rows: &[Row], values: &[Greeks]) -> Table {
    let titles = [
        "type",
        "?style",
        ">strike",
        ">?years",
        ">?spot",
        ">volatility %",
        ">?quote",
        ">price",
        ">delta",
        ">?gamma",
        ">?theta/day",
        ">?vega/%",
        ">?rho/%",
    ];
    let mut table = Table::new(titles);
    for (row, greeks) in rows.iter().zip(values) {
        let Row { listing: Listing { contract, style, market }, volatility, quote } = *row;
        let Greeks { price, delta, gamma, theta, vega, rho, .. } = *greeks;
        let numbers = [
            contract.strike,
            contract.years,
            market.spot,
            100.0 * volatility,
            quote.unwrap_or(f64::NAN),
            price,
            delta,
            gamma,
            theta / DAYS,
            vega / 100.0,
            rho / 100.0,
        ];
        let words = [contract.kind.name(), style.name()].map(str::to_owned);
        table.push(words.into_iter().chain(numbers.map(number)));
    }
    table
}
