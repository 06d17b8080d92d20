//! Columns that are read where they are, and results that are written where they go.
//!
//! Copying a column block by block costs more than the code that reads it. Where a block and the
//! rows before it that its readers want all lie in the columns of the call, nothing is copied; the
//! rows that later calls look back at are copied when the call ends.

use super::{Column, Geometry, Machine, Scalar};
use crate::graph::Shape;
use crate::jit::Compiled;
use crate::plan::Slot;
use crate::prepared::Prepared;
use crate::simd::LANES_MAX;
use std::mem::MaybeUninit;

/// A column whose rows are `stride` apart.
#[derive(Debug, Clone, Copy)]
struct Source<'a, E> {
    values: &'a [E],
    stride: usize,
}

/// Where the results of a root go.
#[derive(Debug)]
pub(crate) struct Target<'a, E> {
    /// Begins at the first row's first lane.
    pub(crate) values: &'a mut [MaybeUninit<E>],
    pub(crate) stride: usize,
}

/// What is outside of the machine's buffers during a call.
#[derive(Debug)]
pub(crate) struct Direct<'a, E> {
    /// The column to read in place of each buffer of numbers.
    columns: Vec<Option<Source<'a, E>>>,
    /// The series to read in place of each buffer that would repeat it for every lane.
    series: Vec<Option<&'a [E]>>,
    /// Whether buffers are neither read nor written, so that a block may have any length.
    is_free: bool,
    /// The root to write in place of each buffer of numbers.
    roots: Vec<Option<usize>>,
    /// Whether each root is in place of a buffer.
    in_place: Vec<bool>,
    /// Where each root goes.
    targets: Vec<Option<Target<'a, E>>>,
    /// Rows of history that their readers want.
    reach: usize,
    /// The first row of the current block.
    first: usize,
    /// Whether its results are written where they go.
    has_room: bool,
    /// Whether its columns are read where they are.
    is_direct: bool,
    /// Rows at a time once nothing is in buffers, `None` if something always is.
    whole_rows: Option<usize>,
}

/// Bytes of a column's block that is read and written in place: with a second one and the results
/// it leaves room in the second-level cache.
const BLOCK_BYTES: usize = 256 << 10;

impl<'a, E: Scalar> Direct<'a, E> {
    pub(super) fn new(
        compiled: Option<&Compiled>,
        prepared: &Prepared,
        inputs: &[Column<'a, E>],
        targets: Vec<Option<Target<'a, E>>>,
    ) -> Self {
        let (plan, strided) = (prepared.plan(), prepared.strided());
        let column = |slot| {
            if let Some(index) = strided.input(slot) {
                return match inputs[index] {
                    Column::Panel { values, stride } => Some(Source { values, stride }),
                    _ => None,
                };
            }
            let index = compiled?.direct_input(slot)?;
            match (plan.inputs[index].shape, inputs[index]) {
                (Shape::Panel, Column::Panel { values, stride: 1 })
                | (Shape::Panel | Shape::Series, Column::Series(values)) => {
                    Some(Source { values, stride: 1 })
                }
                _ => None,
            }
        };
        let columns: Vec<Option<Source<'_, E>>> = (0..plan.numbers.len()).map(column).collect();
        let used = columns.iter().zip(&plan.numbers).filter(|(column, _)| column.is_some());
        let reach = used.map(|(_, &history)| history).max().unwrap_or(usize::MAX);
        let root = |slot| {
            let root = strided.root(slot).or_else(|| compiled?.direct_root(slot))?;
            targets.get(root)?.as_ref().map(|_| root)
        };
        let roots: Vec<Option<usize>> = (0..plan.numbers.len()).map(root).collect();
        let mut in_place = vec![false; plan.roots.len()];
        roots.iter().flatten().for_each(|&root| in_place[root] = true);
        let series = |slot| match inputs[compiled?.series(slot)?] {
            Column::Series(values) => Some(values),
            _ => None,
        };
        let series = (0..plan.numbers.len()).map(series).collect();
        let mut inputs_read = plan.input_slots.iter().flatten();
        let is_whole = strided.is_whole()
            && inputs_read.all(|&slot| columns[slot].is_some())
            && in_place.iter().all(|in_place| *in_place);
        let whole_rows = is_whole.then(|| {
            let stride = columns.iter().flatten().map(|column| column.stride).max();
            let row_bytes = stride.unwrap_or(1) * size_of::<E>();
            (BLOCK_BYTES / row_bytes).max(8)
        });
        Self {
            columns,
            series,
            is_free: compiled.is_some_and(Compiled::is_free),
            roots,
            in_place,
            targets,
            reach,
            first: 0,
            has_room: false,
            is_direct: false,
            whole_rows,
        }
    }

    /// Moves on to the block that begins at row `first`, of at most `most` rows; returns how many
    /// it has, and whether it has to be copied although the one before was not.
    pub(super) fn advance(
        &mut self,
        first: usize,
        most: usize,
        geometry: &Geometry,
    ) -> (usize, bool) {
        let (rows, is_new) = self.next_block(first, most, geometry);
        // Over one lane whole vectors are written; what follows the block is written later.
        let end = first + rows.next_multiple_of(LANES_MAX);
        let has_room = |target: &Target<'_, E>| target.values.len() >= end;
        self.has_room = geometry.lanes > 1 || self.targets.iter().flatten().all(has_room);
        (rows, is_new)
    }

    fn next_block(&mut self, first: usize, most: usize, geometry: &Geometry) -> (usize, bool) {
        let was_direct = self.is_direct;
        let rows = geometry.block_rows.min(most);
        self.first = first;
        if self.is_free && !geometry.is_given {
            return (most, false);
        }
        if first < self.reach {
            // The fewer rows are copied, the better.
            let few = if self.whole_rows.is_some() { self.reach - first } else { rows };
            return (rows.min(few), false);
        }
        let columns = self.columns.iter().flatten();
        let fitting = columns.map(|column| column.rows_from(first, geometry)).min().unwrap_or(0);
        let wanted = match (self.whole_rows, geometry.is_given) {
            (Some(rows), false) => rows.min(most),
            _ => rows,
        };
        // Over one lane a block is whole vectors; more than fit are not cut off.
        self.is_direct = if geometry.lanes == 1 {
            fitting >= rows.next_multiple_of(LANES_MAX)
        } else {
            fitting > 0
        };
        match self.is_direct {
            true => (wanted.min(fitting), false),
            false => (rows, was_direct),
        }
    }

    /// Returns whether the current block's columns are read where they are.
    pub(super) fn is_direct(&self) -> bool {
        self.is_direct
    }

    /// Returns whether nothing of the current block is in buffers.
    pub(super) fn is_whole(&self) -> bool {
        self.is_free || (self.is_direct && self.whole_rows.is_some())
    }

    /// Returns the column to read in place of a buffer, the distance of its rows, and the row at
    /// which the block begins.
    pub(super) fn column(&self, slot: Slot) -> Option<(&'a [E], usize, usize)> {
        let Source { values, stride } = self.columns[slot].filter(|_| self.is_direct)?;
        Some((values, stride, self.first))
    }

    /// Returns the current block of a series that is read where it is.
    pub(super) fn series(&self, slot: Slot) -> Option<&'a [E]> {
        self.series[slot].map(|values| &values[self.first..])
    }

    /// Returns whether the current block's rows of a root were written where they go.
    pub(super) fn is_in_place(&self, root: usize) -> bool {
        self.has_room && self.in_place[root]
    }

    /// Returns where the rows of a root go from the current block on, and their distance.
    pub(super) fn rest_of_target(&mut self, root: usize) -> Option<(&mut [MaybeUninit<E>], usize)> {
        let Target { values, stride } = self.targets.get_mut(root)?.as_mut()?;
        Some((&mut values[self.first * *stride..], *stride))
    }

    /// Takes out where the results that a buffer would hold go, with the root that they are.
    pub(super) fn take_target(&mut self, slot: Slot) -> Option<(usize, Target<'a, E>)> {
        let root = self.roots[slot].filter(|_| self.has_room)?;
        Some((root, self.targets[root].take()?))
    }

    pub(super) fn put_target(&mut self, root: usize, target: Target<'a, E>) {
        self.targets[root] = Some(target);
    }

    /// Returns where `length` numbers of the current block go that a buffer would hold, over one
    /// lane.
    pub(super) fn place(&mut self, slot: Slot, length: usize) -> Option<&mut [MaybeUninit<E>]> {
        let root = self.roots[slot].filter(|_| self.has_room)?;
        let (values, stride) = self.rest_of_target(root)?;
        assert_eq!(stride, 1, "over one lane");
        Some(&mut values[..length])
    }

    /// Returns the first row of the current block.
    pub(super) fn first(&self) -> usize {
        self.first
    }
}

impl<E: Scalar> Source<'_, E> {
    /// Returns how many rows from `first` on can be read in whole vectors.
    fn rows_from(&self, first: usize, geometry: &Geometry) -> usize {
        if geometry.lanes == 1 {
            return self.values.len().saturating_sub(first);
        }
        match self.values.len().checked_sub(geometry.whole_lanes::<E>()) {
            Some(last) => (last / self.stride + 1).saturating_sub(first),
            None => 0,
        }
    }
}

impl<E: Scalar> Machine<E> {
    /// Copies what blocks from row `first` on look back at.
    pub(super) fn restore_history(&mut self, direct: &Direct<'_, E>, first: usize) {
        let Geometry { lanes, stride: row, .. } = self.geometry;
        for (buffer, column) in self.numbers.iter_mut().zip(&direct.columns) {
            let Some(Source { values, stride }) = *column else { continue };
            let (base, history) = (buffer.base(&self.geometry), buffer.history);
            if lanes == 1 {
                let to = &mut buffer.values[base - history..base];
                to.copy_from_slice(&values[first - history..first]);
                continue;
            }
            let to = buffer.values[base - history * row..base].chunks_exact_mut(row);
            for (back, to) in to.enumerate() {
                let from = (first - history + back) * stride;
                to[..lanes].copy_from_slice(&values[from..from + lanes]);
            }
        }
    }
}
