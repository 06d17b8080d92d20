//! From the text of a formula to its syntax tree.

use crate::lower::FormulaError;
use bolt_lyra_syntax::{Expr, Span, parse_expression};

/// Parses a formula.
///
/// The language reads `1e6` as the product of `1` and a symbol `e6`, and `2E-3` as `2 E - 3`. Nobody
/// writes a formula that means that, so both are refused; a product has a space or `*` in it.
///
/// # Errors
/// Everything that is wrong with it, at least one entry.
pub fn parse_formula(source: &str) -> Result<Expr, Vec<FormulaError>> {
    let tree = parse_expression(source).map_err(|diagnostics| {
        let errors = diagnostics.into_iter();
        errors
            .map(|d| FormulaError { span: d.span, message: d.message, hint: d.hint })
            .collect::<Vec<_>>()
    })?;
    let errors = exponents(source, &tree);
    if errors.is_empty() { Ok(tree) } else { Err(errors) }
}

/// Returns an error for each number that is followed by what other languages have for an exponent.
fn exponents(source: &str, tree: &Expr) -> Vec<FormulaError> {
    let mut numbers = Vec::new();
    let mut symbols = Vec::new();
    tree.walk(&mut |expr| {
        if expr.as_number().is_some() {
            numbers.push(expr.span);
        } else if expr.as_symbol().is_some() && !expr.span.is_empty() {
            symbols.push(expr.span);
        }
    });
    let errors = symbols.into_iter().filter_map(|symbol| {
        let digits = exponent(source[symbol.start as usize..].strip_prefix(['e', 'E'])?)?;
        let end = symbol.start + 1 + u32::try_from(digits.len()).ok()?;
        let number =
            numbers.iter().find(|number| number.end == symbol.start && !number.is_empty())?;
        // It may go on as a name: `2epsilon`.
        let (whole, mantissa) = (Span::new(number.start, end), number.text(source));
        let is_whole = end >= symbol.end;
        is_whole.then(|| FormulaError {
            span: whole,
            message: format!(
                "`{}` is a product of `{mantissa}` and `{}` here",
                whole.text(source),
                symbol.text(source)
            ),
            hint: Some(format!(
                "write `{mantissa}*^{}` for a power of ten, a space for a product",
                digits.trim_start_matches('+')
            )),
        })
    });
    errors.collect()
}

/// Returns the sign and the digits that a text begins with, if it does with digits.
fn exponent(text: &str) -> Option<&str> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let rest = unsigned.trim_start_matches(|c: char| c.is_ascii_digit());
    (rest.len() < unsigned.len()).then(|| &text[..text.len() - rest.len()])
}
