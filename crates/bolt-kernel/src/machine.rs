//! Runs a plan over rows, block by block, and remembers where it was.

#[cfg(all(target_arch = "x86_64", unix))]
mod compiled;
mod direct;

pub(crate) use direct::{Direct, Target};

use crate::Program;
use crate::cross::{self, Scratch, Sortable};
use crate::elementwise::{self, CopyRows, Lift, Operand, Planes};
use crate::explain::Jit;
use crate::extreme;
use crate::graph::{Finish, Input, Shape};
use crate::plan::{NumberOperand, Plan, RootSlot, Slot, Step, View};
use crate::prepared::Prepared;
use crate::quantile::{self, QuantileJob, SortedState};
use crate::recurrence::{self, LinearJob, LinearState, MeanJob, MeanState};
use crate::rows::{Out, Rows, as_uninit};
use crate::simd::{Element, LANES_MAX};
use crate::wide::{self, Wide, WideMut, Widen};
use crate::window;
use crate::window_sums::{self, SumsJob, SumsState};
use bolt_hardware::SimdLevel;
use std::mem::{self, MaybeUninit};
use std::sync::Arc;

/// What a column is made of: `f64` or `f32`.
pub trait Scalar: Element + Lift + Sortable + Widen {}
impl Scalar for f64 {}
impl Scalar for f32 {}

/// How a [`Machine`] runs.
#[derive(Debug, Clone)]
pub struct Options {
    /// The SIMD level; results do not depend on it.
    pub level: SimdLevel,
    /// Rows computed at a time, `None` for what suits the caches; results do not depend on it.
    pub block_rows: Option<usize>,
    /// Whether programs are compiled; results do not depend on it.
    pub jit: Jit,
}

impl Default for Options {
    fn default() -> Self {
        Self { level: SimdLevel::detect(), block_rows: None, jit: Jit::default() }
    }
}

/// One input's values, as its [`Shape`] says.
#[derive(Debug, Clone, Copy)]
pub enum Column<'a, E> {
    /// Row `r` of lane `l` is at `r * stride + l`.
    Panel {
        /// The values.
        values: &'a [E],
        /// Distance between rows, at least the number of lanes.
        stride: usize,
    },
    /// A value a row.
    Series(&'a [E]),
    /// A value a lane.
    Lanes(&'a [E]),
}

/// Rows of one root, as they come out of a [`Machine`].
#[derive(Debug)]
pub struct Block<'a, E> {
    /// The first row, counted from the start of the call to [`Machine::run`].
    pub first_row: usize,
    /// The number of rows.
    pub rows: usize,
    /// The number of lanes.
    pub lanes: usize,
    stride: usize,
    values: BlockValues<'a, E>,
}

#[derive(Debug)]
enum BlockValues<'a, E> {
    Numbers(&'a [E]),
    Truths(&'a Planes),
}

impl<E: Scalar> Block<'_, E> {
    /// Returns the numbers of a row; a NaN is any NaN.
    ///
    /// # Panics
    /// If the root is a truth value.
    pub fn numbers(&self, row: usize) -> &[E] {
        let BlockValues::Numbers(values) = self.values else { panic!("the root is a truth value") };
        &values[row * self.stride..row * self.stride + self.lanes]
    }

    /// Copies the numbers to rows `stride` apart, every NaN made the canonical one.
    ///
    /// # Panics
    /// If the root is a truth value or `to` is too short.
    pub fn copy_numbers(&self, level: SimdLevel, to: &mut [E], stride: usize) {
        self.copy_numbers_new(level, as_uninit(to), stride);
    }

    /// As [`Self::copy_numbers`], to places that hold nothing yet.
    pub(crate) fn copy_numbers_new(
        &self,
        level: SimdLevel,
        to: &mut [MaybeUninit<E>],
        stride: usize,
    ) {
        let BlockValues::Numbers(from) = self.values else { panic!("the root is a truth value") };
        let Self { rows, lanes, stride: from_stride, .. } = *self;
        // Rows that follow each other are copied as one.
        let copy = match from_stride == lanes && stride == lanes {
            true => {
                CopyRows { from, from_stride: 0, to, to_stride: 0, rows: 1, lanes: rows * lanes }
            }
            false => CopyRows { from, from_stride, to, to_stride: stride, rows, lanes },
        };
        elementwise::copy_rows(level, copy);
    }

    /// Returns the truth value at a row and lane, `None` for missing.
    ///
    /// # Panics
    /// If the root is a number.
    pub fn truth(&self, row: usize, lane: usize) -> Option<bool> {
        let BlockValues::Truths(planes) = self.values else { panic!("the root is a number") };
        planes.get(row * self.stride + lane)
    }

    /// Returns where a root over one lane is true, a bit a row, the first row lowest. Bits after
    /// the last row mean nothing.
    ///
    /// # Panics
    /// If the root is a number or there are several lanes.
    pub fn true_bits(&self) -> &[u8] {
        assert_eq!(self.stride, 1, "bits are rows only over one lane");
        let BlockValues::Truths(planes) = self.values else { panic!("the root is a number") };
        &planes.yes[..self.rows.div_ceil(8)]
    }
}

/// Numbers before the first row of a buffer's history, so that a vector may begin there.
const MARGIN: usize = LANES_MAX;

/// Cache lines of a page, and how many of them a buffer begins after the one before it: many that
/// began at the same place of a page would share few sets of the nearest cache.
const PAGE_LINES: usize = 64;
const SKEW_LINES: usize = 7;

/// Rows of a column with its history.
#[derive(Debug, Clone, Default)]
struct Buffer<E> {
    values: Vec<E>,
    /// Where the values begin, so that a block that starts a buffer is aligned.
    start: usize,
    history: usize,
}

impl<E: Copy> Buffer<E> {
    /// Returns one of several buffers that are used together.
    fn new(fill: E, history: usize, index: usize, geometry: &Geometry) -> Self {
        let first = first_of::<E>(index);
        let values = vec![fill; geometry.whole_length::<E>(history, index)];
        let aligned = values[first + history * geometry.stride..].as_ptr().align_offset(64);
        Self { values, start: first + aligned.min(64), history }
    }

    /// Returns the position of the current block's first row.
    fn base(&self, geometry: &Geometry) -> usize {
        let row = if self.history == 0 { 0 } else { self.history + geometry.head };
        self.start + row * geometry.stride
    }

    fn keep_history(&mut self, geometry: &Geometry) {
        let rows = self.history * geometry.stride;
        let from = self.start + geometry.head * geometry.stride;
        self.values.copy_within(from..from + rows, self.start);
    }
}

/// Values of all buffers together over one lane.
const ONE_LANE_VALUES: usize = 1 << 18;

/// Sizes that all buffers share.
#[derive(Debug, Clone, Copy)]
struct Geometry {
    lanes: usize,
    /// Values a row takes: 1 for one lane, else padded to whole vectors.
    stride: usize,
    block_rows: usize,
    /// Whether the caller said how many.
    is_given: bool,
    /// Rows after its history that a buffer holds before the history moves to the front.
    capacity: usize,
    /// Rows of that taken by earlier blocks.
    head: usize,
}

impl Geometry {
    fn new(lanes: usize, block_rows: Option<usize>, plan: &Plan) -> Self {
        let stride = match lanes {
            1 => 1,
            // An odd number of vectors, so that rows do not all fall on the same cache sets.
            _ => (lanes.div_ceil(LANES_MAX) | 1) * LANES_MAX,
        };
        let buffers = plan.numbers.len() + 2 * plan.wides.len();
        let suitable = match (stride, plan.has_cross) {
            // One pass goes through all accumulators: they stay in the nearest caches.
            (1, _) if !plan.wides.is_empty() => 1_024,
            // Long, so that starting a step costs little, while all buffers are near.
            (1, _) => (ONE_LANE_VALUES / buffers.next_power_of_two()).clamp(512, 4_096),
            (_, true) => (16_384 / stride).max(8),
            (_, false) => (8_192 / stride).max(8),
        };
        let is_given = block_rows.is_some();
        let block_rows = block_rows.unwrap_or(suitable).max(1);
        Self { lanes, stride, block_rows, is_given, capacity: block_rows.max(64), head: 0 }
    }

    /// Lanes in whole vectors, one lane by itself.
    fn whole_lanes<E: Scalar>(&self) -> usize {
        if self.lanes == 1 { 1 } else { self.lanes.next_multiple_of(E::LANES) }
    }

    fn buffer_length(&self, history: usize) -> usize {
        (history + self.capacity) * self.stride + LANES_MAX
    }
}

impl Geometry {
    /// Returns the length of a buffer, of several that are used together, with what precedes it.
    fn whole_length<E>(&self, history: usize, index: usize) -> usize {
        first_of::<E>(index) + self.buffer_length(history) + 64
    }
}

/// Returns where the values of a buffer may begin.
fn first_of<E>(index: usize) -> usize {
    MARGIN + index * SKEW_LINES % PAGE_LINES * (64 / size_of::<E>())
}

/// A range of rows of the current block.
#[derive(Debug, Clone, Copy)]
struct Span {
    first: usize,
    rows: usize,
}

/// A program being run: it takes rows as they come, few or many at a time, and gives the same
/// results however they are cut.
#[derive(Debug, Clone)]
pub struct Machine<E> {
    prepared: Arc<Prepared>,
    level: SimdLevel,
    jit: Jit,
    geometry: Geometry,
    numbers: Vec<Buffer<E>>,
    wide_high: Vec<Buffer<f64>>,
    wide_low: Vec<Buffer<f64>>,
    truths: Vec<Planes>,
    linear: Vec<LinearState>,
    means: Vec<MeanState>,
    window_sums: Vec<SumsState>,
    quantiles: Vec<SortedState<E>>,
    states: Vec<Vec<E>>,
    started: bool,
}

impl<E: Scalar> Machine<E> {
    /// Returns a machine before its first row.
    ///
    /// # Panics
    /// If there are no lanes.
    pub fn new(program: &Program, lanes: usize, options: &Options) -> Self {
        assert!(lanes > 0, "a machine has at least one lane");
        let prepared = program.prepared(lanes);
        let plan = prepared.plan();
        let geometry = Geometry::new(lanes, options.block_rows, &plan);
        let stride = geometry.stride;
        let buffer =
            |(index, &history): (usize, &usize)| Buffer::new(E::NAN, history, index, &geometry);
        let mut numbers: Vec<_> = plan.numbers.iter().enumerate().map(buffer).collect();
        for &(slot, value) in &plan.constants {
            numbers[slot].values.fill(E::from_f64(value));
        }
        let wides = |first: usize| {
            let buffer = move |(index, &history): (usize, &usize)| {
                Buffer::new(f64::NAN, history, 2 * index + first, &geometry)
            };
            plan.wides.iter().enumerate().map(buffer).collect::<Vec<_>>()
        };
        Self {
            level: options.level,
            jit: options.jit,
            numbers,
            wide_high: wides(0),
            wide_low: wides(1),
            truths: plan
                .truths
                .iter()
                .map(|_| Planes::new(geometry.capacity * stride + LANES_MAX))
                .collect(),
            linear: vec![LinearState::new(stride); plan.linear_memories],
            means: vec![MeanState::new(stride); plan.mean_memories],
            window_sums: plan
                .window_sums
                .iter()
                .map(|&(finish, rows)| SumsState::new(finish, rows, stride))
                .collect(),
            quantiles: plan
                .quantiles
                .iter()
                .map(|&(q, rows)| SortedState::new(q, rows, stride))
                .collect(),
            states: plan.states.iter().map(|&value| vec![E::from_f64(value); stride]).collect(),
            prepared,
            geometry,
            started: false,
        }
    }

    /// Returns the bytes of the buffers that a machine for a program has, which are most of it.
    pub fn buffer_bytes(program: &Program, lanes: usize, options: &Options) -> usize {
        let prepared = program.prepared(lanes);
        let plan = prepared.plan();
        let geometry = Geometry::new(lanes, options.block_rows, &plan);
        let numbers = plan.numbers.iter().enumerate();
        let numbers = numbers.map(|(index, &rows)| geometry.whole_length::<E>(rows, index));
        let wides = plan.wides.iter().enumerate().flat_map(|(index, &rows)| {
            [0, 1].map(|plane| geometry.whole_length::<f64>(rows, 2 * index + plane))
        });
        let bits = geometry.capacity * geometry.stride + LANES_MAX;
        let truths = plan.truths.len() * 2 * bits.div_ceil(8);
        numbers.sum::<usize>() * size_of::<E>() + wides.sum::<usize>() * size_of::<f64>() + truths
    }

    /// Takes `rows` rows of every input, in the order of [`Program::inputs`], and gives each
    /// root's results to `sink`, a block at a time, with the root's index.
    ///
    /// # Panics
    /// If a column is shorter than `rows` or not of its input's shape. The values of
    /// [`Column::Lanes`] are taken on the first call and must stay the same.
    pub fn run(
        &mut self,
        inputs: &[Column<'_, E>],
        rows: usize,
        sink: impl FnMut(usize, Block<'_, E>),
    ) {
        self.run_into(inputs, rows, Vec::new(), sink);
    }

    /// Takes rows as [`Self::run`] does and gives no results: only what later rows depend on is
    /// computed.
    ///
    /// # Panics
    /// As [`Self::run`].
    pub fn advance(&mut self, inputs: &[Column<'_, E>], rows: usize) {
        let silent = self.prepared.silent();
        self.run_plan(&silent, inputs, rows, Vec::new(), |_, _| {});
    }

    /// Takes rows as [`Self::run`] does and gives the last row's results alone, which takes a
    /// fraction of the time if the program is made of states.
    ///
    /// # Panics
    /// As [`Self::run`].
    pub fn run_last(
        &mut self,
        inputs: &[Column<'_, E>],
        rows: usize,
        mut sink: impl FnMut(usize, Block<'_, E>),
    ) {
        let Some(last) = rows.checked_sub(1) else { return };
        self.advance(inputs, last);
        let inputs: Vec<_> = inputs.iter().map(|column| column.starting_at_row(last)).collect();
        self.run(&inputs, 1, |root, block| sink(root, Block { first_row: last, ..block }));
    }

    /// As [`Self::run`]; roots that have a target are written there and not given to `sink`.
    pub(crate) fn run_into(
        &mut self,
        inputs: &[Column<'_, E>],
        rows: usize,
        targets: Vec<Option<Target<'_, E>>>,
        sink: impl FnMut(usize, Block<'_, E>),
    ) {
        self.run_plan(&Arc::clone(&self.prepared), inputs, rows, targets, sink);
    }

    /// Runs the machine's plan, or the part of it that is silent.
    fn run_plan(
        &mut self,
        prepared: &Prepared,
        inputs: &[Column<'_, E>],
        rows: usize,
        targets: Vec<Option<Target<'_, E>>>,
        mut sink: impl FnMut(usize, Block<'_, E>),
    ) {
        let plan = prepared.plan();
        assert_eq!(inputs.len(), plan.inputs.len(), "a column for each input");
        if !self.started {
            self.started = true;
            self.load_lanes(&self.prepared.plan(), inputs);
        }
        let values = rows * self.geometry.stride;
        let compiled = prepared.compiled::<E>(self.jit, self.level, values);
        let mut direct = Direct::new(compiled, prepared, inputs, targets);
        let mut first = 0;
        while first < rows {
            let (block, is_new) = direct.advance(first, rows - first, &self.geometry);
            let taken = if direct.is_whole() { 0 } else { block };
            self.make_room(taken);
            if is_new {
                self.restore_history(&direct, first);
            }
            self.load(&plan, inputs, first, block, &direct);
            match compiled {
                Some(compiled) => self.run_compiled(&plan, compiled, block, &mut direct),
                None => self.run_steps(&plan.steps, Span { first: 0, rows: block }, &mut direct),
            }
            for (index, &root) in plan.roots.iter().enumerate() {
                if direct.is_in_place(index) {
                    continue;
                }
                let block = self.block(root, first, block);
                match direct.rest_of_target(index) {
                    Some((to, stride)) => block.copy_numbers_new(self.level, to, stride),
                    None => sink(index, block),
                }
            }
            self.geometry.head += taken;
            first += block;
        }
        if direct.is_direct() {
            self.restore_history(&direct, first);
        }
    }

    fn block(&self, root: RootSlot, first_row: usize, rows: usize) -> Block<'_, E> {
        let Geometry { lanes, stride, .. } = self.geometry;
        let values = match root {
            RootSlot::Number(view) => {
                BlockValues::Numbers(self.view(view, Span { first: 0, rows }))
            }
            RootSlot::Truth(slot) => BlockValues::Truths(&self.truths[slot]),
        };
        Block { first_row, rows, lanes, stride, values }
    }

    /// Moves the history to the front if the next block would not fit behind it.
    fn make_room(&mut self, rows: usize) {
        if self.geometry.head + rows <= self.geometry.capacity {
            return;
        }
        let geometry = self.geometry;
        self.numbers.iter_mut().for_each(|buffer| buffer.keep_history(&geometry));
        let wides = self.wide_high.iter_mut().chain(&mut self.wide_low);
        wides.for_each(|buffer| buffer.keep_history(&geometry));
        self.geometry.head = 0;
    }

    fn load_lanes(&mut self, plan: &Plan, inputs: &[Column<'_, E>]) {
        let Geometry { lanes, stride, .. } = self.geometry;
        for (slot, input, column) in needed(plan, inputs) {
            if let (Shape::Lanes, Column::Lanes(values)) = (input.shape, column) {
                let buffer = &mut self.numbers[slot];
                let start = buffer.start;
                for row in buffer.values[start..].chunks_exact_mut(stride) {
                    row[..lanes].copy_from_slice(&values[..lanes]);
                }
            }
        }
    }

    fn load(
        &mut self,
        plan: &Plan,
        inputs: &[Column<'_, E>],
        first: usize,
        rows: usize,
        direct: &Direct<'_, E>,
    ) {
        let Geometry { lanes, stride, .. } = self.geometry;
        for (slot, input, column) in needed(plan, inputs) {
            let is_elsewhere = direct.column(slot).is_some() || direct.series(slot).is_some();
            if is_elsewhere || matches!((input.shape, column), (Shape::Lanes, Column::Lanes(_))) {
                continue;
            }
            let buffer = &mut self.numbers[slot];
            let base = buffer.base(&self.geometry);
            let into = &mut buffer.values[base..base + rows * stride];
            match (input.shape, column) {
                (Shape::Panel, Column::Panel { values, stride: 1 }) if stride == 1 => {
                    into.copy_from_slice(&values[first..first + rows]);
                }
                (Shape::Panel, Column::Panel { values, stride: from }) => {
                    for (row, into) in into.chunks_exact_mut(stride).enumerate() {
                        let from = (first + row) * from;
                        into[..lanes].copy_from_slice(&values[from..from + lanes]);
                    }
                }
                (Shape::Panel | Shape::Series, Column::Series(values)) if stride == 1 => {
                    into.copy_from_slice(&values[first..first + rows]);
                }
                (Shape::Series, Column::Series(values)) => {
                    elementwise::spread(self.level, &values[first..first + rows], stride, into);
                }
                (shape, _) => panic!("input `{}` wants a column of shape {shape:?}", input.name),
            }
        }
    }

    /// Returns the values of a view, padded to whole vectors.
    fn view(&self, view: View, span: Span) -> &[E] {
        self.slice(&self.numbers[view.slot], view.delay, span)
    }

    fn slice<'b, T: Copy>(&self, buffer: &'b Buffer<T>, delay: usize, span: Span) -> &'b [T] {
        let Geometry { stride, .. } = self.geometry;
        let start = buffer.base(&self.geometry) + span.first * stride - delay * stride;
        &buffer.values[start..start + self.padded(span)]
    }

    fn padded(&self, span: Span) -> usize {
        (span.rows * self.geometry.stride).next_multiple_of(LANES_MAX)
    }

    fn operand(&self, operand: NumberOperand, span: Span) -> Operand<'_, E> {
        match operand {
            NumberOperand::View(view) => Operand::Column(self.view(view, span)),
            NumberOperand::Constant(value) => Operand::Constant(E::from_f64(value)),
        }
    }

    fn wide(&self, view: View, span: Span) -> Wide<'_> {
        Wide {
            high: self.slice(&self.wide_high[view.slot], view.delay, span),
            low: self.slice(&self.wide_low[view.slot], view.delay, span),
        }
    }

    /// Lends a buffer of numbers for writing, beside the machine for reading the others.
    fn write(&mut self, out: Slot, span: Span, f: impl FnOnce(&mut Self, &mut [E])) {
        let mut buffer = mem::take(&mut self.numbers[out]);
        let start = buffer.base(&self.geometry) + span.first * self.geometry.stride;
        let end = start + self.padded(span);
        f(self, &mut buffer.values[start..end]);
        self.numbers[out] = buffer;
    }

    /// Lends rows of numbers for writing, where they go or in their buffer.
    fn write_rows<'c>(
        &mut self,
        out: Slot,
        span: Span,
        direct: &mut Direct<'c, E>,
        f: impl FnOnce(&mut Self, &Direct<'c, E>, Out<'_, E>),
    ) {
        let Geometry { lanes, stride, .. } = self.geometry;
        let Some((root, target)) = direct.take_target(out) else {
            return self.write(out, span, |machine, values| {
                // Over one lane whole vectors are written, padding too.
                let lanes = if lanes == 1 { values.len() } else { stride };
                f(machine, direct, Out::over(values, stride, lanes));
            });
        };
        let first = (direct.first() + span.first) * target.stride;
        let values = &mut target.values[first..];
        assert!(lanes > 1 || target.stride == 1, "rows of one lane follow each other");
        let lanes = if lanes == 1 { values.len() } else { lanes };
        f(self, direct, Out::new(values, target.stride, lanes));
        direct.put_target(root, target);
    }

    fn write_truth(&mut self, out: Slot, f: impl FnOnce(&Self, &mut Planes)) {
        let mut planes = mem::take(&mut self.truths[out]);
        f(self, &mut planes);
        self.truths[out] = planes;
    }

    fn write_wide(&mut self, out: Slot, span: Span, f: impl FnOnce(&Self, WideMut<'_>)) {
        let mut high = mem::take(&mut self.wide_high[out]);
        let mut low = mem::take(&mut self.wide_low[out]);
        let (stride, length) = (self.geometry.stride, self.padded(span));
        let at = |buffer: &Buffer<f64>| {
            let start = buffer.base(&self.geometry) + span.first * stride;
            start..start + length
        };
        let (high_range, low_range) = (at(&high), at(&low));
        let planes =
            WideMut { high: &mut high.values[high_range], low: &mut low.values[low_range] };
        f(self, planes);
        self.wide_high[out] = high;
        self.wide_low[out] = low;
    }

    fn run_steps(&mut self, steps: &[Step], span: Span, direct: &mut Direct<'_, E>) {
        for step in steps {
            self.run_step(step, span, direct);
        }
    }

    fn run_step(&mut self, step: &Step, span: Span, direct: &mut Direct<'_, E>) {
        let level = self.level;
        let length = self.padded(span);
        let bytes = length / 8;
        match *step {
            Step::Unary(operation, x, out) => self.write(out, span, |machine, out| {
                elementwise::unary(level, operation, machine.view(x, span), out);
            }),
            Step::Binary(operation, a, b, out) => self.write(out, span, |machine, out| {
                let (a, b) = (machine.operand(a, span), machine.operand(b, span));
                elementwise::binary(level, operation, a, b, out);
            }),
            Step::Select { condition, yes, no, out } => self.write(out, span, |machine, out| {
                let (yes, no) = (machine.view(yes, span), machine.view(no, span));
                elementwise::select(level, &machine.truths[condition], yes, no, out);
            }),
            Step::ToNumber(x, out) => self.write(out, span, |machine, out| {
                elementwise::to_number(level, &machine.truths[x], out);
            }),
            Step::Compare(comparison, a, b, out) => self.write_truth(out, |machine, out| {
                let (a, b) = (machine.operand(a, span), machine.operand(b, span));
                elementwise::compare(level, comparison, a, b, length, out);
            }),
            Step::ToBool(x, out) => self.write_truth(out, |machine, out| {
                let x = Operand::Column(machine.view(x, span));
                let zero = Operand::Constant(E::from_f64(0.0));
                elementwise::compare(level, crate::Compare::Unequal, x, zero, length, out);
            }),
            Step::IsMissing(x, out) => self.write_truth(out, |machine, out| {
                elementwise::is_missing(level, machine.view(x, span), out);
            }),
            Step::Not(x, out) => self.write_truth(out, |machine, out| {
                elementwise::not(&machine.truths[x], bytes, out);
            }),
            Step::And(a, b, out) => self.write_truth(out, |machine, out| {
                elementwise::and(&machine.truths[a], &machine.truths[b], bytes, out);
            }),
            Step::Or(a, b, out) => self.write_truth(out, |machine, out| {
                elementwise::or(&machine.truths[a], &machine.truths[b], bytes, out);
            }),
            _ => self.run_step_over_rows(step, span, direct),
        }
    }

    /// Steps that see more than one row or lane at a time.
    fn run_step_over_rows(&mut self, step: &Step, span: Span, direct: &mut Direct<'_, E>) {
        let level = self.level;
        match step {
            &Step::FromNumbers(operation, a, b, out) => {
                self.write_wide(out, span, |machine, out| {
                    let (a, b) = (machine.view(a, span), machine.view(b, span));
                    wide::from_numbers(level, operation.into(), a, b, out);
                });
            }
            &Step::WideAdd(a, b, out) => self.write_wide(out, span, |machine, out| {
                wide::add(level, machine.wide(a, span), machine.wide(b, span), out);
            }),
            &Step::WideAddNumber(a, x, out) => self.write_wide(out, span, |machine, out| {
                wide::add_number(level, machine.wide(a, span), machine.view(x, span), out);
            }),
            &Step::WideAddScaled(a, b, factor, out) => {
                self.write_wide(out, span, |machine, out| {
                    wide::add_scaled(
                        level,
                        machine.wide(a, span),
                        machine.wide(b, span),
                        factor,
                        out,
                    );
                });
            }
            Step::Finish { finish, rows, sums, out } => self.write(*out, span, |machine, out| {
                let mut wides = [Wide { high: &[], low: &[] }; 5];
                for (wide, sum) in wides.iter_mut().zip(sums) {
                    *wide = machine.wide(*sum, span);
                }
                wide::finish(level, *finish, *rows, &wides[..sums.len()], out);
            }),
            &Step::Window(operation, x, length, out) => {
                self.write_rows(out, span, direct, |machine, direct, out| {
                    window::window(level, operation, machine.rows(x, span, direct), length, out);
                });
            }
            &Step::Extreme { largest, x, rows, out } => {
                self.write_rows(out, span, direct, |machine, direct, out| {
                    let x = machine.rows(x, span, direct);
                    extreme::extreme(level, largest, x, rows as usize, out);
                });
            }
            &Step::Cross { cross, x, other, out } => self.write(out, span, |machine, out| {
                let Geometry { lanes, stride, .. } = machine.geometry;
                let mut scratch = Scratch::default();
                let x = machine.view(x, span).chunks_exact(stride);
                let other = other.map(|other| machine.view(other, span));
                for (row, (x, out)) in
                    x.zip(out.chunks_exact_mut(stride)).enumerate().take(span.rows)
                {
                    let other = other.map(|other| &other[row * stride..(row + 1) * stride]);
                    cross::row(level, cross, x, other, lanes, &mut scratch, out);
                }
            }),
            _ => self.run_step_with_memory(step, span, direct),
        }
    }

    /// Runs a step that remembers something from block to block.
    fn run_step_with_memory(&mut self, step: &Step, span: Span, direct: &mut Direct<'_, E>) {
        let level = self.level;
        match step {
            &Step::WindowSums { memory, x, y, out } => {
                let empty = SumsState::new(Finish::Sum, 1, 0);
                let mut state = mem::replace(&mut self.window_sums[memory], empty);
                self.write_rows(out, span, direct, |machine, direct, out| {
                    let (x, y) = (machine.rows(x, span, direct), machine.rows(y, span, direct));
                    let job = SumsJob { state: &mut state, x, y, out };
                    window_sums::window_sums(level, job);
                });
                self.window_sums[memory] = state;
            }
            &Step::Quantile { memory, x, out } => {
                let (stride, empty) = (self.geometry.stride, SortedState::new(0.0, 1, 0));
                let mut state = mem::replace(&mut self.quantiles[memory], empty);
                self.write(out, span, |machine, out| {
                    let x = machine.rows(x, span, direct);
                    let job = QuantileJob { state: &mut state, x, stride, out };
                    quantile::quantile(level, job);
                });
                self.quantiles[memory] = state;
            }
            &Step::Linear { linear, memory, x, out } => {
                let mut state = mem::take(&mut self.linear[memory]);
                self.write_rows(out, span, direct, |machine, direct, out| {
                    let x = machine.rows(x, span, direct);
                    recurrence::linear(level, LinearJob { linear, state: &mut state, x, out });
                });
                self.linear[memory] = state;
            }
            &Step::WeightedMean { decay, memory, x, out } => {
                let stride = self.geometry.stride;
                let mut state = mem::replace(&mut self.means[memory], MeanState::new(0));
                self.write(out, span, |machine, out| {
                    let x = machine.view(x, span);
                    let job = MeanJob { decay, state: &mut state, x, out };
                    recurrence::weighted_mean(level, span.rows, stride, job);
                });
                self.means[memory] = state;
            }
            &Step::ReadState(memory, out) => self.write(out, span, |machine, out| {
                let state = &machine.states[memory];
                out[..state.len()].copy_from_slice(state);
            }),
            Step::Scan { steps, next } => self.scan(steps, next, span, direct),
            _ => unreachable!("handled by run_step_over_rows"),
        }
    }

    fn rows<'b>(&'b self, x: View, span: Span, direct: &Direct<'b, E>) -> Rows<'b, E> {
        let (rows, lanes) = (span.rows, self.geometry.whole_lanes::<E>());
        if let Some((values, stride, first)) = direct.column(x.slot) {
            let origin = (first + span.first - x.delay) * stride;
            return Rows { values, origin, rows, stride, lanes };
        }
        let buffer = &self.numbers[x.slot];
        let stride = self.geometry.stride;
        let origin = buffer.base(&self.geometry) + span.first * stride - x.delay * stride;
        Rows { values: &buffer.values, origin, rows, stride, lanes }
    }

    fn scan(
        &mut self,
        steps: &[Step],
        next: &[(usize, View)],
        span: Span,
        direct: &mut Direct<'_, E>,
    ) {
        for first in span.first..span.first + span.rows {
            let row = Span { first, rows: 1 };
            self.run_steps(steps, row, direct);
            for &(memory, view) in next {
                let mut state = mem::take(&mut self.states[memory]);
                let values = self.view(view, row);
                state.copy_from_slice(&values[..self.geometry.stride]);
                self.states[memory] = state;
            }
        }
    }
}

/// Returns slot, description and values of each input that is read.
fn needed<'p, 'c, E: Copy>(
    plan: &'p Plan,
    inputs: &'p [Column<'c, E>],
) -> impl Iterator<Item = (Slot, &'p Input, Column<'c, E>)> {
    let columns = plan.inputs.iter().zip(inputs);
    plan.input_slots
        .iter()
        .zip(columns)
        .filter_map(|(slot, (input, column))| slot.map(|slot| (slot, input, *column)))
}
