//! Drawings as SVG.
//!
//! Colours of the theme are classes, so that a style sheet makes them fit dark surroundings; the
//! attributes beside them are for programs that know no style sheets.

mod frame;
mod legend;
mod shapes;

use std::fmt;

use crate::color::Color;
use crate::figure::{Aspect, Figure};
use crate::layout::{self, Span, Tick};
use crate::theme::{self, Paint, Tone};

/// Appends formatted text to a string.
macro_rules! put {
    ($out:expr, $($argument:tt)*) => {{
        use std::fmt::Write as _;
        write!($out, $($argument)*).expect("a string can be written to")
    }};
}
use put;

/// The width of a drawing where nothing says how wide it is to be.
pub const WIDTH: f64 = 640.0;
/// The width of a drawing on a phone.
const NARROW: f64 = 360.0;
/// The size of text.
const FONT: f64 = 12.0;
const FAMILY: &str =
    "system-ui, -apple-system, 'Segoe UI', Inter, Roboto, 'Helvetica Neue', Arial, sans-serif";

/// Returns a drawing as an SVG document of its own.
pub fn write(figure: &Figure) -> String {
    let mut out = String::with_capacity(1 << 14);
    let style = format!("<style>{}</style>", style_sheet("svg", is_themed(figure)));
    picture(&mut out, figure, figure.size[0].unwrap_or(WIDTH), &style);
    out.push('\n');
    out
}

/// Returns a page with a drawing for wide and one for narrow screens, which loads nothing.
pub fn page(figure: &Figure, title: &str) -> String {
    let mut out = String::with_capacity(1 << 15);
    let title = figure.title.as_deref().unwrap_or(title);
    put!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"generator\" content=\"Bolt\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n<style>\n\
         :root {{\n  color-scheme: light dark;\n{}}}\n\
         body {{ margin: 0; min-height: 100vh; display: grid; place-items: center; \
         background: var(--paper); }}\n\
         figure {{ margin: 0; padding: 1rem; width: 100%; max-width: 60rem; box-sizing: border-box; }}\n\
         svg {{ display: block; width: 100%; height: auto; max-height: calc(100vh - 2rem); }}\n\
         .narrow {{ display: none; }}\n\
         @media (max-width: 34rem) {{ figure {{ padding: 0.5rem; }} .wide {{ display: none; }} \
         .narrow {{ display: block; }} }}\n{}</style>\n</head>\n<body>\n",
        Escaped(title),
        theme::variables(),
        style_sheet("figure", is_themed(figure))
    );
    for (class, width) in [("wide", figure.size[0].unwrap_or(WIDTH)), ("narrow", NARROW)] {
        put!(out, "<figure class=\"{class}\">\n");
        picture(&mut out, figure, width, "");
        out.push_str("\n</figure>\n");
    }
    out.push_str("</body>\n</html>\n");
    out
}

/// Returns whether a drawing follows the surroundings: one with a background of its own does not.
fn is_themed(figure: &Figure) -> bool {
    figure.background.is_none()
}

/// Returns the classes of the theme's colours.
fn style_sheet(scope: &str, is_themed: bool) -> String {
    let tones = || {
        [theme::PAPER, theme::INK, theme::MUTED, theme::LINE, theme::STRONG_LINE]
            .into_iter()
            .chain(theme::SERIES)
    };
    let rule = |tone: Tone, color: Color| {
        let (name, color) = (tone.name, color.css());
        format!("{scope} .f-{name}{{fill:{color}}}{scope} .s-{name}{{stroke:{color}}}")
    };
    match is_themed {
        true => {
            let dark: String = tones().map(|tone| rule(tone, tone.dark)).collect();
            format!("@media (prefers-color-scheme:dark){{{dark}}}")
        }
        false => String::new(),
    }
}

/// Appends an SVG element that is so wide.
fn picture(out: &mut String, figure: &Figure, width: f64, head: &str) {
    let width = width.clamp(40.0, 10_000.0);
    let mut body = String::with_capacity(1 << 14);
    let height = inside(&mut body, figure, width);
    let (w, h) = (Short(width), Short(height));
    put!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" \
         font-family=\"{FAMILY}\" font-size=\"{FONT}\" role=\"img\" aria-label=\"{}\">{head}",
        Escaped(figure.title.as_deref().unwrap_or("plot"))
    );
    if let Some(color) = figure.background {
        put!(out, "<rect width=\"{w}\" height=\"{h}\"{}/>", Fill(Paint::Color(color), 1.0));
    }
    out.push_str(&body);
    out.push_str("</svg>");
}

/// Appends what a drawing consists of and returns how high it is.
fn inside(out: &mut String, figure: &Figure, width: f64) -> f64 {
    if !figure.grid.is_empty() {
        return grid(out, figure, width);
    }
    let mut layout = Layout::new(figure, width);
    legend::keys(out, figure, &mut layout);
    layout.finish(figure);
    frame::behind(out, figure, &layout);
    shapes::all(out, figure, &layout);
    frame::before(out, figure, &layout);
    legend::bar(out, figure, &layout);
    layout.height
}

/// Appends drawings in rows.
fn grid(out: &mut String, figure: &Figure, width: f64) -> f64 {
    const GAP: f64 = 12.0;
    let mut top = 0.0;
    if let Some(title) = &figure.title {
        top += 26.0;
        let label = Label { size: 14.0, is_bold: true, ..Label::new(title, width / 2.0, 18.0) };
        label.write(out);
    }
    for row in &figure.grid {
        let count = row.len().max(1) as f64;
        let each = ((width - GAP * (count - 1.0)) / count).max(40.0);
        let mut highest: f64 = 0.0;
        for (i, cell) in row.iter().enumerate() {
            let left = i as f64 * (each + GAP);
            put!(out, "<g transform=\"translate({} {})\">", Short(left), Short(top));
            highest = highest.max(inside(out, cell, each));
            out.push_str("</g>");
        }
        top += highest + GAP;
    }
    (top - GAP).max(20.0)
}

/// Where the parts of a drawing stand.
struct Layout {
    /// The whole.
    width: f64,
    height: f64,
    /// What the axes enclose.
    left: f64,
    top: f64,
    plot: [f64; 2],
    spans: [Span; 2],
    ticks: [Vec<Tick>; 2],
    grid: [Vec<f64>; 2],
}

impl Layout {
    fn new(figure: &Figure, width: f64) -> Self {
        let spans = layout::spans(figure);
        let title = if figure.title.is_some() { 28.0 } else { 0.0 };
        let [x, y] = &figure.axes;
        let has_axes = x.is_shown || y.is_shown;
        let most_up = (height_of(figure, spans, width * 0.9) / 42.0).clamp(2.0, 12.0) as usize;
        let up = layout::ticks(y, spans[1], most_up);
        let labels = up.iter().map(|tick| text_width(&tick.label, FONT)).fold(0.0, f64::max);
        let mut left = if y.is_shown && labels > 0.0 { labels + 12.0 } else { 2.0 };
        left += if y.label.is_some() && y.is_shown { 20.0 } else { 0.0 };
        let bar = if figure.bar.is_some() { legend::BAR_WIDTH } else { 0.0 };
        let right = if has_axes { 14.0 } else { 2.0 } + bar;
        let plot = (width - left - right).max(20.0);
        let across = layout::ticks(x, spans[0], most_across(x, spans[0], plot));
        let grid = [layout::grid(x, spans[0], &across, 8), layout::grid(y, spans[1], &up, most_up)];
        let top = title + if has_axes { 10.0 } else { 2.0 };
        Self { width, height: 0.0, left, top, plot: [plot, 0.0], spans, ticks: [across, up], grid }
    }

    /// Decides on the height once what is above is known.
    fn finish(&mut self, figure: &Figure) {
        let [x, _] = &figure.axes;
        let labels = x.is_shown && self.ticks[0].iter().any(|tick| !tick.label.is_empty());
        let mut below = if labels { 24.0 } else { 2.0 };
        below += if x.label.is_some() && x.is_shown { 20.0 } else { 0.0 };
        let mut height = height_of(figure, self.spans, self.plot[0]);
        if let Some(most) = figure.size[1].filter(|h| *h > 0.0) {
            height = height.min((most - self.top - below).max(20.0));
        }
        if figure.aspect == Aspect::Equal {
            // Units stay square: what is too high gets narrower.
            let wide = height * self.spans[0].length() / self.spans[1].length();
            if wide.is_finite() && wide < self.plot[0] {
                self.left += (self.plot[0] - wide) / 2.0;
                self.plot[0] = wide.max(1.0);
            }
        }
        self.plot[1] = height;
        self.height = self.top + height + below;
    }

    fn x(&self, at: f64) -> f64 {
        self.spans[0].share(at) * self.plot[0]
    }

    fn y(&self, at: f64) -> f64 {
        (1.0 - self.spans[1].share(at)) * self.plot[1]
    }
}

/// Returns how high a drawing is whose axes enclose such a width.
fn height_of(figure: &Figure, spans: [Span; 2], width: f64) -> f64 {
    let ratio = match figure.aspect {
        Aspect::Ratio(ratio) if ratio.is_finite() && ratio > 0.0 => ratio,
        Aspect::Ratio(_) => 1.0,
        Aspect::Equal => spans[1].length() / spans[0].length(),
    };
    let highest = if figure.aspect == Aspect::Equal { 1.0 } else { 4.0 };
    if ratio.is_finite() { width * ratio.clamp(0.02, highest) } else { width }
}

/// Returns how many ticks fit below a plot.
fn most_across(axis: &crate::figure::Axis, span: Span, width: f64) -> usize {
    let widest = layout::ticks(axis, span, 6)
        .iter()
        .map(|tick| text_width(&tick.label, FONT))
        .fold(20.0, f64::max);
    (width / (widest + 28.0)).clamp(2.0, 14.0) as usize
}

/// Returns about how wide a text is.
fn text_width(text: &str, size: f64) -> f64 {
    let of = |character: char| match character {
        'i' | 'l' | 'j' | '.' | ',' | ':' | ';' | '|' | '\'' | ' ' => 0.3,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.9,
        'A'..='Z' => 0.67,
        '⁰'..='⁹' | '⁻' | '¹' | '²' | '³' => 0.4,
        '\u{1100}'.. => 1.0,
        _ => 0.56,
    };
    text.chars().map(of).sum::<f64>() * size
}

/// A text of a drawing.
struct Label<'a> {
    text: &'a str,
    x: f64,
    y: f64,
    /// `start`, `middle` or `end`.
    anchor: &'a str,
    size: f64,
    paint: Paint,
    opacity: f64,
    is_bold: bool,
    is_italic: bool,
    /// By how much it is turned clockwise.
    degrees: f64,
}

impl<'a> Label<'a> {
    fn new(text: &'a str, x: f64, y: f64) -> Self {
        Self {
            text,
            x,
            y,
            anchor: "middle",
            size: FONT,
            paint: Paint::INK,
            opacity: 1.0,
            is_bold: false,
            is_italic: false,
            degrees: 0.0,
        }
    }

    fn write(&self, out: &mut String) {
        let (x, y) = (Short(self.x), Short(self.y));
        put!(out, "<text x=\"{x}\" y=\"{y}\"");
        if self.anchor != "start" {
            put!(out, " text-anchor=\"{}\"", self.anchor);
        }
        if self.size != FONT {
            put!(out, " font-size=\"{}\"", Short(self.size));
        }
        if self.is_bold {
            out.push_str(" font-weight=\"600\"");
        }
        if self.is_italic {
            out.push_str(" font-style=\"italic\"");
        }
        if self.degrees != 0.0 {
            put!(out, " transform=\"rotate({} {x} {y})\"", Short(self.degrees));
        }
        put!(out, "{}>{}</text>", Fill(self.paint, self.opacity), Escaped(self.text));
    }
}

/// A number with two decimals at most.
struct Short(f64);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = if self.0.is_nan() { 0.0 } else { self.0.clamp(-1e7, 1e7) };
        let rounded = (number * 100.0).round() / 100.0;
        // No sign before 0.
        write!(f, "{}", rounded + 0.0)
    }
}

/// The attributes of what is filled.
struct Fill(Paint, f64);
/// The attributes of what is drawn by lines.
struct Stroke(Paint, f64);

impl fmt::Display for Fill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        painted(f, self.0, self.1, "fill", 'f')
    }
}

impl fmt::Display for Stroke {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        painted(f, self.0, self.1, "stroke", 's')
    }
}

fn painted(
    f: &mut fmt::Formatter<'_>,
    paint: Paint,
    opacity: f64,
    what: &str,
    class: char,
) -> fmt::Result {
    let opacity = opacity * paint.light().alpha;
    if let Paint::Tone(tone) = paint {
        write!(f, " class=\"{class}-{}\"", tone.name)?;
    }
    write!(f, " {what}=\"{}\"", paint.light().css())?;
    if opacity < 1.0 {
        write!(f, " {what}-opacity=\"{}\"", Short(opacity))?;
    }
    Ok(())
}

/// Text that is safe inside an element and inside a quoted attribute.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                // Characters that no document may hold.
                '\t' | '\n' | '\r' => f.write_str(" ")?,
                '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => f.write_str("\u{fffd}")?,
                other => write!(f, "{other}")?,
            }
        }
        Ok(())
    }
}
