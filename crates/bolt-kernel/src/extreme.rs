//! The largest and smallest of windows over several lanes, and how old they are, at a cost that does
//! not depend on the window (van Herk 1992; Gil and Werman 1993).
//!
//! Rows are cut into groups of a window's length. A window begins in one group and ends in the
//! next: its extreme is that of a run up to the end of the one and of a run from the start of the
//! other, each kept as it grows. Of equal values the oldest counts, which tells the two zeros
//! apart, so that the result is the one that any other order of comparisons gives.

use crate::graph::{Binary, Graph, Node, NodeId};
use crate::rows::{Out, Rows};
use crate::simd::{AHEAD, Element, Kernel, Simd, Vector, dispatch};
use bolt_hardware::SimdLevel;
use std::marker::PhantomData;

/// A window whose extreme is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extreme {
    pub(crate) largest: bool,
    pub(crate) x: NodeId,
    pub(crate) rows: u32,
}

impl Extreme {
    /// Returns the window that a node's comparisons of overlapping parts cover, `None` if it is no
    /// comparison of a part with the same part further back.
    pub(crate) fn new(graph: &Graph, id: NodeId) -> Option<Self> {
        let &Node::Binary(operation @ (Binary::Max | Binary::Min), newer, older) = graph.node(id)
        else {
            return None;
        };
        let (newest, apart) = behind_delay(graph, newer);
        let delay = match behind_delay(graph, older) {
            (part, delay) if part == newest && delay > apart => delay - apart,
            _ => return None,
        };
        let largest = operation == Binary::Max;
        let part = Self::new(graph, newer).filter(|part| part.largest == largest);
        let (x, rows) = part.map_or((newer, 1), |part| (part.x, part.rows));
        // Parts further apart than they are long leave rows out.
        (delay <= rows).then_some(Self { largest, x, rows: rows + delay })
    }
}

fn behind_delay(graph: &Graph, id: NodeId) -> (NodeId, u32) {
    match *graph.node(id) {
        Node::Delay(inner, delay) => (inner, delay),
        _ => (id, 0),
    }
}

/// What is kept of a run of rows: its best value, and whatever else tells results.
trait Best<const PARTS: usize> {
    /// Returns a run of one row; rows are counted from the start of a group.
    fn one<V: Vector>(value: V, row: V) -> [V; PARTS];

    /// Returns two runs as one.
    fn join<V: Vector>(newer: [V; PARTS], older: [V; PARTS]) -> [V; PARTS];

    /// Returns the result of a run that ends at a row.
    fn read<V: Vector>(run: [V; PARTS], row: V) -> V;
}

#[inline(always)]
fn best<V: Vector, const LARGEST: bool>(newer: V, older: V) -> V {
    if LARGEST { newer.max(older) } else { newer.min(older) }
}

/// The best value.
struct Value<const LARGEST: bool>;

impl<const LARGEST: bool> Best<1> for Value<LARGEST> {
    #[inline(always)]
    fn one<V: Vector>(value: V, _row: V) -> [V; 1] {
        [value]
    }

    #[inline(always)]
    fn join<V: Vector>([newer]: [V; 1], [older]: [V; 1]) -> [V; 1] {
        [best::<V, LARGEST>(newer, older)]
    }

    #[inline(always)]
    fn read<V: Vector>([value]: [V; 1], _row: V) -> V {
        value
    }
}

/// How many rows ago the best value was, the newest of equals.
struct Age<const LARGEST: bool>;

impl<const LARGEST: bool> Best<2> for Age<LARGEST> {
    #[inline(always)]
    fn one<V: Vector>(value: V, row: V) -> [V; 2] {
        [value, row]
    }

    #[inline(always)]
    fn join<V: Vector>([newer, row]: [V; 2], [older, older_row]: [V; 2]) -> [V; 2] {
        let is_older = if LARGEST { newer.lt(older) } else { older.lt(newer) };
        [best::<V, LARGEST>(newer, older), V::select(is_older, older_row, row)]
    }

    #[inline(always)]
    fn read<V: Vector>([value, best_row]: [V; 2], row: V) -> V {
        V::select(value.unordered(value), value, row.sub(best_row))
    }
}

struct BestKernel<'a, E, B, const PARTS: usize> {
    x: Rows<'a, E>,
    /// Rows of a window, at least two.
    length: usize,
    out: Out<'a, E>,
    best: PhantomData<B>,
}

impl<E: Element, B: Best<PARTS>, const PARTS: usize> Kernel for BestKernel<'_, E, B, PARTS> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self) {
        let rows = self.length.min(self.x.rows);
        let mut runs = vec![E::NAN; rows * PARTS * E::LANES];
        let runs = E::chunks_mut(&mut runs).as_chunks_mut().0;
        for first in (0..self.x.rows).step_by(self.length) {
            for lane in (0..self.x.lanes).step_by(E::LANES) {
                self.group::<S>((first, lane), runs);
            }
        }
    }
}

/// Returns a row's number as lanes.
#[inline(always)]
fn number<E: Element, S: Simd>(row: f64) -> E::Vector<S> {
    E::Vector::<S>::splat(E::from_f64(row))
}

impl<E: Element, B: Best<PARTS>, const PARTS: usize> BestKernel<'_, E, B, PARTS> {
    /// The rows from one on, as many as a window has.
    #[inline(always)]
    fn group<S: Simd>(&mut self, (first, lane): (usize, usize), runs: &mut [[E::Chunk; PARTS]]) {
        let (x, older) = (self.x, self.length - 1);
        let rows = self.length.min(x.rows - first);
        // The runs up to the row before the group, the shortest first, as its last rows want them.
        let mut before = x.window((first, lane), 1, older);
        let mut run = [E::Vector::<S>::splat(E::NAN); PARTS];
        for back in 1..=older {
            let value = E::Vector::<S>::load(before.take_last());
            let one = B::one(value, number::<E, S>(-(back as f64)));
            run = if back == 1 { one } else { B::join(run, one) };
            if let Some(kept) = runs[..rows].get_mut(older - back) {
                for part in 0..PARTS {
                    run[part].store(&mut kept[part]);
                }
            }
        }
        let mut values = x.window((first + rows - 1, lane), 0, rows);
        let mut out = self.out.column((first, lane), rows);
        for (row, before) in runs[..rows].iter().enumerate() {
            let chunk = values.take_next();
            S::prefetch(chunk, AHEAD);
            let number = number::<E, S>(row as f64);
            let one = B::one(E::Vector::<S>::load(chunk), number);
            run = if row == 0 { one } else { B::join(one, run) };
            let mut whole = run;
            if row < older {
                let before = std::array::from_fn(
                    #[inline(always)]
                    |part| E::Vector::<S>::load(&before[part]),
                );
                whole = B::join(run, before);
            }
            out.push::<S>(B::read(whole, number));
        }
    }
}

/// Writes the largest or smallest of the last `length` rows, at least two.
pub(crate) fn extreme<E: Element>(
    level: SimdLevel,
    largest: bool,
    x: Rows<'_, E>,
    length: usize,
    out: Out<'_, E>,
) {
    match largest {
        true => run::<E, Value<true>, 1>(level, x, length, out),
        false => run::<E, Value<false>, 1>(level, x, length, out),
    }
}

/// Writes how many rows ago the largest or smallest of the last `length` rows was, the newest of
/// equals.
pub(crate) fn age_of_extreme<E: Element>(
    level: SimdLevel,
    largest: bool,
    x: Rows<'_, E>,
    length: usize,
    out: Out<'_, E>,
) {
    match largest {
        true => run::<E, Age<true>, 2>(level, x, length, out),
        false => run::<E, Age<false>, 2>(level, x, length, out),
    }
}

fn run<E: Element, B: Best<PARTS>, const PARTS: usize>(
    level: SimdLevel,
    x: Rows<'_, E>,
    length: usize,
    out: Out<'_, E>,
) {
    dispatch(level, BestKernel::<E, B, PARTS> { x, length, out, best: PhantomData });
}
