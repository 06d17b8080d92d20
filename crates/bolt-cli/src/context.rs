//! What every command gets: the settings, and where its output goes.

use std::io::{self, BufWriter, Write};

use anyhow::Result;
use bolt_config::{Config, Flag, Sources};
use bolt_exec::CancelToken;
use bolt_session::Session;
use bolt_sql::{SlowWork, Store};

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
}

impl Context {
    pub(crate) fn new(global: &Global, flags: Vec<Flag>) -> Result<Self> {
        let mut all = global.flags();
        all.extend(flags);
        let context = Self::of_config(
            global,
            Config::resolve(&Sources::from_system(all, global.config.as_deref())?)?,
        );
        for problem in context.config.warnings() {
            context.note(&problem.to_string());
        }
        Ok(context)
    }

    pub(crate) fn of_config(global: &Global, config: Config) -> Self {
        let style = Style::of_stdout(config.output_color());
        Self {
            config,
            out: Box::new(BufWriter::new(io::stdout().lock())),
            style,
            json: global.json,
            full: global.full,
            quiet: global.quiet,
        }
    }

    pub(crate) fn session(&self) -> Result<Session> {
        let session = Session::new(self.config.clone())?;
        session.notes.iter().for_each(|note| self.note(note));
        Ok(session)
    }

    /// Says something beside the result.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            self.say("note:", Style::dim, text);
        }
    }

    /// Says what the store took long for.
    pub(crate) fn tell_slow(&self, store: &Store) {
        for SlowWork { doing, took } in store.slow_work() {
            let most = self.config.store_slow_query().as_secs_f64();
            self.note(&format!(
                "the store took {:.3} s to {doing}; from `store.slow_query`, {most} s, on it is slow",
                took.as_secs_f64()
            ));
        }
    }

    /// Says what should not be overlooked.
    pub(crate) fn warn(&self, text: &str) {
        self.say("warning:", Style::warning, text);
    }

    fn say(&self, label: &str, paint: fn(Style, &str) -> String, text: &str) {
        let style = self.style.of_stderr();
        let text = style.fold_lines(&format!("{label} {text}"));
        // Nothing is left to tell if standard error is gone.
        let _ = writeln!(io::stderr(), "{}{}", paint(style, label), &text[label.len()..]);
    }

    /// Writes a value as JSON, on one line.
    pub(crate) fn write_json(&mut self, value: &impl serde::Serialize) -> Result<()> {
        serde_json::to_writer(&mut self.out, value).map_err(io::Error::from)?;
        writeln!(self.out)?;
        Ok(self.out.flush()?)
    }
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
