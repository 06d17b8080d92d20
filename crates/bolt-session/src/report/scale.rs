//! From values to places in a drawing.

use bolt_base::UnixNanos;
use bolt_plot::ticks;

use super::format::{Clock, exact};
use super::page::{Abscissa, Unit};

/// Width of a drawing in its own units.
pub(super) const WIDTH: f64 = 10_000.0;
/// Height of a drawing in its own units.
pub(super) const HEIGHT: f64 = 3_000.0;

/// A label on an axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Label {
    /// Where it stands, from 0 to 1.
    pub(super) at: f64,
    pub(super) text: String,
    pub(super) is_major: bool,
}

impl Abscissa<'_> {
    /// Returns the number of places.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Times { times, .. } => times.len(),
            Self::Numbers { numbers, .. } => numbers.len(),
        }
    }

    /// Returns what the axis is called.
    pub(super) fn caption(&self) -> &str {
        match self {
            Self::Times { zone, .. } => zone,
            Self::Numbers { name, .. } => name,
        }
    }

    /// Returns the place of an index, from 0 to 1; the middle if there is one place only.
    pub(super) fn position(&self, index: usize) -> f64 {
        let place = |low: f64, at: f64, high: f64| {
            if high > low { (at - low) / (high - low) } else { 0.5 }
        };
        match self {
            Self::Times { times, .. } => {
                let since = |at: UnixNanos| (i128::from(at.0) - i128::from(times[0].0)) as f64;
                place(0.0, since(times[index]), since(times[times.len() - 1]))
            }
            Self::Numbers { numbers, .. } => {
                place(numbers[0], numbers[index], numbers[numbers.len() - 1])
            }
        }
    }

    /// Returns the text of an index.
    pub(super) fn show(&self, index: usize, clock: Clock) -> String {
        match self {
            Self::Times { times, .. } => clock.show(times[index]),
            Self::Numbers { numbers, name } => format!("{name} {}", exact(numbers[index])),
        }
    }

    /// Returns how its times are shown.
    pub(super) fn clock(&self) -> Clock {
        match self {
            Self::Times { times, .. } => Clock::of(times.iter().copied()),
            Self::Numbers { .. } => Clock::Day,
        }
    }

    /// Returns at most `most` labels.
    pub(super) fn labels(&self, most: usize) -> Vec<Label> {
        let count = self.len();
        if count == 0 {
            return Vec::new();
        }
        let edge = |index: usize| Label {
            at: self.position(index),
            text: match self {
                Self::Times { .. } => self.show(index, self.clock()),
                Self::Numbers { numbers, .. } => exact(numbers[index]),
            },
            is_major: false,
        };
        let labels = match self {
            Self::Times { times, .. } => date_labels(times, most),
            Self::Numbers { numbers, .. } => number_labels(numbers, most),
        };
        match labels.len() {
            0 if count == 1 => vec![edge(0)],
            0 => vec![edge(0), edge(count - 1)],
            _ => labels,
        }
    }
}

fn date_labels(times: &[UnixNanos], most: usize) -> Vec<Label> {
    let (low, high) = (times[0], times[times.len() - 1]);
    let span = (i128::from(high.0) - i128::from(low.0)) as f64;
    if span == 0.0 {
        return Vec::new();
    }
    let place = |at: UnixNanos| (i128::from(at.0) - i128::from(low.0)) as f64 / span;
    let ticks = ticks::dates(low, high, most).into_iter();
    ticks
        .map(|tick| Label { at: place(tick.at), text: tick.label, is_major: tick.is_major })
        .collect()
}

fn number_labels(numbers: &[f64], most: usize) -> Vec<Label> {
    let (low, high) = (numbers[0], numbers[numbers.len() - 1]);
    // Of NaN there is no axis to speak of.
    if low >= high || low.is_nan() || high.is_nan() {
        return Vec::new();
    }
    let ticks = ticks::linear(low, high, most);
    let is_whole = numbers.iter().all(|number| number.fract() == 0.0);
    let values = ticks.values.into_iter().filter(|value| !is_whole || value.fract() == 0.0);
    let label = |value: f64| Label {
        at: (value - low) / (high - low),
        text: exact(value),
        is_major: false,
    };
    values.map(label).collect()
}

/// A vertical axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) is_logarithmic: bool,
}

impl Scale {
    /// Returns a linear axis that shows all of some values with a little room; down to zero if
    /// that costs little. If all are zero the axis reaches to 1, or to 1 %.
    pub(super) fn linear(values: impl Iterator<Item = f64>, unit: Unit) -> Self {
        let (mut low, mut high) = extent(values).unwrap_or((0.0, 1.0));
        if low > 0.0 && low < 0.25 * high {
            low = 0.0;
        }
        if high < 0.0 && high > 0.25 * low {
            high = 0.0;
        }
        let room = match high - low {
            span if span > 0.0 => span * 0.05,
            _ if low == 0.0 && unit == Unit::Percent => 0.01,
            _ if low == 0.0 => 1.0,
            _ => low.abs() * 0.1,
        };
        // An axis that begins or ends at zero does so exactly.
        let is_flat = low == high;
        let low = if low == 0.0 && !is_flat { low } else { low - room };
        let high = if high == 0.0 && !is_flat { high } else { high + room };
        Self { low, high, is_logarithmic: false }
    }

    /// Returns a logarithmic axis that shows all of some values; `None` if one is not positive or
    /// there are none.
    pub(super) fn logarithmic(values: impl Iterator<Item = f64>) -> Option<Self> {
        let (low, high) = extent(values)?;
        let room = (high / low).powf(0.05).max(1.02);
        let scale = Self { low: low / room, high: high * room, is_logarithmic: true };
        (low > 0.0 && scale.low > 0.0 && scale.high.is_finite()).then_some(scale)
    }

    /// Returns the place of a value, 0 at the bottom and 1 at the top.
    pub(super) fn place(&self, value: f64) -> f64 {
        if self.is_logarithmic {
            return (value / self.low).ln() / (self.high / self.low).ln();
        }
        (value - self.low) / (self.high - self.low)
    }

    /// Returns ticks, each with the step by which to show it.
    pub(super) fn ticks(&self) -> Vec<(f64, f64)> {
        if self.is_logarithmic {
            return ticks::logarithmic(self.low, self.high, 7);
        }
        let ticks = ticks::linear(self.low, self.high, 6);
        ticks.values.into_iter().map(|value| (value, ticks.step)).collect()
    }
}

/// Returns the lowest and the highest of the finite values.
fn extent(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let finite = values.filter(|value| value.is_finite());
    let start = (f64::INFINITY, f64::NEG_INFINITY);
    let (low, high) = finite.fold(start, |(low, high), v| (low.min(v), high.max(v)));
    (low <= high).then_some((low, high))
}
