//! Which value is in which register.
//!
//! The code of a loop is one straight line, so the register whose value is used last from here is
//! the best one to give up (Belady 1966). Constants and columns are read again from where they are:
//! a plan gives a buffer to another step only after its last reader. Other values get a home on
//! the stack.

use super::ir::{Body, Item, Value};

/// The positions of the items that read each value.
#[derive(Debug)]
pub(super) struct Uses {
    /// The positions of each value, ascending, all in one list.
    positions: Vec<u32>,
    /// The range of each value's positions.
    ranges: Vec<(u32, u32)>,
}

impl Uses {
    pub(super) fn new(body: &Body) -> Self {
        let mut pairs: Vec<(Value, u32)> = Vec::new();
        for (position, &item) in body.items.iter().enumerate() {
            let mut read = |value| pairs.push((value, position as u32));
            match item {
                Item::Define(value) => body.op(value).operands().for_each(read),
                Item::Store(value, _) | Item::StoreMask(value, _) | Item::Next(_, value) => {
                    read(value);
                }
            }
        }
        pairs.sort_unstable();
        let mut ranges = vec![(0, 0); body.len()];
        for (index, (value, _)) in pairs.iter().enumerate() {
            let range = &mut ranges[value.0 as usize];
            if range.1 == 0 {
                range.0 = index as u32;
            }
            range.1 = index as u32 + 1;
        }
        Self { positions: pairs.into_iter().map(|(_, position)| position).collect(), ranges }
    }

    /// Returns the first use of a value after a position.
    pub(super) fn next(&self, value: Value, after: usize) -> Option<u32> {
        let (first, end) = self.ranges[value.0 as usize];
        let uses = &self.positions[first as usize..end as usize];
        uses.get(uses.partition_point(|&position| position as usize <= after)).copied()
    }
}

/// A register file.
#[derive(Debug)]
pub(super) struct File {
    owners: Vec<Option<Value>>,
    /// Registers that the current instruction uses.
    locked: Vec<bool>,
    /// The first register that is given out, and the one after the last.
    first: usize,
    end: usize,
}

impl File {
    pub(super) fn new(first: usize, end: usize) -> Self {
        Self { owners: vec![None; end], locked: vec![false; end], first, end }
    }

    /// Returns a free register.
    pub(super) fn free(&self) -> Option<usize> {
        (self.first..self.end).find(|&index| self.owners[index].is_none() && !self.locked[index])
    }

    /// Returns the register to give up and its value.
    pub(super) fn victim(&self, uses: &Uses, position: usize) -> (usize, Value) {
        (self.first..self.end)
            .filter(|&index| !self.locked[index])
            .filter_map(|index| self.owners[index].map(|value| (index, value)))
            .max_by_key(|&(_, value)| uses.next(value, position).unwrap_or(u32::MAX))
            .expect("an instruction uses fewer registers than there are")
    }

    /// Returns whether a register is kept out of the way.
    pub(super) fn is_pinned(&self, index: usize) -> bool {
        index < self.first
    }

    pub(super) fn own(&mut self, index: usize, value: Value) {
        self.owners[index] = Some(value);
    }

    pub(super) fn release(&mut self, index: usize) {
        self.owners[index] = None;
        self.locked[index] = false;
    }

    pub(super) fn lock(&mut self, index: usize) {
        self.locked[index] = true;
    }

    pub(super) fn unlock_all(&mut self) {
        self.locked.fill(false);
    }
}
