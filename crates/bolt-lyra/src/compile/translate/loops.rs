//! `Do`, `Table`, `While` and `For`.

use triomphe::Arc;

use super::Translator;
use crate::compile::code::{Op, Operand, Region, Register, Variable};
use crate::symbol::{Symbol, sym};
use crate::value::{Call, Value};

/// The instructions of an iteration: those that begin it and that give the next value.
#[derive(Clone, Copy)]
struct Begun {
    iterate: usize,
    next: usize,
}

impl Translator<'_> {
    pub(super) fn repeat(&mut self, call: &Arc<Call>, head: Symbol, to: Register) -> Option<()> {
        let assigned = self.assigned();
        match (head, call.args()) {
            (sym::While, [test]) => self.while_loop(test, &Value::NULL, None, to)?,
            (sym::While, [test, body]) => self.while_loop(test, body, None, to)?,
            (sym::For, [start, test, step, body @ ..]) if body.len() <= 1 => {
                self.effect(start)?;
                self.while_loop(test, body.first().unwrap_or(&Value::NULL), Some(step), to)?;
            }
            (sym::Do, [body, specs @ ..]) if !specs.is_empty() => {
                self.do_loop(call, body, specs, to)?;
            }
            (sym::Table, [body, specs @ ..]) if !specs.is_empty() => {
                let free = self.free;
                let mut begun = Vec::new();
                self.table(body, specs, to, &mut begun)?;
                self.free = free;
                self.refuse(call, &begun, true, to)?;
            }
            _ => return None,
        }
        self.set_assigned(&assigned);
        Some(())
    }

    fn while_loop(
        &mut self,
        test: &Value,
        body: &Value,
        step: Option<&Value>,
        to: Register,
    ) -> Option<()> {
        let (top, free) = (self.here(), self.free);
        let (branch, _) = self.test(test)?;
        let start = self.here();
        self.effect(body)?;
        let end = self.here();
        if let Some(step) = step {
            self.effect(step)?;
        }
        self.emit(Op::Back { to: top });
        self.land(branch);
        self.land_unknown(branch);
        self.free = free;
        self.value_to(&Value::NULL, to)?;
        let depth = self.iterations;
        self.region(start, end, to, depth);
        Some(())
    }

    /// Says where `Break`, `Continue` and `Return` lead in the body of a loop that ends here.
    fn region(&mut self, start: usize, end: usize, result: Register, inside: usize) {
        let (after, outside, lists) = (self.here(), self.iterations, self.lists);
        let region = Region { start, end, result, after, on_continue: end, outside, inside, lists };
        self.code.regions.push(region);
    }

    fn do_loop(
        &mut self,
        call: &Arc<Call>,
        body: &Value,
        specs: &[Value],
        to: Register,
    ) -> Option<()> {
        let free = self.free;
        let mut begun = Vec::new();
        for spec in specs {
            begun.push(self.begin(spec, false)?);
        }
        let start = self.here();
        self.effect(body)?;
        let (end, inside) = (self.here(), self.iterations);
        for Begun { next, .. } in begun.iter().rev() {
            self.emit(Op::Back { to: *next });
            self.land(*next);
            self.emit(Op::EndLoop);
            self.iterations -= 1;
        }
        self.free = free;
        self.value_to(&Value::NULL, to)?;
        self.refuse(call, &begun, false, to)?;
        self.region(start, end, to, inside);
        Some(())
    }

    /// What follows where an iterator cannot be used: what was begun ends, and the call stays as it
    /// was.
    fn refuse(
        &mut self,
        call: &Arc<Call>,
        begun: &[Begun],
        is_table: bool,
        to: Register,
    ) -> Option<()> {
        let template = self.held(&Value::Call(call.clone()), &[], true, false)?;
        let mut ends = vec![self.emit(Op::Jump { to: 0 })];
        for (outer, Begun { iterate, .. }) in begun.iter().enumerate() {
            self.land(*iterate);
            for _ in 0..outer {
                self.emit(Op::EndLoop);
                if is_table {
                    self.emit(Op::EndList { to });
                }
            }
            self.emit(Op::Interpret { to, template });
            ends.push(self.emit(Op::Jump { to: 0 }));
        }
        for end in ends {
            self.land(end);
        }
        Some(())
    }

    fn table(
        &mut self,
        body: &Value,
        specs: &[Value],
        to: Register,
        begun: &mut Vec<Begun>,
    ) -> Option<()> {
        let [spec, rest @ ..] = specs else { return self.value_to(body, to) };
        let here = self.begin(spec, true)?;
        begun.push(here);
        let element = self.register()?;
        self.table(body, rest, element, begun)?;
        self.emit(Op::Push { from: Operand::Register(element) });
        self.emit(Op::Back { to: here.next });
        self.land(here.next);
        self.emit(Op::EndLoop);
        self.emit(Op::EndList { to });
        self.iterations -= 1;
        self.lists -= 1;
        Some(())
    }

    fn begin(&mut self, spec: &Value, is_table: bool) -> Option<Begun> {
        let items = spec.as_list().unwrap_or(std::slice::from_ref(spec));
        let (variable, bounds) = match items {
            [count] => (Variable::None, std::slice::from_ref(count)),
            [variable, bounds @ ..] if (1..=3).contains(&bounds.len()) => {
                (self.loop_variable(variable)?, bounds)
            }
            _ => return None,
        };
        let count = bounds.len() as u8;
        let bounds = self.neighbours(bounds)?;
        let spec = self.held(spec, &[], true, false)?;
        let iterate =
            self.emit(Op::Iterate { variable, bounds, count, is_table, spec, invalid: 0 });
        self.iterations += 1;
        if is_table {
            self.emit(Op::BeginList);
            self.lists += 1;
        }
        if let Variable::Register(register) = variable {
            for name in self.names.iter_mut().filter(|name| name.register == register) {
                name.is_assigned = true;
            }
        }
        let next = self.emit(Op::Next { end: 0 });
        Some(Begun { iterate, next })
    }

    fn loop_variable(&mut self, variable: &Value) -> Option<Variable> {
        if let Some(name) = self.names.iter().rev().find(|name| name.name == *variable) {
            return name.is_local.then_some(Variable::Register(name.register));
        }
        self.variable(variable).map(Variable::Own)
    }
}
