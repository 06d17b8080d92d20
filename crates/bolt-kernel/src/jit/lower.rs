//! From steps of a plan to the body of a loop.
//!
//! A body runs over vectors in the order of the rows and does for each what its steps do for a
//! whole block. A step that looks back at what another step of the body wrote finds it in memory:
//! it was stored earlier in the same pass, or in one before.

use super::direct;
use super::effects::{self, Buffer, Kind};
use super::encode::Width;
use super::ir::{Body, Item, Op, Place, Pointer, Predicate, Type, Value};
use super::trace::{Trace, Traced, TracedMask, record};
use crate::elementwise;
use crate::graph::{Compare, SUMS_MAX, Shape, Unary};
use crate::plan::{FromNumbersStep, Layout, NumberOperand, Plan, RootSlot, Slot, Step, View};
use crate::wide::{self, Pair};
use std::collections::{HashMap, HashSet};

/// Returns why a step is left to the interpreter, `None` if it can be compiled.
pub(super) fn refusal(step: &Step) -> Option<&'static str> {
    match step {
        Step::Unary(Unary::Sin | Unary::Cos | Unary::Tan, ..) => {
            Some("large arguments are reduced one by one")
        }
        Step::Window(..) | Step::Quantile { .. } => Some("its work depends on the values"),
        Step::Extreme { .. } => Some("it is a loop of its own, over groups of rows"),
        Step::WindowSums { .. } | Step::Linear { .. } | Step::WeightedMean { .. } => {
            Some("it is a loop of its own, with its memory in registers")
        }
        Step::Cross { .. } => Some("it looks across lanes"),
        Step::Scan { steps, .. } => steps.iter().find_map(refusal),
        _ => None,
    }
}

/// Steps that become one body.
struct Lowering<'p> {
    plan: &'p Plan,
    layout: Layout,
    number_type: Type,
    is_scan: bool,
    /// Inputs that are not repeated for every lane.
    series: HashSet<Slot>,
    body: Body,
    /// Bytes of a vector, where it goes along the rows.
    vector_bytes: Option<usize>,
    numbers: HashMap<Slot, Value>,
    /// Where a truth value is known to hold and known to fail.
    truths: HashMap<Slot, (Value, Value)>,
    /// The two parts of each half of the lanes.
    wides: HashMap<Slot, Vec<(Value, Value)>>,
    /// Buffers without history that are read after the body.
    live: HashSet<Buffer>,
    /// The step of the body that writes a buffer last.
    last_writer: HashMap<Buffer, usize>,
}

/// Returns the body of the steps `first..end` of a plan, to run over whole blocks.
pub(super) fn map(
    plan: &Plan,
    layout: Layout,
    number_type: Type,
    width: Width,
    (first, end): (usize, usize),
) -> Body {
    let steps = &plan.steps[first..end];
    let mut lowering = Lowering::new(plan, layout, number_type, steps, end);
    lowering.body = Body::new(false);
    if layout == Layout::OneLane {
        lowering.vector_bytes = Some(width.bytes(number_type));
    }
    for (index, step) in steps.iter().enumerate() {
        lowering.step(index, step);
    }
    lowering.body.prune();
    lowering.body
}

/// Returns the body of the scan at a position of a plan, to run row by row.
pub(super) fn scan(plan: &Plan, layout: Layout, number_type: Type, position: usize) -> Body {
    let Step::Scan { steps, next } = &plan.steps[position] else {
        unreachable!("a scan is at this position")
    };
    let mut lowering = Lowering::new(plan, layout, number_type, steps, position + 1);
    lowering.is_scan = true;
    lowering.body = Body::new(layout == Layout::OneLane);
    for (index, step) in steps.iter().enumerate() {
        lowering.step(index, step);
    }
    let next: Vec<(usize, Value)> =
        next.iter().map(|&(memory, view)| (memory, lowering.number(view))).collect();
    let mut items = Vec::new();
    for (memory, value) in next {
        let value = match lowering.body.op(value) {
            Op::State(other) if other == memory => continue,
            // The other state may be overwritten first.
            Op::State(_) => lowering.body.define(Op::Copy(value), number_type),
            _ => value,
        };
        items.push(Item::Next(memory, value));
    }
    lowering.body.items.append(&mut items);
    lowering.body.prune();
    lowering.body
}

impl<'p> Lowering<'p> {
    fn new(plan: &'p Plan, layout: Layout, number_type: Type, steps: &[Step], end: usize) -> Self {
        let mut last_writer = HashMap::new();
        for (index, step) in steps.iter().enumerate() {
            effects::writes(step, &mut |buffer| {
                last_writer.insert(buffer, index);
            });
        }
        Self {
            plan,
            layout,
            number_type,
            is_scan: false,
            series: direct::series_inputs(plan, layout).map(|(slot, _)| slot).collect(),
            body: Body::default(),
            vector_bytes: None,
            numbers: HashMap::new(),
            truths: HashMap::new(),
            wides: HashMap::new(),
            live: effects::live_after(plan, end),
            last_writer,
        }
    }

    fn step(&mut self, index: usize, step: &Step) {
        match *step {
            Step::Unary(operation, x, out) => {
                let x = self.number(x);
                let value = record(&mut self.body, || match self.number_type {
                    Type::F32 => {
                        elementwise::apply_unary::<f32, Trace>(operation, Traced::new(x)).0
                    }
                    _ => elementwise::apply_unary::<f64, Trace>(operation, Traced::new(x)).0,
                });
                self.set_number(index, out, value);
            }
            Step::Binary(operation, a, b, out) => {
                let (a, b) = (self.operand(a), self.operand(b));
                let value = record(&mut self.body, || match self.number_type {
                    Type::F32 => {
                        let (a, b) = (Traced::new(a), Traced::new(b));
                        elementwise::apply_binary::<f32, Trace>(operation, a, b).0
                    }
                    _ => {
                        let (a, b) = (Traced::new(a), Traced::new(b));
                        elementwise::apply_binary::<f64, Trace>(operation, a, b).0
                    }
                });
                self.set_number(index, out, value);
            }
            Step::Compare(comparison, a, b, out) => {
                let (a, b) = (self.operand(a), self.operand(b));
                let truth = self.compare(comparison, a, b);
                self.set_truth(index, out, truth);
            }
            Step::ToBool(x, out) => {
                let x = self.number(x);
                let zero = self.body.constant(0.0, self.number_type);
                let truth = self.compare(Compare::Unequal, x, zero);
                self.set_truth(index, out, truth);
            }
            Step::IsMissing(x, out) => {
                let x = self.number(x);
                let truth = record(&mut self.body, || match self.number_type {
                    Type::F32 => masks(elementwise::apply_is_missing::<f32, Trace>(Traced::new(x))),
                    _ => masks(elementwise::apply_is_missing::<f64, Trace>(Traced::new(x))),
                });
                self.set_truth(index, out, truth);
            }
            _ => self.step_of_truths(index, step),
        }
    }

    fn step_of_truths(&mut self, index: usize, step: &Step) {
        let mask = self.number_type.mask();
        match *step {
            Step::Not(a, out) => {
                let (yes, no) = self.truth(a);
                self.set_truth(index, out, (no, yes));
            }
            Step::And(a, b, out) => {
                let ((a_yes, a_no), (b_yes, b_no)) = (self.truth(a), self.truth(b));
                let yes = self.body.define(Op::Both(a_yes, b_yes), mask);
                let no = self.body.define(Op::Either(a_no, b_no), mask);
                self.set_truth(index, out, (yes, no));
            }
            Step::Or(a, b, out) => {
                let ((a_yes, a_no), (b_yes, b_no)) = (self.truth(a), self.truth(b));
                let yes = self.body.define(Op::Either(a_yes, b_yes), mask);
                let no = self.body.define(Op::Both(a_no, b_no), mask);
                self.set_truth(index, out, (yes, no));
            }
            Step::Select { condition, yes, no, out } => {
                let condition = self.truth(condition);
                let (yes, no) = (self.number(yes), self.number(no));
                let value = self.select(condition, yes, no);
                self.set_number(index, out, value);
            }
            Step::ToNumber(a, out) => {
                let truth = self.truth(a);
                let one = self.body.constant(1.0, self.number_type);
                let zero = self.body.constant(0.0, self.number_type);
                let value = self.select(truth, one, zero);
                self.set_number(index, out, value);
            }
            Step::ReadState(memory, out) => {
                let value = self.body.define(Op::State(memory), self.number_type);
                self.set_number(index, out, value);
            }
            _ => self.step_of_wides(index, step),
        }
    }

    fn step_of_wides(&mut self, index: usize, step: &Step) {
        let halves = 0..self.halves();
        match step {
            &Step::FromNumbers(operation, a, b, out) => {
                let (a, b) = (self.number(a), self.number(b));
                let pairs = halves
                    .map(|half| {
                        let (a, b) = (self.widen(a, half), self.widen(b, half));
                        self.pair(|| from_numbers(operation, a, b))
                    })
                    .collect();
                self.set_wide(index, out, pairs);
            }
            &Step::WideAdd(a, b, out) => {
                let (a, b) = (self.wide(a), self.wide(b));
                let pairs =
                    halves.map(|half| self.pair(|| wide::sum(pair(a[half]), pair(b[half]))));
                let pairs = pairs.collect();
                self.set_wide(index, out, pairs);
            }
            &Step::WideAddNumber(a, x, out) => {
                let (a, x) = (self.wide(a), self.number(x));
                let pairs = halves
                    .map(|half| {
                        let x = self.widen(x, half);
                        self.pair(|| wide::sum_with_number(pair(a[half]), Traced::new(x)))
                    })
                    .collect();
                self.set_wide(index, out, pairs);
            }
            &Step::WideAddScaled(a, b, factor, out) => {
                let (a, b, factor) = (self.wide(a), self.wide(b), f64::from(factor));
                let pairs = halves
                    .map(|half| {
                        self.pair(|| wide::sum_with_scaled(pair(a[half]), pair(b[half]), factor))
                    })
                    .collect();
                self.set_wide(index, out, pairs);
            }
            Step::Finish { finish, rows, sums, out } => {
                let sums: Vec<_> = sums.iter().map(|&sum| self.wide(sum)).collect();
                let results: Vec<Value> = halves
                    .map(|half| {
                        record(&mut self.body, || {
                            let zero = crate::simd::Vector::splat(0.0);
                            let mut pairs = [Pair(zero, zero); SUMS_MAX];
                            for (to, sum) in pairs.iter_mut().zip(&sums) {
                                *to = pair(sum[half]);
                            }
                            wide::finish_pairs::<Traced<f64>>(*finish, f64::from(*rows), pairs).0
                        })
                    })
                    .collect();
                let (low, high) = (results[0], results[results.len() - 1]);
                let value = match self.number_type {
                    Type::F32 => self.body.define(Op::Narrow(low, high), Type::F32),
                    _ => low,
                };
                self.set_number(index, *out, value);
            }
            _ => unreachable!("steps with a refusal are not lowered"),
        }
    }

    fn compare(&mut self, comparison: Compare, a: Value, b: Value) -> (Value, Value) {
        record(&mut self.body, || match self.number_type {
            Type::F32 => masks(elementwise::apply_compare::<f32, Trace>(
                comparison,
                Traced::new(a),
                Traced::new(b),
            )),
            _ => masks(elementwise::apply_compare::<f64, Trace>(
                comparison,
                Traced::new(a),
                Traced::new(b),
            )),
        })
    }

    fn select(&mut self, (holds, fails): (Value, Value), yes: Value, no: Value) -> Value {
        let missing = self.body.constant(f64::NAN, self.number_type);
        let otherwise = self.body.define(Op::Blend(fails, no, missing), self.number_type);
        self.body.define(Op::Blend(holds, yes, otherwise), self.number_type)
    }

    /// Returns how many vectors of `f64` the lanes of a vector of numbers make.
    fn halves(&self) -> usize {
        // Of one lane there is no upper half.
        if self.number_type == Type::F32 && !self.body.one_lane { 2 } else { 1 }
    }

    fn widen(&mut self, x: Value, half: usize) -> Value {
        match self.number_type {
            Type::F32 => self.body.define(Op::Widen(x, half), Type::F64),
            _ => x,
        }
    }

    fn pair(&mut self, f: impl FnOnce() -> Pair<Traced<f64>>) -> (Value, Value) {
        let Pair(high, low) = record(&mut self.body, f);
        (high.0, low.0)
    }

    fn operand(&mut self, operand: NumberOperand) -> Value {
        match operand {
            NumberOperand::View(view) => self.number(view),
            NumberOperand::Constant(value) => self.body.constant(value, self.number_type),
        }
    }

    fn number(&mut self, view: View) -> Value {
        if let (0, Some(&value)) = (view.delay, self.numbers.get(&view.slot)) {
            return value;
        }
        if let Some((_, value)) = self.plan.constants.iter().find(|(slot, _)| *slot == view.slot) {
            return self.body.constant(*value, self.number_type);
        }
        let place = if self.series.contains(&view.slot) {
            let pointer = self.body.pointer(Pointer::Series(view.slot));
            Place { pointer, back: 0, half: 0, part: 0 }
        } else if self.is_scan && self.is_fixed(view.slot) {
            Place {
                pointer: self.body.pointer(Pointer::Fixed(view.slot)),
                back: 0,
                half: 0,
                part: 0,
            }
        } else {
            self.place(Pointer::Number, view, 0)
        };
        if let Some(&newest) = self.numbers.get(&view.slot) {
            return self.load_behind(newest, place, self.number_type);
        }
        self.body.define(Op::Load(place), self.number_type)
    }

    /// Loads a vector some rows behind one that the body has just stored. A load that is not of a
    /// whole vector stored before would wait until the stores it overlaps have left the
    /// processor's queue; two that are, and a shift, do not.
    fn load_behind(&mut self, newest: Value, place: Place, element: Type) -> Value {
        let lanes = self.vector_bytes.map_or(0, |bytes| bytes / element.bytes());
        // One half of `f32` lanes is stored apart from the other.
        let is_whole = element == self.number_type;
        if lanes == 0 || !is_whole || place.back.is_multiple_of(lanes) || place.back > 16 * lanes {
            return self.body.define(Op::Load(place), element);
        }
        let (vectors, rest) = (place.back / lanes, place.back % lanes);
        let mut behind = |back: usize| match back {
            0 => newest,
            _ => self.body.define(Op::Load(Place { back: back * lanes, ..place }), element),
        };
        let (newer, older) = (behind(vectors), behind(vectors + 1));
        self.body.define(Op::Shift(newer, older, rest), element)
    }

    /// Returns whether a slot holds an input that is the same on every row.
    fn is_fixed(&self, slot: Slot) -> bool {
        let inputs = self.plan.input_slots.iter().zip(&self.plan.inputs);
        inputs.into_iter().any(|(own, input)| *own == Some(slot) && input.shape == Shape::Lanes)
    }

    fn place(&mut self, pointer: fn(View) -> Pointer, view: View, half: usize) -> Place {
        let (view, back) = match self.layout {
            Layout::OneLane => (View { delay: 0, ..view }, view.delay),
            Layout::Lanes => (view, 0),
        };
        Place { pointer: self.body.pointer(pointer(view)), back, half, part: 0 }
    }

    fn wide(&mut self, view: View) -> Vec<(Value, Value)> {
        if let (0, Some(pairs)) = (view.delay, self.wides.get(&view.slot)) {
            return pairs.clone();
        }
        let newest = self.wides.get(&view.slot).cloned();
        (0..self.halves())
            .map(|half| {
                let high = self.place(Pointer::High, view, half);
                let low = self.place(Pointer::Low, view, half);
                match newest.as_ref().map(|pairs| pairs[half]) {
                    Some((newest_high, newest_low)) => (
                        self.load_behind(newest_high, high, Type::F64),
                        self.load_behind(newest_low, low, Type::F64),
                    ),
                    None => (
                        self.body.define(Op::Load(high), Type::F64),
                        self.body.define(Op::Load(low), Type::F64),
                    ),
                }
            })
            .collect()
    }

    fn truth(&mut self, slot: Slot) -> (Value, Value) {
        if let Some(&truth) = self.truths.get(&slot) {
            return truth;
        }
        let mut load = |pointer| {
            let place = Place { pointer: self.body.pointer(pointer), back: 0, half: 0, part: 0 };
            self.body.define(Op::LoadMask(place), self.number_type.mask())
        };
        let truth = (load(Pointer::Yes(slot)), load(Pointer::No(slot)));
        self.truths.insert(slot, truth);
        truth
    }

    /// Returns whether what a step writes to a buffer is read from memory by anyone.
    fn is_stored(&self, index: usize, buffer: Buffer) -> bool {
        effects::has_history(self.plan, buffer)
            || (self.last_writer.get(&buffer) == Some(&index) && self.live.contains(&buffer))
    }

    fn set_number(&mut self, index: usize, slot: Slot, value: Value) {
        self.numbers.insert(slot, value);
        if self.is_stored(index, (Kind::Number, slot)) {
            let value = if self.is_root(slot) { self.canonical(value) } else { value };
            let place = self.place(Pointer::Number, View { slot, delay: 0 }, 0);
            self.body.items.push(Item::Store(value, place));
        }
    }

    fn is_root(&self, slot: Slot) -> bool {
        let is_own = |root: &RootSlot| matches!(root, RootSlot::Number(view) if view.slot == slot);
        self.plan.roots.iter().any(is_own)
    }

    /// Returns a number with every NaN made the canonical one, as results have it.
    fn canonical(&mut self, value: Value) -> Value {
        let mask = self.number_type.mask();
        let missing = self.body.constant(f64::NAN, self.number_type);
        let is_missing = self.body.define(Op::Compare(Predicate::Unordered, value, value), mask);
        self.body.define(Op::Blend(is_missing, missing, value), self.number_type)
    }

    fn set_truth(&mut self, index: usize, slot: Slot, (yes, no): (Value, Value)) {
        self.truths.insert(slot, (yes, no));
        if self.is_stored(index, (Kind::Truth, slot)) {
            for (pointer, value) in [(Pointer::Yes(slot), yes), (Pointer::No(slot), no)] {
                let place =
                    Place { pointer: self.body.pointer(pointer), back: 0, half: 0, part: 0 };
                self.body.items.push(Item::StoreMask(value, place));
            }
        }
    }

    fn set_wide(&mut self, index: usize, slot: Slot, pairs: Vec<(Value, Value)>) {
        if self.is_stored(index, (Kind::Wide, slot)) {
            for (half, &(high, low)) in pairs.iter().enumerate() {
                let place = self.place(Pointer::High, View { slot, delay: 0 }, half);
                self.body.items.push(Item::Store(high, place));
                let place = self.place(Pointer::Low, View { slot, delay: 0 }, half);
                self.body.items.push(Item::Store(low, place));
            }
        }
        self.wides.insert(slot, pairs);
    }
}

fn masks((yes, no): (TracedMask, TracedMask)) -> (Value, Value) {
    (yes.0, no.0)
}

fn pair((high, low): (Value, Value)) -> Pair<Traced<f64>> {
    Pair(Traced::new(high), Traced::new(low))
}

fn from_numbers(operation: FromNumbersStep, a: Value, b: Value) -> Pair<Traced<f64>> {
    wide::from_number_vectors(operation.into(), Traced::new(a), Traced::new(b))
}
