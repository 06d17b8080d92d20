//! Lines of a dialogue: `In[n]`, `Out[n]`, `%`.

use std::collections::BTreeMap;

use crate::session::Session;
use crate::symbol::sym;
use crate::value::Value;

/// Messages of a line whose names are kept.
const MESSAGES_MAX: usize = 1_000;

/// What was typed and what came out, by number of line.
#[derive(Debug, Default)]
pub(crate) struct History {
    inputs: BTreeMap<i64, Value>,
    outputs: BTreeMap<i64, Value>,
    /// The names of the messages of lines that told any.
    messages: BTreeMap<i64, Value>,
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
        for side in [&mut self.inputs, &mut self.outputs, &mut self.messages] {
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
        let body = self.passed_to(sym::Pre, body);
        let result = self.evaluate_line(&body)?;
        let result = match self.own(sym::Post) {
            Some(_) => {
                let line = self.passed_to(sym::Post, result);
                self.evaluate_line(&line)?
            }
            None => result,
        };
        // The line may have changed its own number.
        let line = self.line();
        self.history.outputs.insert(line, result.clone());
        let told = self.messages_so_far();
        if told.as_list().is_some_and(|told| !told.is_empty()) {
            self.history.messages.insert(line, told);
        }
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
        self.leave("the history of the session");
        let line = if line > 0 { line } else { self.line().saturating_add(line) };
        self.history.side(side).get(&line).cloned()
    }

    /// Returns a call of the value of a symbol, such as `$Pre`, with an expression; without a value,
    /// the expression.
    fn passed_to(&self, symbol: crate::symbol::Symbol, value: Value) -> Value {
        match self.own(symbol) {
            Some(function) => Value::call(function, [value].as_slice()),
            None => value,
        }
    }

    /// Returns the names of the messages of the current line, as a list.
    pub(crate) fn messages_so_far(&self) -> Value {
        self.own(sym::MessageList).unwrap_or_else(|| Value::list(crate::value::Args::new()))
    }

    /// Begins a line that has told no message.
    pub(crate) fn no_messages_yet(&mut self) {
        if self.messages_so_far().as_list().is_some_and(|told| !told.is_empty()) {
            self.change(sym::MessageList).own = Some(Value::list(crate::value::Args::new()));
        }
    }

    /// Keeps the name of a message that is told.
    pub(crate) fn keep_message(&mut self, symbol: crate::symbol::Symbol, tag: &str) {
        let name = Value::call(sym::MessageName, [Value::Symbol(symbol), Value::string(tag)]);
        let mut told = match self.messages_so_far() {
            Value::Call(told) => crate::value::Args::from(told.args()),
            _ => crate::value::Args::new(),
        };
        if told.len() < MESSAGES_MAX {
            told.push(Value::call(sym::HoldForm, [name].as_slice()));
            self.change(sym::MessageList).own = Some(Value::list(told));
        }
    }

    /// Returns the names of the messages of a line, as a list.
    pub(crate) fn messages_of_line(&self, line: i64) -> Value {
        let line = if line > 0 { line } else { self.line().saturating_add(line) };
        let told = self.history.messages.get(&line).cloned();
        told.unwrap_or_else(|| Value::list(crate::value::Args::new()))
    }

    fn own(&self, symbol: crate::symbol::Symbol) -> Option<Value> {
        self.definition(symbol)?.own.clone()
    }
}
