//! Programs with typed registers as text.

use std::fmt::Write;

use super::code::{Inst, Program};
use crate::session::Session;

/// Shows the instructions, one a line; registers are i0, r0, c0, and is0, rs0 for arrays.
pub(super) fn program(session: &Session, program: &Program) -> String {
    let mut text = String::new();
    for (position, inst) in program.insts.iter().enumerate() {
        let line = match inst {
            Inst::CallR { name, to, of, .. } => {
                let name = session.input_form(&program.names[usize::from(*name)]);
                format!("CallR {{ function: {name}, to: {to}, of: {of} }}")
            }
            other => format!("{other:?}"),
        };
        let _ = writeln!(text, "{position:4}  {}", plain(&line));
    }
    text
}

/// Takes the braces of a record away.
fn plain(record: &str) -> String {
    record.replace(" { ", " ").replace(" }", "").replace(':', "")
}
