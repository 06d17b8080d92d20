//! AVX-512: one register a vector.

use super::avx2::Avx2;
use super::{Bits64, Kernel, Mask, Sequence, Simd, Vector};
use std::arch::x86_64::*;
use std::mem::MaybeUninit;

#[derive(Clone, Copy)]
pub(crate) struct Avx512;

/// # Safety
/// The processor must have the features named.
#[target_feature(enable = "avx2,fma,bmi2,avx512f,avx512dq,avx512bw,avx512vl,avx512cd")]
pub(super) unsafe fn run<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<Avx512>()
}

impl Mask for __mmask8 {
    #[inline(always)]
    fn from_bits(bits: u16) -> Self {
        bits as Self
    }
    #[inline(always)]
    fn bits(self) -> u16 {
        u16::from(self)
    }
}

impl Mask for __mmask16 {
    #[inline(always)]
    fn from_bits(bits: u16) -> Self {
        bits
    }
    #[inline(always)]
    fn bits(self) -> u16 {
        self
    }
}

#[derive(Clone, Copy)]
pub(crate) struct F64x8(__m512d);

#[derive(Clone, Copy)]
pub(crate) struct F32x16(__m512);

/// The table of `vfixupimm` for signs, four bits a class of numbers, from the lowest: quiet and
/// signalling NaN stay (2), zero becomes 0 (8), one, minus and plus infinity, negative and positive
/// numbers become -1 (9) and 1 (10).
const SIGNS: u32 = 0xA9A9_A822;

// SAFETY, for every block below: these types are used only inside `run`, whose caller vouches for
// the features; loads and stores go through references to arrays of exactly the vector's size.
macro_rules! vector {
    ($name:ident, $element:ident, $lanes:literal, $mask:ident, $loadu:ident, $storeu:ident, $set1:ident,
     $add:ident, $sub:ident, $mul:ident, $div:ident, $fmadd:ident, $sqrt:ident, $xor:ident, $abs:ident,
     $roundscale:ident, $cmp:ident, $blend:ident, $max:ident, $min:ident,
     $fixup:ident) => {
        impl Vector for $name {
            type Element = $element;
            type Mask = $mask;

            #[inline(always)]
            fn load(chunk: &[$element; $lanes]) -> Self {
                Self(unsafe { $loadu(chunk.as_ptr()) })
            }
            #[inline(always)]
            fn store(self, chunk: &mut [$element; $lanes]) {
                unsafe { $storeu(chunk.as_mut_ptr(), self.0) }
            }
            #[inline(always)]
            fn store_new(self, chunk: &mut [MaybeUninit<$element>; $lanes]) {
                unsafe { $storeu(chunk.as_mut_ptr().cast(), self.0) }
            }
            #[inline(always)]
            fn splat(value: $element) -> Self {
                Self(unsafe { $set1(value) })
            }
            #[inline(always)]
            fn add(self, other: Self) -> Self {
                Self(unsafe { $add(self.0, other.0) })
            }
            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                Self(unsafe { $sub(self.0, other.0) })
            }
            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                Self(unsafe { $mul(self.0, other.0) })
            }
            #[inline(always)]
            fn div(self, other: Self) -> Self {
                Self(unsafe { $div(self.0, other.0) })
            }
            #[inline(always)]
            fn mul_add(self, factor: Self, addend: Self) -> Self {
                Self(unsafe { $fmadd(self.0, factor.0, addend.0) })
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                Self(unsafe { $sqrt(self.0) })
            }
            #[inline(always)]
            fn neg(self) -> Self {
                Self(unsafe { $xor(self.0, $set1(-0.0)) })
            }
            #[inline(always)]
            fn abs(self) -> Self {
                Self(unsafe { $abs(self.0) })
            }
            #[inline(always)]
            fn floor(self) -> Self {
                Self(unsafe {
                    $roundscale::<{ _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC }>(self.0)
                })
            }
            #[inline(always)]
            fn ceil(self) -> Self {
                Self(unsafe {
                    $roundscale::<{ _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC }>(self.0)
                })
            }
            #[inline(always)]
            fn round(self) -> Self {
                Self(unsafe {
                    $roundscale::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(self.0)
                })
            }
            #[inline(always)]
            fn lt(self, other: Self) -> Self::Mask {
                unsafe { $cmp::<_CMP_LT_OQ>(self.0, other.0) }
            }
            #[inline(always)]
            fn le(self, other: Self) -> Self::Mask {
                unsafe { $cmp::<_CMP_LE_OQ>(self.0, other.0) }
            }
            #[inline(always)]
            fn eq(self, other: Self) -> Self::Mask {
                unsafe { $cmp::<_CMP_EQ_OQ>(self.0, other.0) }
            }
            #[inline(always)]
            fn ne(self, other: Self) -> Self::Mask {
                unsafe { $cmp::<_CMP_NEQ_OQ>(self.0, other.0) }
            }
            #[inline(always)]
            fn unordered(self, other: Self) -> Self::Mask {
                unsafe { $cmp::<_CMP_UNORD_Q>(self.0, other.0) }
            }
            #[inline(always)]
            fn select(mask: Self::Mask, yes: Self, no: Self) -> Self {
                Self(unsafe { $blend(mask, no.0, yes.0) })
            }
            #[inline(always)]
            fn max(self, other: Self) -> Self {
                let larger = Self(unsafe { $max(self.0, other.0) });
                Self::select(self.unordered(self), self, larger)
            }
            #[inline(always)]
            fn min(self, other: Self) -> Self {
                let smaller = Self(unsafe { $min(self.0, other.0) });
                Self::select(self.unordered(self), self, smaller)
            }
            #[inline(always)]
            fn sign(self) -> Self {
                Self(unsafe { $fixup::<0>(self.0, self.0, _mm512_set1_epi32(SIGNS.cast_signed())) })
            }
        }
    };
}

vector!(
    F64x8,
    f64,
    8,
    __mmask8,
    _mm512_loadu_pd,
    _mm512_storeu_pd,
    _mm512_set1_pd,
    _mm512_add_pd,
    _mm512_sub_pd,
    _mm512_mul_pd,
    _mm512_div_pd,
    _mm512_fmadd_pd,
    _mm512_sqrt_pd,
    _mm512_xor_pd,
    _mm512_abs_pd,
    _mm512_roundscale_pd,
    _mm512_cmp_pd_mask,
    _mm512_mask_blend_pd,
    _mm512_max_pd,
    _mm512_min_pd,
    _mm512_fixupimm_pd
);
vector!(
    F32x16,
    f32,
    16,
    __mmask16,
    _mm512_loadu_ps,
    _mm512_storeu_ps,
    _mm512_set1_ps,
    _mm512_add_ps,
    _mm512_sub_ps,
    _mm512_mul_ps,
    _mm512_div_ps,
    _mm512_fmadd_ps,
    _mm512_sqrt_ps,
    _mm512_xor_ps,
    _mm512_abs_ps,
    _mm512_roundscale_ps,
    _mm512_cmp_ps_mask,
    _mm512_mask_blend_ps,
    _mm512_max_ps,
    _mm512_min_ps,
    _mm512_fixupimm_ps
);

impl F64x8 {
    #[inline(always)]
    fn integers(self) -> __m512i {
        unsafe { _mm512_castpd_si512(self.0) }
    }
    #[inline(always)]
    fn from_integers(bits: __m512i) -> Self {
        Self(unsafe { _mm512_castsi512_pd(bits) })
    }
}

impl Sequence for F64x8 {
    #[inline(always)]
    fn window<const FROM: i32>(first: Self, second: Self) -> Self {
        Self::from_integers(unsafe {
            _mm512_alignr_epi64::<FROM>(second.integers(), first.integers())
        })
    }
}

impl Bits64 for F64x8 {
    #[inline(always)]
    fn and_bits(self, bits: u64) -> Self {
        Self::from_integers(unsafe {
            _mm512_and_si512(self.integers(), _mm512_set1_epi64(bits.cast_signed()))
        })
    }
    #[inline(always)]
    fn or_bits(self, bits: u64) -> Self {
        Self::from_integers(unsafe {
            _mm512_or_si512(self.integers(), _mm512_set1_epi64(bits.cast_signed()))
        })
    }
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self(unsafe { _mm512_xor_pd(self.0, other.0) })
    }
    #[inline(always)]
    fn add_bits(self, other: Self) -> Self {
        Self::from_integers(unsafe { _mm512_add_epi64(self.integers(), other.integers()) })
    }
    #[inline(always)]
    fn shift_left_52(self) -> Self {
        Self::from_integers(unsafe { _mm512_slli_epi64::<52>(self.integers()) })
    }
    #[inline(always)]
    fn shift_right_52(self) -> Self {
        Self::from_integers(unsafe { _mm512_srli_epi64::<52>(self.integers()) })
    }
}

impl Simd for Avx512 {
    type F64 = F64x8;
    type F32 = F32x16;

    #[inline(always)]
    fn widen(vector: F32x16) -> (F64x8, F64x8) {
        unsafe {
            let low = _mm512_castps512_ps256(vector.0);
            let high = _mm512_extractf32x8_ps::<1>(vector.0);
            (F64x8(_mm512_cvtps_pd(low)), F64x8(_mm512_cvtps_pd(high)))
        }
    }

    #[inline(always)]
    fn narrow(low: F64x8, high: F64x8) -> F32x16 {
        unsafe {
            let low = _mm512_castps256_ps512(_mm512_cvtpd_ps(low.0));
            F32x16(_mm512_insertf32x8::<1>(low, _mm512_cvtpd_ps(high.0)))
        }
    }

    #[inline(always)]
    fn prefetch<T>(near: *const T, bytes: usize) {
        Avx2::prefetch(near, bytes);
    }

    #[inline(always)]
    fn prefetch_for_writing<T>(near: *const T, bytes: usize) {
        Avx2::prefetch_for_writing(near, bytes);
    }
}
