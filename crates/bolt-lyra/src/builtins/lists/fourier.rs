//! Discrete Fourier transforms of lists and arrays, of any length.

use std::f64::consts::PI;

use triomphe::Arc;

use super::super::options::Options;
use super::super::{Builtin, builtin};
use crate::complex64::Complex64;
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::value::{Args, Call, Value};

const NONE: Attributes = Attributes::NONE;

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "Fourier",
        NONE,
        |s, c| fourier(s, c, false),
        "Fourier[list] is the discrete Fourier transform: the s-th element is the sum of \
         ur E^(2 Pi I (r - 1) (s - 1)/n) divided by Sqrt[n]. FourierParameters -> {a, b} divides by \
         n^((1 - a)/2) and multiplies the exponent by b. An array is transformed in all dimensions.",
        &[
            ("Fourier[{1, 1, 1, 1}]", "{2. + 0.*I, 0. + 0.*I, 0. + 0.*I, 0. + 0.*I}"),
            ("Chop[Fourier[{1, 0, -1, 0}, FourierParameters -> {1, -1}]]", "{0, 2., 0, 2.}"),
        ],
    ),
    builtin(
        "InverseFourier",
        NONE,
        |s, c| fourier(s, c, true),
        "InverseFourier[list] is the list whose discrete Fourier transform is given; it is of real \
         numbers if the given one is that of such.",
        &[
            ("Round[InverseFourier[Fourier[{1, 2, 3}]], 10^-9]", "{1, 2, 3}"),
            ("InverseFourier[{2., 0., 0., 0.}]", "{1., 1., 1., 1.}"),
        ],
    ),
    builtin(
        "FourierDCT",
        NONE,
        |s, c| trigonometric(s, c, cosines),
        "FourierDCT[list, m] is the discrete cosine transform of the type m, from 1 to 4; \
         FourierDCT[list] of the type 2.",
        &[
            ("FourierDCT[{1, 1, 1, 1}] // Chop", "{2., 0, 0, 0}"),
            ("FourierDCT[{0, 1, 0}, 1] // Chop", "{1., 0, -1.}"),
        ],
    ),
    builtin(
        "FourierDST",
        NONE,
        |s, c| trigonometric(s, c, sines),
        "FourierDST[list, m] is the discrete sine transform of the type m, from 1 to 4; \
         FourierDST[list] of the type 2.",
        &[
            ("Round[FourierDST[{1, 1}], 10^-9]", "{1, 0}"),
            ("FourierDST[{0, 1, 0}, 1] // Chop", "{0.7071067811865476, 0, -0.7071067811865476}"),
        ],
    ),
];

/// Returns the point of the unit circle after `turns` of `of` parts of a turn.
fn root(turns: u128, of: u128) -> Complex64 {
    let turns = turns % of;
    let (quarter, rest) = (4 * turns / of, 4 * turns % of);
    // Within an eighth of a turn the sine and the cosine are most exact.
    let angle = PI / 2.0 * rest as f64 / of as f64;
    let (sin, cos) = match 2 * rest > of {
        true => {
            let other = PI / 2.0 * (of - rest) as f64 / of as f64;
            (other.cos(), other.sin())
        }
        false => angle.sin_cos(),
    };
    match quarter {
        0 => Complex64 { re: cos, im: sin },
        1 => Complex64 { re: -sin, im: cos },
        2 => Complex64 { re: -cos, im: -sin },
        _ => Complex64 { re: sin, im: -cos },
    }
}

/// Transforms a list whose length is a power of 2 in place (Cooley and Tukey, 1965): its s-th
/// element becomes the sum of its elements times `e^(2 pi i r s/n)`.
fn transform_power_of_2(list: &mut [Complex64]) {
    let n = list.len();
    if n < 2 {
        return;
    }
    let shift = usize::BITS - n.trailing_zeros();
    for place in 0..n {
        let mirrored = place.reverse_bits() >> shift;
        if place < mirrored {
            list.swap(place, mirrored);
        }
    }
    let roots: Vec<Complex64> = (0..n / 2).map(|k| root(k as u128, n as u128)).collect();
    let mut size = 2;
    while size <= n {
        let (half, stride) = (size / 2, n / size);
        for block in list.chunks_exact_mut(size) {
            let (low, high) = block.split_at_mut(half);
            for (k, (a, b)) in low.iter_mut().zip(high).enumerate() {
                let turned = *b * roots[k * stride];
                (*a, *b) = (*a + turned, *a - turned);
            }
        }
        size *= 2;
    }
}

/// Lists up to this length are summed as they are, which rounds least.
const MOST_DIRECT: usize = 32;

/// Transforms a list of any length: as a convolution with a chirp if it is no power of 2
/// (Bluestein, 1970).
fn transform(list: &[Complex64]) -> Vec<Complex64> {
    let n = list.len();
    let mut all = list.to_vec();
    if n.is_power_of_two() || n == 0 {
        transform_power_of_2(&mut all);
        return all;
    }
    if n <= MOST_DIRECT {
        let roots: Vec<Complex64> = (0..n).map(|k| root(k as u128, n as u128)).collect();
        let term = |s: usize| move |(r, &z): (usize, &Complex64)| (r * s % n, z);
        let sum = |s: usize| {
            let terms = list.iter().enumerate().map(term(s));
            terms.fold(Complex64::ZERO, |sum, (place, z)| sum + z * roots[place])
        };
        return (0..n).map(sum).collect();
    }
    // r s = (r^2 + s^2 - (s - r)^2)/2
    let chirp: Vec<Complex64> = (0..n as u128).map(|k| root(k * k, 2 * n as u128)).collect();
    let size = (2 * n - 1).next_power_of_two();
    let (mut a, mut b) = (vec![Complex64::ZERO; size], vec![Complex64::ZERO; size]);
    for k in 0..n {
        a[k] = list[k] * chirp[k];
        b[k] = chirp[k].conj();
        b[(size - k) % size] = chirp[k].conj();
    }
    transform_power_of_2(&mut a);
    transform_power_of_2(&mut b);
    // The transform back is that of the conjugate.
    let mut product: Vec<Complex64> = a.iter().zip(&b).map(|(&a, &b)| (a * b).conj()).collect();
    transform_power_of_2(&mut product);
    let scale = 1.0 / size as f64;
    (0..n)
        .map(|k| {
            let sum = product[k].conj();
            Complex64::new(sum.re * scale, sum.im * scale) * chirp[k]
        })
        .collect()
}

/// Sums with an exponent that is not that of a whole turn.
fn transform_slowly(session: &Session, list: &[Complex64], b: f64) -> Evaluated<Vec<Complex64>> {
    let n = list.len();
    let mut all = Vec::with_capacity(n);
    for s in 0..n {
        session.check_interrupt()?;
        let mut sum = Complex64::ZERO;
        for (r, &value) in list.iter().enumerate() {
            let (sin, cos) = (2.0 * PI * b * (r * s) as f64 / n as f64).sin_cos();
            sum = sum + value * Complex64::new(cos, sin);
        }
        all.push(sum);
    }
    Ok(all)
}

/// A rectangular array of complex numbers.
struct Grid {
    sizes: Vec<usize>,
    elements: Vec<Complex64>,
}

fn read_grid(session: &mut Session, value: &Value) -> Evaluated<Option<Grid>> {
    let mut grid = Grid { sizes: Vec::new(), elements: Vec::new() };
    let mut level = value;
    while let Some(list) = level.as_list() {
        grid.sizes.push(list.len());
        match list.first() {
            Some(first) => level = first,
            None => return Ok(None),
        }
    }
    let is_read = !grid.sizes.is_empty() && read_level(session, value, 0, &mut grid)?;
    Ok(is_read.then_some(grid))
}

fn read_level(
    session: &mut Session,
    value: &Value,
    depth: usize,
    grid: &mut Grid,
) -> Evaluated<bool> {
    match (grid.sizes.get(depth).copied(), value.as_list()) {
        (Some(size), Some(list)) if list.len() == size => {
            for one in list {
                if !read_level(session, one, depth + 1, grid)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (None, None) if value.is_number() || session.is_numeric(value) => {
            let number = session.complex_value(value)?;
            if let Some((re, im)) = number {
                grid.elements.push(Complex64 { re, im });
            }
            Ok(number.is_some())
        }
        _ => Ok(false),
    }
}

fn written(elements: &[Complex64], sizes: &[usize], is_real: bool) -> Value {
    let Some((&size, rest)) = sizes.split_first() else {
        let Complex64 { re, im } = elements[0];
        return match is_real {
            true => Value::Real(re),
            false => number::complex(Value::Real(re), Value::Real(im)),
        };
    };
    let part = elements.len() / size;
    let rows = elements.chunks(part).map(|row| written(row, rest, is_real));
    Value::list(rows.collect::<Args>())
}

/// Returns the place opposite to one: where the transform of a real array has the conjugate.
fn opposite(sizes: &[usize], place: usize) -> usize {
    let (mut rest, mut opposite, mut stride) = (place, 0, 1);
    for &size in sizes.iter().rev() {
        opposite += (size - rest % size) % size * stride;
        (rest, stride) = (rest / size, stride * size);
    }
    opposite
}

/// Takes away what rounding left of the symmetry of a transform of real numbers.
fn make_symmetric(grid: &mut Grid) {
    for place in 0..grid.elements.len() {
        let other = opposite(&grid.sizes, place);
        if other >= place {
            let (a, b) = (grid.elements[place], grid.elements[other]);
            let mean = Complex64::new((a.re + b.re) / 2.0, (a.im - b.im) / 2.0);
            grid.elements[other] = Complex64::new(mean.re, 0.0 - mean.im);
            grid.elements[place] = mean;
        }
    }
}

/// Returns whether the transform of an array is real: each element is the conjugate of that at
/// the opposite place.
fn is_of_reals(grid: &Grid) -> bool {
    let largest = grid.elements.iter().map(|z| z.re.hypot(z.im)).fold(0.0, f64::max);
    (0..grid.elements.len()).all(|place| {
        let (a, b) = (grid.elements[place], grid.elements[opposite(&grid.sizes, place)]);
        (a.re - b.re).hypot(a.im + b.im) <= 1e-13 * largest
    })
}

fn fourier(session: &mut Session, call: &mut Arc<Call>, is_inverse: bool) -> Evaluated<Step> {
    let (args, options) = Options::split(call.args(), 1);
    let [of] = args else { return Ok(Step::Same) };
    let (a, b) = match options.get(session, "FourierParameters").map(Value::as_list) {
        None => (0.0, 1.0),
        Some(Some([a, b])) => match (session.machine_value(a)?, session.machine_value(b)?) {
            (Some(a), Some(b)) if b != 0.0 => (a, b),
            _ => return Ok(Step::Same),
        },
        Some(_) => return Ok(Step::Same),
    };
    let Some(mut grid) = read_grid(session, of)? else { return Ok(Step::Same) };
    let is_symmetric = b.abs() == 1.0 && grid.elements.iter().all(|z| z.im == 0.0);
    let is_real = is_inverse && b.abs() == 1.0 && is_of_reals(&grid);
    let (sign, power) = if is_inverse { (-b, 1.0 + a) } else { (b, 1.0 - a) };
    for dimension in 0..grid.sizes.len() {
        transform_dimension(session, &mut grid, dimension, sign)?;
    }
    let scale = (grid.elements.len() as f64).powf(-power / 2.0);
    if is_symmetric {
        make_symmetric(&mut grid);
    }
    for z in &mut grid.elements {
        *z = Complex64 { re: z.re * scale, im: z.im * scale };
    }
    Ok(Step::Done(written(&grid.elements, &grid.sizes, is_real)))
}

/// Transforms all rows of an array in one of its dimensions.
fn transform_dimension(
    session: &Session,
    grid: &mut Grid,
    dimension: usize,
    b: f64,
) -> Evaluated<()> {
    let size = grid.sizes[dimension];
    let stride: usize = grid.sizes[dimension + 1..].iter().product();
    let flipped = |z: Complex64| Complex64 { re: z.re, im: if b == -1.0 { -z.im } else { z.im } };
    for start in (0..grid.elements.len()).filter(|place| (place / stride).is_multiple_of(size)) {
        session.check_interrupt()?;
        let place = |k: usize| start + k * stride;
        let row: Vec<Complex64> = (0..size).map(|k| flipped(grid.elements[place(k)])).collect();
        let transformed = match b.abs() == 1.0 {
            true => transform(&row),
            false => transform_slowly(session, &row, b)?,
        };
        for (k, z) in transformed.into_iter().enumerate() {
            grid.elements[place(k)] = flipped(z);
        }
    }
    Ok(())
}

/// A transform of real numbers by its type; `None` if the type or the length is not possible.
type RealTransform = fn(&[f64], i64) -> Option<Vec<f64>>;

fn trigonometric(
    session: &mut Session,
    call: &mut Arc<Call>,
    transform: RealTransform,
) -> Evaluated<Step> {
    let (of, kind) = match call.args() {
        [of] => (of, 2),
        [of, Value::Integer(kind)] => (of, *kind),
        _ => return Ok(Step::Same),
    };
    let Some(grid) = read_grid(session, of)?.filter(|grid| grid.sizes.len() == 1) else {
        return Ok(Step::Same);
    };
    let part = |of: fn(&Complex64) -> f64| {
        transform(&grid.elements.iter().map(of).collect::<Vec<f64>>(), kind)
    };
    let is_real = grid.elements.iter().all(|z| z.im == 0.0);
    let (Some(re), Some(im)) = (part(|z| z.re), part(|z| z.im)) else { return Ok(Step::Same) };
    let all: Vec<Complex64> = re.into_iter().zip(im).map(|(re, im)| Complex64 { re, im }).collect();
    Ok(Step::Done(written(&all, &grid.sizes, is_real)))
}

/// Returns the cosine and the sine of `turns/of` half turns.
fn half_turns(turns: usize, of: usize) -> (f64, f64) {
    let z = root(turns as u128, 2 * of as u128);
    (z.re, z.im)
}

fn sums(u: &[f64], scale: f64, term: impl Fn(usize, usize) -> f64) -> Vec<f64> {
    let sum = |s: usize| u.iter().enumerate().map(|(r, u)| u * term(r, s)).sum::<f64>();
    (0..u.len()).map(|s| scale * sum(s)).collect()
}

fn cosines(u: &[f64], kind: i64) -> Option<Vec<f64>> {
    let n = u.len();
    let cos = |turns: usize, of: usize| half_turns(turns, of).0;
    let is_end = |r: usize| r == 0 || r == n - 1;
    Some(match kind {
        1 if n > 1 => sums(u, (2.0 / (n - 1) as f64).sqrt(), |r, s| {
            cos(r * s, n - 1) * if is_end(r) { 0.5 } else { 1.0 }
        }),
        2 => sums(u, 1.0 / (n as f64).sqrt(), |r, s| cos((2 * r + 1) * s, 2 * n)),
        3 => sums(u, 1.0 / (n as f64).sqrt(), |r, s| {
            cos(r * (2 * s + 1), 2 * n) * if r == 0 { 1.0 } else { 2.0 }
        }),
        4 => sums(u, (2.0 / n as f64).sqrt(), |r, s| cos((2 * r + 1) * (2 * s + 1), 4 * n)),
        _ => return None,
    })
}

fn sines(u: &[f64], kind: i64) -> Option<Vec<f64>> {
    let n = u.len();
    let sin = |turns: usize, of: usize| half_turns(turns, of).1;
    Some(match kind {
        1 => sums(u, (2.0 / (n + 1) as f64).sqrt(), |r, s| sin((r + 1) * (s + 1), n + 1)),
        2 => sums(u, 1.0 / (n as f64).sqrt(), |r, s| sin((2 * r + 1) * (s + 1), 2 * n)),
        3 => sums(u, 1.0 / (n as f64).sqrt(), |r, s| {
            sin((r + 1) * (2 * s + 1), 2 * n) * if r == n - 1 { 1.0 } else { 2.0 }
        }),
        4 => sums(u, (2.0 / n as f64).sqrt(), |r, s| sin((2 * r + 1) * (2 * s + 1), 4 * n)),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_transform_is_the_sum_that_defines_it() {
        let session = Session::new();
        for n in [1usize, 2, 3, 4, 5, 7, 8, 12, 17, 32, 45, 97, 100, 128] {
            let value = |k: usize| Complex64 {
                re: ((k * 7919 + 13) % 101) as f64 / 50.0 - 1.0,
                im: ((k * 104_729 + 7) % 97) as f64 / 48.0 - 1.0,
            };
            let list: Vec<Complex64> = (0..n).map(value).collect();
            let expected = transform_slowly(&session, &list, 1.0).expect("no interrupt");
            for (a, b) in transform(&list).iter().zip(&expected) {
                assert!((a.re - b.re).hypot(a.im - b.im) < 1e-11 * n as f64, "{n}");
            }
        }
    }

    #[test]
    fn types_2_and_3_undo_one_another_and_the_others_themselves() {
        let list = [1.0, -2.0, 0.5, 3.0, 7.0, -1.5];
        for transform in [cosines, sines] {
            for (there, back) in [(1, 1), (2, 3), (3, 2), (4, 4)] {
                let middle = transform(&list, there).expect("a type");
                let again = transform(&middle, back).expect("a type");
                assert!(again.iter().zip(&list).all(|(a, b)| (a - b).abs() < 1e-12), "{there}");
            }
        }
    }
}
