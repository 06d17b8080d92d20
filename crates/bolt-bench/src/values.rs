//! What a piece of work computed, for comparison.

/// Columns of results, as the engines return them.
#[derive(Debug)]
pub(crate) enum Values {
    F64(Vec<Vec<f64>>),
    F32(Vec<Vec<f32>>),
}

impl Values {
    /// Returns all values, column after column.
    pub(crate) fn flat(&self) -> Vec<f64> {
        match self {
            Self::F64(columns) => columns.concat(),
            Self::F32(columns) => columns.iter().flatten().map(|&value| value.into()).collect(),
        }
    }
}

/// Returns what differs first, in words; `None` if all values are equal within the tolerance,
/// relative to values above 1.
pub(crate) fn difference(ours: &[f64], theirs: &[f64], tolerance: f64) -> Option<String> {
    if ours.len() != theirs.len() {
        return Some(format!("{} values here, {} there", ours.len(), theirs.len()));
    }
    let differs = |(a, b): (&f64, &f64)| {
        let close = (a - b).abs() <= tolerance * a.abs().max(1.0);
        !(close || a == b || a.is_nan() && b.is_nan())
    };
    let different = ours.iter().zip(theirs).filter(|&pair| differs(pair)).count();
    let index = ours.iter().zip(theirs).position(differs)?;
    let (a, b) = (ours[index], theirs[index]);
    Some(format!("{different} of {} differ, first [{index}]: {a} here, {b} there", ours.len()))
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn what_differs_is_told() {
        const NAN: f64 = f64::NAN;
        assert_eq!(difference(&[1.0, NAN, 1e9], &[1.0 + 1e-9, NAN, 1e9 + 1.0], 1e-6), None);
        assert_eq!(difference(&[f64::INFINITY], &[f64::INFINITY], 1e-6), None);
        let told = |ours: &[f64], theirs: &[f64]| difference(ours, theirs, 1e-6).unwrap();
        assert_eq!(told(&[1.0], &[1.0, 2.0]), "1 values here, 2 there");
        assert_eq!(
            told(&[1.0, 2.0, 3.0], &[1.0, NAN, 3.1]),
            "2 of 3 differ, first [1]: 2 here, NaN there"
        );
    }
}
