//! Trees as text.

mod full_form;
mod input_form;

pub use full_form::to_full_form;
pub use input_form::{to_input_form, to_output_form};

use crate::characters::push_readable;

/// Appends a symbol's name, with characters that cannot be seen written by name.
fn push_symbol(text: &mut String, name: &str) {
    if name.is_ascii() {
        return text.push_str(name);
    }
    name.chars().for_each(|character| push_readable(text, character));
}
