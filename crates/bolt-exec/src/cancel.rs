//! Asking running work to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// Why work was asked to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CancelReason {
    /// Whoever wanted the work no longer does.
    Requested,
    /// It had a deadline, which passed.
    Deadline,
    /// What runs it is being closed.
    Closing,
}

const REASONS: [CancelReason; 3] =
    [CancelReason::Requested, CancelReason::Deadline, CancelReason::Closing];

/// A flag shared between whoever wants work to stop and the work, which looks at it between
/// units. Clones share the flag.
#[derive(Debug, Clone, Default)]
pub struct CancelToken {
    /// Zero, or one more than the reason's place in [`REASONS`].
    state: Arc<AtomicU8>,
    parent: Option<Arc<Self>>,
}

impl CancelToken {
    /// Returns a token for a part of the work: it is cancelled with this one, and may be cancelled
    /// without it.
    #[must_use]
    pub fn child(&self) -> Self {
        Self { state: Arc::default(), parent: Some(Arc::new(self.clone())) }
    }

    /// Asks the work to stop; it cannot be undone.
    pub fn cancel(&self) {
        self.cancel_because(CancelReason::Requested);
    }

    /// Asks the work to stop and says why; the first reason given stays.
    pub fn cancel_because(&self, reason: CancelReason) {
        let state = reason as u8 + 1;
        let _ = self.state.compare_exchange(0, state, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// Returns whether the work was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.state.load(Ordering::Relaxed) != 0
            || self.parent.as_ref().is_some_and(|parent| parent.is_cancelled())
    }

    /// Returns why the work was asked to stop, if it was; its own reason before that of the whole
    /// that it is a part of.
    pub fn reason(&self) -> Option<CancelReason> {
        let state = self.state.load(Ordering::Relaxed);
        match usize::from(state).checked_sub(1) {
            Some(reason) => Some(REASONS[reason]),
            None => self.parent.as_ref()?.reason(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_the_flag_and_the_first_reason_stays() {
        for reason in REASONS {
            let token = CancelToken::default();
            assert_eq!((token.is_cancelled(), token.reason()), (false, None));
            let clone = token.clone();
            clone.cancel_because(reason);
            token.cancel_because(CancelReason::Requested);
            token.cancel_because(CancelReason::Deadline);
            assert_eq!((token.is_cancelled(), token.reason()), (true, Some(reason)));
        }
    }

    #[test]
    fn a_part_stops_with_the_whole_and_not_the_other_way_round() {
        let whole = CancelToken::default();
        let (part, other) = (whole.child(), whole.child());
        part.cancel_because(CancelReason::Deadline);
        assert_eq!(part.reason(), Some(CancelReason::Deadline));
        assert_eq!((whole.reason(), other.reason(), other.is_cancelled()), (None, None, false));
        whole.cancel();
        assert_eq!((other.is_cancelled(), other.reason()), (true, Some(CancelReason::Requested)));
        assert_eq!(part.child().reason(), Some(CancelReason::Deadline));
    }
}
