//! Portfolio history: the account value over time, of a run or of a named portfolio.

use std::collections::BTreeMap;
use std::ops::Range;

use bolt_base::UnixNanos;
use rusqlite::{Connection, Row, ffi, params};

use crate::error::{ErrorKind, StoreError};
use crate::records::{PortfolioPoint, RunId};
use crate::store::Store;
use crate::trades::{nan_as_null, null_as_nan};

impl Store {
    /// Appends points to a portfolio's history in one transaction, all or nothing. A portfolio
    /// that does not exist begins with them; a run's portfolio has the run's id as its name.
    ///
    /// # Errors
    /// If the portfolio has a point of one of the dates already, a point is invalid, or the file
    /// cannot be written to.
    pub fn append_history(
        &mut self,
        portfolio: &str,
        points: &[PortfolioPoint],
    ) -> Result<(), StoreError> {
        self.write("append portfolio history", |connection| {
            connection.execute(
                "INSERT INTO portfolios (name) VALUES (?) ON CONFLICT DO NOTHING",
                [portfolio],
            )?;
            let key = connection.query_row(
                "SELECT key FROM portfolios WHERE name = ?",
                [portfolio],
                |row| row.get(0),
            )?;
            insert(connection, key, portfolio, points)
        })
    }

    /// Returns the points of a portfolio with dates in a range, in the order of their dates; none
    /// if there is no such portfolio.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn history(
        &self,
        portfolio: &str,
        dates: Range<UnixNanos>,
    ) -> Result<Vec<PortfolioPoint>, StoreError> {
        self.read("read portfolio history", |connection| {
            let mut statement = connection.prepare(HISTORY_SQL)?;
            let mut rows = statement.query(params![portfolio, dates.start.0, dates.end.0])?;
            let mut points = Vec::new();
            while let Some(row) = rows.next()? {
                points.push(point(row)?);
            }
            Ok(points)
        })
    }

    /// Returns the names of the portfolios that belong to no run, in alphabetical order.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn portfolios(&self) -> Result<Vec<String>, StoreError> {
        self.read("list portfolios", |connection| {
            let mut statement = connection
                .prepare("SELECT name FROM portfolios WHERE run IS NULL ORDER BY name")?;
            let names = statement.query_map([], |row| row.get(0))?;
            Ok(names.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Deletes a portfolio that belongs to no run, with its history. Returns whether there was one.
    ///
    /// # Errors
    /// If the file cannot be written to.
    pub fn delete_portfolio(&mut self, portfolio: &str) -> Result<bool, StoreError> {
        self.write("delete a portfolio", |connection| {
            let sql = "DELETE FROM portfolios WHERE name = ? AND run IS NULL";
            Ok(connection.execute(sql, [portfolio])? > 0)
        })
    }
}

pub(crate) const HISTORY_SQL: &str = "
    SELECT date, equity, cash, positions, prices, costs
    FROM portfolio_history JOIN portfolios ON portfolios.key = portfolio_history.portfolio
    WHERE portfolios.name = ? AND date >= ? AND date < ?
    ORDER BY date";

/// Makes the portfolio of a run; part of a transaction. Returns its key.
pub(crate) fn of_run(connection: &Connection, run: i64, id: &RunId) -> Result<i64, ErrorKind> {
    connection
        .execute("INSERT INTO portfolios (name, run) VALUES (?, ?)", params![id.as_str(), run])?;
    Ok(connection.last_insert_rowid())
}

/// Appends points; part of a transaction.
pub(crate) fn insert(
    connection: &Connection,
    portfolio: i64,
    name: &str,
    points: &[PortfolioPoint],
) -> Result<(), ErrorKind> {
    let mut statement =
        connection.prepare("INSERT INTO portfolio_history VALUES (?, ?, ?, ?, ?, ?, ?)")?;
    for point in points {
        point.check()?;
        let PortfolioPoint { date, equity, cash, positions, prices, costs } = point;
        let text = |numbers: &BTreeMap<String, f64>| {
            serde_json::to_string(numbers).map_err(|error| ErrorKind::Invalid(error.to_string()))
        };
        let (positions, prices, costs) = (text(positions)?, text(prices)?, text(costs)?);
        let (equity, cash) = (nan_as_null(*equity), nan_as_null(*cash));
        let values = params![portfolio, date.0, equity, cash, positions, prices, costs];
        let inserted = statement.execute(values);
        inserted.map_err(|error| match error.sqlite_extended_error_code() {
            Some(ffi::SQLITE_CONSTRAINT_PRIMARYKEY) => {
                ErrorKind::Invalid(format!("the portfolio `{name}` has a point of {date} already"))
            }
            _ => error.into(),
        })?;
    }
    Ok(())
}

fn point(row: &Row<'_>) -> Result<PortfolioPoint, ErrorKind> {
    let numbers = |column: usize| -> Result<BTreeMap<String, f64>, ErrorKind> {
        let text: String = row.get(column)?;
        serde_json::from_str(&text).map_err(|error| ErrorKind::Corrupt(error.to_string()))
    };
    Ok(PortfolioPoint {
        date: UnixNanos(row.get(0)?),
        equity: null_as_nan(row.get(1)?),
        cash: null_as_nan(row.get(2)?),
        positions: numbers(3)?,
        prices: numbers(4)?,
        costs: numbers(5)?,
    })
}
