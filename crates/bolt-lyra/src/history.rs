//! Lines of a dialogue: `In[n]`, `Out[n]`, `%`.

use std::collections::BTreeMap;

use crate::session::Session;
use crate::symbol::sym;
use crate::value::Value;

/// What was typed and what came out, by number of line.
#[derive(Debug, Default)]
pub(crate) struct History {
    inputs: BTreeMap<i64, Value>,
    outputs: BTreeMap<i64, Value>,
}

/// Which side of a dialogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Input,
    Output,
}

impl History {
    fn side(&self, side: Side) -> &BTreeMap<i64, Value> {
        match side {
            Side::Input => &self.inputs,
            Side::Output => &self.outputs,
        }
    }

    /// Forgets the lines before one.
    fn forget_before(&mut self, first: i64) {
        for side in [&mut self.inputs, &mut self.outputs] {
            if side.first_key_value().is_some_and(|(line, _)| *line < first) {
                *side = side.split_off(&first);
            }
        }
    }
}

impl Session {
    /// Evaluates an expression as the next line of a dialogue: it is `In[$Line]` from now on, and
    /// its value `Out[$Line]`, which later lines may refer to as `%`. What ends in `;` has the value
    /// before it as `Out`, and `Null` is returned. Lines beyond the last `$HistoryLength` are
    /// forgotten.
    ///
    /// # Errors
    /// The exit code, if it asks to quit.
    pub fn evaluate_input(&mut self, value: &Value) -> Result<Value, i32> {
        let line = self.line();
        self.history.inputs.insert(line, value.clone());
        let (body, is_silent) = match value.args_of(sym::CompoundExpression) {
            Some([body @ .., Value::Symbol(sym::Null)]) => match body {
                [only] => (only.clone(), true),
                _ => (Value::call(sym::CompoundExpression, body), true),
            },
            _ => (value.clone(), false),
        };
        let result = self.evaluate_line(&body)?;
        // The line may have changed its own number.
        let line = self.line();
        self.history.outputs.insert(line, result.clone());
        if let Some(kept) = self.own(sym::HistoryLength).and_then(|length| length.as_i64()) {
            self.history.forget_before(line.saturating_sub(kept.max(0)).saturating_add(1));
        }
        self.change(sym::Line).own = Some(Value::Integer(line.saturating_add(1)));
        let tells = !is_silent || result.is(sym::Aborted);
        Ok(if tells { result } else { Value::NULL })
    }

    /// Returns the number of the line that is being evaluated or comes next.
    pub fn line(&self) -> i64 {
        self.own(sym::Line).and_then(|line| line.as_i64()).unwrap_or(1)
    }

    /// Returns what was typed or came out at a line; lines up to 0 count back from the current one.
    pub(crate) fn line_of_history(&self, side: Side, line: i64) -> Option<Value> {
        let line = if line > 0 { line } else { self.line().saturating_add(line) };
        self.history.side(side).get(&line).cloned()
    }

    fn own(&self, symbol: crate::symbol::Symbol) -> Option<Value> {
        self.definition(symbol)?.own.clone()
    }
}
