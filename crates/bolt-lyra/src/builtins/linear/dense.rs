//! Matrices of machine numbers, which faer computes with.

use faer::linalg::solvers::{DenseSolveCore, PartialPivLu, Solve};
use faer::traits::ComplexField;
use faer::{Accum, Mat, MatRef, Par, Side, c64};
use smallvec::smallvec;

use crate::array::Elements;
use crate::complex64::Complex64;
use crate::session::{Evaluated, Session};
use crate::value::{Args, Value};

/// A matrix of machine numbers, all of them finite.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Dense {
    Real(Mat<f64>),
    Complex(Mat<c64>),
}

/// A pair of an eigenvalue and its vector of length 1.
pub(super) type EigenPair = (Complex64, Vec<Complex64>);

/// m = u . diag(values) . v^*, with the values from the largest on.
pub(super) struct Singular {
    pub(super) u: Dense,
    pub(super) values: Vec<f64>,
    pub(super) v: Dense,
}

impl Dense {
    /// Reads matrices, and vectors as their columns, that are computed with together: all are of
    /// numbers, and a machine number is among them.
    pub(super) fn read<const N: usize>(all: [&Value; N]) -> Option<[Self; N]> {
        let tables = all.map(Table::read);
        if tables.iter().any(Option::is_none) {
            return None;
        }
        let tables = tables.map(Option::unwrap_or_default);
        let is_machine = tables.iter().any(|table| table.is_machine);
        let is_complex = tables.iter().any(|table| !table.im.is_empty());
        is_machine.then(|| tables.map(|table| table.dense(is_complex)))
    }

    /// Returns rows of numbers.
    pub(super) fn value(&self) -> Value {
        match self {
            Self::Real(matrix) => real_value(matrix.as_ref()),
            Self::Complex(matrix) => {
                let element = |i, j| Complex64::from(matrix[(i, j)]).value();
                let row =
                    |i| Value::list((0..matrix.ncols()).map(|j| element(i, j)).collect::<Args>());
                Value::list((0..matrix.nrows()).map(row).collect::<Args>())
            }
        }
    }

    /// Returns the elements of the columns, one after the other, as one vector.
    pub(super) fn vector(&self) -> Value {
        match self {
            Self::Real(matrix) => {
                let all =
                    matrix.col_iter().flat_map(|column| column.iter().copied().collect::<Vec<_>>());
                Value::vector(Elements::Reals(all.collect()))
            }
            Self::Complex(matrix) => {
                let all =
                    matrix.col_iter().flat_map(|column| column.iter().copied().collect::<Vec<_>>());
                Value::list(all.map(|z| Complex64::from(z).value()).collect::<Args>())
            }
        }
    }

    pub(super) fn is_square(&self) -> bool {
        let (rows, columns) = self.shape();
        rows == columns
    }

    pub(super) fn shape(&self) -> (usize, usize) {
        match self {
            Self::Real(matrix) => matrix.shape(),
            Self::Complex(matrix) => matrix.shape(),
        }
    }

    pub(super) fn lu(&self) -> Factors {
        match self {
            Self::Real(matrix) => Factors::Real(matrix.partial_piv_lu()),
            Self::Complex(matrix) => Factors::Complex(matrix.partial_piv_lu()),
        }
    }

    /// Returns the largest sum of the sizes of the elements of a row.
    pub(super) fn norm(&self) -> f64 {
        match self {
            Self::Real(matrix) => norm(matrix.as_ref(), |x| x.abs()),
            Self::Complex(matrix) => norm(matrix.as_ref(), |z| z.re.hypot(z.im)),
        }
    }

    /// Returns the upper triangular u with u^* . u = m, `None` if m is not positive definite.
    pub(super) fn cholesky(&self) -> Option<Self> {
        Some(match self {
            Self::Real(matrix) => {
                Self::Real(matrix.llt(Side::Lower).ok()?.L().adjoint().to_owned())
            }
            Self::Complex(matrix) => {
                Self::Complex(matrix.llt(Side::Lower).ok()?.L().adjoint().to_owned())
            }
        })
    }

    /// Returns q and r with m = q . r, where the columns of q are of length 1 and at right angles.
    pub(super) fn qr(&self) -> (Self, Self) {
        match self {
            Self::Real(matrix) => {
                let factors = matrix.qr();
                (Self::Real(factors.compute_thin_Q()), Self::Real(upper(factors.thin_R())))
            }
            Self::Complex(matrix) => {
                let factors = matrix.qr();
                (Self::Complex(factors.compute_thin_Q()), Self::Complex(upper(factors.thin_R())))
            }
        }
    }

    pub(super) fn adjoint(&self) -> Self {
        match self {
            Self::Real(matrix) => Self::Real(matrix.transpose().to_owned()),
            Self::Complex(matrix) => Self::Complex(matrix.adjoint().to_owned()),
        }
    }

    /// Returns the factors with all of u and v, `None` if the iteration comes to no end.
    pub(super) fn svd(&self) -> Option<Singular> {
        Some(match self {
            Self::Real(matrix) => {
                let factors = matrix.svd().ok()?;
                Singular {
                    u: Self::Real(factors.U().to_owned()),
                    values: factors.S().column_vector().iter().copied().collect(),
                    v: Self::Real(factors.V().to_owned()),
                }
            }
            Self::Complex(matrix) => {
                let factors = matrix.svd().ok()?;
                Singular {
                    u: Self::Complex(factors.U().to_owned()),
                    values: factors.S().column_vector().iter().map(|z| z.re).collect(),
                    v: Self::Complex(factors.V().to_owned()),
                }
            }
        })
    }

    pub(super) fn pseudo_inverse(&self) -> Option<Self> {
        Some(match self {
            Self::Real(matrix) => Self::Real(matrix.svd().ok()?.pseudoinverse()),
            Self::Complex(matrix) => Self::Complex(matrix.svd().ok()?.pseudoinverse()),
        })
    }

    /// Returns the eigenvalues with their vectors, `None` if the iteration comes to no end.
    pub(super) fn eigen(&self) -> Option<Vec<EigenPair>> {
        match self {
            Self::Real(matrix) if is_own_adjoint(matrix.as_ref()) => {
                let system = matrix.self_adjoint_eigen(Side::Lower).ok()?;
                let values = system.S().column_vector().iter().map(|&x| Complex64::new(x, 0.0));
                let vector =
                    |k| system.U().col(k).iter().map(|&x| Complex64::new(x, 0.0)).collect();
                Some(values.enumerate().map(|(k, value)| (value, vector(k))).collect())
            }
            Self::Complex(matrix) if is_own_adjoint(matrix.as_ref()) => {
                let system = matrix.self_adjoint_eigen(Side::Lower).ok()?;
                let values = system.S().column_vector().iter().map(|z| Complex64::new(z.re, 0.0));
                let vector = |k| system.U().col(k).iter().map(|&z| z.into()).collect();
                Some(values.enumerate().map(|(k, value)| (value, vector(k))).collect())
            }
            Self::Real(matrix) => pairs(&matrix.eigen().ok()?),
            Self::Complex(matrix) => pairs(&matrix.eigen().ok()?),
        }
    }
}

fn pairs(system: &faer::linalg::solvers::Eigen<f64>) -> Option<Vec<EigenPair>> {
    let values = system.S().column_vector().iter().map(|&z| Complex64::from(z));
    let vector = |k| system.U().col(k).iter().map(|&z| Complex64::from(z)).collect();
    Some(values.enumerate().map(|(k, value)| (value, vector(k))).collect())
}

impl From<c64> for Complex64 {
    fn from(z: c64) -> Self {
        Self::new(z.re, z.im)
    }
}

fn is_own_adjoint<T: ComplexField>(matrix: MatRef<'_, T>) -> bool {
    matrix.nrows() == matrix.ncols()
        && (0..matrix.nrows()).all(|i| {
            (0..=i).all(|j| matrix[(i, j)] == faer::traits::math_utils::conj(&matrix[(j, i)]))
        })
}

fn upper<T: ComplexField>(matrix: MatRef<'_, T>) -> Mat<T> {
    let element = |i: usize, j: usize| match i <= j {
        true => matrix[(i, j)].clone(),
        false => faer::traits::math_utils::zero(),
    };
    Mat::from_fn(matrix.nrows(), matrix.ncols(), element)
}

fn norm<T: ComplexField>(matrix: MatRef<'_, T>, size: impl Fn(&T) -> f64) -> f64 {
    matrix.row_iter().map(|row| row.iter().map(&size).sum()).fold(0.0, f64::max)
}

fn real_value(matrix: MatRef<'_, f64>) -> Value {
    let (rows, columns) = matrix.shape();
    let mut all = Vec::with_capacity(rows * columns);
    for row in matrix.row_iter() {
        all.extend(row.iter().copied());
    }
    Value::array(Elements::Reals(all), smallvec![rows, columns])
}

/// The factors of p . m = l . u, by elimination with partial pivoting.
pub(super) enum Factors {
    Real(PartialPivLu<f64>),
    Complex(PartialPivLu<c64>),
}

impl Factors {
    /// Returns the sizes of the smallest and of the largest pivot.
    fn pivots(&self) -> (f64, f64) {
        let sizes: Vec<f64> = match self {
            Self::Real(lu) => lu.U().diagonal().column_vector().iter().map(|x| x.abs()).collect(),
            Self::Complex(lu) => {
                lu.U().diagonal().column_vector().iter().map(|z| z.re.hypot(z.im)).collect()
            }
        };
        sizes.into_iter().fold((f64::INFINITY, 0.0), |(a, b), x| (a.min(x), b.max(x)))
    }

    pub(super) fn is_singular(&self) -> bool {
        self.pivots().0 == 0.0
    }

    /// Returns whether the pivots differ so much that few digits of a solution mean something.
    pub(super) fn is_nearly_singular(&self) -> bool {
        let (smallest, largest) = self.pivots();
        smallest <= largest * f64::EPSILON
    }

    pub(super) fn determinant(&self) -> Value {
        let sign = if self.swaps().is_multiple_of(2) { 1.0 } else { -1.0 };
        match self {
            Self::Real(lu) => {
                Value::Real(lu.U().diagonal().column_vector().iter().fold(sign, |a, b| a * b))
            }
            Self::Complex(lu) => {
                let pivots = lu.U().diagonal().column_vector();
                let product = pivots.iter().fold(c64::new(sign, 0.0), |a, b| a * b);
                Complex64::from(product).value()
            }
        }
    }

    /// Returns the places of the rows of p . m in m.
    pub(super) fn order(&self) -> &[usize] {
        match self {
            Self::Real(lu) => lu.P().arrays().0,
            Self::Complex(lu) => lu.P().arrays().0,
        }
    }

    /// Returns of how many swaps the order of the rows is made.
    fn swaps(&self) -> usize {
        let order = self.order();
        let mut is_seen = vec![false; order.len()];
        let mut swaps = 0;
        for start in 0..order.len() {
            let mut place = start;
            while !std::mem::replace(&mut is_seen[place], true) {
                place = order[place];
                swaps += usize::from(place != start);
            }
        }
        swaps
    }

    pub(super) fn inverse(&self) -> Dense {
        match self {
            Self::Real(lu) => Dense::Real(lu.inverse()),
            Self::Complex(lu) => Dense::Complex(lu.inverse()),
        }
    }

    /// Returns the x with m . x = b, `None` if b is real and the factors are not or so.
    pub(super) fn solve(&self, b: &Dense) -> Option<Dense> {
        match (self, b) {
            (Self::Real(lu), Dense::Real(b)) => Some(Dense::Real(lu.solve(b))),
            (Self::Complex(lu), Dense::Complex(b)) => Some(Dense::Complex(lu.solve(b))),
            _ => None,
        }
    }

    /// Returns l below and u on and above the diagonal of one matrix.
    pub(super) fn packed(&self) -> Dense {
        fn joined<T: ComplexField>(lu: &PartialPivLu<T>) -> Mat<T> {
            let (l, u) = (lu.L(), lu.U());
            let element =
                |i: usize, j: usize| if i > j { l[(i, j)].clone() } else { u[(i, j)].clone() };
            Mat::from_fn(l.nrows(), u.ncols(), element)
        }
        match self {
            Self::Real(lu) => Dense::Real(joined(lu)),
            Self::Complex(lu) => Dense::Complex(joined(lu)),
        }
    }
}

/// The numbers of a matrix by rows.
#[derive(Default)]
struct Table {
    rows: usize,
    columns: usize,
    re: Vec<f64>,
    /// The imaginary parts, none if all are 0.
    im: Vec<f64>,
    is_machine: bool,
}

impl Table {
    fn read(of: &Value) -> Option<Self> {
        let table = match of.as_array() {
            Some(packed) => Self::of_packed(packed.elements(), packed.dimensions())?,
            None => Self::of_rows(of)?,
        };
        let is_finite = table.re.iter().chain(&table.im).all(|x| x.is_finite());
        (is_finite && !table.re.is_empty()).then_some(table)
    }

    fn of_packed(elements: &Elements, dimensions: &[usize]) -> Option<Self> {
        let (rows, columns) = match dimensions {
            [rows] => (*rows, 1),
            [rows, columns] => (*rows, *columns),
            _ => return None,
        };
        let (re, is_machine) = match elements {
            Elements::Reals(all) => (all.clone(), true),
            Elements::Integers(all) => (all.iter().map(|&x| x as f64).collect(), false),
        };
        Some(Self { rows, columns, re, im: Vec::new(), is_machine })
    }

    fn of_rows(of: &Value) -> Option<Self> {
        let rows = of.as_list()?;
        let width = rows.first()?.as_list().map(<[Value]>::len);
        let mut table = Self { rows: rows.len(), columns: width.unwrap_or(1), ..Self::default() };
        for row in rows {
            match (width, row.as_list()) {
                (None, None) => table.push(row)?,
                (Some(width), Some(row)) if row.len() == width => {
                    row.iter().try_for_each(|value| table.push(value))?;
                }
                _ => return None,
            }
        }
        Some(table)
    }

    fn push(&mut self, value: &Value) -> Option<()> {
        if !value.is_number() {
            return None;
        }
        let z = Complex64::read(value)?;
        if z.im != 0.0 {
            self.im.resize(self.re.len(), 0.0);
        }
        if z.im != 0.0 || !self.im.is_empty() {
            self.im.push(z.im);
        }
        self.re.push(z.re);
        self.is_machine |= crate::number::is_machine(value);
        Some(())
    }

    fn dense(self, is_complex: bool) -> Dense {
        let (rows, columns) = (self.rows, self.columns);
        match is_complex {
            true => {
                let im = |place| self.im.get(place).copied().unwrap_or(0.0);
                let element = |i, j| c64::new(self.re[i * columns + j], im(i * columns + j));
                Dense::Complex(Mat::from_fn(rows, columns, element))
            }
            false => Dense::Real(MatRef::from_row_major_slice(&self.re, rows, columns).to_owned()),
        }
    }
}

/// So many products of elements are made between two looks at the clock.
const PRODUCTS_AT_ONCE: usize = 1 << 28;

/// Returns the product of packed arrays of reals, matrices or vectors; `None` if they are no such
/// or do not fit.
pub(super) fn product(session: &Session, a: &Value, b: &Value) -> Evaluated<Option<Value>> {
    let (Some(a), Some(b)) = (a.as_array(), b.as_array()) else { return Ok(None) };
    let (Elements::Reals(x), Elements::Reals(y)) = (a.elements(), b.elements()) else {
        return Ok(None);
    };
    let (rows, inner) = match a.dimensions() {
        [inner] => (1, *inner),
        [rows, inner] => (*rows, *inner),
        _ => return Ok(None),
    };
    let columns = match b.dimensions() {
        [height] if *height == inner => 1,
        [height, columns] if *height == inner => *columns,
        _ => return Ok(None),
    };
    let mut all = vec![0.0; rows * columns];
    let y = MatRef::from_row_major_slice(y, inner, columns);
    let height = (PRODUCTS_AT_ONCE / (inner * columns).max(1)).max(1);
    for (part, x) in all.chunks_mut(height * columns).zip(x.chunks(height * inner)) {
        session.check_interrupt()?;
        let rows = x.len() / inner;
        let x = MatRef::from_row_major_slice(x, rows, inner);
        let part = faer::MatMut::from_row_major_slice_mut(part, rows, columns);
        faer::linalg::matmul::matmul(part, Accum::Replace, x, y, 1.0, Par::Seq);
    }
    Ok(Some(match (a.dimensions().len(), b.dimensions().len()) {
        (1, 1) => Value::Real(all[0]),
        (2, 2) => Value::array(Elements::Reals(all), smallvec![rows, columns]),
        _ => Value::vector(Elements::Reals(all)),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn random(
        rng: &mut bolt_base::Rng,
        rows: usize,
        columns: usize,
        is_complex: bool,
    ) -> Vec<Vec<Complex64>> {
        let mut element =
            || Complex64::new(rng.normal(), if is_complex { rng.normal() } else { 0.0 });
        (0..rows).map(|_| (0..columns).map(|_| element()).collect()).collect()
    }

    fn value(rows: &[Vec<Complex64>]) -> Value {
        let row =
            |row: &Vec<Complex64>| Value::list(row.iter().map(|z| z.value()).collect::<Args>());
        Value::list(rows.iter().map(row).collect::<Args>())
    }

    fn rows(of: &Value) -> Vec<Vec<Complex64>> {
        let row = |row: &Value| {
            row.as_list().unwrap().iter().map(|z| Complex64::read(z).unwrap()).collect()
        };
        of.as_list().unwrap().iter().map(row).collect()
    }

    /// The sum over the inner index, one after the other.
    fn times(a: &[Vec<Complex64>], b: &[Vec<Complex64>]) -> Vec<Vec<Complex64>> {
        let sum = |row: &Vec<Complex64>, j: usize| {
            row.iter().zip(b).fold(Complex64::ZERO, |sum, (x, line)| sum + *x * line[j])
        };
        a.iter().map(|row| (0..b[0].len()).map(|j| sum(row, j)).collect()).collect()
    }

    fn distance(a: &[Vec<Complex64>], b: &[Vec<Complex64>]) -> f64 {
        assert_eq!((a.len(), a[0].len()), (b.len(), b[0].len()));
        a.iter().flatten().zip(b.iter().flatten()).map(|(x, y)| (*x - *y).abs()).fold(0.0, f64::max)
    }

    #[test]
    fn solutions_satisfy_their_equations() {
        let mut rng = bolt_base::Rng::new(4);
        for size in 1..12 {
            for is_complex in [false, true] {
                let a = random(&mut rng, size, size, is_complex);
                let b = random(&mut rng, size, 3, is_complex);
                let [dense, right] = Dense::read([&value(&a), &value(&b)]).unwrap();
                let factors = dense.lu();
                let x = rows(&factors.solve(&right).unwrap().value());
                assert!(distance(&times(&a, &x), &b) < 1e-9);
                let unit = times(&a, &rows(&factors.inverse().value()));
                let identity: Vec<Vec<Complex64>> = (0..size)
                    .map(|i| {
                        (0..size)
                            .map(|j| Complex64::new(f64::from(u8::from(i == j)), 0.0))
                            .collect()
                    })
                    .collect();
                assert!(distance(&unit, &identity) < 1e-9);
            }
        }
    }

    #[test]
    fn factors_multiply_to_their_matrix() {
        let mut rng = bolt_base::Rng::new(2);
        for (m, n) in [(1, 1), (3, 2), (5, 5), (4, 7)] {
            for is_complex in [false, true] {
                let a = random(&mut rng, m, n, is_complex);
                let [dense] = Dense::read([&value(&a)]).unwrap();
                let Singular { u, values, v } = dense.svd().unwrap();
                let entry = |i, j| if i == j { values[i] } else { 0.0 };
                let middle = Dense::Real(Mat::from_fn(m, n, entry));
                let (u, w, v) =
                    (rows(&u.value()), rows(&middle.value()), rows(&v.adjoint().value()));
                assert!(distance(&times(&times(&u, &w), &v), &a) < 1e-12);
                let (q, r) = dense.qr();
                assert!(distance(&times(&rows(&q.value()), &rows(&r.value())), &a) < 1e-12);
                let square = times(&rows(&dense.adjoint().value()), &a);
                if n <= m {
                    let [square_dense] = Dense::read([&value(&square)]).unwrap();
                    let upper = square_dense.cholesky().unwrap();
                    let lower = rows(&upper.adjoint().value());
                    assert!(distance(&times(&lower, &rows(&upper.value())), &square) < 1e-10);
                }
            }
        }
    }

    #[test]
    fn determinants_change_sign_with_each_swap_of_rows() {
        let mut session = Session::new();
        let mut run = |program: &str| crate::number::to_f64(&session.run(program)).unwrap();
        assert_eq!(run("Det[{{0., 1.}, {1., 0.}}]"), -1.0);
        assert_eq!(run("Det[{{0., 1., 0.}, {0., 0., 1.}, {1., 0., 0.}}]"), 1.0);
        assert_eq!(run("Det[{{0., 2., 0.}, {1., 0., 0.}, {0., 0., 3.}}]"), -6.0);
        assert_eq!(run("Det[{{1., 2.}, {2., 4.}}]"), 0.0);
    }

    #[test]
    fn products_of_packed_arrays_are_the_sums_of_products() {
        let mut rng = bolt_base::Rng::new(6);
        let session = Session::new();
        for (m, k, n) in [(1, 1, 1), (3, 4, 5), (40, 33, 37)] {
            let (a, b) = (random(&mut rng, m, k, false), random(&mut rng, k, n, false));
            let packed = |rows: &[Vec<Complex64>], width: usize| {
                let all = rows.iter().flatten().map(|z| z.re).collect();
                Value::array(Elements::Reals(all), smallvec![rows.len(), width])
            };
            let found = product(&session, &packed(&a, k), &packed(&b, n)).unwrap().unwrap();
            assert!(distance(&rows(&found), &times(&a, &b)) < 1e-12);
        }
    }
}
