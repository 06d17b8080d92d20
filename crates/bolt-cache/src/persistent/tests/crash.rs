//! A process that ends in the middle of what it does.

use super::*;
use std::io::{BufRead, BufReader, Write};

const KEYS: u64 = 64;

fn value(number: u64) -> Vec<u8> {
    let mut value = noise(number, (number * 37 % 1_500) as usize);
    value.extend(number.to_le_bytes());
    value
}

/// Puts values with rising numbers and says so after each, until it is killed.
pub(super) fn put_for_ever(folder: &Path, arguments: &str) {
    let (capacity, first) = arguments.split_once(' ').unwrap();
    let store = open(folder, capacity.parse().unwrap(), &Now::new());
    let mut output = std::io::stdout().lock();
    for number in first.parse::<u64>().unwrap().. {
        store.put(&[(number % KEYS) as u8], &value(number), None).unwrap();
        if number % 5 == 0 {
            // What nobody asks for goes first: some is asked for.
            store.get(&[(number % 20) as u8]).unwrap();
        }
        if number % 200 == 0 {
            store.sync().unwrap();
        }
        writeln!(output, "put {number}").unwrap();
    }
}

/// Kills a process a few times, and checks each time that what it said it had kept is there.
fn kill(capacity: u64, seed: u64, is_all_there: bool) {
    let (folder, mut rng) = (temporary(), Rng::new(seed));
    let (mut next, mut found) = (KEYS, 0);
    for round in 0..25 {
        let role = format!("crash {capacity} {next}");
        let program = std::env::current_exe().unwrap();
        let mut child = processes::command(&program, &role, folder.path()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut numbers =
            lines.filter_map(|line| line.strip_prefix("put ").map(|n| n.parse::<u64>().unwrap()));
        let last = numbers.nth(rng.below(700) as usize).unwrap();
        child.kill().unwrap();
        let last = numbers.last().unwrap_or(last);
        child.wait().unwrap();
        assert!(on_disk(folder.path()) <= capacity);
        let store = open(folder.path(), capacity, &Now::new());
        for key in 0..KEYS {
            // The last that is known of; one more can have been under way.
            let known = last - (last + KEYS - key) % KEYS;
            let Some(got) = store.get(&[key as u8]).unwrap() else {
                assert!(!is_all_there || known < KEYS, "seed {seed} round {round} key {key}");
                continue;
            };
            let number = u64::from_le_bytes(*got.last_chunk().unwrap());
            assert_eq!(got, value(number));
            assert!(number == known || number == last + 1, "{number} for {known}");
            found += 1;
        }
        next = last + 1;
    }
    assert!(found > 100, "{found}");
}

#[test]
fn whatever_was_kept_before_a_kill_is_there_after_it() {
    kill(16 << 20, 1, true);
}

#[test]
fn a_kill_while_room_is_made_brings_nothing_back() {
    kill(60_000, 2, false);
}
