//! A value, or why there is none.

use std::fmt;

/// What was read, or why it could not be.
pub type Reading<T> = Result<T, Unavailable>;

/// Why the machine does not give a value. Shown as `unavailable (1 node)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unavailable {
    reason: String,
}

impl Unavailable {
    /// Returns an absence with its reason, a phrase without a full stop.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }

    /// Returns the reason alone.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unavailable ({})", self.reason)
    }
}

impl std::error::Error for Unavailable {}
