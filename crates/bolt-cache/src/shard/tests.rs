use super::*;
use bolt_base::Rng;

/// The same policy over plain lists: every look-up reads all entries, every set of ghosts is a list
/// of eight. It shares the ranking, which has a test of its own.
struct Model {
    entries: Vec<Kept>,
    ghosts: Vec<[Option<(u16, Past)>; 8]>,
    ranking: Ranking,
    capacity: u64,
    requests: u32,
    new_keys: usize,
    learn_at: usize,
    repeat: u32,
    rng: Rng,
    candidates: Vec<usize>,
}

#[derive(Debug, Clone, Copy)]
struct Kept {
    key: u32,
    value: u32,
    weight: u64,
    expires: u64,
    past: Past,
}

fn hash(key: u32) -> u32 {
    key.wrapping_mul(0x9E37_79B1)
}

impl Model {
    fn new(capacity: u64, seed: u64) -> Self {
        Self {
            entries: Vec::new(),
            ghosts: Vec::new(),
            ranking: Ranking::new(),
            capacity,
            requests: 0,
            new_keys: 0,
            learn_at: 64,
            repeat: 0,
            rng: Rng::new(seed),
            candidates: Vec::new(),
        }
    }

    fn place(&self, key: u32) -> Option<usize> {
        self.entries.iter().position(|entry| entry.key == key)
    }

    fn weight(&self) -> u64 {
        self.entries.iter().map(|entry| entry.weight).sum()
    }

    fn get(&mut self, key: u32, now: u64) -> Option<u32> {
        let place = self.place(key).filter(|&place| self.entries[place].expires > now)?;
        self.requests += 1;
        let past = self.entries[place].past;
        if self.requests - past.last > self.repeat {
            self.entries[place].past = self.ranking.request(past, self.requests);
        }
        Some(self.entries[place].value)
    }

    fn insert(&mut self, kept: Kept, now: u64) {
        self.requests += 1;
        if let Some(place) = self.place(kept.key) {
            if self.entries[place].expires > now {
                let past = self.ranking.request(self.entries[place].past, self.requests);
                let fits =
                    self.weight() - self.entries[place].weight + kept.weight <= self.capacity;
                if fits {
                    self.entries[place] = Kept { past, ..kept };
                } else {
                    self.entries.swap_remove(place);
                    self.admit(Kept { past, ..kept }, now);
                }
                return;
            }
            self.let_go(place);
        }
        let past = match self.take_ghost(kept.key) {
            Some(past) => self.ranking.request(past, self.requests),
            None => Past::first(self.requests),
        };
        self.new_keys += 1;
        if self.new_keys == self.learn_at {
            self.learn();
        }
        self.admit(Kept { past, ..kept }, now);
    }

    fn learn(&mut self) {
        let count = self.entries.len();
        self.learn_at += 64.max((count / 2).min(self.new_keys));
        let kept = self.entries.iter().map(|entry| (entry.past, 1));
        let ghosts = self.ghosts.iter().flatten().flatten().map(|&(_, past)| (past, 1));
        self.ranking.learn(self.requests, count, kept.chain(ghosts));
        self.repeat = count as u32 / 16;
        self.fit_ghosts(count + 1, !self.ghosts.is_empty());
    }

    fn fit_ghosts(&mut self, entries: usize, there_are_some: bool) {
        let sets = self.ghosts.len();
        let fits = entries <= sets + sets / 2 && entries >= sets / 4;
        if there_are_some && !fits {
            self.ghosts = vec![[None; 8]; entries];
        }
    }

    fn set(&mut self, key: u32) -> Option<&mut [Option<(u16, Past)>; 8]> {
        let share = f64::from(hash(key)) / f64::from(u32::MAX).next_up();
        let place = (share * self.ghosts.len() as f64) as usize;
        self.ghosts.get_mut(place)
    }

    fn take_ghost(&mut self, key: u32) -> Option<Past> {
        let ghosts = self.set(key)?;
        let is_it =
            |ghost: &Option<(u16, Past)>| ghost.is_some_and(|(tag, _)| tag == hash(key) as u16);
        let place = ghosts.iter().position(is_it)?;
        ghosts[place].take().map(|(_, past)| past)
    }

    fn remember(&mut self, key: u32, past: Past) {
        self.fit_ghosts(self.entries.len() + 1, self.ghosts.is_empty());
        let now = self.requests;
        let staleness = |ghost: &Option<(u16, Past)>| match ghost {
            None => f32::INFINITY,
            Some((_, past)) => (now - past.last) as f32 / (1 + past.class / 6) as f32,
        };
        let ghosts = self.set(key).unwrap();
        let most = ghosts.iter().map(staleness).fold(0.0, f32::max);
        let place = ghosts.iter().rposition(|ghost| staleness(ghost) == most).unwrap();
        if let Some((_, lost)) = ghosts[place].replace((hash(key) as u16, past)) {
            self.ranking.lose(lost, now);
        }
    }

    fn worth(&self, entry: &Kept, now: u64) -> f32 {
        match entry.expires <= now {
            true => f32::NEG_INFINITY,
            false => self.ranking.index(entry.past, self.requests) / entry.weight as f32,
        }
    }

    fn admit(&mut self, kept: Kept, now: u64) {
        let room = self.capacity - self.weight();
        let needed = kept.weight.saturating_sub(room);
        let too_large = kept.weight > self.capacity;
        match self.choose(needed, self.worth(&kept, now), now).filter(|_| !too_large) {
            None => self.remember(kept.key, kept.past),
            Some(victims) => {
                self.evict(victims);
                self.entries.push(kept);
            }
        }
    }

    /// Returns what has to go, if something has to and may.
    fn choose(&mut self, needed: u64, worth: f32, now: u64) -> Option<Vec<usize>> {
        if needed > self.weight() {
            return None;
        }
        let mut victims: Vec<usize> = Vec::new();
        let freed = |victims: &[usize], entries: &[Kept]| -> u64 {
            victims.iter().map(|&place| entries[place].weight).sum()
        };
        while freed(&victims, &self.entries) < needed {
            if victims.len() == 32 {
                return self.choose_of_all(needed, worth, now);
            }
            self.candidates.retain(|&place| place < self.entries.len());
            for _ in 0..8 {
                let place = self.rng.below(self.entries.len() as u64) as usize;
                if !self.candidates.contains(&place) && !victims.contains(&place) {
                    self.candidates.push(place);
                }
            }
            let mut candidates = std::mem::take(&mut self.candidates);
            candidates.sort_by(|&a, &b| {
                let worth = |place: usize| self.worth(&self.entries[place], now);
                worth(a).total_cmp(&worth(b)).then(a.cmp(&b))
            });
            candidates.truncate(8);
            self.candidates = candidates;
            let Some(&least) = self.candidates.first() else { continue };
            if self.worth(&self.entries[least], now) > worth {
                return None;
            }
            victims.push(self.candidates.remove(0));
        }
        Some(victims)
    }

    fn choose_of_all(&self, needed: u64, worth: f32, now: u64) -> Option<Vec<usize>> {
        let mut all: Vec<(f32, usize)> =
            self.entries.iter().map(|entry| self.worth(entry, now)).zip(0..).collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let (mut victims, mut freed) = (Vec::new(), 0);
        for (least, place) in all {
            if freed < needed {
                if least > worth {
                    return None;
                }
                freed += self.entries[place].weight;
                victims.push(place);
            }
        }
        Some(victims)
    }

    fn evict(&mut self, mut victims: Vec<usize>) {
        victims.sort_unstable();
        while let Some(place) = victims.pop() {
            self.let_go(place);
        }
    }

    fn let_go(&mut self, place: usize) {
        let gone = self.entries.swap_remove(place);
        self.remember(gone.key, gone.past);
    }

    fn resize(&mut self, capacity: u64, now: u64) {
        self.capacity = capacity;
        let needed = self.weight().saturating_sub(capacity);
        if let Some(victims) = self.choose_of_all(needed, f32::INFINITY, now) {
            self.evict(victims);
        }
    }
}

/// Keys as programs ask for them: popular ones, a loop, and some once.
fn draw_key(rng: &mut Rng, step: u32) -> u32 {
    match rng.below(4) {
        0 => 1_000 + step % 150,
        1 => 10_000 + step,
        _ => (rng.uniform() * 400f64.ln()).exp() as u32,
    }
}

/// Compares a shard with the model, entry by entry and in order, after each of many requests.
fn compare(seed: u64, capacity: u64, weights: u64, lifetime: u64) {
    let mut rng = Rng::new(seed);
    let mut shard: Shard<u32, u32> = Shard::new(capacity, seed);
    let mut model = Model::new(capacity, seed);
    let mut removed = Removed::new();
    for step in 0..6_000 {
        let now = u64::from(step);
        let key = draw_key(&mut rng, step);
        match rng.below(400) {
            0 => {
                let capacity = capacity / 2 + rng.below(capacity);
                shard.resize(capacity, now, &mut removed);
                model.resize(capacity, now);
            }
            1 => {
                shard.remove_expired(now, &mut removed);
                let expired = |place: &usize| model.entries[*place].expires <= now;
                let places: Vec<usize> = (0..model.entries.len()).filter(expired).collect();
                model.evict(places);
            }
            2..8 => {
                shard.remove(hash(key), &key, now, &mut removed);
                model.place(key).into_iter().for_each(|place| model.let_go(place));
            }
            choice => {
                let found = shard.get(hash(key), &key, now).copied();
                assert_eq!(found, model.get(key, now), "{step}");
                if found.is_none() || choice < 20 {
                    let weight = 1 + rng.below(weights) * rng.below(weights) / weights.div_ceil(2);
                    let expires = now + 1 + rng.below(lifetime);
                    let past = Past::first(0);
                    model.insert(Kept { key, value: step, weight, expires, past }, now);
                    let item = Item { hash: hash(key), key, value: step, weight, expires };
                    let is_kept = shard.insert(item, now, &mut removed);
                    assert_eq!(is_kept, model.place(key).is_some(), "{step}");
                }
            }
        }
        let of_entry = |entry: &Entry<u32, u32>| (entry.key, entry.value, entry.past);
        let entries = shard.entries.iter().map(of_entry);
        assert!(entries.eq(model.entries.iter().map(|e| (e.key, e.value, e.past))), "{step}");
        assert_eq!(shard.weight, model.weight());
        assert!(shard.weight <= shard.capacity);
    }
    assert!(shard.stats.evicted.for_room > 100 && shard.stats.rejected > 100);
}

#[test]
fn equal_weights_go_as_in_the_model() {
    for seed in 0..4 {
        compare(seed, 100, 1, 1 << 40);
    }
}

#[test]
fn unequal_weights_go_as_in_the_model() {
    for seed in 0..4 {
        compare(seed, 300, 12, 1 << 40);
        compare(seed, 80, 100, 1 << 40);
    }
}

#[test]
fn what_is_no_longer_valid_goes_as_in_the_model() {
    for seed in 0..4 {
        compare(seed, 200, 4, 2_000);
    }
}

#[test]
fn a_value_that_needs_much_room_pushes_out_more_than_is_drawn() {
    let mut shard: Shard<u32, u32> = Shard::new(100, 1);
    let mut removed = Removed::new();
    let mut insert = |shard: &mut Shard<u32, u32>, key, weight| {
        let item = Item { hash: hash(key), key, value: 0, weight, expires: u64::MAX };
        shard.insert(item, 0, &mut removed)
    };
    for key in 0..100 {
        assert!(insert(&mut shard, key, 1));
    }
    // Nobody asks for the others again; what is asked for each time in the end is worth it.
    let is_kept = (0..100_000).any(|_| insert(&mut shard, 1_000, 90));
    assert!(is_kept);
    assert_eq!((shard.entries.len(), shard.weight, shard.stats.evicted.for_room), (11, 100, 90));
}
