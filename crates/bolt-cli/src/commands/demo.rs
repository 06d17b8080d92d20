//! `bolt demo`: the main job on made-up bars.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context as _, Result};
use bolt_base::count;
use bolt_market::data::sample::{SampleOptions, sample};
use bolt_market::data::{Bars, Calendar, Dataset, Interval, write};
use bolt_market::formulas::{Role, Strategy};
use bolt_market::plan::Plan;
use bolt_market::sweep::{Grid, Parameter};
use bolt_session::{
    BacktestRequest, DataSource, Manifest, MarketEvents, ResultFile, Session, SweepRequest,
    Trading, WalkForwardRequest, Windows, backtest_page, sweep_page, walk_forward_page,
    write_report,
};
use clap::Args;
use serde_json::json;

use crate::arguments::By;
use crate::context::{Context, cancelled_by_signals};
use crate::output::{check_new, number};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bolt demo
  bolt demo --out another --seed 8")]
pub(crate) struct DemoArguments {
    /// Folder for data, results and reports
    #[arg(long, short, default_value = "bolt-demo", value_name = "FOLDER")]
    out: PathBuf,
    /// Number that decides the market
    #[arg(long, default_value_t = 7, value_name = "N")]
    seed: u64,
    /// Replace what an earlier demonstration wrote
    #[arg(long)]
    overwrite: bool,
}

/// What it writes into its folder.
const DATA: &str = "sample.csv";
const RESULTS: &str = "sweep.jsonl";
const BACKTEST: &str = "backtest.html";
const SWEEP: &str = "sweep.html";
const WALK_FORWARD: &str = "walkforward.html";

const SIGNAL: &str = "SMA[close, fast] > SMA[close, slow]";
const CONDITION: &str = "fast < slow";
const GRID: [&str; 2] = ["fast=2..60", "slow=20..250:5"];
const FEES: f64 = 0.001;

/// The pieces of the demonstration.
struct Demo {
    session: Session,
    bars: Bars,
    plan: Plan,
    trading: Trading,
    folder: PathBuf,
    data: PathBuf,
}

pub(crate) fn run(arguments: &DemoArguments, mut context: Context) -> Result<()> {
    let folder = arguments.out.clone();
    for name in [DATA, RESULTS, BACKTEST, SWEEP, WALK_FORWARD] {
        check_new(&folder.join(name), arguments.overwrite)?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    let data = folder.join(DATA);
    write(&data, &market(arguments.seed)?)?;
    let session = context.session()?;
    let source = DataSource { paths: vec![data.clone()], ..DataSource::default() };
    let bars = session.load_bars(&source)?.bars;
    let plan = Plan::from(Strategy::parse([(Role::Signal, SIGNAL)])?);
    let mut trading = Trading::of_config(&context.config);
    trading.costs.fee_rate = FEES;
    let demo = Demo { session, bars, plan, trading, folder, data };
    let say = |context: &mut Context, text: String| -> Result<()> {
        if context.json { Ok(()) } else { Ok(writeln!(context.out, "{text}")?) }
    };
    let style = context.style;
    say(
        &mut context,
        format!(
            "{}\n  a made-up market, seed {}: {} daily bars in {}\n",
            style.bold("bolt demo"),
            arguments.seed,
            count(demo.bars.len() as u64),
            demo.data.display()
        ),
    )?;
    let backtest = demo.backtest()?;
    say(&mut context, backtest.clone())?;
    let swept = demo.sweep()?;
    say(&mut context, swept.clone())?;
    let walked = demo.walk_forward()?;
    say(&mut context, walked.clone())?;
    if context.json {
        let reports = [BACKTEST, SWEEP, WALK_FORWARD];
        let reports = reports.map(|name| demo.folder.join(name).display().to_string());
        return context.write_json(&json!({
            "schema": "bolt.demo/1",
            "data": demo.data.display().to_string(),
            "results": demo.folder.join(RESULTS).display().to_string(),
            "reports": reports,
        }));
    }
    say(
        &mut context,
        format!(
            "The market is made up: whatever was found in it is luck or the generator's trends.\n\
         Open {} in a browser.",
            demo.folder.join(BACKTEST).display()
        ),
    )?;
    Ok(context.out.flush()?)
}

/// Makes ten years of daily bars.
fn market(seed: u64) -> Result<Dataset> {
    let options = SampleOptions {
        seed,
        bars: 2_520,
        interval: Interval::Days(1),
        calendar: Calendar::Weekdays,
        volatility: 0.25,
        drift: 0.06,
        ..SampleOptions::default()
    };
    Ok(sample(&options)?)
}

impl Demo {
    fn manifest(&self, parameters: &[(String, f64)]) -> Manifest {
        let source = DataSource { paths: vec![self.data.clone()], ..DataSource::default() };
        Manifest::new(&self.session, &self.bars, &source, &self.plan, parameters, &self.trading)
    }

    fn page(&self, name: &str, page: &str) -> Result<PathBuf> {
        let path = self.folder.join(name);
        write_report(&path, page)?;
        Ok(path)
    }

    fn command(&self, command: &str, more: &str) -> String {
        let data = self.data.display();
        format!("$ bolt {command} {data} --signal '{SIGNAL}' {more} --fees {}%", 100.0 * FEES)
    }

    fn backtest(&self) -> Result<String> {
        let parameters = vec![("fast".to_owned(), 20.0), ("slow".to_owned(), 100.0)];
        let request = BacktestRequest {
            plan: self.plan.clone(),
            parameters: parameters.clone(),
            trading: self.trading.clone(),
            benchmark: Some(self.bars.clone()),
            events: MarketEvents::default(),
        };
        let started = Instant::now();
        let backtest = self.session.backtest(&self.bars, &request)?;
        let seconds = started.elapsed().as_secs_f64();
        let page = backtest_page(&self.bars, &request, &backtest, &self.manifest(&parameters));
        let page = self.page(BACKTEST, &page)?;
        let summary = backtest.summary;
        Ok(format!(
            "{}\n  return {} %, Sharpe ratio {}, drawdown {} %, {} trades, in {} ms\n  {}\n",
            self.command("backtest", "--set fast=20 --set slow=100"),
            number(summary.return_pct),
            number(summary.sharpe),
            number(summary.max_dd_pct),
            summary.n_trades,
            number(seconds * 1e3),
            page.display()
        ))
    }

    fn sweep(&self) -> Result<String> {
        let request = self.request(&GRID)?;
        let manifest = self.manifest(&[]);
        let started = Instant::now();
        let combinations = self.session.combinations(&request)?;
        let out = self.folder.join(RESULTS);
        let (mut file, done) =
            ResultFile::open(&out, &request.grid, &combinations, manifest.clone(), true)?;
        let cancel = cancelled_by_signals();
        let outcome = self.session.sweep(
            &self.bars,
            &request,
            &combinations,
            done,
            &cancel,
            &mut |rows| file.append(rows),
        )?;
        file.finish(&outcome)?;
        let seconds = started.elapsed().as_secs_f64();
        let by = By::Sharpe.figure();
        let page = sweep_page(&self.bars, &request, &outcome, &manifest, by);
        let page = self.page(SWEEP, &page)?;
        let deflated = outcome.selection.as_ref().map(|found| {
            found.as_ref().and_then(|assessment| assessment.deflated_sharpe_probability.as_ref())
        });
        let assessed = match deflated {
            Some(Ok(probability)) => format!(
                "the best Sharpe ratio is above luck's with probability {} %",
                number(100.0 * probability)
            ),
            Some(Err(reason)) => reason.clone(),
            None => "interrupted".to_owned(),
        };
        Ok(format!(
            "{}\n  {} combinations in {} s; {assessed}\n  {}\n",
            self.command("sweep", &format!("--set {} --where '{CONDITION}'", GRID.join(" "))),
            count(outcome.rows.len() as u64),
            number(seconds),
            page.display()
        ))
    }

    fn walk_forward(&self) -> Result<String> {
        let grid = ["fast=5..60:5", "slow=20..240:20"];
        let windows = Windows::folds(self.bars.len(), 5);
        let choose_by = By::Sharpe.figure();
        let request = WalkForwardRequest { sweep: self.request(&grid)?, windows, choose_by };
        let cancel = cancelled_by_signals();
        let found = self.session.walk_forward(&self.bars, &request, &cancel, &mut |_, _| {})?;
        let Some(found) = found else { return Ok("interrupted\n".to_owned()) };
        let page = walk_forward_page(&request, &found, &self.manifest(&[]));
        let page = self.page(WALK_FORWARD, &page)?;
        Ok(format!(
            "{}\n  {} tests that no choice has seen: return {} %, Sharpe ratio {}, efficiency {} %\n  {}\n",
            self.command("walkforward", &format!("--set {} --where '{CONDITION}'", grid.join(" "))),
            found.folds.len(),
            number(found.summary.return_pct),
            number(found.summary.sharpe),
            number(100.0 * found.efficiency),
            page.display()
        ))
    }

    fn request(&self, grid: &[&str]) -> Result<SweepRequest> {
        let parameters = grid.iter().map(|text| Parameter::parse(text));
        Ok(SweepRequest {
            plan: self.plan.clone(),
            trading: self.trading.clone(),
            grid: Grid::new(parameters.collect::<Result<_, _>>()?)?,
            condition: Some(CONDITION.to_owned()),
            events: MarketEvents::default(),
            seed: 1,
        })
    }
}
