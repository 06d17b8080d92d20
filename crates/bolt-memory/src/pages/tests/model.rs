//! Random sequences against a map of pages, kept twice: as they are, and as they were last flushed.

use std::collections::HashMap;

use proptest::prelude::*;

use super::super::{IoOptions, PageStore, PageStoreOptions, PageStream};
use super::support::{bytes_of, copy_folders, five, open};

const IDS: u64 = 260;

#[derive(Debug, Clone)]
enum Step {
    Write {
        id: u64,
        count: u64,
    },
    Read {
        id: u64,
    },
    /// Through a stream, so many pages in a row.
    Stream {
        id: u64,
        count: u64,
    },
    Remove {
        id: u64,
        count: u64,
    },
    Flush,
    Reclaim {
        pages: u64,
    },
    Reopen,
    /// Opens a copy of the files as they are.
    Crash,
}

fn step() -> impl Strategy<Value = Step> {
    let id = || 0..IDS;
    prop_oneof![
        30 => (id(), 1..12u64).prop_map(|(id, count)| Step::Write { id, count }),
        20 => id().prop_map(|id| Step::Read { id }),
        8 => (id(), 1..40u64).prop_map(|(id, count)| Step::Stream { id, count }),
        8 => (id(), 1..6u64).prop_map(|(id, count)| Step::Remove { id, count }),
        2 => Just(Step::Flush),
        3 => (1..20u64).prop_map(|pages| Step::Reclaim { pages }),
        1 => Just(Step::Reopen),
        2 => Just(Step::Crash),
    ]
}

#[derive(Default)]
struct Model {
    now: HashMap<u64, Vec<u8>>,
    flushed: HashMap<u64, Vec<u8>>,
    /// What pages were since they were flushed last, `None` where they were removed.
    since: HashMap<u64, Vec<Option<Vec<u8>>>>,
    versions: u64,
}

impl Model {
    fn set(&mut self, id: u64, bytes: Option<Vec<u8>>) {
        self.since.entry(id).or_default().push(bytes.clone());
        match bytes {
            Some(bytes) => drop(self.now.insert(id, bytes)),
            None => drop(self.now.remove(&id)),
        }
    }

    fn flush(&mut self) {
        self.flushed = self.now.clone();
        self.since.clear();
    }

    fn check_read(&self, id: u64, read: Option<&[u8]>) {
        assert_eq!(read, self.now.get(&id).map(Vec::as_slice), "page {id}");
    }

    /// Compares all pages where they are.
    fn check_places(&self, store: &PageStore) {
        for id in 0..IDS {
            assert_eq!(store.peek_for_test(id).as_ref(), self.now.get(&id), "page {id}");
        }
    }

    fn check_all(&self, store: &PageStore) {
        for id in 0..IDS {
            self.check_read(id, store.read(id).unwrap().as_deref());
        }
    }

    /// After a crash a page is as it was flushed last, or as it was at a time since.
    fn check_crashed(&self, store: &PageStore) {
        for id in 0..IDS {
            let read = store.read(id).unwrap().map(|page| page.to_vec());
            let since = self.since.get(&id).is_some_and(|since| since.contains(&read));
            assert!(since || read == self.flushed.get(&id).cloned(), "page {id}: {read:?}");
        }
    }
}

fn take(step: &Step, store: &PageStore, stream: &mut PageStream, model: &mut Model) {
    match *step {
        Step::Write { id, count } => {
            for id in (id..id + count).map(|id| id % IDS) {
                model.versions += 1;
                let bytes = bytes_of(id, model.versions);
                store.write(id, &bytes).unwrap();
                model.set(id, Some(bytes));
            }
        }
        Step::Read { id } => model.check_read(id, store.read(id).unwrap().as_deref()),
        Step::Stream { id, count } => {
            for id in (id..id + count).map(|id| id % IDS) {
                model.check_read(id, stream.read(id).unwrap().as_deref());
                if let Some(ahead) = stream.read_ahead() {
                    ahead.run().unwrap();
                }
            }
        }
        Step::Remove { id, count } => {
            for id in (id..id + count).map(|id| id % IDS) {
                assert_eq!(store.remove(id).unwrap(), model.now.contains_key(&id));
                model.set(id, None);
            }
        }
        Step::Flush => {
            store.flush().unwrap();
            model.flush();
        }
        Step::Reclaim { pages } => drop(store.reclaim_for_test(pages * 64)),
        Step::Reopen | Step::Crash => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn every_sequence_does_what_a_map_does(
        steps in prop::collection::vec(step(), 1..160),
        ring in any::<bool>(),
        direct in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let io = IoOptions { ring, direct, ..IoOptions::default() };
        let options = PageStoreOptions { io, ..five(&folder.path().join("store")) };
        let mut store = open(&options);
        let mut stream = store.stream();
        let mut model = Model::default();
        for (index, step) in steps.iter().enumerate() {
            take(step, &store, &mut stream, &mut model);
            match step {
                Step::Reopen => {
                    drop((store, stream));
                    model.flush();
                    store = open(&options);
                    stream = store.stream();
                    let recovery = store.report().recovery;
                    prop_assert_eq!((recovery.pages, recovery.cut.0), (model.now.len(), 0));
                }
                Step::Crash => {
                    let copy = folder.path().join(index.to_string());
                    copy_folders(&folder.path().join("store"), &copy);
                    let crashed = open(&five(&copy));
                    let recovery = crashed.report().recovery;
                    prop_assert_eq!((recovery.lost, recovery.unknown_sectors), (vec![], 0));
                    model.check_crashed(&crashed);
                }
                _ => {}
            }
            store.check_for_test();
            if index % 10 == 9 {
                model.check_places(&store);
            }
        }
        model.check_all(&store);
        prop_assert_eq!(store.report().failures, 0);
    }
}
