//! What is said of the choice of the best combination, as JSON and back.

use bolt_market::sweep::{Grid, Selection};
use serde_json::{Map, Value, json};

/// How the best combination looks once the search for it is counted: what is shown of a
/// [`Selection`], and kept beside finished results.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// How many combinations were tried.
    pub tried: usize,
    /// The one with the highest Sharpe ratio: names and values.
    pub best: Vec<(String, f64)>,
    /// The probability that its true Sharpe ratio is above what the best of as many worthless
    /// combinations shows, or why it is not defined.
    pub deflated_sharpe_probability: Result<f64, String>,
    /// Its Sharpe ratio per bar.
    pub sharpe_per_bar: f64,
    /// The Sharpe ratio per bar that the best of as many worthless ones shows; NaN if fewer than
    /// two combinations have any.
    pub sharpe_per_bar_threshold: f64,
    /// How many independent tries the combinations amount to.
    pub independent_tries: f64,
    /// Mean correlation of two combinations' returns, at least 0.
    pub mean_correlation: f64,
    /// The probability of backtest overfitting, or why it could not be measured.
    pub overfitting_probability: Result<f64, String>,
    /// How many combinations the last three were measured on.
    pub combinations_looked_at: usize,
    /// How many bars each of the returns spans that were correlated.
    pub bars_per_return: usize,
    /// What chose the pairs of combinations that were compared.
    pub seed: u64,
}

impl Assessment {
    pub(super) fn new(selection: &Selection, grid: &Grid, seed: u64) -> Self {
        let Selection { tried, best, deflated, effective, overfitting, sampled, bars_per_return } =
            selection;
        let names = grid.parameters().iter().map(|parameter| parameter.name.clone());
        let deflated_sharpe_probability = match deflated.probability {
            none if none.is_nan() => Err(why_undefined(deflated.threshold).to_owned()),
            probability => Ok(probability),
        };
        Self {
            tried: *tried,
            best: names.zip(grid.combination(*best)).collect(),
            deflated_sharpe_probability,
            sharpe_per_bar: deflated.sharpe,
            sharpe_per_bar_threshold: deflated.threshold,
            independent_tries: effective.value,
            mean_correlation: effective.mean_correlation,
            overfitting_probability: match overfitting {
                Ok(overfitting) => Ok(overfitting.probability),
                Err(reason) => Err(reason.to_string()),
            },
            combinations_looked_at: *sampled,
            bars_per_return: *bars_per_return,
            seed,
        }
    }

    /// Returns the figures by name: `null` where one is not defined, with the reason under its name
    /// in `reasons`.
    pub fn to_json(&self) -> Value {
        let Self {
            tried,
            best,
            deflated_sharpe_probability,
            sharpe_per_bar,
            sharpe_per_bar_threshold,
            independent_tries,
            mean_correlation,
            overfitting_probability,
            combinations_looked_at,
            bars_per_return,
            seed,
        } = self;
        let best: Map<String, Value> =
            best.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        let mut reasons = Map::new();
        let deflated = [(DEFLATED, deflated_sharpe_probability)];
        for (name, figure) in deflated.into_iter().chain([(OVERFITTING, overfitting_probability)]) {
            if let Err(reason) = figure {
                reasons.insert(name.to_owned(), json!(reason));
            }
        }
        if sharpe_per_bar_threshold.is_nan() {
            reasons.insert("sharpe_per_bar_threshold".to_owned(), json!(TOO_FEW_SHARPES));
        }
        json!({
            "tried": tried,
            "best": best,
            DEFLATED: deflated_sharpe_probability.as_ref().ok(),
            "sharpe_per_bar": sharpe_per_bar,
            "sharpe_per_bar_threshold": sharpe_per_bar_threshold,
            "independent_tries": independent_tries,
            "mean_correlation": mean_correlation,
            OVERFITTING: overfitting_probability.as_ref().ok(),
            "combinations_looked_at": combinations_looked_at,
            "bars_per_return": bars_per_return,
            "seed": seed,
            "reasons": reasons,
        })
    }

    /// Reads what [`to_json`](Self::to_json) has written; `None` of anything else.
    pub(super) fn from_json(value: &Value, grid: &Grid) -> Option<Self> {
        let number = |name: &str| match value.get(name)? {
            Value::Null => Some(f64::NAN),
            value => value.as_f64(),
        };
        let count = |name: &str| usize::try_from(value.get(name)?.as_u64()?).ok();
        let probability = |name: &str| match value.get(name)? {
            Value::Null => Some(Err(value.get("reasons")?.get(name)?.as_str()?.to_owned())),
            value => value.as_f64().map(Ok),
        };
        let best = value.get("best")?;
        let parameter = |name: &String| Some((name.clone(), best.get(name)?.as_f64()?));
        let names = grid.parameters().iter().map(|parameter| &parameter.name);
        Some(Self {
            tried: count("tried")?,
            best: names.map(parameter).collect::<Option<_>>()?,
            deflated_sharpe_probability: probability(DEFLATED)?,
            sharpe_per_bar: number("sharpe_per_bar")?,
            sharpe_per_bar_threshold: number("sharpe_per_bar_threshold")?,
            independent_tries: number("independent_tries")?,
            mean_correlation: number("mean_correlation")?,
            overfitting_probability: probability(OVERFITTING)?,
            combinations_looked_at: count("combinations_looked_at")?,
            bars_per_return: count("bars_per_return")?,
            seed: value.get("seed")?.as_u64()?,
        })
    }
}

const DEFLATED: &str = "deflated_sharpe_probability";
const OVERFITTING: &str = "overfitting_probability";
const TOO_FEW_SHARPES: &str =
    "fewer than two combinations have a Sharpe ratio, so that how much it varies is not known";

/// Returns why there is no deflated Sharpe ratio.
fn why_undefined(threshold: f64) -> &'static str {
    if threshold.is_nan() {
        TOO_FEW_SHARPES
    } else {
        "the returns of the best combination are too few or too skewed for the variance of its \
         Sharpe ratio"
    }
}

#[cfg(test)]
mod tests {
    use bolt_market::sweep::Parameter;

    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let parameters = ["fast=1..9", "slow=0.1,0.2"].map(|text| Parameter::parse(text).unwrap());
        let grid = Grid::new(parameters.into()).unwrap();
        let whole = Assessment {
            tried: 18,
            best: vec![("fast".to_owned(), 3.0), ("slow".to_owned(), 0.1)],
            deflated_sharpe_probability: Ok(0.1 + 0.2),
            sharpe_per_bar: 1.0 / 3.0,
            sharpe_per_bar_threshold: 0.07,
            independent_tries: 17.9,
            mean_correlation: 0.0,
            overfitting_probability: Ok(1.0),
            combinations_looked_at: 18,
            bars_per_return: 2,
            seed: u64::MAX,
        };
        let through_text = |value: &Assessment| -> Value {
            serde_json::from_str(&value.to_json().to_string()).unwrap()
        };
        let json = through_text(&whole);
        assert_eq!(json["reasons"], json!({}));
        assert_eq!(Assessment::from_json(&json, &grid), Some(whole.clone()));
        let partial = Assessment {
            deflated_sharpe_probability: Err("no reason".to_owned()),
            overfitting_probability: Err("too short".to_owned()),
            ..whole.clone()
        };
        let json = through_text(&partial);
        assert!(json[DEFLATED].is_null() && json[OVERFITTING].is_null());
        assert_eq!(json["reasons"], json!({DEFLATED: "no reason", OVERFITTING: "too short"}));
        assert_eq!(Assessment::from_json(&json, &grid), Some(partial));
        let unknown = Assessment { sharpe_per_bar_threshold: f64::NAN, ..whole.clone() };
        let json = through_text(&unknown);
        assert_eq!(json["reasons"], json!({"sharpe_per_bar_threshold": TOO_FEW_SHARPES}));
        assert!(Assessment::from_json(&json, &grid).unwrap().sharpe_per_bar_threshold.is_nan());
        // As an older program wrote it: without how it was measured.
        let mut json = through_text(&whole);
        json.as_object_mut().unwrap().remove("bars_per_return");
        assert_eq!(Assessment::from_json(&json, &grid), None);
    }
}
