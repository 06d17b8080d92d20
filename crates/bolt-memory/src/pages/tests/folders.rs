//! Which folders make a store, and what is told of them.

use bolt_base::Bytes;

use super::super::{
    Compression, DiskTierOptions, Medium, PageError, PageStore, PageStoreOptions,
    PageStoreOptionsError, Tier,
};
use super::support::{PAGE, budget, bytes_of, disk, five, memory, open, state};
use crate::Component;

fn refusal(options: &PageStoreOptions) -> PageError {
    PageStore::open(options, &budget(1 << 30), Component::Market).unwrap_err()
}

#[test]
fn defaults_are_those_of_the_guide() {
    let tiers = [
        DiskTierOptions::nvme("n", Bytes(1)),
        DiskTierOptions::ssd("s", Bytes(1)),
        DiskTierOptions::hdd("h", Bytes(1)),
    ];
    assert_eq!(tiers.each_ref().map(|tier| tier.block.0), [64 << 10, 256 << 10, 1 << 20]);
    let packed = [Compression::Lz4, Compression::Zstd(3), Compression::Zstd(9)];
    assert_eq!(tiers.map(|tier| tier.compression), packed);
    let options = PageStoreOptions::new(Bytes(1 << 20));
    let thresholds = Tier::ALL.map(|tier| options.thresholds.of(tier));
    assert_eq!(thresholds, [0.85, 0.90, 0.95, 0.98, 1.0]);
    assert_eq!(options.page, Bytes(4096));
    let prefetch = options.prefetch;
    assert_eq!((prefetch.distance, prefetch.distance_sequential), (16, 32));
    assert_eq!((prefetch.confidence, prefetch.in_flight_max), (0.8, Bytes(64 << 20)));
    assert_eq!(options.io.queue_depth, 32);
}

#[test]
fn the_report_says_what_a_tier_is_and_which_is_skipped() {
    let folder = tempfile::tempdir().unwrap();
    let options = PageStoreOptions { ssd: None, ..five(folder.path()) };
    let store = open(&options);
    for id in 0..200 {
        store.write(id, &bytes_of(id, 0)).unwrap();
    }
    let report = store.report();
    let configured: Vec<bool> = report.tiers.iter().map(|tier| tier.state.is_some()).collect();
    assert_eq!(configured, [true, true, true, false, true]);
    let gpu = Medium::Device("stand-in: host memory (no device)".to_owned());
    assert_eq!(state(&report, Tier::Gpu).medium, gpu);
    let Medium::Folder { io, compression, .. } = state(&report, Tier::Nvme).medium else {
        panic!("a folder")
    };
    assert_eq!(compression, "lz4");
    assert!(io.to_string().contains("O_DIRECT is turned off"), "{io}");
    let pairs: Vec<(Tier, Tier)> =
        report.migrations.iter().map(|pair| (pair.from, pair.to)).collect();
    assert_eq!(pairs, [(Tier::Gpu, Tier::Cpu), (Tier::Cpu, Tier::Nvme), (Tier::Nvme, Tier::Hdd)]);
    let pages: usize = report.tiers.iter().filter_map(|t| t.state.as_ref()).map(|t| t.pages).sum();
    assert_eq!(pages, 200);
}

#[test]
fn every_tier_packs_in_its_own_way() {
    let folder = tempfile::tempdir().unwrap();
    let mut used = Vec::new();
    for compression in [Compression::None, Compression::Lz4, Compression::Zstd(3)] {
        let tier = DiskTierOptions {
            compression,
            ..DiskTierOptions::nvme(folder.path().join(compression.name()), Bytes(64 << 20))
        };
        let options =
            PageStoreOptions { nvme: Some(tier), ..PageStoreOptions::new(Bytes(1 << 20)) };
        let store = open(&options);
        let mut rng = bolt_base::Rng::new(3);
        for id in 0..512 {
            let page: Vec<u8> = (0..4096).map(|_| b'a' + rng.below(4) as u8).collect();
            store.write(id, &page).unwrap();
        }
        store.flush().unwrap();
        let report = store.report();
        assert_eq!(state(&report, Tier::Nvme).pages, 512);
        used.push(state(&report, Tier::Nvme).used.0);
    }
    // 32 blocks of 64 KiB, their headers and commits.
    assert_eq!(used[0], 32 * 18 * 4096);
    assert!(used[1] * 4 < used[0] * 3 && used[2] * 2 < used[1] * 2 - used[1] / 4, "{used:?}");
}

#[test]
fn a_store_is_opened_once_at_a_time_and_with_all_its_folders() {
    let folder = tempfile::tempdir().unwrap();
    let options = five(folder.path());
    let store = open(&options);
    store.write(1, b"one").unwrap();
    assert!(matches!(refusal(&options), PageError::InUse(_)));
    drop(store);
    let lacking = PageStoreOptions { ssd: None, ..options.clone() };
    let PageError::OtherStore { found, .. } = refusal(&lacking) else { panic!("a folder lacks") };
    assert_eq!(found, "with pages of 64 B in the folders nvme, ssd, hdd");
    let other_page = PageStoreOptions { page: Bytes(128), ..options.clone() };
    assert!(matches!(refusal(&other_page), PageError::OtherStore { .. }));
    let foreign = tempfile::tempdir().unwrap();
    drop(open(&five(foreign.path())));
    let mixed =
        PageStoreOptions { hdd: Some(disk(foreign.path(), "hdd", 16, 1_000)), ..options.clone() };
    assert!(matches!(refusal(&mixed), PageError::OtherStore { .. }));
    assert_eq!(open(&options).read(1).unwrap().as_deref(), Some(&b"one"[..]));
}

#[test]
fn a_store_can_be_given_another_folder() {
    let folder = tempfile::tempdir().unwrap();
    let options = five(folder.path());
    let fewer = PageStoreOptions { ssd: None, ..options.clone() };
    {
        let store = open(&fewer);
        (0..100).for_each(|id| store.write(id, &bytes_of(id, 0)).unwrap());
    }
    let store = open(&options);
    for id in 0..100 {
        assert_eq!(store.read(id).unwrap().as_deref(), Some(&bytes_of(id, 0)[..]));
    }
    drop(store);
    assert!(matches!(refusal(&fewer), PageError::OtherStore { .. }));
}

#[test]
fn options_that_make_no_sense_are_refused() {
    use PageStoreOptionsError as Error;
    let folder = tempfile::tempdir().unwrap();
    let all = five(folder.path());
    let told = |options: PageStoreOptions| match refusal(&options) {
        PageError::Options(error) => error,
        error => panic!("{error}"),
    };
    let nvme = |change: fn(&mut DiskTierOptions)| {
        let mut tier = disk(folder.path(), "nvme", 4, 6);
        change(&mut tier);
        PageStoreOptions { nvme: Some(tier), ..all.clone() }
    };
    let error = told(PageStoreOptions { page: Bytes(63), ..all.clone() });
    assert_eq!(error, Error::Page(Bytes(63)));
    let error = told(PageStoreOptions { cpu: Bytes(PAGE - 1), ..all.clone() });
    assert!(matches!(error, Error::Capacity { tier: Tier::Cpu, .. }));
    assert!(matches!(told(nvme(|tier| tier.capacity = Bytes(0))), Error::Capacity { .. }));
    assert!(matches!(told(nvme(|tier| tier.block = Bytes(100))), Error::Block { .. }));
    let error = told(nvme(|tier| tier.block = Bytes(16 * PAGE)));
    assert!(matches!(error, Error::Block { tier: Tier::Ssd, .. }), "blocks grow downwards");
    assert!(matches!(told(nvme(|tier| tier.segment = Bytes(4096))), Error::Segment { .. }));
    let error = told(nvme(|tier| tier.compression = Compression::Zstd(23)));
    assert_eq!(error, Error::Level(23));
    let mut options = all.clone();
    options.thresholds.ssd = f64::NAN;
    assert!(matches!(told(options), Error::Threshold { tier: Tier::Ssd, .. }));
    let mut options = all.clone();
    options.prefetch.confidence = 0.5;
    assert_eq!(told(options), Error::Confidence(0.5));
    let mut options = all.clone();
    options.io.queue_depth = 0;
    assert_eq!(told(options), Error::QueueDepth);
    let options = PageStoreOptions { buffers: Bytes(1 << 10), ..all };
    assert!(matches!(told(options), Error::Buffers { .. }));
}

#[test]
fn what_is_absent_too_long_or_empty() {
    let store = open(&memory());
    assert!(store.read(7).unwrap().is_none());
    assert!(!store.remove(7).unwrap());
    assert!(matches!(
        store.write(7, &[0; 65]),
        Err(PageError::TooLong { length: 65, page: 64, .. })
    ));
    store.write(7, b"").unwrap();
    assert_eq!(store.read(7).unwrap().as_deref(), Some(&b""[..]));
    assert!(matches!(store.flush(), Err(PageError::NoFolder)));
}
