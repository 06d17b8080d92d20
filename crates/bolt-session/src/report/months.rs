//! The table of monthly returns.

use std::collections::BTreeMap;

use super::format::{DASH, fixed};
use super::html::html;
use super::page::{Month, MonthlyReturns};
use bolt_plot::ticks::month_name;

/// Returns the compounded return of each year; NaN if that of a month is unknown.
pub(super) fn yearly(months: &[Month]) -> BTreeMap<i32, f64> {
    let mut years = BTreeMap::new();
    for month in months {
        *years.entry(month.year).or_insert(1.0) *= 1.0 + month.fraction;
    }
    years.into_iter().map(|(year, growth)| (year, growth - 1.0)).collect()
}

/// Appends the table: a row a year, in percent, shaded by size.
pub(super) fn render(out: &mut String, returns: &MonthlyReturns) {
    let months = &returns.months;
    if months.is_empty() {
        out.push_str("<p class=\"empty\">No month has a return.</p>\n");
        return;
    }
    let by_month: BTreeMap<(i32, u8), f64> =
        months.iter().map(|m| ((m.year, m.month), m.fraction)).collect();
    let full = full_shade(months);
    out.push_str(
        "<div class=\"scroll\" role=\"region\" aria-label=\"Monthly returns\" tabindex=\"0\">\
         <table class=\"months\"><caption>Returns by month in percent, compounded to years</caption>\
         <thead><tr><th scope=\"col\">Year</th>",
    );
    for month in 1..=12 {
        html!(out, "<th scope=\"col\">{}</th>", month_name(month));
    }
    out.push_str("<th scope=\"col\" class=\"total\">Total</th></tr></thead><tbody>\n");
    for (year, total) in yearly(months) {
        html!(out, "<tr><th scope=\"row\">{year}</th>");
        for month in 1..=12 {
            render_cell(out, by_month.get(&(year, month)).copied(), full);
        }
        let tone = tone(total);
        html!(out, "<td class=\"total {tone}\">{}</td></tr>\n", fixed(total * 100.0, 1));
    }
    out.push_str("</tbody></table></div>\n");
}

fn render_cell(out: &mut String, fraction: Option<f64>, full: f64) {
    match fraction {
        None => out.push_str("<td></td>"),
        Some(fraction) if fraction.is_nan() => html!(out, "<td>{DASH}</td>"),
        Some(fraction) => {
            let shade = (fraction.abs() / full).min(1.0) * 100.0;
            let (tone, text) = (tone(fraction), fixed(fraction * 100.0, 1));
            html!(out, "<td class=\"shade {tone}\" style=\"--p:{shade:.0}%\">{text}</td>");
        }
    }
}

/// Returns the size of return that has the full shade: the 95th percentile, so that one month of
/// a crash does not leave all others white.
fn full_shade(months: &[Month]) -> f64 {
    let sizes = months.iter().map(|month| month.fraction.abs()).filter(|size| size.is_finite());
    let mut sizes: Vec<f64> = sizes.collect();
    sizes.sort_unstable_by(f64::total_cmp);
    let largest = sizes.last().copied().unwrap_or(0.0);
    let full = sizes.get(sizes.len() * 95 / 100).copied().unwrap_or(largest);
    if full > 0.0 { full } else { largest.max(f64::MIN_POSITIVE) }
}

/// Returns the class of gains and losses.
pub(super) fn tone(value: f64) -> &'static str {
    match value {
        v if v > 0.0 => "good",
        v if v < 0.0 => "bad",
        _ => "",
    }
}
