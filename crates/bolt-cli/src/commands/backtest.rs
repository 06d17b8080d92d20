//! `bolt backtest`.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use bolt_config::{Config, Flag};
use bolt_market::data::Bars;
use bolt_session::{
    Backtest, BacktestRequest, DataSource, Loaded, Manifest, MarketEvents, Recorder, Session,
    backtest_page, check_report_path, show_time, write_report,
};
use clap::Args;
use serde_json::json;

use super::weights::WeightArguments;
use crate::arguments::{DataArguments, FILE_HELP, StrategyArguments, TradingArguments, setting};
use crate::context::Context;
use crate::output::{BacktestView, show_backtest};

const EXAMPLES: &str = "Examples:
  bolt backtest GOOG.csv --signal 'SMA[close, 10] > SMA[close, 30]'
  bolt backtest GOOG.csv --entry 'RSI[close, 14] < 30' --exit 'RSI[close, 14] > 70' --sl 5%
  bolt backtest GOOG.csv --define rules.wl --signal 'trend[10, 30]'
  bolt backtest GOOG.csv --strategy breakout.toml --set entry=55
  bolt backtest prices/ --weights 'If[CsRank[close / Delay[close, 60]] > 0.8, 0.1, 0]' \\
      --rebalance-weights 1M";

#[derive(Debug, Args)]
#[command(
    after_help = EXAMPLES,
    after_long_help = format!("{EXAMPLES}\n\n{FILE_HELP}")
)]
pub(crate) struct BacktestArguments {
    #[command(flatten)]
    data: DataArguments,
    #[command(flatten)]
    strategy: StrategyArguments,
    #[command(flatten)]
    weights: WeightArguments,
    #[command(flatten)]
    trading: TradingArguments,
    #[command(flatten)]
    benchmark: BenchmarkArguments,
    #[command(flatten)]
    run: RunArguments,
    /// A number that formulas use by name
    #[arg(long = "set", value_name = "NAME=NUMBER", value_parser = setting, num_args = 1.., help_heading = "Strategy")]
    parameters: Vec<(String, String)>,
}

/// What the result of a backtest is compared with.
#[derive(Debug, Args)]
pub(crate) struct BenchmarkArguments {
    /// Compare with the closes of this file
    #[arg(long, value_name = "FILE", help_heading = "Statistics")]
    benchmark: Option<PathBuf>,
}

impl BenchmarkArguments {
    /// Loads the benchmark; returns it with what it is read from.
    pub(crate) fn load(
        &self,
        session: &Session,
        source: &DataSource,
    ) -> Result<Option<(Bars, DataSource)>> {
        let Some(path) = &self.benchmark else { return Ok(None) };
        let source = DataSource { paths: vec![path.clone()], resample: None, ..source.clone() };
        // The close before the first bar is the first that counts.
        let source = DataSource { from: None, ..source };
        let loaded = session.load_bars(&source).context("cannot use the benchmark")?;
        Ok(Some((loaded.bars, source)))
    }
}

/// What is done with the result of a run.
#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// Column of cash dividends a unit, paid to who holds it at the open
    #[arg(long, value_name = "COLUMN", help_heading = "Data")]
    dividends: Option<String>,
    /// Column of splits: units that one unit becomes at the open, 0 or 1 for none
    #[arg(long, value_name = "COLUMN", help_heading = "Data")]
    splits: Option<String>,
    /// Write a report as a page of HTML
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    report: Option<PathBuf>,
    /// Keep the run in the database of runs
    #[arg(long, help_heading = "Output")]
    record: bool,
    /// Name of the run in the database
    #[arg(long, value_name = "NAME", requires = "record", help_heading = "Output")]
    pub(crate) name: Option<String>,
}

impl RunArguments {
    /// Returns the manifest with the columns of dividends and splits.
    pub(crate) fn describe(&self, manifest: Manifest) -> Manifest {
        manifest.with("columns", json!({"dividends": self.dividends, "splits": self.splits}))
    }

    /// Returns whether dividends or splits are given.
    pub(crate) fn has_events(&self) -> bool {
        self.dividends.is_some() || self.splits.is_some()
    }

    /// Returns the dividends and splits of the bars.
    pub(crate) fn events(&self, bars: &Bars) -> Result<MarketEvents> {
        let column = |name: &Option<String>| match name {
            Some(name) => bars.column(name).map(|column| Some(column.to_vec())),
            None => Ok(None),
        };
        let splits = column(&self.splits)?;
        check_splits(splits.as_deref().unwrap_or_default(), bars)?;
        let dividends = column(&self.dividends)?;
        check_dividends(dividends.as_deref().unwrap_or_default(), bars)?;
        let ratio = |split: f64| if split == 0.0 || split.is_nan() { 1.0 } else { split };
        let amount = |dividend: f64| if dividend.is_nan() { 0.0 } else { dividend };
        Ok(MarketEvents {
            dividends: dividends.map(|dividends| dividends.into_iter().map(amount).collect()),
            splits: splits.map(|splits| splits.into_iter().map(ratio).collect()),
        })
    }

    /// Writes the report if one is asked for.
    pub(crate) fn write_report(
        &self,
        context: &Context,
        page: impl FnOnce() -> String,
    ) -> Result<()> {
        let Some(path) = &self.report else { return Ok(()) };
        write_report(path, &page())?;
        context.note(&format!("report in {}", path.display()));
        Ok(())
    }

    /// Opens the database if the run is to be kept, and checks where the report is to be: what
    /// cannot be written is said before the work is done.
    pub(crate) fn recorder(&self, session: &Session) -> Result<Option<Recorder>> {
        self.report.as_deref().map_or(Ok(()), check_report_path)?;
        Ok(if self.record { Some(Recorder::open(&session.config)?) } else { None })
    }
}

impl BacktestArguments {
    pub(crate) fn flags(&self) -> Vec<Flag> {
        self.trading.flags()
    }
}

/// A split of more than this, or of less than its reciprocal, is something else.
const SPLIT_MAX: f64 = 1_000.0;

fn check_splits(splits: &[f64], bars: &Bars) -> Result<()> {
    let wrong = |ratio: &f64| {
        *ratio != 0.0 && !ratio.is_nan() && !(1.0 / SPLIT_MAX..=SPLIT_MAX).contains(ratio)
    };
    match splits.iter().position(wrong) {
        Some(bar) => bail!(
            "the split at {} is {}; a column of splits has 0 or 1 for none, 2 for two for one",
            show_time(bars.timestamps()[bar], &bars.basis.zone),
            splits[bar]
        ),
        None => Ok(()),
    }
}

fn check_dividends(dividends: &[f64], bars: &Bars) -> Result<()> {
    let close = bars.close();
    let before = |bar: usize| close[bar.saturating_sub(1)];
    let wrong = |bar: &usize| dividends[*bar] < 0.0 || dividends[*bar] >= before(*bar);
    match (0..dividends.len()).find(wrong) {
        Some(bar) => bail!(
            "the dividend at {} is {}, and the close before it {}; a column of dividends has cash a \
             unit, 0 for none",
            show_time(bars.timestamps()[bar], &bars.basis.zone),
            dividends[bar],
            before(bar)
        ),
        None => Ok(()),
    }
}

/// What a run came to, with what it was made of.
pub(crate) struct Outcome {
    pub(crate) bars: Bars,
    pub(crate) request: BacktestRequest,
    pub(crate) backtest: Backtest,
    /// What to know of the bars.
    pub(crate) notes: Vec<String>,
    pub(crate) manifest: Manifest,
}

pub(crate) fn run(arguments: &BacktestArguments, mut context: Context) -> Result<()> {
    let session = context.session()?;
    let mut recorder = arguments.run.recorder(&session)?;
    let (outcome, name) = arguments.outcome(&session, &context.config)?;
    let Outcome { bars, request, backtest, notes, manifest } = &outcome;
    let notes = [&notes[..], &backtest.notes].concat();
    notes.iter().for_each(|note| context.note(note));
    let name = arguments.run.name.clone().or(name).unwrap_or_default();
    let run = match &mut recorder {
        Some(recorder) => Some(recorder.backtest(&name, bars, backtest, manifest)?.to_string()),
        None => None,
    };
    if let Some(recorder) = &recorder {
        context.tell_slow(recorder.store());
    }
    arguments.run.write_report(&context, || backtest_page(bars, request, backtest, manifest))?;
    if context.json {
        return context.write_json(&BacktestView::new(bars, backtest, &notes, manifest, run));
    }
    show_backtest(&mut context, bars, request, backtest)?;
    if let Some(run) = run {
        context.note(&format!("recorded as {run}"));
    }
    Ok(())
}

impl BacktestArguments {
    /// Runs what is asked for; returns the name that a strategy file gives it.
    fn outcome(&self, session: &Session, config: &Config) -> Result<(Outcome, Option<String>)> {
        let source = self.data.source()?;
        let options = self.trading.options(config)?;
        let given = parameters(&self.parameters)?;
        let mut definitions = self.strategy.definitions()?;
        if let Some(strategy) = self.weights.strategy(definitions.as_mut())? {
            let trading = options.resolve(config)?;
            if self.run.has_events() {
                bail!("`--dividends` and `--splits` are columns of one asset; leave them out");
            }
            let benchmark = self.benchmark.load(session, &source)?;
            let outcome =
                self.weights.run(session, &source, strategy, given, trading, benchmark)?;
            return Ok((outcome, None));
        }
        let strategy = self.strategy.definition()?;
        let trading = options.or(&strategy.trading).resolve(config)?;
        let parameters = strategy.with(&given)?;
        let loaded = session.load_bars(&source)?;
        let Loaded { bars, notes } = loaded;
        let (benchmark, benchmark_source) = self.benchmark.load(session, &source)?.unzip();
        let request = BacktestRequest {
            benchmark,
            events: self.run.events(&bars)?,
            plan: strategy.plan.clone(),
            parameters,
            trading,
        };
        let backtest = session.backtest(&bars, &request)?;
        let BacktestRequest { plan, parameters, trading, benchmark, .. } = &request;
        let manifest = Manifest::new(session, &bars, &source, plan, parameters, trading);
        let compared = benchmark.as_ref().zip(benchmark_source.as_ref());
        let manifest = self.run.describe(manifest.with_benchmark(compared));
        let manifest = strategy.describe(manifest);
        let name = strategy.name().map(str::to_owned);
        Ok((Outcome { bars, request, backtest, notes, manifest }, name))
    }
}

fn parameters(given: &[(String, String)]) -> Result<Vec<(String, f64)>> {
    let number = |(name, value): &(String, String)| match value.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok((name.clone(), number)),
        _ => bail!("`--set {name}={value}` is not a number; a range is for `bolt sweep`"),
    };
    let names = given.iter().map(|(name, _)| name);
    for (index, name) in names.clone().enumerate() {
        if names.clone().take(index).any(|earlier| earlier == name) {
            bail!("the parameter `{name}` is given twice");
        }
    }
    given.iter().map(number).collect()
}
