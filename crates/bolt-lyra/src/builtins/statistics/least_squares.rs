//! Least squares of machine numbers: linear by reflections (Householder, 1958), nonlinear by the
//! method of Levenberg (1944) and Marquardt (1963).

use crate::session::Evaluated;

/// Returns the x for which the rows times x are nearest to the values; `None` if the columns
/// depend on one another or there are fewer rows than columns.
pub(super) fn solve(rows: &[Vec<f64>], values: &[f64]) -> Option<Vec<f64>> {
    let (n, p) = (rows.len(), rows.first()?.len());
    if n < p || p == 0 {
        return None;
    }
    let mut a: Vec<Vec<f64>> = rows.to_vec();
    let mut b = values.to_vec();
    let largest = a.iter().flatten().fold(0.0f64, |most, x| most.max(x.abs()));
    for k in 0..p {
        let length = (k..n).map(|i| a[i][k] * a[i][k]).sum::<f64>().sqrt();
        if length <= largest * 1e-14 || !length.is_finite() {
            return None;
        }
        let alpha = if a[k][k] > 0.0 { -length } else { length };
        // The vector whose reflection takes the column to its first entry.
        let mut v: Vec<f64> = (k..n).map(|i| a[i][k]).collect();
        v[0] -= alpha;
        let square: f64 = v.iter().map(|x| x * x).sum();
        for j in k..p {
            let dot: f64 = v.iter().zip(&a[k..]).map(|(v, row)| v * row[j]).sum();
            let factor = 2.0 * dot / square;
            v.iter().zip(&mut a[k..]).for_each(|(v, row)| row[j] -= factor * v);
        }
        let dot: f64 = v.iter().zip(&b[k..]).map(|(v, b)| v * b).sum();
        let factor = 2.0 * dot / square;
        v.iter().zip(&mut b[k..]).for_each(|(v, b)| *b -= factor * v);
    }
    let mut x = vec![0.0; p];
    for k in (0..p).rev() {
        let rest: f64 = (k + 1..p).map(|j| a[k][j] * x[j]).sum();
        x[k] = (b[k] - rest) / a[k][k];
    }
    x.iter().all(|x| x.is_finite()).then_some(x)
}

/// Steps are tried so often.
const MOST_STEPS: usize = 500;

/// Values of a formula and its derivatives at each point, for given parameters; `None` where they
/// are no numbers.
type Evaluate<'a> = &'a mut dyn FnMut(&[f64]) -> Evaluated<Option<Vec<Vec<f64>>>>;

/// Parameters, and the derivatives by them at each point.
type Minimum = (Vec<f64>, Vec<Vec<f64>>);

/// Returns the parameters for which a formula is nearest to the values, and its derivatives there.
pub(super) fn minimize(
    values: &[f64],
    start: &[f64],
    evaluate: Evaluate<'_>,
) -> Evaluated<Option<Minimum>> {
    let mut parameters = start.to_vec();
    let Some(mut rows) = evaluate(&parameters)? else { return Ok(None) };
    let residuals = |rows: &[Vec<f64>]| -> Vec<f64> {
        rows.iter().zip(values).map(|(row, y)| y - row[0]).collect()
    };
    let sum = |residuals: &[f64]| residuals.iter().map(|r| r * r).sum::<f64>();
    let mut error = sum(&residuals(&rows));
    let mut damping = 1e-3;
    for _ in 0..MOST_STEPS {
        let Some(step) = damped_step(&rows, &residuals(&rows), damping) else { return Ok(None) };
        let next: Vec<f64> = parameters.iter().zip(&step).map(|(p, s)| p + s).collect();
        let tried = evaluate(&next)?.filter(|rows| rows.iter().flatten().all(|x| x.is_finite()));
        let better = tried.filter(|rows| sum(&residuals(rows)) <= error);
        let is_small = step
            .iter()
            .zip(&parameters)
            .all(|(step, parameter)| step.abs() <= 1e-14 * (1e-6 + parameter.abs()));
        match better {
            Some(better) => {
                let new = sum(&residuals(&better));
                let is_same = error - new <= 1e-16 * error && is_near(&step, &parameters);
                (parameters, rows, error) = (next, better, new);
                damping = (damping / 10.0).max(1e-12);
                if is_same || is_small || error == 0.0 {
                    break;
                }
            }
            None if is_small => break,
            None => damping *= 10.0,
        }
        if damping > 1e20 {
            break;
        }
    }
    let slopes = rows.into_iter().map(|row| row[1..].to_vec()).collect();
    Ok(error.is_finite().then_some((parameters, slopes)))
}

fn is_near(step: &[f64], parameters: &[f64]) -> bool {
    step.iter().zip(parameters).all(|(step, p)| step.abs() <= 1e-8 * (1e-8 + p.abs()))
}

/// Returns the step that is best for the linear model at the parameters, held back by a multiple
/// of the sizes of the columns.
fn damped_step(rows: &[Vec<f64>], residuals: &[f64], damping: f64) -> Option<Vec<f64>> {
    let count = rows.first()?.len() - 1;
    let mut system: Vec<Vec<f64>> = rows.iter().map(|row| row[1..].to_vec()).collect();
    let mut right = residuals.to_vec();
    for k in 0..count {
        let size: f64 = rows.iter().map(|row| row[k + 1] * row[k + 1]).sum::<f64>().sqrt();
        let mut row = vec![0.0; count];
        row[k] = damping.sqrt() * if size > 0.0 { size } else { 1.0 };
        system.push(row);
        right.push(0.0);
    }
    solve(&system, &right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_residual_of_a_solution_is_at_right_angles_to_the_columns() {
        let rows: Vec<Vec<f64>> = (0..30)
            .map(|i| {
                let x = f64::from(i) / 7.0;
                vec![1.0, x, x * x, (x * 1.3).sin()]
            })
            .collect();
        let values: Vec<f64> = (0..30).map(|i| f64::from(i * 37 % 11) - 4.0).collect();
        let x = solve(&rows, &values).expect("independent columns");
        for k in 0..4 {
            let dot: f64 = rows
                .iter()
                .zip(&values)
                .map(|(row, y)| row[k] * (y - row.iter().zip(&x).map(|(a, b)| a * b).sum::<f64>()))
                .sum();
            assert!(dot.abs() < 1e-9, "{dot}");
        }
        assert!(solve(&[vec![1.0, 2.0], vec![2.0, 4.0]], &[1.0, 1.0]).is_none());
    }

    #[test]
    fn an_exponential_is_found_again() {
        let points: Vec<f64> = (0..12).map(|i| f64::from(i) / 4.0).collect();
        let values: Vec<f64> = points.iter().map(|x| 2.5 * (-0.7 * x).exp() + 0.3).collect();
        let mut evaluate = |p: &[f64]| {
            let row = |x: &f64| {
                let e = (-p[1] * x).exp();
                vec![p[0] * e + p[2], e, -p[0] * x * e, 1.0]
            };
            Ok(Some(points.iter().map(row).collect()))
        };
        let found = minimize(&values, &[1.0, 1.0, 1.0], &mut evaluate);
        let (found, _) = found.expect("no interrupt").expect("a minimum");
        for (a, b) in found.iter().zip([2.5, 0.7, 0.3]) {
            assert!((a - b).abs() < 1e-9, "{found:?}");
        }
    }
}
