//! What two well-known backtesters print, by their own definitions and under their own labels.
//!
//! A strategy moved here from one of them can be compared line by line. The definitions were
//! found by running the peers, and the tests hold every line to their results; where a definition
//! is odd it is odd on purpose. Elsewhere this engine uses [`super::returns`] and
//! [`super::trades`].

pub mod backtesting_py;
pub mod vectorbt;

use std::time::Duration;

use bolt_base::UnixNanos;

/// One figure of a peer's statistics.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Entry {
    /// A number, in the unit that the label names; NaN where the peer has none.
    Number(f64),
    /// A point in time.
    Time(UnixNanos),
    /// A length of time; `None` where the peer has none.
    Span(Option<Duration>),
}

/// A peer's statistics: labels as it prints them, in its order.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistics {
    /// Label and figure of each line.
    pub lines: Vec<(&'static str, Entry)>,
}

impl Statistics {
    /// Returns the figure with a label, if there is one.
    pub fn get(&self, label: &str) -> Option<Entry> {
        self.lines.iter().find(|(name, _)| *name == label).map(|(_, entry)| *entry)
    }

    /// Returns the number with a label, if there is one.
    pub fn number(&self, label: &str) -> Option<f64> {
        match self.get(label)? {
            Entry::Number(number) => Some(number),
            Entry::Time(_) | Entry::Span(_) => None,
        }
    }
}

/// A length of time from nanoseconds; `None` of NaN.
fn span(nanos: f64) -> Entry {
    Entry::Span((nanos >= 0.0).then(|| Duration::from_nanos(nanos.round() as u64)))
}

fn percent(fraction: f64) -> Entry {
    Entry::Number(100.0 * fraction)
}
