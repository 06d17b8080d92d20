//! Lines and areas of equal height.

use proptest::prelude::*;

use crate::Point;
use crate::contour::{Grid, lines, region};

fn grid(of: impl Fn(f64, f64) -> f64, low: f64, high: f64, count: usize) -> Grid {
    let places: Vec<f64> =
        (0..count).map(|i| low + (high - low) * i as f64 / (count - 1) as f64).collect();
    let values = places.iter().flat_map(|y| places.iter().map(|x| of(*x, *y))).collect();
    Grid { x: places.clone(), y: places, values }
}

fn area(rings: &[Vec<Point>]) -> f64 {
    let of = |ring: &Vec<Point>| -> f64 {
        let next = ring.iter().skip(1).chain(ring.first());
        ring.iter().zip(next).map(|(a, b)| a[0] * b[1] - a[1] * b[0]).sum::<f64>() / 2.0
    };
    rings.iter().map(|ring| of(ring).abs()).sum()
}

proptest! {
    #[test]
    fn lines_of_a_plane_lie_on_their_level(a in -2.0..2.0f64, b in -2.0..2.0f64, level in -1.0..1.0f64) {
        let grid = grid(|x, y| a * x + b * y, -1.0, 1.0, 9);
        for point in lines(&grid, level).iter().flatten() {
            prop_assert!((a * point[0] + b * point[1] - level).abs() < 1e-9);
        }
    }

    #[test]
    fn a_half_plane_has_its_area(cut in -0.99..0.99f64) {
        let grid = grid(|x, _| x, -1.0, 1.0, 7);
        let found = area(&region(&grid, cut));
        prop_assert!((found - 2.0 * (1.0 - cut)).abs() < 1e-9, "{}", found);
    }
}

#[test]
fn a_circle_is_one_closed_line_with_its_area() {
    let grid = grid(|x, y| 1.0 - x * x - y * y, -1.5, 1.5, 121);
    let found = lines(&grid, 0.0);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].first(), found[0].last());
    assert!(found[0].iter().all(|[x, y]| (x.hypot(*y) - 1.0).abs() < 1e-3));
    assert!((area(&region(&grid, 0.0)) - std::f64::consts::PI).abs() < 0.01);
}

#[test]
fn what_has_no_value_is_outside() {
    let grid = grid(|x, _| if x < 0.0 { f64::NAN } else { 1.0 }, -1.0, 1.0, 21);
    assert!((area(&region(&grid, 0.0)) - 2.0).abs() < 1e-9);
    assert!(lines(&grid, 0.5).is_empty());
}
