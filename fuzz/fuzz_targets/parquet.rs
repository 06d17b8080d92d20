//! Parquet files: a sound file with bytes changed or cut off is data or an error, whatever its
//! decoder does.
#![no_main]

use bolt_fuzz::{Damage, sample_sets, scratch};
use bolt_market::data::{LoadOptions, load, parquet};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static SOUND: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    sample_sets().iter().map(|data| scratch().written(|path| parquet::write(path, data))).collect()
});

fuzz_target!(|damage: Damage| {
    let path = scratch().with(&damage.of(&SOUND));
    if let Err(error) = load(path, &LoadOptions::default()) {
        drop(error.to_string());
    }
});
