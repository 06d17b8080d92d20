//! A ledger while it is written. Nobody knows how many trades there will be: what they take is
//! reserved as they come.

use bolt_base::Bytes;
use bolt_memory::{Refused, Working};

use crate::ledger::{Exhausted, Fill, Ledger, Rejection, Trade};

/// Values that are reserved before there is room for them.
///
/// Where that is refused, no more are taken: whoever asks for the values is told.
#[derive(Debug)]
pub(crate) struct Growing<T> {
    values: Vec<T>,
    held: Working,
    refused: Option<Refused>,
}

/// Values that the first room is for.
const FIRST: usize = 4;

impl<T> Default for Growing<T> {
    fn default() -> Self {
        Self { values: Vec::new(), held: Working::default(), refused: None }
    }
}

impl<T> Growing<T> {
    /// Makes room for so many more.
    pub(crate) fn reserve(&mut self, more: usize) {
        let bytes = Bytes((more * size_of::<T>()) as u64);
        match self.held.grow(bytes) {
            Ok(()) => self.values.reserve_exact(self.values.capacity() - self.values.len() + more),
            Err(refused) => self.refused = Some(refused),
        }
    }

    #[inline]
    pub(crate) fn push(&mut self, value: T) {
        if self.values.len() == self.values.capacity() {
            self.double();
        }
        if self.values.len() < self.values.capacity() {
            self.values.push(value);
        }
    }

    #[cold]
    fn double(&mut self) {
        if self.refused.is_none() {
            self.reserve(self.values.capacity().max(FIRST));
        }
    }

    fn finish(self) -> Result<Vec<T>, Refused> {
        self.refused.map_or(Ok(self.values), Err)
    }
}

impl<T> Extend<T> for Growing<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        values.into_iter().for_each(|value| self.push(value));
    }
}

/// A [`Ledger`] while it is written.
#[derive(Debug)]
pub(crate) struct Journal {
    /// With room for all bars.
    pub(crate) equity: Vec<f64>,
    pub(crate) fills: Growing<Fill>,
    pub(crate) trades: Growing<Trade>,
    pub(crate) rejected: Growing<Rejection>,
    pub(crate) exhausted: Option<Exhausted>,
    /// For the equity, and what the account holds beside the ledger.
    held: Working,
    refused: Option<Refused>,
}

impl Journal {
    /// Returns one with room for the equity of so many bars.
    pub(crate) fn new(bars: usize) -> Result<Self, Refused> {
        let held = Working::of(Bytes((bars * size_of::<f64>()) as u64))?;
        Ok(Self {
            equity: Vec::with_capacity(bars),
            fills: Growing::default(),
            trades: Growing::default(),
            rejected: Growing::default(),
            exhausted: None,
            held,
            refused: None,
        })
    }

    /// Makes room for one more of what an account holds open, which is kept until the end. Where
    /// that is refused the account goes on, since its values depend on each other, and the run fails
    /// when it is finished.
    #[inline]
    pub(crate) fn make_room<T>(&mut self, open: &mut Vec<T>) {
        if open.len() == open.capacity() {
            self.double(open);
        }
    }

    #[cold]
    fn double<T>(&mut self, open: &mut Vec<T>) {
        let more = open.capacity().max(FIRST);
        match self.held.grow(Bytes((more * size_of::<T>()) as u64)) {
            Ok(()) => open.reserve_exact(more),
            Err(refused) => self.refused = Some(refused),
        }
    }

    /// Returns what was written. It is not reserved any more: its new owner knows for how long.
    pub(crate) fn finish(self) -> Result<Ledger, Refused> {
        let Self { equity, fills, trades, rejected, exhausted, held: _held, refused } = self;
        refused.map_or(Ok(()), Err)?;
        let (fills, trades, rejected) = (fills.finish()?, trades.finish()?, rejected.finish()?);
        Ok(Ledger { equity, fills, trades, rejected, exhausted })
    }
}

impl Growing<Trade> {
    /// Moves all trades to another's end.
    pub(crate) fn append_to(self, all: &mut Self) {
        all.refused = all.refused.take().or(self.refused);
        all.reserve(self.values.len());
        all.extend(self.values);
    }
}

#[cfg(test)]
mod tests {
    use bolt_memory::{Budget, Component, Policy};

    use super::*;

    #[test]
    fn what_is_written_is_reserved_and_no_more_is_taken_after_a_refusal() {
        let budget = Budget::new(Policy::new(Bytes(20_000)), Vec::new()).unwrap();
        let job = budget.job(Component::Market, "test", None);
        let _scope = job.enter();
        let mut values = Growing::<u64>::default();
        for value in 0..1_000 {
            values.push(value);
            assert_eq!(job.held().0 as usize, values.values.capacity() * 8);
        }
        assert_eq!(values.values, (0..1_000).collect::<Vec<_>>());
        values.extend(1_000..10_000);
        // The market's share is half of it: 512 more would be 12,288 bytes.
        assert_eq!(values.values.len(), 1_024);
        assert_eq!(job.held().0, 8_192);
        let refused = values.finish().unwrap_err();
        assert_eq!((refused.asked, job.held()), (Bytes(8_192), Bytes(0)));
    }
}
