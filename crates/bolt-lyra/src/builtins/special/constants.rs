//! Constants to any precision.

use bolt_base::interrupt::poll;

use crate::symbol::{Symbol, sym};
use crate::value::Binary;

/// Returns a constant to so many bits, `None` if it is not one of these.
pub(in crate::builtins) fn value(symbol: Symbol, bits: usize) -> Option<Binary> {
    let working = bits + 32;
    Some(match symbol {
        sym::EulerGamma => euler_gamma(working),
        sym::Catalan => catalan(working),
        _ => return None,
    })
}

/// Brent and McMillan 1980, algorithm B1: gamma is U/V - log n with sums over (n^k/k!)^2.
pub(in crate::builtins) fn euler_gamma(bits: usize) -> Binary {
    let working = bits + 64;
    let n = (working as f64 * std::f64::consts::LN_2 / 4.0).ceil() as u64 + 2;
    let of = |x: u64| Binary::from(x).with_precision(working).value();
    let mut a = -of(n).ln();
    let mut b = of(1);
    let (mut u, mut v) = (a.clone(), b.clone());
    // Terms grow until k = n and are small from about 3.6 n on.
    for k in 1..(n * 5) {
        poll();
        b = b * of(n * n) / of(k * k);
        a = (a * of(n * n) / of(k) + &b) / of(k);
        u += &a;
        v += &b;
    }
    (u / v).with_precision(bits).value()
}

/// Catalan's constant by the series of Lima: Pi/8 log(2 + sqrt 3) + 3/8 sum 1/((2k + 1)^2 C(2k, k)).
pub(in crate::builtins) fn catalan(bits: usize) -> Binary {
    let working = bits + 32;
    let of = |x: u64| Binary::from(x).with_precision(working).value();
    let three = dashu_base::SquareRoot::sqrt(&of(3));
    let mut sum = of(0);
    let mut term = of(1);
    for k in 0..(working as u64 / 2 + 16) {
        poll();
        sum += &term / of((2 * k + 1) * (2 * k + 1));
        term = term * of(k + 1) / of(2 * (2 * k + 1));
    }
    let first = Binary::pi(working) * (of(2) + three).ln() / of(8);
    (first + sum * of(3) / of(8)).with_precision(bits).value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_have_their_known_digits() {
        let gamma = euler_gamma(200).to_f64().value();
        assert!((gamma - 0.577_215_664_901_532_9).abs() < 1e-16);
        assert!((catalan(200).to_f64().value() - 0.915_965_594_177_219).abs() < 1e-16);
        for constant in [euler_gamma, catalan] {
            let difference = constant(500) - constant(300);
            assert!(difference.to_f64().value().abs() < 1e-88);
        }
    }
}
