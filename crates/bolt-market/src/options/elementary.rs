//! Exponential and logarithm without branches, so that a loop over them becomes vector code.
//!
//! The errors stated are the largest seen against 60-digit arithmetic; see the tests.

use std::f64::consts::LOG2_E;

/// `1.5 * 2^52`: adding it to a number below `2^51` rounds that number to an integer and leaves
/// the integer in the low bits.
const ROUND: f64 = 6_755_399_441_055_744.0;
const ONE_BITS: u64 = 1.0f64.to_bits();
/// The upper 33 bits of ln 2: a multiple of it by an exponent is exact.
const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// `(e^r - 1 - r) / r^2` on `|r| <= ln(2) / 2`, lowest power first: truncated Chebyshev
/// expansion, error 1.7e-17 of `e^r`.
const EXP: [f64; 10] = [
    0.500_000_000_000_000_1,
    0.166_666_666_666_666_69,
    0.041_666_666_666_624_13,
    0.008_333_333_333_330_062,
    0.001_388_888_891_721_371_7,
    0.000_198_412_698_630_536_18,
    2.480_152_129_595_437_6e-5,
    2.755_726_845_999_706_4e-6,
    2.762_008_844_540_974_6e-7,
    2.510_038_549_551_032e-8,
];

/// `(2 atanh(s) - 2 s) / s^3` by powers of `s^2`, lowest first, for `s` up to
/// `(sqrt(2) - 1) / (sqrt(2) + 1)`: truncated Chebyshev expansion, error 3e-20.
const ATANH: [f64; 8] = [
    0.666_666_666_666_666_6,
    0.400_000_000_000_008_8,
    0.285_714_285_708_032_3,
    0.222_222_223_918_004_7,
    0.181_817_956_308_847_53,
    0.153_862_402_058_134_78,
    0.132_687_596_685_606_12,
    0.130_867_670_099_481_75,
];

/// Evaluates a polynomial, lowest power first.
#[inline(always)]
pub(super) fn polynomial<const N: usize>(coefficients: &[f64; N], x: f64) -> f64 {
    let mut sum = coefficients[N - 1];
    let mut i = N - 1;
    while i > 0 {
        i -= 1;
        sum = sum * x + coefficients[i];
    }
    sum
}

/// `2^n` for an integer `n` in `[-1022, 1023]`.
#[inline(always)]
fn power_of_two(n: f64) -> f64 {
    f64::from_bits(((n + ROUND).to_bits() << 52).wrapping_add(ONE_BITS))
}

/// Returns `y` and `n` with `e^(high + low) = (1 + y) 2^n`, for `|high|` up to 1,400 and a small
/// `low`.
#[inline(always)]
pub(super) fn exp_parts(high: f64, low: f64) -> (f64, f64) {
    let n = (high * LOG2_E + ROUND) - ROUND;
    let r = (high - n * LN_2_HIGH) + (low - n * LN_2_LOW);
    (r + r * r * polynomial(&EXP, r), n)
}

/// Returns `x 2^n` for an integer `n` in `[-2044, 2046]`, in two steps so that a subnormal
/// result is rounded once.
#[inline(always)]
pub(super) fn scale(x: f64, n: f64) -> f64 {
    let half = (n * 0.5 + ROUND) - ROUND;
    x * power_of_two(half) * power_of_two(n - half)
}

/// Returns `e^x` within 1.1 ulp.
#[inline(always)]
pub(super) fn exp(x: f64) -> f64 {
    let bounded = if x < -746.0 { -746.0 } else { x };
    let bounded = if bounded > 710.0 { 710.0 } else { bounded };
    let (y, n) = exp_parts(bounded, 0.0);
    scale(1.0 + y, n)
}

/// Splits `x` into a part with 26 significant bits, whose square is exact, and the rest.
#[inline(always)]
pub(super) fn split(x: f64) -> (f64, f64) {
    let high = f64::from_bits(x.to_bits() & 0xFFFF_FFFF_F800_0000);
    (high, x - high)
}

/// Returns `y` and `n` with `e^(-x^2 / 2) = (1 + y) 2^n` without losing the bits that rounding
/// `x^2` would lose; below the smallest number from `|x| = 40`.
#[inline(always)]
pub(super) fn exp_minus_half_square_parts(x: f64) -> (f64, f64) {
    let bounded = if x > 40.0 { 40.0 } else { x };
    let bounded = if bounded < -40.0 { -40.0 } else { bounded };
    let (high, low) = split(bounded);
    exp_parts(-0.5 * high * high, -0.5 * low * (bounded + high))
}

/// Returns `e^(-x^2 / 2)` within 1.1 ulp.
#[inline(always)]
pub(super) fn exp_minus_half_square(x: f64) -> f64 {
    let (y, n) = exp_minus_half_square_parts(x);
    scale(1.0 + y, n)
}

/// Returns `ln(a / b)` of positive normal numbers within 1.8 ulp, also for `a` close to `b`.
#[inline(always)]
pub(super) fn ln_ratio(a: f64, b: f64) -> f64 {
    // The ratio serves only to find k with 2^-k a / b in [sqrt(1/2), sqrt(2)].
    let shifted = (a / b)
        .to_bits()
        .wrapping_add(ONE_BITS.wrapping_sub(std::f64::consts::FRAC_1_SQRT_2.to_bits()));
    let biased = shifted >> 52;
    let k = f64::from_bits(biased | ROUND.to_bits()) - (ROUND + 1023.0);
    let scaled = a * f64::from_bits(2046u64.wrapping_sub(biased) << 52);
    let s = (scaled - b) / (scaled + b);
    k * LN_2_HIGH + (2.0 * s + (s * s * s * polynomial(&ATANH, s * s) + k * LN_2_LOW))
}

/// Returns the natural logarithm of a positive number within 1.8 ulp.
#[inline(always)]
pub(super) fn ln(x: f64) -> f64 {
    ln_ratio(x, 1.0)
}
