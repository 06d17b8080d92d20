//! `bolt portfolio`.

mod account;
mod input;
mod view;

use std::io::Write;

use anyhow::Result;
use bolt_base::{UnixNanos, count};
use bolt_market::data::Zone;
use bolt_session::{Moment, Recorder, parse_moment};
use bolt_sql::records::PortfolioPoint;
use clap::{Args, Subcommand};
use serde_json::json;

use crate::context::Context;
use crate::output::{Table, number, time};
use account::{Account, EVER, known};
use input::UpdateArguments;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bolt portfolio update mine --positions AAPL=10@180 MSFT=-4 --cash 5000 --prices prices.csv
  bolt portfolio history mine --from 2026-01")]
pub(crate) struct PortfolioArguments {
    #[command(subcommand)]
    command: PortfolioCommand,
}

#[derive(Debug, Subcommand)]
enum PortfolioCommand {
    /// Value a portfolio at new prices and keep the result
    Update(UpdateArguments),
    /// Show the last valuation of a portfolio
    Show(ShowArguments),
    /// List the valuations of a portfolio
    History(HistoryArguments),
    /// List the portfolios
    List(ListArguments),
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bolt portfolio show mine
  bolt portfolio show mine --json --store desk.db")]
struct ShowArguments {
    /// The portfolio
    #[arg(value_name = "NAME")]
    name: String,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bolt portfolio history mine
  bolt portfolio history mine --from 2026-01 --to 2026-03 --json")]
struct HistoryArguments {
    /// The portfolio, or the id of a run
    #[arg(value_name = "NAME")]
    name: String,
    /// First time to list: a year, month, day or RFC 3339 time
    #[arg(long, value_name = "TIME", value_parser = moment)]
    from: Option<Moment>,
    /// Last time to list
    #[arg(long, value_name = "TIME", value_parser = moment)]
    to: Option<Moment>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bolt portfolio list
  bolt portfolio list --json")]
struct ListArguments {}

/// Parses a time; what has no offset is UTC.
fn moment(text: &str) -> Result<Moment, String> {
    parse_moment(text, &Zone::utc())
}

pub(crate) fn run(arguments: &PortfolioArguments, mut context: Context) -> Result<()> {
    let recorder = match arguments.command {
        PortfolioCommand::Update(_) => Recorder::open(&context.config),
        _ => Recorder::open_existing(&context.config),
    };
    let mut recorder = recorder?;
    run_command(arguments, &mut context, &mut recorder)?;
    context.tell_slow(recorder.store());
    Ok(())
}

fn run_command(
    arguments: &PortfolioArguments,
    context: &mut Context,
    recorder: &mut Recorder,
) -> Result<()> {
    match &arguments.command {
        PortfolioCommand::Update(arguments) => {
            let account = arguments.update(context, recorder)?;
            if context.json {
                return context.write_json(&view::object("bolt.portfolio.update/1", &account));
            }
            view::show(context, &account)
        }
        PortfolioCommand::Show(ShowArguments { name }) => {
            let account = Account::last(recorder.store(), name)?;
            if context.json {
                return context.write_json(&view::object("bolt.portfolio/1", &account));
            }
            view::show(context, &account)
        }
        PortfolioCommand::History(arguments) => history(arguments, context, recorder),
        PortfolioCommand::List(ListArguments {}) => list(context, recorder),
    }
}

fn history(arguments: &HistoryArguments, context: &mut Context, recorder: &Recorder) -> Result<()> {
    let HistoryArguments { name, from, to } = arguments;
    known(recorder.store(), name)?;
    let first = from.map_or(EVER.start, |moment| moment.first);
    let end = to.map_or(EVER.end, |moment| moment.end);
    let points = recorder.store().history(name, first..end)?;
    if context.json {
        let points: Vec<_> = points.iter().map(point_json).collect();
        let schema = "bolt.portfolio.history/1";
        return context.write_json(&json!({"schema": schema, "name": name, "points": points}));
    }
    let mut table = Table::new(["date", ">equity", ">?cash", ">change", ">?positions"]);
    let mut before = f64::NAN;
    for PortfolioPoint { date, equity, cash, positions, .. } in &points {
        let change = number(equity - before);
        let positions = count(positions.len() as u64);
        table.push([time(*date), number(*equity), number(*cash), change, positions]);
        before = *equity;
    }
    let style = context.style;
    table.write(&mut context.out, style)?;
    Ok(context.out.flush()?)
}

fn point_json(point: &PortfolioPoint) -> serde_json::Value {
    let PortfolioPoint { date, equity, cash, positions, prices, costs } = point;
    json!({
        "date": date.to_string(),
        "equity": equity,
        "cash": cash,
        "positions": positions,
        "prices": prices,
        "costs": costs,
    })
}

fn list(context: &mut Context, recorder: &Recorder) -> Result<()> {
    let store = recorder.store();
    let last = |name: String| -> Result<(String, usize, Option<PortfolioPoint>)> {
        let mut points = store.history(&name, EVER)?;
        Ok((name, points.len(), points.pop()))
    };
    let found = store.portfolios()?.into_iter().map(last).collect::<Result<Vec<_>>>()?;
    if context.json {
        let object = |(name, points, last): &(String, usize, Option<PortfolioPoint>)| {
            let date = last.as_ref().map(|point| point.date.to_string());
            let equity = last.as_ref().map(|point| point.equity);
            json!({"name": name, "points": points, "date": date, "equity": equity})
        };
        let portfolios: Vec<_> = found.iter().map(object).collect();
        let schema = "bolt.portfolio.list/1";
        return context.write_json(&json!({"schema": schema, "portfolios": portfolios}));
    }
    if found.is_empty() {
        context.note("there are no portfolios; `bolt portfolio update NAME` makes one");
    }
    let mut table = Table::new(["portfolio", ">points", "last", ">equity"]);
    for (name, points, last) in found {
        let (date, equity) = last.map_or((UnixNanos::default(), f64::NAN), |p| (p.date, p.equity));
        table.push([name, count(points as u64), time(date), number(equity)]);
    }
    let style = context.style;
    table.write(&mut context.out, style)?;
    Ok(context.out.flush()?)
}
