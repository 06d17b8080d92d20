//! Columns over one lane that compiled code reads where they are.
//!
//! Copying a column block by block costs more than the code that reads it. Where a block and the
//! rows before it that its readers want all lie in the columns of the call, nothing is copied; the
//! rows that later calls look back at are copied when the call ends.

use super::{Column, Machine, Scalar};
use crate::graph::Shape;
use crate::jit::Compiled;
use crate::plan::Plan;

#[derive(Debug)]
pub(crate) struct Direct<'a, E> {
    /// The column to read in place of each buffer of numbers.
    columns: Vec<Option<&'a [E]>>,
    /// Rows of history that their readers want.
    reach: usize,
    /// The first row of the current block, `None` if it was copied.
    first: Option<usize>,
}

impl<'a, E: Scalar> Direct<'a, E> {
    pub(super) fn new(compiled: Option<&Compiled>, plan: &Plan, inputs: &[Column<'a, E>]) -> Self {
        let column = |slot| {
            let index = compiled?.direct_input(slot)?;
            match (plan.inputs[index].shape, inputs[index]) {
                (Shape::Panel, Column::Panel { values, stride: 1 })
                | (Shape::Panel | Shape::Series, Column::Series(values)) => Some(values),
                _ => None,
            }
        };
        let columns: Vec<Option<&[E]>> = (0..plan.numbers.len()).map(column).collect();
        let used = columns.iter().zip(&plan.numbers).filter(|(column, _)| column.is_some());
        let reach = used.map(|(_, &history)| history).max().unwrap_or(usize::MAX);
        Self { columns, reach, first: None }
    }

    /// Moves on to the block of `length` rows from `first` on, padding included; returns whether
    /// it has to be copied although the one before was not.
    pub(super) fn advance(&mut self, first: usize, length: usize) -> bool {
        let before = self.first;
        let mut columns = self.columns.iter().flatten();
        let fits = first >= self.reach && columns.all(|values| first + length <= values.len());
        self.first = fits.then_some(first);
        before.is_some() && !fits
    }

    /// Returns whether the current block is read where it is.
    pub(super) fn is_direct(&self) -> bool {
        self.first.is_some()
    }

    /// Returns the column to read in place of a buffer, and the row at which the block begins.
    pub(super) fn column(&self, slot: usize) -> Option<(&'a [E], usize)> {
        Some((self.columns[slot]?, self.first?))
    }
}

impl<E: Scalar> Machine<E> {
    /// Copies what blocks from row `first` on look back at.
    pub(super) fn restore_history(&mut self, direct: &Direct<'_, E>, first: usize) {
        for (buffer, column) in self.numbers.iter_mut().zip(&direct.columns) {
            if let Some(values) = column {
                let (base, history) = (buffer.base(&self.geometry), buffer.history);
                let to = &mut buffer.values[base - history..base];
                to.copy_from_slice(&values[first - history..first]);
            }
        }
    }
}
