//! Damaged files: a page is as it was, or lost, and never something else.

use std::path::{Path, PathBuf};

use bolt_base::Bytes;

use super::super::{DiskTierOptions, PageError, PageStoreOptions};
use super::support::{bytes_of, copy_folders, disk, memory, open};

const IDS: u64 = 14;

fn options(folder: &Path) -> PageStoreOptions {
    let nvme = DiskTierOptions { segment: Bytes(1 << 20), ..disk(folder, "nvme", 4, 100) };
    PageStoreOptions { nvme: Some(nvme), ..memory() }
}

fn segments(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder.join("nvme")).unwrap().map(|entry| entry.unwrap().path());
    let mut segments: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|end| end == "segment")).collect();
    segments.sort();
    segments
}

/// Makes a segment with blocks, overwritten pages, a removed one, and old versions of all.
fn make(folder: &Path) -> Vec<Option<Vec<u8>>> {
    let store = open(&options(folder));
    for version in 0..2 {
        for id in 0..IDS {
            store.write(id, &bytes_of(id, version)).unwrap();
        }
        store.flush().unwrap();
    }
    store.remove(3).unwrap();
    store.flush().unwrap();
    (0..IDS).map(|id| (id != 3).then(|| bytes_of(id, 1))).collect()
}

/// Returns how many pages were lost.
fn check(folder: &Path, pages: &[Option<Vec<u8>>], what: &str) -> usize {
    let store = open(&options(folder));
    let mut lost = 0;
    for (id, page) in pages.iter().enumerate() {
        match store.read(id as u64) {
            Ok(read) => assert_eq!(read.as_deref(), page.as_deref(), "{what}: page {id}"),
            Err(PageError::Lost(told)) if told == id as u64 && page.is_some() => lost += 1,
            Err(error) => panic!("{what}: page {id}: {error}"),
        }
    }
    store.check_for_test();
    lost
}

#[test]
fn no_changed_byte_makes_other_pages_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, copy) = (folder.path().join("whole"), folder.path().join("copy"));
    let pages = make(&whole);
    let (mut lost, mut flips) = (0, 0);
    let [segment] = &segments(&whole)[..] else { panic!("one segment") };
    let bytes = std::fs::read(segment).unwrap();
    assert!((0..IDS).all(|id| pages[id as usize] != Some(bytes_of(id, 0))));
    // Zeros that fill sectors up mean nothing; one of each run is enough.
    let means = |at: usize| bytes[at] != 0 || at == 0 || bytes[at - 1] != 0;
    for at in (0..bytes.len()).filter(|at| means(*at)) {
        let _ = std::fs::remove_dir_all(&copy);
        copy_folders(&whole, &copy);
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        std::fs::write(&segments(&copy)[0], &changed).unwrap();
        lost += check(&copy, &pages, &format!("byte {at}"));
        flips += 1;
    }
    assert!(lost > flips, "{lost} pages lost by {flips} changed bytes: blocks have four pages");
}

#[test]
fn whole_sectors_of_zeros_lose_what_was_there_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, copy) = (folder.path().join("whole"), folder.path().join("copy"));
    let pages = make(&whole);
    let bytes = std::fs::read(&segments(&whole)[0]).unwrap();
    let mut lost = Vec::new();
    for at in (0..bytes.len()).step_by(4096) {
        let _ = std::fs::remove_dir_all(&copy);
        copy_folders(&whole, &copy);
        let mut changed = bytes.clone();
        changed[at..at + 4096].fill(0);
        std::fs::write(&segments(&copy)[0], &changed).unwrap();
        lost.push(check(&copy, &pages, &format!("sector at {at}")));
    }
    // Four blocks twice, each with its commit, and a barrier; of the newer ones the first lacks
    // the page that was removed, in a list with its commit and a barrier.
    let expected = [0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 4, 0, 4, 0, 2, 0, 0, 0, 0, 0];
    assert_eq!(lost, expected);
}

#[test]
fn a_file_that_was_cut_is_read_as_far_as_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, copy) = (folder.path().join("whole"), folder.path().join("copy"));
    let _ = make(&whole);
    let length = std::fs::metadata(&segments(&whole)[0]).unwrap().len();
    for length in (0..length).step_by(512) {
        let _ = std::fs::remove_dir_all(&copy);
        copy_folders(&whole, &copy);
        let file = std::fs::File::options().write(true).open(&segments(&copy)[0]).unwrap();
        file.set_len(length).unwrap();
        let store = open(&options(&copy));
        for id in 0..IDS {
            let page = store.read(id).unwrap();
            let versions = [None, Some(bytes_of(id, 0)), Some(bytes_of(id, 1))];
            assert!(versions.contains(&page.as_deref().map(<[u8]>::to_vec)), "{length}: page {id}");
        }
    }
}

#[test]
fn lost_pages_stay_lost_until_they_are_written_or_removed() {
    let folder = tempfile::tempdir().unwrap();
    let _ = make(folder.path());
    let segment = &segments(folder.path())[0];
    let mut bytes = std::fs::read(segment).unwrap();
    // In the packed bytes of the first new block, behind nine sectors and its header.
    bytes[9 * 4096 + 72 + 4 * 12 + 3] ^= 1;
    std::fs::write(segment, &bytes).unwrap();
    {
        let store = open(&options(folder.path()));
        assert_eq!(store.report().recovery.lost, [], "packed bytes are read when they are wanted");
        for id in [0, 1, 2] {
            assert!(matches!(store.read(id), Err(PageError::Lost(lost)) if lost == id));
            assert_eq!(store.tier_of(id), None);
        }
        assert!(store.read(3).unwrap().is_none());
        store.write(0, b"new").unwrap();
        assert!(store.remove(1).unwrap());
        (4..IDS).for_each(|id| store.write(id, &bytes_of(id, 2)).unwrap());
        // Enough for a segment more, and then nothing in the first one is wanted.
        for round in 0..60 {
            for id in 100..140 {
                store.write(id, &bytes_of(id, round)).unwrap();
            }
            store.flush().unwrap();
        }
        assert!(!segment.exists());
    }
    let store = open(&options(folder.path()));
    assert_eq!(store.read(0).unwrap().as_deref(), Some(&b"new"[..]));
    assert!(store.read(1).unwrap().is_none() && store.read(3).unwrap().is_none());
    assert!(matches!(store.read(2), Err(PageError::Lost(2))));
    assert_eq!(store.report().recovery.lost, [2]);
    for id in 4..IDS {
        assert_eq!(store.read(id).unwrap().as_deref(), Some(&bytes_of(id, 2)[..]));
    }
    for id in 100..140 {
        assert_eq!(store.read(id).unwrap().as_deref(), Some(&bytes_of(id, 59)[..]));
    }
}

#[test]
fn a_page_in_memory_survives_the_loss_of_its_copy() {
    let folder = tempfile::tempdir().unwrap();
    {
        let store = open(&options(folder.path()));
        store.write(1, b"kept").unwrap();
        store.write(2, b"with it").unwrap();
        store.flush().unwrap();
        store.reclaim_for_test(64);
        assert_ne!(store.tier_of(1), store.tier_of(2));
        let segment = &segments(folder.path())[0];
        let mut bytes = std::fs::read(segment).unwrap();
        bytes[72 + 2 * 12] ^= 1;
        std::fs::write(segment, &bytes).unwrap();
        assert!(matches!(store.read(1), Err(PageError::Lost(1))));
        assert_eq!(store.read(2).unwrap().as_deref(), Some(&b"with it"[..]));
        store.check_for_test();
    }
    let store = open(&options(folder.path()));
    assert_eq!(store.read(2).unwrap().as_deref(), Some(&b"with it"[..]));
    assert!(matches!(store.read(1), Err(PageError::Lost(1))));
    assert_eq!(store.report().recovery.unknown_sectors, 0);
    assert_eq!(store.report().recovery.cut, Bytes(0));
}
