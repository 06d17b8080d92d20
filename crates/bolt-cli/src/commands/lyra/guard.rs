//! What ends an evaluation from outside: signals, and the limit on memory.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use bolt_base::Bytes;
use bolt_config::Config;
use bolt_hardware::Hardware;
use bolt_lyra::Session;
use bolt_memory::usage;
use bolt_session::MemoryLimit;

use crate::failure::INTERRUPTED;

/// How many signals in a row end the process, whatever it does.
const SIGNALS_MAX: usize = 3;
/// How often memory is looked at. An evaluation may take some tens of megabytes in this time.
const PERIOD: Duration = Duration::from_millis(10);

/// Ends evaluations of a session from outside.
#[derive(Debug, Clone)]
pub(super) struct Guard {
    interrupt: Arc<AtomicBool>,
    /// What was in use when that was too much, 0 if it was not.
    used: Arc<AtomicUsize>,
    limit: Arc<AtomicUsize>,
    /// What was in use when an evaluation was ended for it; the next one may take a little more, so
    /// that it can set free what is there.
    left: Arc<AtomicUsize>,
}

/// How much more an evaluation may take after one that took too much.
const ROOM: usize = 64 << 20;

/// Why an evaluation was ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    /// The user asked for it.
    Interrupt,
    /// It took more memory than there is for it.
    Memory { used: Bytes, limit: Bytes },
}

impl Guard {
    /// Aborts what a session evaluates when the user asks for it, or when it takes more memory than
    /// the settings allow.
    pub(super) fn of(session: &Session, config: &Config) -> Self {
        let guard = Self {
            interrupt: session.interrupt(),
            used: Arc::default(),
            limit: Arc::default(),
            left: Arc::default(),
        };
        guard.clone().by_signals();
        let (watched, config) = (guard.clone(), config.clone());
        // It ends with the process. Where no thread can be had, the system's limits hold.
        let _ = std::thread::Builder::new()
            .name("lyra-memory".to_owned())
            .spawn(move || watched.by_memory(&config));
        guard
    }

    fn by_signals(self) {
        let in_a_row = AtomicUsize::new(0);
        let handler = move || {
            if !self.interrupt.swap(true, Ordering::Relaxed) {
                in_a_row.store(0, Ordering::Relaxed);
            }
            if in_a_row.fetch_add(1, Ordering::Relaxed) + 1 >= SIGNALS_MAX {
                std::process::exit(INTERRUPTED.into());
            }
        };
        // Without a handler the process ends at the first signal, which loses nothing written.
        let _ = ctrlc::set_handler(handler);
    }

    /// Looks at the memory in use again and again. What the limit is takes milliseconds to find out,
    /// which evaluations do not wait for.
    fn by_memory(&self, config: &Config) {
        std::thread::sleep(PERIOD);
        let hardware = Arc::new(Hardware::get().clone());
        let Ok(limit) = MemoryLimit::new(config, &hardware, 1) else { return };
        let limit = usize::try_from(limit.bytes.0).unwrap_or(usize::MAX);
        self.limit.store(limit, Ordering::Relaxed);
        loop {
            let used = usage().map_or(0, |usage| usize::try_from(usage.total()).unwrap_or(0));
            if used <= limit {
                self.left.store(0, Ordering::Relaxed);
            }
            let left = self.left.load(Ordering::Relaxed);
            let allowed = if left == 0 { limit } else { left + ROOM };
            if used > allowed && !self.interrupt.load(Ordering::Relaxed) {
                self.left.store(used, Ordering::Relaxed);
                self.used.store(used, Ordering::Relaxed);
                self.interrupt.store(true, Ordering::Relaxed);
            }
            std::thread::sleep(PERIOD);
        }
    }

    /// Returns why the last evaluation was ended, if it was, and lets the next one begin.
    pub(super) fn take(&self) -> Option<End> {
        if !self.interrupt.swap(false, Ordering::Relaxed) {
            return None;
        }
        let bytes = |count: usize| Bytes(count as u64);
        Some(match self.used.swap(0, Ordering::Relaxed) {
            0 => End::Interrupt,
            used => {
                let limit = bytes(self.limit.load(Ordering::Relaxed));
                End::Memory { used: bytes(used), limit }
            }
        })
    }
}

impl End {
    /// Returns what is told of it, as the language tells messages.
    pub(super) fn message(&self) -> (&'static str, String) {
        match self {
            Self::Interrupt => ("$Aborted", "the evaluation was interrupted".to_owned()),
            Self::Memory { used, limit } => (
                "General::nomem",
                format!(
                    "The evaluation was aborted: {used} of memory were in use, and `memory.limit` \
                     allows {limit}."
                ),
            ),
        }
    }

    /// Returns the exit code, where it ends a program.
    pub(super) fn code(&self) -> Option<ExitCode> {
        match self {
            Self::Interrupt => Some(ExitCode::from(INTERRUPTED)),
            Self::Memory { .. } => None,
        }
    }
}
