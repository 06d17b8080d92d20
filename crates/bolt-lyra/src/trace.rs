//! What is told of an evaluation while it goes on: the steps it takes, and what is being evaluated.
//!
//! The evaluator reports to an [`Inspection`] only while there is one, which costs one look each
//! time an expression is evaluated.

use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::Symbol;
use crate::value::{Args, Value};

/// What looks at an evaluation.
#[derive(Debug, Default)]
pub(crate) struct Inspection {
    /// The evaluations whose steps are recorded, each inside of the one before.
    frames: Vec<Frame>,
    /// Whether steps are recorded.
    traces: bool,
    /// Whether expressions are recorded before their parts are evaluated, too.
    originals: bool,
    /// What is being evaluated, if that is kept; the innermost last.
    stack: Option<Vec<Value>>,
}

/// What an evaluation has come to so far.
#[derive(Debug, Default)]
struct Frame {
    items: Vec<Item>,
    last: Option<Value>,
}

/// A part of what was recorded.
#[derive(Debug, Clone)]
pub(crate) enum Item {
    /// An expression on the way.
    Form {
        value: Value,
        /// The symbol whose definition gave it.
        by: Option<Symbol>,
        /// The symbol whose definition was applied to it.
        to: Option<Symbol>,
    },
    /// The evaluation of a part.
    Inner(Vec<Item>),
}

impl Frame {
    /// Records a step from one expression to another. What was recorded since `mark` happened in
    /// between.
    fn step(&mut self, mark: usize, from: &Value, result: Option<&Value>, symbol: Option<Symbol>) {
        match self.items.iter_mut().rev().find(|item| matches!(item, Item::Form { .. })) {
            Some(Item::Form { to, .. }) if self.last.as_ref() == Some(from) => *to = symbol,
            _ => {
                let form = Item::Form { value: from.clone(), by: None, to: symbol };
                self.items.insert(mark.min(self.items.len()), form);
            }
        }
        self.last = Some(from.clone());
        if let Some(result) = result {
            self.items.push(Item::Form { value: result.clone(), by: symbol, to: None });
            self.last = Some(result.clone());
        }
    }

    /// Takes over the evaluation of a part, or of what this one has come to.
    fn take(&mut self, inner: Self) {
        let mut items = inner.items;
        if items.is_empty() {
            return;
        }
        let goes_on = match items.first_mut() {
            Some(Item::Form { value, by, .. }) if self.last.as_ref() == Some(value) => {
                if let Some(Item::Form { by: known, .. }) = self.items.pop() {
                    *by = known;
                }
                true
            }
            _ => false,
        };
        match goes_on {
            true => {
                self.items.extend(items);
                self.last = inner.last;
            }
            false => self.items.push(Item::Inner(items)),
        }
    }
}

impl Session {
    /// Keeps what is being evaluated from now on.
    pub(crate) fn keep_stack(&mut self) {
        self.inspection.get_or_insert_default().stack.get_or_insert_default();
    }

    /// Returns what is being evaluated, the innermost last.
    pub(crate) fn stack(&self) -> &[Value] {
        let stack = self.inspection.as_ref().and_then(|inspection| inspection.stack.as_deref());
        stack.unwrap_or_default()
    }

    /// Evaluates something and returns what was recorded of that.
    pub(crate) fn traced(
        &mut self,
        value: &Value,
        originals: bool,
    ) -> Evaluated<(Value, Vec<Item>)> {
        let before = std::mem::take(&mut self.inspection).unwrap_or_default();
        let is_compiling = std::mem::replace(&mut self.is_compiling, false);
        self.inspection = Some(Box::new(Inspection {
            frames: vec![Frame::default()],
            traces: true,
            originals,
            stack: before.stack.clone(),
        }));
        let result = self.evaluate(value);
        self.is_compiling = is_compiling;
        let recorded = std::mem::take(&mut self.inspection);
        let kept = before.traces || before.stack.is_some();
        self.inspection = kept.then_some(before);
        let items = recorded.and_then(|mut recorded| recorded.frames.pop());
        let items = match items.map(|frame| frame.items).unwrap_or_default() {
            mut items if items.len() == 1 => match items.remove(0) {
                Item::Inner(inner) => inner,
                form @ Item::Form { .. } => vec![form],
            },
            items => items,
        };
        Ok((result?, items))
    }

    /// Returns whether steps are recorded.
    pub(crate) fn is_traced(&self) -> bool {
        self.inspection.as_ref().is_some_and(|inspection| inspection.traces)
    }

    /// Evaluates something in a frame of its own.
    pub(crate) fn inspected(
        &mut self,
        value: &Value,
        run: impl FnOnce(&mut Self) -> Evaluated,
    ) -> Evaluated {
        if let Some(inspection) = &mut self.inspection {
            inspection.stack.iter_mut().for_each(|stack| stack.push(value.clone()));
            if inspection.traces {
                let mut frame = Frame::default();
                if inspection.originals {
                    frame.step(0, value, None, None);
                }
                inspection.frames.push(frame);
            }
        }
        let result = run(self);
        if let Some(inspection) = &mut self.inspection {
            inspection.stack.iter_mut().for_each(|stack| drop(stack.pop()));
            if inspection.traces
                && let Some(inner) = inspection.frames.pop()
                && let Some(outer) = inspection.frames.last_mut()
            {
                let only_original = inspection.originals && inner.items.len() == 1;
                if !only_original || value.as_call().is_some() {
                    outer.take(inner);
                }
            }
        }
        result
    }

    /// Returns where what is recorded next will stand.
    pub(crate) fn trace_mark(&self) -> usize {
        let frame = self.inspection.as_ref().and_then(|inspection| inspection.frames.last());
        frame.map_or(0, |frame| frame.items.len())
    }

    /// Records a step of the evaluation that is innermost.
    pub(crate) fn trace_step(
        &mut self,
        mark: usize,
        from: &Value,
        result: Option<&Value>,
        symbol: Option<Symbol>,
    ) {
        let frame = self.inspection.as_mut().and_then(|inspection| inspection.frames.last_mut());
        if let Some(frame) = frame {
            frame.step(mark, from, result, symbol);
        }
    }

    /// Records what a round of rewriting has done to an expression.
    pub(crate) fn trace_round(&mut self, form: &Value, mark: usize, step: &Step) {
        let symbol = form.as_call().and_then(|call| call.head().as_symbol());
        match step {
            Step::Same => self.trace_final(form),
            Step::Again(result) | Step::Done(result) => {
                self.trace_step(mark, form, Some(result), symbol);
            }
        }
    }

    /// Records that a function was applied to the elements of lists.
    pub(crate) fn trace_threads(&mut self, head: &Value, args: &Args, result: &Value) {
        if self.inspection.is_some() {
            let form = Value::call(head.clone(), args.clone());
            let mark = self.trace_mark();
            self.trace_step(mark, &form, Some(result), head.as_symbol());
        }
    }

    /// Records what an expression has become whose parts were evaluated, if any was.
    fn trace_final(&mut self, value: &Value) {
        let frame = self.inspection.as_mut().and_then(|inspection| inspection.frames.last_mut());
        if let Some(frame) = frame
            && !frame.items.is_empty()
            && frame.last.as_ref() != Some(value)
        {
            let mark = frame.items.len();
            frame.step(mark, value, None, None);
        }
    }
}
