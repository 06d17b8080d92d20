//! The combinations of a sweep.

use thiserror::Error;

/// A parameter and the values it takes, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// The name, as formulas use it.
    pub name: String,
    /// The values, at least one.
    pub values: Vec<f64>,
}

/// What is wrong with the text of a parameter.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum GridError {
    /// No `=` or no name before it.
    #[error("`{0}` is not a parameter; write for example `fast=5..50:5` or `fast=5,10,20`")]
    NotAParameter(String),
    /// A name that a formula could not use.
    #[error("`{0}` is not a name that a formula can use; take letters and digits, a letter first")]
    Name(String),
    /// The same parameter twice.
    #[error("the parameter `{0}` is given twice")]
    Twice(String),
    /// A bound, step or value that is not a number.
    #[error("`{value}` in `{text}` is not a number")]
    Number {
        /// The part that is not a number.
        value: String,
        /// The whole parameter.
        text: String,
    },
    /// A value twice: its combinations would count as independent tries.
    #[error("`{text}` has the value {value} twice; a combination counts once")]
    Repeated {
        /// The value.
        value: f64,
        /// The whole parameter.
        text: String,
    },
    /// A step that does not lead from the first to the last value.
    #[error("`{0}` has no values: the step must lead from the first number to the last")]
    Empty(String),
    /// More values or combinations than [`Grid::COMBINATIONS_MAX`].
    #[error("`{0}` gives more than {max} combinations", max = Grid::COMBINATIONS_MAX)]
    TooMany(String),
}

impl Parameter {
    /// Parses `name=a..b`, `name=a..b:step` (both ends included) or `name=a,b,c`.
    ///
    /// # Errors
    /// If the text has another form, an end is not a number or nothing lies between them.
    pub fn parse(text: &str) -> Result<Self, GridError> {
        let Some((name, values)) = text.split_once('=') else {
            return Err(GridError::NotAParameter(text.to_owned()));
        };
        let name = name.trim();
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric());
        if !is_name {
            return Err(GridError::Name(name.to_owned()));
        }
        let number = |value: &str| match value.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(number),
            _ => Err(GridError::Number { value: value.to_owned(), text: text.to_owned() }),
        };
        let values = match values.split_once("..") {
            Some((first, rest)) => {
                let (last, step) = rest.split_once(':').unwrap_or((rest, "1"));
                range(text, number(first)?, number(last)?, number(step)?)?
            }
            None => {
                let values = values.split(',').map(number).collect::<Result<Vec<f64>, _>>()?;
                check_distinct(text, &values)?;
                values
            }
        };
        Ok(Self { name: name.to_owned(), values })
    }
}

fn check_distinct(text: &str, values: &[f64]) -> Result<(), GridError> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    // Both zeros are one number, and lie side by side.
    match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(GridError::Repeated { value: pair[0], text: text.to_owned() }),
        None => Ok(()),
    }
}

fn range(text: &str, first: f64, last: f64, step: f64) -> Result<Vec<f64>, GridError> {
    let steps = (last - first) / step;
    if !steps.is_finite() || steps < 0.0 {
        return Err(GridError::Empty(text.to_owned()));
    }
    // A last value that rounding has pushed out of reach is meant to be included.
    let count = (steps + 1e-9).floor() + 1.0;
    if count > Grid::COMBINATIONS_MAX as f64 {
        return Err(GridError::TooMany(text.to_owned()));
    }
    Ok((0..count as usize).map(|index| clean(first + step * index as f64)).collect())
}

/// Takes the rounding of `0.1 + 0.2` out: the nearest number of twelve decimal digits.
fn clean(value: f64) -> f64 {
    let rounded = format!("{value:.12}").parse().unwrap_or(value);
    if (rounded - value).abs() <= value.abs() * 1e-15 { rounded } else { value }
}

/// All combinations of the values of some parameters, the last parameter varying fastest.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Grid {
    parameters: Vec<Parameter>,
}

impl Grid {
    /// The most combinations of a grid.
    pub const COMBINATIONS_MAX: usize = 100_000_000;

    /// Returns the grid of some parameters.
    ///
    /// # Errors
    /// If a name comes twice or there are more than [`Grid::COMBINATIONS_MAX`] combinations.
    pub fn new(parameters: Vec<Parameter>) -> Result<Self, GridError> {
        let mut combinations: usize = 1;
        for (index, parameter) in parameters.iter().enumerate() {
            if parameters[..index].iter().any(|other| other.name == parameter.name) {
                return Err(GridError::Twice(parameter.name.clone()));
            }
            combinations = combinations.saturating_mul(parameter.values.len());
            if combinations > Self::COMBINATIONS_MAX {
                return Err(GridError::TooMany(parameter.name.clone()));
            }
        }
        Ok(Self { parameters })
    }

    /// Returns the parameters.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// Returns the number of combinations, 1 without parameters.
    pub fn len(&self) -> usize {
        self.parameters.iter().map(|parameter| parameter.values.len()).product()
    }

    /// Returns whether there is no combination: a grid has at least one.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the values of the `index`th combination, in the order of the parameters.
    pub fn combination(&self, index: usize) -> Vec<f64> {
        let mut rest = index;
        let mut values: Vec<f64> = self
            .parameters
            .iter()
            .rev()
            .map(|parameter| {
                let value = parameter.values[rest % parameter.values.len()];
                rest /= parameter.values.len();
                value
            })
            .collect();
        values.reverse();
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[f64]) {
        assert_eq!(Parameter::parse(text).map(|p| p.values), Ok(expected.to_vec()), "{text}");
    }

    #[test]
    fn ranges_include_both_ends() {
        check("n=5..8", &[5.0, 6.0, 7.0, 8.0]);
        check("n=20..200:60", &[20.0, 80.0, 140.0, 200.0]);
        check("n=20..199:60", &[20.0, 80.0, 140.0]);
        check("x=0.1..0.5:0.1", &[0.1, 0.2, 0.3, 0.4, 0.5]);
        check("x=3..1:-1", &[3.0, 2.0, 1.0]);
        check("x=7", &[7.0]);
        check("x=7..7", &[7.0]);
        check("x = 1, 2.5,-4", &[1.0, 2.5, -4.0]);
    }

    #[track_caller]
    fn check_error(text: &str, expected: &str) {
        assert_eq!(Parameter::parse(text).unwrap_err().to_string(), expected);
    }

    #[test]
    fn mistakes_are_explained() {
        check_error("x=5,6,5.0", "`x=5,6,5.0` has the value 5 twice; a combination counts once");
        check_error("x=0,-0", "`x=0,-0` has the value -0 twice; a combination counts once");
        check_error(
            "fast",
            "`fast` is not a parameter; write for example `fast=5..50:5` or `fast=5,10,20`",
        );
        check_error(
            "2x=1",
            "`2x` is not a name that a formula can use; take letters and digits, a letter first",
        );
        check_error("n=1..x", "`x` in `n=1..x` is not a number");
        check_error("n=1..inf", "`inf` in `n=1..inf` is not a number");
        check_error(
            "n=5..1",
            "`n=5..1` has no values: the step must lead from the first number to the last",
        );
        check_error(
            "n=1..5:0",
            "`n=1..5:0` has no values: the step must lead from the first number to the last",
        );
        check_error("n=0..1e12", "`n=0..1e12` gives more than 100000000 combinations");
    }

    #[test]
    fn the_last_parameter_varies_fastest() {
        let parse = |text| Parameter::parse(text).unwrap();
        let grid = Grid::new(vec![parse("a=1..2"), parse("b=10,20,30")]).unwrap();
        let all: Vec<Vec<f64>> = (0..grid.len()).map(|index| grid.combination(index)).collect();
        assert_eq!(
            all,
            [[1.0, 10.0], [1.0, 20.0], [1.0, 30.0], [2.0, 10.0], [2.0, 20.0], [2.0, 30.0]]
        );
        assert_eq!(Grid::default().len(), 1);
        assert_eq!(
            Grid::new(vec![parse("a=1"), parse("a=2")]),
            Err(GridError::Twice("a".to_owned()))
        );
        let wide = || Parameter { name: "x".to_owned(), values: vec![0.0; 20_000] };
        let other = Parameter { name: "y".to_owned(), ..wide() };
        assert_eq!(Grid::new(vec![wide(), other]), Err(GridError::TooMany("y".to_owned())));
    }
}
