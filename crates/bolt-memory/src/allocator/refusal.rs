//! Who has an answer where the operating system gives no memory.

use std::cell::Cell;

thread_local! {
    static EXPECTED: Cell<bool> = const { Cell::new(false) };
}

/// Allocates in `ask`, whose caller has an answer to null: nobody else is told of it.
pub(crate) fn or_null<R>(ask: impl FnOnce() -> R) -> R {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            EXPECTED.set(self.0);
        }
    }
    let _restore = Restore(EXPECTED.replace(true));
    ask()
}

/// Returns whether this thread has an answer to null.
#[cfg(not(miri))]
pub(super) fn is_refusal_expected() -> bool {
    EXPECTED.get()
}
