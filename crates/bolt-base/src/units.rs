//! Sizes with their unit in the type.

use std::fmt;
use std::str::FromStr;

/// A number of bytes. Parses `512`, `64 MB`, `2GiB`; shows binary units.
///
/// `KB`, `MB`, `GB`, `TB` and `KiB`, `MiB`, `GiB`, `TiB` all mean powers of 1,024, as memory
/// settings commonly do.
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
        let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, unit) = text.split_at(split);
        let shift = match unit.trim().to_ascii_lowercase().as_str() {
            "" | "b" => 0,
            "k" | "kb" | "kib" => 10,
            "m" | "mb" | "mib" => 20,
            "g" | "gb" | "gib" => 30,
            "t" | "tb" | "tib" => 40,
            other => {
                return Err(format!("`{other}` is not a unit of memory; use B, KB, MB, GB or TB"));
            }
        };
        let scaled = number
            .parse::<f64>()
            .map_err(|_| format!("`{text}` is not a size; write for example `512 MB`"))?
            * (1u64 << shift) as f64;
        if scaled >= u64::MAX as f64 {
            return Err(format!("`{text}` is more than 64 bits can count"));
        }
        Ok(Self(scaled as u64))
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
        ] {
            let parsed: Bytes = text.parse().unwrap();
            assert_eq!((parsed, parsed.to_string().as_str()), (Bytes(bytes), shown));
        }
    }

    #[test]
    fn refuses_what_is_not_a_size() {
        for text in ["", "MB", "12 parsecs", "-3", "99999999999999 TB", "1.2.3"] {
            assert!(text.parse::<Bytes>().is_err(), "{text}");
        }
    }
}
