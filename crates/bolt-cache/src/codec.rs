//! Values as bytes: what the levels below memory keep.

/// How values are written as bytes and read back.
pub trait Codec<V>: Send + Sync {
    /// Appends a value.
    fn encode(&self, value: &V, out: &mut Vec<u8>);

    /// Returns the value of some bytes; `None` if they are not those of one, for example because an
    /// older program wrote them. That counts as a miss.
    fn decode(&self, bytes: &[u8]) -> Option<V>;
}

/// Strings of bytes, text and numbers as they are in memory; numbers as little endians.
#[derive(Debug, Clone, Copy, Default)]
pub struct Plain;

impl Codec<Vec<u8>> for Plain {
    fn encode(&self, value: &Vec<u8>, out: &mut Vec<u8>) {
        out.extend_from_slice(value);
    }

    fn decode(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        Some(bytes.to_vec())
    }
}

impl Codec<String> for Plain {
    fn encode(&self, value: &String, out: &mut Vec<u8>) {
        out.extend_from_slice(value.as_bytes());
    }

    fn decode(&self, bytes: &[u8]) -> Option<String> {
        String::from_utf8(bytes.to_vec()).ok()
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Codec<Vec<$number>> for Plain {
            fn encode(&self, value: &Vec<$number>, out: &mut Vec<u8>) {
                out.reserve(size_of_val(value.as_slice()));
                for number in value {
                    out.extend_from_slice(&number.to_le_bytes());
                }
            }

            fn decode(&self, bytes: &[u8]) -> Option<Vec<$number>> {
                let (numbers, rest) = bytes.as_chunks::<{ size_of::<$number>() }>();
                let number = |bytes: &[u8; size_of::<$number>()]| <$number>::from_le_bytes(*bytes);
                rest.is_empty().then(|| numbers.iter().map(number).collect())
            }
        }
    )*};
}

numbers!(f32, f64);

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded<V>(value: &V) -> Vec<u8>
    where
        Plain: Codec<V>,
    {
        let mut bytes = Vec::new();
        Plain.encode(value, &mut bytes);
        bytes
    }

    #[test]
    fn values_come_back_bit_for_bit() {
        let text = "naïve".to_owned();
        assert_eq!(Plain.decode(&encoded(&text)), Some(text));
        let bytes = vec![0u8, 255, 7];
        assert_eq!(Plain.decode(&encoded(&bytes)), Some(bytes));
        let numbers = vec![1.5f64, -0.0, f64::INFINITY, f64::from_bits(0x7ff8_0000_dead_beef)];
        let back: Vec<f64> = Plain.decode(&encoded(&numbers)).unwrap();
        let bits = |numbers: &[f64]| numbers.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&back), bits(&numbers));
        assert_eq!(encoded(&vec![1.0f32]), [0, 0, 0x80, 0x3f]);
    }

    #[test]
    fn what_is_not_a_value_is_none() {
        let not_text: Option<String> = Plain.decode(&[0xff]);
        let not_numbers: [Option<Vec<f64>>; 2] = [Plain.decode(&[0; 7]), Plain.decode(&[0; 9])];
        assert_eq!((not_text, not_numbers), (None, [None, None]));
    }
}
