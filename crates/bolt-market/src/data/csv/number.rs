//! Decimal numbers, correctly rounded, eight digits at a time.
//!
//! Three ways lead to a value, each exact:
//! - a mantissa below 2^53 over a power of ten up to 10^22 is one correctly rounded division of
//!   two exact numbers (Clinger, "How to read floating point numbers accurately", 1990);
//! - a mantissa of up to 19 digits is multiplied with a 128-bit reciprocal of the power of ten,
//!   and the product decides the rounding unless it lies next to a boundary (after Lemire,
//!   "Number parsing at a gigabyte per second", 2021);
//! - anything else is left to the standard library.

/// Powers of ten that are exact as `f64`.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

const INTEGER_POWERS: [u64; 9] =
    [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

/// A number and its length in bytes; a length of zero leaves it to a slower reader.
///
/// A pair of plain values stays in registers, which an `Option` of a pair does not.
pub(super) type Parsed = (f64, usize);

const UNDECIDED: Parsed = (f64::NAN, 0);

/// How many bytes [`parse_prefix`] looks at.
pub(super) const WINDOW: usize = 32;

/// Parses the number at the start of a window of text, as far as it has only a sign, digits and
/// one decimal mark.
///
/// Undecided are: an exponent at once, no digits, too many digits, and a value next to a rounding
/// boundary.
#[inline(always)]
pub(super) fn parse_prefix(window: &[u8; WINDOW], decimal_mark: u8) -> Parsed {
    let word = word_at::<0>(window);
    let others = not_digits(word);
    let point = others.trailing_zeros().wrapping_sub(7);
    if others == 0 || point == 0 {
        return parse_odd(window, decimal_mark);
    }
    if (word >> point) as u8 != decimal_mark {
        return (value_of(word, point) as f64, point as usize / 8);
    }
    let behind_point = others & (others - 1);
    // One test for both, since prices of seven and of eight bytes mix.
    if (behind_point == 0) & window[8].is_ascii_digit() {
        return parse_long(window, close_up(word, point), 7 - point as usize / 8);
    }
    let end = behind_point.trailing_zeros() & !7;
    let decimals = (end - point) as usize / 8 - 1;
    let mantissa = value_of(close_up(word, point), end - 8);
    (mantissa as f64 / POWERS[decimals], end as usize / 8)
}

/// Numbers of nine to 24 bytes. The first word has seven digits, `decimals` of them behind the
/// mark, and more may follow.
#[inline(always)]
fn parse_long(window: &[u8; WINDOW], first_seven: u64, decimals: usize) -> Parsed {
    let second = word_at::<1>(window);
    let digits = not_digits(second).trailing_zeros() as usize / 8;
    let mantissa =
        value_of(first_seven, 56) * INTEGER_POWERS[digits] + value_of(second, 8 * digits as u32);
    if digits < 8 {
        return (mantissa as f64 / POWERS[decimals + digits], 8 + digits);
    }
    parse_longest(window, mantissa, decimals + 8)
}

#[inline(never)]
fn parse_longest(window: &[u8; WINDOW], mantissa: u64, decimals: usize) -> Parsed {
    let third = word_at::<2>(window);
    let digits = not_digits(third).trailing_zeros() as usize / 8;
    let product = mantissa.checked_mul(INTEGER_POWERS[digits]);
    match product.and_then(|p| p.checked_add(value_of(third, 8 * digits as u32))) {
        Some(mantissa) if digits < 8 => scaled(mantissa, decimals + digits, 16 + digits),
        _ => UNDECIDED,
    }
}

/// Numbers below zero, and those of eight digits and more before the mark.
#[inline(never)]
fn parse_odd(window: &[u8; WINDOW], decimal_mark: u8) -> Parsed {
    let negative = window[0] == b'-';
    let (magnitude, len) = parse_any(&window[usize::from(negative)..], decimal_mark);
    if negative && len > 0 { (-magnitude, len + 1) } else { (magnitude, len) }
}

/// Any number of digits that an unsigned 64-bit mantissa holds.
fn parse_any(bytes: &[u8], decimal_mark: u8) -> Parsed {
    let Some((whole, point)) = append_digits(bytes, 0, 0) else { return UNDECIDED };
    if bytes.get(point) != Some(&decimal_mark) {
        return scaled(whole, 0, point);
    }
    match append_digits(bytes, point + 1, whole) {
        Some((mantissa, end)) if end > 1 => scaled(mantissa, end - point - 1, end),
        _ => UNDECIDED,
    }
}

/// Appends the digits at `at` to a mantissa; `None` if it overflows.
fn append_digits(bytes: &[u8], mut at: usize, mut mantissa: u64) -> Option<(u64, usize)> {
    loop {
        let word = load(bytes, at)?;
        let digits = not_digits(word).trailing_zeros() as usize / 8;
        mantissa = mantissa.checked_mul(INTEGER_POWERS[digits])?;
        mantissa = mantissa.checked_add(value_of(word, 8 * digits as u32))?;
        at += digits;
        if digits < 8 {
            return Some((mantissa, at));
        }
    }
}

fn scaled(mantissa: u64, decimals: usize, len: usize) -> Parsed {
    scale(mantissa, decimals).map_or(UNDECIDED, |value| (value, len))
}

/// Returns `mantissa / 10^decimals`, correctly rounded, or `None` if that is too close to call.
///
/// The reciprocal comes first even where a division would do: digits vary from number to number,
/// and a wrongly predicted branch costs more than either.
fn scale(mantissa: u64, decimals: usize) -> Option<f64> {
    if decimals == 0 || mantissa == 0 {
        return Some(mantissa as f64);
    }
    let divided = || Some(mantissa as f64 / POWERS.get(decimals).filter(|_| mantissa < 1 << 53)?);
    scale_by_reciprocal(mantissa, decimals).or_else(divided)
}

/// The largest power of five below 2^64 has this exponent.
const RECIPROCALS: usize = 28;

struct Reciprocal {
    /// `floor(2^(127 + bits) / 5^decimals) + 1`, which has its top bit set.
    value: u128,
    /// The number of bits of `5^decimals`.
    bits: u32,
}

static RECIPROCAL_TABLE: [Reciprocal; RECIPROCALS] = {
    let mut table = [const { Reciprocal { value: 0, bits: 0 } }; RECIPROCALS];
    let mut divisor = 1u64;
    let mut decimals = 1;
    while decimals < RECIPROCALS {
        divisor *= 5;
        let bits = u64::BITS - divisor.leading_zeros();
        // Long division of 2^(127 + bits), whose first quotient bit is a one.
        let mut remainder = (1u128 << bits) - divisor as u128;
        let mut value = 1u128;
        let mut step = 0;
        while step < 127 {
            remainder *= 2;
            value *= 2;
            if remainder >= divisor as u128 {
                remainder -= divisor as u128;
                value += 1;
            }
            step += 1;
        }
        table[decimals] = Reciprocal { value: value + 1, bits };
        decimals += 1;
    }
    table
};

/// Multiplies with the reciprocal of the power of five and rounds.
///
/// With the mantissa shifted up to `m` in `[2^63, 2^64)`, the exact product `x = m * 2^(127 +
/// bits) / 5^decimals` lies in `(p - 2^64, p)` for `p = m * value`, because the table rounds up by
/// at most one. Write `p` as `high * 2^128 + middle * 2^64 + low`. If `middle` is not zero, `x`
/// lies strictly between `high * 2^128` and `(high + 1) * 2^128`: `high` holds its true leading
/// bits and something follows them, so a tie is impossible. A zero `middle` is refused.
fn scale_by_reciprocal(mantissa: u64, decimals: usize) -> Option<f64> {
    let Reciprocal { value, bits } = RECIPROCAL_TABLE.get(decimals).filter(|_| decimals > 0)?;
    let shift = mantissa.leading_zeros();
    let shifted = u128::from(mantissa << shift);
    let low_product = shifted * (value & u128::from(u64::MAX));
    let product = shifted * (value >> 64) + (low_product >> 64);
    let (high, middle) = ((product >> 64) as u64, product as u64);
    if middle == 0 {
        return None;
    }
    let dropped = u64::BITS - 53 - high.leading_zeros();
    let kept = (high >> dropped) + (high >> (dropped - 1) & 1);
    let exponent = dropped as i32 + 1 - (bits + shift) as i32 - decimals as i32;
    Some(kept as i64 as f64 * f64::from_bits(((1023 + exponent) as u64) << 52))
}

/// The longest field that may be a number: the smallest `f64` written out has 1,076 digits.
const MAX_FIELD: usize = 2048;

/// Parses a whole field that [`parse_prefix`] may have refused: a number as people write it,
/// with the mark given; `None` if it is none. Infinities and overflow come back as infinite.
pub(super) fn parse_field(field: &[u8], decimal_mark: u8) -> Option<f64> {
    let foreign = |&byte: &u8| byte == b'.' && decimal_mark != b'.';
    if field.len() > MAX_FIELD || field.iter().any(foreign) {
        return None;
    }
    let point = |&byte: &u8| if byte == decimal_mark { b'.' } else { byte };
    let text: Vec<u8> = field.iter().map(point).collect();
    std::str::from_utf8(&text).ok()?.parse().ok().filter(|value: &f64| !value.is_nan())
}

/// The eight bytes with a number, the first one lowest.
#[inline(always)]
fn word_at<const INDEX: usize>(window: &[u8; WINDOW]) -> u64 {
    u64::from_le_bytes(window.as_chunks().0[INDEX])
}

#[inline]
fn load(bytes: &[u8], at: usize) -> Option<u64> {
    let word = bytes.get(at..at + 8)?;
    word.try_into().ok().map(u64::from_le_bytes)
}

const ZEROS: u64 = 0x3030_3030_3030_3030;

/// Returns the top bit of each byte that is not a digit; right up to the first byte that is not
/// ASCII, which is one of them.
///
/// After taking `'0'` off each byte, adding 0x76 sets the top bit of any byte above 9. Only bytes
/// that are not ASCII carry into the next.
#[inline(always)]
fn not_digits(word: u64) -> u64 {
    let above_nine = (word ^ ZEROS).wrapping_add(0x7676_7676_7676_7676) | word;
    above_nine & 0x8080_8080_8080_8080
}

/// Removes the byte at bit `point` and moves the bytes above it down.
#[inline(always)]
fn close_up(word: u64, point: u32) -> u64 {
    let below = (1 << point) - 1;
    (word & below) | (word >> 8 & !below)
}

/// Returns the number that the digits in the lowest `bits` (0, 8, 16 to 64) write, by adding
/// neighbours in pairs, then fours, then eights.
#[inline(always)]
fn value_of(word: u64, bits: u32) -> u64 {
    // In two steps, because one shift by 64 for no digits would be none.
    let values = (word ^ ZEROS) << (32 - bits / 2) << (32 - bits / 2);
    let pairs = values.wrapping_mul(10).wrapping_add(values >> 8);
    let even = (pairs & 0x0000_00FF_0000_00FF).wrapping_mul(0x000F_4240_0000_0064);
    let odd = (pairs >> 16 & 0x0000_00FF_0000_00FF).wrapping_mul(0x0000_2710_0000_0001);
    // Eight digits need 27 bits; saying so makes the conversion to `f64` one instruction.
    u64::from((even.wrapping_add(odd) >> 32) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bolt_base::Rng;
    use proptest::prelude::*;

    /// Parses text that is followed by delimiters up to the end of the window.
    fn prefix(text: &str, decimal_mark: u8) -> Parsed {
        let mut window = [b';'; WINDOW];
        let len = text.len().min(WINDOW);
        window[..len].copy_from_slice(&text.as_bytes()[..len]);
        parse_prefix(&window, decimal_mark)
    }

    /// Whichever way a number takes, its value is the standard library's, to the bit.
    #[track_caller]
    fn check(text: &str) {
        let expected: f64 = text.parse().unwrap();
        // An exponent ends the prefix, and the caller sees that no delimiter follows.
        let (value, end) = prefix(text, b'.');
        if end > 0 && !text[end.min(text.len())..].starts_with(['e', 'E']) {
            assert_eq!(end, text.len(), "{text}");
            assert_eq!(value.to_bits(), expected.to_bits(), "{text}");
        }
        let field = parse_field(text.as_bytes(), b'.').unwrap();
        assert_eq!(field.to_bits(), expected.to_bits(), "{text}");
    }

    #[test]
    fn numbers_as_files_write_them() {
        for text in [
            "0",
            "-0",
            "1",
            "100.00",
            "46319.12",
            "-1.5",
            "61837.63",
            "0.00001234",
            "12345678",
            "123456789.123456789",
            "100.02711534987318",
            "0.1",
            "2300413.729",
            "99999999.9",
            "18446744073709551615",
            "9007199254740993",
            "1844674407370955.1615",
            "5.",
            ".5",
            "0.30000000000000004",
            "9007199254740992.5",
            "9007199254740993.5",
            "1e5",
            "1.5E-7",
            "0.000000000000000000000000012345",
            "123456789012345678901234567890",
            "+7",
        ] {
            check(text);
        }
    }

    #[test]
    fn common_numbers_take_the_fast_way() {
        for text in ["46319.12", "100.02711534987318", "0.000123456789012345", "-12345678.25"] {
            assert_eq!(prefix(text, b'.').1, text.len(), "{text}");
        }
    }

    #[test]
    fn a_prefix_ends_where_the_number_does() {
        for (text, expected) in [
            ("1,5;22222222", Some((1.5, 3))),
            ("1,234567;22222222", Some((1.234567, 8))),
            ("12;111111111", Some((12.0, 2))),
            ("12\r\n11111111", Some((12.0, 2))),
            ("-;1111111111", None),
            (";11111111111", None),
            (",;1111111111", None),
        ] {
            let (value, len) = prefix(text, b',');
            assert_eq!((len > 0).then_some((value, len)), expected, "{text}");
        }
    }

    #[test]
    fn fields_that_are_no_numbers() {
        for text in ["", "-", "1.2.3", "1,5", "abc", "0x10", "nan", "NaN", "1_000", "١"] {
            assert_eq!(parse_field(text.as_bytes(), b'.'), None, "{text}");
        }
        assert_eq!(parse_field(b"1.5", b','), None);
        assert_eq!(parse_field(b"1,5e3", b','), Some(1500.0));
        assert_eq!(parse_field(&[b'1'; MAX_FIELD + 1], b'.'), None);
        assert_eq!(
            parse_field(format!("{}", f64::MIN_POSITIVE).as_bytes(), b'.'),
            Some(f64::MIN_POSITIVE)
        );
        assert_eq!(parse_field(b"1e999", b'.'), Some(f64::INFINITY));
    }

    /// Decimals around the midpoint of two neighbouring numbers are where rounding goes wrong.
    #[test]
    fn midpoints_round_as_the_standard_library_rounds() {
        let mut rng = Rng::new(4);
        for _ in 0..20_000 {
            let mantissa = rng.next_u64() >> rng.below(12);
            let decimals = rng.below(20) as usize;
            for near in [mantissa.saturating_sub(1), mantissa, mantissa.saturating_add(1)] {
                let digits = format!("{near:0>width$}", width = decimals + 1);
                let (whole, fraction) = digits.split_at(digits.len() - decimals);
                check(&format!("{whole}.{fraction}"));
            }
            let halfway = ((1u64 << 53) + rng.below(1 << 53)) | 1;
            check(&format!("{halfway}.0"));
            check(&format!("{}.5", halfway >> 1));
        }
    }

    proptest! {
        #[test]
        fn any_decimal_is_read_as_the_standard_library_reads_it(
            text in "-?[0-9]{0,22}\\.?[0-9]{1,22}"
        ) {
            check(&text);
        }

        #[test]
        fn any_finite_value_survives_its_shortest_text(bits in any::<u64>()) {
            let value = f64::from_bits(bits);
            prop_assume!(value.is_finite());
            check(&format!("{value:?}"));
        }

        #[test]
        fn any_bytes_are_refused_or_read(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            if let Some(window) = bytes.first_chunk() {
                let (_, len) = parse_prefix(window, b'.');
                prop_assert!(len < WINDOW);
            }
            let _ = parse_field(&bytes, b',');
        }
    }
}
