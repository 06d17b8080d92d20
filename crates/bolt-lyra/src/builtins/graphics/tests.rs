//! Properties of plots and of what is written of them.

use crate::session::Session;
use crate::value::Value;

fn evaluated(source: &str) -> (Session, Value) {
    let mut session = Session::new();
    let last = session.run(source);
    (session, last)
}

#[track_caller]
fn check(source: &str, expected: &str) {
    let (session, value) = evaluated(source);
    assert_eq!(session.input_form(&value), expected, "{source}");
}

/// Drawings of every kind.
const DRAWINGS: &[&str] = &[
    "Plot[{Sin[x], Tan[x], Floor[x]}, {x, -3, 7}, PlotLegends -> \"Expressions\", Filling -> Axis]",
    "Plot[1/x, {x, -1, 1}, PlotLabel -> \"a < b & c\", Frame -> True, FrameLabel -> {p, q}]",
    "LogLogPlot[x^3, {x, 1/10, 1000}]",
    "ParametricPlot[{Cos[t], Sin[2 t]}, {t, 0, 7}]",
    "PolarPlot[1 + Cos[t], {t, 0, 2 Pi}]",
    "ListPlot[Table[Sin[n], {n, 200}], Filling -> Axis]",
    "ListLinePlot[{1, 3, 2, Missing[], 5}, Mesh -> All]",
    "DiscretePlot[{n, n^2}, {n, 5}]",
    "DateListPlot[{{{2020, 1, 1}, 1}, {{2021, 5, 1}, 3}}]",
    "BarChart[{{1, -2}, {3, 4}}, ChartLabels -> {\"<\", \"b\"}, ChartLegends -> {p, q}]",
    "PieChart[{{1, 2}, {3, 4}}, ChartLabels -> {a, b}, SectorOrigin -> {Automatic, 1}]",
    "Histogram[Table[Sin[n], {n, 300}], 12]",
    "BoxWhiskerChart[{{1, 2, 3, 20}, {2, 5, 6}}, \"Outliers\"]",
    "CandlestickChart[{{{2024, 1, 1}, {1, 3, 0, 2}}, {{2024, 1, 2}, {2, 3, 1, 1}}}]",
    "DensityPlot[x + y, {x, 0, 1}, {y, 0, 1}, PlotLegends -> Automatic, PlotPoints -> 5]",
    "ContourPlot[x y, {x, -1, 1}, {y, -1, 1}, PlotPoints -> 7]",
    "RegionPlot[x^2 < y, {x, -1, 1}, {y, -1, 1}, PlotPoints -> 7]",
    "ArrayPlot[{{1, 0, x}, {0, 1, 1}}, ColorRules -> {x -> Red}, Mesh -> True]",
    "MatrixPlot[{{1, -2}, {0, 3}}]",
    "Plot3D[Sin[x y], {x, 0, 2}, {y, 0, 2}, PlotPoints -> 5, AxesLabel -> {a, b, c}]",
    "Graphics3D[{Sphere[], Red, Cuboid[{1, 1, 1}], Line[{{0, 0, 0}, {1, 2, 3}}]}]",
    "Graphics[{Red, Disk[], Dashed, Circle[{1, 1}, 2, {0, 1}], Text[a < b, {0, 0}], Arrow[{{0, 0}, {1, 1}}]}]",
    "Show[Plot[x, {x, 0, 1}], Graphics[Point[{1/2, 1/2}]]]",
    "GraphicsRow[{Plot[x, {x, 0, 1}], Graphics[Disk[]]}]",
    "Graphics[{}]",
    "Graphics[Line[{{0, 0}, {Infinity, 1}, {2, Indeterminate}}]]",
];

#[test]
fn every_drawing_is_written() {
    for source in DRAWINGS {
        let (mut session, value) = evaluated(source);
        assert!(session.is_drawing(&value), "{source} gives {}", session.input_form(&value));
        assert_eq!(session.take_notes(), [], "{source}");
        let svg = session.to_svg(&value).unwrap().unwrap();
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"), "{source}");
        let tags = |tag: &str| svg.matches(tag).count();
        assert_eq!(tags("<svg "), tags("</svg>"), "{source}");
        assert_eq!(tags("<text "), tags("</text>"), "{source}");
        assert!(!svg.contains("NaN") && !svg.contains("=\"inf"), "{source}");
        for width in [20, 80] {
            let text = session.to_text(&value, width, 20, 0).unwrap().unwrap();
            let widest = text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
            assert!(widest <= width, "{source} is {widest} wide of {width}");
        }
    }
}

#[test]
fn sampled_points_lie_on_the_function() {
    let far = "Max[Cases[PLOT, Line[p_] :> Max[Abs[(g /@ p[[All, 1]]) - p[[All, 2]]]], Infinity]] < 10^-12";
    for (function, range) in [
        ("Sin[3 #] + #/2 &", "{x, -4, 9}"),
        ("1/# &", "{x, -1, 2}"),
        ("Sqrt[#] &", "{x, 0, 5}"),
        ("If[# < 1, #, # + 1] &", "{x, 0, 2}"),
    ] {
        let plot = format!("Plot[g[x], {range}]");
        let source = format!("g = {function}; {}", far.replace("PLOT", &plot));
        check(&source, "True");
    }
}

#[test]
fn the_variable_of_a_plot_is_local() {
    check("x = 5; p = Plot[x^2, {x, 0, 1}]; {x, Head[p]}", "{5, Graphics}");
    check("y := x^2; Round[Max[Cases[Plot[y, {x, 0, 2}], Line[p_] :> Max[p], Infinity]]]", "4");
    check(
        "p = Plot[Evaluate[Table[x^n, {n, 3}]], {x, 0, 1}]; Length[Cases[p, _Line, Infinity]]",
        "3",
    );
    check("Length[Cases[Plot[Table[x^n, {n, 3}], {x, 0, 1}], _Line, Infinity]]", "3");
}

#[test]
fn jumps_and_poles_end_lines() {
    let count = |f: &str| format!("Length[Cases[Plot[{f}, {{x, 0, 10}}], _Line, Infinity]]");
    check(&count("Tan[x]"), "4");
    check(&count("Floor[x/4]"), "3");
    check(&count("Abs[x - 5]"), "1");
    check("Length[Cases[Plot[Tan[x], {x, 0, 10}, Exclusions -> None], _Line, Infinity]]", "1");
    check("Length[Cases[Plot[Sqrt[x], {x, -1, 1}], _Line, Infinity]]", "1");
}

#[test]
fn what_is_wrong_is_told() {
    for (source, name) in [
        ("Plot[x, 5]", "Plot::pllim"),
        ("Plot[x, {x, a, 1}]", "Plot::plln"),
        ("Plot[x, {x, 1, 1}]", "Plot::plld"),
        ("Plot[x, {x, 0, 1}, foo -> 1]", "Plot::optx"),
        ("Plot[x, {x, 0, 1}, 7]", "Plot::nonopt"),
        ("Plot[x, {x, 0, 1}, PlotPoints -> 1]", "Plot::ppts"),
        ("ListPlot[x]", "ListPlot::lpn"),
    ] {
        let (mut session, value) = evaluated(source);
        let notes = format!("{:?}", session.take_notes());
        assert!(notes.contains(name), "{source}: {notes}");
        assert!(!session.is_drawing(&value), "{source}");
    }
}

#[test]
fn options_that_are_not_built_are_told() {
    let (mut session, value) = evaluated("ListPlot[{1, 2}, PlotMarkers -> 1, PlotTheme -> 2]");
    let notes = format!("{:?}", session.take_notes());
    assert_eq!(notes.matches("ListPlot::noeff").count(), 2, "{notes}");
    assert!(session.is_drawing(&value));
}

#[test]
fn drawings_are_shown_short_and_take_options() {
    check("ToString[Graphics[{Disk[]}]]", "\"-Graphics-\"");
    check("ToString[2 Graphics[{}]]", "\"2 -Graphics-\"");
    check("ToString[Plot3D[x y, {x, 0, 1}, {y, 0, 1}]]", "\"-Graphics3D-\"");
    check(
        "SetOptions[Plot, PlotPoints -> 9]; Length[Plot[x, {x, 0, 1}, MaxRecursion -> 0][[1, 1, 2, 1]]]",
        "9",
    );
    check("Options[Plot, PlotPoints]", "{PlotPoints -> Automatic}");
    check("Attributes[Plot]", "{HoldAll, Protected}");
}

#[test]
fn bars_of_a_histogram_count_every_value_once() {
    let total = "Total[Cases[Histogram[data], Rectangle[_, b_] :> b[[2]], Infinity]]";
    check(&format!("data = Table[Mod[n^2, 101]/7, {{n, 400}}]; {total}"), "400.");
    check(&format!("data = {{1, 1, 1}}; {total}"), "3.");
}

#[test]
fn colours_change_their_models_and_back() {
    let there = "c = RGBColor[0.2, 0.6, 0.9]; d = ColorConvert[ColorConvert[c, MODEL], \"RGB\"]; Max[Abs[(List @@ c) - (List @@ d)]] < 10^-5";
    for model in ["HSB", "CMYK", "XYZ", "LAB", "LCH", "LUV"] {
        check(&there.replace("MODEL", &format!("\"{model}\"")), "True");
    }
    check("ColorData[\"Rainbow\"] === ColorData[\"Rainbow\"]", "True");
    check("Head[ColorData[\"Rainbow\"][0.3]]", "RGBColor");
    check("Blend[{{0, Black}, {1, White}, {3, White}}, 1/2]", "GrayLevel[0.5]");
}
