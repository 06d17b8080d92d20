//! `bolt walkforward`.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use bolt_session::{WalkForward, WalkForwardRequest, Windows, show_time, walk_forward_page};
use bolt_sql::records::RunKind;
use clap::Args;
use serde_json::json;

use crate::arguments::{FILE_HELP, GridArguments, Prepared, at_least_one};
use crate::context::{Context, cancelled_by_signals};
use crate::failure::INTERRUPTED;
use crate::output::{
    Progress, SummaryView, Table, WalkForwardView, number, show_lines, tell_cache,
};

const EXAMPLES: &str = "Examples:
  bolt walkforward GOOG.csv --signal 'SMA[close, fast] > SMA[close, slow]' \\
      --set fast=5..50:5 slow=20..200:20 --where 'fast < slow' --folds 5
  bolt walkforward GOOG.csv --signal 'RSI[close, n] < level' --set n=2..20 level=20..50:5 \\
      --train 500 --test 100 --gap 5";

#[derive(Debug, Args)]
#[command(
    after_help = EXAMPLES,
    after_long_help = format!("{EXAMPLES}\n\n{FILE_HELP}")
)]
pub(crate) struct WalkForwardArguments {
    #[command(flatten)]
    pub(crate) grid: GridArguments,
    /// Number of tests, each choice being made on all bars before it
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = at_least_one, conflicts_with_all = ["train", "test"], help_heading = "Windows")]
    folds: usize,
    /// Bars that parameters are chosen on
    #[arg(long, value_name = "BARS", value_parser = at_least_one, requires = "test", help_heading = "Windows")]
    train: Option<usize>,
    /// Bars that they are then traded on
    #[arg(long, value_name = "BARS", value_parser = at_least_one, requires = "train", help_heading = "Windows")]
    test: Option<usize>,
    /// Bars left out between choice and test
    #[arg(long, value_name = "BARS", default_value_t = 0, help_heading = "Windows")]
    gap: usize,
    /// Let every choice begin at the first bar
    #[arg(long, requires = "train", help_heading = "Windows")]
    anchored: bool,
}

impl WalkForwardArguments {
    fn windows(&self, bars: usize) -> Windows {
        let gap_bars = self.gap;
        match (self.train, self.test) {
            (Some(train_bars), Some(test_bars)) => {
                Windows { train_bars, test_bars, gap_bars, anchored: self.anchored }
            }
            _ => Windows { gap_bars, ..Windows::folds(bars, self.folds) },
        }
    }
}

pub(crate) fn run(arguments: &WalkForwardArguments, mut context: Context) -> Result<ExitCode> {
    let session = context.session()?;
    let prepared = arguments.grid.prepare(&session, &context, 0)?;
    let Prepared { bars, request, .. } = &prepared;
    let mut notes = prepared.notes.clone();
    let windows = arguments.windows(bars.len());
    let request = WalkForwardRequest {
        sweep: request.clone(),
        windows,
        choose_by: arguments.grid.by.figure(),
    };
    let mut recorder = arguments.grid.run.recorder(&session)?;
    let cancel = cancelled_by_signals();
    let mut progress = Progress::new("folds", 0, 0, context.quiet);
    let found = session.walk_forward(bars, &request, &cancel, &mut |_, all| {
        progress.total = all as u64;
        progress.advance(1);
    });
    progress.clear();
    let Some(found) = found? else {
        context.note("interrupted");
        return Ok(ExitCode::from(INTERRUPTED));
    };
    found.notes.iter().for_each(|note| context.note(note));
    tell_cache(&context, &found.cache, found.combinations);
    notes.extend_from_slice(&found.notes);
    let Windows { train_bars, test_bars, gap_bars, anchored } = windows;
    let manifest = prepared
        .manifest(&session, &arguments.grid)
        .with("windows", json!({"train_bars": train_bars, "test_bars": test_bars, "gap_bars": gap_bars, "anchored": anchored}))
        .with("chosen_by", json!(arguments.grid.by.name()));
    let run = match &mut recorder {
        Some(recorder) => {
            let name = prepared.name(&arguments.grid);
            let figures = SummaryView::from(&found.summary).figures();
            let id = recorder.figures(RunKind::WalkForward, name, figures, &manifest)?;
            context.tell_slow(recorder.store());
            Some(id.to_string())
        }
        None => None,
    };
    arguments.grid.run.write_report(&context, || walk_forward_page(&request, &found, &manifest))?;
    if context.json {
        context.write_json(&WalkForwardView::new(&found, &notes, &manifest, run))?;
        return Ok(ExitCode::SUCCESS);
    }
    show(&mut context, &found)?;
    if let Some(run) = run {
        context.note(&format!("recorded as {run}"));
    }
    Ok(ExitCode::SUCCESS)
}

fn show(context: &mut Context, found: &WalkForward) -> Result<()> {
    let style = context.style;
    let zone = &found.bars.basis.zone;
    let names = found.folds[0].parameters.iter().map(|(name, _)| format!(">{name}"));
    let names: Vec<String> = names.collect();
    let titles = [
        "test from",
        "?to",
        ">?chosen: sharpe",
        ">?return %",
        ">tested: sharpe",
        ">return %",
        ">?max dd %",
        ">?trades",
    ];
    let mut table =
        Table::new(names.iter().map(String::as_str).chain(titles)).named_by(names.len() + 1);
    for fold in &found.folds {
        let values = fold.parameters.iter().map(|(_, value)| number(*value));
        table.push(values.chain([
            show_time(fold.test_times.0, zone),
            show_time(fold.test_times.1, zone),
            number(fold.trained.sharpe),
            number(fold.trained.return_pct),
            number(fold.tested.sharpe),
            number(fold.tested.return_pct),
            number(fold.tested.max_dd_pct),
            number(fold.tested.n_trades as f64),
        ]));
    }
    let out = &mut context.out;
    table.write(out, style)?;
    writeln!(out, "\n{}", style.bold("tests joined"))?;
    show_lines(out, &found.lines, zone, style, context.full)?;
    let efficiency = match found.efficiency {
        none if none.is_nan() => "not defined".to_owned(),
        some => format!("{} %", number(100.0 * some)),
    };
    let text =
        format!("efficiency {efficiency}: annual growth in the tests over that in the choices");
    writeln!(out, "\n{}", style.fold(&text, 2))?;
    Ok(out.flush()?)
}
