//! Column files: a sound file with bytes changed or cut off is data, all of whose values can be
//! read, or an error. Checksums are set right again now and then, so that what lies behind them is
//! reached.
#![no_main]

use bolt_fuzz::{Damage, sample_sets, scratch};
use bolt_market::data::{Dataset, LoadOptions, load, store};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use xxhash_rust::xxh3::xxh3_64;

static SOUND: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    sample_sets().iter().map(|data| scratch().written(|path| store::write(path, data))).collect()
});

fuzz_target!(|damage: Damage| {
    let mut bytes = damage.of(&SOUND);
    if damage.repair {
        set_lengths_and_checksum(&mut bytes);
    }
    let path = scratch().with(&bytes);
    let is_sound = store::verify(path).is_ok();
    match store::open(path) {
        Ok(Dataset::Bars(bars)) => drop(bars.content_hash()),
        Ok(Dataset::Panel(panel)) => drop(panel.content_hash()),
        Ok(Dataset::Trades(trades)) => {
            let values = trades.columns().flat_map(|(_, values)| values.iter());
            std::hint::black_box(values.sum::<f64>());
            std::hint::black_box(trades.timestamps().last());
        }
        Err(error) => {
            assert!(!is_sound, "verified, but not opened");
            drop(error.to_string());
        }
    }
    if let Err(error) = load(path, &LoadOptions::default()) {
        drop(error.to_string());
    }
});

/// Makes the header say how long the file is, and what its checksum is.
fn set_lengths_and_checksum(bytes: &mut [u8]) {
    let length = bytes.len() as u64;
    let Some(field) = bytes.get_mut(16..24) else { return };
    field.copy_from_slice(&length.to_le_bytes());
    let header = u32::from_le_bytes(bytes[12..16].try_into().expect("four bytes")) as usize;
    let Some(content) = header.checked_sub(8).filter(|_| header <= bytes.len()) else { return };
    let checksum = xxh3_64(&bytes[..content]);
    bytes[content..header].copy_from_slice(&checksum.to_le_bytes());
}
