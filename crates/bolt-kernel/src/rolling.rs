//! Rolling operations, built from delays and additions.
//!
//! A sum over `n` rows is a fixed tree: sums over 2, 4, 8, ... rows are each made of two of the
//! size before, the newer and the one that many rows older, and the binary digits of `n` say which
//! of them make up the window. Every result therefore depends on its window alone, costs about
//! `log2 n` additions on whole vectors, and shares its parts with every other window over the same
//! column. Sums are accumulated wide (see [`ValueType::Wide`]); minimum and maximum use the same
//! idea with two overlapping parts.
//!
//! Windows that reach before the first row, or hold a missing value, give missing. A constant has
//! always been the same, so that windows over it are constants too.
//!
//! Over one lane each part is a node of its own, computed along the rows. Over several lanes one
//! step goes down the rows (`window_sums`, `extreme`). Sums, means and extremes are the same to the
//! last bit; what sums are subtracted for may differ there.

use crate::graph::{Binary, Finish, Graph, NodeId, ValueType, Window};

/// A sum over a window, and the sum weighted by age in rows, where ages are not all zero.
#[derive(Clone, Copy)]
struct AgedSum {
    sum: NodeId,
    aged: Option<NodeId>,
}

impl Graph {
    /// Returns `combine` folded over the last `rows` rows of `leaf` by the tree of the module's
    /// documentation. `combine` takes the newer part first.
    fn fold_window(
        &mut self,
        leaf: NodeId,
        rows: u32,
        combine: fn(&mut Self, NodeId, NodeId) -> NodeId,
    ) -> NodeId {
        assert!(rows > 0, "a window has at least one row");
        let (mut part, mut size) = (leaf, 1);
        let (mut folded, mut folded_rows) = (None, 0);
        loop {
            if rows & size != 0 {
                let older = self.delay(part, folded_rows);
                folded = Some(folded.map_or(older, |newer| combine(self, newer, older)));
                folded_rows += size;
            }
            if folded_rows == rows {
                return folded.expect("a window has at least one part");
            }
            let older = self.delay(part, size);
            part = combine(self, part, older);
            size *= 2;
        }
    }

    fn wide_sum(&mut self, x: NodeId, rows: u32) -> NodeId {
        let leaf = self.widen(x);
        self.fold_window(leaf, rows, Self::wide_add)
    }

    fn wide_sum_of_products(&mut self, a: NodeId, b: NodeId, rows: u32) -> NodeId {
        let leaf = self.wide_product(a, b);
        self.fold_window(leaf, rows, Self::wide_add)
    }

    /// Adds a part that is `age` rows older.
    fn add_aged(&mut self, newer: AgedSum, part: AgedSum, age: u32) -> AgedSum {
        let older = self.delay(part.sum, age);
        let sum = self.wide_add(newer.sum, older);
        let own = part.aged.map(|aged| self.delay(aged, age));
        let before = match (newer.aged, own) {
            (Some(newer), Some(own)) => Some(self.wide_add(newer, own)),
            (newer, own) => newer.or(own),
        };
        let aged = match before {
            Some(before) => self.wide_add_scaled(before, older, age),
            // Two single rows: the older one has age 1.
            None => older,
        };
        AgedSum { sum, aged: Some(aged) }
    }

    fn aged_sum(&mut self, x: NodeId, rows: u32) -> AgedSum {
        assert!(rows > 0, "a window has at least one row");
        let leaf = self.widen(x);
        let (mut part, mut size) = (AgedSum { sum: leaf, aged: None }, 1);
        let (mut folded, mut folded_rows) = (None, 0);
        loop {
            if rows & size != 0 {
                folded = Some(match folded {
                    Some(newer) => self.add_aged(newer, part, folded_rows),
                    None => part,
                });
                folded_rows += size;
            }
            if folded_rows == rows {
                return folded.expect("a window has at least one part");
            }
            part = self.add_aged(part, part, size);
            size *= 2;
        }
    }

    /// Returns the sum of the last `rows` rows.
    pub fn ts_sum(&mut self, x: NodeId, rows: u32) -> NodeId {
        if let Some(value) = self.as_constant(x) {
            return self.constant(value * f64::from(rows));
        }
        let sum = self.wide_sum(x, rows);
        self.finish(Finish::Sum, rows, (x, None), &[sum])
    }

    /// Returns the mean of the last `rows` rows.
    pub fn ts_mean(&mut self, x: NodeId, rows: u32) -> NodeId {
        if let Some(value) = self.as_constant(x) {
            return self.constant(value);
        }
        if rows == 1 {
            return x;
        }
        let sum = self.wide_sum(x, rows);
        self.finish(Finish::Mean, rows, (x, None), &[sum])
    }

    /// Returns the standard deviation of the last `rows` rows, `ddof` degrees of freedom taken
    /// off; missing unless there are more rows than that.
    pub fn ts_std(&mut self, x: NodeId, rows: u32, ddof: u32) -> NodeId {
        if self.as_constant(x).is_some() {
            return self.constant(0.0);
        }
        let sum = self.wide_sum(x, rows);
        let squares = self.wide_sum_of_products(x, x, rows);
        self.finish(Finish::Deviation { ddof }, rows, (x, None), &[sum, squares])
    }

    /// Returns the distance from the mean of the last `rows` rows in their standard deviations
    /// (of a sample); missing where they are all equal.
    pub fn ts_zscore(&mut self, x: NodeId, rows: u32) -> NodeId {
        if self.as_constant(x).is_some() {
            return self.constant(f64::NAN);
        }
        let deviation = self.ts_std(x, rows, 1);
        let sum = self.wide_sum(x, rows);
        let value = self.widen(x);
        let distance = self.finish(Finish::Distance, rows, (x, None), &[sum, value]);
        self.binary(Binary::Div, distance, deviation)
    }

    /// Returns the covariance over the last `rows` rows (of a sample).
    pub fn ts_cov(&mut self, x: NodeId, y: NodeId, rows: u32) -> NodeId {
        if self.as_constant(x).and(self.as_constant(y)).is_some() {
            return self.constant(0.0);
        }
        let (x, y) = (x.min(y), x.max(y));
        let sums =
            [self.wide_sum(x, rows), self.wide_sum(y, rows), self.wide_sum_of_products(x, y, rows)];
        self.finish(Finish::Covariance { ddof: 1 }, rows, (x, Some(y)), &sums)
    }

    /// Returns Pearson's correlation over the last `rows` rows; missing where either is constant.
    pub fn ts_corr(&mut self, x: NodeId, y: NodeId, rows: u32) -> NodeId {
        if self.as_constant(x).and(self.as_constant(y)).is_some() {
            return self.constant(f64::NAN);
        }
        let (x, y) = (x.min(y), x.max(y));
        let sums = [
            self.wide_sum(x, rows),
            self.wide_sum(y, rows),
            self.wide_sum_of_products(x, x, rows),
            self.wide_sum_of_products(y, y, rows),
            self.wide_sum_of_products(x, y, rows),
        ];
        self.finish(Finish::Correlation, rows, (x, Some(y)), &sums)
    }

    /// Returns the slope per row of the least-squares line through the last `rows` rows.
    pub fn ts_slope(&mut self, x: NodeId, rows: u32) -> NodeId {
        if self.as_constant(x).is_some() {
            return self.constant(0.0);
        }
        let AgedSum { sum, aged } = self.aged_sum(x, rows);
        match aged {
            Some(aged) => self.finish(Finish::Slope, rows, (x, None), &[sum, aged]),
            None => self.constant(f64::NAN),
        }
    }

    /// Returns the mean of the last `rows` rows with weights falling linearly from `rows` for the
    /// newest to 1 for the oldest.
    pub fn ts_decay_linear(&mut self, x: NodeId, rows: u32) -> NodeId {
        if let Some(value) = self.as_constant(x) {
            return self.constant(value);
        }
        let AgedSum { sum, aged } = self.aged_sum(x, rows);
        match aged {
            Some(aged) => self.finish(Finish::DecayMean, rows, (x, None), &[sum, aged]),
            None => x,
        }
    }

    fn fold_overlapping(&mut self, operation: Binary, x: NodeId, rows: u32) -> NodeId {
        assert!(rows > 0, "a window has at least one row");
        assert_eq!(self.value_type(x), ValueType::Number);
        let (mut part, mut size) = (x, 1);
        while size * 2 <= rows {
            let older = self.delay(part, size);
            part = self.binary(operation, part, older);
            size *= 2;
        }
        if size == rows {
            return part;
        }
        let older = self.delay(part, rows - size);
        self.binary(operation, part, older)
    }

    /// Returns the smallest of the last `rows` rows.
    pub fn ts_min(&mut self, x: NodeId, rows: u32) -> NodeId {
        self.fold_overlapping(Binary::Min, x, rows)
    }

    /// Returns the largest of the last `rows` rows.
    pub fn ts_max(&mut self, x: NodeId, rows: u32) -> NodeId {
        self.fold_overlapping(Binary::Max, x, rows)
    }

    /// Returns how many rows ago the smallest of the last `rows` rows was, the newest of equals.
    pub fn ts_argmin(&mut self, x: NodeId, rows: u32) -> NodeId {
        self.window(Window::ArgMin, x, rows)
    }

    /// Returns how many rows ago the largest of the last `rows` rows was, the newest of equals.
    pub fn ts_argmax(&mut self, x: NodeId, rows: u32) -> NodeId {
        self.window(Window::ArgMax, x, rows)
    }
}
