//! The result of a backtest, as JSON and as text.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::Result;
use bolt_base::{UnixNanos, counted};
use bolt_market::data::{Bars, Zone};
use bolt_market::ledger::Trade;
use bolt_market::plan::Plan;
use bolt_session::{Backtest, BacktestRequest, Figure, Line, Manifest, Summary, show_time};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use super::{Style, Table, figure, number};
use crate::context::Context;

/// A backtest as JSON.
#[derive(Debug, serde::Serialize)]
pub(crate) struct BacktestView<'a> {
    schema: &'static str,
    summary: SummaryView,
    stats: Lines<'a>,
    trades: Vec<TradeView>,
    notes: &'a [String],
    manifest: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<String>,
}

#[derive(Debug, serde::Serialize)]
pub(crate) struct SummaryView {
    equity_final: f64,
    return_pct: f64,
    max_dd_pct: f64,
    sharpe: f64,
    n_trades: usize,
}

#[derive(Debug, serde::Serialize)]
pub(super) struct TradeView {
    #[serde(skip_serializing_if = "Option::is_none")]
    symbol: Option<String>,
    side: &'static str,
    size: f64,
    entry_bar: usize,
    entry_time: String,
    entry_price: f64,
    exit_bar: Option<usize>,
    exit_time: Option<String>,
    exit_price: Option<f64>,
    exit_reason: Option<&'static str>,
    pnl: f64,
    fees: f64,
    open: bool,
}

#[derive(Debug)]
pub(super) struct Lines<'a>(pub(super) &'a [Line]);

impl Serialize for Lines<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for Line { name, figure } in self.0 {
            match figure {
                Figure::Number(value) => map.serialize_entry(name, value)?,
                Figure::Count(value) => map.serialize_entry(name, value)?,
                Figure::Time(at) => map.serialize_entry(name, &at.to_string())?,
                Figure::Span(span) => {
                    map.serialize_entry(name, &span.map(|span| span.as_secs_f64()))?;
                }
                Figure::Text(text) => map.serialize_entry(name, text)?,
            }
        }
        map.end()
    }
}

impl From<&Summary> for SummaryView {
    fn from(summary: &Summary) -> Self {
        let Summary { equity_final, return_pct, max_dd_pct, sharpe, n_trades } = *summary;
        Self { equity_final, return_pct, max_dd_pct, sharpe, n_trades }
    }
}

impl SummaryView {
    /// Returns the figures by name.
    pub(crate) fn figures(&self) -> BTreeMap<String, f64> {
        let Self { equity_final, return_pct, max_dd_pct, sharpe, n_trades } = *self;
        let figures = [
            ("equity_final", equity_final),
            ("return_pct", return_pct),
            ("max_dd_pct", max_dd_pct),
            ("sharpe", sharpe),
            ("n_trades", n_trades as f64),
        ];
        figures.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

impl<'a> BacktestView<'a> {
    pub(crate) fn new(
        bars: &Bars,
        backtest: &'a Backtest,
        notes: &'a [String],
        manifest: &Manifest,
        run: Option<String>,
    ) -> Self {
        let times = bars.timestamps();
        Self {
            schema: "bolt.backtest/1",
            summary: (&backtest.summary).into(),
            stats: Lines(&backtest.lines),
            trades: backtest
                .ledger
                .trades
                .iter()
                .map(|trade| TradeView::new(trade, times, &backtest.assets))
                .collect(),
            notes,
            manifest: manifest.to_json(),
            run,
        }
    }
}

impl TradeView {
    pub(super) fn new(trade: &Trade, times: &[UnixNanos], assets: &[String]) -> Self {
        Self {
            symbol: assets.get(trade.asset).cloned(),
            side: trade.side.name(),
            size: trade.size,
            entry_bar: trade.entry_bar,
            entry_time: times[trade.entry_bar].to_string(),
            entry_price: trade.entry_price,
            exit_bar: trade.exit.map(|exit| exit.bar),
            exit_time: trade.exit.map(|exit| times[exit.bar].to_string()),
            exit_price: trade.exit.map(|exit| exit.price),
            exit_reason: trade.exit.map(|exit| exit.reason.name()),
            pnl: trade.pnl,
            fees: trade.fees,
            open: trade.exit.is_none(),
        }
    }
}

/// Trades that text shows.
const TRADES_SHOWN: usize = 10;

/// Shows a backtest as text.
pub(crate) fn show_backtest(
    context: &mut Context,
    bars: &Bars,
    request: &BacktestRequest,
    backtest: &Backtest,
) -> Result<()> {
    let style = context.style;
    let out = &mut context.out;
    writeln!(out, "{}", style.bold(&style.fold(&title(bars), 2)))?;
    for (name, text) in formulas(&request.plan) {
        writeln!(out, "{}", style.fold(&format!("  {name} {text}"), 3 + name.chars().count()))?;
    }
    let terms = style.fold(&format!("  {}", terms(request, backtest)), 4);
    writeln!(out, "{}\n", style.dim(&terms))?;
    show_lines(out, &backtest.lines, &bars.basis.zone, style, context.full)?;
    let trades = &backtest.ledger.trades;
    if trades.is_empty() {
        writeln!(out, "\nno trades")?;
    } else {
        let shown = trades.len().min(TRADES_SHOWN);
        let all = counted(trades.len() as u64, "trade");
        let heading = if shown < trades.len() { format!("last {shown} of {all}") } else { all };
        writeln!(out, "\n{}", style.bold(&heading))?;
        trade_table(&trades[trades.len() - shown..], bars, &backtest.assets).write(out, style)?;
    }
    if let Some(exhausted) = backtest.ledger.exhausted {
        let text = format!("the account ran out of equity on {}", time(bars, exhausted.bar));
        writeln!(out, "\n{}", style.warning(&text))?;
    }
    Ok(out.flush()?)
}

fn title(bars: &Bars) -> String {
    let name = if bars.symbol.is_empty() { "bars" } else { &bars.symbol };
    let interval = bars.interval.map_or_else(String::new, |interval| format!(" of {interval}"));
    let (zone, times) = (&bars.basis.zone, bars.timestamps());
    let show = |at: &UnixNanos| show_time(*at, zone);
    let span = times.first().zip(times.last());
    let span = span
        .map_or_else(String::new, |(first, last)| format!(", {} to {}", show(first), show(last)));
    let zone = if *zone == Zone::utc() { String::new() } else { format!(", {}", zone.name()) };
    format!("{name}: {}{interval}{span}{zone}", counted(bars.len() as u64, "bar"))
}

/// Returns the time of a bar on the clock that its data follow.
fn time(bars: &Bars, bar: usize) -> String {
    show_time(bars.timestamps()[bar], &bars.basis.zone)
}

/// Returns names of one width, and texts.
fn formulas(plan: &Plan) -> Vec<(String, &str)> {
    let texts = plan.texts();
    let width = texts.iter().map(|(name, _)| name.len()).max().unwrap_or(0).max(12);
    texts.into_iter().map(|(name, text)| (format!("{name:<width$}"), text)).collect()
}

fn terms(request: &BacktestRequest, backtest: &Backtest) -> String {
    let costs = request.trading.costs;
    let mut terms = vec![
        format!("fills {}", backtest.convention.name()),
        format!("cash {}", number(request.trading.cash)),
    ];
    let named = [("fees", costs.fee_rate), ("spread", costs.spread), ("slippage", costs.slippage)];
    let given = named.into_iter().filter(|(_, value)| *value != 0.0);
    terms.extend(given.map(|(name, value)| format!("{name} {} %", (value * 1e8).round() / 1e6)));
    let trading = &request.trading;
    let stops = [
        ("stop-loss", trading.stop_loss),
        ("take-profit", trading.take_profit),
        ("trailing stop", trading.trailing_stop),
    ];
    let stops = stops.into_iter().filter_map(|(name, value)| Some((name, value?)));
    terms.extend(stops.map(|(name, value)| format!("{name} {} %", (value * 1e8).round() / 1e6)));
    if trading.leverage != 1.0 {
        terms.push(format!("leverage {}", trading.leverage));
    }
    terms.extend(request.parameters.iter().map(|(name, value)| format!("{name} = {value}")));
    terms.push(format!("periods a year {}", backtest.periods));
    terms.join(", ")
}

/// Our figures that text leaves out unless all are asked for: what the heading says, and what
/// few look at first.
const DETAILS: [&str; 34] = [
    "start",
    "end",
    "bars",
    "warm_up_bars",
    "periods_per_year",
    "periods_basis",
    "equity_peak",
    "smart_sharpe",
    "adjusted_sortino",
    "ulcer_performance_index",
    "serenity_index",
    "recovery_factor",
    "gain_to_pain_ratio",
    "tail_ratio",
    "profit_factor",
    "payoff_ratio",
    "common_sense_ratio",
    "cpc_index",
    "win_rate_pct",
    "avg_win_pct",
    "avg_loss_pct",
    "expected_return_pct",
    "consecutive_wins",
    "consecutive_losses",
    "kelly_criterion",
    "risk_of_ruin",
    "outlier_win_ratio",
    "outlier_loss_ratio",
    "avg_dd_pct",
    "drawdowns",
    "n_closed",
    "avg_win",
    "avg_loss",
    "kelly_trades",
];

/// Writes figures in as many columns as fit, times on a zone's clock.
pub(crate) fn show_lines(
    out: &mut dyn Write,
    lines: &[Line],
    zone: &Zone,
    style: Style,
    full: bool,
) -> Result<()> {
    let lines = lines.iter().filter(|line| full || !DETAILS.contains(&line.name));
    let cells: Vec<(&str, String)> =
        lines.map(|line| (line.name, figure(&line.figure, zone))).collect();
    let wide = |side: fn(&(&str, String)) -> usize| cells.iter().map(side).max().unwrap_or(0);
    let (name, value) = (wide(|cell| cell.0.chars().count()), wide(|cell| cell.1.chars().count()));
    let across = (style.columns() / (name + value + 5)).clamp(1, 3);
    let down = cells.len().div_ceil(across);
    for row in 0..down {
        let mut line = String::from(" ");
        for (text, figure) in cells.iter().skip(row).step_by(down) {
            line.push_str(&format!(" {text:<name$}  {figure:>value$}  "));
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

fn trade_table(trades: &[Trade], bars: &Bars, assets: &[String]) -> Table {
    // The name of the asset, if there are several, stands before the side.
    let name = |trade: &Trade| match assets {
        [_, _, ..] => format!("{} {}", assets[trade.asset], trade.side.name()),
        _ => trade.side.name().to_owned(),
    };
    let titles =
        ["", ">?size", "entry", ">?price", "exit", ">?price", ">pnl", ">return %", "?reason"];
    let mut table = Table::new(titles);
    let at = |bar: usize| time(bars, bar);
    for trade in trades {
        let (exit, price, reason) = match trade.exit {
            Some(exit) => (at(exit.bar), number(exit.price), exit.reason.name()),
            None => ("open".to_owned(), String::new(), ""),
        };
        table.push([
            name(trade),
            number(trade.size),
            at(trade.entry_bar),
            number(trade.entry_price),
            exit,
            price,
            number(trade.pnl),
            number(100.0 * trade.return_fraction()),
            reason.to_owned(),
        ]);
    }
    table
}
