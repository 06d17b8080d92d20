//! Errors as people read them, and the exit codes they end in.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Error;
use bolt_kernel::FormulaError;
use bolt_market::formulas::StrategyError;
use bolt_session::SessionError;

use crate::output::Style;

/// What was asked for cannot be done: the request, the data, a file or the machine is not as it must be.
pub(crate) const FAILED: u8 = 2;
/// The user stopped it.
pub(crate) const INTERRUPTED: u8 = 130;

/// Prints an error and returns the exit code.
pub(crate) fn report(error: &Error) -> ExitCode {
    if is_broken_pipe(error) {
        // The reader has seen enough.
        return ExitCode::SUCCESS;
    }
    let text = explain(error, Style::of_errors());
    // Nothing is left to tell if standard error is gone.
    let _ = write!(io::stderr(), "{text}");
    ExitCode::from(FAILED)
}

/// Writes an error to standard error, folded where a terminal is narrow.
pub(crate) fn tell(text: &str) {
    let text = Style::of_errors().fold_lines(&format!("error: {text}"));
    // Nothing is left to tell if standard error is gone.
    let _ = writeln!(io::stderr(), "{}", text.trim_end());
}

/// Ends the program where the operating system gives it no more memory, which happens beyond limits
/// of the process; beyond those of control groups it would be killed.
///
/// Only a system call writes, and nothing is flushed or dropped: this is called in the middle of an
/// allocation, whichever locks are held.
pub(crate) fn out_of_memory() {
    const TEXT: &str = "error: the operating system gives this process no more memory\n  \
                        hint: `bolt diagnostics hardware` shows the limits of the process; raise \
                        them (`ulimit -v`, `ulimit -d`), or lower `memory.limit`\n";
    static TOLD: AtomicBool = AtomicBool::new(false);
    while TOLD.swap(true, Ordering::Relaxed) {
        // Another thread is about to end the process.
        std::thread::sleep(Duration::from_secs(1));
    }
    #[cfg(unix)]
    {
        #[expect(unsafe_code, reason = "the standard library's streams have locks and buffers")]
        // SAFETY: the text has so many bytes; the process ends without running any more code.
        unsafe {
            libc::write(libc::STDERR_FILENO, TEXT.as_ptr().cast(), TEXT.len());
            libc::_exit(FAILED.into())
        }
    }
    #[cfg(not(unix))]
    {
        let _ = io::stderr().write_all(TEXT.as_bytes());
        std::process::exit(FAILED.into())
    }
}

fn is_broken_pipe(error: &Error) -> bool {
    let of_session = match error.downcast_ref::<SessionError>() {
        Some(SessionError::Output(error)) => Some(error),
        _ => None,
    };
    let io = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    io.chain(of_session).any(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Returns what is to be told, in lines that fit.
fn explain(error: &Error, style: Style) -> String {
    let strategy = error.downcast_ref::<StrategyError>();
    let (context, strategy) = match error.downcast_ref::<SessionError>() {
        Some(SessionError::Strategy(error)) => (None, Some(error)),
        Some(SessionError::Combination { combination, error }) => (Some(combination), Some(error)),
        _ => (None, strategy),
    };
    let Some(StrategyError::Formula { place, text, errors }) = strategy else {
        return format!("{}\n", style.fold_lines(&format!("error: {}", chain(error))));
    };
    let mut out = String::new();
    for error in errors {
        let FormulaError { span, message, hint } = error;
        let span = span.start as usize..span.end as usize;
        let hint = hint.as_deref();
        let finding = Finding { label: "error", place, text, span, message, hint };
        out.push_str(&finding.shown(style));
    }
    if let Some(combination) = context {
        let _ = writeln!(out, "  with {combination}");
    }
    out
}

/// Returns an error with its causes, but for those that a message repeats.
fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text.replace("\nhint: ", "\n  hint: ")
}

/// What is wrong with a text, and where.
#[derive(Debug)]
pub(crate) struct Finding<'t> {
    /// `error` or `warning`.
    pub(crate) label: &'t str,
    /// What the text is, or where in it this is.
    pub(crate) place: &'t str,
    pub(crate) text: &'t str,
    /// The bytes that are marked.
    pub(crate) span: std::ops::Range<usize>,
    pub(crate) message: &'t str,
    pub(crate) hint: Option<&'t str>,
}

impl Finding<'_> {
    /// Returns what is wrong above the line of the text, with carets below the part that is. Of a
    /// long line the part around it is shown.
    pub(crate) fn shown(&self, style: Style) -> String {
        let Self { label, place, text, span, message, hint } = self;
        let start = floor_boundary(text, span.start);
        let end = floor_boundary(text, span.end).max(start);
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let before = text[line_start..start].chars().count();
        let marked = text[start..end.min(line_end).max(start)].chars().count().max(1);
        let indent = place.chars().count();
        let room = style.width().map_or(LINE_MAX, |columns| {
            // Beside the place, and the dots for what is left out.
            columns.saturating_sub(indent + 10).clamp(LINE_LEAST, LINE_MAX)
        });
        let line = text[line_start..line_end].trim_end_matches('\r').replace('\t', " ");
        let (line, before, marked) = excerpt(&line, before, marked, room);
        let mut out = style.fold_lines(&format!("{label}: {message}"));
        let (space, carets) = (" ".repeat(before), "^".repeat(marked));
        let _ = write!(out, "\n  {place}: {line}\n  {}  {space}{carets}\n", " ".repeat(indent));
        if let Some(hint) = hint {
            let _ = writeln!(out, "{}", style.fold_lines(&format!("  hint: {hint}")));
        }
        out
    }
}

/// Characters of a formula's line that are shown at most, and where there is little room.
const LINE_MAX: usize = 160;
const LINE_LEAST: usize = 20;
/// Characters of it before the part that is marked.
const BEFORE_MAX: usize = 40;

/// Returns the part of a line around `marked` characters, those before it and those marked of it;
/// dots stand for what there is no room for.
fn excerpt(line: &str, before: usize, marked: usize, room: usize) -> (String, usize, usize) {
    let length = line.chars().count();
    if length <= room {
        return (line.to_owned(), before, marked);
    }
    let first = before.saturating_sub(BEFORE_MAX.min(room / 3));
    let last = (first + room).min(length);
    let shown: String = line.chars().skip(first).take(last - first).collect();
    let dots = |cut: bool| if cut { "..." } else { "" };
    let (left, right) = (dots(first > 0), dots(last < length));
    let before = before - first + left.len();
    let marked = marked.min(left.len() + last - first - before).max(1);
    (format!("{left}{shown}{right}"), before, marked)
}

fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, before: usize, marked: usize, expected: &str) {
        let (shown, before, marked) = excerpt(line, before, marked, LINE_MAX);
        assert_eq!(shown.chars().skip(before).take(marked).collect::<String>(), expected);
        assert!(shown.chars().count() <= LINE_MAX + 6);
    }

    #[test]
    fn an_excerpt_fits_where_there_is_little_room() {
        for room in [20, 46] {
            let line = format!("{}MARK{}", "ä".repeat(50), "b".repeat(50));
            let (shown, before, marked) = excerpt(&line, 50, 4, room);
            let left = format!("...{}MARKb", "ä".repeat(room / 3));
            assert!(shown.starts_with(&left), "{shown}");
            assert_eq!(shown.chars().count(), room + 6, "{shown}");
            assert_eq!(shown.chars().skip(before).take(marked).collect::<String>(), "MARK");
        }
    }

    #[test]
    fn an_excerpt_has_what_is_marked() {
        check("close > 1", 0, 5, "close");
        let long = format!("{}mark{}", "ä".repeat(500), "b".repeat(500));
        check(&long, 500, 4, "mark");
        check(&long, 0, 3, "äää");
        check(&long, 1003, 1, "b");
        // What is marked is longer than what is shown.
        check(&long, 499, 505, &format!("ämark{}", "b".repeat(115)));
    }
}
