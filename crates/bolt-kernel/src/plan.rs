//! From a graph to a list of steps over buffers.
//!
//! Only what the roots need is planned. Delays cost nothing: they are views into a buffer that
//! keeps as many rows of history as its readers look back. Other buffers are reused as soon as
//! their last reader has run.
//!
//! Steps run over whole blocks of rows, except those between reading a state and setting it: they
//! form one [`Step::Scan`], which runs row by row.

use crate::extreme::Extreme;
use crate::graph::{
    Binary, Compare, Cross, Finish, Graph, Input, Linear, Node, NodeId, Recurrence, SUMS_MAX,
    Unary, ValueType, Window,
};
use crate::hash::WordMap;
use crate::wide::FromNumbers;

/// A buffer of numbers, accumulators or truth values; which, is known from where it is used.
pub(crate) type Slot = usize;

/// A buffer, read a number of rows back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct View {
    pub(crate) slot: Slot,
    pub(crate) delay: usize,
}

/// A number to compute with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum NumberOperand {
    View(View),
    Constant(f64),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    Unary(Unary, View, Slot),
    Binary(Binary, NumberOperand, NumberOperand, Slot),
    Compare(Compare, NumberOperand, NumberOperand, Slot),
    Not(Slot, Slot),
    And(Slot, Slot, Slot),
    Or(Slot, Slot, Slot),
    Select {
        condition: Slot,
        yes: View,
        no: View,
        out: Slot,
    },
    ToNumber(Slot, Slot),
    ToBool(View, Slot),
    IsMissing(View, Slot),
    FromNumbers(FromNumbersStep, View, View, Slot),
    WideAdd(View, View, Slot),
    WideAddNumber(View, View, Slot),
    WideAddScaled(View, View, u32, Slot),
    Finish {
        finish: Finish,
        rows: u32,
        sums: Vec<View>,
        out: Slot,
    },
    /// Sums over windows, and what is read off them, in one step over all lanes.
    WindowSums {
        memory: usize,
        x: View,
        y: View,
        out: Slot,
    },
    /// A quantile over a window.
    Quantile {
        memory: usize,
        x: View,
        out: Slot,
    },
    Window(Window, View, usize, Slot),
    /// The largest or smallest of the last rows.
    Extreme {
        largest: bool,
        x: View,
        rows: u32,
        out: Slot,
    },
    /// A linear recurrence.
    Linear {
        linear: Linear,
        memory: usize,
        x: View,
        out: Slot,
    },
    WeightedMean {
        decay: f64,
        memory: usize,
        x: View,
        out: Slot,
    },
    Cross {
        cross: Cross,
        x: View,
        other: Option<View>,
        out: Slot,
    },
    /// Writes the value of a state to a buffer.
    ReadState(usize, Slot),
    /// Runs steps row by row, then takes over the next value of each state.
    Scan {
        steps: Vec<Step>,
        next: Vec<(usize, View)>,
    },
}

/// [`FromNumbers`], comparable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FromNumbersStep {
    Value,
    Sum,
    Product,
}

impl From<FromNumbersStep> for FromNumbers {
    fn from(step: FromNumbersStep) -> Self {
        match step {
            FromNumbersStep::Value => Self::Value,
            FromNumbersStep::Sum => Self::Sum,
            FromNumbersStep::Product => Self::Product,
        }
    }
}

/// Where a root's values are after a block has run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RootSlot {
    Number(View),
    Truth(Slot),
}

/// What to run, in order, and the buffers it needs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plan {
    pub(crate) inputs: Vec<Input>,
    /// The buffer of each input, `None` for one that no root needs.
    pub(crate) input_slots: Vec<Option<Slot>>,
    pub(crate) constants: Vec<(Slot, f64)>,
    pub(crate) steps: Vec<Step>,
    pub(crate) roots: Vec<RootSlot>,
    /// Rows of history of each buffer of numbers.
    pub(crate) numbers: Vec<usize>,
    /// Rows of history of each buffer of accumulators.
    pub(crate) wides: Vec<usize>,
    /// The same for truth values, which have none.
    pub(crate) truths: Vec<usize>,
    pub(crate) linear_memories: usize,
    pub(crate) mean_memories: usize,
    /// What each [`Step::WindowSums`] computes.
    pub(crate) window_sums: Vec<(Finish, u32)>,
    /// Quantile and number of rows of each [`Step::Quantile`].
    pub(crate) quantiles: Vec<(f64, u32)>,
    /// The initial value of each state.
    pub(crate) states: Vec<f64>,
    pub(crate) has_cross: bool,
}

impl Plan {
    pub(crate) fn new(graph: &Graph, roots: &[NodeId], layout: Layout) -> Self {
        Planner::new(graph, roots, layout).plan(roots)
    }

    /// Returns the memory that the lists have allocated which grow with the graph.
    pub(crate) fn allocated(&self) -> usize {
        let slots = self.numbers.capacity() + self.wides.capacity() + self.truths.capacity();
        self.steps.capacity() * size_of::<Step>()
            + self.roots.capacity() * size_of::<RootSlot>()
            + slots * size_of::<usize>()
    }
}

/// How many lanes a plan is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// One: vectors run along the rows.
    OneLane,
    /// Several: vectors run across the lanes.
    Lanes,
}

/// Fewer rows are compared at once.
const EXTREME_ROWS_MIN: u32 = 4;

/// When a node runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
enum Phase {
    /// Over whole blocks, before any state is read.
    #[default]
    Before,
    /// Row by row.
    Scan,
    /// Over whole blocks, on results of the scan.
    After,
}

#[derive(Debug, Clone, Copy, Default)]
struct Facts {
    needed: bool,
    phase: Phase,
    /// The number of linear recurrences on the longest path to this node.
    depth: u32,
    /// Rows of history that readers want.
    history: u32,
    /// Position of the last step that reads the node's buffer.
    last_use: usize,
    /// Whether a step other than [`Step::WideAdd`] reads it (for [`Node::Widen`]).
    materialized: bool,
}

struct Planner<'g> {
    graph: &'g Graph,
    layout: Layout,
    facts: Vec<Facts>,
    slots: WordMap<NodeId, Slot>,
    /// Truth values carried between phases as numbers.
    carried: WordMap<NodeId, Slot>,
    imported: WordMap<(NodeId, Phase), Slot>,
    /// Steps that carry truth values into the scan and run before it.
    carrying: Vec<Step>,
    /// The memory of each state.
    memories: WordMap<u32, usize>,
    plan: Plan,
    free_numbers: Vec<Slot>,
    free_wides: Vec<Slot>,
    free_truths: Vec<Slot>,
}

impl<'g> Planner<'g> {
    fn new(graph: &'g Graph, roots: &[NodeId], layout: Layout) -> Self {
        let mut planner = Self {
            graph,
            layout,
            facts: vec![Facts::default(); graph.len()],
            slots: WordMap::default(),
            carried: WordMap::default(),
            imported: WordMap::default(),
            carrying: Vec::new(),
            memories: WordMap::default(),
            plan: Plan::default(),
            free_numbers: Vec::new(),
            free_wides: Vec::new(),
            free_truths: Vec::new(),
        };
        planner.mark_needed(roots);
        planner.mark_phases();
        planner.mark_depths();
        planner.mark_history(roots);
        planner
    }

    /// Returns what a node's step reads.
    fn operands(&self, id: NodeId) -> impl Iterator<Item = NodeId> + use<> {
        let mut operands = [None; SUMS_MAX];
        match (self.graph.node(id), self.layout) {
            (Node::Finish { x, y, .. }, Layout::Lanes) => {
                (operands[0], operands[1]) = (Some(*x), *y);
            }
            (node, _) => match self.extreme(id) {
                Some(extreme) => operands[0] = Some(extreme.x),
                None => {
                    let mut slots = operands.iter_mut();
                    node.operands(|operand| {
                        *slots.next().expect("sums are the most operands") = Some(operand);
                    });
                }
            },
        }
        operands.into_iter().flatten()
    }

    /// Returns the window whose extreme a node is, if it runs as a step of its own.
    fn extreme(&self, id: NodeId) -> Option<Extreme> {
        // Within a scan, and over one lane, the parts that it is made of are compiled.
        let is_step = self.layout == Layout::Lanes && self.graph.states().is_empty();
        let extreme = if is_step { Extreme::new(self.graph, id)? } else { return None };
        (extreme.rows >= EXTREME_ROWS_MIN).then_some(extreme)
    }

    fn fact(&mut self, id: NodeId) -> &mut Facts {
        &mut self.facts[id.0 as usize]
    }

    fn ids(&self) -> impl DoubleEndedIterator<Item = NodeId> + use<> {
        (0..self.facts.len() as u32).map(NodeId)
    }

    fn needed_ids(&self) -> Vec<NodeId> {
        self.ids().filter(|id| self.facts[id.0 as usize].needed).collect()
    }

    fn next_of_state(&self, state: u32) -> NodeId {
        self.graph.states()[state as usize]
            .next
            .expect("a state that is read was given a next value")
    }

    fn mark_needed(&mut self, roots: &[NodeId]) {
        let mut stack = roots.to_vec();
        while let Some(id) = stack.pop() {
            if std::mem::replace(&mut self.fact(id).needed, true) {
                continue;
            }
            stack.extend(self.operands(id));
            if let Node::State(state) = self.graph.node(id) {
                stack.push(self.next_of_state(*state));
            }
        }
    }

    fn mark_phases(&mut self) {
        let needed = self.needed_ids();
        let mut feeds = vec![false; self.facts.len()];
        for &id in &needed {
            if let Node::State(state) = self.graph.node(id) {
                feeds[self.next_of_state(*state).0 as usize] = true;
            }
        }
        for &id in needed.iter().rev() {
            if feeds[id.0 as usize] {
                for operand in self.operands(id) {
                    feeds[operand.0 as usize] = true;
                }
            }
        }
        for id in needed {
            let is_state = matches!(self.graph.node(id), Node::State(_));
            let mut depends = is_state;
            for operand in self.operands(id) {
                depends |= self.facts[operand.0 as usize].phase != Phase::Before;
            }
            self.fact(id).phase = match (depends, feeds[id.0 as usize] || is_state) {
                (false, _) => Phase::Before,
                (true, true) => Phase::Scan,
                (true, false) => Phase::After,
            };
        }
    }

    fn mark_depths(&mut self) {
        for id in self.needed_ids() {
            let depth = |operand: NodeId| self.facts[operand.0 as usize].depth;
            let deepest = self.operands(id).map(depth).max();
            let own = u32::from(is_linear(self.graph.node(id)));
            self.fact(id).depth = deepest.unwrap_or(0) + own;
        }
    }

    /// Returns the node behind delays, and their sum.
    fn behind_delays(&self, mut id: NodeId) -> (NodeId, u32) {
        let mut rows = 0;
        while let Node::Delay(inner, delay) = *self.graph.node(id) {
            id = inner;
            rows += delay;
        }
        (id, rows)
    }

    fn want_history(&mut self, operand: NodeId, more: u32) {
        let (node, delay) = self.behind_delays(operand);
        let history = &mut self.fact(node).history;
        *history = (*history).max(delay + more);
    }

    fn mark_history(&mut self, roots: &[NodeId]) {
        for id in self.needed_ids() {
            match self.graph.node(id).clone() {
                Node::Delay(..) => {}
                // What it becomes may be a view further back.
                Node::State(state) => self.want_history(self.next_of_state(state), 0),
                Node::WideAdd(a, b) => {
                    for operand in [a, b] {
                        match *self.graph.node(operand) {
                            Node::Widen(x) => self.want_history(x, 0),
                            _ => self.want_history(operand, 0),
                        }
                    }
                    // Only `FromNumbers::Sum` and `WideAddNumber` read numbers directly.
                }
                node => {
                    let more = match node {
                        Node::Window(Window::Quantile(_), _, rows) => rows,
                        Node::Window(_, _, rows) => rows - 1,
                        Node::Finish { rows, .. } if self.layout == Layout::Lanes => rows,
                        _ => self.extreme(id).map_or(0, |extreme| extreme.rows - 1),
                    };
                    for operand in self.operands(id) {
                        self.want_history(operand, more);
                        let (behind, _) = self.behind_delays(operand);
                        self.fact(behind).materialized = true;
                    }
                }
            }
            if let Node::Widen(x) = *self.graph.node(id) {
                self.want_history(x, 0);
            }
        }
        for &root in roots {
            self.want_history(root, 0);
        }
    }
}

fn is_linear(node: &Node) -> bool {
    matches!(node, Node::Recurrence(Recurrence::Linear(_), _))
}

/// Returns whether a node needs no step: it is a view, an inlined constant or read as numbers.
fn is_silent(node: &Node, materialized: bool) -> bool {
    match node {
        Node::Delay(..) | Node::Constant(_) | Node::Input(_) => true,
        Node::Widen(_) => !materialized,
        _ => false,
    }
}

/// Steps in order, before buffers are given out.
struct Schedule {
    before: Vec<NodeId>,
    scan: Vec<NodeId>,
    after: Vec<NodeId>,
}

impl Planner<'_> {
    /// Orders the nodes that need a step, linear recurrences of equal depth together: what is
    /// between them can be compiled as one.
    fn schedule(&self) -> Schedule {
        let key = |&id: &NodeId| {
            let Facts { phase, depth, .. } = self.facts[id.0 as usize];
            match phase {
                Phase::Scan => (phase, 0, false, id),
                _ => (phase, depth, !is_linear(self.graph.node(id)), id),
            }
        };
        let mut ids = self.needed_ids();
        ids.retain(|id| !is_silent(self.graph.node(*id), self.facts[id.0 as usize].materialized));
        ids.sort_by_cached_key(key);
        let of = |phase| {
            let is_of = move |id: &NodeId| self.facts[id.0 as usize].phase == phase;
            ids.iter().copied().filter(is_of).collect()
        };
        Schedule { before: of(Phase::Before), scan: of(Phase::Scan), after: of(Phase::After) }
    }

    fn plan(mut self, roots: &[NodeId]) -> Plan {
        let schedule = self.schedule();
        self.mark_last_uses(&schedule, roots);
        self.plan_inputs();
        self.plan_states();
        let mut position = 0;
        let mut steps = Vec::new();
        for &id in &schedule.before {
            self.plan_node(id, Phase::Before, position, &mut steps);
            position += 1;
        }
        if !schedule.scan.is_empty() {
            self.plan_scan(&schedule.scan, position, &mut steps);
            position += 1;
        }
        for &id in &schedule.after {
            self.plan_node(id, Phase::After, position, &mut steps);
            position += 1;
        }
        self.plan.roots = roots
            .iter()
            .map(|&root| match self.graph.value_type(root) {
                ValueType::Number => RootSlot::Number(self.view(root)),
                ValueType::Bool => RootSlot::Truth(self.truth(root, Phase::After, &mut steps)),
                ValueType::Wide => unreachable!("a root is a number or a truth value"),
            })
            .collect();
        self.plan.steps = steps;
        self.plan.has_cross =
            self.needed_ids().iter().any(|&id| matches!(self.graph.node(id), Node::Cross(..)));
        self.plan
    }

    fn mark_last_uses(&mut self, schedule: &Schedule, roots: &[NodeId]) {
        let scan = Some(schedule.scan.as_slice()).filter(|scan| !scan.is_empty());
        let (before, after) = (schedule.before.chunks(1), schedule.after.chunks(1));
        for (position, group) in before.chain(scan).chain(after).enumerate() {
            for &id in group {
                let next = match *self.graph.node(id) {
                    Node::State(state) => Some(self.next_of_state(state)),
                    _ => None,
                };
                for operand in self.operands(id).chain(next) {
                    let (behind, _) = self.behind_delays(operand);
                    self.fact(behind).last_use = position;
                    if let Node::Widen(x) = *self.graph.node(behind) {
                        let (behind, _) = self.behind_delays(x);
                        self.fact(behind).last_use = position;
                    }
                }
            }
        }
        for &root in roots {
            let (behind, _) = self.behind_delays(root);
            self.fact(behind).last_use = usize::MAX;
        }
    }

    fn plan_inputs(&mut self) {
        self.plan.inputs = self.graph.inputs().to_vec();
        self.plan.input_slots = vec![None; self.plan.inputs.len()];
        for id in self.needed_ids() {
            if let Node::Input(index) = *self.graph.node(id) {
                let history = self.facts[id.0 as usize].history as usize;
                let slot = self.new_number(history);
                self.slots.insert(id, slot);
                self.plan.input_slots[index as usize] = Some(slot);
            }
        }
    }

    fn plan_states(&mut self) {
        for id in self.needed_ids() {
            if let Node::State(state) = *self.graph.node(id) {
                self.memories.insert(state, self.plan.states.len());
                self.plan.states.push(self.graph.states()[state as usize].initial);
            }
        }
    }

    fn new_number(&mut self, history: usize) -> Slot {
        self.plan.numbers.push(history);
        self.plan.numbers.len() - 1
    }

    /// Gives a node its buffer: an old one if nothing is to be remembered, else its own. A root has
    /// its own, too: its values can be written where they go.
    fn allocate(&mut self, id: NodeId, reuse: bool) -> Slot {
        let history = self.facts[id.0 as usize].history as usize;
        let is_root = self.facts[id.0 as usize].last_use == usize::MAX;
        let reuse = reuse && history == 0 && !is_root;
        let (free, plan) = match self.graph.value_type(id) {
            ValueType::Number => (&mut self.free_numbers, &mut self.plan.numbers),
            ValueType::Wide => (&mut self.free_wides, &mut self.plan.wides),
            ValueType::Bool => (&mut self.free_truths, &mut self.plan.truths),
        };
        let slot = if reuse { free.pop() } else { None }.unwrap_or_else(|| {
            plan.push(history);
            plan.len() - 1
        });
        self.slots.insert(id, slot);
        slot
    }

    /// Takes back the buffers whose last reader is the step at a position.
    fn release(&mut self, group: &[NodeId], position: usize) {
        let read: Vec<NodeId> = group.iter().flat_map(|&id| self.operands(id)).collect();
        for operand in read {
            let (mut behind, _) = self.behind_delays(operand);
            if let Node::Widen(x) = *self.graph.node(behind)
                && !self.slots.contains_key(&behind)
            {
                behind = self.behind_delays(x).0;
            }
            let Facts { last_use, history, .. } = self.facts[behind.0 as usize];
            let is_input = matches!(self.graph.node(behind), Node::Input(_) | Node::Constant(_));
            if last_use != position || history > 0 || is_input {
                continue;
            }
            // Released once, even if read twice.
            self.fact(behind).last_use = usize::MAX;
            let Some(&slot) = self.slots.get(&behind) else { continue };
            match self.graph.value_type(behind) {
                ValueType::Number => self.free_numbers.push(slot),
                ValueType::Wide => self.free_wides.push(slot),
                ValueType::Bool => self.free_truths.push(slot),
            }
        }
    }

    fn plan_node(&mut self, id: NodeId, phase: Phase, position: usize, steps: &mut Vec<Step>) {
        let out = self.allocate(id, true);
        let step = self.step(id, out, phase, steps);
        steps.push(step);
        self.release(&[id], position);
    }

    fn plan_scan(&mut self, nodes: &[NodeId], position: usize, steps: &mut Vec<Step>) {
        let mut inner = Vec::new();
        for &id in nodes {
            let out = self.allocate(id, false);
            let step = self.step(id, out, Phase::Scan, &mut inner);
            inner.push(step);
        }
        self.export_truths(nodes, &mut inner);
        let mut next = Vec::new();
        for (state, memory) in self.memories.clone() {
            next.push((memory, self.view(self.next_of_state(state))));
        }
        next.sort_unstable_by_key(|(memory, _)| *memory);
        steps.append(&mut self.carrying);
        steps.push(Step::Scan { steps: inner, next });
        self.release(nodes, position);
    }

    /// Lets truth values of the scan be read after it.
    fn export_truths(&mut self, nodes: &[NodeId], inner: &mut Vec<Step>) {
        let truths: Vec<NodeId> = nodes
            .iter()
            .copied()
            .filter(|&id| self.graph.value_type(id) == ValueType::Bool)
            .collect();
        for id in truths {
            let carrier = self.new_number(0);
            inner.push(Step::ToNumber(self.slots[&id], carrier));
            self.carried.insert(id, carrier);
        }
    }

    fn view(&mut self, id: NodeId) -> View {
        let (behind, delay) = self.behind_delays(id);
        let slot = match (self.slots.get(&behind), self.graph.node(behind)) {
            (Some(&slot), _) => slot,
            (None, Node::Constant(value)) => {
                let value = value.value();
                let slot = self.new_number(self.facts[behind.0 as usize].history as usize);
                self.slots.insert(behind, slot);
                self.plan.constants.push((slot, value));
                slot
            }
            (None, node) => unreachable!("{node:?} is planned before it is read"),
        };
        View { slot, delay: delay as usize }
    }

    fn number(&mut self, id: NodeId) -> NumberOperand {
        match self.graph.as_constant(id) {
            Some(value) => NumberOperand::Constant(value),
            None => NumberOperand::View(self.view(id)),
        }
    }

    /// Returns the buffer of a truth value, carried over from another phase if need be.
    fn truth(&mut self, id: NodeId, phase: Phase, steps: &mut Vec<Step>) -> Slot {
        let own = self.facts[id.0 as usize].phase;
        let row_by_row = |phase| phase == Phase::Scan;
        if row_by_row(own) == row_by_row(phase) {
            return self.slots[&id];
        }
        if let Some(&slot) = self.imported.get(&(id, phase)) {
            return slot;
        }
        let carrier = match self.carried.get(&id) {
            Some(&carrier) => carrier,
            None => {
                let carrier = self.new_number(0);
                self.carrying.push(Step::ToNumber(self.slots[&id], carrier));
                self.carried.insert(id, carrier);
                carrier
            }
        };
        let slot = self.plan.truths.len();
        self.plan.truths.push(0);
        steps.push(Step::ToBool(View { slot: carrier, delay: 0 }, slot));
        self.imported.insert((id, phase), slot);
        slot
    }

    /// Returns the step of a node; carrying truth values over may add steps before it.
    fn step(&mut self, id: NodeId, out: Slot, phase: Phase, steps: &mut Vec<Step>) -> Step {
        match self.graph.node(id).clone() {
            Node::Unary(operation, x) => Step::Unary(operation, self.view(x), out),
            Node::Binary(operation, a, b) => self.binary(id, (operation, a, b), out),
            Node::Compare(comparison, a, b) => {
                Step::Compare(comparison, self.number(a), self.number(b), out)
            }
            Node::Not(a) => Step::Not(self.truth(a, phase, steps), out),
            Node::And(a, b) => {
                Step::And(self.truth(a, phase, steps), self.truth(b, phase, steps), out)
            }
            Node::Or(a, b) => {
                Step::Or(self.truth(a, phase, steps), self.truth(b, phase, steps), out)
            }
            Node::Select(condition, yes, no) => Step::Select {
                condition: self.truth(condition, phase, steps),
                yes: self.view(yes),
                no: self.view(no),
                out,
            },
            Node::ToNumber(a) => Step::ToNumber(self.truth(a, phase, steps), out),
            Node::ToBool(x) => Step::ToBool(self.view(x), out),
            Node::IsMissing(x) => Step::IsMissing(self.view(x), out),
            Node::Widen(x) => {
                let x = self.view(x);
                Step::FromNumbers(FromNumbersStep::Value, x, x, out)
            }
            Node::WideProduct(a, b) => {
                Step::FromNumbers(FromNumbersStep::Product, self.view(a), self.view(b), out)
            }
            Node::WideAdd(a, b) => self.wide_add(a, b, out),
            Node::WideAddScaled(a, b, factor) => {
                Step::WideAddScaled(self.view(a), self.view(b), factor, out)
            }
            Node::Finish { finish, rows, sums, .. } if self.layout == Layout::OneLane => {
                let sums = sums.into_iter().flatten().map(|sum| self.view(sum)).collect();
                Step::Finish { finish, rows, sums, out }
            }
            Node::Finish { finish, rows, x, y, .. } => {
                self.plan.window_sums.push((finish, rows));
                let memory = self.plan.window_sums.len() - 1;
                let (x, y) = (self.view(x), self.view(y.unwrap_or(x)));
                Step::WindowSums { memory, x, y, out }
            }
            Node::Window(Window::Quantile(q), x, rows) => {
                self.plan.quantiles.push((q.value(), rows));
                let memory = self.plan.quantiles.len() - 1;
                Step::Quantile { memory, x: self.view(x), out }
            }
            Node::Window(window, x, rows) => Step::Window(window, self.view(x), rows as usize, out),
            Node::Recurrence(Recurrence::Linear(linear), x) => {
                self.plan.linear_memories += 1;
                let memory = self.plan.linear_memories - 1;
                Step::Linear { linear, memory, x: self.view(x), out }
            }
            Node::Recurrence(Recurrence::WeightedMean { decay }, x) => {
                self.plan.mean_memories += 1;
                let memory = self.plan.mean_memories - 1;
                Step::WeightedMean { decay: decay.value(), memory, x: self.view(x), out }
            }
            Node::Cross(cross, x, other) => {
                let other = other.map(|other| self.view(other));
                Step::Cross { cross, x: self.view(x), other, out }
            }
            Node::State(state) => Step::ReadState(self.memories[&state], out),
            Node::Input(_) | Node::Constant(_) | Node::Delay(..) => {
                unreachable!("these need no step")
            }
        }
    }

    fn binary(
        &mut self,
        id: NodeId,
        (operation, a, b): (Binary, NodeId, NodeId),
        out: Slot,
    ) -> Step {
        match self.extreme(id) {
            Some(Extreme { largest, x, rows }) => {
                Step::Extreme { largest, x: self.view(x), rows, out }
            }
            None => Step::Binary(operation, self.number(a), self.number(b), out),
        }
    }

    fn wide_add(&mut self, a: NodeId, b: NodeId, out: Slot) -> Step {
        let number = |planner: &Self, id| match *planner.graph.node(id) {
            Node::Widen(x) if !planner.facts[id.0 as usize].materialized => Some(x),
            _ => None,
        };
        match (number(self, a), number(self, b)) {
            (Some(a), Some(b)) => {
                Step::FromNumbers(FromNumbersStep::Sum, self.view(a), self.view(b), out)
            }
            (None, Some(x)) => Step::WideAddNumber(self.view(a), self.view(x), out),
            (Some(x), None) => Step::WideAddNumber(self.view(b), self.view(x), out),
            (None, None) => Step::WideAdd(self.view(a), self.view(b), out),
        }
    }
}
