//! The expression graph: typed nodes over columns, shared as they are built.
//!
//! A [`Graph`] is append-only and hash-consed: asking twice for the same operation on the same
//! operands gives the same node, so common subexpressions are shared by construction, also across
//! formulas built into one graph. Constants are folded while building, with the very code that
//! runs on columns. Nodes nobody asks for are dropped when a [`crate::Plan`] is made.
//!
//! A graph cannot look ahead: the only way to another row is [`Graph::delay`] by a number of rows
//! that has no sign, and everything else that spans rows is built from it or is a recurrence.
//!
//! Methods assert the types of their operands; turning a user's mistake into an error is the work
//! of [`crate::lower`].

use crate::hash::WordMap;
use crate::operator::{Arguments, Operator};
use crate::scalar;
use std::collections::hash_map::Entry;

/// A node of a [`Graph`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(crate) u32);

/// A value carried from one row to the next, see [`Graph::state`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StateId(pub(crate) u32);

/// What a node's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValueType {
    /// A floating-point number; NaN means missing.
    Number,
    /// True, false or missing.
    Bool,
    /// An accumulator of higher precision: the unevaluated sum of two `f64`.
    Wide,
}

/// How an input varies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shape {
    /// A value a row and lane.
    Panel,
    /// A value a row, the same for all lanes.
    Series,
    /// A value a lane, the same for all rows.
    Lanes,
}

/// A constant, compared by its bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bits(u64);

impl From<f64> for Bits {
    fn from(value: f64) -> Self {
        Self(value.to_bits())
    }
}

impl Bits {
    /// Returns the constant.
    pub fn value(self) -> f64 {
        f64::from_bits(self.0)
    }
}

/// Element-wise operations on one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "named after what they compute")]
pub enum Unary {
    Neg,
    Abs,
    Sign,
    Sqrt,
    Exp,
    Ln,
    Sin,
    Cos,
    Tan,
    Tanh,
    Floor,
    Ceil,
    Round,
}

/// Element-wise operations on two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "named after what they compute")]
pub enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    Min,
    Max,
    Pow,
    /// `a - b * floor(a / b)`.
    Mod,
}

/// Comparisons; missing where either operand is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "named after what they compute")]
pub enum Compare {
    Less,
    LessEqual,
    Equal,
    Unequal,
}

/// Operations over a window of rows whose cost grows with the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Window {
    /// Rank of the newest value among the window, ties averaged, divided by the length.
    Rank,
    /// Rows since the smallest value, the newest of equal ones.
    ArgMin,
    /// Rows since the largest value, the newest of equal ones.
    ArgMax,
    /// A quantile, linearly interpolated between order statistics.
    Quantile(Bits),
    /// Mean absolute deviation from the mean.
    MeanDeviation,
    /// Adjusted Fisher-Pearson coefficient of skewness.
    Skew,
}

/// Recurrences over the values of a column, missing ones skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Recurrence {
    /// `y = decay * y + gain * x`, rounded once after the product with `gain`.
    Linear(Linear),
    /// Mean of all values so far, each weighted by `decay` to the power of its age in rows.
    WeightedMean {
        /// Weight of a value relative to one that is a row newer, in `[0, 1)`.
        decay: Bits,
    },
}

/// The parameters of [`Recurrence::Linear`], counted in values that are not missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Linear {
    /// Factor of the previous result.
    pub decay: Bits,
    /// Factor of the new value.
    pub gain: Bits,
    /// How many of the first values are left out altogether.
    pub offset: u32,
    /// How many of the next values are summed to start the recurrence; at least 1.
    pub seed: u32,
    /// What that sum is divided by.
    pub seed_divisor: Bits,
    /// From which value after the offset on there is a result; at least `seed`.
    pub warm_up: u32,
    /// Whether each row is computed from the one before although that takes several times as
    /// long. Then rounding hardly differs from row to row, which counts where results are
    /// subtracted from their neighbours.
    pub row_by_row: bool,
}

/// Operations across the lanes of a row; missing values take no part and stay missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cross {
    /// Rank among the values of the row, ties averaged, divided by their number.
    Rank,
    /// Distance from the mean in standard deviations (of a sample).
    ZScore,
    /// Distance from the mean.
    Demean,
    /// Clipped to the quantiles `q` and `1 - q`.
    Winsorize(Bits),
    /// Divided so that absolute values sum to the constant.
    Scale(Bits),
    /// Distance from the mean of the lanes whose second operand is equal.
    GroupDemean,
    /// Residual of the regression on the second operand, with an intercept.
    Residual,
}

/// Results read off wide sums over a window of `rows` rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Finish {
    /// The sum itself; of one operand.
    Sum,
    /// Sum over rows; of one operand.
    Mean,
    /// Distance of a value from the mean, of sum and value.
    Distance,
    /// Standard deviation, of sum and sum of squares, with `ddof` degrees of freedom taken off.
    Deviation {
        /// Subtracted from the number of rows.
        ddof: u32,
    },
    /// Covariance, of the sums of x, y and x y, with `ddof` degrees of freedom taken off.
    Covariance {
        /// Subtracted from the number of rows.
        ddof: u32,
    },
    /// Pearson's correlation, of the sums of x, y, x x, y y and x y.
    Correlation,
    /// Mean with weights falling from `rows` to 1 with age, of sum and age-weighted sum.
    DecayMean,
    /// Slope of the least-squares line over the row number, of sum and age-weighted sum.
    Slope,
}

/// The most sums that [`Finish`] reads.
pub(crate) const SUMS_MAX: usize = 5;

/// One operation. Operands come before the node that uses them, except through [`Graph::state`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "operands in the order of the operation's arguments")]
pub enum Node {
    Input(u32),
    Constant(Bits),
    Unary(Unary, NodeId),
    Binary(Binary, NodeId, NodeId),
    Compare(Compare, NodeId, NodeId),
    Not(NodeId),
    And(NodeId, NodeId),
    Or(NodeId, NodeId),
    /// Condition, value if true, value if false.
    Select(NodeId, NodeId, NodeId),
    /// 1 for true, 0 for false.
    ToNumber(NodeId),
    /// Whether a number is not zero.
    ToBool(NodeId),
    IsMissing(NodeId),
    /// The value a number of rows ago.
    Delay(NodeId, u32),
    Widen(NodeId),
    /// The exact product of two numbers.
    WideProduct(NodeId, NodeId),
    WideAdd(NodeId, NodeId),
    /// `a + factor * b`.
    WideAddScaled(NodeId, NodeId, u32),
    /// What `finish` reads off `sums`, which are over windows of `x`, or of `x` and `y`.
    Finish {
        finish: Finish,
        rows: u32,
        x: NodeId,
        y: Option<NodeId>,
        sums: [Option<NodeId>; SUMS_MAX],
    },
    Window(Window, NodeId, u32),
    Recurrence(Recurrence, NodeId),
    Cross(Cross, NodeId, Option<NodeId>),
    /// What the state's next value was on the row before.
    State(u32),
}

impl Node {
    /// Calls `visit` with each operand.
    pub(crate) fn operands(&self, mut visit: impl FnMut(NodeId)) {
        match *self {
            Self::Input(_) | Self::Constant(_) | Self::State(_) => {}
            Self::Unary(_, a)
            | Self::Not(a)
            | Self::ToNumber(a)
            | Self::ToBool(a)
            | Self::IsMissing(a)
            | Self::Delay(a, _)
            | Self::Widen(a)
            | Self::Window(_, a, _)
            | Self::Recurrence(_, a) => visit(a),
            Self::Binary(_, a, b)
            | Self::Compare(_, a, b)
            | Self::And(a, b)
            | Self::Or(a, b)
            | Self::WideProduct(a, b)
            | Self::WideAdd(a, b)
            | Self::WideAddScaled(a, b, _) => {
                visit(a);
                visit(b);
            }
            Self::Select(a, b, c) => {
                visit(a);
                visit(b);
                visit(c);
            }
            Self::Finish { sums, .. } => sums.into_iter().flatten().for_each(visit),
            Self::Cross(_, a, b) => {
                visit(a);
                b.into_iter().for_each(visit);
            }
        }
    }
}

/// An input of a graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The column's name.
    pub name: String,
    /// How it varies.
    pub shape: Shape,
}

#[derive(Debug, Clone)]
pub(crate) struct State {
    pub(crate) initial: f64,
    pub(crate) next: Option<NodeId>,
}

/// An expression graph under construction. See the module's documentation.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    types: Vec<ValueType>,
    shared: WordMap<Node, NodeId>,
    /// What operators built, by their address and arguments.
    applied: WordMap<(usize, Arguments), Vec<NodeId>>,
    inputs: Vec<Input>,
    states: Vec<State>,
}

impl Graph {
    /// Returns an empty graph.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the memory that the graph has allocated, but for what operators keep of themselves.
    pub fn allocated(&self) -> usize {
        // Tables keep an eighth of their places empty, and a byte for each.
        fn table<K, V>(table: &WordMap<K, V>) -> usize {
            table.capacity() * 8 / 7 * (size_of::<(K, V)>() + 1)
        }
        let Self { nodes, types, shared, applied, inputs, states } = self;
        let lists = nodes.capacity() * size_of::<Node>()
            + types.capacity() * size_of::<ValueType>()
            + inputs.capacity() * size_of::<Input>()
            + states.capacity() * size_of::<State>();
        // What an operator built is a node, mostly.
        let built = applied.len() * 4 * size_of::<NodeId>();
        lists + table(shared) + table(applied) + built
    }

    /// Returns the graph without what is needed only to build on.
    pub(crate) fn without_sharing(&self) -> Self {
        Self {
            nodes: self.nodes.clone(),
            types: self.types.clone(),
            shared: WordMap::default(),
            applied: WordMap::default(),
            inputs: self.inputs.clone(),
            states: self.states.clone(),
        }
    }

    /// Returns the inputs in the order in which columns are to be given.
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// Returns the number of nodes built so far.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Returns whether nothing has been built.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Returns the operation of a node.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// Returns the type of a node's values.
    pub fn value_type(&self, id: NodeId) -> ValueType {
        self.types[id.0 as usize]
    }

    pub(crate) fn states(&self) -> &[State] {
        &self.states
    }

    /// Returns a node's value if it is a constant number.
    pub fn as_constant(&self, id: NodeId) -> Option<f64> {
        match self.node(id) {
            Node::Constant(bits) => Some(bits.value()),
            _ => None,
        }
    }

    fn intern(&mut self, node: Node, value_type: ValueType) -> NodeId {
        match self.shared.entry(node) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                let index = u32::try_from(self.nodes.len());
                let id = NodeId(index.expect("a graph has fewer than 2^32 nodes"));
                self.nodes.push(new.key().clone());
                self.types.push(value_type);
                *new.insert(id)
            }
        }
    }

    /// Returns what an operator builds of its arguments.
    ///
    /// What it built before is shared as a whole: the combinations of a sweep ask for the same
    /// windows again and again, each of them many nodes.
    pub(crate) fn apply(
        &mut self,
        operator: &'static Operator,
        arguments: Arguments,
    ) -> Vec<NodeId> {
        if arguments.constants.is_empty() {
            // A node or two, found as fast one by one.
            return (operator.build)(self, &arguments);
        }
        let key = (std::ptr::from_ref(operator).addr(), arguments);
        if let Some(results) = self.applied.get(&key) {
            return results.clone();
        }
        let results = (operator.build)(self, &key.1);
        self.applied.insert(key, results.clone());
        results
    }

    #[track_caller]
    fn expect(&self, id: NodeId, expected: ValueType) {
        assert_eq!(self.value_type(id), expected, "operand {:?}", self.node(id));
    }

    /// Returns the input of a name, adding it if it is new.
    ///
    /// # Panics
    /// If the name was used with another shape.
    pub fn input(&mut self, name: &str, shape: Shape) -> NodeId {
        let index = self.inputs.iter().position(|input| input.name == name).unwrap_or_else(|| {
            self.inputs.push(Input { name: name.to_owned(), shape });
            self.inputs.len() - 1
        });
        assert_eq!(self.inputs[index].shape, shape, "input `{name}` has two shapes");
        self.intern(Node::Input(index as u32), ValueType::Number)
    }

    /// Returns a constant number.
    pub fn constant(&mut self, value: f64) -> NodeId {
        let value = if value.is_nan() { f64::NAN } else { value };
        self.intern(Node::Constant(value.into()), ValueType::Number)
    }

    /// Returns a constant truth value.
    pub fn truth(&mut self, value: bool) -> NodeId {
        let number = self.constant(f64::from(u8::from(value)));
        self.intern(Node::ToBool(number), ValueType::Bool)
    }

    fn as_truth(&self, id: NodeId) -> Option<bool> {
        match self.node(id) {
            Node::ToBool(number) => {
                self.as_constant(*number).filter(|v| !v.is_nan()).map(|v| v != 0.0)
            }
            _ => None,
        }
    }

    /// Returns an element-wise operation on one number.
    pub fn unary(&mut self, operation: Unary, x: NodeId) -> NodeId {
        self.expect(x, ValueType::Number);
        if let Some(value) = self.as_constant(x) {
            return self.constant(scalar::unary(operation, value));
        }
        match (operation, self.node(x)) {
            (Unary::Neg, Node::Unary(Unary::Neg, inner)) => *inner,
            (Unary::Abs, Node::Unary(Unary::Neg, inner)) => self.unary(Unary::Abs, *inner),
            (Unary::Abs, Node::Unary(Unary::Abs, _)) => x,
            _ => self.intern(Node::Unary(operation, x), ValueType::Number),
        }
    }

    /// Returns an element-wise operation on two numbers.
    pub fn binary(&mut self, operation: Binary, a: NodeId, b: NodeId) -> NodeId {
        self.expect(a, ValueType::Number);
        self.expect(b, ValueType::Number);
        match (self.as_constant(a), self.as_constant(b)) {
            (Some(a), Some(b)) => return self.constant(scalar::binary(operation, a, b)),
            (None, Some(constant)) => {
                if let Some(simpler) = self.binary_with_constant(operation, a, constant) {
                    return simpler;
                }
            }
            _ => {}
        }
        let commutes = matches!(operation, Binary::Add | Binary::Mul);
        let (a, b) = if commutes && b < a { (b, a) } else { (a, b) };
        match (operation, self.node(a), self.node(b)) {
            (Binary::Add, _, &Node::Unary(Unary::Neg, b)) => self.binary(Binary::Sub, a, b),
            (Binary::Add, &Node::Unary(Unary::Neg, a), _) => self.binary(Binary::Sub, b, a),
            (Binary::Sub, _, &Node::Unary(Unary::Neg, b)) => self.binary(Binary::Add, a, b),
            _ => self.intern(Node::Binary(operation, a, b), ValueType::Number),
        }
    }

    /// Simplifications that keep every bit of the result.
    fn binary_with_constant(&mut self, operation: Binary, x: NodeId, c: f64) -> Option<NodeId> {
        match operation {
            Binary::Sub if c == 0.0 && c.is_sign_positive() => Some(x),
            Binary::Mul | Binary::Div | Binary::Pow if c == 1.0 => Some(x),
            Binary::Mul if c == -1.0 => Some(self.unary(Unary::Neg, x)),
            Binary::Pow if c == 2.0 => Some(self.binary(Binary::Mul, x, x)),
            Binary::Pow if c == 0.5 => Some(self.unary(Unary::Sqrt, x)),
            Binary::Pow if c == -1.0 => {
                let one = self.constant(1.0);
                Some(self.binary(Binary::Div, one, x))
            }
            _ => None,
        }
    }

    /// Returns a comparison of two numbers.
    pub fn compare(&mut self, comparison: Compare, a: NodeId, b: NodeId) -> NodeId {
        self.expect(a, ValueType::Number);
        self.expect(b, ValueType::Number);
        if let (Some(a), Some(b)) = (self.as_constant(a), self.as_constant(b)) {
            return match scalar::compare(comparison, a, b) {
                Some(value) => self.truth(value),
                None => self.missing_truth(),
            };
        }
        let commutes = matches!(comparison, Compare::Equal | Compare::Unequal);
        let (a, b) = if commutes && b < a { (b, a) } else { (a, b) };
        self.intern(Node::Compare(comparison, a, b), ValueType::Bool)
    }

    fn missing_truth(&mut self) -> NodeId {
        let missing = self.constant(f64::NAN);
        self.intern(Node::ToBool(missing), ValueType::Bool)
    }

    /// Returns the negation of a truth value.
    pub fn not(&mut self, a: NodeId) -> NodeId {
        self.expect(a, ValueType::Bool);
        if let Some(value) = self.as_truth(a) {
            return self.truth(!value);
        }
        match self.node(a) {
            Node::Not(inner) => *inner,
            _ => self.intern(Node::Not(a), ValueType::Bool),
        }
    }

    /// Returns whether both are true; false if either is false, even if the other is missing.
    pub fn and(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.expect(a, ValueType::Bool);
        self.expect(b, ValueType::Bool);
        match (self.as_truth(a), self.as_truth(b)) {
            (Some(true), _) => return b,
            (_, Some(true)) => return a,
            (Some(false), _) => return a,
            (_, Some(false)) => return b,
            _ if a == b => return a,
            _ => {}
        }
        self.intern(Node::And(a.min(b), a.max(b)), ValueType::Bool)
    }

    /// Returns whether either is true; true if either is true, even if the other is missing.
    pub fn or(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.expect(a, ValueType::Bool);
        self.expect(b, ValueType::Bool);
        match (self.as_truth(a), self.as_truth(b)) {
            (Some(false), _) => return b,
            (_, Some(false)) => return a,
            (Some(true), _) => return a,
            (_, Some(true)) => return b,
            _ if a == b => return a,
            _ => {}
        }
        self.intern(Node::Or(a.min(b), a.max(b)), ValueType::Bool)
    }

    /// Returns `yes` where the condition is true, `no` where it is false, missing where it is.
    pub fn select(&mut self, condition: NodeId, yes: NodeId, no: NodeId) -> NodeId {
        self.expect(condition, ValueType::Bool);
        self.expect(yes, ValueType::Number);
        self.expect(no, ValueType::Number);
        match self.as_truth(condition) {
            Some(true) => yes,
            Some(false) => no,
            None => self.intern(Node::Select(condition, yes, no), ValueType::Number),
        }
    }

    /// Returns 1 for true and 0 for false.
    pub fn to_number(&mut self, a: NodeId) -> NodeId {
        self.expect(a, ValueType::Bool);
        match self.as_truth(a) {
            Some(value) => self.constant(f64::from(u8::from(value))),
            None => self.intern(Node::ToNumber(a), ValueType::Number),
        }
    }

    /// Returns whether a number is not zero.
    pub fn to_bool(&mut self, x: NodeId) -> NodeId {
        self.expect(x, ValueType::Number);
        match (self.as_constant(x), self.node(x)) {
            (Some(value), _) if !value.is_nan() => self.truth(value != 0.0),
            (_, Node::ToNumber(inner)) => *inner,
            _ => self.intern(Node::ToBool(x), ValueType::Bool),
        }
    }

    /// Returns whether a number is missing; never missing itself.
    pub fn is_missing(&mut self, x: NodeId) -> NodeId {
        self.expect(x, ValueType::Number);
        match self.as_constant(x) {
            Some(value) => self.truth(value.is_nan()),
            None => self.intern(Node::IsMissing(x), ValueType::Bool),
        }
    }

    /// Returns the value `rows` rows ago; missing on the first rows. A constant is the same on
    /// every row, before the first one too.
    pub fn delay(&mut self, x: NodeId, rows: u32) -> NodeId {
        if rows == 0 || self.as_constant(x).is_some() {
            return x;
        }
        if let Node::Delay(inner, already) = *self.node(x) {
            return self.delay(inner, already.checked_add(rows).expect("delays stay below 2^32"));
        }
        if let Node::Widen(inner) = *self.node(x) {
            let delayed = self.delay(inner, rows);
            return self.widen(delayed);
        }
        match self.value_type(x) {
            ValueType::Bool => {
                let number = self.to_number(x);
                let delayed = self.delay(number, rows);
                self.to_bool(delayed)
            }
            value_type => self.intern(Node::Delay(x, rows), value_type),
        }
    }

    /// Returns a number as an accumulator.
    pub fn widen(&mut self, x: NodeId) -> NodeId {
        self.expect(x, ValueType::Number);
        self.intern(Node::Widen(x), ValueType::Wide)
    }

    /// Returns the exact product of two numbers.
    pub fn wide_product(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.expect(a, ValueType::Number);
        self.expect(b, ValueType::Number);
        self.intern(Node::WideProduct(a.min(b), a.max(b)), ValueType::Wide)
    }

    /// Returns the sum of two accumulators.
    pub fn wide_add(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.expect(a, ValueType::Wide);
        self.expect(b, ValueType::Wide);
        self.intern(Node::WideAdd(a, b), ValueType::Wide)
    }

    /// Returns `a + factor * b` of two accumulators.
    pub fn wide_add_scaled(&mut self, a: NodeId, b: NodeId, factor: u32) -> NodeId {
        self.expect(a, ValueType::Wide);
        self.expect(b, ValueType::Wide);
        self.intern(Node::WideAddScaled(a, b, factor), ValueType::Wide)
    }

    /// Returns a number read off sums over windows of `x`, or of `x` and `y`; see [`Finish`] for
    /// the sums of each.
    pub(crate) fn finish(
        &mut self,
        finish: Finish,
        rows: u32,
        (x, y): (NodeId, Option<NodeId>),
        read: &[NodeId],
    ) -> NodeId {
        read.iter().for_each(|&sum| self.expect(sum, ValueType::Wide));
        let mut sums = [None; SUMS_MAX];
        sums.iter_mut().zip(read).for_each(|(slot, &sum)| *slot = Some(sum));
        self.intern(Node::Finish { finish, rows, x, y, sums }, ValueType::Number)
    }

    /// Returns an operation over the last `rows` rows, missing unless all are there.
    ///
    /// # Panics
    /// If `rows` is zero.
    pub fn window(&mut self, window: Window, x: NodeId, rows: u32) -> NodeId {
        assert!(rows > 0, "a window has at least one row");
        self.expect(x, ValueType::Number);
        if let (Window::Quantile(_), Some(_)) = (window, self.as_constant(x)) {
            return x;
        }
        self.intern(Node::Window(window, x, rows), ValueType::Number)
    }

    /// Returns a recurrence over a column.
    pub fn recurrence(&mut self, recurrence: Recurrence, x: NodeId) -> NodeId {
        self.expect(x, ValueType::Number);
        if let Recurrence::Linear(linear) = recurrence {
            assert!(linear.seed > 0 && linear.warm_up >= linear.seed, "{linear:?}");
        }
        self.intern(Node::Recurrence(recurrence, x), ValueType::Number)
    }

    /// Returns an operation across the lanes of a row. `other` is the second operand of
    /// [`Cross::GroupDemean`] and [`Cross::Residual`].
    pub fn cross(&mut self, cross: Cross, x: NodeId, other: Option<NodeId>) -> NodeId {
        self.expect(x, ValueType::Number);
        assert_eq!(other.is_some(), matches!(cross, Cross::GroupDemean | Cross::Residual));
        other.into_iter().for_each(|other| self.expect(other, ValueType::Number));
        self.intern(Node::Cross(cross, x, other), ValueType::Number)
    }

    /// Begins a recurrence of your own: returns a state and the node that reads what
    /// [`Graph::set_state`] gave it on the row before, `initial` on the first row.
    pub fn state(&mut self, initial: f64) -> (StateId, NodeId) {
        let id = StateId(self.states.len() as u32);
        self.states.push(State { initial, next: None });
        (id, self.intern(Node::State(id.0), ValueType::Number))
    }

    /// Sets what a state becomes after each row.
    ///
    /// # Panics
    /// If it was set before.
    pub fn set_state(&mut self, state: StateId, next: NodeId) {
        self.expect(next, ValueType::Number);
        let slot = &mut self.states[state.0 as usize].next;
        assert!(slot.is_none(), "a state has one next value");
        *slot = Some(next);
    }
}
