//! Vectors as plain arrays: what every target can run, and the meaning of every operation.

use super::{Bits64, Mask, Sequence, Simd, Vector};
use std::mem::MaybeUninit;

#[derive(Clone, Copy)]
pub(crate) struct Portable;

#[derive(Clone, Copy)]
pub(crate) struct Lanes<T, const N: usize>([T; N]);

#[derive(Clone, Copy)]
pub(crate) struct LaneMask<const N: usize>([bool; N]);

impl<const N: usize> Mask for LaneMask<N> {
    #[inline(always)]
    fn from_bits(bits: u16) -> Self {
        Self(std::array::from_fn(|lane| bits >> lane & 1 == 1))
    }

    #[inline(always)]
    fn bits(self) -> u16 {
        self.0.iter().enumerate().fold(0, |bits, (lane, &set)| bits | u16::from(set) << lane)
    }
}

impl<T: Copy, const N: usize> Lanes<T, N> {
    #[inline(always)]
    fn map(self, f: impl Fn(T) -> T) -> Self {
        Self(std::array::from_fn(|lane| f(self.0[lane])))
    }

    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(T, T) -> T) -> Self {
        Self(std::array::from_fn(|lane| f(self.0[lane], other.0[lane])))
    }

    #[inline(always)]
    fn compare(self, other: Self, f: impl Fn(&T, &T) -> bool) -> LaneMask<N> {
        LaneMask(std::array::from_fn(|lane| f(&self.0[lane], &other.0[lane])))
    }
}

macro_rules! vector {
    ($element:ident, $lanes:literal) => {
        impl Vector for Lanes<$element, $lanes> {
            type Element = $element;
            type Mask = LaneMask<$lanes>;

            #[inline(always)]
            fn load(chunk: &[$element; $lanes]) -> Self {
                Self(*chunk)
            }
            #[inline(always)]
            fn store(self, chunk: &mut [$element; $lanes]) {
                *chunk = self.0;
            }
            #[inline(always)]
            fn store_new(self, chunk: &mut [MaybeUninit<$element>; $lanes]) {
                *chunk = self.0.map(MaybeUninit::new);
            }
            #[inline(always)]
            fn splat(value: $element) -> Self {
                Self([value; $lanes])
            }
            #[inline(always)]
            fn add(self, other: Self) -> Self {
                self.zip(other, |a, b| a + b)
            }
            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                self.zip(other, |a, b| a - b)
            }
            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                self.zip(other, |a, b| a * b)
            }
            #[inline(always)]
            fn div(self, other: Self) -> Self {
                self.zip(other, |a, b| a / b)
            }
            #[inline(always)]
            fn mul_add(self, factor: Self, addend: Self) -> Self {
                Self(std::array::from_fn(|lane| {
                    self.0[lane].mul_add(factor.0[lane], addend.0[lane])
                }))
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                self.map($element::sqrt)
            }
            #[inline(always)]
            fn neg(self) -> Self {
                self.map(|a| -a)
            }
            #[inline(always)]
            fn abs(self) -> Self {
                self.map($element::abs)
            }
            #[inline(always)]
            fn floor(self) -> Self {
                self.map($element::floor)
            }
            #[inline(always)]
            fn ceil(self) -> Self {
                self.map($element::ceil)
            }
            #[inline(always)]
            fn round(self) -> Self {
                self.map($element::round_ties_even)
            }
            #[inline(always)]
            fn lt(self, other: Self) -> Self::Mask {
                self.compare(other, |a, b| a < b)
            }
            #[inline(always)]
            fn le(self, other: Self) -> Self::Mask {
                self.compare(other, |a, b| a <= b)
            }
            #[inline(always)]
            fn eq(self, other: Self) -> Self::Mask {
                self.compare(other, |a, b| a == b)
            }
            #[inline(always)]
            fn ne(self, other: Self) -> Self::Mask {
                // Not `a != b`, which holds for NaN.
                self.compare(other, |a, b| a.partial_cmp(b).is_some_and(std::cmp::Ordering::is_ne))
            }
            #[inline(always)]
            fn unordered(self, other: Self) -> Self::Mask {
                self.compare(other, |a, b| a.is_nan() || b.is_nan())
            }
            #[inline(always)]
            fn select(mask: Self::Mask, yes: Self, no: Self) -> Self {
                Self(std::array::from_fn(
                    |lane| {
                        if mask.0[lane] { yes.0[lane] } else { no.0[lane] }
                    },
                ))
            }
            #[inline(always)]
            fn max(self, other: Self) -> Self {
                self.zip(other, |a, b| if a.is_nan() || a > b { a } else { b })
            }
            #[inline(always)]
            fn min(self, other: Self) -> Self {
                self.zip(other, |a, b| if a.is_nan() || a < b { a } else { b })
            }
        }
    };
}
vector!(f64, 8);
vector!(f32, 16);

impl Sequence for Lanes<f64, 8> {
    #[inline(always)]
    fn window<const FROM: i32>(first: Self, second: Self) -> Self {
        let from = FROM as usize;
        Self(std::array::from_fn(|lane| match lane + from {
            lane @ 0..8 => first.0[lane],
            lane => second.0[lane - 8],
        }))
    }
}

impl Bits64 for Lanes<f64, 8> {
    #[inline(always)]
    fn and_bits(self, bits: u64) -> Self {
        self.map(|a| f64::from_bits(a.to_bits() & bits))
    }
    #[inline(always)]
    fn or_bits(self, bits: u64) -> Self {
        self.map(|a| f64::from_bits(a.to_bits() | bits))
    }
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        self.zip(other, |a, b| f64::from_bits(a.to_bits() ^ b.to_bits()))
    }
    #[inline(always)]
    fn add_bits(self, other: Self) -> Self {
        self.zip(other, |a, b| f64::from_bits(a.to_bits().wrapping_add(b.to_bits())))
    }
    #[inline(always)]
    fn shift_left_52(self) -> Self {
        self.map(|a| f64::from_bits(a.to_bits() << 52))
    }
    #[inline(always)]
    fn shift_right_52(self) -> Self {
        self.map(|a| f64::from_bits(a.to_bits() >> 52))
    }
}

impl Simd for Portable {
    type F64 = Lanes<f64, 8>;
    type F32 = Lanes<f32, 16>;

    #[inline(always)]
    fn widen(vector: Self::F32) -> (Self::F64, Self::F64) {
        let half =
            |from: usize| Lanes(std::array::from_fn(|lane| f64::from(vector.0[from + lane])));
        (half(0), half(8))
    }

    #[inline(always)]
    fn narrow(low: Self::F64, high: Self::F64) -> Self::F32 {
        Lanes(std::array::from_fn(|lane| {
            (if lane < 8 { low.0[lane] } else { high.0[lane - 8] }) as f32
        }))
    }
}
