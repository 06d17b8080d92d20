//! Plots of functions of one variable.

use bolt_plot::sample::{Sample, shown_range};
use triomphe::Arc;

use super::options::Settings;
use super::plotting::{self, Form, Series, of};
use super::sampling::{self, Curve, Range};
use super::{Ends, points, reading};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Plot",
        Attributes::HOLD_ALL,
        |s, c| plot(s, c, "Plot", [false, false]),
        "Plot[f, {x, a, b}] is a drawing of f as a function of x from a to b; Plot[{f, g, ...}, ...] \
         of several. Points are added where the curve bends; jumps and poles are left out. The \
         drawing is an expression: Cases[plot, Line[p_] :> p, Infinity] are its points. Options \
         are PlotRange, PlotStyle, PlotLegends, PlotLabel, AxesLabel, Filling, PlotPoints, \
         MaxRecursion, Exclusions, Mesh and those of Graphics.",
        &[
            ("Head[Plot[Sin[x], {x, 0, 1}]]", "Graphics"),
            ("Length[Cases[Plot[{x, x^2}, {x, 0, 1}], _Line, Infinity]]", "2"),
            (
                "Max[Cases[Plot[x^2, {x, 0, 2}], Line[p_] :> Max[p[[All, 2]]], Infinity]] <= 4",
                "True",
            ),
        ],
    ),
    builtin(
        "LogPlot",
        Attributes::HOLD_ALL,
        |s, c| plot(s, c, "LogPlot", [false, true]),
        "LogPlot[f, {x, a, b}] is a drawing of f with a logarithmic axis up: the points hold Log[f].",
        &[
            ("Head[LogPlot[Exp[x], {x, 0, 5}]]", "Graphics"),
            (
                "Round[Last[First[Cases[LogPlot[Exp[x], {x, 0, 5}], Line[p_] :> p, Infinity]]]]",
                "{5, 5}",
            ),
        ],
    ),
    builtin(
        "LogLinearPlot",
        Attributes::HOLD_ALL,
        |s, c| plot(s, c, "LogLinearPlot", [true, false]),
        "LogLinearPlot[f, {x, a, b}] is a drawing of f with a logarithmic axis across: the points \
         hold Log[x].",
        &[
            ("Head[LogLinearPlot[Log[x], {x, 1, 100}]]", "Graphics"),
            (
                "Round[Last[First[Cases[LogLinearPlot[Log[x], {x, 1, E^4}], Line[p_] :> p, Infinity]]]]",
                "{4, 4}",
            ),
        ],
    ),
    builtin(
        "LogLogPlot",
        Attributes::HOLD_ALL,
        |s, c| plot(s, c, "LogLogPlot", [true, true]),
        "LogLogPlot[f, {x, a, b}] is a drawing of f with logarithmic axes: the points hold Log[x] \
         and Log[f].",
        &[
            ("Head[LogLogPlot[x^2, {x, 1, 10}]]", "Graphics"),
            (
                "Round[Last[First[Cases[LogLogPlot[x^2, {x, 1, E^3}], Line[p_] :> p, Infinity]]]]",
                "{3, 6}",
            ),
        ],
    ),
    builtin(
        "DiscretePlot",
        Attributes::HOLD_ALL,
        discrete,
        "DiscretePlot[f, {n, a, b}] is a drawing of the values of f at n = a, a + 1, ..., b as \
         points on stems; DiscretePlot[f, {n, a, b, d}] takes steps of d, DiscretePlot[f, {n, m}] \
         begins at 1.",
        &[
            (
                "First[Cases[DiscretePlot[n^2, {n, 3}], Point[p_] :> p, Infinity]]",
                "{{1., 1.}, {2., 4.}, {3., 9.}}",
            ),
            ("Head[DiscretePlot[{n, 2 n}, {n, 0, 1, 1/4}]]", "Graphics"),
        ],
    ),
];

/// The shape of plots: the golden ratio.
const ASPECT: f64 = 0.618_033_988_749_894_9;

fn plot(
    session: &mut Session,
    call: &mut Arc<Call>,
    name: &str,
    is_log: [bool; 2],
) -> Evaluated<Step> {
    let Some(([body, spec], settings)) = Settings::opening(session, name, call)? else {
        return Ok(Step::Same);
    };
    let Some(range) = sampling::range(session, name, spec)? else { return Ok(Step::Same) };
    if is_log[0] && range.low <= 0.0 {
        session.message_of(name, "plld", &[spec.clone(), spec.clone()]);
        return Ok(Step::Same);
    }
    let aspect = reading::number(session, &settings.get("AspectRatio"))?.unwrap_or(ASPECT);
    let Some(how) = sampling::plan(session, name, &settings, aspect)? else {
        return Ok(Step::Same);
    };
    let curves = sampling::curves(session, body, &[range])?;
    let log = |at: f64| if at > 0.0 { Some(at.ln()) } else { None };
    let scaled = match is_log[0] {
        true => Range { low: range.low.ln(), high: range.high.ln(), ..range },
        false => range,
    };
    let mut all = Vec::new();
    for curve in &curves {
        let through = |x: f64| if is_log[0] { x.exp() } else { x };
        let value = |y: f64| if is_log[1] { log(y) } else { Some(y) };
        all.push(sampling::sampled(session, curve, scaled, how, through, value)?);
    }
    let drawing = drawing(session, &settings, &curves, &all, scaled, is_log)?;
    Ok(Step::Done(drawing))
}

/// Returns the drawing of sampled curves.
fn drawing(
    session: &mut Session,
    settings: &Settings,
    curves: &[Curve],
    samples: &[Vec<Sample>],
    range: Range,
    is_log: [bool; 2],
) -> Evaluated {
    let (ends, all) = plotting::wanted_range(session, settings)?;
    let shown = shown(samples, ends[1], all, is_log[1]);
    let series: Vec<Series> = curves
        .iter()
        .zip(samples)
        .map(|(curve, samples)| Series {
            runs: runs(samples),
            styles: curve.styles.clone(),
            label: curve.label.clone(),
        })
        .collect();
    let fillings = plotting::fillings(session, settings, series.len(), shown)?;
    let mut primitives = plotting::filled(session, settings, &series, &fillings);
    primitives.extend(plotting::drawn(session, settings, &series, Form::Line));
    let across = [ends[0][0].unwrap_or(range.low), ends[0][1].unwrap_or(range.high)];
    let x_share = if ends[0].iter().all(Option::is_some) { 0.0 } else { 0.02 };
    let y_share = if ends[1].iter().all(Option::is_some) { 0.0 } else { 0.05 };
    let mut own = vec![
        ("PlotRange", plotting::ranges(across, shown)),
        ("PlotRangePadding", plotting::padding(session, [x_share, y_share])),
    ];
    if is_log != [false, false] {
        own.push(("ScalingFunctions", scaling(is_log)));
    }
    let rules = settings.for_graphics(session, &own);
    let legend = legend(session, settings, curves, Form::Line);
    Ok(plotting::finished(session, primitives, rules, legend))
}

/// Returns which axes are logarithmic.
pub(super) fn scaling(is_log: [bool; 2]) -> Value {
    let side = |is_log| {
        if is_log { Value::string("Log") } else { Value::Symbol(crate::symbol::sym::None) }
    };
    Value::list(is_log.map(side))
}

/// Returns the legend of curves.
fn legend(
    session: &mut Session,
    settings: &Settings,
    curves: &[Curve],
    form: Form,
) -> Option<Value> {
    let count = curves.len();
    let directives: Vec<Value> = curves
        .iter()
        .enumerate()
        .map(|(i, curve)| plotting::directive(session, settings, i, count, form, &curve.styles))
        .collect();
    let hold = |body: &Value| Value::call(crate::symbol::sym::HoldForm, [body.clone()].as_slice());
    let expressions: Vec<Value> = curves.iter().map(|curve| hold(&curve.body)).collect();
    let labels: Vec<Option<Value>> = curves.iter().map(|curve| curve.label.clone()).collect();
    plotting::legend(session, settings, "PlotLegends", &directives, &expressions, &labels)
}

/// Returns the range of values that is shown.
fn shown(samples: &[Vec<Sample>], given: Ends, all: bool, is_log: bool) -> [f64; 2] {
    let finite = |samples: &Vec<Sample>| {
        let values = samples.iter().filter_map(|sample| sample.1);
        let start = (f64::INFINITY, f64::NEG_INFINITY);
        let (low, high) = values.fold(start, |(l, h), y| (l.min(y), h.max(y)));
        (low <= high).then_some([low, high])
    };
    let each =
        samples.iter().filter_map(|one| if all || is_log { finite(one) } else { shown_range(one) });
    let joined = each.reduce(|[a, b], [c, d]| [a.min(c), b.max(d)]);
    let [low, high] = joined.unwrap_or([-1.0, 1.0]);
    let log = |end: Option<f64>| match is_log {
        true => end.filter(|end| *end > 0.0).map(f64::ln),
        false => end,
    };
    [log(given[0]).unwrap_or(low), log(given[1]).unwrap_or(high)]
}

/// Returns the points of samples, in runs without a gap.
pub(super) fn runs(samples: &[Sample]) -> Vec<Vec<[f64; 2]>> {
    let parts = samples.split(|sample| sample.1.is_none()).filter(|part| !part.is_empty());
    parts.map(|part| part.iter().filter_map(|(x, y)| y.map(|y| [*x, y])).collect()).collect()
}

fn discrete(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    const NAME: &str = "DiscretePlot";
    let Some(([body, spec], settings)) = Settings::opening(session, NAME, call)? else {
        return Ok(Step::Same);
    };
    let Some((range, places)) = steps(session, NAME, spec)? else { return Ok(Step::Same) };
    let curves = sampling::curves(session, body, &[range])?;
    let mut series = Vec::new();
    for curve in &curves {
        let mut run = Vec::new();
        for at in &places {
            let value = sampling::without_values(session, &[range], |session| {
                exact_at(session, curve, range, at)
            })?;
            if let (Some(x), Some(y)) = (reading::number(session, at)?, value) {
                run.push([x, y]);
            }
        }
        series.push(Series {
            runs: vec![run],
            styles: curve.styles.clone(),
            label: curve.label.clone(),
        });
    }
    let mut primitives = stems(session, &settings, &series);
    primitives.extend(plotting::drawn(session, &settings, &series, Form::Discrete));
    let padding = plotting::padding(session, [0.03, 0.05]);
    let rules = settings.for_graphics(session, &[("PlotRangePadding", padding)]);
    let legend = legend(session, &settings, &curves, Form::Discrete);
    Ok(Step::Done(plotting::finished(session, primitives, rules, legend)))
}

/// Reads `{n, m}`, `{n, a, b}`, `{n, a, b, d}` and `{n, {v, ...}}`.
fn steps(
    session: &mut Session,
    name: &str,
    spec: &Value,
) -> Evaluated<Option<(Range, Vec<Value>)>> {
    const MOST: usize = 100_000;
    let Some([variable, rest @ ..]) = spec.as_list() else {
        session.message_of(name, "pllim", std::slice::from_ref(spec));
        return Ok(None);
    };
    let Some(symbol) = variable.as_symbol() else {
        session.message_of(name, "pllim", std::slice::from_ref(spec));
        return Ok(None);
    };
    let list = match rest {
        [only] => {
            let only = session.evaluate(only)?;
            match only.as_list() {
                Some(_) => only,
                None => session.system("Range", [only].as_slice())?,
            }
        }
        _ => session.system("Range", Args::from(rest))?,
    };
    let places =
        list.as_list().filter(|list| !list.is_empty() && list.len() <= MOST).map(<[Value]>::to_vec);
    let Some(places) = places else {
        session.message_of(name, "pllim", std::slice::from_ref(spec));
        return Ok(None);
    };
    let mut ends = [0.0; 2];
    for (end, place) in ends.iter_mut().zip([&places[0], &places[places.len() - 1]]) {
        let Some(number) = reading::number(session, place)? else {
            session.message_of(name, "plln", &[place.clone(), spec.clone()]);
            return Ok(None);
        };
        *end = number;
    }
    Ok(Some((Range { variable: symbol, low: ends[0], high: ends[1] }, places)))
}

/// Returns the value of a curve at an exact place.
fn exact_at(
    session: &mut Session,
    curve: &Curve,
    range: Range,
    at: &Value,
) -> Evaluated<Option<f64>> {
    session.check_interrupt()?;
    session.change(range.variable).own = Some(at.clone());
    session.quiet += 1;
    let value = session.evaluate(&curve.body);
    session.quiet -= 1;
    let value = value?;
    match curve.element {
        Some(place) => match value.as_list().and_then(|list| list.get(place)).cloned() {
            Some(element) => sampling::real(session, &element),
            None => Ok(None),
        },
        None => sampling::real(session, &value),
    }
}

/// Returns lines from the axis to the points of series.
pub(super) fn stems(session: &mut Session, settings: &Settings, series: &[Series]) -> Vec<Value> {
    let mut all = Vec::new();
    for (place, one) in series.iter().enumerate() {
        let color = plotting::color(session, place);
        let own = plotting::style_of(session, &settings.get("PlotStyle"), place, series.len());
        let opacity = of(session, "Opacity", &[Value::Real(0.45)]);
        let mut group = vec![color];
        group.extend(own);
        group.push(opacity);
        for point in one.runs.iter().flatten() {
            let line = points(&[[point[0], 0.0], *point]);
            group.push(of(session, "Line", &[line]));
        }
        all.push(Value::list(Args::from(group)));
    }
    all
}
