//! Random values of distributions.

use triomphe::Arc;

use super::super::numbers::random::{filled, shape};
use super::super::{Builtin, builtin};
use super::distributions::Distribution;
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::random::Generator;
use crate::session::{Evaluated, Session};
use crate::value::{Args, Call, Value};

pub(in crate::builtins) const TABLE: &[Builtin] = &[builtin(
    "RandomVariate",
    Attributes::NONE,
    random_variate,
    "RandomVariate[distribution] is a random value of a distribution, RandomVariate[distribution, n] \
     a list of n of them, RandomVariate[distribution, {n, m}] an array. SeedRandom makes them \
     reproducible.",
    &[
        (
            "SeedRandom[3]; a = RandomVariate[NormalDistribution[], 4]; SeedRandom[3]; a == RandomVariate[NormalDistribution[], 4]",
            "True",
        ),
        ("AllTrue[RandomVariate[PoissonDistribution[4], 20], IntegerQ]", "True"),
        (
            "SeedRandom[1]; Abs[Mean[RandomVariate[GammaDistribution[2, 3], 2000]] - 6] < 0.4",
            "True",
        ),
    ],
)];

fn random_variate(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, _) = super::super::options::Options::split(call.args(), 1);
    let (of, size) = match args {
        [of] => (of, None),
        [of, size] => (of, Some(size)),
        _ => return Ok(Step::Same),
    };
    let (Some(of), Some(shape)) = (Distribution::read(session, of)?, shape(size)) else {
        return Ok(Step::Same);
    };
    session.hidden_dependence = true;
    let sampler = Sampler::new(session, &of)?;
    let value = filled(session, &shape, &mut |session| sampler.draw(session, &of))?;
    Ok(value.map_or(Step::Same, Step::Done))
}

/// How values of a distribution are drawn.
enum Sampler {
    Normal(f64, f64),
    LogNormal(f64, f64),
    Uniform(f64, f64),
    Exponential(f64),
    /// The shape and the scale.
    Gamma(f64, f64),
    Beta(f64, f64),
    /// The location, the scale and the degrees of freedom.
    StudentT(f64, f64, f64),
    Poisson(f64),
    /// A row per component of the mean, then the triangular root of the covariance.
    Multinormal(Vec<f64>, Vec<Vec<f64>>),
    Empirical(Vec<Value>),
    /// By the quantile of a uniform number.
    Quantile,
}

impl Sampler {
    fn new(session: &mut Session, of: &Distribution) -> Evaluated<Self> {
        let mut numbers = Vec::new();
        for parameter in &of.parameters {
            let parts = parameter.as_list().unwrap_or(std::slice::from_ref(parameter));
            for part in parts {
                numbers.push(session.machine_value(part)?.unwrap_or(f64::NAN));
            }
        }
        let name =
            session.names.full(of.value.head().as_symbol().unwrap_or(crate::symbol::sym::Null));
        let is_finite = numbers.iter().all(|number| number.is_finite());
        Ok(match (&*name.name, numbers.as_slice()) {
            ("NormalDistribution", &[m, s]) if is_finite => Self::Normal(m, s),
            ("LogNormalDistribution", &[m, s]) if is_finite => Self::LogNormal(m, s),
            ("UniformDistribution", &[a, b]) if is_finite => Self::Uniform(a, b),
            ("ExponentialDistribution", &[rate]) if is_finite => Self::Exponential(rate),
            ("GammaDistribution", &[a, b]) if is_finite => Self::Gamma(a, b),
            ("ErlangDistribution", &[k, rate]) if is_finite => Self::Gamma(k, 1.0 / rate),
            ("ChiSquareDistribution", &[v]) if is_finite => Self::Gamma(v / 2.0, 2.0),
            ("BetaDistribution", &[a, b]) if is_finite => Self::Beta(a, b),
            ("StudentTDistribution", &[m, s, v]) if is_finite => Self::StudentT(m, s, v),
            ("PoissonDistribution", &[m]) if is_finite => Self::Poisson(m),
            ("EmpiricalDistribution", _) => {
                Self::Empirical(of.parameters[0].as_list().unwrap_or(&[]).to_vec())
            }
            ("MultinormalDistribution" | "BinormalDistribution", _) => {
                match multinormal(session, of)? {
                    Some((mean, root)) => Self::Multinormal(mean, root),
                    None => Self::Quantile,
                }
            }
            _ => Self::Quantile,
        })
    }

    fn draw(&self, session: &mut Session, of: &Distribution) -> Evaluated<Option<Value>> {
        let random = &mut session.random;
        let value = match self {
            Self::Normal(m, s) => m + s * normal(random),
            Self::LogNormal(m, s) => (m + s * normal(random)).exp(),
            Self::Uniform(a, b) => a + (b - a) * random.uniform(),
            Self::Exponential(rate) => exponential(random) / rate,
            Self::Gamma(a, b) => b * gamma(random, *a),
            Self::Beta(a, b) => {
                let (x, y) = (gamma(random, *a), gamma(random, *b));
                x / (x + y)
            }
            Self::StudentT(m, s, v) => {
                let square = 2.0 * gamma(random, v / 2.0);
                m + s * normal(random) * (v / square).sqrt()
            }
            Self::Poisson(m) => return Ok(Some(Value::Integer(poisson(random, *m)))),
            Self::Multinormal(mean, root) => {
                let steps: Vec<f64> = mean.iter().map(|_| normal(random)).collect();
                let row = |(m, row): (&f64, &Vec<f64>)| {
                    Value::Real(m + row.iter().zip(&steps).map(|(a, b)| a * b).sum::<f64>())
                };
                return Ok(Some(Value::list(mean.iter().zip(root).map(row).collect::<Args>())));
            }
            Self::Empirical(values) => {
                let place = random.below(values.len());
                return Ok(values.get(place).cloned());
            }
            Self::Quantile => return by_quantile(session, of),
        };
        Ok(Some(Value::Real(value)))
    }
}

fn by_quantile(session: &mut Session, of: &Distribution) -> Evaluated<Option<Value>> {
    let drawn = loop {
        let drawn = session.random.uniform();
        if drawn > 0.0 {
            break drawn;
        }
    };
    let args = [of.value.clone(), Value::Real(drawn)];
    let value = session.system("InverseCDF", args.as_slice())?;
    if value.as_i64().is_some() {
        return Ok(Some(value));
    }
    let value = session.system("N", [value].as_slice())?;
    Ok(Some(value).filter(Value::is_number))
}

type Root = (Vec<f64>, Vec<Vec<f64>>);

/// Returns the mean and the triangular root of the covariance (Cholesky).
fn multinormal(session: &mut Session, of: &Distribution) -> Evaluated<Option<Root>> {
    let (Some(mean), Some(covariance)) =
        (of.fact(session, "Mean", None)?, of.fact(session, "Covariance", None)?)
    else {
        return Ok(None);
    };
    let Some(mean) = machine_list(session, &mean)? else { return Ok(None) };
    let mut matrix = Vec::new();
    for row in covariance.as_list().unwrap_or(&[]) {
        match machine_list(session, row)? {
            Some(row) if row.len() == mean.len() => matrix.push(row),
            _ => return Ok(None),
        }
    }
    if matrix.len() != mean.len() {
        return Ok(None);
    }
    let mut root = vec![vec![0.0; mean.len()]; mean.len()];
    for i in 0..mean.len() {
        for j in 0..=i {
            let known: f64 = (0..j).map(|k| root[i][k] * root[j][k]).sum();
            let rest: f64 = matrix[i][j] - known;
            if i == j && rest <= 0.0 {
                return Ok(None);
            }
            root[i][j] = if i == j { rest.sqrt() } else { rest / root[j][j] };
        }
    }
    Ok(Some((mean, root)))
}

fn machine_list(session: &mut Session, list: &Value) -> Evaluated<Option<Vec<f64>>> {
    let mut all = Vec::new();
    for value in list.as_list().unwrap_or(&[]) {
        match session.machine_value(value)? {
            Some(value) => all.push(value),
            None => return Ok(None),
        }
    }
    Ok(Some(all))
}

/// Returns a standard normal number (polar method of Marsaglia, 1964).
fn normal(random: &mut Generator) -> f64 {
    loop {
        let (a, b) = (2.0 * random.uniform() - 1.0, 2.0 * random.uniform() - 1.0);
        let square = a * a + b * b;
        if square > 0.0 && square < 1.0 {
            return a * (-2.0 * square.ln() / square).sqrt();
        }
    }
}

fn exponential(random: &mut Generator) -> f64 {
    -(1.0 - random.uniform()).ln()
}

/// Returns a gamma number of the scale 1 (Marsaglia and Tsang, 2000).
fn gamma(random: &mut Generator, shape: f64) -> f64 {
    if shape < 1.0 {
        let power = (1.0 - random.uniform()).powf(1.0 / shape);
        return gamma(random, shape + 1.0) * power;
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = normal(random);
        let v = (1.0 + c * x).powi(3);
        if v <= 0.0 {
            continue;
        }
        let u = 1.0 - random.uniform();
        if u.ln() < 0.5 * x * x + d - d * v + d * v.ln() {
            return d * v;
        }
    }
}

/// Returns a Poisson number: a large mean is split by the time of one of its arrivals, which is a
/// gamma number (Ahrens and Dieter, 1974).
fn poisson(random: &mut Generator, mut mean: f64) -> i64 {
    let mut count = 0;
    while mean > 30.0 {
        let arrivals = (mean * 7.0 / 8.0).floor();
        let time = gamma(random, arrivals);
        if time > mean {
            return count + binomial(random, arrivals as i64 - 1, mean / time);
        }
        mean -= time;
        count += arrivals as i64;
    }
    let mut left = (-mean).exp();
    let mut product = random.uniform();
    while product > left {
        product *= random.uniform();
        count += 1;
        left = left.max(f64::MIN_POSITIVE);
    }
    count
}

/// Returns a binomial number: many trials are split by one of their order statistics, which is a
/// beta number (Devroye 1986, chapter 10).
fn binomial(random: &mut Generator, mut trials: i64, mut p: f64) -> i64 {
    let mut count = 0;
    while trials > 40 {
        let place = 1 + trials / 2;
        let (x, y) = (gamma(random, place as f64), gamma(random, (trials + 1 - place) as f64));
        let split = x / (x + y);
        if split <= p {
            count += place;
            trials -= place;
            p = (p - split) / (1.0 - split);
        } else {
            trials = place - 1;
            p /= split;
        }
    }
    count + (0..trials).filter(|_| random.uniform() < p).count() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks the mean and the variance of a sample.
    fn check(draw: &mut dyn FnMut(&mut Generator) -> f64, mean: f64, variance: f64) {
        let mut random = Generator::new(7);
        let all: Vec<f64> = (0..40_000).map(|_| draw(&mut random)).collect();
        let count = all.len() as f64;
        let found = all.iter().sum::<f64>() / count;
        let spread = all.iter().map(|x| (x - found).powi(2)).sum::<f64>() / count;
        assert!((found - mean).abs() < 5.0 * (variance / count).sqrt(), "{found} {mean}");
        assert!((spread / variance - 1.0).abs() < 0.08, "{spread} {variance}");
    }

    #[test]
    fn samples_have_the_mean_and_the_variance_of_their_distribution() {
        check(&mut normal, 0.0, 1.0);
        check(&mut exponential, 1.0, 1.0);
        for shape in [0.3, 1.0, 4.5] {
            check(&mut |random| gamma(random, shape), shape, shape);
        }
        for mean in [0.5, 7.0, 90.0] {
            check(&mut |random| poisson(random, mean) as f64, mean, mean);
        }
        for (trials, p) in [(12, 0.3), (500, 0.07), (300, 0.9)] {
            let n = trials as f64;
            check(&mut |random| binomial(random, trials, p) as f64, n * p, n * p * (1.0 - p));
        }
    }
}
