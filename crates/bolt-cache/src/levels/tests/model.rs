//! Levels against a map.

use super::*;
use proptest::prelude::*;

#[derive(Debug, Clone, Copy)]
enum Act {
    Get(u32),
    Ask(u32),
    Insert(u32),
    Remove(u32),
    Clear,
    Resize(usize, u64),
    Wait(u64),
}

fn act() -> impl Strategy<Value = Act> {
    let key = 0..12u32;
    prop_oneof![
        4 => key.clone().prop_map(Act::Get),
        6 => key.clone().prop_map(Act::Ask),
        2 => key.clone().prop_map(Act::Insert),
        1 => key.prop_map(Act::Remove),
        1 => Just(Act::Clear),
        1 => (0..2usize, 0..2_000u64).prop_map(|(level, bytes)| Act::Resize(level, bytes)),
        2 => (1..400u64).prop_map(Act::Wait),
    ]
}

proptest! {
    /// Whatever levels let go of, what is found is what was written last; and since the store on
    /// disk lets go of nothing, it is found.
    #[test]
    fn levels_together_are_a_map(acts in prop::collection::vec(act(), 0..200)) {
        let world = world();
        let mut last: HashMap<u32, String> = HashMap::new();
        for (version, act) in acts.into_iter().enumerate() {
            let new = || version.to_string();
            match act {
                Act::Get(key) => {
                    let found = world.cache.get(&key).map(|answer| answer.value.to_string());
                    prop_assert_eq!(found.as_ref(), last.get(&key));
                }
                Act::Ask(key) => {
                    let answer = world.cache.get_or_compute(&key, || Ok::<_, Infallible>(new()));
                    let answer = answer.unwrap();
                    let is_computed = answer.origin == Origin::Computed;
                    prop_assert_eq!(is_computed, !last.contains_key(&key));
                    prop_assert_eq!(&*answer.value, last.entry(key).or_insert_with(new));
                }
                Act::Insert(key) => {
                    world.cache.insert(&key, new()).unwrap();
                    last.insert(key, new());
                }
                Act::Remove(key) => {
                    prop_assert_eq!(world.cache.remove(&key).unwrap(), last.remove(&key).is_some());
                }
                Act::Clear => {
                    world.cache.clear().unwrap();
                    last.clear();
                }
                Act::Resize(level, bytes) => {
                    world.cache.resize(NAMES[level], Bytes(bytes)).unwrap();
                }
                Act::Wait(seconds) => world.clock.advance(SECOND * seconds as u32),
            }
            for level in &world.cache.stats().levels[..2] {
                prop_assert!(level.bytes <= level.capacity);
            }
        }
    }
}
