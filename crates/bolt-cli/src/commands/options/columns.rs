//! Contracts in the columns of a file.

use anyhow::{Result, bail};
use bolt_market::data::Date;
use bolt_market::data::RowFault;
use bolt_market::data::csv::{Record, RecordColumn, Records};
use bolt_market::options::scenario::Style;
use bolt_market::options::{Contract, OptionKind};

use super::contract::{style, years_until};
use crate::arguments::{not_negative, positive};
use crate::context::Context;

/// Names of the column of the kind, of which the first is the usual one.
pub(super) const KIND: &[&str] = &["type", "kind"];
/// Names of the column of volatilities.
pub(super) const VOLATILITY: &[&str] = &["volatility", "implied_volatility", "iv"];
const STYLE: &[&str] = &["style"];
const STRIKE: &[&str] = &["strike"];
const YEARS: &[&str] = &["years"];
const EXPIRY: &[&str] = &["expiry", "expiration"];
const DATE: &[&str] = &["date"];

/// Every column that tells of a contract.
pub(super) const CONTRACT: &[&[&str]] = &[KIND, STYLE, STRIKE, YEARS, EXPIRY, DATE, VOLATILITY];

/// Where a file has the terms of its contracts, and what holds where it says nothing.
#[derive(Debug)]
pub(super) struct ContractColumns {
    pub(super) kind: RecordColumn,
    style: Option<RecordColumn>,
    strike: RecordColumn,
    years: Option<RecordColumn>,
    expiry: Option<RecordColumn>,
    date: Option<RecordColumn>,
    otherwise: (Style, Option<Date>),
}

impl ContractColumns {
    pub(super) fn find(records: &Records, style: Style, date: Option<Date>) -> Result<Self> {
        let found = Self {
            kind: records.required(KIND)?,
            style: records.column(STYLE),
            strike: records.required(STRIKE)?,
            years: records.column(YEARS),
            expiry: records.column(EXPIRY),
            date: records.column(DATE),
            otherwise: (style, date),
        };
        match (found.years, found.expiry) {
            (None, None) => {
                records.required(YEARS)?;
            }
            (None, Some(_)) if date.is_none() && found.date.is_none() => {
                bail!(
                    "the file has days of expiry, and nothing says on which day to value\n\
                     hint: give --date, or a column `date`"
                );
            }
            _ => {}
        }
        Ok(found)
    }

    /// Returns the terms of a row that is an option of this kind.
    pub(super) fn contract(
        &self,
        row: &Record<'_>,
        kind: OptionKind,
    ) -> Result<(Contract, Style), RowFault> {
        let style = cell(row, self.style, style)?.unwrap_or(self.otherwise.0);
        let strike = row.get(self.strike, positive)?;
        Ok((Contract { kind, strike, years: self.years(row)? }, style))
    }

    fn years(&self, row: &Record<'_>) -> Result<f64, RowFault> {
        if let Some(years) = cell(row, self.years, not_negative)? {
            return Ok(years);
        }
        let Some(column) = self.expiry else {
            // Without a column of days the one of years is there, and blank.
            return Err(row.fault(self.years.unwrap_or(self.strike), "is no number of years"));
        };
        let expiry = row.get(column, str::parse::<Date>)?;
        let Some(date) = cell(row, self.date, str::parse::<Date>)?.or(self.otherwise.1) else {
            return Err(row.fault(column, "is an expiry, and no `date` says on which day to value"));
        };
        years_until(expiry, date).map_err(|reason| row.fault(column, &reason))
    }
}

/// Parses the cell of a column that a file may lack.
pub(super) fn cell<T>(
    row: &Record<'_>,
    column: Option<RecordColumn>,
    parse: impl FnOnce(&str) -> Result<T, String>,
) -> Result<Option<T>, RowFault> {
    column.map_or(Ok(None), |column| row.optional(column, parse))
}

/// Says which columns of a file are not looked at, so that a mistyped name is not overlooked.
pub(super) fn note_ignored(context: &Context, records: &Records, known: &[&[&str]]) {
    let is_known = |name: &str| known.iter().any(|names| names.contains(&name));
    let ignored: Vec<String> = records
        .columns()
        .iter()
        .filter(|name| !is_known(name))
        .map(|name| format!("`{name}`"))
        .collect();
    if !ignored.is_empty() {
        context.note(&format!("columns not used: {}", ignored.join(", ")));
    }
}
