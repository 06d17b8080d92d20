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
    let before = equity.len();
    let mut signs = 0;
    equity.extend(closes.iter().map(|close| {
        signs |= sign_if_unknown(*close);
        cash + units * close
    }));
    let known = signs >> 63 == 0;
    if !known {
        equity.truncate(before);
    }
    known
}

vectorized! {
    /// Appends the value of an account that holds nothing, up to a bar.
    pub(super) fn value_cash(equity: &mut Vec<f64>, bars: usize, cash: f64) -> () = repeat;
}

#[inline(always)]
fn repeat(equity: &mut Vec<f64>, bars: usize, cash: f64) {
    equity.resize(bars, cash);
}

/// Returns a number whose sign bit is set unless the price is a positive number.
///
/// The bit patterns of positive numbers are those from 1 to below that of infinity; signs of
/// differences are gathered, which is faster than truth values of comparisons.
#[inline(always)]
fn sign_if_unknown(price: f64) -> u64 {
    const LARGEST: u64 = f64::MAX.to_bits();
    let bits = price.to_bits();
    bits.wrapping_sub(1) | LARGEST.wrapping_sub(bits)
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
                let mut equity = vec![7.0];
                let known = value_known(&mut equity, &prices, 3.0, 0.5);
                assert_eq!(known, is_known(price), "{price} at {place}");
                let values = prices.map(|price| 3.0 + 0.5 * price);
                assert_eq!(equity[0], 7.0);
                assert_eq!(equity[1..], values[..if known { 20 } else { 0 }]);
            }
        }
    }
}
