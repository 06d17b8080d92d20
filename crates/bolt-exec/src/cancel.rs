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
}

impl CancelToken {
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
    }

    /// Returns why the work was asked to stop, if it was.
    pub fn reason(&self) -> Option<CancelReason> {
        let state = self.state.load(Ordering::Relaxed);
        usize::from(state).checked_sub(1).map(|reason| REASONS[reason])
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
}
