//! Results as pages of the [`report`](crate::report).

use bolt_base::{UnixNanos, count, counted};
use bolt_market::data::Bars;
use bolt_market::ledger::{self, Ledger};
use bolt_market::plan::Plan;
use bolt_market::statistics::{PeriodsPerYear, calendar, drawdowns, returns};
use bolt_market::sweep::{Grid, Row};

use crate::backtest::{Backtest, BacktestRequest, Summary};
use crate::manifest::{Manifest, version};
use crate::report::{
    Axis, Drawdown, EquityCurve, Fact, Figure, Group, HeatMap, Metric, Month, MonthlyReturns, Page,
    Section, Series, Statistic, Statistics, Table, Tone, Trade, Trades, Unit, Value, render, shown,
};
use crate::statistics::{self, Line};
use crate::sweep::{Assessment, SweepOutcome, SweepRequest};
use crate::trading::Trading;
use crate::walk_forward::{Fold, WalkForward, WalkForwardRequest};
use crate::when::wall_clock;

/// Returns the report of a backtest as HTML.
pub fn backtest_page(
    bars: &Bars,
    request: &BacktestRequest,
    backtest: &Backtest,
    manifest: &Manifest,
) -> String {
    let Backtest { summary, lines, ledger, periods, benchmark, notes, .. } = backtest;
    let mut facts = facts(bars, &request.plan, &request.trading, *periods, manifest);
    let numbers = request.parameters.iter().map(|(name, value)| format!("{name} = {value}"));
    let numbers: Vec<String> = numbers.collect();
    if !numbers.is_empty() {
        facts.push(fact("Parameters", numbers.join(", "), true));
    }
    let scaled = benchmark.as_ref().map(|closes| scaled(closes, request.trading.cash));
    let curves = Curves::new(bars, ledger);
    let mut sections = curves.sections(bars, ledger, scaled.as_deref());
    sections.push(figures_section(lines, bars));
    sections.push(trades_section(bars, ledger, &backtest.assets));
    render(&Page {
        title: format!("Backtest of {}", name(bars)),
        subtitle: extent(bars),
        facts,
        headline: headline(summary, lines),
        warnings: warnings(bars, ledger, notes),
        sections,
    })
}

/// Returns the report of a sweep as HTML; the rows are listed by the figure, largest first.
pub fn sweep_page(
    bars: &Bars,
    request: &SweepRequest,
    outcome: &SweepOutcome,
    manifest: &Manifest,
    by: fn(&Row) -> f64,
) -> String {
    let SweepRequest { plan, trading, grid, condition, .. } = request;
    let mut facts = facts(bars, plan, trading, outcome.periods, manifest);
    let ranges = grid.parameters().iter().map(|parameter| {
        let values = &parameter.values;
        let (first, last) = (values[0], values[values.len() - 1]);
        let values = counted(values.len() as u64, "value");
        format!("{}: {values} from {first} to {last}", parameter.name)
    });
    facts.push(fact("Grid", ranges.collect::<Vec<_>>().join("; "), false));
    if let Some(condition) = condition {
        facts.push(fact("Where", condition.clone(), true));
    }
    let mut rows: Vec<&Row> = outcome.rows.iter().filter(|row| !by(row).is_nan()).collect();
    rows.sort_by(|a, b| by(b).total_cmp(&by(a)).then(a.index.cmp(&b.index)));
    let (figures, warnings) = match &outcome.selection {
        // There was nothing to choose from.
        Some(_) if outcome.rows.len() == 1 => (Vec::new(), Vec::new()),
        Some(Ok(assessment)) => assessed(assessment),
        Some(Err(reason)) => (Vec::new(), vec![reason.clone()]),
        None => (Vec::new(), vec!["The sweep was interrupted.".to_owned()]),
    };
    let mut headline = vec![figure("Combinations", Value::Count(outcome.rows.len() as i64))];
    if let Some(best) = rows.first() {
        headline.push(figure("Best return", Value::Percent(best.return_pct / 100.0)));
        headline.push(figure("Its Sharpe ratio", Value::Number(best.sharpe)));
        headline.push(figure("Its drawdown", Value::Percent(best.max_dd_pct / 100.0)));
    }
    headline.extend(figures);
    let mut sections: Vec<Section<'_>> = heat_map(grid, &outcome.rows, by).into_iter().collect();
    sections.push(combinations_section(grid, &rows));
    render(&Page {
        title: format!("Sweep over {}", name(bars)),
        subtitle: extent(bars),
        facts,
        headline,
        warnings,
        sections,
    })
}

/// Returns the report of a walk-forward run as HTML.
pub fn walk_forward_page(
    request: &WalkForwardRequest,
    found: &WalkForward,
    manifest: &Manifest,
) -> String {
    let WalkForward { folds, bars, ledger, summary, lines, notes, efficiency, periods, .. } = found;
    let SweepRequest { plan, trading, .. } = &request.sweep;
    let facts = facts(bars, plan, trading, *periods, manifest);
    let curves = Curves::new(bars, ledger);
    let mut sections = curves.sections(bars, ledger, None);
    sections.insert(0, folds_section(folds, bars));
    sections.push(figures_section(lines, bars));
    sections.push(trades_section(bars, ledger, &[]));
    let mut headline = headline(summary, lines);
    headline.push(figure("Efficiency", Value::Percent(*efficiency)));
    render(&Page {
        title: format!("Walk-forward over {}", name(bars)),
        subtitle: format!("{} tests joined, {}", folds.len(), extent(bars)),
        facts,
        headline,
        warnings: warnings(bars, ledger, notes),
        sections,
    })
}

fn name(bars: &Bars) -> &str {
    if bars.symbol.is_empty() { "bars" } else { &bars.symbol }
}

/// Returns the day of an instant on the clock that the bars follow.
fn day(at: UnixNanos, bars: &Bars) -> String {
    let (year, month, day) = on_clock(at, bars).date();
    format!("{year:04}-{month:02}-{day:02}")
}

/// Returns what the clock that the bars follow shows, as the instant at which UTC shows it: times of
/// a page are shown as they are.
fn on_clock(at: UnixNanos, bars: &Bars) -> UnixNanos {
    UnixNanos(bars.basis.zone.clock().local(at))
}

fn extent(bars: &Bars) -> String {
    let interval = bars.interval.map_or_else(String::new, |interval| format!(" of {interval}"));
    match bars.timestamps().first().zip(bars.timestamps().last()) {
        Some((first, last)) => {
            let (first, last) = (day(*first, bars), day(*last, bars));
            let count = counted(bars.len() as u64, "bar");
            format!("{count}{interval}, {first} to {last}")
        }
        None => "no bars".to_owned(),
    }
}

fn fact(label: &str, value: impl Into<String>, is_code: bool) -> Fact {
    Fact { label: label.to_owned(), value: value.into(), is_code }
}

fn figure(label: &str, value: Value) -> Figure {
    Figure { label: label.to_owned(), value, tone: Tone::Neutral }
}

/// Returns what is needed to repeat a run, as far as a reader wants to see it.
fn facts(
    bars: &Bars,
    plan: &Plan,
    trading: &Trading,
    periods: PeriodsPerYear,
    manifest: &Manifest,
) -> Vec<Fact> {
    let costs = trading.costs;
    let percent = |value: f64| format!("{}%", (value * 1e8).round() / 1e6);
    let mut facts: Vec<Fact> =
        plan.texts().into_iter().map(|(name, text)| fact(name, text, true)).collect();
    facts.push(fact("Fills", trading.convention.name(), false));
    facts.push(fact("Cash", shown(&Value::Money(trading.cash)), false));
    let named = [("Fees", costs.fee_rate), ("Spread", costs.spread), ("Slippage", costs.slippage)];
    let named = named.into_iter().filter(|(_, value)| *value != 0.0);
    facts.extend(named.map(|(label, value)| fact(label, percent(value), false)));
    let stops = [
        ("Stop-loss", trading.stop_loss),
        ("Take-profit", trading.take_profit),
        ("Trailing stop", trading.trailing_stop),
    ];
    let stops = stops.into_iter().filter_map(|(label, value)| Some((label, value?)));
    facts.extend(stops.map(|(label, value)| fact(label, percent(value), false)));
    facts.push(fact("Periods a year", periods.to_string(), false));
    facts.push(fact("Zone", bars.basis.zone.name(), false));
    let hash = manifest.parts.get("data").and_then(|data| data["hash"].as_str());
    facts.push(fact("Data hash", hash.unwrap_or_default(), true));
    facts.push(fact("Version", version(), true));
    facts
}

fn headline(summary: &Summary, lines: &[Line]) -> Vec<Figure> {
    let Summary { equity_final, return_pct, max_dd_pct, sharpe, n_trades } = *summary;
    let tone = |value: f64| match value {
        value if value > 0.0 => Tone::Good,
        value if value < 0.0 => Tone::Bad,
        _ => Tone::Neutral,
    };
    let number = |wanted: &str| {
        lines.iter().find(|line| line.name == wanted).and_then(|line| match line.figure {
            statistics::Figure::Number(value) => Some(value),
            statistics::Figure::Count(value) => Some(value as f64),
            _ => None,
        })
    };
    let mut figures = vec![
        Figure { tone: tone(return_pct), ..figure("Return", Value::Percent(return_pct / 100.0)) },
        figure("Sharpe ratio", Value::Number(sharpe)),
        Figure { tone: tone(max_dd_pct), ..figure("Drawdown", Value::Percent(max_dd_pct / 100.0)) },
        figure("Trades", Value::Count(n_trades as i64)),
        figure("Final equity", Value::Money(equity_final)),
    ];
    if let Some(growth) = number("cagr_pct") {
        figures.insert(1, figure("Growth a year", Value::Percent(growth / 100.0)));
    }
    figures
}

fn warnings(bars: &Bars, ledger: &Ledger, notes: &[String]) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Some(exhausted) = ledger.exhausted {
        let at = day(bars.timestamps()[exhausted.bar], bars);
        warnings.push(format!("The account ran out of equity on {at}."));
    }
    warnings.extend(notes.iter().map(|note| sentence(note)));
    if !ledger.rejected.is_empty() {
        warnings
            .push(format!("Orders that were dropped: {}.", count(ledger.rejected.len() as u64)));
    }
    let missing = bars.report.gaps.missing_bars;
    if missing > 0 {
        warnings.push(format!("Bars missing from the data: {}.", count(missing)));
    }
    warnings
}

/// Returns a note as a sentence.
fn sentence(note: &str) -> String {
    let mut letters = note.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).chain(['.']).collect()
}

/// Returns a benchmark as an account that began with the same cash.
fn scaled(closes: &[f64], cash: f64) -> Vec<f64> {
    let first = closes.first().copied().unwrap_or(f64::NAN);
    closes.iter().map(|close| cash * close / first).collect()
}

/// What charts of a ledger are drawn from.
struct Curves {
    /// On the clock that the bars follow.
    times: Vec<UnixNanos>,
    drawdown: Vec<f64>,
    entries: Vec<usize>,
    exits: Vec<usize>,
    months: Vec<Month>,
}

impl Curves {
    fn new(bars: &Bars, ledger: &Ledger) -> Self {
        let times = wall_clock(bars.timestamps(), &bars.basis.zone);
        let run = returns::of_equity(&ledger.equity);
        let months = calendar::monthly(&run, times.get(1..).unwrap_or_default());
        let month =
            |m: calendar::MonthReturn| Month { year: m.year, month: m.month, fraction: m.value };
        Self {
            drawdown: drawdowns::curve(&ledger.equity),
            entries: ledger.trades.iter().map(|trade| trade.entry_bar).collect(),
            exits: ledger.trades.iter().filter_map(|trade| Some(trade.exit?.bar)).collect(),
            months: months.into_iter().map(month).collect(),
            times,
        }
    }

    fn sections<'a>(
        &'a self,
        bars: &'a Bars,
        ledger: &'a Ledger,
        benchmark: Option<&'a [f64]>,
    ) -> Vec<Section<'a>> {
        let (times, zone) = (&self.times[..], bars.basis.zone.name().to_owned());
        vec![
            Section::Equity(EquityCurve {
                title: "Equity".to_owned(),
                note: String::new(),
                times,
                zone: zone.clone(),
                equity: Series { name: "Strategy", values: &ledger.equity },
                benchmark: benchmark.map(|values| Series { name: "Benchmark", values }),
                entries: &self.entries,
                exits: &self.exits,
            }),
            Section::Drawdown(Drawdown {
                title: "Drawdown".to_owned(),
                note: String::new(),
                times,
                zone,
                drawdown: Series { name: "Drawdown", values: &self.drawdown },
            }),
            Section::Months(MonthlyReturns {
                title: "Monthly returns".to_owned(),
                note: String::new(),
                months: self.months.clone(),
            }),
        ]
    }
}

/// Groups of our figures: the heading, and the name that each begins with.
const GROUPS: [(&str, &str); 5] = [
    ("Account", "equity_final"),
    ("Returns", "volatility_pct"),
    ("Drawdowns", "max_dd_pct"),
    ("Trades", "n_trades"),
    ("Against the benchmark", "benchmark_return_pct"),
];

/// Returns the figures in groups; those of a peer are one group under its own labels.
fn figures_section(lines: &[Line], bars: &Bars) -> Section<'static> {
    let mut groups = vec![Group { title: String::new(), rows: Vec::new() }];
    for line in lines {
        if let Some((title, _)) = GROUPS.iter().find(|(_, first)| *first == line.name) {
            groups.push(Group { title: (*title).to_owned(), rows: Vec::new() });
        }
        if let Some(group) = groups.last_mut() {
            group.rows.push(statistic(line, bars));
        }
    }
    // What comes before the first group stands among the facts.
    if groups.len() > 1 {
        groups.remove(0);
    }
    Section::Statistics(Statistics {
        title: "Statistics".to_owned(),
        note: String::new(),
        columns: Vec::new(),
        groups,
    })
}

fn statistic(line: &Line, bars: &Bars) -> Statistic {
    let percent = line.name.strip_suffix("_pct");
    let value = match &line.figure {
        statistics::Figure::Number(value) if percent.is_some() => Value::Percent(value / 100.0),
        statistics::Figure::Number(value) => whole(*value),
        statistics::Figure::Count(value) => Value::Count(*value as i64),
        statistics::Figure::Time(at) => Value::Time(on_clock(*at, bars)),
        statistics::Figure::Text(text) => Value::Text(text.clone()),
        statistics::Figure::Span(None) => Value::Missing,
        statistics::Figure::Span(Some(span)) => {
            Value::Text(format!("{:.2} days", span.as_secs_f64() / 86_400.0))
        }
    };
    Statistic { label: percent.unwrap_or(line.name).replace('_', " "), values: vec![value] }
}

/// Returns a number without decimals if it has none.
fn whole(value: f64) -> Value {
    if value == value.trunc() && value.abs() < 1e15 {
        Value::Count(value as i64)
    } else {
        Value::Number(value)
    }
}

/// Returns the trades, with the names of their assets if there are several.
fn trades_section(bars: &Bars, ledger: &Ledger, assets: &[String]) -> Section<'static> {
    let at = |bar: usize| on_clock(bars.timestamps()[bar], bars);
    let row = |trade: &ledger::Trade| Trade {
        symbol: if assets.len() > 1 { assets[trade.asset].clone() } else { String::new() },
        side: trade.side.name().to_owned(),
        size: trade.size,
        entry_time: at(trade.entry_bar),
        entry_price: trade.entry_price,
        exit_time: trade.exit.map(|exit| at(exit.bar)),
        exit_price: trade.exit.map_or(f64::NAN, |exit| exit.price),
        pnl: trade.pnl,
        return_fraction: trade.return_fraction(),
        fees: trade.fees,
        reason: trade.exit.map_or_else(|| "open".to_owned(), |exit| exit.reason.name().to_owned()),
    };
    Section::Trades(Trades {
        title: "Trades".to_owned(),
        note: String::new(),
        trades: ledger.trades.iter().map(row).collect(),
    })
}

/// Returns the figures of an assessment, and what makes the best combination doubtful.
fn assessed(assessment: &Assessment) -> (Vec<Figure>, Vec<String>) {
    let (mut figures, mut warnings) = (Vec::new(), Vec::new());
    let mut add = |label: &str, found: &Result<f64, String>, bad: fn(f64) -> bool, why: String| {
        let probability = match found {
            Ok(probability) => *probability,
            Err(reason) => return warnings.push(format!("{label}: {reason}")),
        };
        let is_bad = bad(probability);
        let tone = if is_bad { Tone::Bad } else { Tone::Neutral };
        figures.push(Figure { tone, ..figure(label, Value::Percent(probability)) });
        if is_bad {
            warnings.push(why);
        }
    };
    let why = format!(
        "The best of {} combinations is not clearly better than the best of as many worthless \
         ones: the deflated Sharpe ratio is below 95 %.",
        assessment.tried
    );
    let found = &assessment.deflated_sharpe_probability;
    add("Deflated Sharpe ratio", found, |probability| probability < 0.95, why);
    let why = "More often than not the best combination of one half of the bars is below the \
               median on the other half.";
    let found = &assessment.overfitting_probability;
    add("Overfitting probability", found, |probability| probability > 0.5, why.to_owned());
    (figures, warnings)
}

/// Combinations that the table lists.
const LISTED: usize = 100;

fn combinations_section(grid: &Grid, rows: &[&Row]) -> Section<'static> {
    let names = grid.parameters().iter().map(|parameter| parameter.name.clone());
    let figures =
        ["Return", "Sharpe", "Drawdown", "Trades", "Win rate", "Exposure"].map(str::to_owned);
    let listed = rows.iter().take(LISTED).map(|row| {
        let percent = |value: f64| Value::Percent(value / 100.0);
        let parameters = grid.combination(row.index).into_iter().map(whole);
        parameters
            .chain([
                percent(row.return_pct),
                Value::Number(row.sharpe),
                percent(row.max_dd_pct),
                Value::Count(row.n_trades.into()),
                percent(row.win_rate_pct),
                percent(row.exposure_pct),
            ])
            .collect()
    });
    Section::Table(Table {
        title: "Best combinations".to_owned(),
        note: format!("{} of {}", count(rows.len().min(LISTED) as u64), count(rows.len() as u64)),
        columns: names.chain(figures).collect(),
        rows: listed.collect(),
    })
}

/// Returns the map of the first two parameters, if there are two; of further ones the best counts.
fn heat_map(grid: &Grid, rows: &[Row], by: fn(&Row) -> f64) -> Option<Section<'static>> {
    let [x, y, more @ ..] = grid.parameters() else { return None };
    let (across, up) = (x.values.len(), y.values.len());
    let inner: usize = more.iter().map(|parameter| parameter.values.len()).product();
    let mut best: Vec<Option<&Row>> = vec![None; across * up];
    for row in rows.iter().filter(|row| !by(row).is_nan()) {
        // The last parameter varies fastest in the grid; columns of the map are the first.
        let pair = row.index / inner;
        let cell = &mut best[(pair % up) * across + pair / up];
        if cell.is_none_or(|old| by(row) > by(old)) {
            *cell = Some(row);
        }
    }
    let metric = |name: &str, unit, value: fn(&Row) -> f64| Metric {
        name: name.to_owned(),
        unit,
        values: best.iter().map(|row| row.map_or(f64::NAN, value)).collect(),
        best: top(&best, by).map(|cell| (cell % across, cell / across)),
    };
    let note = match more.len() {
        0 => String::new(),
        _ => "Each cell shows the best combination of the other parameters.".to_owned(),
    };
    Some(Section::HeatMap(HeatMap {
        title: format!("{} and {}", x.name, y.name),
        note,
        x: Axis { name: x.name.clone(), values: x.values.clone() },
        y: Axis { name: y.name.clone(), values: y.values.clone() },
        metrics: vec![
            metric("Sharpe ratio", Unit::Number, |row| row.sharpe),
            metric("Return", Unit::Percent, |row| row.return_pct / 100.0),
            metric("Drawdown", Unit::Percent, |row| row.max_dd_pct / 100.0),
            metric("Trades", Unit::Number, |row| f64::from(row.n_trades)),
        ],
    }))
}

/// Returns the cell of the largest figure.
fn top(cells: &[Option<&Row>], by: fn(&Row) -> f64) -> Option<usize> {
    let known = cells.iter().enumerate().filter_map(|(cell, row)| Some((cell, by((*row)?))));
    known.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(cell, _)| cell)
}

fn folds_section(folds: &[Fold], bars: &Bars) -> Section<'static> {
    let names = folds.first().into_iter().flat_map(|fold| &fold.parameters);
    let names = names.map(|(name, _)| name.clone());
    let figures = [
        "Test from",
        "to",
        "Sharpe, chosen",
        "Return, chosen",
        "Sharpe, tested",
        "Return, tested",
        "Drawdown, tested",
        "Trades",
    ];
    let row = |fold: &Fold| {
        let percent = |value: f64| Value::Percent(value / 100.0);
        let parameters = fold.parameters.iter().map(|(_, value)| whole(*value));
        parameters
            .chain([
                Value::Time(on_clock(fold.test_times.0, bars)),
                Value::Time(on_clock(fold.test_times.1, bars)),
                Value::Number(fold.trained.sharpe),
                percent(fold.trained.return_pct),
                Value::Number(fold.tested.sharpe),
                percent(fold.tested.return_pct),
                percent(fold.tested.max_dd_pct),
                Value::Count(fold.tested.n_trades as i64),
            ])
            .collect()
    };
    Section::Table(Table {
        title: "Choices and tests".to_owned(),
        note: "Each row's parameters were chosen on the bars before its test.".to_owned(),
        columns: names.chain(figures.map(str::to_owned)).collect(),
        rows: folds.iter().map(row).collect(),
    })
}
