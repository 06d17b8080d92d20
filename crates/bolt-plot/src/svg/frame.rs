//! Axes, grids and what is written around a drawing.

use super::{FONT, Label, Layout, Short, Stroke, put};
use crate::figure::Figure;
use crate::layout;
use crate::theme::{self, Paint};

const LINE: Paint = Paint::Tone(theme::LINE);
const AXIS: Paint = Paint::Tone(theme::STRONG_LINE);
const TEXT: Paint = Paint::Tone(theme::MUTED);

/// Appends what is behind the shapes: the grid and the axes.
pub(super) fn behind(out: &mut String, figure: &Figure, layout: &Layout) {
    let [width, height] = layout.plot;
    let (left, top) = (layout.left, layout.top);
    let mut lines = String::new();
    for at in &layout.grid[0] {
        put!(lines, "M{} {}v{}", Short(left + layout.x(*at)), Short(top), Short(height));
    }
    for at in &layout.grid[1] {
        put!(lines, "M{} {}h{}", Short(left), Short(top + layout.y(*at)), Short(width));
    }
    if !lines.is_empty() {
        put!(out, "<path d=\"{lines}\" fill=\"none\"{}/>", Stroke(LINE, 1.0));
    }
    if !figure.has_frame {
        axes(out, figure, layout);
    }
}

/// Appends the axes, where they cross.
fn axes(out: &mut String, figure: &Figure, layout: &Layout) {
    let [width, height] = layout.plot;
    let (left, top) = (layout.left, layout.top);
    let [x, y] = &figure.axes;
    let mut lines = String::new();
    if x.is_shown {
        let at = layout::origin(y, layout.spans[1]);
        put!(lines, "M{} {}h{}", Short(left), Short(top + layout.y(at)), Short(width));
    }
    if y.is_shown {
        let at = layout::origin(x, layout.spans[0]);
        put!(lines, "M{} {}v{}", Short(left + layout.x(at)), Short(top), Short(height));
    }
    if !lines.is_empty() {
        put!(out, "<path d=\"{lines}\" fill=\"none\"{}/>", Stroke(AXIS, 1.0));
    }
}

/// Appends what is before the shapes: the frame, and labels.
pub(super) fn before(out: &mut String, figure: &Figure, layout: &Layout) {
    let [width, height] = layout.plot;
    let (left, top) = (layout.left, layout.top);
    if figure.has_frame {
        frame(out, layout);
    }
    let [x, y] = &figure.axes;
    if x.is_shown {
        across(out, figure, layout);
    }
    if y.is_shown {
        for tick in &layout.ticks[1] {
            let at = top + layout.y(tick.at) + FONT * 0.35;
            let label =
                Label { anchor: "end", paint: TEXT, ..Label::new(&tick.label, left - 7.0, at) };
            label.write(out);
        }
    }
    let below = top + height + if layout.ticks[0].is_empty() { 16.0 } else { 38.0 };
    if let Some(text) = x.label.as_ref().filter(|_| x.is_shown) {
        Label { is_italic: false, ..Label::new(text, left + width / 2.0, below) }.write(out);
    }
    if let Some(text) = y.label.as_ref().filter(|_| y.is_shown) {
        Label { degrees: -90.0, ..Label::new(text, 12.0, top + height / 2.0) }.write(out);
    }
    if let Some(title) = &figure.title {
        let middle = left + width / 2.0;
        Label { size: 14.0, is_bold: true, ..Label::new(title, middle, 18.0) }.write(out);
    }
}

/// Appends the labels below, those at the ends within the drawing.
fn across(out: &mut String, figure: &Figure, layout: &Layout) {
    let y = layout.top + layout.plot[1] + 17.0;
    let mut marks = String::new();
    for tick in &layout.ticks[0] {
        let x = layout.left + layout.x(tick.at);
        let half = super::text_width(&tick.label, FONT) / 2.0;
        let within = x.min(layout.width - half - 1.0).max(half + 1.0);
        Label { paint: TEXT, ..Label::new(&tick.label, within, y) }.write(out);
        if layout.grid[0].is_empty() && !figure.has_frame {
            put!(marks, "M{} {}v4", Short(x), Short(layout.top + layout.plot[1]));
        }
    }
    if !marks.is_empty() {
        put!(out, "<path d=\"{marks}\" fill=\"none\"{}/>", Stroke(AXIS, 1.0));
    }
}

fn frame(out: &mut String, layout: &Layout) {
    let [width, height] = layout.plot;
    let (left, top) = (layout.left, layout.top);
    let (right, bottom) = (left + width, top + height);
    let mut lines = String::new();
    let (w, h) = (Short(width), Short(height));
    put!(lines, "M{} {}h{w}v{h}h-{w}z", Short(left), Short(top));
    for tick in &layout.ticks[0] {
        let x = Short(left + layout.x(tick.at));
        put!(lines, "M{x} {}v-5M{x} {}v5", Short(bottom), Short(top));
    }
    for tick in &layout.ticks[1] {
        let y = Short(top + layout.y(tick.at));
        put!(lines, "M{} {y}h5M{} {y}h-5", Short(left), Short(right));
    }
    put!(out, "<path d=\"{lines}\" fill=\"none\"{}/>", Stroke(AXIS, 1.0));
}
