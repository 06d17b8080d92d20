//! Any sequence of calls against a map: what is lost was evicted, and nothing else differs.

use super::*;
use proptest::prelude::*;
use std::collections::HashMap;

#[derive(Debug, Clone)]
enum Call {
    Get(u8),
    Put {
        key: u8,
        length: u16,
        is_json: bool,
        seconds: Option<u16>,
    },
    Remove(u8),
    Clear,
    Resize(u32),
    Reclaim,
    Advance(u16),
    Reopen,
    /// Opens what would be there if the process had ended.
    Crash,
}

fn calls() -> impl Strategy<Value = Vec<Call>> {
    let put = (0..40u8, 0..3_000u16, any::<bool>(), prop::option::of(0..4_000u16));
    let put = put.prop_map(|(key, length, is_json, seconds)| {
        // A few are long.
        let length = if length > 2_900 { length * 8 } else { length / 4 };
        Call::Put { key, length, is_json, seconds }
    });
    let call = prop_oneof![
        300 => put,
        200 => (0..40u8).prop_map(Call::Get),
        60 => (0..40u8).prop_map(Call::Remove),
        1 => Just(Call::Clear),
        6 => (30_000..200_000u32).prop_map(Call::Resize),
        3 => Just(Call::Reclaim),
        20 => (0..1_500u16).prop_map(Call::Advance),
        6 => Just(Call::Reopen),
        6 => Just(Call::Crash),
    ];
    prop::collection::vec(call, 1..700)
}

struct Checked {
    folder: TempDir,
    store: Option<Persistent>,
    now: Now,
    capacity: u64,
    /// Values and when they expire.
    model: HashMap<u8, (Vec<u8>, i64)>,
    evicted_before: u64,
    lost: u64,
    tag: u64,
}

impl Checked {
    fn new(capacity: u64) -> Self {
        let (folder, now) = (temporary(), Now::new());
        let store = Some(open(folder.path(), capacity, &now));
        let (model, evicted_before, lost, tag) = (HashMap::new(), 0, 0, 0);
        Self { folder, store, now, capacity, model, evicted_before, lost, tag }
    }

    fn store(&self) -> &Persistent {
        self.store.as_ref().unwrap()
    }

    fn time(&self) -> i64 {
        self.now.0.load(Ordering::Relaxed)
    }

    fn run(&mut self, call: &Call) {
        match *call {
            Call::Get(key) => self.get(key),
            Call::Put { key, length, is_json, seconds } => self.put(key, length, is_json, seconds),
            Call::Remove(key) => {
                let was_there = self.store().remove(&[key]).unwrap();
                let expected = self.expected(key).is_some();
                self.account(expected, was_there);
                self.model.remove(&key);
            }
            Call::Clear => {
                self.store().clear().unwrap();
                self.model.clear();
            }
            Call::Resize(capacity) => {
                self.capacity = capacity.into();
                self.store().resize(Bytes(self.capacity)).unwrap();
            }
            Call::Reclaim => self.store().reclaim().unwrap(),
            Call::Advance(seconds) => self.now.advance(Duration::from_secs(seconds.into())),
            Call::Reopen => {
                self.evicted_before += self.store().stats().evicted;
                self.store = None;
                self.store = Some(open(self.folder.path(), self.capacity, &self.now));
            }
            Call::Crash => {
                self.evicted_before += self.store().stats().evicted;
                let copy = image(self.folder.path());
                self.store = Some(open(copy.path(), self.capacity, &self.now));
                self.folder = copy;
            }
        }
        let used = on_disk(self.folder.path());
        assert!(used <= self.capacity, "{used} of {}", self.capacity);
        assert_eq!(self.store().stats().corrupt, 0);
        assert!(self.lost <= self.evicted_before + self.store().stats().evicted);
    }

    /// Returns the value of a key if nothing had gone.
    fn expected(&self, key: u8) -> Option<&Vec<u8>> {
        let now = self.time();
        self.model.get(&key).filter(|(_, expires)| now < *expires).map(|(value, _)| value)
    }

    fn get(&mut self, key: u8) {
        let value = self.store().get(&[key]).unwrap();
        if let Some(value) = &value {
            assert_eq!(Some(value), self.expected(key));
        }
        self.account(self.expected(key).is_some(), value.is_some());
        if value.is_none() {
            self.model.remove(&key);
        }
    }

    fn account(&mut self, is_expected: bool, is_there: bool) {
        assert!(is_expected || !is_there);
        self.lost += u64::from(is_expected && !is_there);
    }

    fn put(&mut self, key: u8, length: u16, is_json: bool, seconds: Option<u16>) {
        self.tag += 1;
        let mut value =
            if is_json { json(self.tag).repeat(3) } else { noise(self.tag, length.into()) };
        value.truncate(length.into());
        let time = seconds.map(|seconds| Duration::from_secs(seconds.into()));
        match self.store().put(&[key], &value, time) {
            Ok(()) => {
                let expires = self.time() + nanos(time.unwrap_or(HOUR));
                self.model.insert(key, (value, expires));
            }
            Err(StoreError::TooLarge { .. }) => {
                assert!(value.len() > 4_000, "{}", value.len());
                self.model.remove(&key);
            }
            Err(error) => panic!("{error}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn what_is_lost_was_evicted(calls in calls(), capacity in 30_000u64..300_000) {
        let mut checked = Checked::new(capacity);
        for call in &calls {
            checked.run(call);
        }
    }

    #[test]
    fn nothing_is_lost_where_there_is_room(calls in calls()) {
        let mut checked = Checked::new(8 << 20);
        for call in calls.iter().filter(|call| !matches!(call, Call::Resize(_))) {
            checked.run(call);
            assert_eq!((checked.lost, checked.store().stats().evicted), (0, 0));
        }
    }
}
