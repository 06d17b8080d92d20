//! Stopping long computations.

use std::sync::atomic::{AtomicBool, Ordering};

/// Says that a computation was stopped before it was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped;

/// What long computations look at to know whether to go on.
#[derive(Debug, Clone, Copy)]
pub struct Watch<'a>(Option<&'a AtomicBool>);

impl<'a> Watch<'a> {
    /// A watch that never stops anything.
    pub const NEVER: Watch<'static> = Watch(None);

    /// Returns a watch that stops when the flag is set.
    pub fn new(stop: &'a AtomicBool) -> Self {
        Self(Some(stop))
    }

    /// # Errors
    /// If the computation is to stop.
    pub fn check(&self) -> Result<(), Stopped> {
        match self.0.is_some_and(|stop| stop.load(Ordering::Relaxed)) {
            true => Err(Stopped),
            false => Ok(()),
        }
    }
}
