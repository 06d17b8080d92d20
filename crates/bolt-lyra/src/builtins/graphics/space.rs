//! Plots in space.

use bolt_plot::contour::Grid;
use bolt_plot::{Color, theme};
use triomphe::Arc;

use super::options::Settings;
use super::plotting::{self, of};
use super::{color_functions, fields, reading, sampling};
use crate::array::{Dimensions, Elements};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Plot3D",
        Attributes::HOLD_ALL,
        surface,
        "Plot3D[f, {x, a, b}, {y, c, d}] is a drawing in space of f as a function of x and y; \
         Plot3D[{f, g, ...}, ...] of several. ColorFunction -> \"name\" colours it by height, \
         ViewPoint says from where it is seen.",
        &[
            ("Head[Plot3D[x y, {x, -1, 1}, {y, -1, 1}]]", "Graphics3D"),
            (
                "Max[Cases[Plot3D[x y, {x, 0, 1}, {y, 0, 1}, PlotPoints -> 4, MaxRecursion -> 0], Polygon[p_] :> Max[Abs[p[[All, All, 1]] p[[All, All, 2]] - p[[All, All, 3]]]], Infinity]] < 10^-12",
                "True",
            ),
        ],
    ),
    builtin(
        "ListPlot3D",
        Attributes::NONE,
        |s, c| listed(s, c, "ListPlot3D"),
        "ListPlot3D[{{z11, z12, ...}, ...}] is a drawing in space of the surface through an array of \
         heights, the first row at y = 1.",
        &[
            ("Head[ListPlot3D[{{1, 2}, {3, 4}}]]", "Graphics3D"),
            ("Length[Cases[ListPlot3D[{{1, 2}, {3, 4}}], _Polygon, Infinity]]", "1"),
        ],
    ),
    builtin(
        "ListPointPlot3D",
        Attributes::NONE,
        |s, c| listed(s, c, "ListPointPlot3D"),
        "ListPointPlot3D[{{x1, y1, z1}, ...}] is a drawing of points in space; \
         ListPointPlot3D[{{z11, ...}, ...}] of an array of heights.",
        &[
            ("Head[ListPointPlot3D[{{1, 2, 3}, {2, 3, 4}}]]", "Graphics3D"),
            (
                "First[Cases[ListPointPlot3D[{{1, 2, 3}}], Point[p_] :> p, Infinity]]",
                "{{1., 2., 3.}}",
            ),
        ],
    ),
    builtin(
        "ParametricPlot3D",
        Attributes::HOLD_ALL,
        parametric,
        "ParametricPlot3D[{fx, fy, fz}, {u, a, b}] is a drawing of a curve in space; with a second \
         range {v, c, d} of a surface.",
        &[
            ("Head[ParametricPlot3D[{Cos[t], Sin[t], t}, {t, 0, 10}]]", "Graphics3D"),
            (
                "Length[Cases[ParametricPlot3D[{u, v, u v}, {u, 0, 1}, {v, 0, 1}], _Polygon, Infinity]]",
                "1",
            ),
        ],
    ),
];

fn surface(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    const NAME: &str = "Plot3D";
    let Some(([body, first, second], settings)) = Settings::opening(session, NAME, call)? else {
        return Ok(Step::Same);
    };
    let (Some(x), Some(y)) =
        (sampling::range(session, NAME, first)?, sampling::range(session, NAME, second)?)
    else {
        return Ok(Step::Same);
    };
    let Some(each) = fields::grid_size(session, NAME, &settings, (21, 1))? else {
        return Ok(Step::Same);
    };
    let bodies = body.as_list().map_or(vec![body.clone()], <[Value]>::to_vec);
    let mut primitives = Vec::new();
    for (place, body) in bodies.iter().enumerate() {
        let grid = fields::sampled(session, body, [x, y], each)?;
        primitives.extend(mesh_of(session, &settings, &grid, place)?);
    }
    finished(session, &settings, primitives, true).map(Step::Done)
}

fn finished(
    session: &mut Session,
    settings: &Settings,
    primitives: Vec<Value>,
    is_flat: bool,
) -> Evaluated {
    let ratios = Value::list([Value::Integer(1), Value::Integer(1), Value::Real(0.4)].as_slice());
    let mut own = Vec::new();
    if settings.get("BoxRatios").is(sym::Automatic) && is_flat {
        own.push(("BoxRatios", ratios));
    }
    if settings.get("PlotRange").is(sym::Automatic) {
        own.push(("PlotRange", Value::Symbol(sym::All)));
    }
    let rules = settings.for_graphics(session, &own);
    let head = session.system_symbol("Graphics3D");
    let primitives = Value::list(Args::from(primitives));
    Ok(Value::call(head, std::iter::once(primitives).chain(rules).collect::<Args>()))
}

/// Returns the faces between the points of a grid, by colour.
fn mesh_of(
    session: &mut Session,
    settings: &Settings,
    grid: &Grid,
    place: usize,
) -> Evaluated<Vec<Value>> {
    let (columns, rows) = (grid.x.len(), grid.y.len());
    let at = |i: usize, j: usize| [grid.x[i], grid.y[j], grid.values[j * columns + i]];
    let cells = (0..rows - 1).flat_map(|j| (0..columns - 1).map(move |i| (i, j)));
    let face = |(i, j): (usize, usize)| [at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)];
    let faces: Vec<[[f64; 3]; 4]> =
        cells.map(face).filter(|face| face.iter().all(|at| at[2].is_finite())).collect();
    let edge = edge(session, settings);
    if settings.wanted("ColorFunction").is_none() {
        let color = plotting::color(session, place);
        let own = plotting::style_of(session, &settings.get("PlotStyle"), place, place + 1);
        let directive = {
            let parts: Vec<Value> = std::iter::once(color).chain(own).collect();
            of(session, "Directive", &parts)
        };
        let shape = polygons(session, &faces);
        return Ok(vec![Value::list([edge, directive, shape].as_slice())]);
    }
    let (_, colors) = fields::color_function(session, settings, "Automatic")?;
    colored(session, &faces, &colors, edge)
}

/// Returns faces in groups of equal colour by their height.
fn colored(
    session: &mut Session,
    faces: &[[[f64; 3]; 4]],
    colors: &[Color],
    edge: Value,
) -> Evaluated<Vec<Value>> {
    const STEPS: usize = 48;
    let heights = faces.iter().flatten().map(|at| at[2]);
    let start = (f64::INFINITY, f64::NEG_INFINITY);
    let (low, high) = heights.fold(start, |(l, h), z| (l.min(z), h.max(z)));
    let mut groups: Vec<Vec<[[f64; 3]; 4]>> = vec![Vec::new(); STEPS];
    for face in faces {
        let middle = face.iter().map(|at| at[2]).sum::<f64>() / 4.0;
        let share = if high > low { (middle - low) / (high - low) } else { 0.5 };
        groups[((share * STEPS as f64) as usize).min(STEPS - 1)].push(*face);
    }
    let mut all = vec![edge];
    for (i, group) in groups.iter().enumerate().filter(|(_, group)| !group.is_empty()) {
        let share = (i as f64 + 0.5) / STEPS as f64;
        let color = Color::blend(colors, share).unwrap_or(theme::SERIES[0].light);
        let color = color_functions::written(session, "RGBColor", color);
        let shape = polygons(session, group);
        all.push(Value::list([color, shape]));
    }
    Ok(all)
}

/// Returns the directive of the lines between faces.
fn edge(session: &mut Session, settings: &Settings) -> Value {
    let thin = of(session, "AbsoluteThickness", &[Value::Real(0.5)]);
    let level = of(session, "GrayLevel", &[Value::Real(0.15)]);
    let opacity = of(session, "Opacity", &[Value::Real(0.35)]);
    match settings.get("Mesh").is(sym::None) {
        true => of(session, "EdgeForm", &[]),
        false => {
            let parts = Value::list([level, opacity, thin].as_slice());
            of(session, "EdgeForm", &[parts])
        }
    }
}

/// Returns polygons with four corners each.
fn polygons(session: &mut Session, faces: &[[[f64; 3]; 4]]) -> Value {
    if faces.is_empty() {
        return Value::list(Args::new());
    }
    let elements = Elements::Reals(faces.iter().flatten().flatten().copied().collect());
    let places = Value::array(elements, Dimensions::from([faces.len(), 4, 3].as_slice()));
    of(session, "Polygon", &[places])
}

fn places(places: &[[f64; 3]]) -> Value {
    if places.is_empty() {
        return Value::list(Args::new());
    }
    let elements = Elements::Reals(places.iter().flatten().copied().collect());
    Value::array(elements, Dimensions::from([places.len(), 3].as_slice()))
}

fn listed(session: &mut Session, call: &mut Arc<Call>, name: &str) -> Evaluated<Step> {
    let Some(([data], settings)) = Settings::opening(session, name, call)? else {
        return Ok(Step::Same);
    };
    let is_surface = name == "ListPlot3D";
    if !is_surface && let Some(points) = reading::places::<3>(session, data)? {
        let color = plotting::color(session, 0);
        let size = of(session, "AbsolutePointSize", &[Value::Integer(5)]);
        let own = plotting::style_of(session, &settings.get("PlotStyle"), 0, 1);
        let places = places(&points);
        let shape = of(session, "Point", &[places]);
        let group: Args = [color, size].into_iter().chain(own).chain([shape]).collect();
        return finished(session, &settings, vec![Value::list(group)], true).map(Step::Done);
    }
    let Some((values, columns)) =
        fields::numbers(session, data)?.filter(|(v, c)| *c > 1 && v.len() > *c)
    else {
        session.message_of(name, "arrayerr", std::slice::from_ref(data));
        return Ok(Step::Same);
    };
    let rows = values.len() / columns;
    let count = |count: usize| (1..=count).map(|i| i as f64).collect::<Vec<f64>>();
    let grid = Grid { x: count(columns), y: count(rows), values };
    let primitives = match is_surface {
        true => mesh_of(session, &settings, &grid, 0)?,
        false => {
            let at = |i: usize| [grid.x[i % columns], grid.y[i / columns], grid.values[i]];
            let all: Vec<[f64; 3]> =
                (0..grid.values.len()).map(at).filter(|at| at[2].is_finite()).collect();
            let color = plotting::color(session, 0);
            let places = places(&all);
            let shape = of(session, "Point", &[places]);
            vec![Value::list([color, shape])]
        }
    };
    finished(session, &settings, primitives, true).map(Step::Done)
}

fn parametric(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    const NAME: &str = "ParametricPlot3D";
    let (args, _) = crate::builtins::options::Options::split(call.args(), 2);
    let (body, specs) = match args {
        [body, specs @ ..] if (1..=2).contains(&specs.len()) => (body, specs),
        _ => {
            session.wrong_count_of(NAME, args.len(), 2, 3);
            return Ok(Step::Same);
        }
    };
    let whole = Value::Call(call.clone());
    let given = &call.args()[args.len()..];
    let Some(settings) = Settings::read(session, NAME, &whole, given, args.len() as i64)? else {
        return Ok(Step::Same);
    };
    let mut ranges = Vec::new();
    for spec in specs {
        let Some(range) = sampling::range(session, NAME, spec)? else { return Ok(Step::Same) };
        ranges.push(range);
    }
    let bodies = match body.as_list() {
        Some(list) if !list.is_empty() && list.iter().all(|one| one.as_list().is_some()) => {
            list.to_vec()
        }
        _ => vec![body.clone()],
    };
    let default = if ranges.len() == 1 { (300, 0) } else { (21, 1) };
    let Some(each) = fields::grid_size(session, NAME, &settings, default)? else {
        return Ok(Step::Same);
    };
    let mut primitives = Vec::new();
    for (place, body) in bodies.iter().enumerate() {
        let color = plotting::color(session, place);
        let own = plotting::style_of(session, &settings.get("PlotStyle"), place, bodies.len());
        let found = along(session, body, &ranges, each)?;
        let edge = edge(session, &settings);
        let thick = of(session, "AbsoluteThickness", &[Value::Real(1.6)]);
        let mut group: Args = [edge, color, thick].into_iter().chain(own).collect();
        match ranges.len() {
            1 => {
                for run in found.split(|at| at[0].is_nan()).filter(|run| !run.is_empty()) {
                    let line = places(run);
                    group.push(of(session, "Line", &[line]));
                }
            }
            _ => {
                let cells = (0..each - 1).flat_map(|j| (0..each - 1).map(move |i| j * each + i));
                let face =
                    |k: usize| [found[k], found[k + 1], found[k + each + 1], found[k + each]];
                let is_whole =
                    |face: &[[f64; 3]; 4]| face.iter().flatten().all(|at| at.is_finite());
                let faces: Vec<[[f64; 3]; 4]> = cells.map(face).filter(is_whole).collect();
                group.push(polygons(session, &faces));
            }
        }
        primitives.push(Value::list(group));
    }
    finished(session, &settings, primitives, false).map(Step::Done)
}

/// Returns the places of a curve or a surface; what has none is NaN.
fn along(
    session: &mut Session,
    body: &Value,
    ranges: &[sampling::Range],
    each: usize,
) -> Evaluated<Vec<[f64; 3]>> {
    let at = |range: &sampling::Range, i: usize| {
        range.low + (range.high - range.low) * i as f64 / (each - 1) as f64
    };
    let count = each.pow(ranges.len() as u32);
    sampling::without_values(session, ranges, |session| {
        let mut found = Vec::with_capacity(count);
        for k in 0..count {
            let point: Vec<f64> = match ranges {
                [u] => vec![at(u, k)],
                [u, v, ..] => vec![at(u, k % each), at(v, k / each)],
                [] => Vec::new(),
            };
            let value = sampling::value_at(session, body, ranges, &point)?;
            let mut place = [f64::NAN; 3];
            if let Some([x, y, z]) = value.as_list() {
                for (at, part) in place.iter_mut().zip([x, y, z]) {
                    *at = sampling::real(session, part)?.unwrap_or(f64::NAN);
                }
            }
            found.push(if place.iter().any(|at| at.is_nan()) { [f64::NAN; 3] } else { place });
        }
        Ok(found)
    })
}
