//! Mathematical functions on eight `f64` lanes, the same bits at every SIMD level.
//!
//! Errors are below 1 unit in the last place for `exp`, `ln`, `sin`, `cos` and `pow`, below 3 for
//! `tan` and `tanh`, measured against 200-bit arithmetic. Special values are those of IEEE 754,
//! with one exception: NaN to the power of zero is NaN, because a missing value stays missing.
//! Polynomials are those of `fdlibm` (Sun Microsystems, 1993) and Cephes (Moshier, 1989); large
//! arguments of `sin` and `cos` are reduced after Payne and Hanek (1983).

use super::{Bits64, Mask};

const SIGN: u64 = 1 << 63;
const LN2_HIGH: f64 = 0.693_147_180_485_539_1; // 33 bits: products with exponents are exact
const LN2_LOW: f64 = 7.440_617_110_012_397e-11;

#[inline(always)]
fn polynomial<V: Bits64>(x: V, coefficients: &[f64]) -> V {
    let mut sum = V::splat(coefficients[0]);
    for &coefficient in &coefficients[1..] {
        sum = sum.mul_add(x, V::splat(coefficient));
    }
    sum
}

/// Returns `2^k` for integral `k` in -1022 to 1023.
#[inline(always)]
fn power_of_two<V: Bits64>(k: V) -> V {
    // Adding 2^52 + 2^51 leaves the integer in the low bits of the significand.
    let biased = k.add(V::splat(1023.0)).add(V::splat(6_755_399_441_055_744.0));
    biased.shift_left_52()
}

/// Returns `x * 2^k` for integral `k` in -2044 to 2046, rounded once.
#[inline(always)]
fn scale<V: Bits64>(x: V, k: V) -> V {
    let half = k.mul(V::splat(0.5)).floor();
    x.mul(power_of_two(half)).mul(power_of_two(k.sub(half)))
}

#[inline(always)]
fn copy_sign<V: Bits64>(magnitude: V, sign: V) -> V {
    magnitude.and_bits(!SIGN).xor(sign.and_bits(SIGN))
}

/// Returns `e^(x + tail)` for a tail that is small against `x`.
#[inline(always)]
fn exp_with_tail<V: Bits64>(x: V, tail: V) -> V {
    const TERMS: [f64; 11] = [
        1.0 / 6_227_020_800.0,
        1.0 / 479_001_600.0,
        1.0 / 39_916_800.0,
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5_040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
    ];
    let x = x.max(V::splat(-746.0)).min(V::splat(710.0));
    let k = x.mul(V::splat(std::f64::consts::LOG2_E)).round();
    // The argument in units of the last place of its rounded value: x - k ln 2 = r + rest.
    let high = k.mul_add(V::splat(-LN2_HIGH), x);
    let low = k.mul(V::splat(-LN2_LOW)).add(tail);
    let r = high.add(low);
    let rest = high.sub(r).add(low);
    let small = r.mul(r).mul(polynomial(r, &TERMS).mul_add(r, V::splat(0.5))).add(rest);
    let one = V::splat(1.0);
    let top = one.add(r);
    scale(top.add(one.sub(top).add(r).add(small)), k)
}

#[inline(always)]
pub(crate) fn exp<V: Bits64>(x: V) -> V {
    exp_with_tail(x, V::splat(0.0))
}

/// Splits positive `x` into `(k, m - 1)` with `x = 2^k m` and `m` in `[sqrt(1/2), sqrt(2))`.
#[inline(always)]
fn split<V: Bits64>(x: V) -> (V, V) {
    let tiny = x.lt(V::splat(f64::MIN_POSITIVE));
    let scaled = V::select(tiny, x.mul(V::splat(18_014_398_509_481_984.0)), x);
    let offset = V::select(tiny, V::splat(1023.0 + 54.0), V::splat(1023.0));
    // The exponent's bits under the exponent of 2^52 are the number 2^52 + exponent.
    let exponent = scaled.shift_right_52().or_bits(0x4330 << 48);
    let k = exponent.sub(V::splat(4_503_599_627_370_496.0)).sub(offset);
    let m = scaled.and_bits((1 << 52) - 1).or_bits(0x3FF0 << 48);
    let above = V::splat(std::f64::consts::SQRT_2).lt(m);
    let m = V::select(above, m.mul(V::splat(0.5)), m);
    let k = V::select(above, k.add(V::splat(1.0)), k);
    (k, m.sub(V::splat(1.0)))
}

/// Gives a logarithm its values at zero, below zero, at infinity and NaN.
#[inline(always)]
fn ln_special<V: Bits64>(x: V, result: V) -> V {
    let zero = V::splat(0.0);
    let infinity = V::splat(f64::INFINITY);
    let result = V::select(x.eq(infinity), infinity, result);
    let result = V::select(x.eq(zero), V::splat(f64::NEG_INFINITY), result);
    let result = V::select(x.lt(zero), V::splat(f64::NAN), result);
    V::select(x.unordered(x), x, result)
}

#[inline(always)]
pub(crate) fn ln<V: Bits64>(x: V) -> V {
    const TERMS: [f64; 7] = [
        1.479_819_860_511_658_6e-1,
        1.531_383_769_920_937_3e-1,
        1.818_357_216_161_805e-1,
        2.222_219_843_214_978_4e-1,
        2.857_142_874_366_239e-1,
        3.999_999_999_940_942e-1,
        6.666_666_666_666_735e-1,
    ];
    let (k, f) = split(x);
    let s = f.div(f.add(V::splat(2.0)));
    let z = s.mul(s);
    let tail = z.mul(polynomial(z, &TERMS));
    let half_square = f.mul(f).mul(V::splat(0.5));
    let correction = s.mul(half_square.add(tail)).add(k.mul(V::splat(LN2_LOW)));
    let result = k.mul_add(V::splat(LN2_HIGH), f.sub(half_square.sub(correction)));
    ln_special(x, result)
}

#[inline(always)]
fn two_sum<V: Bits64>(a: V, b: V) -> (V, V) {
    let sum = a.add(b);
    let b_part = sum.sub(a);
    (sum, a.sub(sum.sub(b_part)).add(b.sub(b_part)))
}

#[inline(always)]
fn two_product<V: Bits64>(a: V, b: V) -> (V, V) {
    let product = a.mul(b);
    (product, a.mul_add(b, product.neg()))
}

/// Returns the logarithm of positive finite `x` as an unevaluated sum, good to about 2^-65.
#[inline(always)]
fn ln_extended<V: Bits64>(x: V) -> (V, V) {
    // ln m = 2 atanh(s) = 2s (1 + z/3 + z^2/5 + ...), s = f / (2 + f), z = s^2.
    const TERMS: [f64; 9] = [
        1.0 / 21.0,
        1.0 / 19.0,
        1.0 / 17.0,
        1.0 / 15.0,
        1.0 / 13.0,
        1.0 / 11.0,
        1.0 / 9.0,
        1.0 / 7.0,
        1.0 / 5.0,
    ];
    const THIRD: (f64, f64) = (1.0 / 3.0, 1.850_371_707_708_594e-17);
    let (k, f) = split(x);
    let (below, below_low) = two_sum(V::splat(2.0), f);
    let s = f.div(below);
    let s_low = s.neg().mul_add(below, f).sub(s.mul(below_low)).div(below);
    let (z, z_low) = two_product(s, s);
    let z_low = s.add(s).mul_add(s_low, z_low);
    let (c, c_low) = two_sum(V::splat(THIRD.0), z.mul(polynomial(z, &TERMS)));
    let c_low = c_low.add(V::splat(THIRD.1));
    let (u, u_low) = two_product(z, c);
    let u_low = u_low.add(z.mul(c_low)).add(z_low.mul(c));
    let double = s.add(s);
    let double_low = s_low.add(s_low);
    let (v, v_low) = two_product(double, u);
    let v_low = v_low.add(double.mul(u_low)).add(double_low.mul(u));
    let (m, m_low) = two_sum(double, v);
    let m_low = m_low.add(double_low).add(v_low);
    let (high, low) = two_sum(k.mul(V::splat(LN2_HIGH)), m);
    let low = low.add(k.mul(V::splat(LN2_LOW)).add(m_low));
    let sum = high.add(low);
    (sum, high.sub(sum).add(low))
}

/// Returns `x` to the power `y`: NaN where either is, and for negative `x` unless `y` is integral.
#[inline(always)]
pub(crate) fn pow<V: Bits64>(x: V, y: V) -> V {
    let (zero, one, infinity) = (V::splat(0.0), V::splat(1.0), V::splat(f64::INFINITY));
    let size = x.abs();
    let (log, log_low) = ln_extended(size);
    // Beyond 2^20 the result of any |x| != 1 is 0 or infinity; clamping keeps the product finite.
    let bounded = y.max(V::splat(-1e18)).min(V::splat(1e18));
    let (product, product_low) = two_product(log, bounded);
    let tail = log_low.mul_add(bounded, product_low);
    // Out of the range of `exp` the tail means nothing and may be infinite.
    let in_range = product.abs().lt(V::splat(800.0));
    let regular = exp_with_tail(product, V::select(in_range, tail, zero));

    let grows = V::select(one.lt(size), y, y.neg());
    let extreme = V::select(zero.lt(grows), infinity, zero);
    let edge = V::select(y.eq(zero), one, extreme);
    let result = V::select(size.eq(infinity), edge, regular);
    let result = V::select(size.eq(zero), edge, result);
    let result = V::select(y.abs().eq(infinity), edge, result);
    let result = V::select(size.eq(one), one, result);
    let result = V::select(y.eq(zero), one, result);

    let integral = y.eq(y.floor());
    let half = y.mul(V::splat(0.5));
    let odd_sign = V::select(half.ne(half.floor()), x, zero);
    let signed = V::select(integral, copy_sign(result, odd_sign), result);
    let defined = V::select(size.eq(infinity), signed, V::splat(f64::NAN));
    let negative = V::select(integral, signed, defined);
    let result = V::select(x.lt(zero), negative, signed);
    V::select(x.unordered(y), x.add(y), result)
}

#[inline(always)]
pub(crate) fn tanh<V: Bits64>(x: V) -> V {
    const ABOVE: [f64; 3] =
        [-9.643_991_794_250_523e-1, -9.928_772_310_019_185e1, -1.614_687_684_417_084_5e3];
    const BELOW: [f64; 4] =
        [1.0, 1.128_116_784_916_329_3e2, 2.235_488_390_601_004_5e3, 4.844_063_053_251_255e3];
    let size = x.abs();
    let z = size.mul(size);
    let rational = polynomial(z, &ABOVE).div(polynomial(z, &BELOW));
    let near = size.mul(z).mul_add(rational, size);
    let one = V::splat(1.0);
    let far = one.sub(V::splat(2.0).div(exp(size.add(size)).add(one)));
    let result = V::select(size.lt(V::splat(0.625)), near, far);
    V::select(x.unordered(x), x, copy_sign(result, x))
}

const PI_HALF: [f64; 3] =
    [std::f64::consts::FRAC_PI_2, 6.123_233_995_736_766e-17, -1.497_384_904_859_169_8e-33];

/// Returns `x - k pi/2` in `[-pi/4, pi/4]` and `k` modulo 4 as a number.
#[inline(always)]
fn reduce<V: Bits64>(x: V) -> (V, V) {
    let k = x.mul(V::splat(std::f64::consts::FRAC_2_PI)).round();
    let r = k.mul_add(V::splat(-PI_HALF[0]), x);
    let r = k.mul_add(V::splat(-PI_HALF[1]), r);
    let r = k.mul_add(V::splat(-PI_HALF[2]), r);
    let quadrant = k.sub(k.mul(V::splat(0.25)).floor().mul(V::splat(4.0)));
    let huge = V::splat(1_048_576.0).lt(x.abs()).bits();
    if huge == 0 { (r, quadrant) } else { reduce_huge(x, r, quadrant, huge) }
}

#[cold]
fn reduce_huge<V: Bits64>(x: V, r: V, quadrant: V, huge: u16) -> (V, V) {
    let (mut xs, mut rs, mut quadrants) = ([0.0; 8], [0.0; 8], [0.0; 8]);
    x.store(&mut xs);
    r.store(&mut rs);
    quadrant.store(&mut quadrants);
    for lane in (0..8).filter(|lane| huge >> lane & 1 == 1) {
        (rs[lane], quadrants[lane]) = reduce_scalar(xs[lane]);
    }
    (V::load(&rs), V::load(&quadrants))
}

/// The bits of 2/pi, after one word of zeros.
const TWO_OVER_PI: [u64; 21] = [
    0,
    0xA2F9_836E_4E44_1529,
    0xFC27_57D1_F534_DDC0,
    0xDB62_9599_3C43_9041,
    0xFE51_63AB_DEBB_C561,
    0xB724_6E3A_424D_D2E0,
    0x0649_2EEA_09D1_921C,
    0xFE1D_EB1C_B129_A73E,
    0xE882_35F5_2EBB_4484,
    0xE99C_7026_B45F_7E41,
    0x3991_D639_8353_39F4,
    0x9C84_5F8B_BDF9_283B,
    0x1FF8_97FF_DE05_980F,
    0xEF2F_118B_5A0A_6D1F,
    0x6D36_7ECF_27CB_09B7,
    0x4F46_3F66_9E5F_EA2D,
    0x7527_BAC7_EBE5_F17B,
    0x3D07_39F7_8A52_92EA,
    0x6BFB_5FB1_1F8D_5D08,
    0x5603_3046_FC7B_6BAB,
    0xF0CF_BC20_9AF4_361D,
];

/// Reduces one argument of at least 2^20: multiplies its significand by the 192 bits of 2/pi that
/// decide the result modulo 4.
fn reduce_scalar(x: f64) -> (f64, f64) {
    if !x.is_finite() {
        return (f64::NAN, 0.0);
    }
    let significand = x.to_bits() & ((1 << 52) - 1) | 1 << 52;
    // Bits of 2/pi worth 4 or more after the multiplication are left out; the table starts 64 early.
    let first = (x.to_bits() >> 52 & 0x7FF) as usize + 64 - 1075 - 2;
    let (word, shift) = (first / 64, first % 64);
    let bits = |i: usize| {
        let wide = u128::from(TWO_OVER_PI[word + i]) << 64 | u128::from(TWO_OVER_PI[word + i + 1]);
        (wide << shift >> 64) as u64
    };
    let low = u128::from(bits(2)) * u128::from(significand);
    let middle = u128::from(bits(1)) * u128::from(significand) + (low >> 64);
    let high = bits(0).wrapping_mul(significand).wrapping_add((middle >> 64) as u64);
    // The product modulo 4: two bits before the point, then the fraction, as a signed number.
    let fraction = (u128::from(high) << 64 | u128::from(middle as u64)) << 2;
    let up = fraction >> 127;
    let quadrant = ((high >> 62) + up as u64) % 4;
    let magnitude = if up == 1 { fraction.wrapping_neg() } else { fraction };
    let unit = 2f64.powi(-128);
    let turn = magnitude as f64;
    let rest = (magnitude as i128).wrapping_sub(turn as i128) as f64;
    let low = turn.mul_add(PI_HALF[1], rest * PI_HALF[0]);
    let r = turn.mul_add(PI_HALF[0], low) * unit;
    let r = if up == 1 { -r } else { r };
    if x < 0.0 { (-r, ((4 - quadrant) % 4) as f64) } else { (r, quadrant as f64) }
}

/// Returns sine and cosine.
#[inline(always)]
fn sin_cos<V: Bits64>(x: V) -> (V, V) {
    const SIN: [f64; 6] = [
        1.589_690_995_211_55e-10,
        -2.505_076_025_340_686_3e-8,
        2.755_731_370_707_006_8e-6,
        -1.984_126_982_985_795e-4,
        8.333_333_333_322_49e-3,
        -1.666_666_666_666_663_2e-1,
    ];
    const COS: [f64; 6] = [
        -1.135_964_755_778_819_5e-11,
        2.087_572_321_298_175e-9,
        -2.755_731_435_139_066_3e-7,
        2.480_158_728_947_673e-5,
        -1.388_888_888_887_411e-3,
        4.166_666_666_666_66e-2,
    ];
    let (r, quadrant) = reduce(x);
    let z = r.mul(r);
    let sin = r.mul(z).mul_add(polynomial(z, &SIN), r);
    let one = V::splat(1.0);
    let half = z.mul(V::splat(0.5));
    let top = one.sub(half);
    let low = one.sub(top).sub(half);
    let cos = top.add(z.mul(z).mul_add(polynomial(z, &COS), low));
    let (q1, q2, q3) = (V::splat(1.0), V::splat(2.0), V::splat(3.0));
    let swapped_sin = V::select(quadrant.eq(q1), cos, V::select(quadrant.eq(q3), cos, sin));
    let swapped_cos = V::select(quadrant.eq(q1), sin, V::select(quadrant.eq(q3), sin, cos));
    let sin = V::select(q1.lt(quadrant), swapped_sin.neg(), swapped_sin);
    let negative_cos = V::select(quadrant.eq(q1), swapped_cos.neg(), swapped_cos);
    let cos = V::select(quadrant.eq(q2), swapped_cos.neg(), negative_cos);
    (sin, cos)
}

#[inline(always)]
pub(crate) fn sin<V: Bits64>(x: V) -> V {
    // The reduction loses the sign of a zero.
    V::select(x.eq(V::splat(0.0)), x, sin_cos(x).0)
}

#[inline(always)]
pub(crate) fn cos<V: Bits64>(x: V) -> V {
    sin_cos(x).1
}

#[inline(always)]
pub(crate) fn tan<V: Bits64>(x: V) -> V {
    let (sin, cos) = sin_cos(x);
    V::select(x.eq(V::splat(0.0)), x, sin.div(cos))
}

#[cfg(test)]
mod tests {
    use super::super::sealed::Lanes;
    use super::super::{Kernel, Simd, Vector, dispatch};
    use super::*;
    use bolt_base::Rng;
    use bolt_hardware::SimdLevel;

    #[derive(Clone, Copy)]
    enum Function {
        Exp,
        Ln,
        Sin,
        Cos,
        Tan,
        Tanh,
        Pow,
    }

    struct Apply<'a>(Function, &'a [f64], &'a [f64]);

    impl Kernel for Apply<'_> {
        type Output = Vec<f64>;

        #[inline(always)]
        fn run<S: Simd>(self) -> Vec<f64> {
            let mut out = vec![0.0; self.1.len()];
            let operands = f64::chunks(self.1).iter().zip(f64::chunks(self.2));
            for (chunk, (x, y)) in f64::chunks_mut(&mut out).iter_mut().zip(operands) {
                let (x, y) = (S::F64::load(x), S::F64::load(y));
                let result = match self.0 {
                    Function::Exp => exp(x),
                    Function::Ln => ln(x),
                    Function::Sin => sin(x),
                    Function::Cos => cos(x),
                    Function::Tan => tan(x),
                    Function::Tanh => tanh(x),
                    Function::Pow => pow(x, y),
                };
                result.store(chunk);
            }
            out
        }
    }

    /// Numbers of every magnitude, special values among them; the length is a multiple of 8.
    fn arguments(seed: u64, largest_exponent: i32) -> Vec<f64> {
        let special = [
            0.0,
            -0.0,
            1.0,
            -1.0,
            0.5,
            2.0,
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            5e-324,
            -5e-324,
            f64::MIN_POSITIVE,
            f64::MAX,
            -f64::MAX,
            3.0,
            -3.0,
            709.78,
            710.0,
            -745.1,
            -745.14,
            std::f64::consts::PI,
            1e22,
            -1e300,
            1_048_577.0,
        ];
        let mut rng = Rng::new(seed);
        let mut random = || {
            let exponent = rng.below(2 * largest_exponent as u64) as i32 - largest_exponent;
            (rng.uniform() - 0.5) * 2f64.powi(exponent)
        };
        special.into_iter().chain((0..100_000).map(|_| random())).collect()
    }

    fn ulps(a: f64, b: f64) -> f64 {
        if a == b || (a.is_nan() && b.is_nan()) {
            return 0.0;
        }
        let ulp = (f64::from_bits(b.abs().to_bits() + 1) - b.abs()).max(5e-324);
        (a - b).abs() / ulp
    }

    #[track_caller]
    fn check(function: Function, largest_exponent: i32, std: fn(f64, f64) -> f64, ulps_max: f64) {
        let x = arguments(1, largest_exponent);
        let y: Vec<f64> = arguments(2, 5).into_iter().rev().collect();
        let portable = dispatch(SimdLevel::Portable, Apply(function, &x, &y));
        for ((x, y), result) in x.iter().zip(&y).zip(&portable) {
            let expected = std(*x, *y);
            let off = ulps(*result, expected);
            assert!(off <= ulps_max, "f({x:?}, {y:?}) = {result:?}, not {expected:?}: {off} ulp");
        }
        for level in SimdLevel::ALL.into_iter().filter(|level| level.is_supported()) {
            let other = dispatch(level, Apply(function, &x, &y));
            for (a, b) in portable.iter().zip(&other) {
                assert!(a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()), "{level}");
            }
        }
    }

    // The standard library's functions are themselves within 1 ulp.

    #[test]
    fn exponential_and_logarithm() {
        check(Function::Exp, 11, |x, _| x.exp(), 1.0);
        check(Function::Ln, 1020, |x, _| x.ln(), 1.0);
        check(Function::Ln, 3, |x, _| x.ln(), 1.0);
    }

    #[test]
    fn trigonometry_with_small_and_huge_arguments() {
        for largest_exponent in [4, 20, 40, 1020] {
            check(Function::Sin, largest_exponent, |x, _| x.sin(), 1.0);
            check(Function::Cos, largest_exponent, |x, _| x.cos(), 1.0);
            check(Function::Tan, largest_exponent, |x, _| x.tan(), 3.0);
        }
    }

    #[test]
    fn hyperbolic_tangent() {
        check(Function::Tanh, 5, |x, _| x.tanh(), 3.0);
    }

    #[test]
    fn powers() {
        let std = |x: f64, y: f64| if x.is_nan() || y.is_nan() { f64::NAN } else { x.powf(y) };
        check(Function::Pow, 1020, std, 1.0);
        check(Function::Pow, 3, std, 1.0);
        check(
            Function::Pow,
            20,
            |x, y| if x.is_nan() || y.is_nan() { f64::NAN } else { x.powf(y) },
            1.0,
        );
    }
}
