//! `bolt portfolio update`: positions and prices as people give them.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Result, anyhow, bail};
use bolt_base::{UnixNanos, nearest};
use bolt_market::data::csv::Records;
use bolt_market::portfolio::{Holding, Missing, Portfolio};
use bolt_session::{Moment, Recorder};
use bolt_sql::Store;
use bolt_sql::records::PortfolioPoint;
use clap::{Args, ValueEnum};

use super::account::{Account, EVER, holdings};
use super::moment;
use crate::arguments::{not_negative, number, positive};
use crate::context::Context;

#[derive(Debug, Args)]
#[command(
    after_help = "Columns of files: symbol, units and cost of positions; symbol and price of prices.

Examples:
  bolt portfolio update mine --positions AAPL=10@180 MSFT=-4 --cash 5000 --prices AAPL=212.5 MSFT=498
  bolt portfolio update mine --prices close.csv --date 2026-06-30 --stale keep"
)]
pub(super) struct UpdateArguments {
    /// The portfolio; a new name makes a new one
    #[arg(value_name = "NAME")]
    name: String,
    /// All positions: SYMBOL=UNITS, SYMBOL=UNITS@COST or a file [default: those of the last point]
    #[arg(long, value_name = "POSITION", num_args = 1..)]
    positions: Vec<String>,
    /// Prices: SYMBOL=PRICE or a file
    #[arg(long, value_name = "PRICE", num_args = 1..)]
    prices: Vec<String>,
    /// What is not invested, negative if borrowed [default: that of the last point, or 0]
    #[arg(long, value_name = "AMOUNT", value_parser = number)]
    cash: Option<f64>,
    /// Time of the prices; without an offset it is UTC [default: now]
    #[arg(long, value_name = "TIME", value_parser = moment)]
    date: Option<Moment>,
    /// What to do with a position that has no price
    #[arg(long, value_enum, default_value_t = Stale::Refuse, value_name = "POLICY")]
    stale: Stale,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Stale {
    /// Refuse the update
    Refuse,
    /// Keep the price of the last point
    Keep,
}

impl UpdateArguments {
    /// Values the portfolio and appends a point to its history.
    pub(super) fn update(&self, context: &Context, recorder: &mut Recorder) -> Result<Account> {
        let Self { name, positions, prices, cash, date, stale } = self;
        let date = date.map_or_else(now, |moment| moment.first);
        let before = last_before(recorder.store(), name, date)?;
        let holdings = match (&before, positions.is_empty()) {
            (_, false) => self.holdings(context, before.as_ref())?,
            (Some(point), true) => holdings(point),
            (None, true) => bail!(
                "the portfolio `{name}` has no positions before {date}\n\
                 hint: give --positions SYMBOL=UNITS or a file"
            ),
        };
        let cash = cash.or(before.as_ref().map(|point| point.cash)).unwrap_or(0.0);
        let portfolio = Portfolio::new(holdings, cash)?;
        let prices = read_prices(prices, portfolio.symbols())?;
        let missing = match stale {
            Stale::Refuse => Missing::Refuse,
            Stale::Keep => Missing::Keep,
        };
        let account =
            Account::value(name, date, portfolio, &prices, missing, before).map_err(|error| {
                anyhow!(
                    "{error}\nhint: --prices SYMBOL=PRICE gives one, --stale keep keeps the last"
                )
            })?;
        recorder.store_mut().append_history(name, &[account.point()])?;
        if !account.stale.is_empty() {
            context.warn(&format!("prices of the last point kept: {}", account.stale.join(", ")));
        }
        Ok(account)
    }

    /// Returns the positions given. A cost that is not given is that of the point before, as long
    /// as no units have been added to those that it is of.
    fn holdings(&self, context: &Context, before: Option<&PortfolioPoint>) -> Result<Vec<Holding>> {
        let mut all = Vec::new();
        for text in &self.positions {
            match text.split_once('=') {
                Some((symbol, rest)) => {
                    let holding = position(symbol.trim(), rest).map_err(|reason| {
                        anyhow!("the position `{text}` is wrong: {reason}\nhint: write AAPL=10, AAPL=-10 or AAPL=10@180")
                    })?;
                    all.push(holding);
                }
                None => all.extend(position_file(file(text, "AAPL=10")?)?),
            }
        }
        if let Some(before) = before {
            all.iter_mut().for_each(|holding| keep_cost(holding, before, context));
        }
        Ok(all)
    }
}

/// Gives a position the cost of the point before, if it holds; says so if it does not.
fn keep_cost(holding: &mut Holding, before: &PortfolioPoint, context: &Context) {
    let Holding { symbol, units, cost } = holding;
    let earlier = before.positions.get(symbol).zip(before.costs.get(symbol));
    let Some((earlier_units, earlier_cost)) = earlier.filter(|_| cost.is_none()) else { return };
    // What is sold off leaves the mean cost of the rest as it was.
    if *units == 0.0 || *units / earlier_units > 0.0 && units.abs() <= earlier_units.abs() {
        *cost = Some(*earlier_cost);
    } else {
        context.warn(&format!(
            "the cost of `{symbol}` is not known any more: it was {earlier_cost} for {earlier_units} \
             units, and nothing says what the others cost; write {symbol}={units}@COST, the mean of \
             all"
        ));
    }
}

fn position(symbol: &str, rest: &str) -> Result<Holding, String> {
    let (units, cost) = match rest.split_once('@') {
        Some((units, cost)) => (units, Some(not_negative(cost)?)),
        None => (rest, None),
    };
    Ok(Holding { symbol: name(symbol)?, units: number(units)?, cost })
}

fn name(symbol: &str) -> Result<String, String> {
    if symbol.is_empty() { Err("it has no symbol".to_owned()) } else { Ok(symbol.to_owned()) }
}

/// Returns the path of a file, unless what is written is rather half of something else.
fn file<'a>(text: &'a str, example: &str) -> Result<&'a Path> {
    let path = Path::new(text);
    if path.extension().is_none() && !path.exists() {
        bail!("there is no file `{text}`\nhint: write {example} or the name of a file");
    }
    Ok(path)
}

const SYMBOL: &[&str] = &["symbol", "ticker"];

fn position_file(path: &Path) -> Result<Vec<Holding>> {
    let records = Records::open(path)?;
    let (symbol, units) = (records.required(SYMBOL)?, records.required(&["units", "quantity"])?);
    let cost = records.column(&["cost"]);
    Ok(records.parse(|row| {
        Ok(Holding {
            symbol: row.get(symbol, name)?,
            units: row.get(units, number)?,
            cost: cost.map_or(Ok(None), |cost| row.optional(cost, not_negative))?,
        })
    })?)
}

/// Reads prices of positions; of two for one symbol the later one counts. Files may have prices of
/// other symbols, and blank ones, which are none.
fn read_prices(given: &[String], symbols: &[String]) -> Result<BTreeMap<String, f64>> {
    let mut prices = BTreeMap::new();
    for text in given {
        match text.split_once('=') {
            Some((symbol, price)) => {
                let parsed = name(symbol.trim()).and_then(|symbol| Ok((symbol, positive(price)?)));
                let (symbol, price) = parsed.map_err(|reason| {
                    anyhow!("the price `{text}` is wrong: {reason}\nhint: write AAPL=212.5")
                })?;
                if !symbols.contains(&symbol) {
                    return Err(not_held(&symbol, symbols));
                }
                prices.insert(symbol, price);
            }
            None => prices.extend(price_file(file(text, "AAPL=212.5")?)?),
        }
    }
    Ok(prices)
}

fn not_held(symbol: &str, symbols: &[String]) -> anyhow::Error {
    let hint = match nearest(symbol, symbols.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "--positions says what is held".to_owned(),
    };
    anyhow!("there is a price for `{symbol}` and no position in it\nhint: {hint}")
}

fn price_file(path: &Path) -> Result<impl Iterator<Item = (String, f64)>> {
    let records = Records::open(path)?;
    let symbol = records.required(SYMBOL)?;
    let price = records.required(&["price", "close"])?;
    let rows = records.parse(|row| Ok((row.get(symbol, name)?, row.optional(price, positive)?)))?;
    Ok(rows.into_iter().filter_map(|(symbol, price)| Some((symbol, price?))))
}

/// Returns the point before a time, at which there must be none. Histories that belong to runs are not to be changed.
fn last_before(store: &Store, name: &str, date: UnixNanos) -> Result<Option<PortfolioPoint>> {
    let is_of_run = !store.portfolios()?.iter().any(|known| known == name)
        && !store.history(name, EVER)?.is_empty();
    if is_of_run {
        bail!("`{name}` is the history of a run, which stays as it is\nhint: choose another name");
    }
    let end = UnixNanos(date.0.saturating_add(1));
    let last = store.history(name, EVER.start..end)?.pop();
    if last.as_ref().is_some_and(|point| point.date == date) {
        bail!("the portfolio `{name}` has a point of {date} already\nhint: give another --date");
    }
    Ok(last)
}

/// Returns the time of the clock, in whole milliseconds.
fn now() -> UnixNanos {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let nanos = since.as_millis().saturating_mul(1_000_000);
    UnixNanos(i64::try_from(nanos).unwrap_or(i64::MAX - 1))
}
