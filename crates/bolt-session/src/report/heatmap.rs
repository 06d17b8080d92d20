//! Measures over two parameters, as colours.
//!
//! A measure with values on both sides of zero is coloured by its distance from zero, blue above
//! and orange below; any other from the lowest value to the highest. Each colour is one path of
//! merged runs, so a large grid stays small. A grid of more cells than a page should hold is drawn
//! in square blocks, each with the median of its combinations.

use super::format::{Style, exact};
use super::html::{Escaped, html};
use super::json;
use super::page::{Axis, HeatMap, Metric};

/// Largest number of cells drawn, of all measures together.
pub(super) const MOST_CELLS: usize = 40_000;
/// Largest numbers of columns and rows of which each cell shows its value.
const MOST_TEXTS: (usize, usize) = (14, 24);

/// Appends the maps of all measures.
///
/// # Panics
/// If a measure has not one value for each combination, or the best lies outside.
pub(super) fn render(out: &mut String, map: &HeatMap) {
    let (columns, rows) = (map.x.values.len(), map.y.values.len());
    if columns * rows * map.metrics.len() == 0 {
        out.push_str("<p class=\"empty\">No combinations.</p>\n");
        return;
    }
    let block = block_size(columns, rows, map.metrics.len());
    let grids: Vec<Grid> = map.metrics.iter().map(|m| Grid::new(m, columns, rows, block)).collect();
    out.push_str("<div class=\"maps\">\n");
    for (metric, grid) in map.metrics.iter().zip(&grids) {
        render_metric(out, map, metric, grid);
    }
    if block > 1 {
        html!(
            out,
            "<p class=\"fine\">{columns} × {rows} combinations; each cell is the median of up to \
             {block} × {block}.</p>\n"
        );
    }
    render_data(out, map, &grids);
    out.push_str("</div>\n");
}

/// Returns the side of the smallest square blocks that make few enough cells.
fn block_size(columns: usize, rows: usize, metrics: usize) -> usize {
    let cells = |block: &usize| columns.div_ceil(*block) * rows.div_ceil(*block) * metrics;
    (1..columns.max(rows)).find(|block| cells(block) <= MOST_CELLS).unwrap_or(columns.max(rows))
}

/// The cells of a measure that are drawn.
pub(super) struct Grid {
    pub(super) columns: usize,
    pub(super) rows: usize,
    /// Combinations along the side of each cell.
    block: usize,
    /// Values row by row.
    pub(super) values: Vec<f64>,
    style: Style,
    low: f64,
    high: f64,
}

impl Grid {
    pub(super) fn new(metric: &Metric, columns: usize, rows: usize, block: usize) -> Self {
        let Metric { name, values, unit, best } = metric;
        assert_eq!(values.len(), columns * rows, "`{name}` has one value for each combination");
        assert!(
            best.is_none_or(|(x, y)| x < columns && y < rows),
            "the best combination of `{name}` is one of the grid"
        );
        let cells = (0..rows.div_ceil(block))
            .flat_map(|y| (0..columns.div_ceil(block)).map(move |x| (x * block, y * block)))
            .map(|(x, y)| {
                let xs = x..(x + block).min(columns);
                let ys = y..(y + block).min(rows);
                median(ys.flat_map(|y| xs.clone().map(move |x| values[y * columns + x])))
            });
        let cells: Vec<f64> = cells.collect();
        let finite = || cells.iter().copied().filter(|value| value.is_finite());
        Self {
            columns: columns.div_ceil(block),
            rows: rows.div_ceil(block),
            block,
            style: Style::for_values(*unit, finite()),
            low: finite().fold(f64::INFINITY, f64::min),
            high: finite().fold(f64::NEG_INFINITY, f64::max),
            values: cells,
        }
    }

    /// Whether cells are large enough to stand apart.
    fn is_spaced(&self) -> bool {
        self.columns <= 40 && self.rows <= 40
    }

    fn is_diverging(&self) -> bool {
        self.low < 0.0 && self.high > 0.0
    }

    /// Returns the class of a value's colour; `None` for what is not a finite number.
    pub(super) fn class(&self, value: f64) -> Option<String> {
        if !value.is_finite() {
            return None;
        }
        if self.is_diverging() {
            let level = (6.0 * value / self.high.max(-self.low)).round() as i32;
            return Some(match level {
                0 => "n0".to_owned(),
                1.. => format!("g{level}"),
                _ => format!("l{}", -level),
            });
        }
        let span = self.high - self.low;
        let share = if span > 0.0 { (value - self.low) / span } else { 0.5 };
        Some(format!("s{}", (share * 12.0).round() as i32))
    }

    /// Returns for each colour the path of its cells, runs of small ones merged; the first row is
    /// at the bottom.
    pub(super) fn paths(&self) -> Vec<(String, String)> {
        let longest = if self.is_spaced() { 1 } else { self.columns };
        let mut paths: Vec<(String, String)> = Vec::new();
        for (y, row) in self.values.chunks(self.columns).enumerate() {
            let top = self.rows - 1 - y;
            let mut x = 0;
            while x < row.len() {
                let class = self.class(row[x]);
                let run =
                    row[x..].iter().take(longest).take_while(|v| self.class(**v) == class).count();
                if let Some(class) = class {
                    let at = paths.iter().position(|(known, _)| *known == class);
                    let at = at.unwrap_or_else(|| {
                        paths.push((class, String::new()));
                        paths.len() - 1
                    });
                    html!(paths[at].1, "M{x} {top}h{run}v1h-{run}z");
                }
                x += run;
            }
        }
        paths
    }
}

/// Returns the middle of the finite values, NaN if there are none.
fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut finite: Vec<f64> = values.filter(|value| value.is_finite()).collect();
    finite.sort_unstable_by(f64::total_cmp);
    match finite.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => finite[n / 2],
        n => f64::midpoint(finite[n / 2 - 1], finite[n / 2]),
    }
}

fn render_metric(out: &mut String, map: &HeatMap, metric: &Metric, grid: &Grid) {
    let Grid { columns, rows, block, .. } = *grid;
    html!(out, "<figure class=\"map\"><figcaption class=\"legend\">");
    html!(out, "<span class=\"metric\">{}</span><span class=\"reading\">", Escaped(&metric.name));
    if let Some((x, y)) = metric.best {
        let value = metric.values[y * map.x.values.len() + x];
        html!(
            out,
            "best <b>{}</b> at {} {}, {} {}",
            grid.style.show(value),
            Escaped(&map.x.name),
            exact(map.x.values[x]),
            Escaped(&map.y.name),
            exact(map.y.values[y])
        );
    }
    out.push_str("</span></figcaption>\n");
    let label = format!(
        "Heat map of {} over {} and {}, from {} to {}",
        metric.name,
        map.x.name,
        map.y.name,
        grid.style.show(grid.low),
        grid.style.show(grid.high)
    );
    html!(out, "<div class=\"plot\" style=\"--rows:{rows}\">");
    render_labels(out, &map.y, block, true);
    html!(
        out,
        "<div class=\"canvas\"><svg viewBox=\"0 0 {columns} {rows}\" preserveAspectRatio=\"none\" \
         role=\"img\" aria-label=\"{}\"{}>",
        Escaped(&label),
        if grid.is_spaced() { " class=\"spaced\"" } else { "" }
    );
    for (class, path) in grid.paths() {
        html!(out, "<path class=\"{class}\" d=\"{path}\"/>");
    }
    out.push_str("</svg>");
    render_texts(out, grid);
    if let Some((x, y)) = metric.best {
        let (left, top) = corner(x / block, y / block, columns, rows);
        let (width, height) = (100.0 / columns as f64, 100.0 / rows as f64);
        html!(
            out,
            "<span class=\"best\" style=\"left:{left:.3}%;top:{top:.3}%;width:{width:.3}%;\
             height:{height:.3}%\"></span>"
        );
    }
    out.push_str("</div>");
    render_labels(out, &map.x, block, false);
    html!(
        out,
        "<div class=\"axis\"><span>{} →, {} ↑</span>",
        Escaped(&map.x.name),
        Escaped(&map.y.name)
    );
    render_ramp(out, grid);
    out.push_str("</div></div></figure>\n");
}

/// Returns the left and upper edge of a cell in percent.
fn corner(x: usize, y: usize, columns: usize, rows: usize) -> (f64, f64) {
    (100.0 * x as f64 / columns as f64, 100.0 * (rows - 1 - y) as f64 / rows as f64)
}

fn render_texts(out: &mut String, grid: &Grid) {
    let Grid { columns, rows, .. } = *grid;
    if columns > MOST_TEXTS.0 || rows > MOST_TEXTS.1 {
        return;
    }
    for (i, value) in grid.values.iter().enumerate() {
        let Some(class) = grid.class(*value) else { continue };
        let (left, top) = corner(i % columns, i / columns, columns, rows);
        let left = left + 50.0 / columns as f64;
        let top = top + 50.0 / rows as f64;
        let text = grid.style.show(*value);
        html!(
            out,
            "<span class=\"cell {class}\" style=\"left:{left:.2}%;top:{top:.2}%\">{text}</span>"
        );
    }
}

fn render_labels(out: &mut String, axis: &Axis, block: usize, is_vertical: bool) {
    let cells = axis.values.len().div_ceil(block);
    let versions: &[(&str, usize)] =
        if is_vertical { &[("y", 12)] } else { &[("x wide", 20), ("x narrow", 7)] };
    for (class, most) in versions {
        html!(out, "<div class=\"{class}\" aria-hidden=\"true\">");
        for cell in (0..cells).step_by(cells.div_ceil(*most)) {
            let centre = 100.0 * (cell as f64 + 0.5) / cells as f64;
            let text = exact(axis.values[cell * block]);
            if is_vertical {
                html!(out, "<span style=\"top:{:.2}%\">{text}</span>", 100.0 - centre);
            } else {
                html!(out, "<span class=\"c\" style=\"left:{centre:.2}%\">{text}</span>");
            }
        }
        out.push_str("</div>");
    }
}

fn render_ramp(out: &mut String, grid: &Grid) {
    let reach = grid.high.max(-grid.low);
    let (class, low, high) = if grid.is_diverging() {
        ("diverging", -reach, reach)
    } else {
        ("sequential", grid.low, grid.high)
    };
    html!(
        out,
        "<span class=\"ramp\">{}<i class=\"{class}\"></i>{}</span>",
        grid.style.show(low),
        grid.style.show(high)
    );
}

/// Appends what the reading shows below the pointer.
fn render_data(out: &mut String, map: &HeatMap, grids: &[Grid]) {
    out.push_str("<script type=\"application/json\">{\"axes\":");
    json::array(out, [&map.x, &map.y], |out, axis| {
        out.push_str("{\"name\":");
        json::string(out, &axis.name);
        out.push_str(",\"labels\":");
        json::array(out, axis.values.chunks(grids[0].block), |out, block| {
            let (first, last) = (exact(block[0]), exact(block[block.len() - 1]));
            json::string(out, &if first == last { first } else { format!("{first} to {last}") });
        });
        out.push('}');
    });
    out.push_str(",\"metrics\":");
    json::array(out, map.metrics.iter().zip(grids), |out, (metric, grid)| {
        let Style { decimals, is_percent } = grid.style;
        out.push_str("{\"name\":");
        json::string(out, &metric.name);
        html!(out, ",\"decimals\":{decimals},\"percent\":{is_percent},\"values\":");
        let decimals = if is_percent { decimals + 2 } else { decimals };
        json::array(out, &grid.values, |out, value| json::number(out, *value, decimals));
        out.push('}');
    });
    out.push_str("}</script>\n");
}
