//! Random formulas over every operator of the catalog.

use bolt_base::Rng;
use bolt_kernel::{ACROSS_ASSETS, ArgumentKind, Catalog, Operator};

use crate::random::pick;

/// Columns that formulas read.
pub(crate) const FIELDS: [&str; 5] = ["open", "high", "low", "close", "volume"];

/// The longest window, besides what an operator needs at least.
const WINDOW_MAX: u64 = 25;

/// Makes formulas; one made `across` assets may look at several of a row.
pub(crate) struct Formulas {
    operators: Vec<&'static Operator>,
}

impl Formulas {
    pub(crate) fn new(catalog: &Catalog, across: bool) -> Self {
        let numbers = |operator: &&Operator| {
            let truths = operator.group == "Comparison and logic" && operator.name != "Where";
            !truths && (across || operator.group != ACROSS_ASSETS)
        };
        Self { operators: catalog.iter().filter(numbers).collect() }
    }

    /// Returns a formula of a number, nested at most so deep.
    pub(crate) fn number(&self, rng: &mut Rng, depth: usize) -> String {
        if depth == 0 || rng.uniform() < 0.1 {
            return pick(rng, &FIELDS).to_owned();
        }
        let operator = pick(rng, &self.operators);
        let mut arguments: Vec<String> = Vec::new();
        for argument in operator.arguments {
            arguments.push(match argument.kind {
                ArgumentKind::Number => self.number(rng, depth - 1),
                ArgumentKind::Truth => self.truth(rng, depth - 1),
                ArgumentKind::Rows(least) => (u64::from(least) + rng.below(WINDOW_MAX)).to_string(),
                ArgumentKind::Constant(least, most) => {
                    let (least, most) = (least.max(-2.0), most.min(2.0));
                    format!("{:.3}", least + rng.uniform() * (most - least))
                }
            });
        }
        if operator.variadic {
            arguments.push(self.number(rng, depth - 1));
        }
        let result = match operator.results {
            [] => String::new(),
            results => format!("[\"{}\"]", pick(rng, results)),
        };
        format!("{}[{}]{result}", operator.name, arguments.join(", "))
    }

    /// Returns a formula that is true or false.
    pub(crate) fn truth(&self, rng: &mut Rng, depth: usize) -> String {
        let x = self.number(rng, depth);
        match rng.below(7) {
            0 => format!("CrossAbove[{x}, {}]", self.number(rng, depth)),
            1 => format!("CrossBelow[{x}, TsMean[{x}, 5]]"),
            2 => format!("({x} < TsQuantile[{x}, 20, 0.2]) || MissingQ[Delay[{x}, 30]]"),
            3 => format!("{x} > Delay[{x}] && close < open"),
            4 => format!("{x} > {}", self.number(rng, depth)),
            _ => format!("{x} > TsMean[{x}, 9]"),
        }
    }

    /// Returns a formula of numbers from -1 to 1.
    pub(crate) fn fraction(&self, rng: &mut Rng, depth: usize) -> String {
        let truth = self.truth(rng, depth);
        match rng.below(4) {
            0 => truth,
            1 => format!("Where[{truth}, 0.8, -0.5]"),
            2 => format!("Where[{truth}, 1, Missing]"),
            _ => format!("Tanh[TsZScore[{}, 12]]", self.number(rng, depth)),
        }
    }
}
