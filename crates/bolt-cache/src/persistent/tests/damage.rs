//! Files that are not as they were written.

use super::*;
use std::os::unix::fs::FileExt;

const CAPACITY: u64 = 1 << 20;

/// Keeps values in several segments, some of which replace others; returns what there is.
fn fill(store: &Persistent) -> Vec<(u8, Option<Vec<u8>>)> {
    for round in 0..2u64 {
        for key in 0..100u64 {
            let value =
                if key % 2 == 0 { noise(key + round * 100, 400) } else { json(key + round) };
            store.put(&[key as u8], &value, None).unwrap();
        }
        for key in (0..100u8).step_by(5) {
            store.remove(&[key]).unwrap();
        }
    }
    (0..100).map(|key| (key, store.get(&[key]).unwrap())).collect()
}

/// Returns how many values are not there; all others are right.
#[track_caller]
fn missing(store: &Persistent, values: &[(u8, Option<Vec<u8>>)]) -> usize {
    let is_missing = |(key, expected): &&(u8, Option<Vec<u8>>)| {
        let found = store.get(&[*key]).unwrap();
        assert!(found.is_none() || found == *expected, "key {key}");
        found != *expected
    };
    values.iter().filter(is_missing).count()
}

#[test]
fn wherever_a_bit_is_wrong_values_are_right_or_missing() {
    let (folder, now) = (temporary(), Now::new());
    let store = open(folder.path(), CAPACITY, &now);
    let values = fill(&store);
    drop(store);
    let paths = segments(folder.path());
    assert!(paths.len() > 3, "{}", paths.len());
    let (mut rng, mut damaged) = (Rng::new(1), 0);
    for path in &paths {
        let file = fs::File::options().write(true).open(path).unwrap();
        let sound = fs::read(path).unwrap();
        let mut at = rng.below(40) as usize;
        while at < sound.len() {
            let wrong = sound[at] ^ 1 << rng.below(8);
            file.write_all_at(&[wrong], at as u64).unwrap();
            let view = Persistent::open_read_only(folder.path(), now.clock()).unwrap();
            let missing = missing(&view, &values);
            assert!(missing == 0 || view.stats().corrupt > 0, "{} {at}", path.display());
            assert!(missing <= 1, "one record is damaged: {missing}");
            damaged += missing;
            file.write_all_at(&sound[at..=at], at as u64).unwrap();
            at += 1 + rng.below(40) as usize;
        }
    }
    assert!(damaged > 300, "{damaged}");
}

#[test]
fn a_damaged_value_is_a_miss_that_is_counted_and_can_be_kept_again() {
    let (folder, now) = (temporary(), Now::new());
    let store = open(folder.path(), CAPACITY, &now);
    store.put(b"key", &noise(1, 500), None).unwrap();
    store.put(b"other", b"value", None).unwrap();
    let file = fs::File::options().write(true).open(&segments(folder.path())[0]).unwrap();
    file.write_all_at(b"damaged", 300).unwrap();
    for _ in 0..2 {
        assert_eq!(store.get(b"key").unwrap(), None);
    }
    let StoreStats { misses, corrupt, errors, entries, .. } = store.stats();
    assert_eq!((misses, corrupt, errors, entries), (2, 1, 0, 1));
    assert_eq!(store.get(b"other").unwrap().unwrap(), b"value");
    store.put(b"key", b"again", None).unwrap();
    assert_eq!(store.get(b"key").unwrap().unwrap(), b"again");
    file.set_len(0).unwrap();
    assert_eq!(store.get(b"other").unwrap(), None, "a file that was cut off");
}

#[test]
fn of_a_tail_that_is_cut_off_all_is_there_that_is_whole() {
    let (folder, now) = (temporary(), Now::new());
    let store = open(folder.path(), 16 << 20, &now);
    // What is there after each record, and where that ends.
    let mut states = vec![(0, Vec::new())];
    for number in 0..30u64 {
        let key = (number % 7) as u8;
        if number % 5 == 4 {
            store.remove(&[key]).unwrap();
        } else {
            store.put(&[key], &noise(number, number as usize * 3), None).unwrap();
        }
        let end = fs::metadata(&segments(folder.path())[0]).unwrap().len();
        let values: Vec<_> = (0..7u8).map(|key| store.get(&[key]).unwrap()).collect();
        states.push((end, values));
    }
    let whole = fs::read(&segments(folder.path())[0]).unwrap();
    for length in 0..=whole.len() {
        let cut = temporary();
        let path = cut.path().join(segments(folder.path())[0].file_name().unwrap());
        fs::write(path, &whole[..length]).unwrap();
        let (end, values) = states.iter().rfind(|(end, _)| *end <= length as u64).unwrap();
        let found = open(cut.path(), 16 << 20, &now);
        for (key, value) in values.iter().enumerate() {
            assert_eq!(found.get(&[key as u8]).unwrap(), *value, "{length}");
        }
        assert_eq!(found.stats().corrupt, u64::from(*end < length as u64));
        found.put(b"new", b"value", None).unwrap();
        drop(found);
        assert_eq!(open(cut.path(), 16 << 20, &now).get(b"new").unwrap().unwrap(), b"value");
    }
}

/// A record of the same length takes the place of one that is not whole; what is behind it is from
/// before, and must not come back.
#[test]
fn what_is_behind_damage_at_the_end_is_not_met_again() {
    let (folder, now) = (temporary(), Now::new());
    let store = open(folder.path(), CAPACITY, &now);
    let starts = [1, 2, 3].map(|number| {
        store.put(b"key", &noise(number, 100), None).unwrap();
        fs::metadata(&segments(folder.path())[0]).unwrap().len() / number * (number - 1)
    });
    let copy = image(folder.path());
    let file = fs::File::options().write(true).open(&segments(copy.path())[0]).unwrap();
    file.write_all_at(b"damaged", starts[1]).unwrap();
    let store = open(copy.path(), CAPACITY, &now);
    assert_eq!(store.get(b"key").unwrap(), Some(noise(1, 100)));
    store.put(b"key", &noise(4, 100), None).unwrap();
    let again = image(copy.path());
    assert_eq!(open(again.path(), CAPACITY, &now).get(b"key").unwrap(), Some(noise(4, 100)));
}

/// What a lost segment held may have replaced or removed what is in those before it.
#[test]
fn without_one_segment_those_before_it_are_of_no_use() {
    let (folder, now) = (temporary(), Now::new());
    let store = open(folder.path(), CAPACITY, &now);
    let values = fill(&store);
    drop(store);
    let count = segments(folder.path()).len();
    for lost in 0..count {
        for is_damaged in [false, true] {
            let copy = image(folder.path());
            let path = &segments(copy.path())[lost];
            if is_damaged {
                let length = fs::metadata(path).unwrap().len();
                fs::File::options().write(true).open(path).unwrap().set_len(length / 2).unwrap();
            } else {
                fs::remove_file(path).unwrap();
            }
            let view = Persistent::open_read_only(copy.path(), now.clock()).unwrap();
            let store = open(copy.path(), CAPACITY, &now);
            if lost + 1 < count {
                missing(&view, &values);
                missing(&store, &values);
                assert_eq!(store.stats().corrupt, u64::from(is_damaged));
                assert_eq!(segments(copy.path()).len(), count - lost - 1, "the others went");
            }
        }
    }
}

#[test]
fn segments_under_each_other_s_names_hold_nothing() {
    let (folder, now) = (temporary(), Now::new());
    let store = open(folder.path(), CAPACITY, &now);
    fill(&store);
    drop(store);
    let paths = segments(folder.path());
    let contents: Vec<_> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
    for (path, content) in paths.iter().zip(contents.iter().cycle().skip(1)) {
        fs::write(path, content).unwrap();
    }
    let store = open(folder.path(), CAPACITY, &now);
    assert_eq!(store.stats().entries, 0);
    assert_eq!(store.stats().corrupt, paths.len() as u64);
}

#[test]
fn files_of_others_stay() {
    let (folder, now) = (temporary(), Now::new());
    for name in ["notes.txt", "1.segment", "+0000001.segment", "0000000g.segment"] {
        fs::write(folder.path().join(name), "mine").unwrap();
    }
    let store = open(folder.path(), CAPACITY, &now);
    store.put(b"key", b"value", None).unwrap();
    store.clear().unwrap();
    drop(store);
    assert_eq!(files(folder.path()).len(), 5, "these and the lock");
}

/// A folder of somebody else's, in which a file happens to be called as a segment is.
#[test]
fn a_file_that_is_no_segment_is_neither_read_nor_written_nor_removed() {
    let (folder, now) = (temporary(), Now::new());
    let foreign = ["00000002.segment", "000000f0.segment"].map(|name| folder.path().join(name));
    foreign.iter().for_each(|path| fs::write(path, b"a part of a film").unwrap());
    // Nothing was written to these yet, or it was lost with the power.
    fs::write(folder.path().join("00000003.segment"), b"").unwrap();
    fs::write(folder.path().join("00000004.segment"), [0; 500]).unwrap();
    let store = open(folder.path(), CAPACITY, &now);
    assert_eq!(store.stats().corrupt, 3, "the two, and the zeros");
    let values = fill(&store);
    assert_eq!(missing(&store, &values), 0);
    drop(store);
    let store = open(folder.path(), CAPACITY, &now);
    assert_eq!(missing(&store, &values), 0);
    let error = store.clear().unwrap_err();
    let shown =
        format!("`{}` is not a file of the cache; it was left as it is", foreign[0].display());
    assert_eq!((error.to_string(), store.stats().entries), (shown, 0));
    assert_eq!(segments(folder.path()), foreign);
    for path in &foreign {
        assert_eq!(fs::read(path).unwrap(), b"a part of a film");
        fs::remove_file(path).unwrap();
    }
    store.clear().unwrap();
    drop(store);
    // It stands where the first segment would.
    let first = folder.path().join("00000001.segment");
    fs::write(&first, b"a part of a film").unwrap();
    let store = open(folder.path(), CAPACITY, &now);
    let error = store.put(b"key", b"value", None).unwrap_err();
    assert!(matches!(error, StoreError::Foreign { path } if path == first));
    fs::remove_file(&first).unwrap();
    store.put(b"key", b"value", None).unwrap();
}
