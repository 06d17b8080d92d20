//! What a sweep takes of memory.

use super::selection::sampled;
use super::{Path, Row, Sweep};

/// What a sweep takes, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demand {
    /// While combinations are run, whatever [`Sweep::memory_bytes`] says: the rows, and one
    /// combination a thread.
    pub least: u64,
    /// The columns of signals of as many more combinations as can be run together, which is how
    /// much [`Sweep::memory_bytes`] is of use.
    pub columns: u64,
    /// While the choice of the best is assessed.
    pub assessment: u64,
}

/// Bytes a bar of a column.
const COLUMN_BYTES: u64 = size_of::<f64>() as u64;
/// Columns of a combination beside its signals: the equity, its returns, and room for its trades,
/// of which nobody knows how many there will be.
const OWN_COLUMNS: u64 = 3;
/// Columns of a combination that is run again for its returns: they and the equity.
const RETURNS_COLUMNS: u64 = 2;
/// What a thread takes to run a kernel and to look at a block of bars.
const THREAD_BYTES: u64 = 1 << 20;
/// What a combination takes of a graph and its state where only events are looked at.
const SPARSE_BYTES: u64 = 1400;

impl Sweep<'_> {
    /// Returns what it takes to run so many combinations on so many threads.
    pub fn demand(&self, combinations: usize, threads: usize) -> Demand {
        let bars = self.market.prices.len() as u64;
        // Those that were found, those that are run, and all in their order.
        let rows = (4 * combinations * size_of::<Row>()) as u64;
        let together = (self.chunk_size(combinations, threads) * threads).min(combinations) as u64;
        let busy = threads.min(combinations) as u64;
        let all_threads = |columns| busy * (THREAD_BYTES + bars * COLUMN_BYTES * columns);
        let one = self.combination_bytes();
        let (least, columns) = match self.path() {
            Path::General => (all_threads(OWN_COLUMNS) + busy * one, (together - busy) * one),
            Path::Sparse => (all_threads(0) + together * SPARSE_BYTES, 0),
        };
        let returns = bars.div_ceil(self.bars_per_return(combinations) as u64);
        let compared = returns * sampled(combinations) as u64 * COLUMN_BYTES;
        let assessment = compared + all_threads(RETURNS_COLUMNS);
        Demand { least: rows + least, columns, assessment: rows + assessment }
    }

    /// Returns what the columns of signals of one combination take.
    pub(super) fn combination_bytes(&self) -> u64 {
        (self.market.prices.len() * self.plan.texts().len()) as u64 * COLUMN_BYTES
    }
}
