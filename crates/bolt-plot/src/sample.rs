//! Adaptive sampling of functions.
//!
//! Points are added where the polyline through those that are known bends, as it would look in a
//! drawing; then steps that stay however close the points are become breaks.

/// How a function is sampled.
#[derive(Debug, Clone, Copy)]
pub struct Sampling {
    /// How many points there are at first, at least 2.
    pub points: usize,
    /// How often the distance between neighbours may be halved.
    pub depth: usize,
    /// How many points there may be.
    pub most: usize,
    /// How high a drawing is whose width is 1.
    pub aspect: f64,
    /// Whether jumps and poles are looked for.
    pub finds_breaks: bool,
}

/// A value of a function: across and up; `None` where it has no real value.
pub type Sample = (f64, Option<f64>);

/// A place of a curve: its parameter, and where it is there.
pub type CurveSample = (f64, Option<[f64; 2]>);

/// Sharper bends than this are divided: the sine of 2.5 degrees.
const BEND: f64 = 0.0436;
/// Distances up to this share of the width cannot be seen.
const NEAR: f64 = 1e-4;
/// How often an interval is halved to tell a jump from a slope.
const HALVINGS: usize = 40;
/// Steps up to this share of the height are not looked at.
const STEP: f64 = 0.02;

/// Returns samples of a function from one end to the other, ascending. A break between two samples
/// is a sample without a value.
///
/// # Errors
/// What the function returns.
pub fn function<E>(
    ends: [f64; 2],
    how: Sampling,
    mut of: impl FnMut(f64) -> Result<Option<f64>, E>,
) -> Result<Vec<Sample>, E> {
    let mut samples = Vec::new();
    for x in first_places(ends, how.points.max(2)) {
        samples.push((x, of(x)?));
    }
    for round in 0..how.depth {
        let mut marked = marked(&samples, how);
        if round == 0 {
            // The intervals at the ends have one neighbour only, beside which they may look straight.
            let last = marked.len() - 1;
            (marked[0], marked[last]) = (true, true);
        }
        if !marked.contains(&true) || samples.len() >= how.most {
            break;
        }
        samples = divided(&samples, &marked, &mut of)?;
    }
    match how.finds_breaks {
        true => broken(&samples, &mut of),
        false => Ok(samples),
    }
}

/// Evenly spaced places, a little off inside so that they do not fall in with a period, and a
/// little inside at the ends, where functions often have no value.
fn first_places([low, high]: [f64; 2], count: usize) -> Vec<f64> {
    let step = (high - low) / (count - 1) as f64;
    let place = |i: usize| match i {
        0 => low + step * 1e-6,
        _ if i == count - 1 => high - step * 1e-6,
        _ => {
            let off = ((i * 7919) % 97) as f64 / 97.0 - 0.5;
            low + step * (i as f64 + 0.04 * off)
        }
    };
    (0..count).map(place).collect()
}

/// Returns the lowest and the highest value that most samples have.
pub fn usual_range(samples: &[Sample]) -> Option<[f64; 2]> {
    let weight = |i: usize| {
        let left = samples[i.saturating_sub(1)].0;
        let right = samples[(i + 1).min(samples.len() - 1)].0;
        (right - left).abs()
    };
    let mut values: Vec<(f64, f64)> = (0..samples.len())
        .filter_map(|i| samples[i].1.filter(|y| y.is_finite()).map(|y| (y, weight(i))))
        .collect();
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    let total: f64 = values.iter().map(|(_, weight)| weight).sum();
    let quantile = |share: f64| {
        let mut sum = 0.0;
        let reached = values.iter().find(|(_, weight)| {
            sum += weight;
            sum >= share * total
        });
        reached.or(values.last()).map(|(value, _)| *value)
    };
    Some([quantile(0.1)?, quantile(0.9)?])
}

/// Returns the range that shows what is of interest: all values, but for those where the function
/// grows beyond what can be followed, as it does beside a pole.
pub fn shown_range(samples: &[Sample]) -> Option<[f64; 2]> {
    let finite = |sample: &Sample| sample.1.filter(|y| y.is_finite());
    let all = samples.iter().filter_map(finite);
    let (low, high) =
        all.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), y| (l.min(y), h.max(y)));
    if low > high {
        return None;
    }
    let [usual_low, usual_high] = usual_range(samples)?;
    let core = usual_high - usual_low;
    let is_far = |beyond: f64| beyond > 1.5 * core;
    let room = if core > 0.0 { 0.5 * core } else { usual_high.abs().max(1.0) };
    let low = match is_far(usual_low - low) && is_steep(samples, low, high - low) {
        true => usual_low - room,
        false => low,
    };
    let high = match is_far(high - usual_high) && is_steep(samples, high, high - low) {
        true => usual_high + room,
        false => high,
    };
    Some([low, high])
}

/// Returns whether the samples beside an extreme value are far from it.
fn is_steep(samples: &[Sample], extreme: f64, height: f64) -> bool {
    let Some(at) = samples.iter().position(|sample| sample.1 == Some(extreme)) else {
        return false;
    };
    let before = samples[..at].iter().rev().take(1);
    let after = samples[at + 1..].iter().take(1);
    let neighbours: Vec<Option<f64>> = before.chain(after).map(|sample| sample.1).collect();
    neighbours.iter().any(|near| near.is_none_or(|y| (y - extreme).abs() > 0.15 * height))
}

/// Returns for each interval between samples whether it is to be halved: where the line bends as it
/// is shown, and where it would if all of it were.
fn marked(samples: &[Sample], how: Sampling) -> Vec<bool> {
    let mut marked = vec![false; samples.len() - 1];
    let finite = samples.iter().filter_map(|sample| sample.1).filter(|y| y.is_finite());
    let whole = finite.fold(None, |range: Option<[f64; 2]>, y| {
        Some(range.map_or([y, y], |[low, high]| [low.min(y), high.max(y)]))
    });
    let (Some(shown), Some(whole)) = (shown_range(samples), whole) else { return marked };
    mark_bends(samples, shown, how.aspect, &mut marked);
    if shown != whole {
        mark_bends(samples, whole, how.aspect, &mut marked);
    }
    // Nothing is gained by points closer than the finest screens show.
    let width = samples[samples.len() - 1].0 - samples[0].0;
    for (i, mark) in marked.iter_mut().enumerate() {
        *mark &= (samples[i + 1].0 - samples[i].0) / width > 1e-7;
    }
    marked
}

fn mark_bends(samples: &[Sample], [low, high]: [f64; 2], aspect: f64, marked: &mut [bool]) {
    let width = samples[samples.len() - 1].0 - samples[0].0;
    let height = if high > low { high - low } else { 1.0 };
    let scaled = |sample: &Sample| {
        let y = sample.1?.clamp(low - height, high + height);
        Some([(sample.0 - samples[0].0) / width, aspect * (y - low) / height])
    };
    let places: Vec<Option<[f64; 2]>> = samples.iter().map(scaled).collect();
    mark_corners(&places, marked);
}

/// Marks the intervals beside corners, and those in which values begin or end.
fn mark_corners(places: &[Option<[f64; 2]>], marked: &mut [bool]) {
    for i in 0..marked.len() {
        marked[i] |= places[i].is_some() != places[i + 1].is_some();
    }
    for i in 1..places.len() - 1 {
        if let (Some(a), Some(b), Some(c)) = (places[i - 1], places[i], places[i + 1])
            && bends(a, b, c)
        {
            marked[i - 1] = true;
            marked[i] = true;
        }
    }
}

fn bends(a: [f64; 2], b: [f64; 2], c: [f64; 2]) -> bool {
    let (first, second) = ([b[0] - a[0], b[1] - a[1]], [c[0] - b[0], c[1] - b[1]]);
    let cross = first[0] * second[1] - first[1] * second[0];
    let dot = first[0] * second[0] + first[1] * second[1];
    let lengths = first[0].hypot(first[1]) * second[0].hypot(second[1]);
    // A corner that is so close to the line past it cannot be seen.
    let is_visible = cross.abs() > NEAR * (c[0] - a[0]).hypot(c[1] - a[1]);
    lengths > 0.0 && is_visible && (dot < 0.0 || cross.abs() > BEND * lengths)
}

fn divided<E>(
    samples: &[Sample],
    marked: &[bool],
    of: &mut impl FnMut(f64) -> Result<Option<f64>, E>,
) -> Result<Vec<Sample>, E> {
    let mut all = Vec::with_capacity(samples.len() * 2);
    for (i, sample) in samples.iter().enumerate() {
        all.push(*sample);
        if marked.get(i) == Some(&true) {
            let middle = sample.0 / 2.0 + samples[i + 1].0 / 2.0;
            all.push((middle, of(middle)?));
        }
    }
    Ok(all)
}

/// Returns the samples with breaks where the function jumps or passes through infinity.
fn broken<E>(
    samples: &[Sample],
    of: &mut impl FnMut(f64) -> Result<Option<f64>, E>,
) -> Result<Vec<Sample>, E> {
    let Some([low, high]) = shown_range(samples) else { return Ok(samples.to_vec()) };
    let mut all = Vec::with_capacity(samples.len());
    for pair in samples.windows(2) {
        all.push(pair[0]);
        if let ((_, Some(a)), (_, Some(b))) = (pair[0], pair[1])
            && (b - a).abs() > STEP * (high - low)
        {
            all.extend(between(pair[0].0, a, pair[1].0, b, of)?);
        }
    }
    all.push(samples[samples.len() - 1]);
    Ok(all)
}

/// Halves an interval towards its larger step; returns what is to be inserted: the two sides of a
/// jump with a break between them, the break alone at a pole, nothing of a slope.
fn between<E>(
    mut x0: f64,
    mut y0: f64,
    mut x1: f64,
    mut y1: f64,
    of: &mut impl FnMut(f64) -> Result<Option<f64>, E>,
) -> Result<Vec<Sample>, E> {
    let first = (y1 - y0).abs();
    for round in 0..HALVINGS {
        let middle = x0 / 2.0 + x1 / 2.0;
        if middle <= x0.min(x1) || middle >= x0.max(x1) {
            break;
        }
        let Some(y) = of(middle)? else { return Ok(vec![(middle, None)]) };
        let (before, after) = ((y - y0).abs(), (y1 - y).abs());
        if before >= after {
            (x1, y1) = (middle, y);
        } else {
            (x0, y0) = (middle, y);
        }
        // A slope gets lower in proportion: by now it is lower by far.
        if round >= 12 && (y1 - y0).abs() < 0.05 * first {
            return Ok(Vec::new());
        }
    }
    let last = (y1 - y0).abs();
    Ok(match last {
        _ if last > 4.0 * first => vec![(x0 / 2.0 + x1 / 2.0, None)],
        _ if last > 0.5 * first => {
            vec![(x0, Some(y0)), (x0 / 2.0 + x1 / 2.0, None), (x1, Some(y1))]
        }
        _ => Vec::new(),
    })
}

/// Returns points of a curve for parameters from one end to the other: each with its parameter.
/// `None` is where it has no real place.
///
/// # Errors
/// What the curve returns.
pub fn curve<E>(
    ends: [f64; 2],
    how: Sampling,
    mut of: impl FnMut(f64) -> Result<Option<[f64; 2]>, E>,
) -> Result<Vec<CurveSample>, E> {
    let mut samples = Vec::new();
    for t in first_places(ends, how.points.max(2)) {
        samples.push((t, of(t)?));
    }
    for _ in 0..how.depth {
        let marked = marked_of_curve(&samples);
        if !marked.contains(&true) || samples.len() >= how.most {
            break;
        }
        let mut all = Vec::with_capacity(samples.len() * 2);
        for (i, sample) in samples.iter().enumerate() {
            all.push(*sample);
            if marked.get(i) == Some(&true) {
                let middle = sample.0 / 2.0 + samples[i + 1].0 / 2.0;
                all.push((middle, of(middle)?));
            }
        }
        samples = all;
    }
    Ok(samples)
}

fn marked_of_curve(samples: &[CurveSample]) -> Vec<bool> {
    let mut extent = [[f64::INFINITY, f64::NEG_INFINITY]; 2];
    for place in samples.iter().filter_map(|sample| sample.1) {
        for (side, at) in place.into_iter().enumerate() {
            extent[side] = [extent[side][0].min(at), extent[side][1].max(at)];
        }
    }
    let size = extent.map(|[low, high]| high - low);
    let size = size[0].max(size[1]);
    let mut marked = vec![false; samples.len() - 1];
    if size.is_nan() || size <= 0.0 || !size.is_finite() {
        return marked;
    }
    let places: Vec<Option<[f64; 2]>> =
        samples.iter().map(|sample| sample.1.map(|place| place.map(|at| at / size))).collect();
    mark_corners(&places, &mut marked);
    marked
}
