//! The account's value over bars in which nothing is traded.

use super::vectors::vectorized;

vectorized! {
    /// Appends `cash + units * close` for each close, if every close is a positive number; else
    /// does nothing. Returns whether it did.
    pub(super) fn value_known(
        equity: &mut Vec<f64>, closes: &[f64], cash: f64, units: f64,
    ) -> bool = value;
}

#[inline(always)]
fn value(equity: &mut Vec<f64>, closes: &[f64], cash: f64, units: f64) -> bool {
    let known = all_known(closes);
    if known {
        equity.extend(closes.iter().map(|close| cash + units * close));
    }
    known
}

/// Returns whether every price is a positive number.
///
/// The bit patterns of positive numbers are those from 1 to below that of infinity; signs of
/// differences are gathered, which is faster than truth values of comparisons.
#[inline(always)]
fn all_known(prices: &[f64]) -> bool {
    const LARGEST: u64 = f64::MAX.to_bits();
    let signs = prices
        .iter()
        .map(|price| price.to_bits())
        .fold(0, |signs, bits| signs | bits.wrapping_sub(1) | LARGEST.wrapping_sub(bits));
    signs >> 63 == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::broker::next_open::book::is_known;

    #[test]
    fn what_is_known_is_a_positive_number() {
        let largest = f64::MAX;
        let positive = [5e-324, f64::MIN_POSITIVE, 1.0, 1e300, largest];
        let others = [0.0, -0.0, -5e-324, -1.0, -largest, f64::INFINITY, f64::NEG_INFINITY];
        let missing = [f64::NAN, -f64::NAN];
        for price in positive.into_iter().chain(others).chain(missing) {
            for place in 0..20 {
                let mut prices = [100.0; 20];
                prices[place] = price;
                assert_eq!(all_known(&prices), is_known(price), "{price} at {place}");
            }
        }
    }
}
