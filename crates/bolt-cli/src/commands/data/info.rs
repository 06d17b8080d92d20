//! `bolt data info`.

use std::io::Write;
use std::sync::Arc;

use anyhow::Result;
use bolt_base::{UnixNanos, count};
use bolt_market::data::{Dataset, RepairReport, TimeBasis, TimeSource};
use bolt_session::show_time;
use serde_json::{Value, json};

use crate::context::Context;
use crate::output::{Table, number};

/// What is said of any kind of data.
struct Info<'a> {
    kind: &'static str,
    names: Vec<String>,
    /// Values of a row in a column, of which the first are those of `names`.
    stride: usize,
    interval: Option<String>,
    times: &'a [UnixNanos],
    basis: &'a TimeBasis,
    hash: u128,
    columns: Vec<(&'a str, &'a [f64])>,
}

impl<'a> Info<'a> {
    fn of(data: &'a Dataset) -> Self {
        match data {
            Dataset::Bars(bars) => Self {
                kind: "bars",
                names: vec![bars.symbol.clone()],
                stride: 1,
                interval: bars.interval.map(|interval| interval.to_string()),
                times: bars.timestamps(),
                basis: &bars.basis,
                hash: bars.content_hash(),
                columns: bars.columns().map(|(name, column)| (name, &**column)).collect(),
            },
            Dataset::Panel(panel) => Self {
                kind: "panel",
                names: panel.assets().to_vec(),
                stride: panel.stride(),
                interval: panel.interval.map(|interval| interval.to_string()),
                times: panel.timestamps(),
                basis: &panel.basis,
                hash: panel.content_hash(),
                columns: panel.fields().map(|(name, column)| (name, &**column)).collect(),
            },
            Dataset::Trades(trades) => Self {
                kind: "trades",
                names: vec![trades.symbol.clone()],
                stride: 1,
                interval: None,
                times: trades.timestamps(),
                basis: &trades.basis,
                hash: trades.source_hash,
                columns: trades.columns().map(|(name, column)| (name, &**column)).collect(),
            },
        }
    }

    /// Returns what a column holds, without what fills the rows of a panel up.
    fn range(&self, values: &[f64]) -> Range {
        let rows = values.chunks_exact(self.stride);
        Range::of(rows.flat_map(|row| &row[..self.names.len()]).copied())
    }

    fn json(&self, data: &Dataset) -> Value {
        let columns: Vec<Value> = self
            .columns
            .iter()
            .map(|(name, values)| {
                let Range { low, high, missing } = self.range(values);
                json!({"name": name, "min": low, "max": high, "missing": missing})
            })
            .collect();
        json!({
            "schema": "bolt.data.info/1",
            "kind": self.kind,
            "assets": self.names,
            "rows": self.times.len(),
            "interval": self.interval,
            "from": self.times.first().map(ToString::to_string),
            "to": self.times.last().map(ToString::to_string),
            "zone": self.basis.zone.name(),
            "times": times_text(self.basis),
            "hash": format!("{:032x}", self.hash),
            "columns": columns,
            "report": report_json(data),
        })
    }
}

/// The values of a column at a glance.
struct Range {
    low: f64,
    high: f64,
    missing: usize,
}

impl Range {
    fn of(values: impl Iterator<Item = f64> + Clone) -> Self {
        Self {
            low: values.clone().fold(f64::NAN, f64::min),
            high: values.clone().fold(f64::NAN, f64::max),
            missing: values.filter(|value| value.is_nan()).count(),
        }
    }
}

pub(super) fn show(mut context: Context, data: &Dataset) -> Result<()> {
    let info = Info::of(data);
    if context.json {
        return context.write_json(&info.json(data));
    }
    let style = context.style;
    let out = &mut context.out;
    let names = match &info.names[..] {
        names if names.len() <= 6 => names.join(", "),
        names => format!("{}, … ({} assets)", names[..5].join(", "), names.len()),
    };
    writeln!(out, "{} of {names}", style.bold(info.kind))?;
    let zone = &info.basis.zone;
    let mut facts = Table::new(["", ""]);
    let mut fact = |name: &str, value: String| facts.push([format!("  {name}"), value]);
    fact("rows", count(info.times.len() as u64));
    if let Some((first, last)) = info.times.first().zip(info.times.last()) {
        fact("time", format!("{} to {}", show_time(*first, zone), show_time(*last, zone)));
    }
    fact("interval", info.interval.clone().unwrap_or_else(|| "none".to_owned()));
    fact("zone", format!("{} ({})", zone.name(), times_text(info.basis)));
    fact("hash", format!("{:032x}", info.hash));
    facts.write(out, style)?;
    writeln!(out)?;
    let mut columns = Table::new(["  column", ">min", ">max", ">missing"]);
    for (name, values) in &info.columns {
        let Range { low, high, missing } = info.range(values);
        let missing = count(missing as u64);
        columns.push([format!("  {name}"), number(low), number(high), missing]);
    }
    columns.write(out, style)?;
    let lines = report_lines(data);
    if !lines.is_empty() {
        writeln!(out)?;
    }
    for line in lines {
        writeln!(out, "  {line}")?;
    }
    Ok(out.flush()?)
}

fn times_text(basis: &TimeBasis) -> &'static str {
    match (basis.dates_only, basis.source) {
        (true, _) => "dates",
        (false, TimeSource::Naive) => "local times",
        (false, TimeSource::Instant) => "instants",
    }
}

fn reports(data: &Dataset) -> Vec<(String, Arc<RepairReport>)> {
    match data {
        Dataset::Bars(bars) => vec![(bars.symbol.clone(), bars.report.clone())],
        Dataset::Trades(trades) => vec![(trades.symbol.clone(), trades.report.clone())],
        Dataset::Panel(panel) => {
            panel.assets().iter().cloned().zip(panel.reports.iter().cloned()).collect()
        }
    }
}

/// Returns what was repaired and found missing, a line each; nothing of what is in order.
pub(super) fn report_lines(data: &Dataset) -> Vec<String> {
    let reports = reports(data);
    let several = reports.len() > 1;
    let mut lines = Vec::new();
    for (name, report) in reports {
        // The first line counts rows.
        for line in report.to_string().lines().skip(1) {
            lines.push(if several { format!("{name}: {line}") } else { line.to_owned() });
        }
    }
    lines
}

/// Returns the same as JSON, an object an asset.
pub(super) fn report_json(data: &Dataset) -> Value {
    let view = |(name, report): (String, Arc<RepairReport>)| {
        let repairs: Vec<Value> = report
            .repairs
            .iter()
            .map(|repair| {
                json!({
                    "what": repair.kind.description(),
                    "count": repair.count,
                    "first_lines": repair.first_lines,
                })
            })
            .collect();
        let gaps: Vec<Value> = report
            .gaps
            .first
            .iter()
            .map(|gap| {
                json!({
                    "after": gap.after.to_string(),
                    "before": gap.before.to_string(),
                    "missing_bars": gap.missing_bars,
                })
            })
            .collect();
        json!({
            "asset": name,
            "rows_read": report.rows_read,
            "rows_kept": report.rows_kept,
            "repairs": repairs,
            "ignored_columns": report.ignored_columns,
            "missing_bars": report.gaps.missing_bars,
            "calendar": report.gaps.calendar,
            "gaps": report.gaps.count,
            "first_gaps": gaps,
        })
    };
    reports(data).into_iter().map(view).collect()
}
