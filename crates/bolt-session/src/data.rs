//! Where the bars of a job come from.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bolt_base::{Bytes, UnixNanos, counted};
use bolt_market::data::resample::{BarRule, ResampleOptions, resample, resample_trades};
use bolt_market::data::{Bars, Dataset, LoadOptions, Panel, RepairReport, load, load_many};
use bolt_market::formulas::{Columns, column_name};
use bolt_memory::{Component, Kind, Reservation};

use crate::when::{Moment, show_time};
use crate::{Session, SessionError};

/// Files, how to read them, and which part of them to use.
#[derive(Debug, Clone, Default)]
pub struct DataSource {
    /// The files, or a directory of files.
    pub paths: Vec<PathBuf>,
    /// How to read them.
    pub options: LoadOptions,
    /// The first time used.
    pub from: Option<Moment>,
    /// The last time used.
    pub to: Option<Moment>,
    /// What to make the bars of.
    pub resample: Option<BarRule>,
}

/// Bars, and what came of making them.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The bars.
    pub bars: Bars,
    /// What a user should know about them.
    pub notes: Vec<String>,
}

impl Session {
    /// Reads data as they stand in the files.
    ///
    /// # Errors
    /// If they cannot be read or are refused.
    pub fn load(&self, source: &DataSource) -> Result<Dataset, SessionError> {
        let (mut dataset, held) = self.load_reserved(source)?;
        let held = Some(Arc::new(held));
        match &mut dataset {
            Dataset::Bars(bars) => bars.memory = held,
            Dataset::Panel(panel) => panel.memory = held,
            Dataset::Trades(trades) => trades.memory = held,
        }
        Ok(dataset)
    }

    /// Returns data with the reservation of what their columns hold.
    pub(crate) fn load_reserved(
        &self,
        source: &DataSource,
    ) -> Result<(Dataset, Reservation), SessionError> {
        let _scope = Component::Market.enter();
        let job = self.memory.job(&*self.clock, Component::Market, "data");
        let mut held = job.reserve(Kind::Fixed, reading_bytes(&source.paths))?;
        let options = LoadOptions {
            pool: Some(self.pool.clone()),
            rate: self.limits.read.clone(),
            ..source.options.clone()
        };
        let dataset = match &source.paths[..] {
            [path] => load(path, &options)?,
            paths => Dataset::Panel(load_many(paths, &options)?),
        };
        // Files that were mapped are not held, but take address space.
        self.memory.follow_limit();
        held.try_resize(dataset.allocated())?;
        Ok((dataset, held))
    }

    /// Reads the bars of one asset: resampled, then cut to the time asked for.
    ///
    /// # Errors
    /// If the data cannot be read, are refused, are of several assets, or nothing is left of them.
    pub fn load_bars(&self, source: &DataSource) -> Result<Loaded, SessionError> {
        let _scope = Component::Market.enter();
        let (dataset, mut held) = self.load_reserved(source)?;
        if source.resample.is_some() {
            // What is made of them is no more than they are.
            held.try_grow(held.bytes())?;
        }
        let mut loaded = Self::bars_of(dataset, source)?;
        held.try_resize(loaded.bars.allocated())?;
        loaded.bars.memory = Some(Arc::new(held));
        Ok(loaded)
    }

    fn bars_of(dataset: Dataset, source: &DataSource) -> Result<Loaded, SessionError> {
        let mut notes = Vec::new();
        let bars = match (dataset, source.resample) {
            (Dataset::Panel(panel), _) => {
                return Err(SessionError::Settings(format!(
                    "the data are of {}, and this trades one: give one file, or trade them together \
                     with `bolt backtest --weights`",
                    counted(panel.assets().len() as u64, "asset")
                )));
            }
            (Dataset::Trades(trades), Some(rule)) => {
                resample_trades(&trades, rule, &ResampleOptions::default())?
            }
            (Dataset::Trades(_), None) => {
                let reason = "the data are trades; say what bars to make of them, such as \
                              `--resample 5m`";
                return Err(SessionError::Settings(reason.to_owned()));
            }
            (dataset, Some(rule)) => {
                resample(&dataset.into_bars()?, rule, &ResampleOptions::default())?
            }
            (dataset, None) => {
                let bars = dataset.into_bars()?;
                notes.extend(repairs(&bars.report));
                return Ok(Loaded { bars: cut(&bars, source)?, notes });
            }
        };
        notes.extend(repairs(&bars.bars.report));
        if bars.last_is_partial {
            notes.push("the last bar may lack rows: the data end before its time is over".into());
        }
        if bars.rows_outside > 0 {
            notes.push(format!("rows in no session, left out: {}", bars.rows_outside));
        }
        Ok(Loaded { bars: cut(&bars.bars, source)?, notes })
    }
}

/// For each byte of a file of text, so many are held while it is read: its numbers as they are
/// parsed, and again when the parts that threads parsed are joined.
const READING_BYTES: u64 = 2;

/// Returns what reading files takes, by their size. What other formats than text take is known only
/// when they are read.
fn reading_bytes(paths: &[PathBuf]) -> Bytes {
    let is_text = |path: &Path| {
        let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
        extension != "bolt" && extension != "parquet"
    };
    let size = |path: &Path| match std::fs::metadata(path) {
        Ok(file) if file.is_file() && is_text(path) => file.len(),
        // What is wrong with the file, reading it tells.
        Ok(_) | Err(_) => 0,
    };
    let of_folder = |path: &Path| -> u64 {
        let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
        entries.map(|entry| size(&entry.path())).sum()
    };
    let of = |path: &PathBuf| if path.is_dir() { of_folder(path) } else { size(path) };
    Bytes(paths.iter().map(of).sum::<u64>().saturating_mul(READING_BYTES))
}

/// Assets whose notes are told one by one.
const ASSETS_TOLD: usize = 5;

/// Says the same of several assets.
pub(crate) fn repairs_of_assets(panel: &Panel) -> Vec<String> {
    let each = panel.assets().iter().zip(&panel.reports);
    let noted = each.map(|(asset, report)| (asset, repairs(report)));
    let noted: Vec<_> = noted.filter(|(_, notes)| !notes.is_empty()).collect();
    let told = noted.iter().take(ASSETS_TOLD);
    let told =
        told.flat_map(|(asset, notes)| notes.iter().map(move |note| format!("{asset}: {note}")));
    let rest = noted.len().saturating_sub(ASSETS_TOLD);
    let rest = (rest > 0).then(|| {
        format!("assets with repairs or gaps beside these: {rest}; `bolt data info` lists them")
    });
    told.chain(rest).collect()
}

/// Says what reading had to mend and what is missing.
fn repairs(report: &RepairReport) -> Vec<String> {
    let mended = report.repairs.iter();
    let mended = mended.map(|repair| format!("{}: {}", repair.kind.description(), repair.count));
    let missing = report.missing_cells.iter().map(|(column, count)| {
        format!("cells of `{column}` without a value: {count}; nothing fills at such a bar")
    });
    let gaps = &report.gaps;
    let absent = (gaps.missing_bars > 0).then(|| {
        format!(
            "bars missing by the calendar {}: {} in {}; `bolt data info` lists them",
            gaps.calendar,
            gaps.missing_bars,
            counted(gaps.count, "gap")
        )
    });
    mended.chain(missing).chain(absent).collect()
}

/// Resamples the bars of one of several assets and cuts them to the time asked for, which may leave
/// none.
pub(crate) fn prepare(bars: Bars, source: &DataSource) -> Result<Bars, SessionError> {
    let bars = match source.resample {
        Some(rule) => resample(&bars, rule, &ResampleOptions::default())?.bars,
        None => bars,
    };
    Ok(in_time(&bars, source))
}

/// Returns the bars of the time asked for, of which there may be none.
fn in_time(bars: &Bars, source: &DataSource) -> Bars {
    let from = source.from.map_or(UnixNanos(i64::MIN), |moment| moment.first);
    let end = source.to.map_or(UnixNanos(i64::MAX), |moment| moment.end);
    bars.between(from, end)
}

fn cut(bars: &Bars, source: &DataSource) -> Result<Bars, SessionError> {
    let part = in_time(bars, source);
    match bars.timestamps().first().zip(bars.timestamps().last()) {
        Some((first, last)) if part.is_empty() => Err(SessionError::Settings(format!(
            "no bar lies in the time asked for; the data run from {} to {}",
            show_time(*first, &bars.basis.zone),
            show_time(*last, &bars.basis.zone)
        ))),
        Some(_) | None => Ok(part),
    }
}

/// Returns the columns of bars under the names that formulas use.
pub fn formula_columns(bars: &Bars) -> Vec<(String, &[f64])> {
    bars.columns().map(|(name, column)| (column_name(name), &**column)).collect()
}

/// Returns borrowed columns for engines.
pub(crate) fn borrowed<'a>(bars: usize, columns: &'a [(String, &'a [f64])]) -> Columns<'a> {
    Columns::new(bars, columns.iter().map(|(name, values)| (name.as_str(), *values)))
}
