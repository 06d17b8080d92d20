//! Shapes.

use std::fmt;

use super::{FONT, Fill, Label, Layout, Short, Stroke, put};
use crate::color::Color;
use crate::figure::{Cells, Edge, Ellipse, Figure, Geometry, Point, Shape, Style, Text};
use crate::layout;
use crate::theme::Paint;

/// Appends all shapes of a drawing, in coordinates that begin where its axes do.
pub(super) fn all(out: &mut String, figure: &Figure, layout: &Layout) {
    let overflow = if figure.clips { "hidden" } else { "visible" };
    put!(
        out,
        "<svg x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" overflow=\"{overflow}\">",
        Short(layout.left),
        Short(layout.top),
        Short(layout.plot[0]),
        Short(layout.plot[1])
    );
    for shape in &figure.shapes {
        write(out, shape, layout);
    }
    out.push_str("</svg>");
}

fn write(out: &mut String, shape: &Shape, layout: &Layout) {
    let style = &shape.style;
    match &shape.geometry {
        Geometry::Line(points) => line(out, points, style, layout),
        Geometry::Arrow(points) => {
            line(out, points, style, layout);
            arrow_head(out, points, style, layout);
        }
        Geometry::Points(points) => dots(out, points, style, layout),
        Geometry::Polygon(rings) => {
            let mut path = String::new();
            for ring in rings {
                for run in layout::runs(ring, layout.spans, layout.plot[0]) {
                    polyline(&mut path, &run, layout);
                    path.push('z');
                }
            }
            area(out, &path, style, layout);
        }
        Geometry::Rectangle(a, b, radius) => rectangle(out, *a, *b, *radius, style, layout),
        Geometry::Ellipse(ellipse) => self::ellipse(out, ellipse, style, layout),
        Geometry::Cells(cells) => self::cells(out, cells, style, layout),
        Geometry::Text(text) => self::text(out, text, style, layout),
    }
}

fn polyline(path: &mut String, points: &[Point], layout: &Layout) {
    for (i, [x, y]) in points.iter().enumerate() {
        let command = if i == 0 { 'M' } else { 'L' };
        put!(path, "{command}{} {}", Short(layout.x(*x)), Short(layout.y(*y)));
    }
}

fn line(out: &mut String, points: &[Point], style: &Style, layout: &Layout) {
    let mut path = String::new();
    for run in layout::runs(points, layout.spans, layout.plot[0]) {
        polyline(&mut path, &run, layout);
        if run.len() == 1 {
            path.push_str("h0");
        }
    }
    outline(out, &path, style, layout);
}

fn outline(out: &mut String, path: &str, style: &Style, layout: &Layout) {
    if path.is_empty() {
        return;
    }
    put!(
        out,
        "<path d=\"{path}\" fill=\"none\" stroke-width=\"{}\" stroke-linejoin=\"round\" \
         stroke-linecap=\"{}\"{}{}/>",
        Short(style.thickness.pixels(layout.plot[0])),
        if style.dashes.is_empty() { "round" } else { "butt" },
        Dashes(style, layout.plot[0]),
        Stroke(style.paint, style.opacity)
    );
}

/// The attribute of a dashed line.
pub(super) struct Dashes<'a>(pub(super) &'a Style, pub(super) f64);

impl fmt::Display for Dashes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.dashes.is_empty() {
            return Ok(());
        }
        f.write_str(" stroke-dasharray=\"")?;
        for (i, length) in self.0.dashes.iter().enumerate() {
            let between = if i == 0 { "" } else { " " };
            write!(f, "{between}{}", Short(length.pixels(self.1).max(0.1)))?;
        }
        f.write_str("\"")
    }
}

fn arrow_head(out: &mut String, points: &[Point], style: &Style, layout: &Layout) {
    let place = |point: &Point| [layout.x(point[0]), layout.y(point[1])];
    let Some(tip) = points.last().map(place) else { return };
    let before = points.iter().rev().map(place);
    let mut away = before.filter(|at| (at[0] - tip[0]).hypot(at[1] - tip[1]) > 1e-6);
    let Some(from) = away.next() else { return };
    let length = (tip[0] - from[0]).hypot(tip[1] - from[1]);
    let along = [(tip[0] - from[0]) / length, (tip[1] - from[1]) / length];
    let size = (7.0 + 2.0 * style.thickness.pixels(layout.plot[0])).min(length);
    let corner = |side: f64| {
        let at = |i: usize, across: f64| tip[i] - size * along[i] + side * 0.4 * size * across;
        (Short(at(0, -along[1])), Short(at(1, along[0])))
    };
    let ((ax, ay), (bx, by)) = (corner(1.0), corner(-1.0));
    put!(
        out,
        "<path d=\"M{} {}L{ax} {ay}L{bx} {by}z\"{}/>",
        Short(tip[0]),
        Short(tip[1]),
        Fill(style.paint, style.opacity)
    );
}

/// Points are lines without length and with round ends.
fn dots(out: &mut String, points: &[Point], style: &Style, layout: &Layout) {
    let mut path = String::new();
    for [x, y] in layout::scattered(points, layout.spans, layout.plot[0]) {
        put!(path, "M{} {}h0", Short(layout.x(x)), Short(layout.y(y)));
    }
    if path.is_empty() {
        return;
    }
    put!(
        out,
        "<path d=\"{path}\" fill=\"none\" stroke-width=\"{}\" stroke-linecap=\"round\"{}/>",
        Short(style.point.pixels(layout.plot[0])),
        Stroke(style.paint, style.opacity)
    );
}

fn area(out: &mut String, path: &str, style: &Style, layout: &Layout) {
    if path.is_empty() {
        return;
    }
    if style.is_filled {
        put!(out, "<path d=\"{path}\" fill-rule=\"evenodd\"{}/>", Fill(style.paint, style.opacity));
    }
    if let Some(Edge { paint, opacity, thickness }) = style.edge {
        let edge = Style { paint, opacity, thickness, ..Style::default() };
        outline(out, path, &edge, layout);
    }
}

fn rectangle(out: &mut String, a: Point, b: Point, radius: f64, style: &Style, layout: &Layout) {
    let (x0, x1) = (layout.x(a[0]), layout.x(b[0]));
    let (y0, y1) = (layout.y(a[1]), layout.y(b[1]));
    let [left, right] = [x0.min(x1), x0.max(x1)];
    let [top, bottom] = [y0.min(y1), y0.max(y1)];
    let (w, h) = (right - left, bottom - top);
    if !(w.is_finite() && h.is_finite()) {
        return;
    }
    let radius = (radius / layout.spans[0].length() * layout.plot[0]).min(w / 2.0).min(h / 2.0);
    let mut path = String::new();
    if radius > 0.0 {
        let r = Short(radius);
        let (dx, dy) = (Short(w - 2.0 * radius), Short(h - 2.0 * radius));
        put!(path, "M{} {}h{dx}a{r} {r} 0 0 1 {r} {r}", Short(left + radius), Short(top));
        put!(path, "v{dy}a{r} {r} 0 0 1 -{r} {r}h-{dx}a{r} {r} 0 0 1 -{r} -{r}");
        put!(path, "v-{dy}a{r} {r} 0 0 1 {r} -{r}z");
    } else {
        put!(path, "M{} {}h{}v{}h-{}z", Short(left), Short(top), Short(w), Short(h), Short(w));
    }
    area(out, &path, style, layout);
}

fn ellipse(out: &mut String, ellipse: &Ellipse, style: &Style, layout: &Layout) {
    let points = layout::outline(ellipse, 144);
    if points.iter().flatten().any(|at| !at.is_finite()) {
        return;
    }
    let mut path = String::new();
    if ellipse.sector.is_some() {
        polyline(&mut path, &points, layout);
        if ellipse.is_filled {
            path.push('z');
        }
    } else {
        let ([cx, cy], [rx, ry]) = (ellipse.center, ellipse.radii);
        let (x0, x1, y) = (layout.x(cx - rx), layout.x(cx + rx), Short(layout.y(cy)));
        let r = (
            Short((x1 - x0).abs() / 2.0),
            Short((layout.y(cy - ry) - layout.y(cy + ry)).abs() / 2.0),
        );
        let (x0, x1) = (Short(x0), Short(x1));
        put!(path, "M{x0} {y}A{} {} 0 1 1 {x1} {y}A{} {} 0 1 1 {x0} {y}z", r.0, r.1, r.0, r.1);
    }
    match ellipse.is_filled {
        true => area(out, &path, style, layout),
        false => outline(out, &path, style, layout),
    }
}

/// By how much cells reach into their right and upper neighbours, in pixels.
const OVERLAP: f64 = 0.4;

/// Appends cells: those of a colour in one path, neighbours in a row together.
fn cells(out: &mut String, cells: &Cells, style: &Style, layout: &Layout) {
    let columns = cells.columns.max(1);
    let rows = cells.colors.len() / columns;
    let (x0, y0) = (layout.x(cells.low[0]), layout.y(cells.low[1]));
    let (x1, y1) = (layout.x(cells.high[0]), layout.y(cells.high[1]));
    let across = |i: usize| x0 + (x1 - x0) * i as f64 / columns as f64;
    let up = |i: usize| y0 + (y1 - y0) * i as f64 / rows as f64;
    let mut paths: std::collections::BTreeMap<([u8; 3], u8), String> =
        std::collections::BTreeMap::new();
    for row in 0..rows {
        let colors = &cells.colors[row * columns..(row + 1) * columns];
        let mut start = 0;
        while start < columns {
            let length = colors[start..].iter().take_while(|c| **c == colors[start]).count();
            if let Some(color) = colors[start] {
                let key = (color.bytes(), (color.alpha * 255.0).round() as u8);
                let (left, right) = (across(start), across(start + length));
                let (bottom, top) = (up(row), up(row + 1));
                // Neighbours overlap a little, so that no gap shows between them.
                let (w, h) = (right - left + OVERLAP, top - bottom - OVERLAP);
                let path = paths.entry(key).or_default();
                let back = Short(-w);
                put!(path, "M{} {}h{}v{}h{back}z", Short(left), Short(bottom), Short(w), Short(h));
            }
            start += length;
        }
    }
    out.push_str("<g shape-rendering=\"crispEdges\">");
    for (([red, green, blue], alpha), path) in paths {
        let rgb = u32::from(red) << 16 | u32::from(green) << 8 | u32::from(blue);
        let color = Color::hex(rgb).with_alpha(f64::from(alpha) / 255.0);
        put!(out, "<path d=\"{path}\"{}/>", Fill(Paint::Color(color), style.opacity));
    }
    out.push_str("</g>");
}

fn text(out: &mut String, text: &Text, style: &Style, layout: &Layout) {
    let (x, y) = (layout.x(text.at[0]), layout.y(text.at[1]));
    if !(x.is_finite() && y.is_finite()) {
        return;
    }
    let size = style.font.unwrap_or(FONT).clamp(1.0, 500.0);
    let anchor = match text.anchor[0] {
        at if at < -0.5 => "start",
        at if at > 0.5 => "end",
        _ => "middle",
    };
    let label = Label {
        anchor,
        size,
        paint: style.paint,
        opacity: style.opacity,
        is_bold: style.is_bold,
        is_italic: style.is_italic,
        degrees: -text.angle.to_degrees(),
        ..Label::new(&text.text, x, y + size * (0.35 + 0.5 * text.anchor[1]))
    };
    label.write(out);
}
