//! What fuzz targets of binary files share: small sound files, and damage to them.

use bolt_base::UnixNanos;
use bolt_market::data::sample::{SampleOptions, sample};
use bolt_market::data::{Column, DataError, Dataset, Trades};
use libfuzzer_sys::arbitrary::{Arbitrary, Result, Unstructured};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// What is done to a sound file.
#[derive(Debug)]
pub struct Damage {
    /// Which file.
    pub file: u8,
    /// Whether checksums are to be set right afterwards.
    pub repair: bool,
    /// How many bytes are cut off its end.
    pub cut: u8,
    /// Places and what is written there.
    pub changes: Vec<(u16, u32)>,
}

impl<'a> Arbitrary<'a> for Damage {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let [file, repair, cut] = input.arbitrary()?;
        let mut changes = Vec::new();
        while input.len() >= 6 {
            changes.push(input.arbitrary()?);
        }
        Ok(Self {
            file,
            repair: repair % 2 == 1,
            cut: if cut < 200 { 0 } else { cut - 200 },
            changes,
        })
    }
}

impl Damage {
    /// Returns one of the files with the damage done to it.
    pub fn of(&self, sound: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = sound[usize::from(self.file) % sound.len()].clone();
        bytes.truncate(bytes.len() - usize::from(self.cut).min(bytes.len()));
        for &(place, value) in &self.changes {
            // One byte or four: lengths and offsets are long.
            let width = if value >> 24 == 0 { 1 } else { 4 };
            let place = usize::from(place) % bytes.len().max(1);
            let to = bytes.iter_mut().skip(place).take(width);
            to.zip(value.to_le_bytes()).for_each(|(to, byte)| *to = byte);
        }
        bytes
    }
}

/// Bars, a panel and trades, small enough that most changes fall on something that matters.
///
/// # Panics
/// If they are not valid.
pub fn sample_sets() -> Vec<Dataset> {
    let of = |bars, assets| {
        sample(&SampleOptions { bars, assets, ..SampleOptions::default() }).expect("it is valid")
    };
    let times = vec![UnixNanos(5), UnixNanos(5), UnixNanos(9)];
    let column = |name: &str, values: [f64; 3]| (name.to_owned(), Column::from(values.to_vec()));
    let columns = vec![column("price", [1.0, 2.5, 3.0]), column("size", [1.0, 7.0, 0.5])];
    let trades = Trades::new("T", times, columns).expect("times are ordered");
    vec![of(6, 1), of(4, 3), Dataset::Trades(trades)]
}

/// A file of this process.
#[derive(Debug)]
pub struct Scratch(PathBuf);

/// Returns the file that inputs are written to, in the folder for temporary files: set `TMPDIR` to
/// one in memory.
pub fn scratch() -> &'static Scratch {
    static SCRATCH: LazyLock<Scratch> = LazyLock::new(|| {
        Scratch(std::env::temp_dir().join(format!("bolt-fuzz-{}", std::process::id())))
    });
    &SCRATCH
}

impl Scratch {
    /// Makes the file these bytes.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn with(&self, bytes: &[u8]) -> &Path {
        std::fs::write(&self.0, bytes).expect("the folder can be written to");
        &self.0
    }

    /// Returns the bytes that something writes to the file.
    ///
    /// # Panics
    /// If it fails.
    pub fn written(
        &self,
        write: impl FnOnce(&Path) -> std::result::Result<(), DataError>,
    ) -> Vec<u8> {
        write(&self.0).expect("sound data can be written");
        std::fs::read(&self.0).expect("it was written")
    }
}
