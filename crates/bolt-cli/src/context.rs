//! What every command gets: the settings, and where its output goes.

use std::io::{self, BufWriter, IsTerminal, Write};

use anyhow::Result;
use bolt_config::{Config, Flag, Sources};
use bolt_exec::CancelToken;
use bolt_session::Session;

use crate::arguments::Global;
use crate::output::Style;

/// The settings and the output of one command.
pub(crate) struct Context {
    pub(crate) config: Config,
    pub(crate) out: Box<dyn Write>,
    pub(crate) style: Style,
    /// Whether the result is to be JSON.
    pub(crate) json: bool,
    /// Whether text shows every figure.
    pub(crate) full: bool,
    /// Whether to leave out notes and progress.
    pub(crate) quiet: bool,
    /// The width that text may take.
    pub(crate) columns: usize,
}

impl Context {
    pub(crate) fn new(global: &Global, flags: Vec<Flag>) -> Result<Self> {
        let mut all = global.flags();
        all.extend(flags);
        let context = Self::of_config(global, Config::resolve(&Sources::from_system(all)?)?);
        for problem in context.config.warnings() {
            context.note(&problem.to_string());
        }
        Ok(context)
    }

    pub(crate) fn of_config(global: &Global, config: Config) -> Self {
        let style = match config.output_color() {
            "always" => Style::Color,
            "never" => Style::Plain,
            _ if io::stdout().is_terminal() => Style::Color,
            _ => Style::Plain,
        };
        let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let columns = columns.or_else(terminal_columns);
        Self {
            config,
            out: Box::new(BufWriter::new(io::stdout().lock())),
            style,
            json: global.json,
            full: global.full,
            quiet: global.quiet,
            columns: columns.unwrap_or(COLUMNS).max(COLUMNS_LEAST),
        }
    }

    pub(crate) fn session(&self) -> Result<Session> {
        Ok(Session::new(self.config.clone())?)
    }

    /// Says something beside the result.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            let label = Style::of_stderr(self.style).dim("note:");
            // Nothing is left to tell if standard error is gone.
            let _ = writeln!(io::stderr(), "{label} {text}");
        }
    }

    /// Says what should not be overlooked.
    pub(crate) fn warn(&self, text: &str) {
        let label = Style::of_stderr(self.style).warning("warning:");
        // Nothing is left to tell if standard error is gone.
        let _ = writeln!(io::stderr(), "{label} {text}");
    }

    /// Writes a value as JSON, on one line.
    pub(crate) fn write_json(&mut self, value: &impl serde::Serialize) -> Result<()> {
        serde_json::to_writer(&mut self.out, value).map_err(io::Error::from)?;
        writeln!(self.out)?;
        Ok(self.out.flush()?)
    }
}

/// Width of text where there is no terminal.
const COLUMNS: usize = 100;
/// Least width that text is set in; narrower terminals break its lines.
const COLUMNS_LEAST: usize = 40;

/// Returns the width of the terminal that standard output is, if it is one that says so.
#[cfg(unix)]
fn terminal_columns() -> Option<usize> {
    let mut size = libc::winsize { ws_row: 0, ws_col: 0, ws_xpixel: 0, ws_ypixel: 0 };
    #[expect(unsafe_code, reason = "the standard library does not ask terminals for their size")]
    // SAFETY: the request writes one `winsize`, which outlives the call.
    let answer = unsafe { libc::ioctl(libc::STDOUT_FILENO, libc::TIOCGWINSZ, &raw mut size) };
    (answer == 0 && size.ws_col > 0).then(|| size.ws_col.into())
}

#[cfg(not(unix))]
fn terminal_columns() -> Option<usize> {
    None
}

/// Returns a token that Ctrl-C and a request to terminate cancel; a second Ctrl-C ends at once.
pub(crate) fn cancelled_by_signals() -> CancelToken {
    let token = CancelToken::default();
    let shared = token.clone();
    let handler = move || {
        if shared.is_cancelled() {
            std::process::exit(crate::failure::INTERRUPTED.into());
        }
        shared.cancel();
    };
    // Without a handler the process ends at the first signal, which loses nothing written.
    let _ = ctrlc::set_handler(handler);
    token
}
