//! Divisors of composite numbers up to 127 bits: the method of Pollard (1975) with the cycles and
//! joined divisions of Brent (1980), on residues in the form of Montgomery (1985).

use dashu_base::Gcd;

use crate::session::{Evaluated, Session};

/// Arithmetic modulo an odd number below 2^127; residues are held times 2^128.
struct Modulus {
    n: u128,
    /// The inverse of n modulo 2^128.
    inverse: u128,
    /// 2^256 modulo n.
    square: u128,
}

/// Returns the high and the low half of a product.
fn wide(a: u128, b: u128) -> (u128, u128) {
    const LOW: u128 = u64::MAX as u128;
    let (a1, a0, b1, b0) = (a >> 64, a & LOW, b >> 64, b & LOW);
    let (low, cross, other) = (a0 * b0, a1 * b0, a0 * b1);
    let middle = (low >> 64) + (cross & LOW) + (other & LOW);
    let high = a1 * b1 + (cross >> 64) + (other >> 64) + (middle >> 64);
    (high, (middle << 64) | (low & LOW))
}

impl Modulus {
    fn new(n: u128) -> Self {
        // Each step doubles the bits that are right; n is its own inverse modulo 8.
        let mut inverse = n;
        for _ in 0..6 {
            inverse = inverse.wrapping_mul(2u128.wrapping_sub(n.wrapping_mul(inverse)));
        }
        let mut square = (u128::MAX % n + 1) % n;
        for _ in 0..128 {
            square = if square >= n - square { square - (n - square) } else { square * 2 };
        }
        Self { n, inverse, square }
    }

    /// Returns a b / 2^128.
    fn multiply(&self, a: u128, b: u128) -> u128 {
        let (high, low) = wide(a, b);
        let (borrowed, _) = wide(low.wrapping_mul(self.inverse), self.n);
        if high >= borrowed { high - borrowed } else { high + self.n - borrowed }
    }

    fn residue(&self, a: u128) -> u128 {
        self.multiply(a % self.n, self.square)
    }

    fn add(&self, a: u128, b: u128) -> u128 {
        if a >= self.n - b { a - (self.n - b) } else { a + b }
    }
}

/// How many differences are multiplied before a common divisor is looked for.
const BATCH: u64 = 128;

/// Returns a divisor of an odd composite number below 2^127 that is neither 1 nor it.
pub(in crate::builtins) fn divisor(session: &Session, n: u128) -> Evaluated<u128> {
    let modulus = Modulus::new(n);
    for constant in 1u128.. {
        if let Some(found) = cycle(session, &modulus, modulus.residue(constant))? {
            return Ok(found);
        }
    }
    Ok(n)
}

/// Follows x -> x^2 + c until two of its numbers differ by a multiple of a divisor; `None` if it is
/// n itself.
fn cycle(session: &Session, modulus: &Modulus, constant: u128) -> Evaluated<Option<u128>> {
    let n = modulus.n;
    let next = |x: u128| modulus.add(modulus.multiply(x, x), constant);
    let (mut ahead, mut length) = (modulus.residue(2), 1u64);
    loop {
        let behind = ahead;
        (0..length).for_each(|_| ahead = next(ahead));
        let mut done = 0;
        while done < length {
            session.check_interrupt()?;
            let (start, count) = (ahead, BATCH.min(length - done));
            let mut product = modulus.residue(1);
            for _ in 0..count {
                ahead = next(ahead);
                product = modulus.multiply(product, behind.abs_diff(ahead));
            }
            done += count;
            let common = if product == 0 { n } else { product.gcd(n) };
            if common == 1 {
                continue;
            }
            // One of the batch has it: they are gone through one by one.
            let mut again = start;
            for _ in 0..count {
                again = next(again);
                let difference = behind.abs_diff(again);
                let common = if difference == 0 { n } else { difference.gcd(n) };
                if common != 1 {
                    return Ok(Some(common).filter(|&common| common != n));
                }
            }
        }
        length *= 2;
    }
}

#[cfg(test)]
mod tests {
    use dashu_int::IBig;

    use super::*;

    #[test]
    fn products_are_those_of_long_integers() {
        let mut seed = 12345u128;
        for _ in 0..200 {
            seed = seed.wrapping_mul(0x2d99_787d_a91c_f2b7_1234_5678_9abc_def1).wrapping_add(77);
            let n = (seed >> 2) | 1;
            let (a, b) = (seed.rotate_left(40) % n, seed.rotate_left(90) % n);
            let modulus = Modulus::new(n);
            let product =
                modulus.multiply(modulus.multiply(modulus.residue(a), modulus.residue(b)), 1);
            let expected = IBig::from(a) * IBig::from(b) % IBig::from(n);
            assert_eq!(IBig::from(product), expected);
        }
    }

    #[test]
    fn divisors_divide() {
        let session = Session::new();
        for (p, q) in [(10_007, 10_009), (65_537, 65_537), (1_000_003, 999_999_937), (4_099, 4_111)]
        {
            let found = divisor(&session, p * q).expect("no interrupt");
            assert!(found == p || found == q);
        }
    }
}
