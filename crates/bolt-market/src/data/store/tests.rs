use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use bolt_base::{Rng, UnixNanos};
use proptest::prelude::*;

use super::*;
use crate::data::{ALIGNMENT, Interval, LoadOptions, TimeBasis, TimeSource, Zone, load};

struct Scratch {
    directory: tempfile::TempDir,
}

impl Scratch {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }
}

fn times(first: i64, count: usize) -> Vec<UnixNanos> {
    (first..first + count as i64).map(|i| UnixNanos(i * 60_000_000_000)).collect()
}

fn bars(first: i64, count: usize) -> Bars {
    let mut rng = Rng::new(first as u64);
    let mut column = |name: &str| {
        let values: Column = (0..count).map(|_| rng.uniform() + 1.0).collect();
        (name.to_owned(), values)
    };
    let columns: Vec<_> =
        ["open", "high", "low", "close", "volume", "vwap é"].map(&mut column).into();
    let mut bars = Bars::new("X/Y", times(first, count), columns).unwrap();
    let zone = Zone::named("America/New_York").unwrap();
    bars.basis = TimeBasis { zone, source: TimeSource::Instant, dates_only: true };
    bars.source_hash = u128::MAX - 7;
    bars
}

fn panel(first: i64, count: usize) -> Panel {
    let all: Vec<Bars> = (0..3)
        .map(|asset| bars(first, count).slice(asset..count).with_symbol(format!("A{asset}")))
        .collect();
    let members: Vec<bool> = (0..count * 3).map(|i| i % 5 != 0).collect();
    Panel::align(&all).unwrap().with_universe(&members).unwrap()
}

fn trades() -> Trades {
    let times = vec![UnixNanos(5), UnixNanos(5), UnixNanos(9)];
    let columns =
        ["price", "size"].map(|name| (name.to_owned(), Column::from(vec![1.0, 2.5, 3.0])));
    Trades::new("T", times, columns).unwrap()
}

#[test]
fn bars_come_back_mapped_and_whole() {
    let scratch = Scratch::new();
    let path = scratch.path("x.bolt");
    for count in [0, 1, 7, 1000] {
        let mut bars = bars(1, count);
        bars.interval = Some(Interval::Months(3));
        write(&path, &Dataset::Bars(bars.clone())).unwrap();
        verify(&path).unwrap();
        let Dataset::Bars(back) = open(&path).unwrap() else { panic!("bars were written") };
        assert_eq!(back.content_hash(), bars.content_hash());
        assert_eq!((&back.symbol, &back.basis), (&bars.symbol, &bars.basis));
        assert_eq!((back.interval, back.source_hash), (bars.interval, bars.source_hash));
        for (_, column) in back.columns() {
            assert!(column.is_mapped() && (column.as_ptr() as usize).is_multiple_of(ALIGNMENT));
        }
    }
}

#[test]
fn panels_and_trades_come_back() {
    let scratch = Scratch::new();
    let path = scratch.path("x.bolt");
    let before = panel(1, 40);
    write(&path, &Dataset::Panel(before.clone())).unwrap();
    verify(&path).unwrap();
    let Dataset::Panel(back) = open(&path).unwrap() else { panic!("a panel was written") };
    assert_eq!((back.content_hash(), back.assets()), (before.content_hash(), before.assets()));
    assert_eq!((back.stride(), back.basis), (16, before.basis));
    write(&path, &Dataset::Trades(trades())).unwrap();
    verify(&path).unwrap();
    let Dataset::Trades(back) = load(&path, &LoadOptions::default()).unwrap() else {
        panic!("trades were written")
    };
    assert_eq!(
        (back.symbol.as_str(), &*back.column("size").unwrap().clone()),
        ("T", &[1.0, 2.5, 3.0][..])
    );
}

#[test]
fn appended_rows_follow_the_old_ones() {
    let scratch = Scratch::new();
    let path = scratch.path("x.bolt");
    let whole = bars(1, 100);
    let part = |rows| Dataset::Bars(whole.slice(rows));
    write(&path, &part(0..60)).unwrap();
    let old = open(&path).unwrap().into_bars().unwrap();
    append(&path, &part(60..61)).unwrap();
    append(&path, &part(61..100)).unwrap();
    verify(&path).unwrap();
    let back = open(&path).unwrap().into_bars().unwrap();
    assert_eq!(back.content_hash(), whole.content_hash());
    // Whoever has the old file open keeps it.
    assert_eq!(old.content_hash(), whole.slice(0..60).content_hash());
    let fails = |data: &Dataset, expected: &str| {
        let error = append(&path, data).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        assert_eq!(open(&path).unwrap().into_bars().unwrap().content_hash(), whole.content_hash());
    };
    fails(&part(99..100), "the last row is of");
    fails(&Dataset::Trades(trades()), "another kind");
    let other = Bars::new("X", times(1000, 1), [("close".to_owned(), vec![1.0].into())]).unwrap();
    fails(&Dataset::Bars(other), "it has the columns");
}

#[test]
fn panels_grow_too() {
    let scratch = Scratch::new();
    let path = scratch.path("x.bolt");
    write(&path, &Dataset::Panel(panel(1, 10))).unwrap();
    append(&path, &Dataset::Panel(panel(100, 10))).unwrap();
    verify(&path).unwrap();
    let back = open(&path).unwrap().into_panel().unwrap();
    assert_eq!(back.len(), 20);
    let (first, second) = (panel(1, 10), panel(100, 10));
    for (name, field) in back.fields() {
        let expected = [&**first.field(name).unwrap(), second.field(name).unwrap()].concat();
        assert!(field.iter().zip(&expected).all(|(a, b)| a.to_bits() == b.to_bits()), "{name}");
    }
}

/// Opens bytes as a store and uses all that it gives.
fn use_all(scratch: &Scratch, bytes: &[u8]) -> Result<(), DataError> {
    let path = scratch.path("hostile.bolt");
    // Some file systems synchronise a file that is cut and written again.
    let _ = fs::remove_file(&path);
    fs::write(&path, bytes).unwrap();
    match open(&path)? {
        Dataset::Bars(bars) => drop(bars.content_hash()),
        Dataset::Panel(panel) => drop((panel.content_hash(), panel.asset(0)?)),
        Dataset::Trades(trades) => {
            assert!(
                !trades.columns().map(|(_, c)| c.iter().sum::<f64>()).sum::<f64>().is_infinite()
            );
        }
    }
    verify(&path)
}

/// A file of bars, one of a panel and one of trades.
static SAMPLES: LazyLock<[Vec<u8>; 3]> = LazyLock::new(|| {
    let scratch = Scratch::new();
    [Dataset::Bars(bars(1, 9)), Dataset::Panel(panel(1, 4)), Dataset::Trades(trades())].map(
        |data| {
            let path = scratch.path("sample.bolt");
            write(&path, &data).unwrap();
            fs::read(path).unwrap()
        },
    )
});

#[test]
fn every_changed_bit_is_noticed() {
    let scratch = Scratch::new();
    for file in &*SAMPLES {
        let header = u32::from_le_bytes(file[12..16].try_into().unwrap()) as usize;
        assert!(use_all(&scratch, file).is_ok());
        for at in 0..file.len() {
            let mut damaged = file.clone();
            damaged[at] ^= 1 << (at % 8);
            assert!(use_all(&scratch, &damaged).is_err(), "byte {at} of {}", file.len());
            if at < header {
                assert!(Header::decode(&damaged).is_err(), "byte {at} of the header");
            }
        }
    }
}

#[test]
fn every_cut_is_noticed() {
    let scratch = Scratch::new();
    for file in &*SAMPLES {
        for len in 0..file.len() {
            assert!(use_all(&scratch, &file[..len]).is_err(), "{len} of {}", file.len());
        }
        assert!(use_all(&scratch, &[&file[..], &[0]].concat()).is_err());
    }
}

/// Gives a changed header a right checksum, as an attacker would.
fn with_checksum(mut file: Vec<u8>) -> Vec<u8> {
    let header = u32::from_le_bytes(file[12..16].try_into().unwrap()) as usize;
    if (16..=file.len()).contains(&header) {
        let checksum = xxhash_rust::xxh3::xxh3_64(&file[..header - 8]);
        file[header - 8..header].copy_from_slice(&checksum.to_le_bytes());
    }
    file
}

#[test]
fn a_claim_of_a_billion_rows_is_refused_before_anything_is_allocated() {
    let scratch = Scratch::new();
    for file in &*SAMPLES {
        let mut claims = file.clone();
        claims[24..32].copy_from_slice(&1_000_000_000u64.to_le_bytes());
        let error = use_all(&scratch, &with_checksum(claims)).unwrap_err().to_string();
        assert!(error.contains("in 1000000000 rows"), "{error}");
        let mut claims = file.clone();
        claims[36..40].copy_from_slice(&u32::MAX.to_le_bytes());
        let error = use_all(&scratch, &with_checksum(claims)).unwrap_err().to_string();
        assert!(error.contains("4294967295 entries"), "{error}");
    }
}

#[test]
fn faults_say_what_is_wrong() {
    let scratch = Scratch::new();
    let [file, ..] = &*SAMPLES;
    let check = |bytes: &[u8], expected: &str| {
        let error = use_all(&scratch, bytes).unwrap_err().to_string();
        assert!(error.contains("hostile.bolt") && error.contains(expected), "{error}");
    };
    check(b"", "magic");
    check(b"ts,close\n", "magic");
    check(&[b"\x8ABOLT\n\x1A", &file[8..]].concat(), "line ends");
    let mut later = file.clone();
    later[8] = 2;
    check(&later, "version 2");
    check(&file[..file.len() - 1], "copy or import it again");
    let mut damaged = file.clone();
    let last = damaged.len() - 1;
    damaged[last] ^= 1;
    check(&damaged, "column `vwap é` is damaged");
}

proptest! {
    #[test]
    fn hostile_headers_with_a_right_checksum_never_panic(
        which in 0..3usize,
        changes in prop::collection::vec((8..400usize, any::<u8>()), 1..6),
        wide in prop::option::of((0..40usize, any::<u64>())),
    ) {
        let scratch = Scratch::new();
        let mut file = SAMPLES[which].clone();
        for (at, value) in changes {
            if at < file.len() {
                file[at] = value;
            }
        }
        if let Some((at, value)) = wide {
            file[16 + at..24 + at].copy_from_slice(&value.to_le_bytes());
        }
        let file = with_checksum(file);
        let _ = use_all(&scratch, &file);
    }

    #[test]
    fn any_bytes_behind_the_magic_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let scratch = Scratch::new();
        let _ = use_all(&scratch, &[&MAGIC[..], &bytes].concat());
        let _ = use_all(&scratch, &with_checksum([&MAGIC[..], &1u32.to_le_bytes(), &[200, 0, 0, 0], &bytes].concat()));
    }
}
