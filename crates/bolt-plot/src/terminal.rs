//! Drawings as text for terminals: lines of dots in Braille, areas of blocks.

mod canvas;

use crate::color::Color;
use crate::figure::{Aspect, Cells, Figure, Geometry, Key, Mark, Point, Shape, Style};
use crate::layout::{self, Span, Tick};
use crate::theme::{self, Paint};
use canvas::{Canvas, Fill};

/// The colours that a terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Palette {
    /// None: no escape is written.
    Plain,
    /// 256 of them.
    Few,
    /// All of them.
    Full,
}

/// How a drawing is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// The width that no line exceeds, in characters.
    pub width: usize,
    /// How many lines the axes enclose at most.
    pub height: usize,
    /// The colours.
    pub palette: Palette,
}

/// Narrower terminals are written for as if they were this wide.
const WIDTH_LEAST: usize = 16;

/// Returns a drawing as lines of text.
pub fn write(figure: &Figure, setting: Setting) -> String {
    let setting = Setting {
        width: setting.width.clamp(WIDTH_LEAST, 1000),
        height: setting.height.clamp(3, 500),
        ..setting
    };
    let lines = match figure.grid.is_empty() {
        true => Page::new(figure, setting).lines(),
        false => rows(figure, setting),
    };
    lines.join("\n")
}

/// Drawings in rows come one after the other.
fn rows(figure: &Figure, setting: Setting) -> Vec<String> {
    let mut lines: Vec<String> =
        figure.title.iter().map(|title| cut(title, setting.width)).collect();
    for cell in figure.grid.iter().flatten() {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(write(cell, setting).lines().map(str::to_owned));
    }
    lines
}

/// Returns the beginning of a text that is no longer than this.
fn cut(text: &str, most: usize) -> String {
    let one_line = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    match text.chars().count() <= most {
        true => one_line.collect(),
        false => one_line.take(most.saturating_sub(1)).chain(['…']).collect(),
    }
}

/// A drawing with what is around it.
struct Page<'a> {
    figure: &'a Figure,
    setting: Setting,
    spans: [Span; 2],
    ticks: [Vec<Tick>; 2],
    /// How many characters are left of the axis.
    margin: usize,
    columns: usize,
    rows: usize,
}

impl<'a> Page<'a> {
    fn new(figure: &'a Figure, setting: Setting) -> Self {
        let spans = layout::spans(figure);
        let [x, y] = &figure.axes;
        let guess = rows_of(figure, spans, setting.width * 9 / 10, setting.height).1;
        let up = if y.is_shown {
            layout::ticks(y, spans[1], (guess / 3).clamp(2, 9))
        } else {
            Vec::new()
        };
        let widest = up.iter().map(|tick| tick.label.chars().count()).max().unwrap_or(0);
        let margin = if y.is_shown { widest.min(setting.width / 3) + 1 } else { 0 };
        let room = setting.width - margin - usize::from(y.is_shown);
        let (columns, rows) = rows_of(figure, spans, room, setting.height);
        let across = if x.is_shown {
            layout::ticks(x, spans[0], most_across(x, spans[0], columns))
        } else {
            Vec::new()
        };
        Self { figure, setting, spans, ticks: [across, up], margin, columns, rows }
    }

    fn lines(&self) -> Vec<String> {
        let [x, y] = &self.figure.axes;
        let mut lines = Vec::new();
        let indent = self.margin + usize::from(y.is_shown);
        if let Some(title) = &self.figure.title {
            let title = cut(title, self.columns);
            let before = indent + (self.columns - title.chars().count()) / 2;
            lines.push(format!("{}{}", " ".repeat(before), self.bold(&title)));
        }
        self.legend(indent, &mut lines);
        if let Some(label) = y.label.as_ref().filter(|_| y.is_shown) {
            lines.push(self.dim(&cut(label, self.setting.width)));
        }
        let canvas = self.canvas();
        for row in 0..self.rows {
            let body = canvas.row(row, self.setting.palette);
            lines.push(format!("{}{body}", self.edge(row)).trim_end().to_owned());
        }
        if x.is_shown {
            self.below(indent, &mut lines);
        }
        if let Some(label) = x.label.as_ref().filter(|_| x.is_shown) {
            let label = cut(label, self.columns);
            let before = indent + (self.columns - label.chars().count()) / 2;
            lines.push(format!("{}{}", " ".repeat(before), self.dim(&label)));
        }
        self.bar(indent, &mut lines);
        lines
    }

    /// Returns what is left of a row: a label if there is one, and the axis.
    fn edge(&self, row: usize) -> String {
        if !self.figure.axes[1].is_shown {
            return String::new();
        }
        let is_here = |tick: &&Tick| self.row_of(tick.at) == Some(row);
        let width = self.margin - 1;
        let text = match self.ticks[1].iter().find(is_here) {
            Some(tick) => format!("{:>width$} ┤", cut(&tick.label, width)),
            None => format!("{:width$} │", ""),
        };
        self.dim(&text)
    }

    fn row_of(&self, at: f64) -> Option<usize> {
        let share = self.spans[1].share(at);
        let row = ((1.0 - share) * self.rows as f64).floor();
        (-0.5..=self.rows as f64 + 0.5)
            .contains(&row)
            .then(|| (row.max(0.0) as usize).min(self.rows - 1))
    }

    /// Appends the axis below and its labels.
    fn below(&self, indent: usize, lines: &mut Vec<String>) {
        let mut axis: Vec<char> = vec!['─'; self.columns];
        let mut labels: Vec<char> = vec![' '; indent + self.columns];
        let mut free = 0;
        for tick in &self.ticks[0] {
            let share = self.spans[0].share(tick.at);
            let column = ((share * self.columns as f64) as usize).min(self.columns - 1);
            let length = tick.label.chars().count();
            let start = (indent + column)
                .saturating_sub(length / 2)
                .min(labels.len().saturating_sub(length));
            if start < free || length > labels.len() {
                continue;
            }
            axis[column] = '┬';
            labels.splice(start..start + length, tick.label.chars());
            free = start + length + 1;
        }
        let corner = if self.figure.axes[1].is_shown { "└" } else { "" };
        let axis: String = axis.into_iter().collect();
        let before = " ".repeat(indent - corner.chars().count());
        lines.push(self.dim(&format!("{before}{corner}{axis}")));
        let labels: String = labels.into_iter().collect();
        if !labels.trim_end().is_empty() {
            lines.push(self.dim(labels.trim_end()));
        }
    }

    /// Appends lines that say what colours mean.
    fn legend(&self, indent: usize, lines: &mut Vec<String>) {
        let mut line = String::new();
        let mut used = 0;
        for Key { text, style, mark } in &self.figure.legend {
            let text = cut(text, self.columns.saturating_sub(6).max(4));
            let length = text.chars().count() + 3;
            if used > 0 && used + length + 2 > self.columns {
                lines.push(format!("{}{line}", " ".repeat(indent)));
                (line, used) = (String::new(), 0);
            }
            if used > 0 {
                line.push_str("  ");
                used += 2;
            }
            let mark = match mark {
                Mark::Line => "━━",
                Mark::Point => " •",
                Mark::Area => " ■",
            };
            line.push_str(&canvas::painted(mark, Some(style.paint), None, self.setting.palette));
            line.push(' ');
            line.push_str(&text);
            used += length;
        }
        if used > 0 {
            lines.push(format!("{}{line}", " ".repeat(indent)));
        }
    }

    /// Appends the bar of colours.
    fn bar(&self, indent: usize, lines: &mut Vec<String>) {
        let Some(bar) = &self.figure.bar else { return };
        let step = 10f64.powf((bar.high - bar.low).abs().max(1e-300).log10().floor() - 1.0);
        let (low, high) =
            (layout::number(bar.low, step, false), layout::number(bar.high, step, false));
        let room = self.columns.saturating_sub(low.chars().count() + high.chars().count() + 2);
        if room < 4 {
            return;
        }
        let cells = (0..room.min(32)).map(|i| {
            let share = i as f64 / (room.min(32) - 1) as f64;
            let color = Color::blend(&bar.colors, share).unwrap_or(Color::hex(0));
            let text = canvas::shade(color, self.setting.palette);
            canvas::painted(
                &text.to_string(),
                Some(Paint::Color(color)),
                None,
                self.setting.palette,
            )
        });
        let cells: String = cells.collect();
        lines.push(format!("{}{low} {cells} {high}", " ".repeat(indent)));
    }

    fn canvas(&self) -> Canvas {
        let mut canvas = Canvas::new(self.columns, self.rows);
        for shape in &self.figure.shapes {
            self.shape(&mut canvas, shape);
        }
        let [x, y] = &self.figure.axes;
        if x.is_shown
            && self.spans[1].low < 0.0
            && self.spans[1].high > 0.0
            && y.scale == crate::Scale::Linear
            && let Some(row) = self.row_of(layout::origin(y, self.spans[1]))
        {
            canvas.rule(row);
        }
        canvas
    }

    /// Returns where a point is, in dots from the upper left corner.
    fn place(&self, point: &Point) -> Point {
        let across = self.spans[0].share(point[0]) * (2 * self.columns) as f64;
        let down = (1.0 - self.spans[1].share(point[1])) * (4 * self.rows) as f64;
        [across, down]
    }

    fn shape(&self, canvas: &mut Canvas, shape: &Shape) {
        let style = &shape.style;
        match &shape.geometry {
            Geometry::Line(points) | Geometry::Arrow(points) => {
                self.line(canvas, points, style.paint);
            }
            Geometry::Points(points) => {
                let is_few = points.len() <= 2 * self.columns;
                for point in points {
                    let place = self.place(point);
                    match is_few {
                        true => canvas.mark(place, style.paint),
                        false => canvas.dot(place, style.paint),
                    };
                }
            }
            Geometry::Polygon(rings) => {
                let rings: Vec<Vec<Point>> = rings.iter().map(|ring| self.places(ring)).collect();
                self.area(canvas, &rings, style);
            }
            Geometry::Rectangle(a, b, _) => {
                let ring = [*a, [b[0], a[1]], *b, [a[0], b[1]]];
                self.area(canvas, &[self.places(&ring)], style);
            }
            Geometry::Ellipse(ellipse) => {
                let points = layout::outline(ellipse, 96);
                match ellipse.is_filled {
                    true => self.area(canvas, &[self.places(&points)], style),
                    false => self.line(canvas, &points, style.paint),
                }
            }
            Geometry::Cells(cells) => self.cells(canvas, cells),
            Geometry::Text(text) => {
                let length = text.text.chars().count() as f64;
                let [x, y] = self.place(&text.at);
                let start = x / 2.0 - length * (text.anchor[0] + 1.0) / 2.0;
                canvas.text(start.round(), (y / 4.0).floor(), &text.text, style.paint);
            }
        }
    }

    fn places(&self, points: &[Point]) -> Vec<Point> {
        points.iter().map(|point| self.place(point)).collect()
    }

    fn line(&self, canvas: &mut Canvas, points: &[Point], paint: Paint) {
        for run in layout::runs(points, self.spans, (2 * self.columns) as f64) {
            let places = self.places(&run);
            if let [only] = places[..] {
                canvas.dot(only, paint);
            }
            for pair in places.windows(2) {
                canvas.segment(pair[0], pair[1], paint);
            }
        }
    }

    fn area(&self, canvas: &mut Canvas, rings: &[Vec<Point>], style: &Style) {
        if style.is_filled {
            let is_faint = style.opacity * style.paint.light().alpha < 0.5;
            canvas.fill(
                rings,
                Fill {
                    paint: style.paint,
                    is_faint,
                    is_shaded: matches!(style.paint, Paint::Color(_)),
                },
            );
        }
        if let Some(edge) = style.edge.filter(|edge| edge.opacity > 0.4 || !style.is_filled) {
            for ring in rings {
                let next = ring.iter().skip(1).chain(ring.first());
                for (a, b) in ring.iter().zip(next) {
                    canvas.segment(*a, *b, edge.paint);
                }
            }
        }
    }

    fn cells(&self, canvas: &mut Canvas, cells: &Cells) {
        let columns = cells.columns.max(1);
        let rows = cells.colors.len() / columns;
        let (low, high) = (self.place(&cells.low), self.place(&cells.high));
        let share = |at: f64, low: f64, high: f64, count: usize| {
            let place = (at - low) / (high - low) * count as f64;
            (place >= 0.0 && place < count as f64).then_some(place as usize)
        };
        for y in 0..4 * self.rows {
            let Some(row) = share(y as f64 + 0.5, low[1], high[1], rows) else { continue };
            for x in 0..2 * self.columns {
                let Some(column) = share(x as f64 + 0.5, low[0], high[0], columns) else {
                    continue;
                };
                if let Some(color) = cells.colors[row * columns + column] {
                    let fill =
                        Fill { paint: Paint::Color(color), is_faint: false, is_shaded: true };
                    canvas.set(x, y, fill);
                }
            }
        }
    }

    fn dim(&self, text: &str) -> String {
        canvas::painted(text, Some(Paint::Tone(theme::MUTED)), None, self.setting.palette)
    }

    fn bold(&self, text: &str) -> String {
        match self.setting.palette {
            Palette::Plain => text.to_owned(),
            _ => format!("\x1b[1m{text}\x1b[0m"),
        }
    }
}

/// Returns how many columns and rows a drawing takes; a character is twice as high as wide.
fn rows_of(figure: &Figure, spans: [Span; 2], columns: usize, most: usize) -> (usize, usize) {
    let columns = columns.max(4);
    let ratio = match figure.aspect {
        Aspect::Ratio(ratio) => ratio,
        Aspect::Equal => spans[1].length() / spans[0].length(),
    };
    let ratio = if ratio.is_finite() && ratio > 0.0 { ratio } else { 1.0 };
    let wanted = columns as f64 * ratio / 2.0;
    if wanted <= most as f64 {
        return (columns, (wanted.round() as usize).max(3));
    }
    match figure.aspect {
        Aspect::Equal => (((2.0 * most as f64 / ratio) as usize).clamp(4, columns), most),
        Aspect::Ratio(_) => (columns, most),
    }
}

fn most_across(axis: &crate::figure::Axis, span: Span, columns: usize) -> usize {
    let labels = layout::ticks(axis, span, 6);
    let widest = labels.iter().map(|tick| tick.label.chars().count()).max().unwrap_or(1);
    (columns / (widest + 4)).clamp(2, 12)
}
