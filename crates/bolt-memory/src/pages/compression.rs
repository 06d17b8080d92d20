//! How blocks are packed on disk.

use std::io;

/// How the blocks of a tier are packed. A block that does not become smaller is kept as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// As they are.
    None,
    /// LZ4 blocks: fast, about half of what zstd saves.
    Lz4,
    /// zstd at a level from 1 to 22.
    Zstd(i32),
}

/// What a header says of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    None,
    Lz4,
    Zstd,
}

impl Compression {
    /// Returns the name in reports.
    pub fn name(self) -> String {
        match self {
            Self::None => "none".to_owned(),
            Self::Lz4 => "lz4".to_owned(),
            Self::Zstd(level) => format!("zstd {level}"),
        }
    }

    /// Returns how many bytes packing may need while it is done.
    pub(super) fn room(self, raw: usize) -> usize {
        match self {
            Self::Lz4 => lz4_flex::block::get_maximum_output_size(raw),
            Self::None | Self::Zstd(_) => raw,
        }
    }

    /// Packs `raw` to the front of `packed`, which has the [`Compression::room`] for it, unless it
    /// would take as much as it does. Returns how, and how many bytes it takes.
    pub(super) fn pack(self, raw: &[u8], packed: &mut [u8]) -> (Packing, usize) {
        let done = match self {
            Self::None => None,
            Self::Lz4 => lz4_flex::block::compress_into(raw, packed)
                .ok()
                .map(|length| (Packing::Lz4, length)),
            Self::Zstd(level) => zstd::bulk::compress_to_buffer(raw, packed, level)
                .ok()
                .map(|length| (Packing::Zstd, length)),
        };
        done.filter(|(_, length)| *length < raw.len()).unwrap_or_else(|| {
            packed[..raw.len()].copy_from_slice(raw);
            (Packing::None, raw.len())
        })
    }
}

impl Packing {
    pub(super) fn code(self) -> u8 {
        match self {
            Self::None => 0,
            Self::Lz4 => 1,
            Self::Zstd => 2,
        }
    }

    pub(super) fn of_code(code: u8) -> Option<Self> {
        [Self::None, Self::Lz4, Self::Zstd].into_iter().find(|packing| packing.code() == code)
    }

    /// Fills `raw` from what was packed.
    ///
    /// # Errors
    /// If that does not give exactly as many bytes.
    pub(super) fn unpack(self, packed: &[u8], raw: &mut [u8]) -> io::Result<()> {
        let length = match self {
            Self::None if packed.len() == raw.len() => {
                raw.copy_from_slice(packed);
                raw.len()
            }
            Self::None => packed.len(),
            Self::Lz4 => lz4_flex::block::decompress_into(packed, raw).map_err(io::Error::other)?,
            Self::Zstd => zstd::bulk::decompress_to_buffer(packed, raw)?,
        };
        if length == raw.len() {
            return Ok(());
        }
        Err(io::Error::other(format!("{length} bytes came out instead of {}", raw.len())))
    }
}

#[cfg(all(test, not(miri)))]
mod tests {
    use super::*;
    use bolt_base::Rng;

    const ALL: [Compression; 4] =
        [Compression::None, Compression::Lz4, Compression::Zstd(3), Compression::Zstd(9)];

    fn round_trip(compression: Compression, raw: &[u8]) -> (Packing, usize) {
        let mut packed = vec![0; compression.room(raw.len())];
        let (packing, length) = compression.pack(raw, &mut packed);
        let mut out = vec![1; raw.len()];
        packing.unpack(&packed[..length], &mut out).expect("it was packed");
        assert!(out == raw);
        (packing, length)
    }

    #[test]
    fn what_is_packed_comes_out_again_and_takes_no_more() {
        let mut rng = Rng::new(1);
        let noise: Vec<u8> = (0..65_536).map(|_| rng.next_u64() as u8).collect();
        let text: Vec<u8> = (0..65_536).map(|_| b'a' + rng.below(4) as u8).collect();
        for compression in ALL {
            for length in [0, 1, 2, 100, 4096, 65_536] {
                assert_eq!(round_trip(compression, &noise[..length]), (Packing::None, length));
                assert!(round_trip(compression, &text[..length]).1 <= length);
            }
        }
        let packed = ALL.map(|compression| round_trip(compression, &text));
        assert_eq!(packed[0], (Packing::None, text.len()));
        assert!(packed[1].0 == Packing::Lz4 && packed[1].1 < text.len() * 3 / 4);
        assert!(packed[2].0 == Packing::Zstd && packed[2].1 < packed[1].1);
    }

    #[test]
    fn damaged_bytes_are_an_error_or_other_bytes_and_never_a_panic() {
        let raw: Vec<u8> = (0..600u32).map(|i| (i / 5) as u8).collect();
        for compression in ALL {
            let mut packed = vec![0; compression.room(raw.len())];
            let (packing, length) = compression.pack(&raw, &mut packed);
            let mut out = vec![0; raw.len()];
            for index in 0..length {
                for bit in 0..8 {
                    packed[index] ^= 1 << bit;
                    let _ = packing.unpack(&packed[..length], &mut out);
                    packed[index] ^= 1 << bit;
                }
            }
            assert!(packing.unpack(&packed[..length - 1], &mut out).is_err());
        }
    }
}
