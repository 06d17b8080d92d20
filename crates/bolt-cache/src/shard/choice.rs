//! Which entries go for another: the least worth of some that are drawn by chance, together with
//! the least worth of those that were drawn before.

use super::{Entry, Shard};

/// Entries drawn for each one that goes.
const DRAWS: usize = 8;
/// Of what was drawn, as many are looked at again the next time.
const CANDIDATES: usize = 8;
/// As many are drawn for one new entry before all that are left are ranked.
const VICTIMS_DRAWN: usize = 32;

impl<K: Eq, V> Shard<K, V> {
    /// Returns what keeping an entry promises: hits per time and weight.
    pub(super) fn worth(&self, entry: &Entry<K, V>, now: u64) -> f32 {
        if entry.expires <= now {
            return f32::NEG_INFINITY;
        }
        self.ranking.index(entry.past, self.time()) / entry.weight as f32
    }

    /// Chooses victims that together weigh as much as is needed; returns whether none of them is
    /// worth more than what is to come.
    pub(super) fn choose(&mut self, needed: u64, worth: f32, now: u64) -> bool {
        self.victims.clear();
        let mut freed = 0;
        while freed < needed {
            if self.victims.len() == VICTIMS_DRAWN {
                return self.choose_of_all(needed, worth, now);
            }
            let Some((least, place)) = self.least_drawn(now) else { continue };
            if least > worth {
                return false;
            }
            freed += self.entries[place as usize].weight;
            self.victims.push(place);
            self.candidates.retain(|&other| other != place);
        }
        true
    }

    /// As `choose`, among all entries.
    pub(super) fn choose_of_all(&mut self, needed: u64, worth: f32, now: u64) -> bool {
        self.victims.clear();
        let worths = self.entries.iter().map(|entry| self.worth(entry, now));
        let mut ranked: Vec<(f32, u32)> = worths.zip(0..).collect();
        ranked.sort_unstable_by(by_worth);
        let mut freed = 0;
        for (least, place) in ranked {
            if freed >= needed {
                break;
            }
            if least > worth {
                return false;
            }
            freed += self.entries[place as usize].weight;
            self.victims.push(place);
        }
        true
    }

    /// Draws entries, and returns the one of the least worth, if any was found that is no victim
    /// yet. It and the next few become the candidates.
    fn least_drawn(&mut self, now: u64) -> Option<(f32, u32)> {
        let entries = self.entries.len() as u64;
        self.candidates.retain(|&place| u64::from(place) < entries);
        for _ in 0..DRAWS {
            let place = self.rng.below(entries) as u32;
            if !self.candidates.contains(&place) && !self.victims.contains(&place) {
                self.candidates.push(place);
            }
        }
        let mut ranked = [(0.0, 0); DRAWS + CANDIDATES];
        let ranked = &mut ranked[..self.candidates.len()];
        for (ranked, &place) in ranked.iter_mut().zip(&self.candidates) {
            *ranked = (self.worth(&self.entries[place as usize], now), place);
        }
        ranked.sort_unstable_by(by_worth);
        self.candidates.clear();
        self.candidates.extend(ranked.iter().take(CANDIDATES).map(|&(_, place)| place));
        ranked.first().copied()
    }
}

/// The least worth first; of equals, the first place.
fn by_worth(a: &(f32, u32), b: &(f32, u32)) -> std::cmp::Ordering {
    a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))
}
