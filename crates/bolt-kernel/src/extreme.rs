//! The largest and smallest of windows over several lanes, at a cost that does not depend on the
//! window (van Herk 1992; Gil and Werman 1993).
//!
//! Rows are cut into groups of a window's length. A window begins in one group and ends in the
//! next: its extreme is that of a run up to the end of the one and of a run from the start of the
//! other, each kept as it grows. Of equal values the oldest counts, which tells the two zeros
//! apart, so that the result is the one that any other order of comparisons gives.

use crate::graph::{Binary, Graph, Node, NodeId};
use crate::rows::{Out, Rows};
use crate::simd::{Element, Kernel, Simd, Vector, dispatch};
use bolt_hardware::SimdLevel;

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

struct ExtremeKernel<'a, E, const LARGEST: bool> {
    x: Rows<'a, E>,
    /// Rows of a window, at least two.
    length: usize,
    out: Out<'a, E>,
}

impl<E: Element, const LARGEST: bool> Kernel for ExtremeKernel<'_, E, LARGEST> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self) {
        let length = self.length.min(self.x.rows);
        let mut runs = vec![E::NAN; length * SIDE_BY_SIDE * E::LANES];
        let runs = E::chunks_mut(&mut runs);
        let mut lane = 0;
        while lane < self.x.lanes {
            let is_wide = self.x.lanes - lane >= SIDE_BY_SIDE * E::LANES;
            for first in (0..self.x.rows).step_by(self.length) {
                match is_wide {
                    true => self.group::<S, SIDE_BY_SIDE>(lane, first, runs),
                    false => self.group::<S, 1>(lane, first, runs),
                }
            }
            lane += if is_wide { SIDE_BY_SIDE * E::LANES } else { E::LANES };
        }
    }
}

/// Vectors of lanes at a time: a comparison waits for the one before it, not for its neighbours.
const SIDE_BY_SIDE: usize = 4;

impl<E: Element, const LARGEST: bool> ExtremeKernel<'_, E, LARGEST> {
    #[inline(always)]
    fn better<S: Simd>(newer: E::Vector<S>, older: E::Vector<S>) -> E::Vector<S> {
        if LARGEST { newer.max(older) } else { newer.min(older) }
    }

    /// Returns vectors side by side, `back` rows before a row.
    #[inline(always)]
    fn load<S: Simd, const N: usize>(
        &self,
        (row, lane): (usize, usize),
        back: usize,
    ) -> [E::Vector<S>; N] {
        std::array::from_fn(
            #[inline(always)]
            |i| E::Vector::<S>::load(self.x.chunk(row, lane + i * E::LANES, back)),
        )
    }

    /// The rows from `first` on, as many as a window has.
    #[inline(always)]
    fn group<S: Simd, const N: usize>(&mut self, lane: usize, first: usize, runs: &mut [E::Chunk]) {
        let rows = self.length.min(self.x.rows - first);
        let older = self.length - 1;
        // The runs up to the row before the group, the shortest first, as its last rows want them.
        let mut run = self.load::<S, N>((first, lane), 1);
        for back in 1..=older {
            if back > 1 {
                let value = self.load::<S, N>((first, lane), back);
                for i in 0..N {
                    run[i] = Self::better::<S>(run[i], value[i]);
                }
            }
            if older - back < rows {
                let kept = &mut runs[(older - back) * N..(older - back + 1) * N];
                for i in 0..N {
                    run[i].store(&mut kept[i]);
                }
            }
        }
        let mut run = self.load::<S, N>((first, lane), 0);
        for row in 0..rows {
            let value = self.load::<S, N>((first + row, lane), 0);
            let before = &runs[row * N..(row + 1) * N];
            for i in 0..N {
                if row > 0 {
                    run[i] = Self::better::<S>(value[i], run[i]);
                }
                let whole = match row < older {
                    true => Self::better::<S>(run[i], E::Vector::<S>::load(&before[i])),
                    false => run[i],
                };
                self.out.store::<S>(first + row, lane + i * E::LANES, whole);
            }
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
        true => dispatch(level, ExtremeKernel::<E, true> { x, length, out }),
        false => dispatch(level, ExtremeKernel::<E, false> { x, length, out }),
    }
}
