//! What the pages of diagnostics are made of.

use std::fmt::Display;
use std::io::{self, Write};

use bolt_hardware::{Reading, Unavailable};

use crate::output::{Style, Table};

/// Returns a reading as text: its value, or why there is none.
pub(super) fn shown<T: Display>(reading: &Reading<T>) -> String {
    reading.as_ref().map_or_else(Unavailable::to_string, T::to_string)
}

/// Returns a reading that may be of nothing.
pub(super) fn shown_or<T: Display>(reading: &Reading<Option<T>>, none: &str) -> String {
    match reading {
        Ok(Some(value)) => value.to_string(),
        Ok(None) => none.to_owned(),
        Err(why) => why.to_string(),
    }
}

/// Text of sections: a title, and names with their values or a table.
pub(super) struct Page<'a> {
    pub(super) out: &'a mut dyn Write,
    pub(super) style: Style,
}

impl Page<'_> {
    pub(super) fn facts<const N: usize>(
        &mut self,
        title: &str,
        facts: [(&str, String); N],
    ) -> io::Result<()> {
        let mut table = Table::new(["", "~"]);
        for (name, value) in facts {
            table.push([format!("  {name}"), value]);
        }
        self.table(title, &table)
    }

    pub(super) fn table(&mut self, title: &str, table: &Table) -> io::Result<()> {
        writeln!(self.out, "{}", self.style.bold(title))?;
        table.write(self.out, self.style)?;
        writeln!(self.out)
    }
}
