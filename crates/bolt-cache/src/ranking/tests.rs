use super::*;
use bolt_base::Rng;

/// An interval of a class as it was seen, and how much it counts.
struct Interval {
    class: usize,
    bucket: usize,
    is_request: bool,
    weight: f64,
}

/// Returns the units for which a key was watched in a bucket.
fn units_in(interval: &Interval, bucket: usize) -> f64 {
    let width = f64::from(width(bucket));
    match bucket.cmp(&interval.bucket) {
        std::cmp::Ordering::Less => width,
        std::cmp::Ordering::Equal => width / 2.0,
        std::cmp::Ordering::Greater => 0.0,
    }
}

/// Returns the rate in each bucket from a list of intervals and rates to believe before.
fn rates_of(intervals: &[&Interval], prior: &[f64]) -> Vec<f64> {
    let rate = |bucket: usize| {
        let is_here = |i: &&&Interval| i.is_request && i.bucket == bucket;
        let requests: f64 = intervals.iter().filter(is_here).map(|i| i.weight).sum();
        let units: f64 = intervals.iter().map(|i| i.weight * units_in(i, bucket)).sum();
        let believed = 16.0 * f64::from(width(bucket));
        (requests + prior[bucket] * believed) / (units + believed)
    };
    (0..BUCKETS).map(rate).collect()
}

/// Returns the best ratio of hits to time over all buckets in which one could stop.
fn index_of(rates: &[f64], from: usize) -> f64 {
    let (mut hits, mut units, mut left, mut best) = (0.0, 0.0, 1.0, 0.0f64);
    for (bucket, rate) in rates.iter().enumerate().skip(from) {
        let comes = 1.0 - (-rate * f64::from(width(bucket))).exp();
        hits += left * comes;
        units += left * comes / rate;
        left *= 1.0 - comes;
        best = best.max(hits / units);
    }
    best
}

/// Returns the index of every class and bucket.
fn index_by_definition(intervals: &[Interval]) -> Vec<f64> {
    let mut prior: Vec<f64> = (0..BUCKETS).map(|b| 0.5 / f64::from(start(b + 1))).collect();
    let mut index = Vec::new();
    for count in 0..CLASSES / 6 {
        let same_count: Vec<&Interval> =
            intervals.iter().filter(|i| i.class / 6 == count).collect();
        prior = rates_of(&same_count, &prior);
        for class in 6 * count..6 * (count + 1) {
            let same: Vec<&Interval> =
                same_count.iter().copied().filter(|i| i.class == class).collect();
            let rates = rates_of(&same, &prior);
            index.extend((0..BUCKETS).map(|bucket| index_of(&rates, bucket)));
        }
    }
    index
}

#[test]
fn the_index_is_that_of_the_definition() {
    let mut rng = Rng::new(1);
    let entries = 100;
    let scale = Scale::new(entries);
    let mut ranking = Ranking::new();
    let (mut now, mut seen) = (0, Vec::new());
    for _ in 0..4 {
        let draw = |rng: &mut Rng, now| {
            let age = (rng.uniform() * 16.0).exp2() as u32;
            let class = rng.below(12) as u8 * rng.below(7) as u8;
            let past = Past { last: u32::wrapping_sub(now, age), count: 1, class };
            (past, scale.bucket(age))
        };
        let elapsed = 500 + rng.below(2_000) as u32;
        now += elapsed;
        let keep = (-f64::from(elapsed) / (16.0 * entries as f64)).exp2();
        seen.iter_mut().for_each(|interval: &mut Interval| interval.weight *= keep);
        for _ in 0..300 {
            let (past, bucket) = draw(&mut rng, now);
            let is_request = rng.below(3) > 0;
            if is_request {
                assert_eq!(ranking.request(past, now).count, 2);
            } else {
                ranking.lose(past, now);
            }
            seen.push(Interval { class: past.class.into(), bucket, is_request, weight: 1.0 });
        }
        let closed = seen.len();
        let open: Vec<_> =
            (0..100).map(|_| (draw(&mut rng, now), 1 + rng.below(3) as u32)).collect();
        seen.extend(open.iter().map(|&((past, bucket), count)| {
            let class = past.class.into();
            Interval { class, bucket, is_request: false, weight: count.into() }
        }));
        ranking.learn(now, entries, open.iter().map(|&((past, _), count)| (past, count)));
        for (cell, expected) in index_by_definition(&seen).into_iter().enumerate() {
            let found = f64::from(ranking.index[cell]);
            assert!((found / expected - 1.0).abs() < 1e-3, "{cell}: {found} {expected}");
        }
        seen.truncate(closed);
    }
}

/// Returns a ranking that has watched keys of a trace, all of them and for ever.
fn watch(trace: impl Iterator<Item = usize>, entries: usize) -> (Ranking, Vec<Option<Past>>, u32) {
    let mut ranking = Ranking::new();
    let mut pasts: Vec<Option<Past>> = Vec::new();
    let mut now = 0;
    for key in trace {
        now += 1;
        pasts.resize(pasts.len().max(key + 1), None);
        pasts[key] = Some(match pasts[key] {
            Some(past) => ranking.request(past, now),
            None => Past::first(now),
        });
        if now % 500 == 0 {
            ranking.learn(now, entries, pasts.iter().flatten().map(|&past| (past, 1)));
        }
    }
    (ranking, pasts, now)
}

#[test]
fn in_a_loop_the_key_that_waits_longest_is_worth_most() {
    let (ranking, pasts, now) = watch((0..3_000).cycle().take(20_000), 100);
    let at = |age| ranking.index(Past { last: now - age, ..pasts[0].unwrap() }, now);
    assert!(
        at(10) < at(500) && at(500) < at(1_000) && at(1_000) < at(2_000) && at(2_000) < at(2_900)
    );
}

#[test]
fn where_keys_are_soon_forgotten_the_recent_are_worth_most() {
    let mut rng = Rng::new(2);
    let key = |now: usize| now / 10 + 30 - (rng.uniform() * 30.0) as usize;
    let (ranking, pasts, now) = watch((0..20_000).map(key), 100);
    let at = |age| {
        let past = Past { last: now - age, ..pasts[1_900].unwrap() };
        ranking.index(past, now)
    };
    assert!(at(1) > 2.0 * at(10) && at(10) > 2.0 * at(50) && at(50) > 10.0 * at(200));
}

#[test]
fn where_popularity_is_stable_counts_decide() {
    let mut rng = Rng::new(3);
    let key = |_| (rng.uniform() * 1e4f64.ln()).exp() as usize;
    let (ranking, pasts, now) = watch((0..100_000).map(key), 100);
    let mean = |keys: std::ops::Range<usize>| {
        let count = keys.len() as f32;
        pasts[keys].iter().flatten().map(|&past| ranking.index(past, now)).sum::<f32>() / count
    };
    assert!(mean(10..20) > 2.0 * mean(40..80));
    assert!(mean(40..80) > 2.0 * mean(300..600));
    assert!(mean(300..600) > 2.0 * mean(3_000..6_000));
}
