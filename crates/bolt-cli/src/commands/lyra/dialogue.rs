//! The dialogue: lines are read, evaluated and numbered until the user ends it.

mod editor;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use bolt_lyra::Session;
use reedline::Signal;

use super::program::{Line, Run, Source};
use super::screen::{Look, Screen, shown};
use super::{Form, diagnostics};
use crate::context::Context;
use crate::output::Style;
use editor::{Name, Names, Prompt, editor};

pub(super) fn run(run: &mut Run, form: Form, context: Context) -> Result<ExitCode> {
    let style = context.style;
    let history = context.config.lyra_history().map(PathBuf::from);
    if !context.quiet {
        let text = format!(
            "Bolt {}. `?Name` explains, Tab completes, Ctrl-D ends.",
            bolt_session::version()
        );
        println_quietly(&style.dim(&text));
    }
    // The session prints too; the lock on standard output is given back.
    drop(context);
    let names = Names::default();
    let mut editor = editor(history, &names, style)?;
    let mut dialogue =
        Dialogue { screen: Screen::of(&mut run.session), form, style, known: 0, names };
    loop {
        dialogue.learn_names(&run.session);
        let prompt = Prompt(format!("In[{}]:= ", run.session.line()));
        match editor.read_line(&prompt).context("cannot read from the terminal")? {
            Signal::Success(text) => {
                if let Some(code) = dialogue.line(run, text)? {
                    return Ok(code);
                }
            }
            Signal::CtrlD => return Ok(ExitCode::SUCCESS),
            // What was typed is dropped.
            _ => {}
        }
    }
}

/// Writes a line; nothing is left to tell if nobody reads.
fn println_quietly(text: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stdout(), "{text}");
}

struct Dialogue {
    screen: Screen,
    form: Form,
    style: Style,
    /// How many symbols the session had when the names were learned.
    known: usize,
    names: Names,
}

impl Dialogue {
    /// Makes the names that are completed those of the session.
    fn learn_names(&mut self, session: &Session) {
        if self.known == session.names().len() {
            return;
        }
        self.known = session.names().len();
        let name = |(symbol, text): (_, String)| {
            let usage = session.usage(symbol).unwrap_or_default();
            Name { text, usage: usage.lines().next().unwrap_or_default().to_owned() }
        };
        let names = session.matching_names("*").into_iter().map(name).collect();
        *self.names.lock().unwrap_or_else(PoisonError::into_inner) = names;
    }

    /// Does what a line asks for; returns the exit code if it ends the session.
    fn line(&mut self, run: &mut Run, text: String) -> Result<Option<ExitCode>> {
        if let Some(question) = text.trim().strip_prefix('?') {
            self.answer(&mut run.session, question);
            self.screen.flush()?;
            return Ok(None);
        }
        let source = Source::new(&format!("In[{}]", run.session.line()), text);
        let parse = bolt_lyra_syntax::parse(&source.text);
        let findings = diagnostics::shown(&source, &parse.diagnostics, self.style.of_stderr());
        self.screen.error(&findings);
        if parse.has_errors() {
            return Ok(None);
        }
        let mut ends = false;
        let code = run.evaluate(&source, &parse.exprs, |session, guard, line| {
            ends = line.value.is_none();
            self.show(session, &line);
            let late = guard.take();
            self.screen.end(late.as_ref());
            self.screen.flush().map(|()| late)
        })?;
        Ok(code.filter(|_| ends))
    }

    fn show(&self, session: &mut Session, line: &Line<'_>) {
        self.screen.end(line.end.as_ref());
        let Some(value) = &line.value else { return };
        let look = Look { form: self.form, style: self.style };
        let Some(text) = shown(session, value, look) else { return };
        let label = format!("Out[{}]= ", session.line() - 1);
        let text = match text.contains('\n') {
            true => format!("{}\n{text}", self.style.dim(label.trim_end())),
            false => format!("{}{text}", self.style.dim(&label)),
        };
        self.screen.line(&text);
    }

    /// Explains the symbol that is named, all of it after a second `?`; lists those that match.
    fn answer(&self, session: &mut Session, question: &str) {
        let (pattern, all) = match question.strip_prefix('?') {
            Some(pattern) => (pattern.trim(), true),
            None => (question.trim(), false),
        };
        let found = session.matching_names(pattern);
        let text = match &found[..] {
            [] => match nearest(session, pattern) {
                Some(near) => format!("There is no symbol `{pattern}`; did you mean `{near}`?"),
                None => format!("There is no symbol `{pattern}`."),
            },
            [(symbol, name)] => {
                let text = session.explain(*symbol, all);
                format!("{}\n{}", self.style.bold(name), self.style.fold_lines(&text))
            }
            _ => {
                let names: Vec<&str> = found.iter().map(|(_, name)| name.as_str()).collect();
                self.style.fold(&names.join("  "), 0)
            }
        };
        self.screen.line(&text);
    }
}

fn nearest(session: &Session, name: &str) -> Option<String> {
    let names: Vec<String> =
        session.matching_names("*").into_iter().map(|(_, name)| name).collect();
    bolt_base::nearest(name, names.iter().map(String::as_str)).map(str::to_owned)
}

/// What the editor has in common with the dialogue.
type Shared<T> = Arc<Mutex<T>>;
