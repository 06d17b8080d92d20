//! The report of a backtest, a sweep or a walk-forward: one HTML file that needs nothing else.
//!
//! Fill a [`Page`] and call [`render`]. The page loads nothing (its content security policy
//! forbids it): style sheet and script are inside, charts are SVG. Without scripts it shows
//! everything but the pages of a long table of trades beyond the first; scripts add a crosshair
//! that reads values out, linear and logarithmic scales, sorting, paging and the choice of a
//! theme. It prints.
//!
//! # Size
//! A page of one million bars stays below one megabyte: of each of 1,000 columns of a chart the
//! first, lowest, highest and last value are kept, so that no extreme is lost; the chart says so.
//! Heat maps are drawn in blocks from 40,000 cells on. Trades take about 60 bytes each and
//! are cut at [`Trades::MOST`], with a line that counts the rest.
//!
//! This module knows no engine and computes nothing but the totals of years: it shows what it is
//! given.

mod chart;
mod file;
mod format;
mod heatmap;
mod html;
mod json;
mod months;
mod page;
mod scale;
mod tables;
mod trades;

#[cfg(test)]
mod tests;

use chart::{Chart, Line, Marks};
pub use file::{check_report_path, write_report};
use html::{Escaped, close_section, html, open_section};
pub use page::*;

/// Returns the page as HTML.
///
/// # Panics
/// If series of a chart differ in length from their axis, an index of a trade lies outside of the
/// equity curve, or a measure of a heat map has not one value for each combination.
pub fn render(page: &Page) -> String {
    let mut out = String::with_capacity(1 << 17);
    render_head(&mut out, &page.title);
    render_header(&mut out, page);
    out.push_str("<main>\n");
    for (id, section) in page.sections.iter().enumerate() {
        render_section(&mut out, id, section);
    }
    out.push_str("</main>\n<script>\n");
    out.push_str(include_str!("report/page.js"));
    out.push_str("</script>\n</body>\n</html>\n");
    out
}

/// Returns a value as a page shows it.
pub(crate) fn shown(value: &Value) -> String {
    format::value(value)
}

/// What every report begins with, and nothing else does.
const BEGINNING: &str = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
                         <meta name=\"generator\" content=\"Bolt\">\n";

fn render_head(out: &mut String, title: &str) {
    html!(
        out,
        "{BEGINNING}<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n<style>\n\
         :root {{\n{}}}\n{}</style>\n</head>\n<body>\n",
        Escaped(title),
        bolt_plot::theme::variables(),
        include_str!("report/page.css")
    );
}

fn render_header(out: &mut String, page: &Page) {
    html!(out, "<header>\n<h1>{}</h1>\n", Escaped(&page.title));
    if !page.subtitle.is_empty() {
        html!(out, "<p class=\"subtitle\">{}</p>\n", Escaped(&page.subtitle));
    }
    if !page.warnings.is_empty() {
        out.push_str("<ul class=\"warnings\" aria-label=\"Warnings\">\n");
        for warning in &page.warnings {
            html!(out, "<li>{}</li>\n", Escaped(warning));
        }
        out.push_str("</ul>\n");
    }
    if !page.headline.is_empty() {
        out.push_str("<dl class=\"headline\">\n");
        for Figure { label, value, tone } in &page.headline {
            let class = match tone {
                Tone::Neutral => "",
                Tone::Good => " class=\"good\"",
                Tone::Bad => " class=\"bad\"",
            };
            let (label, value) = (Escaped(label), format::value(value));
            html!(out, "<div><dt>{label}</dt><dd{class}>{}</dd></div>\n", Escaped(&value));
        }
        out.push_str("</dl>\n");
    }
    if !page.facts.is_empty() {
        out.push_str("<dl class=\"facts\">\n");
        for Fact { label, value, is_code } in &page.facts {
            let (label, value) = (Escaped(label), Escaped(value));
            if *is_code {
                let class = if value.0.len() > 36 { "code long" } else { "code" };
                html!(
                    out,
                    "<div class=\"{class}\"><dt>{label}</dt><dd><code>{value}</code></dd></div>\n"
                );
            } else {
                html!(out, "<div><dt>{label}</dt><dd>{value}</dd></div>\n");
            }
        }
        out.push_str("</dl>\n");
    }
    render_contents(out, &page.sections);
    out.push_str("</header>\n");
}

fn render_contents(out: &mut String, sections: &[Section]) {
    if sections.len() < 2 {
        return;
    }
    out.push_str("<nav aria-label=\"Contents\">");
    for (id, section) in sections.iter().enumerate() {
        html!(out, "<a href=\"#s{id}\">{}</a>", Escaped(section.heading().0));
    }
    out.push_str("</nav>\n");
}

impl Section<'_> {
    /// Returns the heading and the remark.
    fn heading(&self) -> (&str, &str) {
        match self {
            Self::Equity(EquityCurve { title, note, .. })
            | Self::Drawdown(Drawdown { title, note, .. })
            | Self::Months(MonthlyReturns { title, note, .. })
            | Self::Statistics(Statistics { title, note, .. })
            | Self::Trades(Trades { title, note, .. })
            | Self::HeatMap(HeatMap { title, note, .. })
            | Self::Lines(LineChart { title, note, .. })
            | Self::Table(Table { title, note, .. }) => (title, note),
        }
    }
}

fn render_section(out: &mut String, id: usize, section: &Section) {
    let (title, note) = section.heading();
    let class = match section {
        Section::Equity(_) => "equity",
        Section::Drawdown(_) => "drawdown",
        Section::Months(_) => "monthly",
        Section::Statistics(_) => "statistics",
        Section::Trades(_) => "trades",
        Section::HeatMap(_) => "heatmap",
        Section::Lines(_) => "lines",
        Section::Table(_) => "table",
    };
    open_section(out, id, class, title, note);
    match section {
        Section::Equity(curve) => render_equity(out, curve),
        Section::Drawdown(drawdown) => render_drawdown(out, drawdown),
        Section::Months(months) => months::render(out, months),
        Section::Statistics(statistics) => tables::render_statistics(out, statistics),
        Section::Trades(section) => trades::render(out, section),
        Section::HeatMap(map) => heatmap::render(out, map),
        Section::Lines(lines) => render_lines(out, lines),
        Section::Table(table) => tables::render_table(out, table),
    }
    close_section(out);
}

fn render_equity(out: &mut String, curve: &EquityCurve) {
    let line = |series, class: &str| Line { series, class: class.to_owned(), is_area: false };
    let benchmark = curve.benchmark.map(|series| line(series, "reference"));
    let chart = Chart {
        label: &curve.title,
        x: Abscissa::Times { times: curve.times, zone: curve.zone.clone() },
        unit: Unit::Money,
        lines: [line(curve.equity, "c0")].into_iter().chain(benchmark).collect(),
        offers_logarithmic: true,
        marks: vec![
            Marks { name: "Entry", class: "entry", indices: curve.entries },
            Marks { name: "Exit", class: "exit", indices: curve.exits },
        ],
        remark: None,
    };
    chart.render(out);
}

fn render_drawdown(out: &mut String, section: &Drawdown) {
    let values = section.drawdown.values;
    let finite = (0..values.len()).filter(|i| values[*i].is_finite());
    let deepest = finite.min_by(|a, b| values[*a].total_cmp(&values[*b]));
    let remark = deepest.filter(|index| values[*index] < 0.0).map(|index| {
        let depth = format::value(&Value::Percent(values[index]));
        let day = format::Clock::Day.show(section.times[index]);
        (index, format!("{depth} on {day}"))
    });
    let chart = Chart {
        label: &section.title,
        x: Abscissa::Times { times: section.times, zone: section.zone.clone() },
        unit: Unit::Percent,
        lines: vec![Line { series: section.drawdown, class: "loss".to_owned(), is_area: true }],
        offers_logarithmic: false,
        marks: Vec::new(),
        remark,
    };
    chart.render(out);
}

fn render_lines<'a>(out: &mut String, section: &LineChart<'a>) {
    let line = |(i, series): (usize, Series<'a>)| {
        let dashed = if i / 8 % 2 == 1 { " dashed" } else { "" };
        Line { series, class: format!("c{}{dashed}", i % 8), is_area: false }
    };
    let chart = Chart {
        label: &section.title,
        x: section.x.clone(),
        unit: section.unit,
        lines: section.series.iter().copied().enumerate().map(line).collect(),
        offers_logarithmic: false,
        marks: Vec::new(),
        remark: None,
    };
    chart.render(out);
}
