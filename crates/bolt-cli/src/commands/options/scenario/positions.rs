//! What is held: from the command line or from a file.

use std::path::PathBuf;

use anyhow::{Result, anyhow, bail};
use bolt_market::data::csv::{Record, Records};
use bolt_market::data::{Date, RowFault};
use bolt_market::options::Contract;
use bolt_market::options::scenario::{Instrument, Position, Style};
use clap::Args;
use serde_json::{Value, json};

use super::super::columns::{CONTRACT, ContractColumns, KIND, VOLATILITY, cell, note_ignored};
use super::super::contract::{kind, style};
use crate::arguments::{not_negative, not_negative_fraction, number, positive};
use crate::context::Context;

#[derive(Debug, Args)]
#[command(next_help_heading = "Positions")]
pub(super) struct PositionArguments {
    /// Holdings, such as call:100:0.5:10 or stock:-300; units are negative if sold
    #[arg(long = "position", value_name = "POSITION", num_args = 1..)]
    given: Vec<String>,
    /// File of holdings (CSV)
    #[arg(long = "positions", value_name = "FILE")]
    file: Option<PathBuf>,
    /// Volatility where a position has none: 0.2 or 20%
    #[arg(long, value_name = "VOLATILITY", value_parser = not_negative_fraction)]
    volatility: Option<f64>,
    /// Style where a position has none: european or american
    #[arg(long, value_name = "STYLE", default_value = "european", value_parser = style)]
    style: Style,
    /// Day on which days of expiry in the file are counted from
    #[arg(long, value_name = "DATE", requires = "file")]
    date: Option<Date>,
}

const UNITS: &[&str] = &["units", "quantity"];

impl PositionArguments {
    pub(super) fn read(&self, context: &Context) -> Result<Vec<Position>> {
        let given = self.given.iter().map(|text| {
            self.parse(text).map_err(|reason| {
                anyhow!(
                    "the position `{text}` is wrong: {reason}\nhint: write call:100:0.5:10 \
                     (type, strike, years, units, then volatility and style) or stock:-300"
                )
            })
        });
        let mut positions = given.collect::<Result<Vec<_>>>()?;
        if self.file.is_some() {
            positions.extend(self.read_file(context)?);
        }
        if positions.is_empty() {
            bail!(
                "there are no positions\nhint: give --position call:100:0.5:10 or --positions FILE"
            );
        }
        Ok(positions)
    }

    fn parse(&self, text: &str) -> Result<Position, String> {
        let parts: Vec<&str> = text.split(':').map(str::trim).collect();
        match parts[..] {
            [word, units] if is_stock(word) => {
                Ok(Position { units: number(units)?, instrument: Instrument::Underlying })
            }
            [right, strike, years, units, ref rest @ ..] if rest.len() <= 2 => {
                let kind = kind(right)?;
                let contract =
                    Contract { kind, strike: positive(strike)?, years: not_negative(years)? };
                let volatility = match rest.first() {
                    Some(volatility) => not_negative_fraction(volatility)?,
                    None => self
                        .volatility
                        .ok_or("it has no volatility and there is no --volatility")?,
                };
                let style = rest.get(1).map_or(Ok(self.style), |word| style(word))?;
                let instrument = Instrument::Option { contract, style, volatility };
                Ok(Position { units: number(units)?, instrument })
            }
            _ => Err(format!("parts between its colons: {}", parts.len())),
        }
    }

    fn read_file(&self, context: &Context) -> Result<Vec<Position>> {
        let Some(path) = &self.file else { return Ok(Vec::new()) };
        let records = Records::open(path)?;
        let units = records.required(UNITS)?;
        let kind_column = records.required(KIND)?;
        let columns = ContractColumns::find(&records, self.style, self.date)?;
        let volatility_column = records.column(VOLATILITY);
        note_ignored(context, &records, &[CONTRACT, &[UNITS]].concat());
        let option = |row: &Record<'_>| -> Result<Instrument, RowFault> {
            let (contract, style) = columns.contract(row, row.get(kind_column, kind)?)?;
            let volatility = cell(row, volatility_column, not_negative_fraction)?;
            let volatility = volatility.or(self.volatility).ok_or_else(|| {
                let column = volatility_column.unwrap_or(kind_column);
                row.fault(column, "is no volatility, and there is no --volatility")
            })?;
            Ok(Instrument::Option { contract, style, volatility })
        };
        let position = |row: &Record<'_>| -> Result<Position, RowFault> {
            let units = row.get(units, number)?;
            let instrument = match row.get(kind_column, |word| Ok(is_stock(word)))? {
                true => Instrument::Underlying,
                false => option(row)?,
            };
            Ok(Position { units, instrument })
        };
        Ok(records.parse(position)?)
    }
}

fn is_stock(word: &str) -> bool {
    ["stock", "underlying"].iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// Returns the volatility of an option.
pub(super) fn volatility(position: &Position) -> Option<f64> {
    match position.instrument {
        Instrument::Underlying => None,
        Instrument::Option { volatility, .. } => Some(volatility),
    }
}

pub(super) fn position_json(position: &Position) -> Value {
    let Position { units, instrument } = *position;
    match instrument {
        Instrument::Underlying => json!({"type": "stock", "units": units}),
        Instrument::Option { contract: Contract { kind, strike, years }, style, volatility } => {
            json!({
                "type": kind.name(),
                "style": style.name(),
                "strike": strike,
                "years": years,
                "units": units,
                "volatility": volatility,
            })
        }
    }
}
