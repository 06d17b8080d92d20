//! Loops over columns in vectors of 256 bits, where the processor has them.
//!
//! The compiler makes the vectors; results do not depend on their width, since no loop adds values
//! of different bars.

/// Defines a function that calls a body, compiled once for every processor of the target and once
/// for those with AVX2. The body and what it calls must be `#[inline(always)]`.
macro_rules! vectorized {
    (
        $(#[$doc:meta])*
        $visibility:vis fn $name:ident($($argument:ident: $type:ty),* $(,)?) -> $result:ty = $body:path;
    ) => {
        $(#[$doc])*
        #[cfg_attr(
            target_arch = "x86_64",
            expect(unsafe_code, reason = "calls code for processors that have AVX2")
        )]
        $visibility fn $name($($argument: $type),*) -> $result {
            #[cfg(target_arch = "x86_64")]
            if is_x86_feature_detected!("avx2") {
                #[target_feature(enable = "avx2")]
                fn wide($($argument: $type),*) -> $result {
                    $body($($argument),*)
                }
                // SAFETY: the processor has just been found to have the feature.
                return unsafe { wide($($argument),*) };
            }
            $body($($argument),*)
        }
    };
}

pub(super) use vectorized;
