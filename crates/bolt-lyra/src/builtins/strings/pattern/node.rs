//! What string patterns are made of, whether they were written as expressions or as regular
//! expressions.

use triomphe::Arc;

use super::set::Set;
use crate::rule::Template;
use crate::value::Value;

/// A place in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The beginning.
    Start,
    /// The end.
    End,
    /// The end, or before the line break that ends the text.
    LastEnd,
    /// The beginning of a line.
    LineStart,
    /// The end of a line.
    LineEnd,
    /// Between a word character and another.
    Boundary,
    /// Anywhere else.
    NoBoundary,
}

/// A part of a pattern. A place that binds is a slot: `slot` holds from where to where.
#[derive(Debug, Clone)]
pub(crate) enum Node {
    /// This character; the other case of it, too, if the flag says so.
    Char(char, bool),
    /// A character of a set.
    Set(Arc<Set>),
    /// One after the other.
    Sequence(Vec<Self>),
    /// The first that leads to a match.
    Either(Vec<Self>),
    /// So often; as often as possible if `greedy`.
    Repeat { of: Box<Self>, least: usize, most: Option<usize>, greedy: bool },
    /// What is remembered in a slot.
    Group { slot: usize, of: Box<Self> },
    /// What is remembered under a name: the same text wherever the name stands.
    Named { slot: usize, of: Box<Self>, folds: bool },
    /// The text of a slot again; the flag is whether case counts for nothing.
    Same(usize, bool),
    /// A place.
    At(Place),
    /// What follows or comes before, which is not taken.
    Look { ahead: bool, negated: bool, of: Box<Self> },
    /// What is not gone back into once it has matched.
    Atomic(Box<Self>),
    /// What passes a test: the text that it matches as an argument of a function.
    Test { of: Box<Self>, test: Value },
    /// What fulfils a condition on the names.
    Where { of: Box<Self>, test: Template },
}

impl Node {
    /// Returns the fewest and the most characters it takes; `None` is any number.
    pub(crate) fn lengths(&self) -> (usize, Option<usize>) {
        match self {
            Self::At(_) | Self::Look { .. } => (0, Some(0)),
            Self::Char(..) | Self::Set(_) => (1, Some(1)),
            Self::Sequence(parts) => parts.iter().map(Self::lengths).fold(
                (0_usize, Some(0_usize)),
                |(least, most), (l, m)| {
                    (least.saturating_add(l), most.and_then(|most| most.checked_add(m?)))
                },
            ),
            Self::Either(parts) => {
                let lengths = || parts.iter().map(Self::lengths);
                let least = lengths().map(|(least, _)| least).min().unwrap_or(0);
                let most = lengths().map(|(_, most)| most).try_fold(0, |a, b| Some(b?.max(a)));
                (least, most)
            }
            Self::Repeat { of, least, most, .. } => {
                let (l, m) = of.lengths();
                let most = match (m, most) {
                    (Some(0), _) => Some(0),
                    (Some(m), Some(most)) => m.checked_mul(*most),
                    _ => None,
                };
                (l.saturating_mul(*least), most)
            }
            Self::Same(..) => (0, None),
            Self::Group { of, .. }
            | Self::Named { of, .. }
            | Self::Atomic(of)
            | Self::Test { of, .. }
            | Self::Where { of, .. } => of.lengths(),
        }
    }
}
