//! A line that says how far work has come.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use bolt_base::count;

/// Progress of countable work, on a terminal only.
#[derive(Debug)]
pub(crate) struct Progress {
    what: &'static str,
    pub(crate) total: u64,
    done: u64,
    before: u64,
    started: Instant,
    shown: Option<Instant>,
    visible: bool,
}

const EVERY: Duration = Duration::from_millis(100);

impl Progress {
    /// Returns the progress of `total` things of which `before` were done earlier.
    pub(crate) fn new(what: &'static str, before: u64, total: u64, quiet: bool) -> Self {
        let visible = !quiet && io::stderr().is_terminal();
        let started = Instant::now();
        Self { what, total, done: before, before, started, shown: None, visible }
    }

    pub(crate) fn advance(&mut self, by: u64) {
        self.done += by;
        let due = self.shown.is_none_or(|shown| shown.elapsed() >= EVERY);
        if !self.visible || !due {
            return;
        }
        self.shown = Some(Instant::now());
        // Progress is worth no error.
        let _ = write!(io::stderr(), "\r\x1b[2K{}", self.line());
        let _ = io::stderr().flush();
    }

    fn line(&self) -> String {
        let Self { what, total, done, before, started, .. } = self;
        let seconds = started.elapsed().as_secs_f64();
        let rate = (done - before) as f64 / seconds.max(1e-9);
        let left = (total - done) as f64 / rate.max(1e-9);
        let percent = 100 * done / (*total).max(1);
        let (done, total, rate) = (count(*done), count(*total), count(rate as u64));
        format!("{percent:3} %  {done} of {total} {what}  {rate}/s  {} left", clock(left))
    }

    /// Removes the line.
    pub(crate) fn clear(&self) {
        if self.visible && self.shown.is_some() {
            let _ = write!(io::stderr(), "\r\x1b[2K");
        }
    }
}

fn clock(seconds: f64) -> String {
    let seconds = seconds.min(3.6e6) as u64;
    match seconds / 3600 {
        0 => format!("{}:{:02}", seconds / 60, seconds % 60),
        hours => format!("{hours}:{:02}:{:02}", seconds / 60 % 60, seconds % 60),
    }
}
