//! Every row of the tables: its example runs, and its warm-up is what it says.

use bolt_base::Rng;
use bolt_indicators::catalog;
use bolt_kernel::{
    ArgumentKind, Catalog, Column, Graph, Operator, Options, Output, Program, Scope, Shape, formula,
};

const COLUMNS: [(&str, Shape); 5] = [
    ("open", Shape::Panel),
    ("high", Shape::Panel),
    ("low", Shape::Panel),
    ("close", Shape::Panel),
    ("volume", Shape::Panel),
];
const ROWS: usize = 200;
const LANES: usize = 4;

fn bars() -> Vec<Vec<f64>> {
    let mut rng = Rng::new(1);
    let mut columns = vec![Vec::new(); 5];
    let mut prices = [100.0; LANES];
    for _ in 0..ROWS {
        for price in &mut prices {
            let open = *price;
            let close = open * (1.0 + 0.02 * rng.normal());
            *price = close;
            let high = open.max(close) * (1.0 + 0.005 * rng.uniform());
            let low = open.min(close) * (1.0 - 0.005 * rng.uniform());
            let row = [open, high, low, close, 1000.0 + 500.0 * rng.uniform()];
            columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
        }
    }
    columns
}

fn evaluate(catalog: &Catalog, source: &str, parameters: &[(&str, f64)]) -> (Output<f64>, usize) {
    let mut graph = Graph::new();
    let scope = Scope { catalog, columns: &COLUMNS, parameters, universe: None };
    let node = formula(&mut graph, source, &scope).unwrap_or_else(|e| panic!("`{source}`: {e:?}"));
    let program = Program::new(&graph, &[node]);
    let bars = bars();
    let columns: Vec<Column<'_, f64>> = program
        .inputs()
        .iter()
        .map(|input| {
            let index = COLUMNS.iter().position(|(name, _)| *name == input.name).unwrap();
            Column::Panel { values: &bars[index], stride: LANES }
        })
        .collect();
    let warm_up = program.warm_up()[0];
    (program.evaluate(&columns, ROWS, LANES, &Options::default()).remove(0), warm_up)
}

/// Returns the first row with a number, `None` for truth values: these may be known before all of
/// their operands are.
fn first_present(output: &Output<f64>) -> Option<usize> {
    let Output::Numbers(values) = output else { return None };
    values.chunks(LANES).position(|row| row.iter().any(|value| !value.is_nan()))
}

#[test]
fn every_example_runs_and_has_values() {
    let catalog = catalog();
    for operator in catalog.iter() {
        let (output, warm_up) = evaluate(&catalog, operator.example, &[]);
        let first = first_present(&output).unwrap_or(warm_up);
        assert!((warm_up..ROWS).contains(&first), "`{}`: {first}", operator.example);
    }
}

/// What carries a state is no exception: two combinations of a sweep share it.
#[test]
fn asking_twice_builds_nothing_new() {
    let catalog = catalog();
    let scope = Scope { catalog: &catalog, columns: &COLUMNS, parameters: &[], universe: None };
    for operator in catalog.iter() {
        let mut graph = Graph::new();
        let once = formula(&mut graph, operator.example, &scope).unwrap();
        let length = graph.len();
        let again = formula(&mut graph, operator.example, &scope).unwrap();
        assert_eq!((again, graph.len()), (once, length), "`{}`", operator.example);
    }
}

/// Uses an operator on `close` and constants, by position.
fn plain_use(operator: &Operator, constants: &[f64]) -> String {
    let mut constants = constants.iter();
    let mut arguments: Vec<String> = operator
        .arguments
        .iter()
        .map(|argument| match argument.kind {
            ArgumentKind::Number => "close".to_owned(),
            ArgumentKind::Truth => "close > open".to_owned(),
            _ => constants.next().unwrap().to_string(),
        })
        .collect();
    if operator.variadic && arguments.len() < 2 {
        arguments.push(arguments[0].clone());
    }
    let result = operator.results.last().map_or(String::new(), |name| format!("[\"{name}\"]"));
    format!("{}[{}]{result}", operator.name, arguments.join(", "))
}

#[test]
fn the_warm_up_is_what_the_table_says() {
    let catalog = catalog();
    for operator in catalog.iter() {
        for scale in [1.0, 2.0, 5.0] {
            let named: Vec<(&str, f64)> = operator
                .arguments
                .iter()
                .filter_map(|argument| match argument.kind {
                    ArgumentKind::Rows(least) => {
                        Some((argument.name, f64::from(least) + 3.0 * scale))
                    }
                    ArgumentKind::Constant(_, most) => Some((argument.name, most.min(0.25))),
                    _ => None,
                })
                .collect();
            let constants: Vec<f64> = named.iter().map(|(_, value)| *value).collect();
            let source = plain_use(operator, &constants);
            let (output, warm_up) = evaluate(&catalog, &source, &[]);
            let (expected, _) = evaluate(&catalog, operator.warm_up, &named);
            let expected = expected.into_numbers()[0];
            let first = first_present(&output).unwrap_or(warm_up);
            assert_eq!(first as f64, expected, "`{source}`");
            assert!(warm_up <= first, "`{source}`: {warm_up}");
        }
    }
}

#[test]
fn every_operator_says_what_it_is() {
    for operator in catalog().iter() {
        let Operator { name, definition, example, results, arguments, .. } = *operator;
        assert!(definition.ends_with('.'), "`{name}`: {definition}");
        assert!(!name.contains('_') && !example.is_empty(), "`{name}`");
        assert!(results.is_empty() || results.len() > 1, "`{name}`");
        let optional = arguments.iter().skip_while(|argument| argument.default.is_none());
        assert!(optional.clone().all(|argument| argument.default.is_some()), "`{name}`");
    }
}
