//! Colours.

use std::io::{self, IsTerminal};

/// Whether text has colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// Terminal escapes.
    Color,
    /// None.
    Plain,
}

impl Style {
    /// Returns the style of standard error beside that of standard output.
    pub(crate) fn of_stderr(self) -> Self {
        if io::stderr().is_terminal() { self } else { Self::Plain }
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
        match self {
            Self::Color => format!("\x1b[{code}m{text}\x1b[0m"),
            Self::Plain => text.to_owned(),
        }
    }
}
