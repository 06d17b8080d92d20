//! Sizes that buffers have: four between one power of two and the next, so that at most a fifth of
//! a buffer is wasted.

/// The smallest size. Below, an allocator is as fast as a pool.
const SMALLEST_BITS: u32 = 12;

/// Returns the class whose buffers hold `bytes`.
pub(super) fn class_of(bytes: usize) -> usize {
    let last = bytes.saturating_sub(1);
    if last < 1 << SMALLEST_BITS {
        return 0;
    }
    let bits = last.ilog2();
    let quarter = (last >> (bits - 2)) & 3;
    (bits - SMALLEST_BITS) as usize * 4 + quarter + 1
}

/// Returns the size of a class's buffers, or none if there is no such size.
pub(super) fn bytes_of(class: usize) -> Option<usize> {
    let shift = u32::try_from(class / 4).ok()? + SMALLEST_BITS - 2;
    let quarters = 4 + class % 4;
    let bytes = quarters.checked_shl(shift)?;
    (bytes >> shift == quarters).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_quarters_of_powers_of_two() {
        let sizes: Vec<_> = (0..9).map(|class| bytes_of(class).unwrap()).collect();
        assert_eq!(sizes, [4096, 5120, 6144, 7168, 8192, 10240, 12288, 14336, 16384]);
    }

    #[test]
    fn the_class_of_a_size_is_the_smallest_that_holds_it() {
        let slow = |bytes: usize| (0..).find(|class| bytes_of(*class).unwrap() >= bytes).unwrap();
        for bytes in
            (0..40_000).chain((1..40).map(|n| n << 20)).chain((1..40).map(|n| (n << 30) + 1))
        {
            assert_eq!(class_of(bytes), slow(bytes), "{bytes}");
        }
    }

    #[test]
    fn at_most_a_fifth_is_wasted() {
        for class in 0..100 {
            let (size, next) = (bytes_of(class).unwrap(), bytes_of(class + 1).unwrap());
            assert!((next - size - 1) * 5 < next, "{size}");
        }
    }

    #[test]
    fn no_size_overflows() {
        let class = class_of(usize::MAX);
        assert_eq!(bytes_of(class), None);
        assert!(bytes_of(class - 1).unwrap() >= usize::MAX / 2);
        assert_eq!(bytes_of(usize::MAX), None);
    }
}
