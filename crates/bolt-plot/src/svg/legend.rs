//! What colours mean.

use super::{FONT, Fill, Label, Layout, Short, Stroke, put, text_width};
use crate::figure::{Figure, Key, Mark};
use crate::layout;
use crate::theme::{self, Paint};

/// The width of a bar of colours with its labels.
pub(super) const BAR_WIDTH: f64 = 72.0;
const ROW: f64 = 20.0;

/// Appends the keys above a drawing, and makes room for them.
pub(super) fn keys(out: &mut String, figure: &Figure, layout: &mut Layout) {
    if figure.legend.is_empty() {
        return;
    }
    let mut x = layout.left;
    let mut y = layout.top + 6.0;
    for key in &figure.legend {
        let width = 24.0 + text_width(&key.text, FONT) + 18.0;
        if x > layout.left && x + width > layout.width {
            x = layout.left;
            y += ROW;
        }
        mark(out, key, x, y - FONT * 0.35);
        Label { anchor: "start", ..Label::new(&key.text, x + 24.0, y) }.write(out);
        x += width;
    }
    layout.top = y + 12.0;
}

fn mark(out: &mut String, key: &Key, x: f64, y: f64) {
    let (paint, opacity) = (key.style.paint, key.style.opacity);
    match key.mark {
        Mark::Line => {
            put!(
                out,
                "<path d=\"M{} {}h18\" fill=\"none\" stroke-width=\"2\"{}{}/>",
                Short(x),
                Short(y),
                super::shapes::Dashes(&key.style, 360.0),
                Stroke(paint, opacity)
            );
        }
        Mark::Point => {
            let (x, y) = (Short(x + 9.0), Short(y));
            put!(out, "<circle cx=\"{x}\" cy=\"{y}\" r=\"3.5\"{}/>", Fill(paint, opacity));
        }
        Mark::Area => {
            let (x, y) = (Short(x + 4.0), Short(y - 5.5));
            put!(
                out,
                "<rect x=\"{x}\" y=\"{y}\" width=\"11\" height=\"11\" rx=\"2\"{}/>",
                Fill(paint, opacity)
            );
        }
    }
}

/// Appends the bar of colours on the right.
pub(super) fn bar(out: &mut String, figure: &Figure, layout: &Layout) {
    let Some(bar) = &figure.bar else { return };
    let left = layout.left + layout.plot[0] + 16.0;
    let (top, height) = (layout.top, layout.plot[1]);
    let steps = if bar.colors.len() > 8 { bar.colors.len() } else { 64 };
    let each = height / steps as f64;
    for i in 0..steps {
        let share = i as f64 / (steps - 1) as f64;
        let Some(color) = crate::Color::blend(&bar.colors, share) else { return };
        let y = top + height - (i + 1) as f64 * each;
        put!(
            out,
            "<rect x=\"{}\" y=\"{}\" width=\"14\" height=\"{}\" shape-rendering=\"crispEdges\"{}/>",
            Short(left),
            Short(y),
            Short(each + 0.5),
            Fill(Paint::Color(color), 1.0)
        );
    }
    let span = layout::Span { low: bar.low, high: bar.high };
    let axis = crate::Axis { ticks: crate::Ticks::Automatic, ..crate::Axis::default() };
    for tick in layout::ticks(&axis, span, (height / 36.0).clamp(2.0, 10.0) as usize) {
        let y = top + (1.0 - span.share(tick.at)) * height + FONT * 0.35;
        let paint = Paint::Tone(theme::MUTED);
        Label { anchor: "start", paint, ..Label::new(&tick.label, left + 20.0, y) }.write(out);
    }
}
