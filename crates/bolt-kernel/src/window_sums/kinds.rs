//! What is summed over a window, and how a result is read off.
//!
//! Sums of `f64` columns are kept in two parts (see `wide`): they are correctly rounded but for
//! rare ties, like those of `rolling` over one lane. Values of `f32` columns are 24 bits of the 53
//! that an `f64` has, so that sums of up to `2^k` of them are exact while none is `2^(29 - k)`
//! times another, and else are off by less than `2^(k - 53)` of the sum of magnitudes, far below
//! what an `f32` result shows. Those need one part. Slopes are kept in two parts always.
//!
//! The others are sums over distances from one value of the window, the first of its newer group.
//! The variance of a window of `n` values is at least `r^2 / 2n` if they are up to `r` apart, and
//! no distance is larger than `r`: what is subtracted from a sum of squares leaves more than
//! `1 / 2n^2` of it, so that one part is enough whatever the level of the values. Of equal values
//! all distances are zero, and results exact.

use crate::graph::Finish;
use crate::simd::Vector;
use crate::wide::{self, Pair, correlation, two_sum};

/// The newest row of a window.
#[derive(Clone, Copy)]
pub(super) struct Newest<V> {
    /// The first column's value, or its distance from the reference.
    pub(super) value: V,
    pub(super) reference: V,
    /// Rows of the window.
    pub(super) length: f64,
    /// Rows since the last one of the group before.
    pub(super) age: f64,
}

/// `SUMS` sums over rows of one or two columns.
pub(super) trait Kind<const SUMS: usize> {
    const HAS_TWO_COLUMNS: bool = false;
    /// Whether distances from a value of the window are summed.
    const IS_CENTRED: bool = true;

    /// Adds a row that is newer than those summed.
    fn newer<V: Vector<Element = f64>>(sums: [V; SUMS], values: (V, V)) -> [V; SUMS];

    /// Adds a row that is older than those summed, and so much older than the newest of them.
    fn older<V: Vector<Element = f64>>(sums: [V; SUMS], values: (V, V), age: V) -> [V; SUMS];

    /// Returns the result over the end of a group and the start of the next.
    fn read<V: Vector<Element = f64>>(
        finish: Finish,
        newer: [V; SUMS],
        older: [V; SUMS],
        newest: Newest<V>,
    ) -> V;
}

/// Returns NaN for an infinite value.
#[inline(always)]
fn finite<V: Vector>(value: V) -> V {
    value.add(value.sub(value))
}

#[inline(always)]
fn splat<V: Vector<Element = f64>>(value: f64) -> V {
    V::splat(value)
}

#[inline(always)]
fn sums<V: Vector, const SUMS: usize>(a: [V; SUMS], b: [V; SUMS]) -> [V; SUMS] {
    std::array::from_fn(
        #[inline(always)]
        |i| a[i].add(b[i]),
    )
}

/// Methods of sums in which the order of rows does not matter.
macro_rules! unordered {
    ($count:literal) => {
        #[inline(always)]
        fn older<V: Vector<Element = f64>>(
            sums: [V; $count],
            values: (V, V),
            _age: V,
        ) -> [V; $count] {
            <Self as Kind<$count>>::newer(sums, values)
        }
    };
}

/// A sum of one part.
pub(super) struct Plain;

impl Kind<1> for Plain {
    const IS_CENTRED: bool = false;

    #[inline(always)]
    fn newer<V: Vector<Element = f64>>([sum]: [V; 1], (x, _): (V, V)) -> [V; 1] {
        [sum.add(x)]
    }

    unordered!(1);

    #[inline(always)]
    fn read<V: Vector<Element = f64>>(
        finish: Finish,
        newer: [V; 1],
        older: [V; 1],
        newest: Newest<V>,
    ) -> V {
        let [sum] = sums(newer, older);
        finite(match finish {
            Finish::Mean => Pair(sum, splat(0.0)).over(newest.length),
            _ => sum,
        })
    }
}

/// A sum of two parts.
pub(super) struct Exact;

impl Kind<2> for Exact {
    const IS_CENTRED: bool = false;

    #[inline(always)]
    fn newer<V: Vector<Element = f64>>([high, low]: [V; 2], (x, _): (V, V)) -> [V; 2] {
        let (high, error) = two_sum(high, x);
        [high, low.add(error)]
    }

    unordered!(2);

    #[inline(always)]
    fn read<V: Vector<Element = f64>>(
        finish: Finish,
        newer: [V; 2],
        older: [V; 2],
        newest: Newest<V>,
    ) -> V {
        let (high, error) = two_sum(newer[0], older[0]);
        let sum = Pair(high, newer[1].add(older[1]).add(error));
        match finish {
            Finish::Mean => sum.over(newest.length),
            _ => sum.value(),
        }
    }
}

/// The distance of the newest value from the mean.
pub(super) struct Distance;

impl Kind<1> for Distance {
    #[inline(always)]
    fn newer<V: Vector<Element = f64>>([sum]: [V; 1], (x, _): (V, V)) -> [V; 1] {
        [sum.add(x)]
    }

    unordered!(1);

    #[inline(always)]
    fn read<V: Vector<Element = f64>>(
        _finish: Finish,
        newer: [V; 1],
        older: [V; 1],
        newest: Newest<V>,
    ) -> V {
        let [sum] = sums(newer, older);
        let distance = newest.value.mul(splat(newest.length)).sub(sum);
        finite(distance.mul(splat(1.0 / newest.length)))
    }
}

/// Returns `length` times the sum of products of distances from the means.
#[inline(always)]
fn spread<V: Vector<Element = f64>>(products: V, x: V, y: V, length: f64) -> V {
    products.mul(splat(length)).sub(x.mul(y))
}

/// Sums of x and of its square.
pub(super) struct Deviation;

impl Kind<2> for Deviation {
    #[inline(always)]
    fn newer<V: Vector<Element = f64>>([sum, squares]: [V; 2], (x, _): (V, V)) -> [V; 2] {
        [sum.add(x), x.mul_add(x, squares)]
    }

    unordered!(2);

    #[inline(always)]
    fn read<V: Vector<Element = f64>>(
        finish: Finish,
        newer: [V; 2],
        older: [V; 2],
        Newest { length, .. }: Newest<V>,
    ) -> V {
        let Finish::Deviation { ddof } = finish else { unreachable!("has a kind of its own") };
        let factor = 1.0 / (length * (length - f64::from(ddof)));
        let [sum, squares] = sums(newer, older);
        finite(spread(squares, sum, sum, length).mul(splat(factor)).sqrt())
    }
}

/// Sums of x, of y and of their product.
pub(super) struct Covariance;

impl Kind<3> for Covariance {
    const HAS_TWO_COLUMNS: bool = true;

    #[inline(always)]
    fn newer<V: Vector<Element = f64>>([sum, other, both]: [V; 3], (x, y): (V, V)) -> [V; 3] {
        [sum.add(x), other.add(y), x.mul_add(y, both)]
    }

    unordered!(3);

    #[inline(always)]
    fn read<V: Vector<Element = f64>>(
        finish: Finish,
        newer: [V; 3],
        older: [V; 3],
        Newest { length, .. }: Newest<V>,
    ) -> V {
        let Finish::Covariance { ddof } = finish else { unreachable!("has a kind of its own") };
        let factor = 1.0 / (length * (length - f64::from(ddof)));
        let [x, y, both] = sums(newer, older);
        finite(spread(both, x, y, length).mul(splat(factor)))
    }
}

/// Sums of x, of y, of their squares and of their product.
pub(super) struct Correlation;

impl Kind<5> for Correlation {
    const HAS_TWO_COLUMNS: bool = true;

    #[inline(always)]
    fn newer<V: Vector<Element = f64>>(sums: [V; 5], (x, y): (V, V)) -> [V; 5] {
        let [sum, other, squares, other_squares, both] = sums;
        [
            sum.add(x),
            other.add(y),
            x.mul_add(x, squares),
            y.mul_add(y, other_squares),
            x.mul_add(y, both),
        ]
    }

    unordered!(5);

    #[inline(always)]
    fn read<V: Vector<Element = f64>>(
        _finish: Finish,
        newer: [V; 5],
        older: [V; 5],
        Newest { length, .. }: Newest<V>,
    ) -> V {
        let [x, y, x_squares, y_squares, both] = sums(newer, older);
        let together = spread(both, x, y, length);
        let (x, y) = (spread(x_squares, x, x, length), spread(y_squares, y, y, length));
        finite(correlation(together, x, y))
    }
}

/// The sum of x, and the sum of x times its age in rows, for a mean with weights all above zero.
pub(super) struct Aged;

impl Kind<2> for Aged {
    #[inline(always)]
    fn newer<V: Vector<Element = f64>>([sum, aged]: [V; 2], (x, _): (V, V)) -> [V; 2] {
        [sum.add(x), aged.add(sum)]
    }

    #[inline(always)]
    fn older<V: Vector<Element = f64>>([sum, aged]: [V; 2], (x, _): (V, V), age: V) -> [V; 2] {
        [sum.add(x), x.mul_add(age, aged)]
    }

    #[inline(always)]
    fn read<V: Vector<Element = f64>>(
        _finish: Finish,
        newer: [V; 2],
        older: [V; 2],
        newest: Newest<V>,
    ) -> V {
        let [sum, aged] = sums(newer, older);
        let aged = older[0].mul_add(splat(newest.age), aged);
        let n = newest.length;
        let weighted = sum.mul(splat(n)).sub(aged);
        finite(weighted.mul_add(splat(2.0 / (n * (n + 1.0))), newest.reference))
    }
}

/// The same in two parts each, for a slope: values in the middle of the window have weights near
/// zero, so that what is left may be far smaller than they are.
pub(super) struct Slope;

impl Kind<4> for Slope {
    const IS_CENTRED: bool = false;

    #[inline(always)]
    fn newer<V: Vector<Element = f64>>(sums: [V; 4], (x, _): (V, V)) -> [V; 4] {
        let [total, aged] = pairs(sums);
        let (aged, total) = (wide::sum(aged, total), wide::sum_with_number(total, x));
        [total.0, total.1, aged.0, aged.1]
    }

    #[inline(always)]
    fn older<V: Vector<Element = f64>>(sums: [V; 4], (x, _): (V, V), age: V) -> [V; 4] {
        let [total, aged] = pairs(sums);
        let aged = wide::sum(aged, Pair::product(x, age));
        let total = wide::sum_with_number(total, x);
        [total.0, total.1, aged.0, aged.1]
    }

    #[inline(always)]
    fn read<V: Vector<Element = f64>>(
        finish: Finish,
        newer: [V; 4],
        older: [V; 4],
        newest: Newest<V>,
    ) -> V {
        let ([total, aged], [before, aged_before]) = (pairs(newer), pairs(older));
        let aged = wide::sum_with_scaled(wide::sum(aged, aged_before), before, newest.age);
        let none = Pair(splat(0.0), splat(0.0));
        let sums = [wide::sum(total, before), aged, none, none, none];
        finite(wide::finish_pairs(finish, newest.length, sums))
    }
}

#[inline(always)]
fn pairs<V: Vector>([high, low, other_high, other_low]: [V; 4]) -> [Pair<V>; 2] {
    [Pair(high, low), Pair(other_high, other_low)]
}
