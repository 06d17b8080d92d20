//! What formulas mean, and what is said about those that mean nothing.

use bolt_kernel::{
    Catalog, Column, FormulaError, Graph, Options, Output, Program, Scope, Shape, formula,
    operators,
};

const COLUMNS: [(&str, Shape); 3] =
    [("close", Shape::Panel), ("open", Shape::Panel), ("volume", Shape::Panel)];
const CLOSE: [f64; 6] = [1.0, 3.0, 2.0, 5.0, 4.0, 4.0];
const OPEN: [f64; 6] = [2.0, 2.0, 2.0, 2.0, 2.0, 4.0];
const VOLUME: [f64; 6] = [10.0, 20.0, f64::NAN, 40.0, 50.0, 60.0];

fn evaluate(source: &str) -> Result<Vec<f64>, Vec<FormulaError>> {
    let catalog = Catalog::new([operators()]);
    let scope = Scope {
        catalog: &catalog,
        columns: &COLUMNS,
        parameters: &[("fast", 2.0), ("half", 0.5)],
        universe: None,
    };
    let mut graph = Graph::new();
    let node = formula(&mut graph, source, &scope)?;
    let program = Program::new(&graph, &[node]);
    let columns: Vec<Column<'_, f64>> = program
        .inputs()
        .iter()
        .map(|input| match input.name.as_str() {
            "close" => Column::Series(&CLOSE),
            "open" => Column::Series(&OPEN),
            _ => Column::Series(&VOLUME),
        })
        .collect();
    Ok(match program.evaluate(&columns, 6, 1, &Options::default()).remove(0) {
        Output::Numbers(values) => values,
        Output::Truths(values) => {
            values.into_iter().map(|v| v.map_or(f64::NAN, |v| f64::from(u8::from(v)))).collect()
        }
    })
}

const NAN: f64 = f64::NAN;

#[track_caller]
fn check(source: &str, expected: [f64; 6]) {
    let actual = evaluate(source).unwrap_or_else(|errors| panic!("`{source}`: {errors:?}"));
    bolt_testkit::assert_close_slices(&actual, &expected, 1e-12, source);
}

#[test]
fn arithmetic_as_written() {
    check("close + open", [3.0, 5.0, 4.0, 7.0, 6.0, 8.0]);
    check("close - open - 1", [-2.0, 0.0, -1.0, 2.0, 1.0, -1.0]);
    check("2 close/open", [1.0, 3.0, 2.0, 5.0, 4.0, 2.0]);
    check("1/close/2", [0.5, 1.0 / 6.0, 0.25, 0.1, 0.125, 0.125]);
    check("-close^2", [-1.0, -9.0, -4.0, -25.0, -16.0, -16.0]);
    check("Log[2, open]", [1.0, 1.0, 1.0, 1.0, 1.0, 2.0]);
    check("Max[close, open, 3]", [3.0, 3.0, 3.0, 5.0, 4.0, 4.0]);
    check("Mod[close, fast] + half", [1.5, 1.5, 0.5, 1.5, 0.5, 0.5]);
    check("16^^ff + 2^^1.1 + 1*^-2 + 0*close", [256.51; 6]);
}

#[test]
fn truth_values() {
    check("close > open", [0.0, 1.0, 0.0, 1.0, 1.0, 0.0]);
    check("1 < close <= 4", [0.0, 1.0, 1.0, 0.0, 1.0, 1.0]);
    check("close > open && volume > 15 || close == 1", [1.0, 1.0, 0.0, 1.0, 1.0, 0.0]);
    check("!(volume > 30)", [1.0, 1.0, NAN, 0.0, 0.0, 0.0]);
    check("MissingQ[volume]", [0.0, 0.0, 1.0, 0.0, 0.0, 0.0]);
    check("Where[close > open, close, -open]", [-2.0, 3.0, -2.0, 5.0, 4.0, -4.0]);
    check("If[True, close, open]", CLOSE);
    check("TsSum[close > open, 2]", [NAN, 1.0, 1.0, 1.0, 2.0, 1.0]);
    check("CrossAbove[close, open]", [0.0, 1.0, 0.0, 1.0, 0.0, 0.0]);
    check("CrossBelow[close, open]", [NAN, 0.0, 0.0, 0.0, 0.0, 0.0]);
    check("Xor[close > 2, open > 2]", [0.0, 1.0, 0.0, 1.0, 1.0, 0.0]);
}

#[test]
fn time_and_bindings() {
    check("Delay[close, 2]", [NAN, NAN, 1.0, 3.0, 2.0, 5.0]);
    check("Delay[close]", [NAN, 1.0, 3.0, 2.0, 5.0, 4.0]);
    check("Delay[7, 2]", [7.0; 6]);
    check("Delta[close, 1]", [NAN, 2.0, -1.0, 3.0, -1.0, 0.0]);
    check("TsMean[close, fast]", [NAN, 2.0, 2.5, 3.5, 4.5, 4.0]);
    check("TsMean[volume, 2]", [NAN, 15.0, NAN, NAN, 45.0, 55.0]);
    check("With[{a = close, b = a + open}, a b]", [3.0, 15.0, 8.0, 35.0, 24.0, 32.0]);
    check("TsFold[#1 + #2 &, 0, close]", [1.0, 4.0, 6.0, 11.0, 15.0, 19.0]);
    check("TsFold[Max[#1, #2] &, 0, close]", [1.0, 3.0, 3.0, 5.0, 5.0, 5.0]);
    check("TsFold[#1 + #2 &, 0, volume]", [10.0, 30.0, NAN, 70.0, 120.0, 180.0]);
    check("TsCumSum[volume]", [10.0, 30.0, NAN, 70.0, 120.0, 180.0]);
}

#[track_caller]
fn check_error(source: &str, place: &str, message: &str, hint: &str) {
    let errors = evaluate(source).expect_err(source);
    let error = &errors[0];
    assert_eq!(error.span.text(source), place, "place of the error in `{source}`: {error:?}");
    assert_eq!(error.message, message, "message for `{source}`");
    assert_eq!(error.hint.as_deref().unwrap_or(""), hint, "hint for `{source}`");
}

#[test]
fn exponents_of_other_languages_are_no_products() {
    let check_exponent = |source: &str, place: &str, parts: [&str; 3]| {
        let [mantissa, symbol, power] = parts;
        let message = format!("`{place}` is a product of `{mantissa}` and `{symbol}` here");
        let hint = format!("write `{power}` for a power of ten, a space for a product");
        check_error(source, place, &message, &hint);
    };
    check_exponent("close > 1e6", "1e6", ["1", "e6", "1*^6"]);
    check_exponent("close > -1.5E+6/2", "-1.5E+6", ["-1.5", "E", "-1.5*^6"]);
    check_exponent("2E-3 close", "2E-3", ["2", "E", "2*^-3"]);
    check_exponent("open + 2.e03", "2.e03", ["2.", "e03", "2.*^03"]);
    check("2E + 0 close", [2.0 * std::f64::consts::E; 6]);
    check("2 E-3 + 0 close", [2.0 * std::f64::consts::E - 3.0; 6]);
    check("2*^3 + 0 close", [2000.0; 6]);
    assert!(evaluate("2\u{2147}-3").is_err());
    check_error("close > 1*^400", "1*^400", "`1*^400` is beyond the largest number, 1.8*^308", "");
}

#[test]
fn forms_that_lack_arguments_are_shown() {
    check_error(
        "If[close > 1, 1]",
        "If[close > 1, 1]",
        "`If` takes 3 arguments, not 2",
        "write `If[condition, yes, no]`",
    );
    check_error(
        "TsFold[#1 &, 0]",
        "TsFold[#1 &, 0]",
        "`TsFold` takes 3 arguments, not 2",
        "write `TsFold[0.9 #1 + 0.1 #2 &, 0, close]`",
    );
    check_error(
        "Part[close]",
        "Part[close]",
        "`Part` takes 2 arguments, not 1",
        "write `BBANDS[close, 20][[1]]`",
    );
}

#[test]
fn mistakes_are_explained() {
    check_error(
        "clsoe > 1",
        "clsoe",
        "there is no column or parameter `clsoe`",
        "did you mean `close`?",
    );
    check_error(
        "bid > 1",
        "bid",
        "there is no column or parameter `bid`",
        "the columns are `close`, `open`, `volume`",
    );
    check_error(
        "TsMaen[close, 3]",
        "TsMaen",
        "there is no function `TsMaen`",
        "did you mean `TsMean`?",
    );
    check_error("close > TsMean", "TsMean", "`TsMean` needs its arguments", "write `TsMean[x, n]`");
    check_error(
        "TsMean[close]",
        "TsMean[close]",
        "`TsMean` takes 2 arguments, not 1",
        "write `TsMean[x, n]`",
    );
    check_error(
        "Delay[close, -1]",
        "-1",
        "`Delay` by -1 rows would look into the future",
        "a backtest may only use what was known: take a number of rows from 0 on",
    );
    check_error(
        "TsMean[close, 2.5]",
        "2.5",
        "`n` of `TsMean` is a whole number of rows from 1 to 1000000, not 2.5",
        "",
    );
    check_error(
        "TsMean[close, 10^9]",
        "10^9",
        "`n` of `TsMean` is a whole number of rows from 1 to 1000000, not 1000000000",
        "",
    );
    check_error(
        "TsMean[close, volume]",
        "volume",
        "`n` of `TsMean` must be the same on every row",
        "write `TsMean[x, n]` with a number or a parameter",
    );
    check_error(
        "TsQuantile[close, 5, 1.5]",
        "1.5",
        "`q` of `TsQuantile` is a number from 0 to 1, not 1.5",
        "",
    );
    check_error(
        "close && open",
        "close",
        "`And` wants true or false here, not a number",
        "compare it with something: `close > 0`",
    );
    check_error("close + \"a\"", "\"a\"", "a text has no place in a formula", "");
    check_error("#1 + close", "#1", "`#` has no meaning outside the function of `TsFold`", "");
    check_error(
        "With[close, close]",
        "close",
        "`With` wants a list of bindings",
        "write `With[{a = SMA[close, 10]}, close > a]`",
    );
}

#[test]
fn broken_syntax_is_an_error_with_a_place() {
    for source in ["TsMean[close, 3", "close + * 2", "", "close > \"x", "a b c ]"] {
        assert!(evaluate(source).is_err(), "{source}");
    }
}

#[test]
fn the_universe_takes_assets_out_of_the_cross_section() {
    let catalog = Catalog::new([operators()]);
    let columns = [("x", Shape::Panel), ("member", Shape::Panel)];
    let scope =
        Scope { catalog: &catalog, columns: &columns, parameters: &[], universe: Some("member") };
    let mut graph = Graph::new();
    let node = formula(&mut graph, "CsRank[x]", &scope).unwrap();
    let program = Program::new(&graph, &[node]);
    let x = [3.0, 1.0, 2.0, 4.0];
    let member = [1.0, 0.0, 1.0, 1.0];
    let values: Vec<Column<'_, f64>> = program
        .inputs()
        .iter()
        .map(|input| Column::Panel {
            values: if input.name == "x" { &x } else { &member },
            stride: 4,
        })
        .collect();
    let ranks = program.evaluate(&values, 1, 4, &Options::default()).remove(0).into_numbers();
    bolt_testkit::assert_close_slices(&ranks, &[2.0 / 3.0, NAN, 1.0 / 3.0, 1.0], 1e-12, "ranks");
}

#[test]
fn each_root_has_its_own_warm_up() {
    let mut graph = Graph::new();
    let close = graph.input("close", Shape::Panel);
    let mean = graph.ts_mean(close, 3);
    let (slow, before) = (graph.ts_mean(mean, 10), graph.delay(close, 4));
    let program = Program::new(&graph, &[slow, close, before, mean]);
    assert_eq!(program.warm_up(), [11, 0, 4, 2]);
    assert_eq!(program.longest_warm_up(), 11);
    assert!(Program::new(&graph, &[]).warm_up().is_empty());
}
