//! What the machine has, read once: processors and the SIMD level.
//!
//! Readings come from the operating system and the processor; nothing here changes a setting.
//! Start at [`SimdLevel::detect`] and [`available_cores`].

mod simd;

pub use simd::SimdLevel;

/// Returns the number of processors this process may run on (affinity and container quota
/// included), at least 1.
pub fn available_cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
