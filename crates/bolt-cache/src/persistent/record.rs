//! Records: a header of fixed length, a key, and a payload.
//!
//! | bytes | hold |
//! |---|---|
//! | 0..3 | `BC` and the version of the format |
//! | 3 | [`Kind`] |
//! | 4..8, 8..12 | length of the key, of the payload |
//! | 12..16 | length of the value |
//! | 16..24, 24..32 | when it was written, when it expires: nanoseconds since 1970 |
//! | 32..40 | XXH3 of the key |
//! | 40..48 | XXH3 of key and payload |
//! | 48..56 | XXH3 of the bytes before, seeded with the record's [`Place`] |
//!
//! Numbers are little-endian. Because the place is part of a header's checksum, a copy of a record,
//! within a value for example, is never taken for one.

use crate::lz4;
use bolt_base::UnixNanos;
use std::ops::Range;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

pub(super) const HEADER: usize = 56;
pub(super) const MAGIC: [u8; 3] = *b"BC\x01";

/// What the payload of a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    /// The value.
    Raw = 1,
    /// The value as a block of LZ4.
    Lz4 = 2,
    /// Nothing: the key was removed.
    Removal = 3,
    /// What a segment holds; see `segment.rs`.
    Footer = 4,
}

/// Where a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) segment: u32,
    pub(super) offset: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) kind: Kind,
    pub(super) key_length: u32,
    pub(super) payload_length: u32,
    pub(super) raw_length: u32,
    pub(super) written: UnixNanos,
    pub(super) expires: UnixNanos,
    pub(super) hash: u64,
    body: u64,
}

/// Returns the hash by which a key is found.
pub(super) fn hash(key: &[u8]) -> u64 {
    xxh3_64(key)
}

/// A record as it is written.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) header: Header,
    bytes: Vec<u8>,
}

impl Record {
    /// Returns a record of a value. Keys and values have less than 2^32 bytes.
    pub(super) fn value(key: &[u8], value: &[u8], written: UnixNanos, expires: UnixNanos) -> Self {
        let mut bytes = Vec::new();
        let kind = lz4::compressed(value, |block| {
            let payload = block.unwrap_or(value);
            bytes.reserve_exact(HEADER + key.len() + payload.len());
            bytes.resize(HEADER, 0);
            bytes.extend_from_slice(key);
            bytes.extend_from_slice(payload);
            if block.is_some() { Kind::Lz4 } else { Kind::Raw }
        });
        Self::new(kind, key, value.len(), written, expires, bytes)
    }

    pub(super) fn removal(key: &[u8], written: UnixNanos) -> Self {
        let mut bytes = vec![0; HEADER];
        bytes.extend_from_slice(key);
        Self::new(Kind::Removal, key, 0, written, UnixNanos(i64::MAX), bytes)
    }

    pub(super) fn footer(content: &[u8]) -> Self {
        let mut bytes = vec![0; HEADER];
        bytes.extend_from_slice(content);
        let never = UnixNanos(i64::MAX);
        Self::new(Kind::Footer, &[], content.len(), UnixNanos(0), never, bytes)
    }

    fn new(
        kind: Kind,
        key: &[u8],
        raw_length: usize,
        written: UnixNanos,
        expires: UnixNanos,
        bytes: Vec<u8>,
    ) -> Self {
        let payload_length = (bytes.len() - HEADER - key.len()) as u32;
        let (key_length, raw_length) = (key.len() as u32, raw_length as u32);
        let (hash, body) = (hash(key), xxh3_64(&bytes[HEADER..]));
        let header =
            Header { kind, key_length, payload_length, raw_length, written, expires, hash, body };
        Self { header, bytes }
    }

    /// Returns a record that was read, or `None` if it is damaged.
    pub(super) fn read(bytes: Vec<u8>, place: Place) -> Option<Self> {
        let header = Header::read(&bytes, place)?;
        let is_whole = header.length() == bytes.len() as u64;
        (is_whole && xxh3_64(&bytes[HEADER..]) == header.body).then_some(Self { header, bytes })
    }

    pub(super) fn length(&self) -> u64 {
        self.bytes.len() as u64
    }

    pub(super) fn key(&self) -> &[u8] {
        &self.bytes[HEADER..self.payload().start]
    }

    /// Returns its bytes for a place.
    pub(super) fn at(&mut self, place: Place) -> &[u8] {
        let header = self.header.bytes(place);
        self.bytes[..HEADER].copy_from_slice(&header);
        &self.bytes
    }

    fn payload(&self) -> Range<usize> {
        HEADER + self.header.key_length as usize..self.bytes.len()
    }

    /// Returns the value, or `None` if the payload is not one.
    pub(super) fn into_value(mut self) -> Option<Vec<u8>> {
        let payload = self.payload();
        match self.header.kind {
            Kind::Raw | Kind::Footer => {
                self.bytes.drain(..payload.start);
                Some(self.bytes)
            }
            Kind::Lz4 => lz4::decompressed(&self.bytes[payload], self.header.raw_length as usize),
            Kind::Removal => None,
        }
    }
}

impl Header {
    /// Returns the header at the beginning of these bytes, or `None` if there is no sound one.
    pub(super) fn read(bytes: &[u8], place: Place) -> Option<Self> {
        let bytes: &[u8; HEADER] = bytes.first_chunk()?;
        if bytes[..3] != MAGIC || number(bytes, 48) != check(bytes, place) {
            return None;
        }
        let half = |at| number(bytes, at) as u32;
        let header = Self {
            kind: Kind::of(bytes[3])?,
            key_length: half(4),
            payload_length: half(8),
            raw_length: half(12),
            written: UnixNanos(number(bytes, 16) as i64),
            expires: UnixNanos(number(bytes, 24) as i64),
            hash: number(bytes, 32),
            body: number(bytes, 40),
        };
        header.is_consistent().then_some(header)
    }

    /// Returns whether the value can be as long as is said, so that no more memory is asked for.
    fn is_consistent(&self) -> bool {
        let (payload, raw) = (u64::from(self.payload_length), u64::from(self.raw_length));
        match self.kind {
            Kind::Raw | Kind::Footer => payload == raw,
            Kind::Lz4 => lz4::is_possible(payload, raw),
            Kind::Removal => payload == 0,
        }
    }

    fn bytes(&self, place: Place) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        bytes[..3].copy_from_slice(&MAGIC);
        bytes[3] = self.kind as u8;
        let halves = [self.key_length, self.payload_length, self.raw_length];
        for (to, half) in bytes[4..16].chunks_exact_mut(4).zip(halves) {
            to.copy_from_slice(&half.to_le_bytes());
        }
        let (written, expires) = (self.written.0 as u64, self.expires.0 as u64);
        let numbers = [written, expires, self.hash, self.body];
        for (to, number) in bytes[16..48].chunks_exact_mut(8).zip(numbers) {
            to.copy_from_slice(&number.to_le_bytes());
        }
        let check = check(&bytes, place);
        bytes[48..].copy_from_slice(&check.to_le_bytes());
        bytes
    }

    /// Returns how long the record is.
    pub(super) fn length(&self) -> u64 {
        HEADER as u64 + u64::from(self.key_length) + u64::from(self.payload_length)
    }
}

impl Kind {
    pub(super) fn of(byte: u8) -> Option<Self> {
        [Self::Raw, Self::Lz4, Self::Removal, Self::Footer]
            .into_iter()
            .find(|kind| *kind as u8 == byte)
    }
}

fn check(header: &[u8; HEADER], place: Place) -> u64 {
    let Place { segment, offset } = place;
    xxh3_64_with_seed(&header[..48], u64::from(segment) << 32 | u64::from(offset))
}

/// Returns the eight bytes at a place as a number.
fn number(bytes: &[u8; HEADER], at: usize) -> u64 {
    let bytes = bytes[at..].first_chunk().expect("fields end within the header");
    u64::from_le_bytes(*bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bolt_base::Rng;

    const PLACE: Place = Place { segment: 3, offset: 700 };

    fn written(key: &[u8], value: &[u8]) -> Vec<u8> {
        Record::value(key, value, UnixNanos(-5), UnixNanos(i64::MAX)).at(PLACE).to_vec()
    }

    fn noise(length: usize) -> Vec<u8> {
        let mut rng = Rng::new(length as u64);
        (0..length).map(|_| rng.next_u64() as u8).collect()
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let text = b"{\"close\": 101.25}".repeat(300);
        for (key, value, kind) in [
            (&b"key"[..], &text[..], Kind::Lz4),
            (b"", &noise(5_000), Kind::Raw),
            (b"key", b"short", Kind::Raw),
            (&text[..9], b"", Kind::Raw),
        ] {
            let bytes = written(key, value);
            let record = Record::read(bytes.clone(), PLACE).unwrap();
            assert_eq!((record.header.kind, record.key()), (kind, key));
            assert_eq!(
                (record.header.length(), record.length()),
                (bytes.len() as u64, bytes.len() as u64)
            );
            assert_eq!((record.header.written, record.header.expires.0), (UnixNanos(-5), i64::MAX));
            assert_eq!(record.header.raw_length as usize, value.len());
            assert_eq!(record.header.hash, hash(key));
            assert_eq!(record.into_value().as_deref(), Some(value));
        }
    }

    #[test]
    fn every_changed_bit_and_every_cut_is_noticed() {
        let bytes = written(b"key", &b"value ".repeat(20));
        for bit in 0..bytes.len() * 8 {
            let mut bytes = bytes.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(Record::read(bytes, PLACE).is_none(), "bit {bit}");
        }
        for length in 0..bytes.len() {
            assert!(Record::read(bytes[..length].to_vec(), PLACE).is_none(), "{length} bytes");
        }
    }

    #[test]
    fn a_copy_in_another_place_is_not_a_record() {
        let bytes = written(b"key", b"value");
        for place in [Place { segment: 4, ..PLACE }, Place { offset: 701, ..PLACE }] {
            assert!(Record::read(bytes.clone(), place).is_none());
        }
    }

    /// A file made by somebody else can have right checksums.
    #[test]
    fn a_record_cannot_make_us_take_more_memory_than_its_length_allows() {
        let mut record = Record::value(b"key", &[7; 100], UnixNanos(0), UnixNanos(1));
        assert_eq!(record.header.kind, Kind::Lz4);
        record.header.raw_length = u32::MAX;
        assert!(Record::read(record.at(PLACE).to_vec(), PLACE).is_none());
        record.header.raw_length = 101;
        let record = Record::read(record.at(PLACE).to_vec(), PLACE).unwrap();
        assert_eq!(record.into_value(), None);
    }
}
