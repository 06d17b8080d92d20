//! The table of trades: the first page as text, all of them as data for sorting and paging.

use bolt_base::UnixNanos;

use super::format::{self, Clock, DASH, Style, decimals_needed};
use super::html::{Escaped, html};
use super::json;
use super::months::tone;
use super::page::{Trade, Trades};

/// Number of rows on a page.
const ROWS: usize = 20;

/// A column of the table.
struct Column<'a> {
    title: &'static str,
    cells: Cells<'a>,
}

enum Cells<'a> {
    Numbers { values: Vec<f64>, style: Style, has_tone: bool },
    Times { values: Vec<Option<UnixNanos>>, clock: Clock },
    Durations { nanos: Vec<Option<i64>> },
    Names { names: Vec<&'a str>, indices: Vec<usize> },
}

/// Appends the table.
pub(super) fn render(out: &mut String, section: &Trades) {
    let shown = &section.trades[..section.trades.len().min(Trades::MOST)];
    if shown.is_empty() {
        out.push_str("<p class=\"empty\">No trades.</p>\n");
        return;
    }
    let left_out = section.trades.len() - shown.len();
    if left_out > 0 {
        html!(
            out,
            "<p class=\"note\">The first {} trades; {} more are left out.</p>\n",
            format::fixed(shown.len() as f64, 0),
            format::fixed(left_out as f64, 0)
        );
    }
    let columns = columns(shown);
    html!(
        out,
        "<div class=\"sortable\"><div class=\"scroll\" role=\"region\" aria-label=\"{0}\" \
         tabindex=\"0\"><table class=\"rows\"><caption>{0}</caption><thead><tr>",
        Escaped(&section.title)
    );
    for column in &columns {
        html!(out, "<th scope=\"col\"{}>{}</th>", column.class(), Escaped(column.title));
    }
    out.push_str("</tr></thead><tbody>\n");
    for row in 0..shown.len().min(ROWS) {
        out.push_str("<tr>");
        for column in &columns {
            column.render(out, row);
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table></div>\n");
    if shown.len() > ROWS {
        html!(
            out,
            "<noscript><p class=\"fine\">The first {ROWS} of {} trades; the others and sorting \
             need scripts.</p></noscript>\n",
            format::fixed(shown.len() as f64, 0)
        );
    }
    html!(out, "<script type=\"application/json\">{{\"page\":{ROWS},\"columns\":");
    json::array(out, &columns, |out, column| column.data(out));
    out.push_str("}</script></div>\n");
}

fn columns(trades: &[Trade]) -> Vec<Column<'_>> {
    let names = |title, of: fn(&Trade) -> &str| Column { title, cells: names(trades, of) };
    let times = |title, of: fn(&Trade) -> Option<UnixNanos>| {
        let values: Vec<Option<UnixNanos>> = trades.iter().map(of).collect();
        let clock = Clock::of(values.iter().flatten().copied());
        Column { title, cells: Cells::Times { values, clock } }
    };
    let prices = trades.iter().flat_map(|trade| [trade.entry_price, trade.exit_price]);
    let price = Style { decimals: decimals_needed(prices, 2), is_percent: false };
    let numbers = |title, of: fn(&Trade) -> f64, style: Option<Style>, has_tone| {
        let values: Vec<f64> = trades.iter().map(of).collect();
        let style = style.unwrap_or_else(|| money(&values));
        Column { title, cells: Cells::Numbers { values, style, has_tone } }
    };
    let held = |trade: &Trade| trade.exit_time.map(|end| end.0.saturating_sub(trade.entry_time.0));
    let sizes = trades.iter().map(|trade| trade.size);
    let size = Style { decimals: decimals_needed(sizes, 0), is_percent: false };
    let percent = Style { decimals: 2, is_percent: true };
    let mut columns = vec![
        names("Side", |trade| &trade.side),
        numbers("Size", |trade| trade.size, Some(size), false),
        times("Entry", |trade| Some(trade.entry_time)),
        numbers("Entry price", |trade| trade.entry_price, Some(price), false),
        times("Exit", |trade| trade.exit_time),
        numbers("Exit price", |trade| trade.exit_price, Some(price), false),
        Column {
            title: "Held",
            cells: Cells::Durations { nanos: trades.iter().map(held).collect() },
        },
        numbers("P&L", |trade| trade.pnl, None, true),
        numbers("Return", |trade| trade.return_fraction, Some(percent), true),
        numbers("Fees", |trade| trade.fees, None, false),
        names("Reason", |trade| &trade.reason),
    ];
    if trades.iter().any(|trade| !trade.symbol.is_empty()) {
        columns.insert(0, names("Symbol", |trade| &trade.symbol));
    }
    columns
}

/// Returns cents, or what is needed to tell amounts that are all below one.
fn money(values: &[f64]) -> Style {
    let is_small = values.iter().all(|value| value.abs() < 1.0);
    let decimals = if is_small { decimals_needed(values.iter().copied(), 2) } else { 2 };
    Style { decimals, is_percent: false }
}

fn names<'a>(trades: &'a [Trade], of: fn(&Trade) -> &str) -> Cells<'a> {
    let mut names: Vec<&str> = trades.iter().map(of).collect();
    names.sort_unstable();
    names.dedup();
    let index = |trade| names.binary_search(&of(trade)).expect("each name is in the list of all");
    Cells::Names { indices: trades.iter().map(index).collect(), names }
}

impl Column<'_> {
    fn class(&self) -> &'static str {
        if matches!(self.cells, Cells::Names { .. }) { " class=\"text\"" } else { "" }
    }

    fn render(&self, out: &mut String, row: usize) {
        match &self.cells {
            Cells::Numbers { values, style, has_tone } => {
                let tone = if *has_tone { tone(values[row]) } else { "" };
                html!(out, "<td class=\"{tone}\">{}</td>", style.show(values[row]));
            }
            Cells::Times { values, clock } => {
                let text = values[row].map_or(DASH.to_owned(), |at| clock.show(at));
                html!(out, "<td>{text}</td>");
            }
            Cells::Durations { nanos } => {
                html!(out, "<td>{}</td>", nanos[row].map_or(DASH.to_owned(), format::duration));
            }
            Cells::Names { names, indices } => {
                html!(out, "<td class=\"text\">{}</td>", Escaped(names[indices[row]]));
            }
        }
    }

    /// Appends the column for the script.
    fn data(&self, out: &mut String) {
        match &self.cells {
            Cells::Numbers { values, style, has_tone } => {
                let Style { decimals, is_percent } = *style;
                html!(
                    out,
                    "{{\"kind\":\"number\",\"decimals\":{decimals},\"percent\":{is_percent},\
                     \"tone\":{has_tone},\"values\":"
                );
                let decimals = if is_percent { decimals + 2 } else { decimals };
                json::array(out, values, |out, value| json::number(out, *value, decimals));
            }
            Cells::Times { values, clock } => {
                let nanos: Vec<Option<i64>> = values.iter().map(|at| at.map(|at| at.0)).collect();
                html!(out, "{{\"kind\":\"time\",\"clock\":{},", clock.length());
                multiples(out, &nanos);
            }
            Cells::Durations { nanos } => {
                out.push_str("{\"kind\":\"duration\",");
                multiples(out, nanos);
            }
            Cells::Names { names, indices } => {
                out.push_str("{\"kind\":\"name\",\"names\":");
                json::array(out, names, |out, name| json::string(out, name));
                out.push_str(",\"values\":");
                json::array(out, indices, |out, index| html!(out, "{index}"));
            }
        }
        out.push('}');
    }
}

/// Appends nanoseconds as multiples of their largest common unit, unit and start in milliseconds.
fn multiples(out: &mut String, nanos: &[Option<i64>]) {
    let (start, unit) = json::common_unit(nanos.iter().flatten().copied());
    html!(out, "\"start\":{},\"unit\":{},\"values\":", start as f64 / 1e6, unit as f64 / 1e6);
    json::array(out, nanos, |out, nanos| match nanos {
        Some(nanos) => html!(out, "{}", (i128::from(*nanos) - i128::from(start)) / unit),
        None => out.push_str("null"),
    });
}
