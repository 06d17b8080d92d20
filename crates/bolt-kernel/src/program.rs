//! A graph ready to run, and the plain way to run it over whole columns.

use crate::explain::StepReport;
use crate::graph::{Graph, Input, Node, NodeId, Recurrence, ValueType};
use crate::machine::{Block, Column, Machine, Options, Scalar, Target};
use crate::plan::{Layout, Plan};
use crate::prepared::Prepared;
use std::sync::{Arc, OnceLock};

/// One or several expressions, ready to run. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Program {
    /// Plans for one lane and for several, made when they are first needed.
    plans: Arc<[OnceLock<Arc<Prepared>>; 2]>,
    graph: Arc<Graph>,
    roots: Arc<[NodeId]>,
    types: Arc<[ValueType]>,
    warm_up: Arc<[usize]>,
    longest_warm_up: usize,
}

/// The values of a root over all rows.
#[derive(Debug, Clone, PartialEq)]
pub enum Output<E> {
    /// Row `r` of lane `l` is at `r * lanes + l`; missing is the canonical NaN.
    Numbers(Vec<E>),
    /// In the same order; missing is `None`.
    Truths(Vec<Option<bool>>),
}

impl<E: Scalar> Output<E> {
    /// Returns the bytes that the values have allocated.
    pub fn allocated(&self) -> usize {
        match self {
            Self::Numbers(values) => values.capacity() * size_of::<E>(),
            Self::Truths(values) => values.capacity() * size_of::<Option<bool>>(),
        }
    }

    /// Returns whether every value is missing.
    pub fn is_missing(&self) -> bool {
        match self {
            Self::Numbers(values) => values.iter().all(|value| value.to_f64().is_nan()),
            Self::Truths(values) => values.iter().all(Option::is_none),
        }
    }

    /// Returns the numbers.
    ///
    /// # Panics
    /// If the root is a truth value.
    pub fn into_numbers(self) -> Vec<E> {
        match self {
            Self::Numbers(values) => values,
            Self::Truths(_) => panic!("the root is a truth value"),
        }
    }

    /// Returns the truth values.
    ///
    /// # Panics
    /// If the root is a number.
    pub fn into_truths(self) -> Vec<Option<bool>> {
        match self {
            Self::Truths(values) => values,
            Self::Numbers(_) => panic!("the root is a number"),
        }
    }
}

impl Program {
    /// Plans the evaluation of some nodes of a graph.
    ///
    /// # Panics
    /// If a root is a wide accumulator, or reads a state that was never set.
    pub fn new(graph: &Graph, roots: &[NodeId]) -> Self {
        // Once for all roots: a sweep has thousands, in a graph of as many nodes.
        let warm_ups = roots.iter().max().map_or(Vec::new(), |&last| warm_ups(graph, last));
        Self {
            plans: Arc::default(),
            graph: Arc::new(graph.without_sharing()),
            roots: roots.into(),
            types: roots.iter().map(|&root| graph.value_type(root)).collect(),
            warm_up: roots.iter().map(|root| warm_ups[root.0 as usize]).collect(),
            longest_warm_up: longest_warm_up(graph, roots, &warm_ups),
        }
    }

    /// Returns the longest warm-up of the numbers that the roots are made of, values of earlier
    /// rows left out: what a program that shows its indicators as columns sees of missing rows.
    pub fn longest_warm_up(&self) -> usize {
        self.longest_warm_up
    }

    pub(crate) fn prepared(&self, lanes: usize) -> Arc<Prepared> {
        let layout = if lanes == 1 { Layout::OneLane } else { Layout::Lanes };
        let plan = || Plan::new(&self.graph, &self.roots, layout);
        let prepared = || Arc::new(Prepared::new(plan(), layout));
        Arc::clone(self.plans[layout as usize].get_or_init(prepared))
    }

    /// Returns the memory that the program has allocated, with its plan for so many lanes.
    pub fn allocated(&self, lanes: usize) -> usize {
        let root = size_of::<NodeId>() + size_of::<ValueType>() + size_of::<usize>();
        let plan = self.prepared(lanes).plan().allocated();
        self.graph.allocated() + self.roots.len() * root + plan
    }

    /// Returns how each step over so many lanes of `E` runs once the program is hot: compiled, and
    /// for which instruction set, or why not.
    pub fn explain<E: Scalar>(&self, lanes: usize, options: &Options) -> Vec<StepReport> {
        self.prepared(lanes).explain::<E>(options.jit, options.level)
    }

    /// Returns the inputs in the order in which columns are to be given.
    pub fn inputs(&self) -> &[Input] {
        self.graph.inputs()
    }

    /// Returns the type of each root.
    pub fn types(&self) -> &[ValueType] {
        &self.types
    }

    /// Returns for each root the number of first rows on which it cannot have a value, given
    /// inputs without missing values.
    pub fn warm_up(&self) -> &[usize] {
        &self.warm_up
    }

    /// Evaluates all roots over `rows` rows of `lanes` lanes.
    ///
    /// # Panics
    /// As [`Machine::run`].
    pub fn evaluate<E: Scalar>(
        &self,
        inputs: &[Column<'_, E>],
        rows: usize,
        lanes: usize,
        options: &Options,
    ) -> Vec<Output<E>> {
        let mut outputs = self.new_outputs(rows * lanes);
        let tile = self.tile_lanes(lanes);
        let mut first = 0;
        while first < lanes {
            // One lane over would go along its rows: rounded otherwise than as one of many.
            let left = lanes - first;
            let count = if left == tile + 1 { left } else { tile.min(left) };
            let columns: Vec<Column<'_, E>> =
                inputs.iter().map(|column| column.starting_at_lane(first)).collect();
            let mut machine = Machine::new(self, count, options);
            let (mut targets, mut truths) = (Vec::new(), Vec::new());
            for output in &mut outputs {
                let (target, truth) = match output {
                    Output::Numbers(values) => {
                        let values = &mut values.spare_capacity_mut()[..rows * lanes];
                        let values = values.get_mut(first..).unwrap_or_default();
                        (Some(Target { values, stride: lanes }), None)
                    }
                    Output::Truths(values) => (None, Some(values)),
                };
                targets.push(target);
                truths.push(truth);
            }
            machine.run_into(&columns, rows, targets, |root, block| {
                let truths = truths[root].as_mut().expect("numbers have a target");
                copy_truths(&block, truths, first, lanes);
            });
            first += count;
        }
        for output in &mut outputs {
            if let Output::Numbers(values) = output {
                // SAFETY: the tiles are all lanes, and of each tile every row was written to its
                // target.
                #[expect(unsafe_code, reason = "results are not written twice")]
                unsafe {
                    values.set_len(rows * lanes);
                }
            }
        }
        outputs
    }

    /// Returns the bytes that [`Self::evaluate`] takes: its results and the buffers it works in.
    pub fn evaluation_bytes<E: Scalar>(
        &self,
        rows: usize,
        lanes: usize,
        options: &Options,
    ) -> usize {
        let value = |value_type: &ValueType| match value_type {
            ValueType::Bool => size_of::<Option<bool>>(),
            _ => size_of::<E>(),
        };
        let results = rows * lanes * self.types.iter().map(value).sum::<usize>();
        results + Machine::<E>::buffer_bytes(self, self.tile_lanes(lanes), options)
    }

    /// Evaluates all roots over `rows` rows and returns the last row alone: what a scan of many
    /// agents ends with. Results of other rows are not computed but for what later rows depend on.
    ///
    /// # Panics
    /// As [`Machine::run`], and if there are no rows.
    pub fn evaluate_last<E: Scalar>(
        &self,
        inputs: &[Column<'_, E>],
        rows: usize,
        lanes: usize,
        options: &Options,
    ) -> Vec<Output<E>> {
        assert!(rows > 0, "there is a last row");
        let mut outputs = self.new_outputs(lanes);
        let mut machine = Machine::new(self, lanes, options);
        machine.run_last(inputs, rows, |root, block| match &mut outputs[root] {
            Output::Numbers(values) => {
                values.resize(lanes, E::NAN);
                block.copy_numbers(options.level, values, lanes);
            }
            Output::Truths(values) => {
                let lanes = values.iter_mut().enumerate();
                lanes.for_each(|(lane, value)| *value = block.truth(0, lane));
            }
        });
        outputs
    }

    /// Returns how many lanes are evaluated together: without operations across lanes, narrow tiles
    /// of them keep every buffer in the cache.
    fn tile_lanes(&self, lanes: usize) -> usize {
        let prepared = self.prepared(lanes);
        let is_whole = prepared.plan().has_cross || prepared.strided().is_whole();
        if is_whole { lanes } else { TILE_LANES.min(lanes) }
    }

    /// Returns room for so many values of each root.
    fn new_outputs<E: Scalar>(&self, count: usize) -> Vec<Output<E>> {
        let types = self.types.iter();
        let output = |value_type: &ValueType| match value_type {
            ValueType::Bool => Output::Truths(vec![None; count]),
            _ => Output::Numbers(Vec::with_capacity(count)),
        };
        types.map(output).collect()
    }
}

const TILE_LANES: usize = 48;

impl<'a, E> Column<'a, E> {
    fn starting_at_lane(&self, first: usize) -> Self
    where
        E: Copy,
    {
        match *self {
            Column::Panel { values, stride } => {
                Column::Panel { values: values.get(first..).unwrap_or(&[]), stride }
            }
            Column::Series(values) => Column::Series(values),
            Column::Lanes(values) => Column::Lanes(&values[first..]),
        }
    }

    pub(crate) fn starting_at_row(&self, first: usize) -> Self
    where
        E: Copy,
    {
        match *self {
            Column::Panel { values, stride } => {
                Column::Panel { values: &values[first * stride..], stride }
            }
            Column::Series(values) => Column::Series(&values[first..]),
            Column::Lanes(values) => Column::Lanes(values),
        }
    }
}

fn copy_truths<E: Scalar>(
    block: &Block<'_, E>,
    truths: &mut [Option<bool>],
    first_lane: usize,
    lanes: usize,
) {
    let start = block.first_row * lanes + first_lane;
    for row in 0..block.rows {
        for lane in 0..block.lanes {
            truths[start + row * lanes + lane] = block.truth(row, lane);
        }
    }
}

/// Returns for each node up to `last` the number of first rows on which it cannot have a value.
fn warm_ups(graph: &Graph, last: NodeId) -> Vec<usize> {
    let mut rows = vec![0; last.0 as usize + 1];
    for index in 0..=last.0 {
        let node = graph.node(NodeId(index));
        let of = |id: NodeId| rows[id.0 as usize];
        let mut operands = 0;
        node.operands(|operand| operands = operands.max(of(operand)));
        rows[index as usize] = match *node {
            Node::Delay(_, rows) => operands + rows as usize,
            Node::Window(_, _, rows) => operands + rows as usize - 1,
            Node::Recurrence(Recurrence::Linear(linear), _) => {
                operands + (linear.offset + linear.warm_up) as usize - 1
            }
            // One operand can decide.
            Node::And(a, b) | Node::Or(a, b) => of(a).min(of(b)),
            Node::Select(condition, yes, no) => of(condition).max(of(yes).min(of(no))),
            Node::IsMissing(_) => 0,
            _ => operands,
        };
    }
    rows
}

/// Returns the longest warm-up of the numbers that the roots are made of, delayed ones left out;
/// `rows` are the warm-ups of all nodes up to the last root.
fn longest_warm_up(graph: &Graph, roots: &[NodeId], rows: &[usize]) -> usize {
    let Some(&last) = roots.iter().max() else { return 0 };
    let mut reached = vec![false; rows.len()];
    roots.iter().for_each(|root| reached[root.0 as usize] = true);
    let mut longest = 0;
    for index in (0..=last.0).rev() {
        let (id, at) = (NodeId(index), index as usize);
        if !reached[at] {
            continue;
        }
        let node = graph.node(id);
        node.operands(|operand| reached[operand.0 as usize] = true);
        let is_number = graph.value_type(id) == ValueType::Number;
        if is_number && !matches!(node, Node::Delay(..)) {
            longest = longest.max(rows[at]);
        }
    }
    longest
}
