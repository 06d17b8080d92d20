//! The machine that runs units.
//!
//! Frames lie one after another on a stack of values: the arguments of a call are the first
//! registers of the frame that it begins, so that calls of translated functions copy nothing and
//! need no stack of the processor.

mod growing;
mod hot;
mod iterate;
mod operations;
mod specialized;

use triomphe::Arc;

use super::code::{Code, Inlined, Op, Operand, Position, Register, Relation};
use super::dispatch::{self, Selected};
use super::fast;
use super::specialize;
use crate::session::{Evaluated, Session, Stop};
use crate::symbol::sym;
use crate::value::Value;
pub(crate) use growing::Growing;
pub(in crate::compile) use hot::Hot;
use iterate::Iteration;
use specialized::Heat;

/// What units that run need beside their session.
#[derive(Default)]
pub(crate) struct Machine {
    stack: Vec<Value>,
    /// The frames that wait for a call to return.
    frames: Vec<Frame>,
    iterations: Vec<Iteration>,
    /// Lists that are being made, each with the epoch it was begun in.
    lists: Vec<(Growing, u32)>,
    typed: specialize::Frame,
    /// The symbols that stand for locals outside their unit, by the place of the register.
    escaped: Vec<(usize, Value)>,
}

/// A unit that is being run.
struct Frame {
    code: Arc<Code>,
    position: Position,
    /// Where its registers begin.
    base: usize,
    /// How many iterations and lists others had begun.
    iterations: usize,
    lists: usize,
    /// How many levels of evaluation there were when it began.
    depth: u32,
    /// How many rounds of rewriting led to it from where evaluation began.
    rounds: u32,
    heat: Heat,
}

impl Frame {
    fn new(
        session: &Session,
        code: Arc<Code>,
        base: usize,
        (iterations, lists): (usize, usize),
        depth: u32,
    ) -> Self {
        let heat = Heat::new(session);
        Self { code, position: 0, base, iterations, lists, depth, rounds: 0, heat }
    }
}

/// Why a frame stops running its instructions.
enum Exit {
    Return(Value),
    /// A unit is called: its arguments begin at a register, its result goes to another.
    Call(Arc<Code>, Register),
    /// A unit takes the place of the frame: its arguments begin at a register.
    Replace {
        code: Arc<Code>,
        first: Register,
        count: u16,
        rounds: u8,
    },
    /// The value is what an expression comes to that is yet to be evaluated.
    Continue(Value),
    /// A loop has gone round so often that typed code may be worth it.
    Hot,
}

/// Returns where a branch leads.
#[inline]
fn taken(holds: Option<bool>, next: Position, no: Position, unknown: Position) -> Position {
    match holds {
        Some(true) => next,
        Some(false) => no,
        None => unknown,
    }
}

/// Runs a unit with arguments.
pub(super) fn run(session: &mut Session, code: &Arc<Code>, args: &[Value]) -> Evaluated {
    let value = run_after(session, code, args, 0)?;
    session.evaluate(&value)
}

/// Runs a unit with arguments, once so many rounds of rewriting led to it; the value may be yet to
/// be evaluated.
pub(super) fn run_after(
    session: &mut Session,
    code: &Arc<Code>,
    args: &[Value],
    rounds: u32,
) -> Evaluated {
    let mut machine = session.machines.pop().unwrap_or_default();
    machine.stack.extend_from_slice(args);
    machine.stack.resize(code.registers, Value::NULL);
    let mut frame = Frame::new(session, code.clone(), 0, (0, 0), session.depth);
    frame.rounds = rounds;
    machine.run(session, frame)
}

impl Machine {
    /// Runs a frame to its end; the machine is free then.
    fn run(mut self, session: &mut Session, frame: Frame) -> Evaluated {
        let depth = session.depth;
        let result = self.run_frames(session, frame);
        session.depth = depth;
        self.stack.clear();
        self.frames.clear();
        self.escaped.clear();
        session.machines.push(self);
        result
    }

    fn run_frames(&mut self, session: &mut Session, mut frame: Frame) -> Evaluated {
        loop {
            match self.step(session, &mut frame) {
                Ok(Exit::Return(value)) => {
                    if let Some(value) = self.leave(session, &mut frame, value) {
                        return Ok(value);
                    }
                }
                Ok(Exit::Call(code, first)) => {
                    let base = frame.base + first as usize;
                    let end = base + code.registers;
                    if end > self.stack.len() {
                        self.stack.resize(end, Value::NULL);
                    }
                    let begun = (self.iterations.len(), self.lists.len());
                    let callee = Frame::new(session, code, base, begun, session.depth + 1);
                    self.frames.push(std::mem::replace(&mut frame, callee));
                    if let Err(stop) = session.enter() {
                        self.unwind(session, &mut frame, *stop)?;
                    }
                }
                Ok(Exit::Replace { code, first, count, rounds }) => {
                    let args = (first, count);
                    if let Some(held) = self.replace(session, &mut frame, code, args, rounds)
                        && let Some(value) = self.leave(session, &mut frame, held)
                    {
                        return Ok(value);
                    }
                }
                Ok(Exit::Hot) => self.specialize(session, &mut frame),
                Ok(Exit::Continue(value)) => {
                    if let Some(value) = self.continue_with(session, &mut frame, value)? {
                        return Ok(value);
                    }
                }
                Err(stop) => self.unwind(session, &mut frame, *stop)?,
            }
        }
    }

    /// Ends a frame with a value, which the caller's frame goes on with; returns it if there is
    /// none.
    fn leave(&mut self, session: &mut Session, frame: &mut Frame, value: Value) -> Option<Value> {
        self.forget_escaped(frame.base);
        let Some(caller) = self.frames.pop() else { return Some(value) };
        session.depth = caller.depth;
        *frame = caller;
        self.finish_call(frame, value);
        None
    }

    /// Begins a unit in the place of a frame; returns what the frame comes to instead if that was
    /// done too often.
    fn replace(
        &mut self,
        session: &mut Session,
        frame: &mut Frame,
        code: Arc<Code>,
        (first, count): (Register, u16),
        rounds: u8,
    ) -> Option<Value> {
        if !session.compiler.passes.tail_calls {
            frame.rounds = frame.rounds.saturating_add(rounds.into());
            let limit = session.limits.iterations;
            if frame.rounds > limit {
                let Op::TailApply { head, .. } = frame.code.ops[frame.position - 1] else {
                    return None;
                };
                let call = self.call(frame, (head, first, count));
                session.message(sym::IterationLimit, "itlim", &[Value::Integer(limit.into())]);
                return Some(Value::call(sym::Hold, [call].as_slice()));
            }
        }
        self.forget_escaped(frame.base);
        for place in 0..count as usize {
            self.stack.swap(frame.base + place, frame.base + first as usize + place);
        }
        let end = frame.base + code.registers;
        if end > self.stack.len() {
            self.stack.resize(end, Value::NULL);
        }
        frame.code = code;
        frame.position = 0;
        None
    }

    /// Ends a frame with an expression that is yet to be evaluated. The caller's frame goes on with
    /// what it comes to; if there is none, the expression is returned.
    fn continue_with(
        &mut self,
        session: &mut Session,
        frame: &mut Frame,
        expression: Value,
    ) -> Evaluated<Option<Value>> {
        self.forget_escaped(frame.base);
        let Some(caller) = self.frames.pop() else { return Ok(Some(expression)) };
        session.depth = caller.depth;
        *frame = caller;
        match session.evaluate(&expression) {
            Ok(value) => self.finish_call(frame, value),
            Err(stop) => self.unwind(session, frame, *stop)?,
        }
        Ok(None)
    }

    /// Puts the result of a call where the instruction before says.
    fn finish_call(&mut self, frame: &Frame, value: Value) {
        if let Op::Apply { to, .. } = frame.code.ops[frame.position - 1] {
            self.stack[frame.base + to as usize] = value;
        }
    }

    /// Goes on where a loop catches what stopped an instruction, in this frame or in one that
    /// waits; the stop is returned if nothing does.
    fn unwind(&mut self, session: &mut Session, frame: &mut Frame, stop: Stop) -> Evaluated<()> {
        loop {
            // The instruction that stopped is the one before.
            let position = frame.position.saturating_sub(1);
            let code = frame.code.clone();
            let is_caught = matches!(stop, Stop::Break | Stop::Continue | Stop::Return(_));
            let region = code
                .regions
                .iter()
                .find(|region| is_caught && (region.start..region.end).contains(&position));
            let (iterations, lists) = match (&stop, region) {
                (_, None) => (0, 0),
                (Stop::Continue, Some(region)) => (region.inside, region.lists),
                (_, Some(region)) => (region.outside, region.lists),
            };
            while self.iterations.len() > frame.iterations + iterations {
                self.end_iteration(session, frame.base);
            }
            self.lists.truncate(frame.lists + lists);
            session.depth = frame.depth;
            if let Some(region) = region {
                let result = match stop {
                    Stop::Continue => {
                        frame.position = region.on_continue;
                        return Ok(());
                    }
                    Stop::Return(value) => value,
                    _ => Value::NULL,
                };
                self.stack[frame.base + region.result as usize] = result;
                frame.position = region.after;
                return Ok(());
            }
            match self.frames.pop() {
                Some(caller) => {
                    self.forget_escaped(frame.base);
                    *frame = caller;
                }
                None => return Err(Box::new(stop)),
            }
        }
    }

    /// Returns what an operand holds, as it is.
    #[inline]
    fn peek<'a>(
        &'a self,
        session: &'a Session,
        frame: &'a Frame,
        operand: Operand,
    ) -> Option<&'a Value> {
        match operand {
            Operand::Register(register) => self.stack.get(frame.base + register as usize),
            Operand::Constant(place) => frame.code.constants.get(place as usize),
            Operand::Own(symbol) => session.definitions.get(symbol.index())?.own.as_ref(),
        }
    }

    /// Returns the value of an operand.
    #[inline]
    fn value(&self, session: &mut Session, frame: &Frame, operand: Operand) -> Evaluated {
        match self.peek(session, frame, operand) {
            Some(value @ (Value::Integer(_) | Value::Real(_))) => Ok(value.clone()),
            Some(value) => {
                let value = value.clone();
                session.evaluate(&value)
            }
            None => match operand {
                Operand::Own(symbol) => session.evaluate(&frame.code.symbol(symbol)),
                _ => Ok(Value::NULL),
            },
        }
    }

    #[inline]
    fn put(&mut self, frame: &Frame, to: Register, value: Value) {
        self.stack[frame.base + to as usize] = value;
    }

    /// Runs instructions until the frame returns or calls.
    fn step(&mut self, session: &mut Session, frame: &mut Frame) -> Evaluated<Exit> {
        let code = &frame.code;
        loop {
            let op = &code.ops[frame.position];
            frame.position += 1;
            match *op {
                Op::Binary { kind, to, a, b } => {
                    let fast = match (self.peek(session, frame, a), self.peek(session, frame, b)) {
                        (Some(a), Some(b)) if code.is_valid(session) => fast::binary(kind, a, b),
                        _ => None,
                    };
                    let value = match fast {
                        Some(value) => value,
                        None => self.binary(session, frame, kind, a, b)?,
                    };
                    self.put(frame, to, value);
                }
                Op::BranchUnless { relation, to, a, b, no, unknown } => {
                    let holds = self.test(session, frame, relation, to, (a, b))?;
                    frame.position = taken(holds, frame.position, no, unknown);
                }
                Op::Branch { of, no, unknown } => {
                    let holds = self.peek(session, frame, of).and_then(Value::as_bool);
                    frame.position = taken(holds, frame.position, no, unknown);
                }
                Op::Jump { to } => frame.position = to,
                Op::Back { to } => {
                    session.check_interrupt()?;
                    frame.position = to;
                    frame.heat.backs += 1;
                    if frame.heat.backs >= frame.heat.wait {
                        return Ok(Exit::Hot);
                    }
                }
                Op::Next { end } => {
                    if !self.next(session, frame.base)? {
                        frame.position = end;
                    }
                }
                Op::Apply { to, head, first, count, .. } => {
                    let value = match self.select(session, frame, (head, first, count)) {
                        Selected::Code(code) => return Ok(Exit::Call(code, first)),
                        Selected::Value(value) => session.evaluate(&value)?,
                        Selected::Unknown => {
                            let call = self.call(frame, (head, first, count));
                            session.evaluate(&call)?
                        }
                    };
                    self.put(frame, to, value);
                }
                Op::TailApply { head, first, count, rounds } => {
                    return self.tail_call(session, frame, (head, first, count), rounds);
                }
                Op::Iterate { invalid: otherwise, .. }
                | Op::Known { otherwise, .. }
                | Op::Guard { otherwise }
                | Op::Enter { otherwise, .. }
                | Op::Reuse { otherwise, .. } => {
                    if !self.holds(session, frame, op)? {
                        frame.position = otherwise;
                    }
                }
                Op::Return { from } => return self.value(session, frame, from).map(Exit::Return),
                ref op => self.compute(session, frame, code, op)?,
            }
        }
    }

    /// Runs an instruction that goes on elsewhere if what it relies on does not hold; returns
    /// whether it does.
    #[inline]
    fn holds(&mut self, session: &mut Session, frame: &Frame, op: &Op) -> Evaluated<bool> {
        let code = &frame.code;
        let holds = code.is_valid(session);
        match *op {
            Op::Known { to, constant, .. } if holds => {
                self.put(frame, to, code.constants[constant as usize].clone());
            }
            Op::Reuse { to, from, guards, .. } if holds => {
                let is_number = |&register: &Register| {
                    let value = &self.stack[frame.base + register as usize];
                    matches!(value, Value::Integer(_) | Value::Real(_))
                };
                if !code.guards[guards as usize].iter().all(is_number) {
                    return Ok(false);
                }
                let value = self.stack[frame.base + from as usize].clone();
                self.put(frame, to, value);
            }
            Op::Enter { inlined, first, .. } if holds => {
                if !self.may_enter(session, frame, inlined, first) {
                    return Ok(false);
                }
                session.enter()?;
            }
            Op::Iterate { .. } => return self.begin(session, frame, op),
            _ => {}
        }
        Ok(holds)
    }

    /// Says how a call goes on that gives up the frame.
    fn tail_call(
        &self,
        session: &mut Session,
        frame: &Frame,
        (head, first, count): (u16, Register, u16),
        rounds: u8,
    ) -> Evaluated<Exit> {
        session.check_interrupt()?;
        Ok(match self.select(session, frame, (head, first, count)) {
            Selected::Code(code) => Exit::Replace { code, first, count, rounds },
            Selected::Value(value) => Exit::Continue(value),
            Selected::Unknown => Exit::Continue(self.call(frame, (head, first, count))),
        })
    }

    /// Returns a call of a head with the values of neighbouring registers.
    fn call(&self, frame: &Frame, (head, first, count): (u16, Register, u16)) -> Value {
        let args = self.neighbours(frame, first, count as usize);
        Value::call(frame.code.constants[head as usize].clone(), args)
    }

    /// Returns whether a comparison holds; if that is not known, a register has what it evaluates
    /// to.
    #[inline]
    fn test(
        &mut self,
        session: &mut Session,
        frame: &Frame,
        relation: Relation,
        to: Register,
        (a, b): (Operand, Operand),
    ) -> Evaluated<Option<bool>> {
        let fast = match (self.peek(session, frame, a), self.peek(session, frame, b)) {
            (Some(a), Some(b)) if frame.code.is_valid(session) => fast::compare(relation, a, b),
            _ => None,
        };
        if fast.is_some() {
            return Ok(fast);
        }
        let value = self.compare(session, frame, relation, a, b)?;
        let holds = value.as_bool();
        self.put(frame, to, value);
        Ok(holds)
    }

    /// Runs an instruction after which the next one follows.
    #[inline]
    fn compute(
        &mut self,
        session: &mut Session,
        frame: &Frame,
        code: &Code,
        op: &Op,
    ) -> Evaluated<()> {
        let (to, value) = match *op {
            Op::Move { to, from } => (to, self.value(session, frame, from)?),
            Op::Clear { register } => (register, Value::Symbol(sym::Unset)),
            Op::Unary { place, to, of } => (to, self.unary(session, frame, place, of)?),
            Op::Fold { is_sum, to, first, count } => {
                (to, self.fold(session, frame, is_sum, (first, count))?)
            }
            Op::Compare { relation, to, a, b } => {
                (to, self.compare(session, frame, relation, a, b)?)
            }
            Op::Update { place, to, by } => {
                (to, self.update(session, frame, &code.updates[place as usize], by)?)
            }
            Op::UpdateLocal { kind, local, to, by, gives_old } => {
                let old = Operand::Register(local);
                let before = self.value(session, frame, old)?;
                let after = self.binary(session, frame, kind, old, by)?;
                self.assign(session, frame.base, local, after.clone());
                (to, if gives_old { before } else { after })
            }
            Op::Part { to, of, index } => (to, self.part(session, frame, of, index)?),
            Op::List { to, first, count } => {
                let elements = self.neighbours(frame, first, count as usize);
                // When they were evaluated is not known.
                (to, session.list_of(elements, Session::NO_EPOCH))
            }
            Op::Interpret { to, template } => {
                let held = &code.templates[template as usize];
                // What the last round of a loop left there may be what is changed in place.
                if !held.slots.contains(&to) {
                    self.put(frame, to, Value::NULL);
                }
                (to, self.interpret(session, frame, held)?)
            }
            Op::EndList { to } => {
                let (list, epoch) = self.lists.pop().unwrap_or_default();
                (to, list.finish(session, epoch))
            }
            ref op => return self.affect(session, frame, op),
        };
        self.put(frame, to, value);
        Ok(())
    }

    /// Runs an instruction that has no value.
    fn affect(&mut self, session: &mut Session, frame: &Frame, op: &Op) -> Evaluated<()> {
        match *op {
            Op::Assign { local, from } => {
                let value = self.value(session, frame, from)?;
                self.assign(session, frame.base, local, value);
            }
            Op::Leave { to, from } => {
                let value = self.value(session, frame, from)?;
                session.depth -= 1;
                self.put(frame, to, value);
            }
            Op::Store { symbol, from } => {
                let value = self.value(session, frame, from)?;
                operations::store(session, symbol, value)?;
            }
            Op::StorePart { symbol, index, from } => {
                let index = self.value(session, frame, index)?;
                let value = self.value(session, frame, from)?;
                operations::store_part(session, symbol, index, &value)?;
            }
            Op::Push { from } => {
                let value = self.value(session, frame, from)?;
                if let Some((list, _)) = self.lists.last_mut() {
                    list.push(value);
                }
            }
            Op::EndLoop => self.end_iteration(session, frame.base),
            Op::BeginList => self.lists.push((Growing::default(), session.epoch)),
            ref other => unreachable!("`step` or `compute` runs {other:?}"),
        }
        Ok(())
    }

    /// Returns whether a definition is what it was when it became part of the unit, and its
    /// pattern matches; then the call is counted.
    fn may_enter(
        &self,
        session: &mut Session,
        frame: &Frame,
        inlined: u16,
        first: Register,
    ) -> bool {
        let Inlined { symbol, version, place, count } = frame.code.inlined[inlined as usize];
        let Some(definition) = session.definition(symbol) else { return false };
        let rules = &definition.down;
        if rules.version() != version || rules.has_exact() || !definition.is_called_plainly() {
            return false;
        }
        let start = frame.base + first as usize;
        let args = &self.stack[start..start + count];
        let is_number = |arg: &Value| !matches!(arg, Value::Call(_) | Value::Symbol(_));
        let is_plain =
            |arg: &Value| is_number(arg) || (!session.has_up_rules && session.is_plain(arg));
        let rule = &rules.patterns()[place];
        let fits = rule.pattern.attribute_epoch == session.attribute_epoch
            && args.iter().all(is_plain)
            && rule.simple.as_ref().and_then(|simple| simple.fits(session, args)) == Some(true);
        if fits {
            dispatch::count_call(session, symbol);
        }
        fits
    }

    /// Says how a call of a symbol goes on without the call being made.
    fn select(
        &self,
        session: &mut Session,
        frame: &Frame,
        (head, first, count): (u16, Register, u16),
    ) -> Selected {
        let start = frame.base + first as usize;
        let args = &self.stack[start..start + count as usize];
        let head = &frame.code.constants[head as usize];
        let Some(symbol) = head.as_symbol() else { return Selected::Unknown };
        let Some(definition) = session.definition(symbol) else { return Selected::Unknown };
        if definition.down.is_empty() || !definition.is_called_plainly() {
            return Selected::Unknown;
        }
        let is_number = |arg: &Value| !matches!(arg, Value::Call(_) | Value::Symbol(_));
        let is_plain =
            |arg: &Value| is_number(arg) || (!session.has_up_rules && session.is_plain(arg));
        if !args.iter().all(is_plain) {
            return Selected::Unknown;
        }
        let rules = definition.down.clone();
        dispatch::count_call(session, symbol);
        match dispatch::select(session, symbol, &rules, head, args) {
            Selected::Unknown => {
                dispatch::uncount_call(session, symbol);
                Selected::Unknown
            }
            selected => selected,
        }
    }
}
