//! The syntax as its users see it: source text to trees, trees to text, findings.

mod code_parser;
mod conformance;
mod deep;
mod diagnostics;
mod input_form;
mod parse;
mod properties;
mod round_trip;
