//! AVX2: two registers a vector.

use super::{Bits64, Kernel, Mask, Sequence, Simd, Vector};
use std::arch::x86_64::*;
use std::mem::MaybeUninit;

#[derive(Clone, Copy)]
pub(crate) struct Avx2;

/// # Safety
/// The processor must have the features named.
#[target_feature(enable = "avx2,fma,bmi2")]
pub(super) unsafe fn run<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<Avx2>()
}

#[derive(Clone, Copy)]
pub(crate) struct F64x8(__m256d, __m256d);

#[derive(Clone, Copy)]
pub(crate) struct F32x16(__m256, __m256);

// SAFETY, for every block below: these types are used only inside `run`, whose caller vouches for
// the features; loads and stores go through references to arrays of exactly the vector's size.

impl Mask for F64x8 {
    #[inline(always)]
    fn from_bits(bits: u16) -> Self {
        unsafe {
            let all = _mm256_set1_epi64x(i64::from(bits));
            let low = _mm256_and_si256(all, _mm256_setr_epi64x(1, 2, 4, 8));
            let high = _mm256_and_si256(all, _mm256_setr_epi64x(16, 32, 64, 128));
            let low = _mm256_cmpeq_epi64(low, _mm256_setr_epi64x(1, 2, 4, 8));
            let high = _mm256_cmpeq_epi64(high, _mm256_setr_epi64x(16, 32, 64, 128));
            Self(_mm256_castsi256_pd(low), _mm256_castsi256_pd(high))
        }
    }
    #[inline(always)]
    fn bits(self) -> u16 {
        unsafe { (_mm256_movemask_pd(self.0) | _mm256_movemask_pd(self.1) << 4) as u16 }
    }
}

impl Mask for F32x16 {
    #[inline(always)]
    fn from_bits(bits: u16) -> Self {
        unsafe {
            let lanes = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
            let low = _mm256_and_si256(_mm256_set1_epi32(i32::from(bits)), lanes);
            let high = _mm256_and_si256(_mm256_set1_epi32(i32::from(bits >> 8)), lanes);
            Self(
                _mm256_castsi256_ps(_mm256_cmpeq_epi32(low, lanes)),
                _mm256_castsi256_ps(_mm256_cmpeq_epi32(high, lanes)),
            )
        }
    }
    #[inline(always)]
    fn bits(self) -> u16 {
        unsafe { (_mm256_movemask_ps(self.0) | _mm256_movemask_ps(self.1) << 8) as u16 }
    }
}

macro_rules! vector {
    ($name:ident, $element:ident, $lanes:literal, $half:literal, $loadu:ident, $storeu:ident, $set1:ident,
     $add:ident, $sub:ident, $mul:ident, $div:ident, $fmadd:ident, $sqrt:ident, $xor:ident, $andnot:ident,
     $round:ident, $cmp:ident, $blend:ident, $max:ident, $min:ident) => {
        impl Vector for $name {
            type Element = $element;
            type Mask = Self;

            #[inline(always)]
            fn load(chunk: &[$element; $lanes]) -> Self {
                let (low, high) = chunk.split_at($half);
                unsafe { Self($loadu(low.as_ptr()), $loadu(high.as_ptr())) }
            }
            #[inline(always)]
            fn store(self, chunk: &mut [$element; $lanes]) {
                let (low, high) = chunk.split_at_mut($half);
                unsafe {
                    $storeu(low.as_mut_ptr(), self.0);
                    $storeu(high.as_mut_ptr(), self.1);
                }
            }
            #[inline(always)]
            fn store_new(self, chunk: &mut [MaybeUninit<$element>; $lanes]) {
                let (low, high) = chunk.split_at_mut($half);
                unsafe {
                    $storeu(low.as_mut_ptr().cast(), self.0);
                    $storeu(high.as_mut_ptr().cast(), self.1);
                }
            }
            #[inline(always)]
            fn splat(value: $element) -> Self {
                let half = unsafe { $set1(value) };
                Self(half, half)
            }
            #[inline(always)]
            fn add(self, other: Self) -> Self {
                unsafe { Self($add(self.0, other.0), $add(self.1, other.1)) }
            }
            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                unsafe { Self($sub(self.0, other.0), $sub(self.1, other.1)) }
            }
            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                unsafe { Self($mul(self.0, other.0), $mul(self.1, other.1)) }
            }
            #[inline(always)]
            fn div(self, other: Self) -> Self {
                unsafe { Self($div(self.0, other.0), $div(self.1, other.1)) }
            }
            #[inline(always)]
            fn mul_add(self, factor: Self, addend: Self) -> Self {
                unsafe {
                    Self($fmadd(self.0, factor.0, addend.0), $fmadd(self.1, factor.1, addend.1))
                }
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                unsafe { Self($sqrt(self.0), $sqrt(self.1)) }
            }
            #[inline(always)]
            fn neg(self) -> Self {
                unsafe { Self($xor(self.0, $set1(-0.0)), $xor(self.1, $set1(-0.0))) }
            }
            #[inline(always)]
            fn abs(self) -> Self {
                unsafe { Self($andnot($set1(-0.0), self.0), $andnot($set1(-0.0), self.1)) }
            }
            #[inline(always)]
            fn floor(self) -> Self {
                const MODE: i32 = _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC;
                unsafe { Self($round::<MODE>(self.0), $round::<MODE>(self.1)) }
            }
            #[inline(always)]
            fn ceil(self) -> Self {
                const MODE: i32 = _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC;
                unsafe { Self($round::<MODE>(self.0), $round::<MODE>(self.1)) }
            }
            #[inline(always)]
            fn round(self) -> Self {
                const MODE: i32 = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
                unsafe { Self($round::<MODE>(self.0), $round::<MODE>(self.1)) }
            }
            #[inline(always)]
            fn lt(self, other: Self) -> Self {
                unsafe {
                    Self($cmp::<_CMP_LT_OQ>(self.0, other.0), $cmp::<_CMP_LT_OQ>(self.1, other.1))
                }
            }
            #[inline(always)]
            fn le(self, other: Self) -> Self {
                unsafe {
                    Self($cmp::<_CMP_LE_OQ>(self.0, other.0), $cmp::<_CMP_LE_OQ>(self.1, other.1))
                }
            }
            #[inline(always)]
            fn eq(self, other: Self) -> Self {
                unsafe {
                    Self($cmp::<_CMP_EQ_OQ>(self.0, other.0), $cmp::<_CMP_EQ_OQ>(self.1, other.1))
                }
            }
            #[inline(always)]
            fn ne(self, other: Self) -> Self {
                unsafe {
                    Self($cmp::<_CMP_NEQ_OQ>(self.0, other.0), $cmp::<_CMP_NEQ_OQ>(self.1, other.1))
                }
            }
            #[inline(always)]
            fn unordered(self, other: Self) -> Self {
                unsafe {
                    Self(
                        $cmp::<_CMP_UNORD_Q>(self.0, other.0),
                        $cmp::<_CMP_UNORD_Q>(self.1, other.1),
                    )
                }
            }
            #[inline(always)]
            fn select(mask: Self, yes: Self, no: Self) -> Self {
                unsafe { Self($blend(no.0, yes.0, mask.0), $blend(no.1, yes.1, mask.1)) }
            }
            #[inline(always)]
            fn max(self, other: Self) -> Self {
                let larger = unsafe { Self($max(self.0, other.0), $max(self.1, other.1)) };
                Self::select(self.unordered(self), self, larger)
            }
            #[inline(always)]
            fn min(self, other: Self) -> Self {
                let smaller = unsafe { Self($min(self.0, other.0), $min(self.1, other.1)) };
                Self::select(self.unordered(self), self, smaller)
            }
        }
    };
}

vector!(
    F64x8,
    f64,
    8,
    4,
    _mm256_loadu_pd,
    _mm256_storeu_pd,
    _mm256_set1_pd,
    _mm256_add_pd,
    _mm256_sub_pd,
    _mm256_mul_pd,
    _mm256_div_pd,
    _mm256_fmadd_pd,
    _mm256_sqrt_pd,
    _mm256_xor_pd,
    _mm256_andnot_pd,
    _mm256_round_pd,
    _mm256_cmp_pd,
    _mm256_blendv_pd,
    _mm256_max_pd,
    _mm256_min_pd
);
vector!(
    F32x16,
    f32,
    16,
    8,
    _mm256_loadu_ps,
    _mm256_storeu_ps,
    _mm256_set1_ps,
    _mm256_add_ps,
    _mm256_sub_ps,
    _mm256_mul_ps,
    _mm256_div_ps,
    _mm256_fmadd_ps,
    _mm256_sqrt_ps,
    _mm256_xor_ps,
    _mm256_andnot_ps,
    _mm256_round_ps,
    _mm256_cmp_ps,
    _mm256_blendv_ps,
    _mm256_max_ps,
    _mm256_min_ps
);

impl F64x8 {
    #[inline(always)]
    fn integers(self) -> (__m256i, __m256i) {
        unsafe { (_mm256_castpd_si256(self.0), _mm256_castpd_si256(self.1)) }
    }
    #[inline(always)]
    fn from_integers(low: __m256i, high: __m256i) -> Self {
        unsafe { Self(_mm256_castsi256_pd(low), _mm256_castsi256_pd(high)) }
    }
}

impl Sequence for F64x8 {
    #[inline(always)]
    fn window<const FROM: i32>(first: Self, second: Self) -> Self {
        const { assert!(matches!(FROM, 4 | 6 | 7), "the starts that kernels need") };
        if FROM == 4 {
            return Self(first.1, second.0);
        }
        unsafe {
            // From lane 6 on.
            let low = _mm256_permute2f128_pd::<0x21>(first.1, second.0);
            let high = _mm256_permute2f128_pd::<0x21>(second.0, second.1);
            if FROM == 6 {
                return Self(low, high);
            }
            Self(
                _mm256_shuffle_pd::<0b0101>(low, second.0),
                _mm256_shuffle_pd::<0b0101>(high, second.1),
            )
        }
    }
}

impl Bits64 for F64x8 {
    #[inline(always)]
    fn and_bits(self, bits: u64) -> Self {
        let (low, high) = self.integers();
        unsafe {
            let bits = _mm256_set1_epi64x(bits.cast_signed());
            Self::from_integers(_mm256_and_si256(low, bits), _mm256_and_si256(high, bits))
        }
    }
    #[inline(always)]
    fn or_bits(self, bits: u64) -> Self {
        let (low, high) = self.integers();
        unsafe {
            let bits = _mm256_set1_epi64x(bits.cast_signed());
            Self::from_integers(_mm256_or_si256(low, bits), _mm256_or_si256(high, bits))
        }
    }
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        unsafe { Self(_mm256_xor_pd(self.0, other.0), _mm256_xor_pd(self.1, other.1)) }
    }
    #[inline(always)]
    fn add_bits(self, other: Self) -> Self {
        let ((low, high), (other_low, other_high)) = (self.integers(), other.integers());
        unsafe {
            Self::from_integers(
                _mm256_add_epi64(low, other_low),
                _mm256_add_epi64(high, other_high),
            )
        }
    }
    #[inline(always)]
    fn shift_left_52(self) -> Self {
        let (low, high) = self.integers();
        unsafe { Self::from_integers(_mm256_slli_epi64::<52>(low), _mm256_slli_epi64::<52>(high)) }
    }
    #[inline(always)]
    fn shift_right_52(self) -> Self {
        let (low, high) = self.integers();
        unsafe { Self::from_integers(_mm256_srli_epi64::<52>(low), _mm256_srli_epi64::<52>(high)) }
    }
}

#[inline(always)]
fn widen_half(half: __m256) -> F64x8 {
    unsafe {
        F64x8(
            _mm256_cvtps_pd(_mm256_castps256_ps128(half)),
            _mm256_cvtps_pd(_mm256_extractf128_ps::<1>(half)),
        )
    }
}

#[inline(always)]
fn narrow_half(vector: F64x8) -> __m256 {
    unsafe {
        let low = _mm256_castps128_ps256(_mm256_cvtpd_ps(vector.0));
        _mm256_insertf128_ps::<1>(low, _mm256_cvtpd_ps(vector.1))
    }
}

impl Simd for Avx2 {
    type F64 = F64x8;
    type F32 = F32x16;

    #[inline(always)]
    fn widen(vector: F32x16) -> (F64x8, F64x8) {
        (widen_half(vector.0), widen_half(vector.1))
    }

    #[inline(always)]
    fn narrow(low: F64x8, high: F64x8) -> F32x16 {
        F32x16(narrow_half(low), narrow_half(high))
    }

    #[inline(always)]
    fn prefetch<T>(near: *const T, bytes: usize) {
        // SAFETY: a hint reads nothing, whatever the address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(near.wrapping_byte_add(bytes).cast()) }
    }

    #[inline(always)]
    fn prefetch_for_writing<T>(near: *const T, bytes: usize) {
        // SAFETY: as above.
        unsafe { _mm_prefetch::<_MM_HINT_ET0>(near.wrapping_byte_add(bytes).cast()) }
    }
}
