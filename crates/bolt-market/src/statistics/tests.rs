//! Statistics against the peers' own figures, slow oracles and known distributions.

mod peers;
mod periods;
mod returns;
mod selection;
mod series;
mod trades;

use bolt_base::{Rng, UnixNanos};

const SECOND: i64 = 1_000_000_000;

/// Reads `2004-08-19 00:00:00`.
fn time(text: &str) -> UnixNanos {
    let (date, clock) = text.split_once(' ').unwrap();
    let mut parts = date.split('-').map(|part| part.parse::<i32>().unwrap());
    let mut next = || parts.next().unwrap();
    let midnight = UnixNanos::from_date(next(), next() as u8, next() as u8).unwrap();
    let seconds = clock.split(':').fold(0, |sum, part| sum * 60 + part.parse::<i64>().unwrap());
    UnixNanos(midnight.0 + seconds * SECOND)
}

/// Times and closes of a shared file.
fn closes(file: &str) -> Option<(Vec<UnixNanos>, Vec<f64>)> {
    let text = bolt_testkit::text(&format!("data/{file}"))?;
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let column = header.iter().position(|name| *name == "close").unwrap();
    let row = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        (time(fields[0]), fields[column].parse::<f64>().unwrap())
    };
    Some(lines.map(row).unzip())
}

/// Normal returns.
fn noise(rng: &mut Rng, count: usize, mean: f64, deviation: f64) -> Vec<f64> {
    (0..count).map(|_| mean + deviation * rng.normal()).collect()
}

/// Times a fixed distance apart, beginning on a date.
fn every(nanos: i64, (year, month, day): (i32, u8, u8), count: usize) -> Vec<UnixNanos> {
    let start = UnixNanos::from_date(year, month, day).unwrap();
    (0..count as i64).map(|i| UnixNanos(start.0 + i * nanos)).collect()
}
