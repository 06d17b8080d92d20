//! The vector instruction sets that kernels are written for.

use std::fmt;
use std::str::FromStr;

/// A vector instruction set. Results do not depend on it: every level computes the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SimdLevel {
    /// Portable code, as the compiler makes it for the target's baseline. On aarch64 that
    /// baseline is NEON, and the level is shown under that name.
    Portable,
    /// 256-bit vectors: AVX2, FMA and BMI2.
    Avx2,
    /// 512-bit vectors: AVX-512 F, DQ, BW, VL and CD beside all of AVX2.
    Avx512,
}

impl SimdLevel {
    /// Every level, narrowest first.
    pub const ALL: [Self; 3] = [Self::Portable, Self::Avx2, Self::Avx512];

    /// Returns the widest level that this processor runs.
    pub fn detect() -> Self {
        Self::ALL.into_iter().rev().find(|level| level.is_supported()).unwrap_or(Self::Portable)
    }

    /// Returns whether this processor runs this level.
    pub fn is_supported(self) -> bool {
        match self {
            Self::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => {
                is_x86_feature_detected!("avx2")
                    && is_x86_feature_detected!("fma")
                    && is_x86_feature_detected!("bmi2")
            }
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                Self::Avx2.is_supported()
                    && is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512cd")
            }
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512 => false,
        }
    }

    /// Returns the name used in settings and results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Portable if cfg!(target_arch = "aarch64") => "neon",
            Self::Portable => "none",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }
}

impl fmt::Display for SimdLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for SimdLevel {
    type Err = String;

    /// Parses a level's name and refuses one that this processor does not run.
    fn from_str(text: &str) -> Result<Self, String> {
        let known = ["none", "avx2", "avx512", "neon"];
        if !known.contains(&text) {
            return Err(format!("`{text}` is not a SIMD level; use {}", known.join(", ")));
        }
        let level = Self::ALL.into_iter().find(|level| level.name() == text);
        level.filter(|level| level.is_supported()).ok_or_else(|| {
            format!("this processor has no {text}; its widest level is {}", Self::detect())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_detected_level_is_the_widest_supported() {
        let detected = SimdLevel::detect();
        assert!(detected.is_supported());
        assert!(SimdLevel::ALL.into_iter().all(|l| l <= detected || !l.is_supported()));
    }

    #[test]
    fn names_round_trip_and_unknown_ones_are_refused() {
        for level in SimdLevel::ALL.into_iter().filter(|level| level.is_supported()) {
            assert_eq!(level.name().parse(), Ok(level));
        }
        assert!("sse9".parse::<SimdLevel>().unwrap_err().contains("avx2"));
    }
}
