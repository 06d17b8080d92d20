//! Groups of figures and plain tables.

use super::format;
use super::html::{Escaped, html};
use super::page::{Statistics, Table, Value};

/// Appends groups of figures, each a table of its own.
pub(super) fn render_statistics(out: &mut String, statistics: &Statistics) {
    let columns = statistics.columns.len().max(1);
    html!(out, "<div class=\"groups{}\">\n", if columns > 1 { " wide" } else { "" });
    for group in &statistics.groups {
        html!(out, "<table class=\"group\"><caption>{}</caption>", Escaped(&group.title));
        if columns > 1 {
            out.push_str("<thead><tr><td></td>");
            for column in &statistics.columns {
                html!(out, "<th scope=\"col\">{}</th>", Escaped(column));
            }
            out.push_str("</tr></thead>");
        }
        out.push_str("<tbody>\n");
        for row in &group.rows {
            html!(out, "<tr><th scope=\"row\">{}</th>", Escaped(&row.label));
            for column in 0..columns {
                render_cell(out, row.values.get(column).unwrap_or(&Value::Missing));
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody></table>\n");
    }
    out.push_str("</div>\n");
}

/// Appends a table; its heading is its caption.
pub(super) fn render_table(out: &mut String, table: &Table) {
    html!(
        out,
        "<div class=\"scroll\" role=\"region\" aria-label=\"{0}\" tabindex=\"0\">\
         <table class=\"rows\"><caption>{0}</caption><thead><tr>",
        Escaped(&table.title)
    );
    for (i, column) in table.columns.iter().enumerate() {
        let is_text = table.rows.iter().any(|row| matches!(row.get(i), Some(Value::Text(_))));
        let class = if is_text { " class=\"text\"" } else { "" };
        html!(out, "<th scope=\"col\"{class}>{}</th>", Escaped(column));
    }
    out.push_str("</tr></thead><tbody>\n");
    for row in &table.rows {
        out.push_str("<tr>");
        for column in 0..table.columns.len() {
            render_cell(out, row.get(column).unwrap_or(&Value::Missing));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table></div>\n");
    if table.rows.is_empty() {
        out.push_str("<p class=\"empty\">No rows.</p>\n");
    }
}

fn render_cell(out: &mut String, value: &Value) {
    let class = match value {
        Value::Text(_) => " class=\"text\"",
        Value::Percent(v) | Value::Money(v) | Value::Number(v) if *v < 0.0 => " class=\"minus\"",
        _ => "",
    };
    html!(out, "<td{class}>{}</td>", Escaped(&format::value(value)));
}
