//! Stopping computations that nobody expects to fail.
//!
//! Sums, comparisons and walks over expressions return values, not results, and may yet take hours.
//! They [`poll`] a flag that belongs to their thread. Once it is set the stack is unwound, without
//! the message of a panic, to the nearest [`caught`], which also catches what is a panic.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

thread_local! {
    static FLAG: RefCell<Option<Arc<AtomicBool>>> = const { RefCell::new(None) };
}

/// Why a computation came to no end of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Broken {
    /// Its flag was set.
    Interrupted,
    /// A number would have been too large.
    Overflow,
    /// It panicked: there is an error in the program.
    Panicked(String),
}

/// Runs something that looks at a flag from now on.
pub fn watched<T>(flag: &Arc<AtomicBool>, run: impl FnOnce() -> T) -> T {
    struct Before(Option<Arc<AtomicBool>>);
    impl Drop for Before {
        fn drop(&mut self) {
            FLAG.set(self.0.take());
        }
    }
    let _before = Before(FLAG.replace(Some(flag.clone())));
    run()
}

/// Returns the flag that is looked at, if any.
pub fn flag() -> Option<Arc<AtomicBool>> {
    FLAG.with_borrow(Clone::clone)
}

/// Goes on unless the flag is set; where there is none, it does.
pub fn poll() {
    let is_set = |flag: &Arc<AtomicBool>| flag.load(Ordering::Relaxed);
    // What is dropped while the stack is unwound must not begin to unwind.
    if FLAG.with_borrow(|flag| flag.as_ref().is_some_and(is_set)) && !std::thread::panicking() {
        stop(Broken::Interrupted);
    }
}

/// Ends what is computed, up to the nearest [`caught`].
pub fn stop(why: Broken) -> ! {
    resume_unwind(Box::new(why))
}

/// Returns what something computes.
///
/// # Errors
/// If it was stopped or panicked. What it was changing is as it left it.
pub fn caught<T>(run: impl FnOnce() -> T) -> Result<T, Broken> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|payload| match payload.downcast::<Broken>() {
        Ok(why) => *why,
        Err(payload) => {
            let text = payload.downcast_ref::<&str>().copied().map(str::to_owned);
            let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
            Broken::Panicked(text.unwrap_or_else(|| "of no text".to_owned()))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_stops_what_is_watched_and_nothing_else() {
        let (set, clear) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicBool::new(false)));
        poll();
        assert_eq!(watched(&set, || caught(poll)), Err(Broken::Interrupted));
        assert_eq!(watched(&clear, || caught(poll)), Ok(()));
        let inner = watched(&set, || (watched(&clear, || caught(poll)), caught(poll)));
        assert_eq!(inner, (Ok(()), Err(Broken::Interrupted)));
        let other_thread = watched(&set, || std::thread::spawn(poll).join().is_ok());
        assert!(other_thread && flag().is_none());
        // A flag is forgotten also by what unwinds through its watch.
        assert_eq!(caught(|| watched(&set, poll)), Err(Broken::Interrupted));
        poll();
    }

    #[test]
    fn why_it_stopped_is_told_and_drops_do_not_stop_again() {
        struct Polls;
        impl Drop for Polls {
            fn drop(&mut self) {
                poll();
            }
        }
        let set = Arc::new(AtomicBool::new(true));
        let dropped = watched(&set, || {
            caught(|| {
                let _polls = Polls;
                stop(Broken::Overflow)
            })
        });
        assert_eq!(dropped.map(|()| 0), Err(Broken::Overflow));
        let text = caught(|| panic!("{} is wrong", 1)).map(|()| 0);
        assert_eq!(text, Err(Broken::Panicked("1 is wrong".to_owned())));
    }
}
