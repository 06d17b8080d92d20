//! Colours and width of text.

use std::io::{self, IsTerminal};

use super::fold::fold;

/// How text is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Style {
    /// Whether there are terminal escapes.
    is_colored: bool,
    /// The columns that there are, if something says how many: a terminal, or `COLUMNS`.
    width: Option<usize>,
}

/// Width of figures where nothing says how wide lines may be.
const COLUMNS: usize = 100;
/// Least width that text is set in; narrower terminals break its lines.
const COLUMNS_LEAST: usize = 40;

impl Style {
    /// Returns the style of errors, which are told without a command's settings: no colours.
    pub(crate) fn of_errors() -> Self {
        Self { is_colored: false, width: columns_of(Stream::Error) }
    }

    /// Returns the style of standard output; `color` is `always`, `never` or `auto`.
    pub(crate) fn of_stdout(color: &str) -> Self {
        let is_colored = match color {
            "always" => true,
            "never" => false,
            _ => io::stdout().is_terminal(),
        };
        Self { is_colored, width: columns_of(Stream::Output) }
    }

    /// Returns the style of standard error beside that of standard output.
    pub(crate) fn of_stderr(self) -> Self {
        let is_colored = self.is_colored && io::stderr().is_terminal();
        Self { is_colored, ..Self::of_errors() }
    }

    /// Returns whether there are terminal escapes.
    pub(crate) fn is_colored(self) -> bool {
        self.is_colored
    }

    /// Returns the width that lines must fit in, if there is one.
    pub(crate) fn width(self) -> Option<usize> {
        self.width
    }

    /// Returns the width that lines may take.
    pub(crate) fn columns(self) -> usize {
        self.width.unwrap_or(COLUMNS)
    }

    /// Breaks text between words into lines that fit; those after the first are indented.
    pub(crate) fn fold(self, text: &str, indent: usize) -> String {
        let Some(width) = self.width else { return text.to_owned() };
        let separator = format!("\n{}", " ".repeat(indent));
        fold(text, width, width - indent).join(&separator)
    }

    /// Breaks each line of a text into lines that fit; those after the first are a little further in.
    pub(crate) fn fold_lines(self, text: &str) -> String {
        let fold = |line: &str| {
            let indent = line.len() - line.trim_start_matches(' ').len();
            self.fold(line, indent + 2)
        };
        text.lines().map(fold).collect::<Vec<_>>().join("\n")
    }

    pub(crate) fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    pub(crate) fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    pub(crate) fn warning(self, text: &str) -> String {
        self.paint("33", text)
    }

    fn paint(self, code: &str, text: &str) -> String {
        match self.is_colored {
            true => format!("\x1b[{code}m{text}\x1b[0m"),
            false => text.to_owned(),
        }
    }
}

/// Where text goes.
#[derive(Debug, Clone, Copy)]
enum Stream {
    Output,
    Error,
}

/// Returns the columns that there are, if something says how many: `COLUMNS`, or a terminal.
fn columns_of(stream: Stream) -> Option<usize> {
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let columns: Option<usize> = columns.or_else(|| terminal_columns(stream));
    columns.map(|columns| columns.max(COLUMNS_LEAST))
}

/// Returns the width of the terminal that a stream is, if it is one that says so.
#[cfg(unix)]
fn terminal_columns(stream: Stream) -> Option<usize> {
    let descriptor = match stream {
        Stream::Output => libc::STDOUT_FILENO,
        Stream::Error => libc::STDERR_FILENO,
    };
    let mut size = libc::winsize { ws_row: 0, ws_col: 0, ws_xpixel: 0, ws_ypixel: 0 };
    #[expect(unsafe_code, reason = "the standard library does not ask terminals for their size")]
    // SAFETY: the request writes one `winsize`, which outlives the call.
    let answer = unsafe { libc::ioctl(descriptor, libc::TIOCGWINSZ, &raw mut size) };
    (answer == 0 && size.ws_col > 0).then(|| size.ws_col.into())
}

#[cfg(not(unix))]
fn terminal_columns(_: Stream) -> Option<usize> {
    None
}

#[cfg(test)]
impl Style {
    /// Returns a style without colours.
    pub(super) fn plain(width: Option<usize>) -> Self {
        Self { is_colored: false, width }
    }
}
