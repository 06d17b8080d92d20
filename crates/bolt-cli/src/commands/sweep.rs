//! `bolt sweep`.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use bolt_base::{count, counted};
use bolt_market::data::Bars;
use bolt_market::sweep::{End, Row};
use bolt_session::{
    Assessment, Done, Manifest, ResultFile, Session, SessionError, SweepOutcome, SweepRequest,
    row_line, sweep_page,
};
use bolt_sql::records::RunKind;
use clap::Args;
use serde_json::json;

use crate::arguments::{By, FILE_HELP, GridArguments, Prepared, at_least_one};
use crate::context::{Context, cancelled_by_signals};
use crate::failure::INTERRUPTED;
use crate::output::{Progress, Table, number, tell_cache};

const EXAMPLES: &str = "Examples:
  bolt sweep GOOG.csv --signal 'SMA[close, fast] > SMA[close, slow]' \\
      --set fast=5..50 slow=20..200:5 --where 'fast < slow' --out results.jsonl
  bolt sweep GOOG.csv --strategy breakout.toml --set entry=10..60:5 exit=5..30:5";

const JSON_HELP: &str = "JSON:
  With --json each line is an object, one a combination, as --out writes them: `schema`
  bolt.sweep/1, parameters, figures. With --outcome there is a last one, `schema`
  bolt.sweep.outcome/1, which is `outcome` in the manifest beside the results, too.
  Its `selection` says what is left of the best one once the search is counted:
    tried                        number of combinations
    best                         the one with the highest Sharpe ratio
    deflated_sharpe_probability  deflated Sharpe ratio: probability that its true Sharpe ratio is
                                 above what the best of as many worthless ones shows
    sharpe_per_bar               its Sharpe ratio, and sharpe_per_bar_threshold that of the others
    overfitting_probability      probability of backtest overfitting
    independent_tries            how many independent tries the combinations amount to
    mean_correlation             of their returns, each over bars_per_return bars
    combinations_looked_at       how many of them the last three are measured on
    seed                         what --seed was
  What is not defined is null, with the reason under its name in `reasons`.";

#[derive(Debug, Args)]
#[command(
    after_help = EXAMPLES,
    after_long_help = format!("{EXAMPLES}\n\n{JSON_HELP}\n\n{FILE_HELP}")
)]
pub(crate) struct SweepArguments {
    #[command(flatten)]
    pub(crate) grid: GridArguments,
    /// Write results as they come, .jsonl or .csv; goes on with what is there of the same sweep
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    out: Option<PathBuf>,
    /// Start anew if the file of results exists
    #[arg(long, requires = "out", help_heading = "Output")]
    overwrite: bool,
    /// End --json with an object about all combinations: what the best one is worth
    #[arg(long, requires = "json", help_heading = "Output")]
    outcome: bool,
    /// Number of combinations to show
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = at_least_one, help_heading = "Output")]
    top: usize,
    /// Chooses which combinations the assessment compares
    #[arg(long, default_value_t = 1, value_name = "N", help_heading = "Statistics")]
    seed: u64,
}

pub(crate) fn run(arguments: &SweepArguments, mut context: Context) -> Result<ExitCode> {
    let session = context.session()?;
    let prepared = arguments.grid.prepare(&session, &context, arguments.seed)?;
    let Prepared { bars, request, .. } = &prepared;
    let manifest = prepared
        .manifest(&session, &arguments.grid)
        .with("schema", json!("bolt.sweep.manifest/1"))
        .with("seed", json!(arguments.seed));
    let mut recorder = arguments.grid.run.recorder(&session)?;
    let outcome = sweep(arguments, &context, &session, bars, request, &manifest)?;
    if let Some(recorder) = &mut recorder {
        let name = prepared.name(&arguments.grid);
        let best = best(&outcome.rows, arguments.grid.by, 1).first().copied().copied();
        let figures = figures(&outcome, best.as_ref());
        let id = recorder.figures(RunKind::Sweep, name, figures, &manifest)?;
        context.note(&format!("recorded as {id}"));
        context.tell_slow(recorder.store());
    }
    let by = arguments.grid.by.figure();
    let page = || sweep_page(bars, request, &outcome, &manifest, by);
    arguments.grid.run.write_report(&context, page)?;
    if arguments.outcome {
        let mut about = outcome.to_json();
        about["schema"] = json!("bolt.sweep.outcome/1");
        about["cache"] = outcome.cache.to_json();
        about["heat"] = json!(outcome.heat);
        context.write_json(&about)?;
    } else if context.json {
        context.out.flush()?;
    } else {
        show(&mut context, arguments, request, &outcome)?;
    }
    let ruined = outcome.rows.iter().filter(|row| row.max_dd_pct <= -100.0).count();
    if ruined > 0 {
        context.note(&format!("combinations that ran out of equity: {}", count(ruined as u64)));
    }
    // Where there was nothing to choose from, no choice is to be doubted.
    if let Some(selection) = outcome.selection.as_ref().filter(|_| outcome.rows.len() > 1) {
        warn(&context, selection);
    }
    tell_cache(&context, &outcome.cache, outcome.rows.len());
    if let Some(note) = &outcome.heat {
        context.note(note);
    }
    Ok(match outcome.end {
        End::Complete => ExitCode::SUCCESS,
        End::Cancelled => {
            context.note(match outcome.cache.kept + outcome.cache.found {
                0 => "interrupted; the same command goes on from here if it has --out",
                _ => "interrupted; what was run is in the cache, where the same command finds it",
            });
            ExitCode::from(INTERRUPTED)
        }
    })
}

/// Runs the sweep, with its results into the file and, as JSON, to standard output.
fn sweep(
    arguments: &SweepArguments,
    context: &Context,
    session: &Session,
    bars: &Bars,
    request: &SweepRequest,
    manifest: &Manifest,
) -> Result<SweepOutcome> {
    let combinations = session.combinations(request)?;
    let (mut file, done) = match &arguments.out {
        None => (None, Done::default()),
        Some(path) => {
            let (manifest, anew) = (manifest.clone(), arguments.overwrite);
            let (file, done) =
                ResultFile::open(path, &request.grid, &combinations, manifest, anew)?;
            (Some(file.limited_by(session.limits.write.clone())), done)
        }
    };
    if !done.rows.is_empty() {
        let (done, all) = (count(done.rows.len() as u64), count(combinations.len() as u64));
        context.note(&format!("going on after {done} of {all} combinations"));
    }
    let json = context.json;
    let print = |rows: &[Row]| -> Result<(), SessionError> {
        if json {
            let text: String = rows.iter().map(|row| row_line(row, &request.grid)).collect();
            std::io::stdout().write_all(text.as_bytes()).map_err(SessionError::output)?;
        }
        Ok(())
    };
    print(&done.rows)?;
    let total = combinations.len() as u64;
    let mut progress = Progress::new("combinations", done.rows.len() as u64, total, context.quiet);
    let cancel = cancelled_by_signals();
    let outcome = session.sweep(bars, request, &combinations, done, &cancel, &mut |rows| {
        if let Some(file) = &mut file {
            file.append(rows)?;
        }
        progress.advance(rows.len() as u64);
        print(rows)
    });
    progress.clear();
    let outcome = outcome?;
    if let (Some(file), End::Complete) = (file, outcome.end) {
        file.finish(&outcome)?;
    }
    Ok(outcome)
}

/// Returns the best rows by a figure; rows that lack it come last.
fn best(rows: &[Row], by: By, most: usize) -> Vec<&Row> {
    let key = |row: &Row| {
        let value = by.figure()(row);
        if value.is_nan() { f64::NEG_INFINITY } else { value }
    };
    let mut rows: Vec<&Row> = rows.iter().collect();
    rows.sort_by(|a, b| key(b).total_cmp(&key(a)).then(a.index.cmp(&b.index)));
    rows.truncate(most);
    rows
}

fn show(
    context: &mut Context,
    arguments: &SweepArguments,
    request: &SweepRequest,
    outcome: &SweepOutcome,
) -> Result<()> {
    let names: Vec<String> =
        request.grid.parameters().iter().map(|each| format!(">{}", each.name)).collect();
    let figures =
        [">return %", ">sharpe", ">?max dd %", ">?trades", ">?win rate %", ">?exposure %"];
    let mut table =
        Table::new(names.iter().map(String::as_str).chain(figures)).named_by(names.len());
    for row in best(&outcome.rows, arguments.grid.by, arguments.top) {
        let parameters = request.grid.combination(row.index).into_iter();
        let figures = [
            row.return_pct,
            row.sharpe,
            row.max_dd_pct,
            f64::from(row.n_trades),
            row.win_rate_pct,
            row.exposure_pct,
        ];
        table.push(parameters.chain(figures).map(number));
    }
    let style = context.style;
    let heading = format!(
        "{}, periods a year {}",
        counted(outcome.rows.len() as u64, "combination"),
        outcome.periods
    );
    writeln!(context.out, "{}", style.bold(&style.fold(&heading, 2)))?;
    table.write(&mut context.out, style)?;
    Ok(context.out.flush()?)
}

/// Says what is left of the best result once the search for it is counted.
fn warn(context: &Context, assessment: &Result<Assessment, String>) {
    let assessment = match assessment {
        Ok(assessment) => assessment,
        Err(reason) => return context.note(reason),
    };
    let tried = counted(assessment.tried as u64, "combination");
    match &assessment.deflated_sharpe_probability {
        Ok(probability) => context.note(&format!(
            "the highest Sharpe ratio of {tried}, of which about {} count as independent, \
             is above what the best of as many worthless ones shows with a probability of {} % \
             (deflated Sharpe ratio)",
            number(assessment.independent_tries.max(1.0).round()),
            number(100.0 * probability)
        )),
        Err(reason) => context.note(&format!("deflated Sharpe ratio: {reason}")),
    }
    match &assessment.overfitting_probability {
        Ok(probability) => context.note(&format!(
            "probability of backtest overfitting {} %: so often the best on one half of the bars \
             is below the median on the other (of {})",
            number(100.0 * probability),
            counted(assessment.combinations_looked_at as u64, "combination")
        )),
        Err(reason) => context.note(&format!("probability of backtest overfitting: {reason}")),
    }
    let Assessment { deflated_sharpe_probability, overfitting_probability, .. } = assessment;
    let is_better = deflated_sharpe_probability.as_ref().is_ok_and(|&chance| chance >= 0.95);
    let is_overfit = overfitting_probability.as_ref().is_ok_and(|&chance| chance > 0.5);
    if !is_better || is_overfit {
        context.warn(
            "the best result may be luck: test it on data that this sweep has not seen \
             (`bolt walkforward`)",
        );
    }
}

fn figures(outcome: &SweepOutcome, best: Option<&Row>) -> std::collections::BTreeMap<String, f64> {
    let mut figures = vec![("combinations", outcome.rows.len() as f64)];
    if let Some(row) = best {
        figures.extend([
            ("equity_final", row.equity_final),
            ("return_pct", row.return_pct),
            ("sharpe", row.sharpe),
            ("max_dd_pct", row.max_dd_pct),
            ("n_trades", f64::from(row.n_trades)),
        ]);
    }
    if let Some(Ok(assessment)) = &outcome.selection {
        let found = [
            ("deflated_sharpe_probability", &assessment.deflated_sharpe_probability),
            ("overfitting_probability", &assessment.overfitting_probability),
        ];
        let known =
            found.into_iter().filter_map(|(name, found)| Some((name, *found.as_ref().ok()?)));
        figures.extend(known);
    }
    figures.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
