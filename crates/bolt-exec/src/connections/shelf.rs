//! The connections of a pool that nobody has, and how many there are in all: everything that is
//! decided under the pool's lock. It opens and closes nothing.

use super::{ConnectionOptions, ConnectionStatistics};
use std::collections::VecDeque;
use std::time::Duration;

/// A connection and what is known of it.
#[derive(Debug)]
pub(super) struct Kept<T> {
    pub(super) connection: T,
    pub(super) opened: Duration,
    /// When it was used last.
    pub(super) used: Duration,
    /// When it was seen to be valid last.
    pub(super) checked: Duration,
}

/// Why a connection is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expired {
    Idle,
    Old,
}

#[derive(Debug)]
pub(super) struct Shelf<T> {
    options: ConnectionOptions,
    /// The one that was used last at the end.
    idle: VecDeque<Kept<T>>,
    /// Connections that are idle, lent or being opened.
    open: usize,
    /// Turns of those who wait.
    queue: VecDeque<u64>,
    turns: u64,
    pub(super) is_closed: bool,
    pub(super) counts: ConnectionStatistics,
}

impl<T> Kept<T> {
    pub(super) fn expired(&self, options: &ConnectionOptions, now: Duration) -> Option<Expired> {
        if now.saturating_sub(self.opened) >= options.lifetime {
            return Some(Expired::Old);
        }
        (now.saturating_sub(self.used) >= options.idle).then_some(Expired::Idle)
    }
}

impl<T> Shelf<T> {
    pub(super) fn new(options: &ConnectionOptions) -> Self {
        Self {
            options: *options,
            idle: VecDeque::new(),
            open: 0,
            queue: VecDeque::new(),
            turns: 0,
            is_closed: false,
            counts: ConnectionStatistics::default(),
        }
    }

    pub(super) fn max(&self) -> usize {
        self.options.max.max(1)
    }

    /// Returns the turn of a borrower.
    pub(super) fn queue(&mut self) -> u64 {
        self.turns += 1;
        self.queue.push_back(self.turns);
        self.turns
    }

    pub(super) fn leave_queue(&mut self, turn: u64) {
        self.queue.retain(|&other| other != turn);
    }

    pub(super) fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Gives a borrower whose turn it is a place, and the connection that is there, if any.
    pub(super) fn take(&mut self, turn: u64) -> Option<Option<Kept<T>>> {
        if self.queue.front() != Some(&turn) {
            return None;
        }
        if let Some(kept) = self.idle.pop_back() {
            return Some(Some(kept));
        }
        let has_place = self.open < self.max();
        self.open += usize::from(has_place);
        has_place.then_some(None)
    }

    /// Takes a place for a connection to be opened, while fewer are open than are kept at least.
    pub(super) fn enter_for_min(&mut self) -> bool {
        let enters = !self.is_closed && self.open < self.options.min.min(self.max());
        self.open += usize::from(enters);
        enters
    }

    /// Gives the place of a connection back that was closed or not opened.
    pub(super) fn leave(&mut self) {
        self.open -= 1;
    }

    /// Keeps a connection for the next borrower; gives it back if it is to be closed.
    pub(super) fn put(&mut self, kept: Kept<T>, now: Duration) -> Option<Kept<T>> {
        if self.is_closed {
            return Some(kept);
        }
        if now.saturating_sub(kept.opened) >= self.options.lifetime {
            self.counts.closed_old += 1;
            return Some(kept);
        }
        self.idle.push_back(kept);
        None
    }

    pub(super) fn count_closed(&mut self, reason: Expired) {
        match reason {
            Expired::Idle => self.counts.closed_idle += 1,
            Expired::Old => self.counts.closed_old += 1,
        }
    }

    /// Takes out what is to be closed: what is old, and what was not used for long and is beyond
    /// the fewest. Returns also when there will be more.
    pub(super) fn expire(&mut self, now: Duration) -> (Vec<Kept<T>>, Option<Duration>) {
        let mut closed = Vec::new();
        for _ in 0..self.idle.len() {
            let Some(kept) = self.idle.pop_front() else { break };
            match kept.expired(&self.options, now) {
                Some(reason) if reason == Expired::Old || self.open > self.options.min => {
                    self.count_closed(reason);
                    self.open -= 1;
                    closed.push(kept);
                }
                _ => self.idle.push_back(kept),
            }
        }
        let Self { options, idle, open, .. } = self;
        let can_shrink = *open > options.min;
        let due = idle.iter().map(|kept| {
            let old = kept.opened.saturating_add(options.lifetime);
            let unused = kept.used.saturating_add(options.idle);
            if can_shrink { old.min(unused) } else { old }
        });
        (closed, due.min())
    }

    /// Refuses everything from now on and takes out what is to be closed.
    pub(super) fn close(&mut self) -> VecDeque<Kept<T>> {
        self.is_closed = true;
        self.open -= self.idle.len();
        std::mem::take(&mut self.idle)
    }

    pub(super) fn statistics(&self) -> ConnectionStatistics {
        let (open, idle, waiting) = (self.open, self.idle.len(), self.queue.len());
        ConnectionStatistics { open, idle, waiting, ..self.counts }
    }
}
