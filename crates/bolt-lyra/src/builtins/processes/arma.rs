//! Autoregressive moving averages: `x[t] = a1 x[t-1] + ... + e[t] + b1 e[t-1] + ...`, fitted by
//! their exact Gaussian likelihood.
//!
//! The likelihood is that of the prediction errors of Kalman's filter for the state of Harvey
//! (1981), which begins in its stationary state. Coefficients are sought as partial
//! autocorrelations, so that every point of the search is stationary and invertible (Jones 1980),
//! by the simplex of Nelder and Mead (1965).

/// What a fit has found; the mean is that of the series.
#[derive(Debug, Clone)]
pub(super) struct Fit {
    pub(super) mean: f64,
    pub(super) ar: Vec<f64>,
    pub(super) ma: Vec<f64>,
    /// The variance of the errors.
    pub(super) variance: f64,
    pub(super) log_likelihood: f64,
    /// Errors of the predictions one step ahead.
    pub(super) residuals: Vec<f64>,
}

/// Returns coefficients with these partial autocorrelations (Durbin and Levinson).
fn coefficients(partial: &[f64]) -> Vec<f64> {
    let mut all: Vec<f64> = Vec::new();
    for own in partial {
        let before = all.clone();
        all.iter_mut().zip(before.iter().rev()).for_each(|(a, b)| *a -= own * b);
        all.push(*own);
    }
    all
}

/// Errors of predictions and their variances in units of that of the errors.
struct Predictions {
    errors: Vec<f64>,
    scales: Vec<f64>,
}

/// Returns the covariance of the state in units of the variance, by the solution of
/// `P = T P T' + R R'`; doubling squares the matrix T.
fn stationary(ar: &[f64], r: &[f64]) -> Vec<Vec<f64>> {
    let size = r.len();
    let mut step = vec![vec![0.0; size]; size];
    for (i, row) in step.iter_mut().enumerate() {
        row[0] = ar.get(i).copied().unwrap_or(0.0);
        if i + 1 < size {
            row[i + 1] = 1.0;
        }
    }
    let mut sum: Vec<Vec<f64>> = r.iter().map(|a| r.iter().map(|b| a * b).collect()).collect();
    for _ in 0..60 {
        let more = product(&product(&step, &sum), &transposed(&step));
        let size_of = |rows: &[Vec<f64>]| rows.iter().flatten().fold(0.0f64, |m, x| m.max(x.abs()));
        let is_done = size_of(&more) <= 1e-15 * size_of(&sum);
        sum.iter_mut().flatten().zip(more.iter().flatten()).for_each(|(a, b)| *a += b);
        if is_done {
            break;
        }
        step = product(&step, &step);
    }
    sum
}

fn product(a: &[Vec<f64>], b: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let row = |row: &Vec<f64>| {
        let mut sums = vec![0.0; b[0].len()];
        for (factor, line) in row.iter().zip(b) {
            sums.iter_mut().zip(line).for_each(|(sum, x)| *sum += factor * x);
        }
        sums
    };
    a.iter().map(row).collect()
}

fn transposed(a: &[Vec<f64>]) -> Vec<Vec<f64>> {
    (0..a[0].len()).map(|j| a.iter().map(|row| row[j]).collect()).collect()
}

/// Runs Kalman's filter over a series without its mean.
fn predictions(series: &[f64], ar: &[f64], ma: &[f64]) -> Predictions {
    let size = ar.len().max(ma.len() + 1);
    let r: Vec<f64> = (0..size)
        .map(|i| if i == 0 { 1.0 } else { ma.get(i - 1).copied().unwrap_or(0.0) })
        .collect();
    let phi = |i: usize| ar.get(i).copied().unwrap_or(0.0);
    let mut covariance = stationary(ar, &r);
    let mut state = vec![0.0; size];
    let (mut errors, mut scales) =
        (Vec::with_capacity(series.len()), Vec::with_capacity(series.len()));
    for x in series {
        let scale = covariance[0][0];
        let error = x - state[0];
        errors.push(error);
        scales.push(scale);
        let gain: Vec<f64> = covariance.iter().map(|row| row[0] / scale).collect();
        let first = covariance[0].clone();
        for (row, gain) in covariance.iter_mut().zip(&gain) {
            row.iter_mut().zip(&first).for_each(|(value, own)| *value -= gain * own);
        }
        state.iter_mut().zip(&gain).for_each(|(value, gain)| *value += gain * error);
        let next = |of: &[f64], i: usize| phi(i) * of[0] + of.get(i + 1).copied().unwrap_or(0.0);
        state = (0..size).map(|i| next(&state, i)).collect();
        // T P T' + R R'.
        let rows: Vec<Vec<f64>> = (0..size)
            .map(|i| {
                (0..size)
                    .map(|j| {
                        let below = covariance.get(i + 1).map_or(0.0, |row| row[j]);
                        phi(i) * covariance[0][j] + below
                    })
                    .collect()
            })
            .collect();
        for (i, row) in covariance.iter_mut().enumerate() {
            for (j, value) in row.iter_mut().enumerate() {
                *value = next(&rows[i], j) + r[i] * r[j];
            }
        }
    }
    Predictions { errors, scales }
}

/// Returns the variance of the errors that is most likely, and the logarithm of the likelihood.
fn likelihood(of: &Predictions) -> (f64, f64) {
    let count = of.errors.len() as f64;
    let squares: f64 = of.errors.iter().zip(&of.scales).map(|(e, s)| e * e / s).sum();
    let variance = squares / count;
    let logs: f64 = of.scales.iter().map(|scale| scale.ln()).sum();
    let constant = (2.0 * std::f64::consts::PI * variance).ln() + 1.0;
    (variance, -0.5 * (count * constant + logs))
}

/// Fits a process with so many coefficients; `None` for too few data or such that do not vary.
pub(super) fn fit(data: &[f64], p: usize, q: usize) -> Option<Fit> {
    let count = data.len();
    if count < p + q + 3 || p > 50 || q > 50 || !data.iter().all(|x| x.is_finite()) {
        return None;
    }
    let start_mean = data.iter().sum::<f64>() / count as f64;
    let spread = (data.iter().map(|x| (x - start_mean).powi(2)).sum::<f64>() / count as f64).sqrt();
    if spread == 0.0 {
        return None;
    }
    let taken = |point: &[f64]| {
        let partial = |all: &[f64]| all.iter().map(|x| x.tanh()).collect::<Vec<f64>>();
        let ar = coefficients(&partial(&point[..p]));
        let ma = coefficients(&partial(&point[p..p + q])).iter().map(|b| -b).collect::<Vec<f64>>();
        (ar, ma, start_mean + spread * point[p + q])
    };
    let cost = |point: &[f64]| {
        let (ar, ma, mean) = taken(point);
        let series: Vec<f64> = data.iter().map(|x| x - mean).collect();
        let (_, value) = likelihood(&predictions(&series, &ar, &ma));
        if value.is_finite() { -value } else { f64::INFINITY }
    };
    let mut start = vec![0.0; p + q + 1];
    let centred: Vec<f64> = data.iter().map(|x| x - start_mean).collect();
    for (place, own) in partial_correlations(&centred, p).iter().enumerate() {
        start[place] = own.clamp(-0.95, 0.95).atanh();
    }
    let mut best = simplex(&cost, &start);
    // A second search from what the first has found leaves a simplex that has collapsed.
    best = simplex(&cost, &best);
    let (ar, ma, mean) = taken(&best);
    let series: Vec<f64> = data.iter().map(|x| x - mean).collect();
    let found = predictions(&series, &ar, &ma);
    let (variance, log_likelihood) = likelihood(&found);
    Some(Fit { mean, ar, ma, variance, log_likelihood, residuals: found.errors })
}

/// Returns the first partial autocorrelations of a series without its mean.
fn partial_correlations(series: &[f64], most: usize) -> Vec<f64> {
    let at = |lag: usize| series.iter().zip(&series[lag..]).map(|(a, b)| a * b).sum::<f64>();
    let (mut all, mut partial) = (Vec::<f64>::new(), Vec::new());
    let mut rest = at(0);
    for lag in 1..=most {
        let known: f64 = all.iter().enumerate().map(|(k, a)| a * at(lag - 1 - k)).sum();
        let own = (at(lag) - known) / rest;
        let before = all.clone();
        all.iter_mut().zip(before.iter().rev()).for_each(|(a, b)| *a -= own * b);
        all.push(own);
        partial.push(own);
        rest *= 1.0 - own * own;
    }
    partial
}

/// Returns a point where a function is least.
fn simplex(cost: &dyn Fn(&[f64]) -> f64, start: &[f64]) -> Vec<f64> {
    let size = start.len();
    let mut points: Vec<(f64, Vec<f64>)> = vec![(cost(start), start.to_vec())];
    for axis in 0..size {
        let mut point = start.to_vec();
        point[axis] += 0.2;
        points.push((cost(&point), point));
    }
    for _ in 0..400 * (size + 1) {
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (best, worst) = (points[0].0, points[size].0);
        if worst - best <= 1e-12 * (1.0 + best.abs()) {
            break;
        }
        let middle: Vec<f64> = (0..size)
            .map(|axis| {
                points[..size].iter().map(|(_, point)| point[axis]).sum::<f64>() / size as f64
            })
            .collect();
        let along = |by: f64| {
            let last = &points[size].1;
            let point: Vec<f64> = middle.iter().zip(last).map(|(m, w)| m + by * (w - m)).collect();
            (cost(&point), point)
        };
        let reflected = along(-1.0);
        let new = if reflected.0 < best {
            let further = along(-2.0);
            if further.0 < reflected.0 { further } else { reflected }
        } else if reflected.0 < points[size - 1].0 {
            reflected
        } else {
            along(if reflected.0 < worst { -0.5 } else { 0.5 })
        };
        if new.0 < worst {
            points[size] = new;
            continue;
        }
        let centre = points[0].1.clone();
        for (value, point) in &mut points[1..] {
            point.iter_mut().zip(&centre).for_each(|(x, c)| *x = c + 0.5 * (*x - c));
            *value = cost(point);
        }
    }
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    points.remove(0).1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The density of all data at once, from their covariances.
    fn oracle(series: &[f64], ar: &[f64], ma: &[f64], variance: f64) -> f64 {
        // Covariances from a long expansion in errors.
        let mut psi = vec![1.0];
        for k in 1..4000 {
            let own = ma.get(k - 1).copied().unwrap_or(0.0);
            let past: f64 = ar
                .iter()
                .enumerate()
                .filter(|(i, _)| *i < k)
                .map(|(i, a)| a * psi[k - 1 - i])
                .sum();
            psi.push(own + past);
        }
        let covariance = |lag: usize| -> f64 {
            variance * psi.iter().zip(&psi[lag..]).map(|(a, b)| a * b).sum::<f64>()
        };
        let size = series.len();
        let mut root = vec![vec![0.0; size]; size];
        let (mut logs, mut squares) = (0.0, 0.0);
        let mut solved = vec![0.0; size];
        for i in 0..size {
            for j in 0..=i {
                let known: f64 = (0..j).map(|k| root[i][k] * root[j][k]).sum();
                let rest: f64 = covariance(i - j) - known;
                root[i][j] = if i == j { rest.sqrt() } else { rest / root[j][j] };
            }
            let known: f64 = (0..i).map(|k| root[i][k] * solved[k]).sum();
            solved[i] = (series[i] - known) / root[i][i];
            logs += root[i][i].ln();
            squares += solved[i] * solved[i];
        }
        -0.5 * (size as f64 * (2.0 * std::f64::consts::PI).ln() + squares) - logs
    }

    #[test]
    fn the_filter_has_the_likelihood_of_the_joint_density() {
        let mut rng = bolt_base::Rng::new(8);
        let series: Vec<f64> = (0..30).map(|_| rng.normal()).collect();
        let cases: [(&[f64], &[f64]); 4] = [
            (&[0.6], &[]),
            (&[], &[0.5, -0.3]),
            (&[0.5, -0.4], &[0.7]),
            (&[0.9], &[0.2, 0.1, 0.3]),
        ];
        for (ar, ma) in cases {
            let (variance, value) = likelihood(&predictions(&series, ar, ma));
            let wanted = oracle(&series, ar, ma, variance);
            assert!((value - wanted).abs() < 1e-8, "{ar:?} {ma:?}: {value} {wanted}");
        }
    }

    #[test]
    fn fits_come_near_the_process_that_made_the_data() {
        let mut rng = bolt_base::Rng::new(5);
        let (mut x, mut before, mut error) = (0.0, 0.0, 0.0);
        let mut data = Vec::new();
        for _ in 0..3000 {
            let new = rng.normal();
            let next = 0.5 * x + 0.2 * before + new + 0.4 * error;
            (before, x, error) = (x, next, new);
            data.push(10.0 + next);
        }
        let fit = fit(&data, 2, 1).expect("it varies");
        assert!((fit.mean - 10.0).abs() < 0.3, "{fit:?}", fit = fit.mean);
        let near = |a: f64, b: f64| (a - b).abs() < 0.15;
        assert!(
            near(fit.ar[0], 0.5) && near(fit.ar[1], 0.2) && near(fit.ma[0], 0.4),
            "{:?}",
            fit.ar
        );
        assert!(near(fit.variance, 1.0));
    }

    #[test]
    fn the_likelihood_falls_off_the_fit() {
        let mut rng = bolt_base::Rng::new(2);
        let data: Vec<f64> = (0..60).map(|_| rng.normal()).collect();
        let fit = fit(&data, 1, 1).expect("it varies");
        for (da, db) in [(0.02, 0.0), (-0.02, 0.0), (0.0, 0.02), (0.0, -0.02)] {
            let series: Vec<f64> = data.iter().map(|x| x - fit.mean).collect();
            let (ar, ma) = ([fit.ar[0] + da], [fit.ma[0] + db]);
            let (_, value) = likelihood(&predictions(&series, &ar, &ma));
            assert!(value <= fit.log_likelihood + 1e-9);
        }
    }
}
