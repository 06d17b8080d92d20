//! Lines over a common horizontal axis, as SVG with labels beside it and data for the crosshair.
//!
//! The drawing is stretched to the width of the page (lines keep their width), so labels are text
//! of the page and stay readable on a phone. Everything is drawn here; the script only switches
//! between the scales and reads values out.

use bolt_plot::reduce;

use super::format::{self, Style};
use super::html::{Escaped, html};
use super::json;
use super::page::{Abscissa, Series, Unit};
use super::scale::{HEIGHT, Scale, WIDTH};

/// Largest number of columns a drawing is divided into; there are fewer for many series.
const COLUMNS: usize = 1000;
/// Series of at most so many values show each of them as a dot.
const MOST_DOTS: usize = 60;
/// Largest number of marks that stand on the line itself.
const MOST_MARKS: usize = 300;

/// A chart.
pub(super) struct Chart<'a> {
    /// What it shows, for those who cannot see it.
    pub(super) label: &'a str,
    pub(super) x: Abscissa<'a>,
    pub(super) unit: Unit,
    pub(super) lines: Vec<Line<'a>>,
    /// Whether to offer a logarithmic axis.
    pub(super) offers_logarithmic: bool,
    /// Points on the first line.
    pub(super) marks: Vec<Marks<'a>>,
    /// A remark on one point of the first line.
    pub(super) remark: Option<(usize, String)>,
}

/// A line and its look.
pub(super) struct Line<'a> {
    pub(super) series: Series<'a>,
    /// Class of the style sheet that gives the colour.
    pub(super) class: String,
    /// Whether to fill what lies between the line and zero.
    pub(super) is_area: bool,
}

/// Points on the first line.
pub(super) struct Marks<'a> {
    pub(super) name: &'static str,
    pub(super) class: &'static str,
    pub(super) indices: &'a [usize],
}

impl Chart<'_> {
    /// Appends the chart.
    ///
    /// # Panics
    /// If a series has another length than the axis, or a mark lies outside of it.
    pub(super) fn render(&self, out: &mut String) {
        for line in &self.lines {
            let (name, length) = (line.series.name, line.series.values.len());
            assert_eq!(length, self.x.len(), "series `{name}` has one value for each place");
        }
        if self.x.len() == 0 || self.lines.is_empty() {
            out.push_str("<p class=\"empty\">No values.</p>\n");
            return;
        }
        let drawn = self.drawn();
        let scales = self.scales();
        out.push_str("<figure class=\"chart\">\n");
        self.render_legend(out);
        out.push_str("<div class=\"plot\">");
        for scale in &scales {
            self.render_y_labels(out, scale);
        }
        out.push_str("<div class=\"canvas\">");
        html!(
            out,
            "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" preserveAspectRatio=\"none\" \
             role=\"img\" aria-label=\"{}\">",
            Escaped(&self.description())
        );
        for scale in &scales {
            self.render_drawing(out, scale, &drawn);
        }
        out.push_str("</svg>");
        self.render_remark(out, &scales);
        out.push_str("</div>");
        self.render_x_labels(out);
        out.push_str("</div>\n");
        self.render_reduction(out, &drawn);
        self.render_data(out, &drawn, &scales);
        out.push_str("</figure>\n");
    }

    fn values(&self) -> impl Iterator<Item = f64> {
        self.lines.iter().flat_map(|line| line.series.values.iter().copied())
    }

    fn scales(&self) -> Vec<Scale> {
        let linear = Scale::linear(self.values(), self.unit);
        let logarithmic = self.offers_logarithmic.then(|| Scale::logarithmic(self.values()));
        [Some(linear), logarithmic.flatten()].into_iter().flatten().collect()
    }

    /// Returns the indices to draw of each line.
    fn drawn(&self) -> Vec<Vec<usize>> {
        let columns = (4 * COLUMNS / self.lines.len().max(1)).clamp(100, COLUMNS);
        let position = |i| self.x.position(i);
        self.lines.iter().map(|line| reduce(line.series.values, position, columns)).collect()
    }

    fn style(&self) -> Style {
        let style = Style::for_values(self.unit, self.values());
        // The axis says the size of percentages; the reading may be finer.
        if self.unit == Unit::Percent { Style { decimals: 2, ..style } } else { style }
    }

    fn description(&self) -> String {
        let style = self.style();
        let mut text = self.label.to_owned();
        for line in &self.lines {
            if let Some([first, last]) = ends(line.series.values) {
                let show = |(index, value): (usize, f64)| {
                    format!("{} on {}", style.show(value), self.x.show(index, self.x.clock()))
                };
                text += &format!("; {}: {} to {}", line.series.name, show(first), show(last));
            }
        }
        text
    }

    fn render_legend(&self, out: &mut String) {
        let style = self.style();
        out.push_str("<figcaption class=\"legend\">");
        for line in &self.lines {
            let last = ends(line.series.values);
            html!(
                out,
                "<span class=\"key {}\"><i></i>{} <b>{}</b></span>",
                line.class,
                Escaped(line.series.name),
                last.map_or(format::DASH.to_owned(), |[_, (_, value)]| style.show(value))
            );
        }
        for marks in self.marks.iter().filter(|marks| !marks.indices.is_empty()) {
            let rug = if self.has_rug() { " ticks" } else { "" };
            html!(out, "<span class=\"key {}{rug}\"><i></i>{}</span>", marks.class, marks.name);
        }
        let when = self.x.show(self.x.len() - 1, self.x.clock());
        html!(out, "<span class=\"when\">{}</span></figcaption>\n", Escaped(&when));
    }

    fn render_y_labels(&self, out: &mut String, scale: &Scale) {
        html!(out, "<div class=\"y {}\" aria-hidden=\"true\">", class(scale));
        for (value, step) in scale.ticks() {
            let top = 100.0 * (1.0 - scale.place(value));
            let reach = if scale.is_logarithmic { value } else { scale.high.max(-scale.low) };
            let text = format::axis(self.unit, value, step, reach);
            html!(out, "<span style=\"top:{top:.2}%\">{text}</span>");
        }
        out.push_str("</div>");
    }

    fn render_x_labels(&self, out: &mut String) {
        for (class, most) in [("wide", 10), ("narrow", 4)] {
            html!(out, "<div class=\"x {class}\" aria-hidden=\"true\">");
            for label in self.x.labels(most) {
                let class = match label.at {
                    at if at < 0.02 && label.text.len() > 2 => " start",
                    at if at > 0.97 && label.text.len() > 2 => " end",
                    _ => "",
                };
                let major = if label.is_major { " major" } else { "" };
                let left = 100.0 * label.at;
                let text = Escaped(&label.text);
                html!(
                    out,
                    "<span class=\"t{class}{major}\" style=\"left:{left:.2}%\">{text}</span>"
                );
            }
            out.push_str("</div>");
        }
        html!(out, "<div class=\"axis\">{}</div>", Escaped(self.x.caption()));
    }

    fn render_drawing(&self, out: &mut String, scale: &Scale, drawn: &[Vec<usize>]) {
        html!(out, "<g class=\"{}\"><path class=\"grid\" d=\"", class(scale));
        for (value, _) in scale.ticks() {
            html!(out, "M0 {}h{WIDTH}", down(scale, value));
        }
        out.push_str("\"/>");
        if scale.low <= 0.0 && scale.high >= 0.0 && !scale.is_logarithmic {
            html!(out, "<path class=\"zero\" d=\"M0 {}h{WIDTH}\"/>", down(scale, 0.0));
        }
        // The first line is the subject: drawn last, above what it is compared with.
        for (line, indices) in self.lines.iter().zip(drawn).rev() {
            let path = |kind| self.path(line.series.values, indices, scale, kind);
            if line.is_area {
                html!(out, "<path class=\"area {}\" d=\"{}\"/>", line.class, path(Kind::Area));
            }
            html!(out, "<path class=\"line {}\" d=\"{}\"/>", line.class, path(Kind::Line));
            if line.series.values.len() <= MOST_DOTS {
                html!(out, "<path class=\"dots {}\" d=\"{}\"/>", line.class, path(Kind::Dots));
            }
        }
        self.render_marks(out, scale);
        out.push_str("</g>");
    }

    fn path(&self, values: &[f64], indices: &[usize], scale: &Scale, kind: Kind) -> String {
        let across = |i: usize| (self.x.position(i) * WIDTH).round() as i32;
        let mut path = String::new();
        let is_gap = |i: &usize| !values[*i].is_finite();
        for run in indices.split(is_gap).filter(|run| !run.is_empty()) {
            let points = run.iter().map(|i| (across(*i), down(scale, values[*i])));
            match kind {
                Kind::Line => polyline(&mut path, points),
                Kind::Area => {
                    let zero = down(scale, 0.0);
                    let (first, last) = (across(run[0]), across(run[run.len() - 1]));
                    let ends = ((first, zero), (last, zero));
                    polyline(&mut path, [ends.0].into_iter().chain(points).chain([ends.1]));
                    path.push('z');
                }
                Kind::Dots => points.for_each(|(x, y)| html!(path, "M{x} {y}h0")),
            }
        }
        path
    }

    /// Returns whether there are too many marks to tell them apart on the line.
    fn has_rug(&self) -> bool {
        self.marks.iter().map(|marks| marks.indices.len()).sum::<usize>() > MOST_MARKS
    }

    /// Appends points on the first line, or ticks at the lower edge if they are many; one for each
    /// column that has any.
    fn render_marks(&self, out: &mut String, scale: &Scale) {
        let Some(line) = self.lines.first() else { return };
        let has_rug = self.has_rug();
        for (row, marks) in self.marks.iter().enumerate() {
            let mut last = None;
            let mut path = String::new();
            let bottom = HEIGHT - 100.0 * row as f64;
            for &index in marks.indices {
                let column = (self.x.position(index) * COLUMNS as f64) as usize;
                let value = line.series.values[index];
                if last.replace(column) == Some(column) || !value.is_finite() {
                    continue;
                }
                let x = (self.x.position(index) * WIDTH).round();
                if has_rug {
                    html!(path, "M{x} {bottom}v-80");
                } else {
                    html!(path, "M{x} {}h0", down(scale, value));
                }
            }
            let layers: &[&str] = if has_rug { &["rug"] } else { &["mark rim", "mark fill"] };
            for layer in layers {
                html!(out, "<path class=\"{layer} {}\" d=\"{path}\"/>", marks.class);
            }
        }
    }

    fn render_remark(&self, out: &mut String, scales: &[Scale]) {
        let (Some((index, text)), Some(line)) = (&self.remark, self.lines.first()) else { return };
        for scale in scales {
            let left = 100.0 * self.x.position(*index);
            let top = 100.0 * (1.0 - scale.place(line.series.values[*index]));
            let side = if left > 75.0 { "left" } else { "right" };
            html!(
                out,
                "<span class=\"remark {side} {}\" style=\"left:{left:.2}%;top:{top:.2}%\">\
                 <i></i>{}</span>",
                class(scale),
                Escaped(text)
            );
        }
    }

    fn render_reduction(&self, out: &mut String, drawn: &[Vec<usize>]) {
        let values = self.x.len();
        if drawn.iter().any(|indices| indices.len() < values) {
            let columns = (4 * COLUMNS / self.lines.len().max(1)).clamp(100, COLUMNS);
            html!(
                out,
                "<p class=\"fine\">{} values, of which the first, lowest, highest and last in each \
                 of {} columns are drawn.</p>\n",
                format::fixed(values as f64, 0),
                format::fixed(columns as f64, 0)
            );
        }
    }

    /// Appends what the crosshair reads out: the values at all places that any line is drawn at.
    fn render_data(&self, out: &mut String, drawn: &[Vec<usize>], scales: &[Scale]) {
        let mut indices: Vec<usize> = drawn.iter().flatten().copied().collect();
        indices.extend([0, self.x.len() - 1]);
        indices.sort_unstable();
        indices.dedup();
        let Style { decimals, is_percent } = self.style();
        out.push_str("<script type=\"application/json\">{\"x\":");
        match &self.x {
            Abscissa::Times { times, .. } => {
                let times: Vec<i64> = indices.iter().map(|i| times[*i].0).collect();
                html!(out, "{{\"clock\":{},\"times\":", self.x.clock().length());
                json::ascending(out, &times);
            }
            Abscissa::Numbers { numbers, name } => {
                out.push_str("{\"name\":");
                json::string(out, name);
                out.push_str(",\"numbers\":");
                json::array(out, &indices, |out, i| json::number(out, numbers[*i], 9));
            }
        }
        html!(out, "}},\"decimals\":{decimals},\"percent\":{is_percent},\"scales\":");
        json::array(out, scales, |out, scale| {
            html!(
                out,
                "{{\"log\":{},\"low\":{:e},\"high\":{:e}}}",
                scale.is_logarithmic,
                scale.low,
                scale.high
            );
        });
        let decimals = if is_percent { decimals + 2 } else { decimals };
        out.push_str(",\"series\":");
        json::array(out, &self.lines, |out, line| {
            json::array(out, &indices, |out, i| {
                json::number(out, line.series.values[*i], decimals);
            });
        });
        out.push_str("}</script>\n");
    }
}

/// What is drawn of a line.
#[derive(Clone, Copy)]
enum Kind {
    Line,
    Area,
    Dots,
}

fn class(scale: &Scale) -> &'static str {
    if scale.is_logarithmic { "log" } else { "linear" }
}

/// Returns the place of a value in a drawing, which counts from the top.
fn down(scale: &Scale, value: f64) -> i32 {
    ((1.0 - scale.place(value)) * HEIGHT).round() as i32
}

/// Returns the first and the last finite value with their indices.
fn ends(values: &[f64]) -> Option<[(usize, f64); 2]> {
    let mut finite = values.iter().copied().enumerate().filter(|(_, value)| value.is_finite());
    let first = finite.next()?;
    Some([first, finite.next_back().unwrap_or(first)])
}

/// Appends a line through points, as differences, which are short; a single point becomes a dot.
fn polyline(path: &mut String, points: impl Iterator<Item = (i32, i32)>) {
    let mut last: Option<(i32, i32)> = None;
    let mut is_single = true;
    for (x, y) in points {
        match last {
            None => html!(path, "M{x} {y}"),
            Some(from) => {
                let (right, below) = (x - from.0, y - from.1);
                let first = if is_single { "l" } else { " " };
                let between = if below < 0 { "" } else { " " };
                html!(path, "{first}{right}{between}{below}");
                is_single = false;
            }
        }
        last = Some((x, y));
    }
    if is_single {
        path.push_str("h0");
    }
}
