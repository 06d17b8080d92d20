//! Writing HTML into a string.

use std::fmt;

/// Appends formatted text to a string.
macro_rules! html {
    ($out:expr, $($argument:tt)*) => {{
        use std::fmt::Write as _;
        write!($out, $($argument)*).expect("a string can be written to")
    }};
}
pub(super) use html;

/// Text that is safe inside an element and inside a quoted attribute.
pub(super) struct Escaped<'a>(pub(super) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
            f.write_str(&rest[..at])?;
            f.write_str(match rest.as_bytes()[at] {
                b'&' => "&amp;",
                b'<' => "&lt;",
                b'>' => "&gt;",
                b'"' => "&quot;",
                _ => "&#39;",
            })?;
            rest = &rest[at + 1..];
        }
        f.write_str(rest)
    }
}

/// Appends the opening of a section: its element, heading and remark.
pub(super) fn open_section(out: &mut String, id: usize, class: &str, title: &str, note: &str) {
    html!(out, "<section class=\"{class}\" id=\"s{id}\"><h2>{}</h2>\n", Escaped(title));
    if !note.is_empty() {
        html!(out, "<p class=\"note\">{}</p>\n", Escaped(note));
    }
}

/// Appends the end of a section.
pub(super) fn close_section(out: &mut String) {
    out.push_str("</section>\n");
}
