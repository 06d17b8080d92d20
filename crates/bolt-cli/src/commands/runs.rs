//! `bolt runs`.

mod compare;

use std::io::Write;

use anyhow::{Result, anyhow};
use bolt_base::{UnixNanos, counted};
use bolt_market::data::Zone;
use bolt_session::{Recorder, parse_moment};
use bolt_sql::records::{RunId, RunKind, RunRecord};
use bolt_sql::{RunFilter, Store, StoredTrade, TradeFilter};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Map, Value, json};

use crate::arguments::at_least_one;
use crate::context::Context;
use crate::output::{Table, number, time};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bolt backtest GOOG.csv --signal 'close > SMA[close, 50]' --record --name first
  bolt runs list --formula SMA --from 2026-01
  bolt runs compare 20260131-142512-7kq2 20260131-1430")]
pub(crate) struct RunsArguments {
    #[command(subcommand)]
    command: RunsCommand,
}

#[derive(Debug, Subcommand)]
enum RunsCommand {
    /// List recorded runs, newest first
    List(ListArguments),
    /// Show a run with its manifest and trades
    Show {
        /// Its id, or the beginning or end of it
        run: String,
    },
    /// Set the figures of several runs side by side
    Compare {
        /// Their ids, or the beginnings or ends of them
        #[arg(required = true, num_args = 2..)]
        runs: Vec<String>,
    },
    /// Delete runs with their trades
    Delete {
        /// Their ids, or the beginnings or ends of them
        #[arg(required = true)]
        runs: Vec<String>,
    },
}

#[derive(Debug, Args)]
struct ListArguments {
    /// Runs of this kind only
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// Runs whose name contains this
    #[arg(long)]
    name: Option<String>,
    /// Runs whose formula contains this
    #[arg(long)]
    formula: Option<String>,
    /// Runs recorded at this time or later
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Runs recorded up to this time
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    /// At most this many
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = at_least_one)]
    limit: usize,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    Backtest,
    Sweep,
    WalkForward,
}

pub(crate) fn run(arguments: &RunsArguments, mut context: Context) -> Result<()> {
    let mut recorder = Recorder::open_existing(&context.config)?;
    match &arguments.command {
        RunsCommand::List(arguments) => list(&mut context, recorder.store(), arguments)?,
        RunsCommand::Show { run } => show(&mut context, recorder.store(), run)?,
        RunsCommand::Compare { runs } => compare::run(&mut context, recorder.store(), runs)?,
        RunsCommand::Delete { runs } => {
            let ids = find(recorder.store(), runs)?;
            recorder.store_mut().delete_runs(&ids)?;
            let ids: Vec<&str> = ids.iter().map(RunId::as_str).collect();
            if context.json {
                context.write_json(&json!({"schema": "bolt.runs.deleted/1", "runs": ids}))?;
            } else {
                writeln!(context.out, "deleted {}", ids.join(", "))?;
            }
        }
    }
    context.out.flush()?;
    context.tell_slow(recorder.store());
    Ok(())
}

fn find(store: &Store, texts: &[String]) -> Result<Vec<RunId>> {
    Ok(texts.iter().map(|text| store.find_run(text)).collect::<Result<_, _>>()?)
}

impl ListArguments {
    fn filter(&self) -> Result<RunFilter> {
        let moment = |text: &Option<String>| match text {
            Some(text) => parse_moment(text, &Zone::utc()).map(Some).map_err(|why| anyhow!(why)),
            None => Ok(None),
        };
        Ok(RunFilter {
            kind: self.kind.map(|kind| match kind {
                Kind::Backtest => RunKind::Backtest,
                Kind::Sweep => RunKind::Sweep,
                Kind::WalkForward => RunKind::WalkForward,
            }),
            name: self.name.clone(),
            formula: self.formula.clone(),
            from: moment(&self.from)?.map(|moment| moment.first),
            until: moment(&self.to)?.map(|moment| moment.end),
            limit: Some(self.limit as u64),
        })
    }
}

fn list(context: &mut Context, store: &Store, arguments: &ListArguments) -> Result<()> {
    let runs = store.runs(&arguments.filter()?)?;
    if context.json {
        let runs: Vec<Value> = runs.iter().map(view).collect();
        return context.write_json(&json!({"schema": "bolt.runs/1", "runs": runs}));
    }
    if runs.is_empty() {
        return Ok(writeln!(context.out, "no runs; `--record` keeps one")?);
    }
    let mut table = Table::new([
        "run",
        "?kind",
        "?name",
        ">return %",
        ">sharpe",
        ">?max dd %",
        ">?trades",
        "~formula",
    ]);
    for RunRecord { id, run } in &runs {
        let figure = |name: &str| number(run.figures.get(name).copied().unwrap_or(f64::NAN));
        table.push([
            id.to_string(),
            run.kind.name().to_owned(),
            run.name.clone(),
            figure("return_pct"),
            figure("sharpe"),
            figure("max_dd_pct"),
            figure("n_trades"),
            run.formula.clone(),
        ]);
    }
    let style = context.style;
    Ok(table.write(&mut context.out, style)?)
}

fn view(record: &RunRecord) -> Value {
    let RunRecord { id, run } = record;
    let manifest: Value = serde_json::from_str(&run.manifest).unwrap_or_default();
    let figures = run.figures.iter().map(|(name, value)| (name.clone(), figure_json(name, *value)));
    let figures: Map<String, Value> = figures.collect();
    json!({
        "id": id.as_str(),
        "created": run.created.to_string(),
        "kind": run.kind.name(),
        "name": run.name,
        "formula": run.formula,
        "figures": figures,
        "manifest": manifest,
    })
}

/// Returns a figure; what is counted is a whole number.
fn figure_json(name: &str, value: f64) -> Value {
    match COUNTS.contains(&name) && value.is_finite() {
        true => json!(value as u64),
        false => json!(value),
    }
}

const COUNTS: [&str; 2] = ["combinations", "n_trades"];

fn trade_view(stored: &StoredTrade) -> Value {
    let trade = &stored.trade;
    let exit = trade.exit.as_ref();
    json!({
        "symbol": trade.symbol,
        "side": trade.side.name(),
        "size": trade.size,
        "entry_time": trade.timestamp.to_string(),
        "entry_price": trade.entry_price,
        "exit_time": exit.map(|exit| exit.timestamp.to_string()),
        "exit_price": exit.map(|exit| exit.price),
        "exit_reason": exit.map(|exit| exit.reason.clone()),
        "pnl": trade.pnl,
        "fees": trade.fees,
        "open": exit.is_none(),
    })
}

fn show(context: &mut Context, store: &Store, text: &str) -> Result<()> {
    let id = store.find_run(text)?;
    let record = store.run(&id)?;
    let trades = store.trades(&TradeFilter { run: Some(id), ..TradeFilter::default() })?;
    if context.json {
        let trades: Vec<Value> = trades.iter().map(trade_view).collect();
        let view = json!({"schema": "bolt.run/1", "run": view(&record), "trades": trades});
        return context.write_json(&view);
    }
    let RunRecord { id, run } = &record;
    let style = context.style;
    let out = &mut context.out;
    let heading = style.fold(&format!("{id} {} {}", run.kind.name(), run.name), 2);
    let (id, rest) = heading.split_at(id.as_str().len());
    writeln!(out, "{}{rest}", style.bold(id))?;
    writeln!(out, "  recorded {}", time(UnixNanos(run.created.0 / 1_000_000_000 * 1_000_000_000)))?;
    writeln!(out, "{}\n", style.fold(&format!("  {}", run.formula), 4))?;
    let mut table = Table::new(["", ">"]);
    for (name, value) in &run.figures {
        table.push([format!("  {name}"), number(*value)]);
    }
    table.write(out, style)?;
    let manifest: Value = serde_json::from_str(&run.manifest).unwrap_or_default();
    let manifest = style.fold_lines(&format!("{manifest:#}"));
    writeln!(out, "\n{}\n{manifest}", style.bold("manifest"))?;
    if !trades.is_empty() {
        writeln!(out, "\n{}; `--json` lists them", counted(trades.len() as u64, "trade"))?;
    }
    Ok(())
}
