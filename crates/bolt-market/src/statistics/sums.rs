//! Sums and moments whose error does not grow with the number of terms.

/// Accumulators side by side: independent, so that the processor can work on all at once.
const LANES: usize = 8;

/// Sums `term` over `values` by Knuth's error-free addition: as if in twice the precision,
/// rounded once at the end.
#[inline(always)]
pub(super) fn sum_of(values: &[f64], term: impl Fn(f64) -> f64) -> f64 {
    let (mut sums, mut errors) = ([0.0; LANES], [0.0; LANES]);
    let chunks = values.chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        for lane in 0..LANES {
            add(&mut sums[lane], &mut errors[lane], term(chunk[lane]));
        }
    }
    for (lane, &value) in rest.iter().enumerate() {
        add(&mut sums[lane], &mut errors[lane], term(value));
    }
    let (mut sum, mut error) = (0.0, 0.0);
    for lane in 0..LANES {
        add(&mut sum, &mut error, sums[lane]);
        error += errors[lane];
    }
    sum + error
}

#[inline(always)]
fn add(sum: &mut f64, error: &mut f64, term: f64) {
    let total = *sum + term;
    let term_part = total - *sum;
    *error += (*sum - (total - term_part)) + (term - term_part);
    *sum = total;
}

/// Returns the sum.
pub(super) fn sum(values: &[f64]) -> f64 {
    sum_of(values, |x| x)
}

/// Returns the arithmetic mean; NaN of nothing.
pub(super) fn mean(values: &[f64]) -> f64 {
    sum(values) / values.len() as f64
}

/// The mean and the sums of powers of the deviations from it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moments {
    pub(super) count: f64,
    pub(super) mean: f64,
    /// Sum of squared deviations.
    pub(super) second: f64,
    third: f64,
    fourth: f64,
}

impl Moments {
    pub(super) fn of(values: &[f64]) -> Self {
        let mean = mean(values);
        let power = |exponent: i32| sum_of(values, |x| (x - mean).powi(exponent));
        let mut moments = Self {
            count: values.len() as f64,
            mean,
            second: power(2),
            third: power(3),
            fourth: power(4),
        };
        // Equal values deviate from their mean by its rounding at most.
        let noise = 4.0 * f64::EPSILON * mean;
        if moments.second <= moments.count * noise * noise {
            (moments.second, moments.third, moments.fourth) = (0.0, 0.0, 0.0);
        }
        moments
    }

    /// Standard deviation with `n - 1`; NaN of fewer than two values.
    pub(super) fn deviation(&self) -> f64 {
        if self.count < 2.0 { f64::NAN } else { (self.second / (self.count - 1.0)).sqrt() }
    }

    /// Sample skewness `G1` (Joanes and Gill 1998); NaN of fewer than three values.
    pub(super) fn skewness(&self) -> f64 {
        let n = self.count;
        if n < 3.0 {
            return f64::NAN;
        }
        n * (n - 1.0).sqrt() / (n - 2.0) * self.third / self.second.powf(1.5)
    }

    /// Sample excess kurtosis `G2` (Joanes and Gill 1998), 0 for a normal distribution; NaN of
    /// fewer than four values.
    pub(super) fn excess_kurtosis(&self) -> f64 {
        let n = self.count;
        if n < 4.0 {
            return f64::NAN;
        }
        let scale = (n - 1.0) / ((n - 2.0) * (n - 3.0));
        let shape = n * (n + 1.0) * self.fourth / (self.second * self.second);
        scale * (shape - 3.0 * (n - 1.0))
    }
}

/// The sum of `term` over pairs of values.
pub(super) fn sum_of_pairs(left: &[f64], right: &[f64], term: impl Fn(f64, f64) -> f64) -> f64 {
    let (mut sum, mut error) = (0.0, 0.0);
    for (&a, &b) in left.iter().zip(right) {
        add(&mut sum, &mut error, term(a, b));
    }
    sum + error
}

/// Covariance over variance of the right side, and the correlation, both about the means.
pub(super) fn regression(left: &[f64], right: &[f64]) -> (f64, f64) {
    let (left_mean, right_mean) = (mean(left), mean(right));
    let product = sum_of_pairs(left, right, |a, b| (a - left_mean) * (b - right_mean));
    let (a, b) = (Moments::of(left).second, Moments::of(right).second);
    (product / b, product / (a * b).sqrt())
}

/// Divides, giving NaN for a divisor of 0.
pub(super) fn ratio(numerator: f64, denominator: f64) -> f64 {
    if denominator == 0.0 { f64::NAN } else { numerator / denominator }
}
