//! What comes out of a request.

use crate::store::StoreError;
use std::fmt;
use std::sync::Arc;

/// A value, where it came from, and what went wrong on the way.
#[derive(Debug)]
pub struct Answer<V> {
    /// The value.
    pub value: Arc<V>,
    /// Where it came from.
    pub origin: Origin,
    /// The levels that could not be read or written. Empty when all is well.
    pub degraded: Vec<Degraded>,
}

/// What a look-up came to.
#[derive(Debug)]
pub struct Lookup<V> {
    /// The value, and the number of the level that had it, counted from the fastest.
    pub found: Option<(Arc<V>, usize)>,
    /// The levels that could not be asked, or not be given what was found below them. Without a
    /// value, one of these may have it.
    pub degraded: Vec<Degraded>,
}

/// Where a value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// A level, counted from the fastest; [`MultiLevel::names`](crate::MultiLevel::names) has names.
    Level(usize),
    /// It was computed.
    Computed,
    /// Another thread was asking for it already.
    Joined,
}

/// A level that was of no use to a request.
#[derive(Debug)]
pub struct Degraded {
    /// The level's name.
    pub level: String,
    /// Why; `None` if it was not even asked, since it had failed several times just before.
    pub error: Option<StoreError>,
}

impl fmt::Display for Degraded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { level, error } = self;
        match error {
            Some(error) => write!(f, "cache level `{level}`: {error}"),
            None => write!(f, "cache level `{level}` is passed over, since it failed before"),
        }
    }
}

/// The levels that could not do what all were asked for. The others did it.
#[derive(Debug)]
pub struct LevelErrors(pub Vec<Degraded>);

impl LevelErrors {
    /// Returns the error, if there is any.
    pub(super) fn check(degraded: Vec<Degraded>) -> Result<(), Self> {
        if degraded.is_empty() { Ok(()) } else { Err(Self(degraded)) }
    }
}

impl fmt::Display for LevelErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, degraded) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{degraded}")?;
        }
        Ok(())
    }
}

impl std::error::Error for LevelErrors {}

/// Why a level's capacity was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ResizeError {
    /// There is no such level.
    #[error("there is no cache level `{name}`; there are {}", known.join(", "))]
    Unknown {
        /// The name that was given.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// The level could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What came of warming up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Warmed {
    /// Values that some level had.
    pub found: u64,
    /// Values that were computed.
    pub computed: u64,
    /// Values whose computation failed.
    pub failed: u64,
}
