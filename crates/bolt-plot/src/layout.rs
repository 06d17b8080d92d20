//! Ranges, ticks, and from coordinates to places in a drawing.

use bolt_base::UnixNanos;

use crate::figure::{Aspect, Axis, Ellipse, Figure, Geometry, Point, Scale, Shape, Ticks};
use crate::ticks;

/// The seconds from the beginning of 1900 to that of 1970.
const SINCE_1900: f64 = 2_208_988_800.0;

/// A tick of an axis.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tick {
    /// The coordinate.
    pub(crate) at: f64,
    pub(crate) label: String,
}

/// What an axis shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Span {
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Span {
    /// Returns where a coordinate is, 0 at the low and 1 at the high end.
    pub(crate) fn share(self, at: f64) -> f64 {
        // Halves, so that spans of all numbers do not overflow.
        (at / 2.0 - self.low / 2.0) / self.half()
    }

    fn half(self) -> f64 {
        self.high / 2.0 - self.low / 2.0
    }

    pub(crate) fn length(self) -> f64 {
        self.high - self.low
    }

    pub(crate) fn contains(self, at: f64) -> bool {
        let slack = self.half() * 1e-9;
        at >= self.low - slack && at <= self.high + slack
    }
}

/// Returns what the axes of a drawing show.
pub(crate) fn spans(figure: &Figure) -> [Span; 2] {
    let bounds = bounds(figure);
    let mut spans = [0, 1].map(|side| span(&figure.axes[side], bounds[side]));
    if figure.aspect == Aspect::Equal {
        // A drawing without height or width has a tenth of the other.
        let [x, y] = spans;
        for (side, other) in [(0, y), (1, x)] {
            if bounds[side].is_some_and(|[low, high]| low == high) && other.length() > 0.0 {
                let middle = spans[side].low / 2.0 + spans[side].high / 2.0;
                let room = other.length() / 20.0;
                if middle - room < middle && middle < middle + room {
                    spans[side] = Span { low: middle - room, high: middle + room };
                }
            }
        }
    }
    spans
}

fn span(axis: &Axis, bounds: Option<[f64; 2]>) -> Span {
    let [low, high] = bounds.unwrap_or([0.0, 1.0]);
    let given =
        |end: Option<f64>, otherwise: f64| end.filter(|e| e.is_finite()).unwrap_or(otherwise);
    let (low, high) = (given(axis.range[0], low), given(axis.range[1], high));
    let (low, high) = if low <= high { (low, high) } else { (high, low) };
    let room = high / 2.0 - low / 2.0;
    // So little that the numbers between cannot be told apart counts as nothing.
    if room <= low.abs().max(high.abs()) * 1e-14 {
        let room = if low.abs() < 1e-300 { 1.0 } else { low.abs() * 0.1 };
        return Span { low: low - room, high: high + room };
    }
    let pad = |share: f64| 2.0 * room * share.clamp(0.0, 10.0);
    let end = |at: f64, otherwise: f64| if at.is_finite() { at } else { otherwise };
    Span { low: end(low - pad(axis.padding[0]), low), high: end(high + pad(axis.padding[1]), high) }
}

/// Returns how far the shapes that count reach, across and up.
pub(crate) fn bounds(figure: &Figure) -> [Option<[f64; 2]>; 2] {
    let mut bounds: [Option<[f64; 2]>; 2] = [None; 2];
    let mut add = |point: Point| {
        for (bound, at) in bounds.iter_mut().zip(point) {
            if at.is_finite() {
                *bound = Some(bound.map_or([at, at], |[l, h]: [f64; 2]| [l.min(at), h.max(at)]));
            }
        }
    };
    for shape in figure.shapes.iter().filter(|shape| shape.counts) {
        each_corner(shape, &mut add);
    }
    bounds
}

/// Calls something for points that are as far out as the shape is.
fn each_corner(shape: &Shape, add: &mut dyn FnMut(Point)) {
    match &shape.geometry {
        Geometry::Line(points) | Geometry::Arrow(points) | Geometry::Points(points) => {
            points.iter().for_each(|point| add(*point));
        }
        Geometry::Polygon(rings) => rings.iter().flatten().for_each(|point| add(*point)),
        Geometry::Rectangle(low, high, _) => [low, high].into_iter().for_each(|point| add(*point)),
        Geometry::Cells(cells) => [cells.low, cells.high].into_iter().for_each(add),
        Geometry::Text(text) => add(text.at),
        Geometry::Ellipse(ellipse) => {
            outline(ellipse, 64).into_iter().for_each(add);
        }
    }
}

/// Returns points along an ellipse or a part of it.
pub(crate) fn outline(ellipse: &Ellipse, most: usize) -> Vec<Point> {
    let Ellipse { center, radii, sector, is_filled } = ellipse;
    let [from, to] = sector.unwrap_or([0.0, std::f64::consts::TAU]);
    let at = |angle: f64| [center[0] + radii[0] * angle.cos(), center[1] + radii[1] * angle.sin()];
    // Multiples of a quarter turn are as far out as it gets.
    let steps = most.next_multiple_of(4);
    let mut points: Vec<Point> =
        (0..=steps).map(|i| at(from + (to - from) * i as f64 / steps as f64)).collect();
    if sector.is_some() && *is_filled {
        points.push(*center);
    }
    points
}

/// Returns the ticks of an axis, at most so many.
pub(crate) fn ticks(axis: &Axis, span: Span, most: usize) -> Vec<Tick> {
    let most = most.max(2);
    match &axis.ticks {
        Ticks::None => Vec::new(),
        Ticks::At(places) => {
            let inside = places.iter().filter(|(at, _)| span.contains(*at));
            inside.map(|(at, label)| Tick { at: *at, label: label.clone() }).collect()
        }
        Ticks::Automatic => automatic(axis.scale, span, most),
    }
}

/// Returns where the lines of an axis' grid stand.
pub(crate) fn grid(axis: &Axis, span: Span, ticks: &[Tick], most: usize) -> Vec<f64> {
    match &axis.grid {
        Ticks::None => Vec::new(),
        Ticks::At(places) => {
            places.iter().map(|(at, _)| *at).filter(|at| span.contains(*at)).collect()
        }
        Ticks::Automatic if !ticks.is_empty() => ticks.iter().map(|tick| tick.at).collect(),
        Ticks::Automatic => {
            automatic(axis.scale, span, most).into_iter().map(|tick| tick.at).collect()
        }
    }
}

fn automatic(scale: Scale, span: Span, most: usize) -> Vec<Tick> {
    if !span.low.is_finite() || !span.high.is_finite() || span.length() <= 0.0 {
        return Vec::new();
    }
    match scale {
        Scale::Linear if !span.length().is_finite() => Vec::new(),
        Scale::Linear => linear(span, most),
        Scale::Logarithmic => {
            // Beyond these there are no machine numbers.
            let (low, high) =
                (span.low.clamp(-700.0, 700.0).exp(), span.high.clamp(-700.0, 700.0).exp());
            let ticks = ticks::logarithmic(low, high, most).into_iter();
            let tick = |(value, step): (f64, f64)| Tick {
                at: value.ln(),
                label: number(value, step, value.abs() >= 1e5 || value.abs() < 1e-4),
            };
            ticks.filter(|(value, _)| *value > 0.0).map(tick).collect()
        }
        Scale::Time => {
            let nanos = |seconds: f64| UnixNanos(((seconds - SINCE_1900) * 1e9) as i64);
            let ticks = ticks::dates(nanos(span.low), nanos(span.high), most).into_iter();
            ticks
                .map(|tick| Tick { at: tick.at.0 as f64 / 1e9 + SINCE_1900, label: tick.label })
                .collect()
        }
    }
}

fn linear(span: Span, most: usize) -> Vec<Tick> {
    let ticks::Ticks { values, step } = ticks::linear(span.low, span.high, most);
    let largest = values.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
    let is_scientific = largest >= 1e6 || (largest > 0.0 && largest < 1e-3);
    let tick = |at: f64| Tick { at, label: number(at, step, is_scientific) };
    values.into_iter().map(tick).collect()
}

/// Writes a number with the decimals that tell multiples of a step apart.
pub(crate) fn number(value: f64, step: f64, is_scientific: bool) -> String {
    let text = match is_scientific && value != 0.0 {
        true => {
            let exponent = (value.abs() * (1.0 + 1e-12)).log10().floor() as i32;
            let power = 10f64.powi(exponent);
            let mantissa = fixed(value / power, step / power);
            let times = match mantissa.as_str() {
                "1" => String::new(),
                "-1" => "-".to_owned(),
                _ => format!("{mantissa}×"),
            };
            format!("{times}10{}", superscript(exponent))
        }
        false => fixed(value, step),
    };
    text.replace('-', "−")
}

fn fixed(value: f64, step: f64) -> String {
    let is_told = |decimals: &usize| {
        let scaled = step * 10f64.powi(*decimals as i32);
        (scaled - scaled.round()).abs() < 1e-6 * scaled.max(1.0) && scaled.round() >= 1.0
    };
    let decimals = (0..16).find(is_told).unwrap_or(15);
    let text = format!("{value:.decimals$}");
    let is_zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.' | b'-'));
    if is_zero { "0".to_owned() } else { text }
}

fn superscript(exponent: i32) -> String {
    let digit = |digit: char| match digit {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        other => char::from_u32('⁰' as u32 + other as u32 - '0' as u32).unwrap_or(other),
    };
    exponent.to_string().chars().map(digit).collect()
}

/// Returns where an axis is crossed by the other: at a given place, at 0, or at its low end.
pub(crate) fn origin(axis: &Axis, span: Span) -> f64 {
    let wanted = axis.origin.unwrap_or(if axis.scale == Scale::Linear { 0.0 } else { span.low });
    wanted.clamp(span.low, span.high)
}

/// Returns the points of a line that its picture needs, in runs without a break. `width` is how
/// many columns there are.
pub(crate) fn runs(points: &[Point], spans: [Span; 2], width: f64) -> Vec<Vec<Point>> {
    let is_break = |point: &Point| !point[0].is_finite() || !point[1].is_finite();
    let runs = points.split(is_break).filter(|run| !run.is_empty());
    runs.map(|run| thinned(run, spans, width)).collect()
}

fn thinned(run: &[Point], spans: [Span; 2], width: f64) -> Vec<Point> {
    let columns = (width * 2.0).max(16.0) as usize;
    if run.len() <= 4 * columns {
        return run.to_vec();
    }
    if run.windows(2).all(|pair| pair[0][0] <= pair[1][0]) {
        let values: Vec<f64> = run.iter().map(|point| point[1]).collect();
        let position = |i: usize| spans[0].share(run[i][0]).clamp(0.0, 1.0);
        return crate::reduce(&values, position, columns).into_iter().map(|i| run[i]).collect();
    }
    let place = |point: &Point| {
        [0, 1].map(|side| (spans[side].share(point[side]) * columns as f64).round() as i64)
    };
    let mut kept = vec![run[0]];
    let mut last = place(&run[0]);
    for point in &run[1..] {
        let own = place(point);
        if own != last {
            kept.push(*point);
            last = own;
        }
    }
    kept
}

/// Returns one of the points at each place of a raster that is so many times as fine as wide.
pub(crate) fn scattered(points: &[Point], spans: [Span; 2], width: f64) -> Vec<Point> {
    let is_there = |point: &&Point| point[0].is_finite() && point[1].is_finite();
    if points.len() <= 4000 {
        return points.iter().filter(is_there).copied().collect();
    }
    let mut taken = std::collections::HashSet::new();
    let place =
        |point: &Point| [0, 1].map(|side| (spans[side].share(point[side]) * width).round() as i64);
    points.iter().filter(is_there).filter(|point| taken.insert(place(point))).copied().collect()
}
