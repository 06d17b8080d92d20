//! Which data to read, and how.

use std::path::PathBuf;

use anyhow::{Result, anyhow};
use bolt_market::data::csv::{CsvOptions, DateOrder, EpochUnit};
use bolt_market::data::resample::BarRule;
use bolt_market::data::{Calendar, ColumnOptions, LoadOptions, Policy, Zone};
use bolt_session::{DataSource, parse_moment};
use clap::{Args, ValueEnum};

use super::{character, not_negative_fraction, setting};

#[derive(Debug, Args)]
#[command(next_help_heading = "Data")]
pub(crate) struct DataArguments {
    /// Files of bars (CSV, Parquet or a column store), a directory of them, or - for standard input
    #[arg(value_name = "DATA", required = true, num_args = 1..)]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) reading: ReadingArguments,
    /// First time to use: a year, month, day or RFC 3339 time
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Last time to use
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    /// Bars to make of the data: a time such as 1h, or 100t rows, 1000v volume, 1e6$ value
    #[arg(long, value_name = "RULE")]
    resample: Option<BarRule>,
}

/// How files are read.
#[derive(Debug, Args, Default)]
pub(crate) struct ReadingArguments {
    /// Zone of times without an offset, such as America/New_York, on whose clock text shows times
    /// [default: UTC]
    #[arg(long, value_name = "ZONE")]
    tz: Option<String>,
    /// Mend what can be mended, and say what was
    #[arg(long)]
    repair: bool,
    /// Accept prices of zero and below
    #[arg(long)]
    allow_nonpositive: bool,
    /// What to call the asset
    #[arg(long, value_name = "NAME")]
    symbol: Option<String>,
    /// Calendar that gaps are counted by: always, weekdays, nyse, forex or a file
    #[arg(long, value_name = "CALENDAR")]
    calendar: Option<String>,
    /// Column of times, or the two of date and time of day
    #[arg(long, value_name = "COLUMN", num_args = 1..=2)]
    time_column: Vec<String>,
    /// Read a column as another
    #[arg(long, value_name = "OLD=NEW", value_parser = setting)]
    rename: Vec<(String, String)>,
    /// Leave a column out
    #[arg(long, value_name = "COLUMN")]
    ignore: Vec<String>,
    /// Order of day and month in dates such as 03/04/2024
    #[arg(long, value_enum, value_name = "ORDER")]
    date_order: Option<Order>,
    /// Unit of times that are numbers
    #[arg(long, value_enum, value_name = "UNIT")]
    epoch: Option<Epoch>,
    /// Character between fields of a text file
    #[arg(long, value_name = "CHARACTER", value_parser = character)]
    delimiter: Option<char>,
    /// Read `1,5` as a number [default: told from the file]
    #[arg(long)]
    decimal_comma: bool,
    /// By how much of its value a price may lie outside its bar [default: 0.000001]
    #[arg(long, value_name = "FRACTION", value_parser = not_negative_fraction)]
    rounding: Option<f64>,
    /// Lines to skip before the table
    #[arg(long, value_name = "N", default_value_t = 0)]
    skip_lines: usize,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Order {
    /// Day first
    Dmy,
    /// Month first
    Mdy,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Epoch {
    /// Seconds
    S,
    /// Milliseconds
    Ms,
    /// Microseconds
    Us,
    /// Nanoseconds
    Ns,
}

impl DataArguments {
    pub(crate) fn source(&self) -> Result<DataSource> {
        let options = self.reading.options()?;
        let zone = options.zone.clone().unwrap_or_default();
        let moment = |text: &Option<String>| match text {
            Some(text) => parse_moment(text, &zone).map(Some).map_err(|reason| anyhow!(reason)),
            None => Ok(None),
        };
        Ok(DataSource {
            paths: inputs(&self.paths),
            from: moment(&self.from)?,
            to: moment(&self.to)?,
            resample: self.resample,
            options,
        })
    }
}

impl ReadingArguments {
    pub(crate) fn options(&self) -> Result<LoadOptions> {
        let Self {
            tz,
            repair,
            allow_nonpositive,
            symbol,
            calendar,
            time_column,
            rename,
            ignore,
            date_order,
            epoch,
            delimiter,
            decimal_comma,
            rounding,
            skip_lines,
        } = self;
        Ok(LoadOptions {
            columns: ColumnOptions {
                times: time_column.clone(),
                rename: rename.clone(),
                ignore: ignore.clone(),
                kind: None,
            },
            csv: CsvOptions {
                delimiter: delimiter.and_then(|character| u8::try_from(character).ok()),
                decimal_comma: decimal_comma.then_some(true),
                skip_lines: *skip_lines,
                date_order: date_order.map(|order| match order {
                    Order::Dmy => DateOrder::DayFirst,
                    Order::Mdy => DateOrder::MonthFirst,
                }),
                epoch: epoch.map(|unit| match unit {
                    Epoch::S => EpochUnit::Seconds,
                    Epoch::Ms => EpochUnit::Milliseconds,
                    Epoch::Us => EpochUnit::Microseconds,
                    Epoch::Ns => EpochUnit::Nanoseconds,
                }),
                ..CsvOptions::default()
            },
            policy: policy(*repair, *allow_nonpositive, *rounding),
            zone: tz.as_deref().map(Zone::named).transpose()?,
            symbol: symbol.clone(),
            calendar: calendar.as_deref().map(calendar_of).transpose()?,
            pool: None,
            rate: None,
        })
    }
}

/// Returns the files to read: `-` is standard input.
pub(crate) fn inputs(paths: &[PathBuf]) -> Vec<PathBuf> {
    let input = |path: &PathBuf| match path.as_os_str() == "-" {
        true => PathBuf::from("/dev/stdin"),
        false => path.clone(),
    };
    paths.iter().map(input).collect()
}

fn policy(repair: bool, allow_nonpositive: bool, rounding: Option<f64>) -> Policy {
    let policy = if repair { Policy::repair() } else { Policy::default() };
    let rounding = rounding.unwrap_or(policy.rounding);
    Policy { allow_nonpositive, rounding, ..policy }
}

/// Returns the calendar of a name, or that of a file.
fn calendar_of(text: &str) -> Result<Calendar> {
    if std::path::Path::new(text).is_file() {
        return Ok(Calendar::from_file(text.as_ref())?);
    }
    Calendar::named(text).map_err(|reason| anyhow!(reason))
}
