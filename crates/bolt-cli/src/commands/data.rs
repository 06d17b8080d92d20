//! `bolt data`.

mod adjust;
mod info;
mod sample;

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Result;
use bolt_base::count;
use bolt_market::data::resample::{BarRule, ResampleOptions, resample, resample_trades};
use bolt_market::data::{DataError, Dataset, store, write};
use bolt_session::{DataSource, Session};
use clap::{Args, Subcommand};
use serde_json::json;

use crate::arguments::{ReadingArguments, inputs};
use crate::context::Context;
use crate::output::check_new;

#[derive(Debug, Args)]
pub(crate) struct DataCommandArguments {
    #[command(subcommand)]
    command: DataCommand,
}

#[derive(Debug, Subcommand)]
enum DataCommand {
    /// Read files and write them as another kind: .bolt, .parquet or .csv
    Import(ImportArguments),
    /// Say what a file holds, what is missing in it and what is wrong
    Info(InfoArguments),
    /// Write made-up bars: the same for the same seed
    Sample(sample::SampleArguments),
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bolt data import GOOG.csv --out GOOG.bolt
  bolt data import ticks.csv --resample 5m --out bars.parquet
  bolt data import prices/ --out panel.bolt
  bolt data import AAPL.csv --adjust total-return --splits 'Stock Splits' \\
      --dividends Dividends --out AAPL.bolt")]
struct ImportArguments {
    /// The files, or a directory of them
    #[arg(required = true, value_name = "FILE")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    reading: ReadingArguments,
    /// The file to write; its name's end says what kind
    #[arg(long, short, value_name = "FILE")]
    out: PathBuf,
    /// Bars to make of the data: a time such as 1h, or 100t rows, 1000v volume, 1e6$ value
    #[arg(long, value_name = "RULE")]
    resample: Option<BarRule>,
    /// Take splits, or splits and dividends, out of the prices
    #[arg(long, value_enum, value_name = "WHAT")]
    adjust: Option<adjust::Kind>,
    /// Column of splits: units that one unit becomes, 0 or 1 for none
    #[arg(long, value_name = "COLUMN", requires = "adjust")]
    splits: Option<String>,
    /// Column of cash dividends a unit
    #[arg(long, value_name = "COLUMN", requires = "adjust")]
    dividends: Option<String>,
    /// Replace the file if there is one
    #[arg(long, conflicts_with = "append")]
    overwrite: bool,
    /// Append later rows to a .bolt file
    #[arg(long)]
    append: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bolt data info GOOG.csv
  bolt data info EURUSD.csv --tz Europe/London --calendar forex")]
struct InfoArguments {
    /// The files, or a directory of them
    #[arg(required = true, value_name = "FILE")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    reading: ReadingArguments,
}

pub(crate) fn run(arguments: &DataCommandArguments, context: Context) -> Result<()> {
    match &arguments.command {
        DataCommand::Import(arguments) => import(arguments, context),
        DataCommand::Info(arguments) => {
            let data = load(&arguments.paths, &arguments.reading, &context)?;
            info::show(context, &data)
        }
        DataCommand::Sample(arguments) => sample::run(arguments, context),
    }
}

fn load(paths: &[PathBuf], reading: &ReadingArguments, context: &Context) -> Result<Dataset> {
    Ok(context.session()?.load(&source(paths, reading)?)?)
}

fn source(paths: &[PathBuf], reading: &ReadingArguments) -> Result<DataSource> {
    let options = reading.options()?;
    Ok(DataSource { paths: inputs(paths), options, ..DataSource::default() })
}

/// Writes data, once it is their turn where only so many bytes a second may be written.
fn write_limited(
    session: &Session,
    out: &Path,
    data: &Dataset,
    append: bool,
) -> Result<(), DataError> {
    if let Some(rate) = &session.limits.write {
        rate.wait("data", data.allocated().0);
    }
    if append { store::append(out, data) } else { write(out, data) }
}

fn import(arguments: &ImportArguments, mut context: Context) -> Result<()> {
    let out = &arguments.out;
    check_new(out, arguments.overwrite || arguments.append)?;
    let session = context.session()?;
    let source = source(&arguments.paths, &arguments.reading)?;
    let data = session.load(&source)?;
    let (data, adjusted) = match arguments.adjust {
        Some(kind) => {
            adjust::run(data, kind, arguments.splits.as_deref(), arguments.dividends.as_deref())?
        }
        None => (data, Vec::new()),
    };
    let data = match arguments.resample {
        Some(rule) => coarser(&data, rule)?,
        None => data,
    };
    write_limited(&session, out, &data, arguments.append)?;
    let (rows, what) = extent(&data);
    if context.json {
        return context.write_json(&json!({
            "schema": "bolt.data.import/1",
            "file": out.display().to_string(),
            "rows": rows,
            "report": info::report_json(&data),
            "adjusted": adjusted,
        }));
    }
    if arguments.adjust.is_some() {
        context.note(&format!("{} splits and dividends taken out", adjusted.len()));
    }
    for line in info::report_lines(&data) {
        context.note(&line);
    }
    writeln!(context.out, "{}: {} {what}", out.display(), count(rows as u64))?;
    Ok(context.out.flush()?)
}

fn coarser(data: &Dataset, rule: BarRule) -> Result<Dataset> {
    let options = ResampleOptions::default();
    let bars = match data {
        Dataset::Bars(bars) => resample(bars, rule, &options)?.bars,
        Dataset::Trades(trades) => resample_trades(trades, rule, &options)?.bars,
        Dataset::Panel(panel) => {
            let each = (0..panel.assets().len())
                .map(|asset| Ok(resample(&panel.asset(asset)?, rule, &options)?.bars));
            let each = each.collect::<Result<Vec<_>>>()?;
            return Ok(Dataset::Panel(bolt_market::data::Panel::align(&each)?));
        }
    };
    Ok(Dataset::Bars(bars))
}

fn extent(data: &Dataset) -> (usize, String) {
    match data {
        Dataset::Bars(bars) => (bars.len(), "bars".to_owned()),
        Dataset::Panel(panel) => (panel.len(), format!("bars of {} assets", panel.assets().len())),
        Dataset::Trades(trades) => (trades.timestamps().len(), "trades".to_owned()),
    }
}
