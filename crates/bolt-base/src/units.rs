//! Sizes with their unit in the type.

use std::fmt;
use std::str::FromStr;

/// A number of bytes. Parses `512`, `64 MB`, `2GiB`, `1e3 GB`; shows binary units.
///
/// `KB`, `MB`, `GB`, `TB`, `PB` and `KiB`, `MiB`, `GiB`, `TiB`, `PiB` all mean powers of 1,024, as
/// memory settings commonly do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Bytes(pub u64);

const UNITS: [(&str, u64); 5] =
    [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, size) =
            UNITS.iter().find(|(_, size)| self.0 >= *size).copied().unwrap_or(("B", 1));
        if self.0.is_multiple_of(size) {
            write!(f, "{} {name}", self.0 / size)
        } else {
            write!(f, "{:.1} {name}", self.0 as f64 / size as f64)
        }
    }
}

impl FromStr for Bytes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let unsigned = text.trim_start_matches(['+', '-']);
        let amount = unsigned.trim_start();
        let (number, unit) = amount.split_at(number_length(amount));
        let shift = match unit.trim().to_ascii_lowercase().as_str() {
            "" | "b" => 0,
            "k" | "kb" | "kib" => 10,
            "m" | "mb" | "mib" => 20,
            "g" | "gb" | "gib" => 30,
            "t" | "tb" | "tib" => 40,
            "p" | "pb" | "pib" => 50,
            other => {
                return Err(format!(
                    "`{other}` is not a unit of memory; use B, KB, MB, GB, TB or PB"
                ));
            }
        };
        let size = number.parse::<f64>();
        let size =
            size.map_err(|_| format!("`{text}` is not a size; write for example `512 MB`"))?;
        match &text[..text.len() - unsigned.len()] {
            "" | "+" => {}
            "-" => return Err("a size is not negative".to_owned()),
            _ => return Err(format!("`{text}` is not a size; write for example `512 MB`")),
        }
        // Whole numbers are exact beyond what a double counts one by one.
        let bytes = match number.parse::<u64>() {
            Ok(whole) => whole.checked_mul(1 << shift),
            Err(_) => {
                let scaled = size * (1u64 << shift) as f64;
                (scaled < u64::MAX as f64).then_some(scaled as u64)
            }
        };
        bytes.map(Self).ok_or_else(|| format!("`{text}` is more than 64 bits can count"))
    }
}

/// Returns how much of a text is a number: digits, a point, and an exponent with its digits.
fn number_length(text: &str) -> usize {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let mantissa = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let Some(exponent) = text[mantissa..].strip_prefix(['e', 'E']) else { return mantissa };
    let sign = usize::from(exponent.starts_with(['+', '-']));
    match digits(&exponent[sign..]) {
        0 => mantissa,
        count => mantissa + 1 + sign + count,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_and_shows_sizes() {
        for (text, bytes, shown) in [
            ("512", 512, "512 B"),
            ("64 MB", 64 << 20, "64 MiB"),
            ("2GiB", 2 << 30, "2 GiB"),
            ("1.5k", 1536, "1.5 KiB"),
            ("0", 0, "0 B"),
            ("+3 KB", 3 << 10, "3 KiB"),
            ("1e3 GB", 1_000 << 30, "1000 GiB"),
            ("2.5E-1kb", 256, "256 B"),
            ("1e+2", 100, "100 B"),
            ("3PB", 3 << 50, "3072 TiB"),
            ("0.5 PiB", 1 << 49, "512 TiB"),
            ("9007199254740993", (1 << 53) + 1, "8192.0 TiB"),
        ] {
            let parsed: Bytes = text.parse().unwrap();
            assert_eq!((parsed, parsed.to_string().as_str()), (Bytes(bytes), shown));
        }
    }

    #[test]
    fn refuses_what_is_not_a_size() {
        let refused = |text: &str| text.parse::<Bytes>().unwrap_err();
        for text in ["", "MB", "1.2.3", "e3", "--3", "+-3 MB"] {
            let expected = format!("`{text}` is not a size; write for example `512 MB`");
            let is_unit = text == "e3";
            assert!(is_unit || refused(text) == expected, "{text}: {}", refused(text));
        }
        for text in ["-3", "-1GB", " - 1 TB", "-0.5 MB", "-1e3"] {
            assert_eq!(refused(text), "a size is not negative", "{text}");
        }
        for (text, unit) in [("12 parsecs", "parsecs"), ("1e", "e"), ("1e MB", "e mb")] {
            assert!(refused(text).starts_with(&format!("`{unit}` is not a unit")), "{text}");
        }
        for text in ["99999999999999 TB", "18446744073709551616", "16384 PB", "1e400"] {
            let expected = format!("`{text}` is more than 64 bits can count");
            assert_eq!(refused(text), expected);
        }
        assert_eq!("18446744073709551615".parse(), Ok(Bytes(u64::MAX)));
    }
}
