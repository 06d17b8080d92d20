//! Definitions expanded in an expression of another language: formulas of strategies use functions
//! that a program defines, and keep all else as it is.

use crate::session::{Evaluated, Session};
use crate::symbol::Symbol;
use crate::value::{Args, Value, grown};

/// How many definitions are expanded at most, one within another.
const DEPTH_MAX: usize = 200;

impl Session {
    /// Returns an expression with what was defined in this session in place of its name: calls of
    /// functions and symbols that have a value. What is built in is not evaluated, unless a
    /// definition does. `None` if nothing of it was defined here, or if definitions go on without
    /// end.
    ///
    /// # Errors
    /// What ends the evaluation of a definition.
    pub fn expand(&mut self, value: &Value) -> Evaluated<Option<Value>> {
        let expanded = self.with_definitions(value, DEPTH_MAX)?;
        Ok((expanded != *value).then_some(expanded))
    }

    fn is_defined(&self, symbol: Symbol, is_call: bool) -> bool {
        let is_own = &*self.names.full(symbol).context != "System`";
        let has = |definition: &crate::definition::Definition| match is_call {
            true => !definition.down.is_empty() || definition.has_own(),
            false => definition.has_own(),
        };
        is_own && self.definition(symbol).is_some_and(has)
    }

    fn with_definitions(&mut self, value: &Value, left: usize) -> Evaluated {
        let once = match value {
            Value::Call(call) => {
                let parts = grown(call.depth(), || {
                    let expanded = |arg: &Value| self.with_definitions(arg, left);
                    call.args().iter().map(expanded).collect::<Evaluated<Args>>()
                });
                let with_parts = Value::call(call.head().clone(), parts?);
                match call.head().as_symbol() {
                    Some(head) if self.is_defined(head, true) => self.evaluate(&with_parts)?,
                    _ => return Ok(with_parts),
                }
            }
            _ => match value.as_symbol() {
                Some(symbol) if self.is_defined(symbol, false) => self.evaluate(value)?,
                _ => return Ok(value.clone()),
            },
        };
        match left.checked_sub(1) {
            Some(left) if once != *value => self.with_definitions(&once, left),
            _ => Ok(once),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(definitions: &str, formula: &str, expected: &str) {
        let mut session = Session::new();
        for expr in &bolt_lyra_syntax::parse(definitions).exprs {
            let value = session.read(expr);
            session.evaluate_line(&value).expect("no definition quits");
        }
        let parsed = bolt_lyra_syntax::parse(formula);
        let value = session.read(&parsed.exprs[0]);
        let expanded = session.expand(&value).expect("no definition ends it");
        let shown = expanded.map_or_else(|| "nothing".to_owned(), |e| session.input_form(&e));
        assert_eq!(shown, expected, "{formula}");
    }

    #[test]
    fn definitions_are_expanded_and_all_else_is_left() {
        check(
            "cross[a_, b_] := SMA[close, a] > SMA[close, b]",
            "cross[5, 20]",
            "SMA[close, 5] > SMA[close, 20]",
        );
        check("n = 10;", "TsMax[high, n] + 1 + 1", "TsMax[high, 10] + 1 + 1");
        check(
            "f[x_] := g[x]; g[x_] := RSI[x, 14]",
            "If[f[close] > 70, 1, f[open]]",
            "If[RSI[close, 14] > 70, 1, RSI[open, 14]]",
        );
        check(
            "f[x_] := If[x > 0, f2[x], 0]; f2[x_] := x^2",
            "f[close]",
            "If[close > 0, close^2, 0]",
        );
        check("f[n_Integer] := SMA[close, n]", "f[fast]", "nothing");
        check("f[x_] := x", "close / 2 - open", "nothing");
    }
}
