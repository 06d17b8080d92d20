//! The process in which threads were started.
//!
//! A process that was forked (not by starting a program, which replaces everything, but by `fork`
//! alone, as some libraries do) has the memory of its parent and none of its threads. What is
//! handed to a pool there would wait for ever, and locks may be held by threads that are not there.
//! So whoever hands something to threads asks first whether they are here, before any lock.

/// Threads were started in another process, from which this one was forked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{what} was started in process {started_in}, and its threads do not exist in process {here}, \
     which was forked from it; start it anew there"
)]
pub struct Forked {
    /// What was started.
    pub what: String,
    /// The process in which it was.
    pub started_in: u32,
    /// The process that asks.
    pub here: u32,
}

/// The process in which something was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Home {
    process: u32,
}

impl Home {
    pub(crate) fn here() -> Self {
        Self { process: std::process::id() }
    }

    /// Returns whether this is that process. It costs a system call.
    pub(crate) fn is_here(self) -> bool {
        std::process::id() == self.process
    }

    /// # Errors
    /// If this is another process.
    pub(crate) fn check(self, what: impl FnOnce() -> String) -> Result<(), Forked> {
        let here = std::process::id();
        if here == self.process {
            return Ok(());
        }
        Err(Forked { what: what(), started_in: self.process, here })
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn another_process_is_told_where_the_threads_are() {
        let here = Home::here();
        assert_eq!((here.is_here(), here.check(String::new)), (true, Ok(())));
        let elsewhere = Home { process: 0 };
        assert!(!elsewhere.is_here());
        let told = elsewhere.check(|| "the pool `io`".to_owned()).unwrap_err().to_string();
        let own = std::process::id();
        assert_eq!(
            told,
            format!(
                "the pool `io` was started in process 0, and its threads do not exist in process \
                 {own}, which was forked from it; start it anew there"
            )
        );
    }
}
