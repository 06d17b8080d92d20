//! Weights from a formula over a panel.

use crate::data::Panel;
use crate::formulas::{
    Role, Strategy, StrategyError, column_name, evaluate as evaluate_all, level,
};
use bolt_base::Bytes;
use bolt_kernel::{Catalog, Column, Graph, Input, Options, Program, Scope, Shape};
use bolt_memory::Working;

/// The name by which formulas know who belongs to the universe.
const UNIVERSE: &str = "universe";

/// Weights that a formula gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// A weight for each bar and asset, bar by bar.
    pub values: Vec<f64>,
    /// First bars on which some number in the formula has no value yet.
    pub warm_up: usize,
    /// Bars that the formula needs for its first value, if it has none on any bar.
    pub needs_bars: Option<usize>,
}

/// Evaluates the weights of a strategy over the assets of a panel.
///
/// An asset outside of the panel's universe takes no part in operations across assets and has the
/// weight 0; one inside that has no bar has none (NaN), so that a bar that is missing trades
/// nothing. True is 1.
///
/// # Errors
/// If the strategy is anything but weights, its formula is wrong, or a weight lies beyond 1.
pub fn evaluate(
    strategy: &Strategy,
    panel: &Panel,
    catalog: &Catalog,
    parameters: &[(&str, f64)],
    options: &Options,
) -> Result<Weights, StrategyError> {
    if let Some((role, _)) = strategy.texts().find(|(role, _)| *role != Role::Weights) {
        return Err(StrategyError::NotWeights { role });
    }
    let (assets, stride) = (panel.assets().len(), panel.stride());
    let mask = panel.universe().map_or(0, |mask| size_of::<f64>() * mask.len());
    let _held = Working::of(Bytes(mask as u64))?;
    let members: Option<Vec<f64>> =
        panel.universe().map(|mask| mask.iter().map(|member| f64::from(*member)).collect());
    let universe = members.as_deref();
    let fields = panel.fields().map(|(name, field)| (column_name(name), &**field));
    let fields: Vec<(String, &[f64])> = fields.collect();
    let mut columns: Vec<(&str, &[f64])> =
        universe.map(|mask| (UNIVERSE, mask)).into_iter().collect();
    columns.extend(fields.iter().map(|(name, field)| (name.as_str(), *field)));
    let schema: Vec<(&str, Shape)> =
        columns.iter().map(|(name, _)| (*name, Shape::Panel)).collect();
    let universe_name = universe.map(|_| UNIVERSE);
    let scope = Scope { catalog, columns: &schema, parameters, universe: universe_name };
    let mut graph = Graph::new();
    let nodes = strategy.build(&mut graph, &scope)?;
    let roots: Vec<_> = nodes.iter().map(|(_, node)| *node).collect();
    let program = Program::new(&graph, &roots);
    let values = |input: &Input| match columns.iter().find(|(name, _)| *name == input.name) {
        Some((_, values)) => Column::Panel { values, stride },
        None => panic!("the program reads `{}`, which is not in its schema", input.name),
    };
    let inputs: Vec<_> = program.inputs().iter().map(values).collect();
    let (mut outputs, mut held) = evaluate_all(&program, &inputs, panel.len(), assets, options)?;
    let output = outputs.remove(0);
    let needs_bars = output.is_missing().then(|| program.warm_up()[0] + 1);
    let mut values = level(output, &mut held)?;
    if let Some(at) = values.iter().position(|weight| weight.abs() > 1.0) {
        return Err(StrategyError::Target {
            role: Role::Weights,
            value: values[at],
            bar: at / assets,
        });
    }
    leave_out(&mut values, panel, universe);
    Ok(Weights { values, warm_up: program.longest_warm_up(), needs_bars })
}

/// Makes the weights 0 outside of the universe, and unknown where there is no bar.
fn leave_out(weights: &mut [f64], panel: &Panel, universe: Option<&[f64]>) {
    let assets = panel.assets().len();
    let close = panel.field("close");
    for (bar, weights) in weights.chunks_exact_mut(assets).enumerate() {
        for (asset, weight) in weights.iter_mut().enumerate() {
            let at = bar * panel.stride() + asset;
            if universe.is_some_and(|mask| mask[at] == 0.0) {
                *weight = 0.0;
            } else if close.as_ref().is_ok_and(|close| close[at].is_nan()) {
                *weight = f64::NAN;
            }
        }
    }
}
