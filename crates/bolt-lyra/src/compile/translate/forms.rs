//! Control, assignments and scopes.

use triomphe::Arc;

use super::{Name, Translator};
use crate::compile::code::{Binary, Held, Local, Op, Operand, Register, Update};
use crate::definition::Attributes;
use crate::rule::Template;
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Call, Value};

impl Translator<'_> {
    /// Evaluates an expression by the session, with the values of names in their place.
    pub(super) fn interpret(&mut self, value: &Value, to: Register) -> Option<()> {
        let template = self.held(value, &[], false, true)?;
        self.emit(Op::Interpret { to, template });
        Some(())
    }

    /// Makes a template of an expression; more names may be given with their registers. Locals may
    /// stand in it only where that is rare: their symbols are made each time.
    pub(super) fn held(
        &mut self,
        value: &Value,
        more: &[(Value, Register)],
        with_locals: bool,
        evaluates: bool,
    ) -> Option<u16> {
        let mut names: Vec<Value> = more.iter().map(|(name, _)| name.clone()).collect();
        let mut slots: Vec<Register> = more.iter().map(|(_, register)| *register).collect();
        let mut locals = Vec::new();
        for known in self.names.iter().rev() {
            let is_shadowed = names.contains(&known.name);
            if is_shadowed || !crate::scoping::mentions(value, std::slice::from_ref(&known.name)) {
                continue;
            }
            if known.is_local {
                if !with_locals {
                    return None;
                }
                let like = known.name.as_symbol()?;
                locals.push(Local { slot: slots.len(), value: known.register, like });
            }
            names.push(known.name.clone());
            slots.push(known.register);
        }
        let template = Template::new(self.session, value, &names);
        self.code.templates.push(Held { template, slots, locals, evaluates });
        u16::try_from(self.code.templates.len() - 1).ok()
    }

    /// What a call comes to one of whose arguments has turned out not to be `True` or `False`.
    fn unknown(&mut self, call: &Value, of: Operand, name: Value, to: Register) -> Option<()> {
        let register = match of {
            Operand::Register(register) => register,
            from => {
                let register = self.register()?;
                self.emit(Op::Move { to: register, from });
                register
            }
        };
        let template = self.held(call, &[(name, register)], true, true)?;
        self.emit(Op::Interpret { to, template });
        Some(())
    }

    /// `If[condition, yes, no, unknown]`
    pub(super) fn condition(
        &mut self,
        call: &Arc<Call>,
        condition: &Value,
        branches: &[Value],
        to: Register,
    ) -> Option<()> {
        let free = self.free;
        let (branch, of) = self.test(condition)?;
        let before = self.assigned();
        self.value_to(&branches[0], to)?;
        let after_yes = self.assigned();
        let mut ends = vec![self.emit(Op::Jump { to: 0 })];
        self.land(branch);
        self.set_assigned(&before);
        self.value_to(branches.get(1).unwrap_or(&Value::NULL), to)?;
        let after_no = self.assigned();
        ends.push(self.emit(Op::Jump { to: 0 }));
        self.land_unknown(branch);
        self.set_assigned(&before);
        match branches.get(2) {
            Some(unknown) => self.value_to(unknown, to)?,
            None => {
                let name = self.session.temporary(sym::If);
                let mut args = Args::from(call.args());
                args[0] = name.clone();
                self.unknown(&Value::call(sym::If, args), of, name, to)?;
            }
        }
        for end in ends {
            self.land(end);
        }
        let both: Vec<bool> = after_yes.iter().zip(&after_no).map(|(a, b)| *a && *b).collect();
        self.set_assigned(&both);
        self.free = free;
        Some(())
    }

    /// `Which`: the value of the first test that holds.
    pub(super) fn cases(&mut self, args: &[Value], to: Register) -> Option<()> {
        let before = self.assigned();
        let mut ends = Vec::new();
        for (place, pair) in args.chunks(2).enumerate() {
            let free = self.free;
            let (branch, of) = self.test(&pair[0])?;
            // What the tests assign is not counted on: the last may not be reached.
            self.set_assigned(&before);
            self.value_to(&pair[1], to)?;
            self.set_assigned(&before);
            ends.push(self.emit(Op::Jump { to: 0 }));
            self.land_unknown(branch);
            let name = self.session.temporary(sym::Which);
            let mut rest = Args::from(&args[2 * place..]);
            rest[0] = name.clone();
            self.unknown(&Value::call(sym::Which, rest), of, name, to)?;
            ends.push(self.emit(Op::Jump { to: 0 }));
            self.land(branch);
            self.free = free;
        }
        self.value_to(&Value::NULL, to)?;
        for end in ends {
            self.land(end);
        }
        self.set_assigned(&before);
        Some(())
    }

    /// Returns which names certainly have a value.
    pub(super) fn assigned(&self) -> Vec<bool> {
        self.names.iter().map(|name| name.is_assigned).collect()
    }

    pub(super) fn set_assigned(&mut self, assigned: &[bool]) {
        for (name, is) in self.names.iter_mut().zip(assigned) {
            name.is_assigned = *is;
        }
    }

    /// `And` and `Or`: the first argument that decides is the end.
    pub(super) fn connective(&mut self, head: Symbol, args: &[Value], to: Register) -> Option<()> {
        let is_and = head == sym::And;
        let before = self.assigned();
        let mut ends = Vec::new();
        for (place, arg) in args.iter().enumerate() {
            let free = self.free;
            let (branch, of) = self.test(arg)?;
            // The branch is taken where the test fails: that ends `And`, and makes `Or` go on.
            let goes_on = is_and.then(|| self.emit(Op::Jump { to: 0 }));
            if is_and {
                self.land(branch);
            }
            self.value_to(&Value::boolean(!is_and), to)?;
            ends.push(self.emit(Op::Jump { to: 0 }));
            self.land_unknown(branch);
            let name = self.session.temporary(head);
            let mut rest = Args::from(&args[place..]);
            rest[0] = name.clone();
            self.unknown(&Value::call(head, rest), of, name, to)?;
            ends.push(self.emit(Op::Jump { to: 0 }));
            self.land(goes_on.unwrap_or(branch));
            self.free = free;
        }
        self.value_to(&Value::boolean(is_and), to)?;
        for end in ends {
            self.land(end);
        }
        self.set_assigned(&before);
        Some(())
    }

    /// Returns the place of a local of `Module` among the names.
    fn local(&self, value: &Value) -> Option<usize> {
        let place = self.names.iter().rposition(|name| name.name == *value)?;
        self.names[place].is_local.then_some(place)
    }

    /// Returns the symbol, if it is a variable of the session that may be assigned to.
    pub(super) fn variable(&mut self, value: &Value) -> Option<Symbol> {
        let symbol = value.as_symbol()?;
        let is_name = self.names.iter().any(|name| name.name == *value);
        let attributes = self.session.attributes(symbol);
        let is_special = attributes.has_any(Attributes::PROTECTED | Attributes::LOCKED)
            || self.session.definition(symbol).is_some_and(|d| d.builtin.is_some())
            || *self.session.names.full(symbol).context == *"System`";
        if is_name || is_special {
            return None;
        }
        self.keep(value);
        Some(symbol)
    }

    /// `x = e`, `x[[i]] = e`; other left sides are left to the session once the value is known.
    pub(super) fn assign(&mut self, lhs: &Value, rhs: &Value, to: Register) -> Option<()> {
        if let Some(place) = self.local(lhs) {
            let local = self.names[place].register;
            self.value_to(rhs, to)?;
            self.emit(Op::Assign { local, from: Operand::Register(to) });
            self.names[place].is_assigned = true;
            return Some(());
        }
        if let Some(symbol) = self.variable(lhs) {
            self.value_to(rhs, to)?;
            self.emit(Op::Store { symbol, from: Operand::Register(to) });
            return Some(());
        }
        if let Some([target, index]) = lhs.exactly(sym::Part)
            && let Some(symbol) = self.variable(target)
            && self.is_quiet(index)
        {
            self.value_to(rhs, to)?;
            let index = self.operand(index)?;
            self.emit(Op::StorePart { symbol, index, from: Operand::Register(to) });
            return Some(());
        }
        let value = self.register()?;
        self.value_to(rhs, value)?;
        let name = self.session.temporary(sym::Set);
        let set = Value::call(sym::Set, [lhs.clone(), name.clone()]);
        let template = self.held(&set, &[(name, value)], false, true)?;
        self.emit(Op::Interpret { to, template });
        Some(())
    }

    /// `x += e`, `x++` and the like.
    pub(super) fn update(
        &mut self,
        function: Symbol,
        lhs: &Value,
        by: Option<&Value>,
        to: Register,
    ) -> Option<()> {
        let kind = match function {
            sym::AddTo | sym::Increment | sym::PreIncrement => Binary::Add,
            sym::SubtractFrom | sym::Decrement | sym::PreDecrement => Binary::Subtract,
            sym::TimesBy => Binary::Multiply,
            _ => Binary::Divide,
        };
        let takes_operand = by.is_some();
        let gives_old = matches!(function, sym::Increment | sym::Decrement);
        let by = by.unwrap_or(&Value::Integer(1));
        if let Some(place) = self.local(lhs) {
            if !self.names[place].is_assigned {
                return None;
            }
            let local = self.names[place].register;
            let by = self.operand(by)?;
            self.emit(Op::UpdateLocal { kind, local, to, by, gives_old });
            return Some(());
        }
        if !self.is_quiet(by) {
            return None;
        }
        let symbol = self.variable(lhs)?;
        self.code.updates.push(Update { symbol, kind, gives_old, function, takes_operand });
        let place = u16::try_from(self.code.updates.len() - 1).ok()?;
        let by = self.operand(by)?;
        self.emit(Op::Update { place, to, by });
        Some(())
    }

    /// Locals become registers.
    pub(super) fn module(&mut self, variables: &Value, body: &Value, to: Register) -> Option<()> {
        let mut new = Vec::new();
        for variable in crate::scoping::variables(variables)? {
            let register = self.register()?;
            if variable.delayed {
                return None;
            }
            match variable.value {
                Some(value) => self.value_to(value, register)?,
                None => {
                    self.emit(Op::Clear { register });
                }
            }
            let name = variable.name.clone();
            let is_assigned = variable.value.is_some();
            new.push(Name { name, register, is_local: true, is_assigned });
        }
        self.within(new, body, to)
    }

    /// Variables of `With` stand for their values.
    pub(super) fn with(&mut self, variables: &Value, body: &Value, to: Register) -> Option<()> {
        let mut new = Vec::new();
        for variable in crate::scoping::variables(variables)? {
            let (Some(value), false) = (variable.value, variable.delayed) else { return None };
            let register = self.register()?;
            self.value_to(value, register)?;
            let name = variable.name.clone();
            new.push(Name { name, register, is_local: false, is_assigned: true });
        }
        self.within(new, body, to)
    }

    fn within(&mut self, mut new: Vec<Name>, body: &Value, to: Register) -> Option<()> {
        let known = self.names.len();
        self.names.append(&mut new);
        let result = self.value_to(body, to);
        self.names.truncate(known);
        result
    }
}
