//! `bolt data sample`.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Result, anyhow};
use bolt_base::count;
use bolt_market::data::sample::{SampleOptions, sample};
use bolt_market::data::{Calendar, Interval, Zone, write};
use bolt_session::parse_moment;
use clap::Args;
use serde_json::json;

use crate::arguments::{at_least_one, fraction};
use crate::context::Context;
use crate::output::check_new;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bolt data sample --bars 100000 --out sample.csv
  bolt data sample --bars 2500 --assets 500 --interval 1d --calendar nyse --out panel.bolt")]
pub(super) struct SampleArguments {
    /// Number of bars of each asset
    #[arg(long, default_value_t = 100_000, value_name = "N", value_parser = at_least_one)]
    bars: usize,
    /// The file to write: .csv, .bolt or .parquet
    #[arg(long, short, value_name = "FILE")]
    out: PathBuf,
    /// Number that decides everything
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// Number of assets
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = at_least_one)]
    assets: usize,
    /// Time between bars
    #[arg(long, default_value = "1m", value_name = "INTERVAL")]
    interval: Interval,
    /// No bar is before this time
    #[arg(long, default_value = "2020", value_name = "TIME")]
    start: String,
    /// When the market trades: always, weekdays, nyse or forex
    #[arg(long, default_value = "always", value_name = "CALENDAR")]
    calendar: String,
    /// The first price
    #[arg(long, default_value_t = 100.0, value_name = "PRICE")]
    price: f64,
    /// Mean volatility a year
    #[arg(long, default_value = "0.4", value_parser = fraction, value_name = "FRACTION")]
    volatility: f64,
    /// Mean drift a year
    #[arg(long, default_value = "0.05", value_parser = fraction, value_name = "FRACTION")]
    drift: f64,
    /// Correlation of two assets' returns
    #[arg(long, default_value_t = 0.3, value_name = "NUMBER")]
    correlation: f64,
    /// Replace the file if there is one
    #[arg(long)]
    overwrite: bool,
}

pub(super) fn run(arguments: &SampleArguments, mut context: Context) -> Result<()> {
    let SampleArguments { bars, out, seed, assets, interval, price, .. } = arguments;
    check_new(out, arguments.overwrite)?;
    let calendar = Calendar::named(&arguments.calendar).map_err(|reason| anyhow!(reason))?;
    let start = parse_moment(&arguments.start, &Zone::utc()).map_err(|reason| anyhow!(reason))?;
    let options = SampleOptions {
        seed: *seed,
        bars: *bars,
        assets: *assets,
        interval: *interval,
        start: start.first,
        calendar,
        price: *price,
        volatility: arguments.volatility,
        drift: arguments.drift,
        correlation: arguments.correlation,
        ..SampleOptions::default()
    };
    write(out, &sample(&options)?)?;
    if context.json {
        return context.write_json(&json!({
            "schema": "bolt.data.sample/1",
            "file": out.display().to_string(),
            "bars": bars,
            "assets": assets,
            "seed": seed,
        }));
    }
    let of_assets = if *assets > 1 { format!(" of {assets} assets") } else { String::new() };
    let bars = count(*bars as u64);
    writeln!(context.out, "{}: {bars} bars{of_assets}, seed {seed}", out.display())?;
    Ok(context.out.flush()?)
}
