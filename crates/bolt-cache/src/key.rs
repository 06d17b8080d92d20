//! Keys as bytes: what the levels below memory know an entry by.

use std::hash::Hash;
use std::sync::Arc;

/// A key that can be written as bytes.
///
/// Keys that are not equal write different bytes, and none writes what another's bytes begin with:
/// so that keys which follow one another are a key, too. Where a level outlives the process, a key
/// writes the same bytes in the next one.
pub trait Key: Hash + Eq + Clone {
    /// Appends the key.
    fn write(&self, out: &mut Vec<u8>);

    /// Returns the key's bytes.
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.write(&mut bytes);
        bytes
    }
}

macro_rules! integers {
    ($($integer:ty),*) => {$(
        impl Key for $integer {
            fn write(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_be_bytes());
            }
        }
    )*};
}

integers!(u8, u16, u32, u64, u128, i8, i16, i32, i64, i128);

/// Strings stand behind their length.
macro_rules! strings {
    ($($string:ty: $bytes:ident),*) => {$(
        impl Key for $string {
            fn write(&self, out: &mut Vec<u8>) {
                (self.len() as u64).write(out);
                out.extend_from_slice(self.$bytes());
            }
        }
    )*};
}

strings!(String: as_bytes, Box<str>: as_bytes, Arc<str>: as_bytes);
strings!(Vec<u8>: as_ref, Box<[u8]>: as_ref, Arc<[u8]>: as_ref);

impl Key for bool {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }
}

impl<const N: usize> Key for [u8; N] {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }
}

impl<A: Key, B: Key> Key for (A, B) {
    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
        self.1.write(out);
    }
}

impl<A: Key, B: Key, C: Key> Key for (A, B, C) {
    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
        self.1.write(out);
        self.2.write(out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_apart<K: Key>(keys: &[K]) {
        for (index, key) in keys.iter().enumerate() {
            for other in &keys[index + 1..] {
                let (bytes, others) = (key.to_bytes(), other.to_bytes());
                assert!(!bytes.starts_with(&others) && !others.starts_with(&bytes));
            }
        }
    }

    #[test]
    fn keys_apart_write_bytes_apart() {
        check_apart(&[0u64, 1, 256, u64::MAX]);
        check_apart(&[0i16, 1, -1, i16::MIN]);
        check_apart(&[false, true]);
        check_apart(&[*b"ab", *b"ba", [0, 0]]);
        let strings = ["", "a", "ab", "\0", "a\0"];
        check_apart(&strings.map(String::from));
        check_apart(&strings.map(Arc::<str>::from));
        check_apart(&strings.map(|text| text.as_bytes().to_vec()));
        let pairs = [("a", "bc"), ("ab", "c"), ("", "abc"), ("abc", "")];
        check_apart(&pairs.map(|(a, b)| (a.to_owned(), b.to_owned())));
        check_apart(&pairs.map(|(a, b)| (a.to_owned(), 7u32, b.to_owned())));
    }

    #[test]
    fn bytes_are_the_same_in_every_run() {
        let key = (String::from("AAPL"), 5u16, true);
        assert_eq!(key.to_bytes(), b"\0\0\0\0\0\0\0\x04AAPL\0\x05\x01");
    }
}
