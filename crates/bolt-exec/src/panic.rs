//! Panics of code that is not ours, caught at its border.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs code and returns what its panic said, if it panics.
///
/// What the code was working on is its own: nobody looks at it afterwards.
pub(crate) fn caught<R>(work: impl FnOnce() -> R) -> Result<R, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(message)
}

/// Drops a value of a user, whose drop may panic.
pub(crate) fn drop_quietly<T>(value: T) {
    let _ = caught(|| drop(value));
}

fn message(panic: Box<dyn Any + Send>) -> String {
    let text = match panic.downcast_ref::<&str>() {
        Some(text) => (*text).to_owned(),
        None => match panic.downcast_ref::<String>() {
            Some(text) => text.clone(),
            None => "a panic without a message".to_owned(),
        },
    };
    // A value that was thrown may panic when it is dropped.
    let _ = catch_unwind(AssertUnwindSafe(|| drop(panic)));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }

    #[test]
    fn panics_are_told() {
        assert_eq!(caught(|| 7), Ok(7));
        assert_eq!(caught(|| panic!("plain")), Err::<(), _>("plain".to_owned()));
        assert_eq!(caught(|| panic!("{}", 1 + 1)), Err::<(), _>("2".to_owned()));
        let thrown = caught(|| std::panic::panic_any(Bomb));
        assert_eq!(thrown, Err::<(), _>("a panic without a message".to_owned()));
        drop_quietly(Bomb);
    }
}
