//! Trees of points, halved along one axis after the other (Bentley 1975), which find the points
//! nearest to one.
//!
//! A tree is an order of the points: the middle of a range divides it, what is below along the axis
//! of the level stands before it, the rest after it.

/// Points of so many coordinates, side by side.
#[derive(Debug, Clone, Copy)]
pub(super) struct Points<'a> {
    pub(super) all: &'a [f64],
    pub(super) width: usize,
}

impl Points<'_> {
    pub(super) fn len(&self) -> usize {
        self.all.len() / self.width
    }

    pub(super) fn at(&self, point: usize) -> &[f64] {
        &self.all[point * self.width..(point + 1) * self.width]
    }

    fn square(&self, point: usize, to: &[f64]) -> f64 {
        self.at(point).iter().zip(to).map(|(a, b)| (a - b) * (a - b)).sum()
    }
}

/// Returns the order of points that is their tree.
pub(super) fn order(points: Points<'_>) -> Vec<i64> {
    let mut all: Vec<usize> = (0..points.len()).collect();
    let mut ranges = vec![(0, all.len(), 0)];
    while let Some((from, to, axis)) = ranges.pop() {
        if to - from < 2 {
            continue;
        }
        let middle = (from + to) / 2;
        let coordinate = |point: &usize| points.at(*point)[axis];
        all[from..to].select_nth_unstable_by(middle - from, |a, b| {
            coordinate(a).total_cmp(&coordinate(b)).then(a.cmp(b))
        });
        let next = (axis + 1) % points.width;
        ranges.push((from, middle, next));
        ranges.push((middle + 1, to, next));
    }
    all.into_iter().map(|point| point as i64).collect()
}

/// The nearest points so far, the farthest of them first.
struct Found {
    heap: std::collections::BinaryHeap<(Square, usize)>,
    most: usize,
    /// Points farther than this, squared, do not count.
    bound: f64,
}

/// A square of a distance, which can be compared.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Square(f64);

impl Eq for Square {}

impl PartialOrd for Square {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Square {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl Found {
    fn add(&mut self, square: f64, point: usize) {
        if square > self.bound {
            return;
        }
        self.heap.push((Square(square), point));
        if self.heap.len() > self.most {
            self.heap.pop();
        }
        if self.heap.len() == self.most
            && let Some((Square(farthest), _)) = self.heap.peek()
        {
            self.bound = farthest.min(self.bound);
        }
    }
}

/// Returns the points nearest to one, with the squares of their distances, the nearest first and of
/// those as near the first in the list: `most` of them, or all that are nearest.
pub(super) fn nearest(
    points: Points<'_>,
    order: &[i64],
    to: &[f64],
    most: Option<usize>,
    radius: f64,
) -> Vec<(f64, usize)> {
    let square = radius * radius;
    let bound = match most {
        Some(_) => square,
        None => {
            let first = search(points, order, to, 1, square);
            match first.first() {
                Some((least, _)) => *least,
                None => return first,
            }
        }
    };
    search(points, order, to, most.unwrap_or(usize::MAX), bound)
}

/// Returns what [`nearest`] returns, by a look at every point.
pub(super) fn nearest_of_all(
    points: Points<'_>,
    to: &[f64],
    most: Option<usize>,
    radius: f64,
) -> Vec<(f64, usize)> {
    let mut all: Vec<(f64, usize)> =
        (0..points.len()).map(|point| (points.square(point, to), point)).collect();
    let bound = match most {
        Some(_) => radius * radius,
        None => all.iter().map(|(square, _)| *square).fold(radius * radius, f64::min),
    };
    all.retain(|(square, _)| *square <= bound);
    all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    all.truncate(most.unwrap_or(usize::MAX));
    all
}

fn search(
    points: Points<'_>,
    order: &[i64],
    to: &[f64],
    most: usize,
    bound: f64,
) -> Vec<(f64, usize)> {
    let mut found = Found { heap: std::collections::BinaryHeap::new(), most, bound };
    if most == 0 {
        return Vec::new();
    }
    // A range, its axis and how far, squared, it is away at least.
    let mut ranges = vec![(0, order.len(), 0, 0.0)];
    while let Some((from, to_end, axis, gap)) = ranges.pop() {
        if from >= to_end || gap > found.bound {
            continue;
        }
        let middle = (from + to_end) / 2;
        // An order that a program has put together may be anything.
        let Some(point) = usize::try_from(order[middle]).ok().filter(|own| *own < points.len())
        else {
            continue;
        };
        found.add(points.square(point, to), point);
        let away = to[axis] - points.at(point)[axis];
        let next = (axis + 1) % points.width;
        let (near, far) = match away < 0.0 {
            true => ((from, middle), (middle + 1, to_end)),
            false => ((middle + 1, to_end), (from, middle)),
        };
        ranges.push((far.0, far.1, next, away * away));
        ranges.push((near.0, near.1, next, 0.0));
    }
    let mut all: Vec<(f64, usize)> =
        found.heap.into_iter().map(|(Square(square), point)| (square, point)).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trees_find_what_a_look_at_every_point_finds() {
        let mut rng = bolt_base::Rng::new(3);
        for width in 1..5 {
            for count in [1, 2, 7, 50, 300] {
                // Whole coordinates make many points equally far.
                let all: Vec<f64> = (0..count * width).map(|_| rng.below(8) as f64).collect();
                let points = Points { all: &all, width };
                let order = order(points);
                for _ in 0..20 {
                    let to: Vec<f64> = (0..width).map(|_| rng.below(80) as f64 / 10.0).collect();
                    let mut wanted: Vec<(f64, usize)> =
                        (0..count).map(|point| (points.square(point, &to), point)).collect();
                    wanted.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                    let near = |most, radius| nearest(points, &order, &to, most, radius);
                    assert_eq!(near(Some(5), f64::INFINITY), wanted[..count.min(5)]);
                    let least = wanted[0].0;
                    let ties = wanted.iter().take_while(|(square, _)| *square == least).count();
                    assert_eq!(near(None, f64::INFINITY), wanted[..ties]);
                    let within = wanted.iter().take_while(|(square, _)| *square <= 4.0).count();
                    assert_eq!(near(Some(usize::MAX), 2.0), wanted[..within]);
                }
            }
        }
    }
}
