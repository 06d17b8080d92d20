//! Hashes: check sums and message digests.

use std::hash::BuildHasher;

use dashu_int::{IBig, UBig};
use triomphe::Arc;

use super::{bytes, failed, path_of};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::value::{Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Hash",
        Attributes::NONE,
        hash,
        "Hash[e] is an integer that is the same for the same expression; Hash[\"s\", method] is \
         the digest of a string's bytes by \"MD5\", \"SHA\" (SHA-1), \"SHA256\", \"SHA512\", \
         \"CRC32\" or \"Adler32\"; Hash[e, method, \"HexString\"] is written in base 16.",
        &[
            ("Hash[\"abc\", \"CRC32\"]", "891568578"),
            ("Hash[\"abc\", \"MD5\", \"HexString\"]", "\"900150983cd24fb0d6963f7d28e17f72\""),
        ],
    ),
    builtin(
        "FileHash",
        Attributes::NONE,
        file_hash,
        "FileHash[\"file\", method] is the digest of what a file holds, by MD5 if no method is \
         named.",
        &[
            ("Export[\"a.txt\", \"abc\"]; FileHash[\"a.txt\", \"Adler32\"]", "38600999"),
            ("Quiet[FileHash[\"not there\"]]", "$Failed"),
        ],
    ),
];

fn hash(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (value, method, format) = match call.args() {
        [value] => (value, "Expression", "Integer"),
        [value, Value::String(method)] => (value, method.as_str(), "Integer"),
        [value, Value::String(method), Value::String(format)] => {
            (value, method.as_str(), format.as_str())
        }
        _ => return Ok(Step::Same),
    };
    if method == "Expression" {
        let hash = foldhash::fast::FixedState::default().hash_one(value);
        return Ok(Step::Done(Value::from(IBig::from(hash))));
    }
    let text = match value {
        Value::String(text) => text.as_bytes().to_vec(),
        _ => match bytes::bytes_of(session, value) {
            Some(bytes) => bytes,
            None => session.full_form(value).into_bytes(),
        },
    };
    Ok(match digest(method, &text).and_then(|digest| written(session, &digest, format)) {
        Some(value) => Step::Done(value),
        None => {
            session.message_of("Hash", "hashmtd", &[Value::string(method)]);
            Step::Same
        }
    })
}

fn file_hash(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (path, method, format) = match call.args() {
        [path] => (path, "MD5", "Integer"),
        [path, Value::String(method)] => (path, method.as_str(), "Integer"),
        [path, Value::String(method), Value::String(format)] => {
            (path, method.as_str(), format.as_str())
        }
        _ => return Ok(Step::Same),
    };
    let Some(path) = path_of(session, path) else { return Ok(Step::Same) };
    let Ok(content) = session.host.read(path) else {
        return Ok(Step::Done(failed(session, "FileHash", "noopen", path)));
    };
    let found = digest(method, &content).and_then(|digest| written(session, &digest, format));
    Ok(found.map_or(Step::Same, Step::Done))
}

fn written(session: &mut Session, digest: &[u8], format: &str) -> Option<Value> {
    let hex = || digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    Some(match format {
        "Integer" => Value::from(IBig::from(UBig::from_be_bytes(digest))),
        "DecimalString" => Value::string(UBig::from_be_bytes(digest).to_string()),
        "HexString" => Value::string(hex()),
        "HexStringLittleEndian" => {
            Value::string(digest.iter().rev().map(|byte| format!("{byte:02x}")).collect::<String>())
        }
        "Base64Encoding" => Value::string(bytes::encode(digest)),
        "ByteArray" => bytes::array(session, digest),
        _ => return None,
    })
}

/// Returns the digest of bytes by a method, the most significant byte first.
fn digest(method: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    Some(match method {
        "Adler32" => adler_32(bytes).to_be_bytes().to_vec(),
        "CRC32" => crc_32(bytes).to_be_bytes().to_vec(),
        "MD5" => md5(bytes).to_vec(),
        "SHA" | "SHA1" => sha_1(bytes).to_vec(),
        "SHA256" => sha_256(bytes).to_vec(),
        "SHA512" => sha_512(bytes).to_vec(),
        _ => return None,
    })
}

/// The check sum of zlib (RFC 1950).
fn adler_32(bytes: &[u8]) -> u32 {
    const PRIME: u32 = 65_521;
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in bytes {
        a = (a + u32::from(*byte)) % PRIME;
        b = (b + a) % PRIME;
    }
    b << 16 | a
}

/// The cyclic redundancy check of ISO 3309, with the bits of each byte from the lowest.
fn crc_32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 }
        })
    })
}

/// Bytes with a bit, zeros and their length after them, so that they fill blocks.
fn padded(bytes: &[u8], block: usize, length: &[u8]) -> Vec<u8> {
    let mut padded = bytes.to_vec();
    padded.push(0x80);
    while padded.len() % block != block - length.len() {
        padded.push(0);
    }
    padded.extend_from_slice(length);
    padded
}

/// MD5 (RFC 1321).
fn md5(bytes: &[u8]) -> [u8; 16] {
    const SHIFTS: [[u32; 4]; 4] =
        [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
    let table: Vec<u32> =
        (1..=64).map(|i| (f64::from(i).sin().abs() * 4_294_967_296.0) as u32).collect();
    let mut state = [0x6745_2301_u32, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476];
    let length = (bytes.len() as u64).wrapping_mul(8).to_le_bytes();
    for block in padded(bytes, 64, &length).chunks(64) {
        let word = |i: usize| {
            u32::from_le_bytes([block[4 * i], block[4 * i + 1], block[4 * i + 2], block[4 * i + 3]])
        };
        let [mut a, mut b, mut c, mut d] = state;
        for i in 0..64 {
            let (mixed, place) = match i / 16 {
                0 => ((b & c) | (!b & d), i),
                1 => ((d & b) | (!d & c), 5 * i + 1),
                2 => (b ^ c ^ d, 3 * i + 5),
                _ => (c ^ (b | !d), 7 * i),
            };
            let sum = a.wrapping_add(mixed).wrapping_add(table[i]).wrapping_add(word(place % 16));
            (a, d, c) = (d, c, b);
            b = b.wrapping_add(sum.rotate_left(SHIFTS[i / 16][i % 4]));
        }
        for (own, new) in state.iter_mut().zip([a, b, c, d]) {
            *own = own.wrapping_add(new);
        }
    }
    let mut digest = [0; 16];
    for (place, word) in state.iter().enumerate() {
        digest[4 * place..4 * place + 4].copy_from_slice(&word.to_le_bytes());
    }
    digest
}

/// SHA-1 (FIPS 180-4).
fn sha_1(bytes: &[u8]) -> [u8; 20] {
    let mut state = [0x6745_2301_u32, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0];
    let length = (bytes.len() as u64).wrapping_mul(8).to_be_bytes();
    for block in padded(bytes, 64, &length).chunks(64) {
        let mut words = [0_u32; 80];
        for i in 0..80 {
            words[i] = match i {
                0..16 => u32::from_be_bytes([
                    block[4 * i],
                    block[4 * i + 1],
                    block[4 * i + 2],
                    block[4 * i + 3],
                ]),
                _ => (words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16]).rotate_left(1),
            };
        }
        let [mut a, mut b, mut c, mut d, mut e] = state;
        for (i, word) in words.iter().enumerate() {
            let (mixed, constant) = match i / 20 {
                0 => ((b & c) | (!b & d), 0x5A82_7999_u32),
                1 => (b ^ c ^ d, 0x6ED9_EBA1),
                2 => ((b & c) | (b & d) | (c & d), 0x8F1B_BCDC),
                _ => (b ^ c ^ d, 0xCA62_C1D6),
            };
            let next = a
                .rotate_left(5)
                .wrapping_add(mixed)
                .wrapping_add(e)
                .wrapping_add(constant)
                .wrapping_add(*word);
            (e, d, c, b, a) = (d, c, b.rotate_left(30), a, next);
        }
        for (own, new) in state.iter_mut().zip([a, b, c, d, e]) {
            *own = own.wrapping_add(new);
        }
    }
    let mut digest = [0; 20];
    for (place, word) in state.iter().enumerate() {
        digest[4 * place..4 * place + 4].copy_from_slice(&word.to_be_bytes());
    }
    digest
}

/// Returns the first primes.
fn primes(count: usize) -> Vec<u64> {
    let is_prime = |n: &u64| (2..).take_while(|d| d * d <= *n).all(|d| !n.is_multiple_of(d));
    (2..).filter(is_prime).take(count).collect()
}

/// Returns the first 64 bits of the fraction of a root of an integer, of the second or third degree.
fn root_bits(n: u64, degree: usize) -> u64 {
    // The root of n * 2^(64 degree) is that of n * 2^64.
    let scaled = UBig::from(n) << (64 * degree);
    let root = match degree {
        2 => dashu_base::SquareRoot::sqrt(&scaled),
        _ => dashu_base::CubicRoot::cbrt(&scaled),
    };
    let mask = (UBig::ONE << 64) - UBig::ONE;
    u64::try_from(root & mask).unwrap_or(0)
}

macro_rules! sha_2 {
    ($name:ident, $word:ty, $length:ty, $rounds:literal, $size:literal,
     [$($big:literal),*], [$($small:literal),*], $shift:expr) => {
        /// SHA-2 (FIPS 180-4).
        fn $name(bytes: &[u8]) -> [u8; $size] {
            const WORD: usize = size_of::<$word>();
            let primes = primes($rounds);
            let top = |bits: u64| (bits >> $shift) as $word;
            let constants: Vec<$word> = primes.iter().map(|p| top(root_bits(*p, 3))).collect();
            let mut state: Vec<$word> =
                primes[..8].iter().map(|p| top(root_bits(*p, 2))).collect();
            let length = (bytes.len() as $length).wrapping_mul(8).to_be_bytes();
            let [a0, a1, a2, e0, e1, e2] = [$($big),*];
            let [s0, s1, s2, t0, t1, t2] = [$($small),*];
            for block in padded(bytes, 16 * WORD, &length).chunks(16 * WORD) {
                let mut words = [0 as $word; $rounds];
                for i in 0..$rounds {
                    words[i] = if i < 16 {
                        let own = &block[WORD * i..WORD * (i + 1)];
                        own.iter().fold(0, |word, byte| word << 8 | <$word>::from(*byte))
                    } else {
                        let (x, y) = (words[i - 15], words[i - 2]);
                        let small = x.rotate_right(s0) ^ x.rotate_right(s1) ^ (x >> s2);
                        let other = y.rotate_right(t0) ^ y.rotate_right(t1) ^ (y >> t2);
                        words[i - 16]
                            .wrapping_add(small)
                            .wrapping_add(words[i - 7])
                            .wrapping_add(other)
                    };
                }
                let mut own = [0 as $word; 8];
                own.copy_from_slice(&state);
                for (word, constant) in words.iter().zip(&constants) {
                    let [a, b, c, d, e, f, g, h] = own;
                    let first = e.rotate_right(e0) ^ e.rotate_right(e1) ^ e.rotate_right(e2);
                    let sum = h
                        .wrapping_add(first)
                        .wrapping_add((e & f) ^ (!e & g))
                        .wrapping_add(*constant)
                        .wrapping_add(*word);
                    let second = a.rotate_right(a0) ^ a.rotate_right(a1) ^ a.rotate_right(a2);
                    let majority = (a & b) ^ (a & c) ^ (b & c);
                    let next = sum.wrapping_add(second.wrapping_add(majority));
                    own = [next, a, b, c, d.wrapping_add(sum), e, f, g];
                }
                for (own, new) in state.iter_mut().zip(own) {
                    *own = own.wrapping_add(new);
                }
            }
            let mut digest = [0; $size];
            for (place, word) in state.iter().enumerate() {
                digest[WORD * place..WORD * (place + 1)].copy_from_slice(&word.to_be_bytes());
            }
            digest
        }
    };
}

sha_2!(sha_256, u32, u64, 64, 32, [2, 13, 22, 6, 11, 25], [7, 18, 3, 17, 19, 10], 32);
sha_2!(sha_512, u64, u128, 80, 64, [28, 34, 39, 14, 18, 41], [1, 8, 7, 19, 61, 6], 0);

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(method: &str, text: &str) -> String {
        let digest = digest(method, text.as_bytes()).expect("a method");
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn digests_are_those_of_the_standards() {
        assert_eq!(hex("MD5", "message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
        assert_eq!(hex("SHA", "abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(
            hex("SHA256", "abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(
            hex("SHA512", "abc"),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
             2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        );
        assert_eq!(hex("CRC32", "123456789"), "cbf43926");
        assert_eq!(hex("Adler32", "Wikipedia"), "11e60398");
        // A text that ends near the end of a block.
        let long = "a".repeat(119);
        assert_eq!(hex("SHA256", &long).len(), 64);
        assert_ne!(hex("SHA256", &long), hex("SHA256", &"a".repeat(120)));
    }
}
