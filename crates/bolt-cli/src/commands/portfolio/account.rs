//! A portfolio between the store and its valuation.

use std::collections::BTreeMap;
use std::ops::Range;

use anyhow::{Result, anyhow};
use bolt_base::{UnixNanos, nearest};
use bolt_market::portfolio::{Holding, Missing, Portfolio, Valuation};
use bolt_sql::Store;
use bolt_sql::records::PortfolioPoint;

/// All times but the very last nanosecond.
pub(super) const EVER: Range<UnixNanos> = UnixNanos(i64::MIN)..UnixNanos(i64::MAX);

/// A valued portfolio beside the point of its history before it.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) date: UnixNanos,
    pub(super) portfolio: Portfolio,
    pub(super) valuation: Valuation,
    /// Symbols whose price is that of the point before.
    pub(super) stale: Vec<String>,
    pub(super) before: Option<PortfolioPoint>,
}

impl Account {
    /// Values a portfolio at prices; against those of the point before, if there is one.
    pub(super) fn value(
        name: &str,
        date: UnixNanos,
        portfolio: Portfolio,
        prices: &BTreeMap<String, f64>,
        missing: Missing,
        before: Option<PortfolioPoint>,
    ) -> Result<Self> {
        let column = |prices: &BTreeMap<String, f64>| -> Vec<f64> {
            let price = |symbol: &String| prices.get(symbol).copied().unwrap_or(f64::NAN);
            portfolio.symbols().iter().map(price).collect()
        };
        let lasts = before.as_ref().map(|point| &point.prices);
        let mut valuation = portfolio.begin(&column(lasts.unwrap_or(&BTreeMap::new())));
        let column = column(prices);
        portfolio.update(&column, missing, &mut valuation)?;
        let symbols = portfolio.symbols().iter().zip(&column);
        let stale = symbols.filter(|(_, price)| price.is_nan()).map(|(name, _)| name.clone());
        let stale = stale.collect();
        Ok(Self { name: name.to_owned(), date, portfolio, valuation, stale, before })
    }

    /// Returns the account at the last point of its history.
    pub(super) fn last(store: &Store, name: &str) -> Result<Self> {
        known(store, name)?;
        let mut points = store.history(name, EVER)?;
        let last = points.pop().ok_or_else(|| anyhow!("the portfolio `{name}` has no history"))?;
        let portfolio = Portfolio::new(holdings(&last), last.cash)?;
        let (date, prices) = (last.date, &last.prices);
        let before = points.pop();
        Self::value(name, date, portfolio, prices, Missing::Refuse, before)
            .map_err(|error| error.context(format!("the point of {date} cannot be shown")))
    }

    /// Returns the account as a point of its history.
    pub(super) fn point(&self) -> PortfolioPoint {
        let Self { portfolio, valuation, date, .. } = self;
        let by_symbol = |numbers: &[f64]| -> BTreeMap<String, f64> {
            let pairs = portfolio.symbols().iter().cloned().zip(numbers.iter().copied());
            pairs.filter(|(_, number)| !number.is_nan()).collect()
        };
        PortfolioPoint {
            date: *date,
            equity: valuation.totals().equity,
            cash: portfolio.cash(),
            positions: by_symbol(portfolio.units()),
            prices: by_symbol(valuation.prices()),
            costs: by_symbol(portfolio.costs()),
        }
    }
}

/// Returns the positions of a point, in the order of their symbols.
pub(super) fn holdings(point: &PortfolioPoint) -> Vec<Holding> {
    let holding = |(symbol, units): (&String, &f64)| Holding {
        symbol: symbol.clone(),
        units: *units,
        cost: point.costs.get(symbol).copied(),
    };
    point.positions.iter().map(holding).collect()
}

/// Refuses a name that nothing in the store has.
pub(super) fn known(store: &Store, name: &str) -> Result<()> {
    let names = store.portfolios()?;
    if names.iter().any(|known| known == name) || !store.history(name, EVER)?.is_empty() {
        return Ok(());
    }
    let hint = match nearest(name, names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`bolt portfolio list` shows what there is".to_owned(),
    };
    Err(anyhow!("there is no portfolio `{name}`\nhint: {hint}"))
}
