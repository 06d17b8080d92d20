//! Programs run for people: values and what is printed on standard output, messages on standard
//! error, in the order in which they come.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use bolt_lyra::{Note, Session, Value, sym};
use bolt_lyra_syntax::Expr;

use super::guard::End;
use super::program::{Run, Source, parse};
use super::{Form, diagnostics};
use crate::context::Context;
use crate::output::Style;

/// What is printed waits so long at most for more, so that not every line costs a system call.
const DELAY: Duration = Duration::from_millis(20);

/// The two streams, shared with the session, which prints while it evaluates.
#[derive(Clone)]
pub(super) struct Screen {
    state: Arc<Mutex<State>>,
    /// Set where nobody reads any more: the evaluation is of no use.
    interrupt: Arc<AtomicBool>,
}

struct State {
    out: BufWriter<io::Stdout>,
    /// Whether something waits.
    waits: bool,
    /// Whether a thread writes what waits.
    is_served: bool,
    error: Option<io::Error>,
}

impl Screen {
    /// Shows what a session prints and tells.
    pub(super) fn of(session: &mut Session) -> Self {
        let out = BufWriter::new(io::stdout());
        let state = State { out, waits: false, is_served: false, error: None };
        let screen = Self { state: Arc::new(Mutex::new(state)), interrupt: session.interrupt() };
        let shared = screen.clone();
        session.listen(move |note| shared.note(note));
        screen
    }

    fn with(&self, write: impl FnOnce(&mut State) -> io::Result<()>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.error.is_none()
            && let Err(error) = write(&mut state)
        {
            state.error = Some(error);
            self.interrupt.store(true, Ordering::Relaxed);
        }
    }

    fn note(&self, note: Note) {
        match note {
            Note::Printed(line) => {
                self.line(&line);
                self.serve();
            }
            Note::Message { name, text } => self.error(&format!("{name}: {text}\n")),
        }
    }

    /// Has what waits written soon, however long the evaluation goes on.
    fn serve(&self) {
        let is_served = |state: &mut State| std::mem::replace(&mut state.is_served, true);
        if is_served(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner)) {
            return;
        }
        let screen = self.clone();
        // It ends with the process. Where no thread can be had, lines wait for the value.
        let _ = std::thread::Builder::new().name("lyra-output".to_owned()).spawn(move || {
            loop {
                screen.with(|state| match std::mem::take(&mut state.waits) {
                    true => state.out.flush(),
                    false => Ok(()),
                });
                std::thread::sleep(DELAY);
            }
        });
    }

    /// Writes a line to standard output.
    pub(super) fn line(&self, line: &str) {
        self.with(|state| {
            state.waits = true;
            writeln!(state.out, "{line}")
        });
    }

    /// Writes to standard error, after what was written to standard output.
    pub(super) fn error(&self, text: &str) {
        self.with(|state| {
            state.out.flush()?;
            // Nothing is left to tell if standard error is gone.
            let _ = io::stderr().write_all(text.as_bytes());
            Ok(())
        });
    }

    /// Tells what ended an evaluation from outside.
    pub(super) fn end(&self, end: Option<&End>) {
        if let Some((name, text)) = end.map(End::message) {
            self.error(&format!("{name}: {text}\n"));
        }
    }

    /// Writes what waits.
    ///
    /// # Errors
    /// If anything could not be written.
    pub(super) fn flush(&self) -> io::Result<()> {
        self.with(|state| state.out.flush());
        let error = &mut self.state.lock().unwrap_or_else(PoisonError::into_inner).error;
        error.take().map_or(Ok(()), Err)
    }
}

/// The most lines that the axes of a drawing enclose.
const DRAWING_LINES: usize = 22;

/// How values are shown, and where.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub(super) form: Form,
    pub(super) style: Style,
}

/// Returns a drawing as text, if the value is one and there is a terminal to show it on.
fn picture(session: &mut Session, value: &Value, style: Style) -> Option<String> {
    if !session.is_drawing(value) || !io::stdout().is_terminal() {
        return None;
    }
    let has_all = std::env::var("COLORTERM").is_ok_and(|c| c == "truecolor" || c == "24bit");
    let colors = match style.is_colored() {
        false => 0,
        true if has_all => 1 << 24,
        true => 256,
    };
    session.to_text(value, style.columns(), DRAWING_LINES, colors).ok().flatten()
}

/// Returns how a value is shown, `None` for `Null`.
pub(super) fn shown(session: &mut Session, value: &Value, look: Look) -> Option<String> {
    let Look { form, style } = look;
    if value.is(sym::Null) {
        return None;
    }
    if form == Form::Output
        && let Some(picture) = picture(session, value, style)
    {
        return Some(picture);
    }
    Some(match form {
        Form::Output => session.show(value).unwrap_or_else(|_| session.shown(value)),
        Form::Input => session.input_form(value),
        Form::Full => session.full_form(value),
        Form::Tex => tex(session, value),
    })
}

/// Returns a value in the form of TeX, which the session itself writes.
fn tex(session: &mut Session, value: &Value) -> String {
    let [function, form] = ["ToString", "TeXForm"].map(Expr::symbol);
    let (function, form) = (session.read(&function), session.read(&form));
    let line = Value::call(function, [value.clone(), form]);
    match session.evaluate_line(&line) {
        Ok(Value::String(text)) => text.to_string(),
        _ => session.input_form(value),
    }
}

pub(super) fn run(
    run: &mut Run,
    sources: &[Source],
    form: Form,
    context: Context,
) -> Result<ExitCode> {
    let look = Look { form, style: context.style };
    let style = context.style.of_stderr();
    // The session prints too; the lock on standard output is given back.
    drop(context);
    let screen = Screen::of(&mut run.session);
    let (parses, broken) = parse(sources);
    for (source, parse) in sources.iter().zip(&parses) {
        screen.error(&diagnostics::shown(source, &parse.diagnostics, style));
    }
    if let Some(code) = broken {
        return Ok(code);
    }
    for (source, parse) in sources.iter().zip(&parses) {
        let ended = run.evaluate(source, &parse.exprs, |session, guard, line| {
            screen.end(line.end.as_ref());
            if let Some(text) = line.value.and_then(|value| shown(session, &value, look)) {
                screen.line(&text);
            }
            let late = guard.take();
            screen.end(late.as_ref());
            screen.flush().map(|()| late)
        })?;
        if let Some(code) = ended {
            return Ok(code);
        }
    }
    Ok(ExitCode::SUCCESS)
}
