//! Curves in the plane by a parameter.

use bolt_plot::sample;
use triomphe::Arc;

use super::options::Settings;
use super::plotting::{self, Form, Series};
use super::sampling::{self, Curve, Range};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::value::{Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "ParametricPlot",
        Attributes::HOLD_ALL,
        |s, c| plot(s, c, "ParametricPlot"),
        "ParametricPlot[{fx, fy}, {u, a, b}] is a drawing of the curve through {fx, fy} as u goes \
         from a to b; {{fx, fy}, {gx, gy}, ...} of several.",
        &[
            ("Head[ParametricPlot[{Cos[t], Sin[t]}, {t, 0, 2 Pi}]]", "Graphics"),
            (
                "p = First[Cases[ParametricPlot[{Cos[t], Sin[t]}, {t, 0, 2 Pi}], Line[p_] :> p, Infinity]]; Max[Abs[Map[Norm, p] - 1]] < 10^-12",
                "True",
            ),
        ],
    ),
    builtin(
        "PolarPlot",
        Attributes::HOLD_ALL,
        |s, c| plot(s, c, "PolarPlot"),
        "PolarPlot[r, {t, a, b}] is a drawing of the curve at the distance r from the origin in the \
         direction t; PolarPlot[{r, s, ...}, ...] of several.",
        &[
            ("Head[PolarPlot[1 + Cos[t], {t, 0, 2 Pi}]]", "Graphics"),
            ("Length[Cases[PolarPlot[{1, 2}, {t, 0, 2 Pi}], _Line, Infinity]]", "2"),
        ],
    ),
];

fn plot(session: &mut Session, call: &mut Arc<Call>, name: &str) -> Evaluated<Step> {
    let Some(([body, spec], settings)) = Settings::opening(session, name, call)? else {
        return Ok(Step::Same);
    };
    let Some(range) = sampling::range(session, name, spec)? else { return Ok(Step::Same) };
    let Some(mut how) = sampling::plan(session, name, &settings, 1.0)? else {
        return Ok(Step::Same);
    };
    if settings.wanted("PlotPoints").is_none() {
        how.points = 75;
    }
    let is_polar = name == "PolarPlot";
    let bodies = match is_polar {
        true => sampling::curves(session, body, &[range])?
            .into_iter()
            .map(|curve| vec![curve])
            .collect(),
        false => pairs(session, body, range)?,
    };
    let mut series = Vec::new();
    for body in &bodies {
        let runs = traced(session, body, range, how, is_polar)?;
        series.push(Series { runs, styles: body[0].styles.clone(), label: body[0].label.clone() });
    }
    let (ends, _) = plotting::wanted_range(session, &settings)?;
    let primitives = plotting::drawn(session, &settings, &series, Form::Line);
    let range = settings.get("PlotRange");
    let is_given = ends[0].iter().chain(&ends[1]).any(Option::is_some);
    // A single reach holds for both directions.
    let reach = super::reading::number(session, &range)?;
    let mut own = Vec::new();
    if let Some(reach) = reach {
        own.push(("PlotRange", plotting::ranges([-reach, reach], [-reach, reach])));
    }
    if !is_given {
        own.push(("PlotRangePadding", plotting::padding(session, [0.04, 0.04])));
    }
    let rules = settings.for_graphics(session, &own);
    let directives: Vec<Value> = (0..series.len())
        .map(|i| {
            plotting::directive(session, &settings, i, series.len(), Form::Line, &series[i].styles)
        })
        .collect();
    let labels: Vec<Option<Value>> = series.iter().map(|one| one.label.clone()).collect();
    let expressions: Vec<Value> = bodies.iter().map(|body| held(body)).collect();
    let legend =
        plotting::legend(session, &settings, "PlotLegends", &directives, &expressions, &labels);
    Ok(Step::Done(plotting::finished(session, primitives, rules, legend)))
}

fn held(body: &[Curve]) -> Value {
    let parts: crate::value::Args = body.iter().map(|curve| curve.body.clone()).collect();
    let inner = if parts.len() == 1 { parts[0].clone() } else { Value::list(parts) };
    Value::call(crate::symbol::sym::HoldForm, [inner].as_slice())
}

/// Returns the coordinates of curves: `{fx, fy}` is one, a list of such several.
fn pairs(session: &mut Session, body: &Value, range: Range) -> Evaluated<Vec<Vec<Curve>>> {
    if let Some(list) = body.as_list()
        && !list.is_empty()
        && list.iter().all(|one| one.as_list().is_some_and(|pair| pair.len() == 2))
    {
        let mut all = Vec::new();
        for one in list {
            all.extend(pairs(session, one, range)?);
        }
        return Ok(all);
    }
    let curves = sampling::curves(session, body, &[range])?;
    match curves.len() {
        2 => Ok(vec![curves]),
        _ => {
            // What evaluates to a list of pairs has an element for each.
            let mut all = Vec::new();
            for curve in &curves {
                let part = |place: i64| {
                    let body = Value::call(
                        crate::symbol::sym::Part,
                        [curve.body.clone(), Value::Integer(place)],
                    );
                    let body = match curve.element {
                        Some(element) => Value::call(
                            crate::symbol::sym::Part,
                            [
                                curve.body.clone(),
                                Value::Integer(element as i64 + 1),
                                Value::Integer(place),
                            ]
                            .as_slice(),
                        ),
                        None => body,
                    };
                    Curve {
                        body,
                        element: None,
                        styles: curve.styles.clone(),
                        label: curve.label.clone(),
                    }
                };
                all.push(vec![part(1), part(2)]);
            }
            Ok(all)
        }
    }
}

/// Returns the points of a curve, in runs without a gap.
fn traced(
    session: &mut Session,
    body: &[Curve],
    range: Range,
    how: sample::Sampling,
    is_polar: bool,
) -> Evaluated<Vec<Vec<[f64; 2]>>> {
    let ranges = [range];
    let samples = sampling::without_values(session, &ranges, |session| {
        sample::curve([range.low, range.high], how, |t| {
            let first = sampling::real_at(session, &body[0], &ranges, &[t])?;
            if is_polar {
                return Ok(first.map(|r| [r * t.cos(), r * t.sin()]));
            }
            let second = match body.get(1) {
                Some(curve) => sampling::real_at(session, curve, &ranges, &[t])?,
                None => None,
            };
            Ok(first.zip(second).map(|(x, y)| [x, y]))
        })
    })?;
    let parts = samples.split(|sample| sample.1.is_none()).filter(|part| !part.is_empty());
    Ok(parts.map(|part| part.iter().filter_map(|(_, place)| *place).collect()).collect())
}
