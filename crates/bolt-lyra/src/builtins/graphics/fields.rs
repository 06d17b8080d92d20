//! Plots of functions and arrays over the plane.

use bolt_plot::Color;
use bolt_plot::contour::{self, Grid};
use triomphe::Arc;

use super::options::Settings;
use super::plotting::{self, of};
use super::sampling::{self, Curve, Range};
use super::{color_functions, colors, pair, points, reading};
use crate::array::{Dimensions, Elements};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::rule::sides;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "DensityPlot",
        Attributes::HOLD_ALL,
        |s, c| field(s, c, "DensityPlot"),
        "DensityPlot[f, {x, a, b}, {y, c, d}] is a drawing of the values of f as colours.",
        &[
            ("Head[DensityPlot[x y, {x, -1, 1}, {y, -1, 1}]]", "Graphics"),
            ("Length[Cases[DensityPlot[x y, {x, -1, 1}, {y, -1, 1}], _Raster, Infinity]]", "1"),
        ],
    ),
    builtin(
        "ContourPlot",
        Attributes::HOLD_ALL,
        |s, c| field(s, c, "ContourPlot"),
        "ContourPlot[f, {x, a, b}, {y, c, d}] is a drawing of the lines on which f has equal values, \
         with colours between them; ContourPlot[f == g, ...] of the line on which the equation \
         holds. Contours -> n says how many levels there are.",
        &[
            ("Head[ContourPlot[x^2 + y^2, {x, -1, 1}, {y, -1, 1}]]", "Graphics"),
            (
                "p = Join @@ Cases[ContourPlot[x^2 + y^2 == 1, {x, -2, 2}, {y, -2, 2}], Line[p_] :> p, Infinity]; Max[Abs[Map[Norm, p] - 1]] < 0.01",
                "True",
            ),
        ],
    ),
    builtin(
        "RegionPlot",
        Attributes::HOLD_ALL,
        |s, c| field(s, c, "RegionPlot"),
        "RegionPlot[test, {x, a, b}, {y, c, d}] is a drawing of where a test gives True.",
        &[
            ("Head[RegionPlot[x^2 + y^2 < 1, {x, -1, 1}, {y, -1, 1}]]", "Graphics"),
            ("Length[Cases[RegionPlot[x > 0, {x, -1, 1}, {y, -1, 1}], _Polygon, Infinity]]", "1"),
        ],
    ),
    builtin(
        "ListDensityPlot",
        Attributes::NONE,
        |s, c| listed(s, c, "ListDensityPlot"),
        "ListDensityPlot[{{f11, f12, ...}, ...}] is a drawing of an array of values as colours, the \
         first row below.",
        &[
            ("Head[ListDensityPlot[{{1, 2}, {3, 4}}]]", "Graphics"),
            ("Length[Cases[ListDensityPlot[{{1, 2}, {3, 4}}], _Raster, Infinity]]", "1"),
        ],
    ),
    builtin(
        "ListContourPlot",
        Attributes::NONE,
        |s, c| listed(s, c, "ListContourPlot"),
        "ListContourPlot[{{f11, f12, ...}, ...}] is a drawing of lines of equal values in an array, \
         the first row below.",
        &[
            ("Head[ListContourPlot[{{1, 2}, {3, 4}}]]", "Graphics"),
            (
                "Length[Cases[ListContourPlot[{{1, 2}, {1, 2}}, Contours -> {1.5}], _Line, Infinity]]",
                "1",
            ),
        ],
    ),
    builtin(
        "ArrayPlot",
        Attributes::NONE,
        |s, c| array(s, c, "ArrayPlot"),
        "ArrayPlot[{{a11, a12, ...}, ...}] is a drawing of an array as cells, the first row above: \
         white for the least value, black for the greatest. ColorRules -> {value -> colour} names \
         colours, ColorFunction a scheme.",
        &[
            ("Head[ArrayPlot[{{1, 0}, {0, 1}}]]", "Graphics"),
            ("Length[Cases[ArrayPlot[{{1, 0}, {0, 1}}], _Raster, Infinity]]", "1"),
        ],
    ),
    builtin(
        "MatrixPlot",
        Attributes::NONE,
        |s, c| array(s, c, "MatrixPlot"),
        "MatrixPlot[m] is a drawing of a matrix as cells, the first row above, in colours for \
         negative and for positive elements.",
        &[
            ("Head[MatrixPlot[{{1, -2}, {0, 1}}]]", "Graphics"),
            ("Length[Cases[MatrixPlot[IdentityMatrix[3]], _Raster, Infinity]]", "1"),
        ],
    ),
];

/// The most values that are sampled.
const MOST: usize = 1_000_000;

/// Returns a matrix of machine numbers.
fn matrix(values: Vec<f64>, columns: usize) -> Value {
    let rows = values.len() / columns.max(1);
    let is_plain = values.iter().all(|value| value.is_finite());
    if is_plain && !values.is_empty() {
        return Value::array(Elements::Reals(values), Dimensions::from([rows, columns].as_slice()));
    }
    // What has no value keeps that.
    let cell = |value: &f64| match value.is_finite() {
        true => Value::Real(*value),
        false => Value::Symbol(sym::Indeterminate),
    };
    let rows = values
        .chunks(columns.max(1))
        .map(|row| Value::list(row.iter().map(cell).collect::<Args>()));
    Value::list(rows.collect::<Args>())
}

fn field(session: &mut Session, call: &mut Arc<Call>, name: &str) -> Evaluated<Step> {
    let Some(([body, first, second], settings)) = Settings::opening(session, name, call)? else {
        return Ok(Step::Same);
    };
    let (Some(x), Some(y)) =
        (sampling::range(session, name, first)?, sampling::range(session, name, second)?)
    else {
        return Ok(Step::Same);
    };
    let default = if name == "DensityPlot" { (25, 2) } else { (20, 2) };
    let Some(each) = grid_size(session, name, &settings, default)? else { return Ok(Step::Same) };
    let bodies = match body.as_list() {
        Some(list) if name != "DensityPlot" => list.to_vec(),
        _ => vec![body.clone()],
    };
    let mut primitives = Vec::new();
    let mut bar = None;
    for (place, body) in bodies.iter().enumerate() {
        let grid = sampled(session, body, [x, y], each)?;
        match name {
            "RegionPlot" => primitives.extend(region(session, &settings, &grid, place)),
            "ContourPlot" if body.args_of(sym::Equal).is_some() => {
                primitives.extend(equation(session, &settings, &grid, place, bodies.len()));
            }
            "ContourPlot" => {
                let (parts, own) = contours(session, &settings, &grid)?;
                primitives.extend(parts);
                bar = own;
            }
            _ => {
                let (raster, own) = density(session, &settings, &grid)?;
                primitives.push(raster);
                bar = own;
            }
        }
    }
    let ranges = plotting::ranges([x.low, x.high], [y.low, y.high]);
    Ok(Step::Done(finished(session, &settings, primitives, ranges, bar)))
}

fn finished(
    session: &mut Session,
    settings: &Settings,
    primitives: Vec<Value>,
    ranges: Value,
    bar: Option<Value>,
) -> Value {
    let own = [("PlotRange", ranges), ("PlotRangePadding", Value::Symbol(sym::None))];
    let rules = settings.for_graphics(session, &own);
    let legend = bar.filter(|_| settings.wanted("PlotLegends").is_some());
    plotting::finished(session, primitives, rules, legend)
}

/// Reads how many points there are in each direction: `PlotPoints`, halved `MaxRecursion` times.
pub(super) fn grid_size(
    session: &mut Session,
    name: &str,
    settings: &Settings,
    (points, depth): (usize, usize),
) -> Evaluated<Option<usize>> {
    let points = match settings.wanted("PlotPoints") {
        None => points,
        Some(value) => match value.as_usize().filter(|points| (2..=1000).contains(points)) {
            Some(points) => points,
            None => {
                session.message_of(name, "ppts", &[value]);
                return Ok(None);
            }
        },
    };
    let depth = match settings.chosen("MaxRecursion") {
        Some(value) => value.as_usize().unwrap_or(depth).min(6),
        None => depth,
    };
    let mut count = points;
    for _ in 0..depth {
        if (2 * count) * (2 * count) > 40_000.max(points * points) {
            break;
        }
        count = 2 * count - 1;
    }
    Ok(Some(count))
}

/// Returns the values of a body over a grid. Of an equation it is the difference of its sides, of
/// a test 1 where it holds and -1 where it does not.
pub(super) fn sampled(
    session: &mut Session,
    body: &Value,
    ranges: [Range; 2],
    each: usize,
) -> Evaluated<Grid> {
    let places = |range: Range| -> Vec<f64> {
        // A little inside, where functions have values that they often lack at the ends.
        let room = (range.high - range.low) * 1e-9;
        let (low, high) = (range.low + room, range.high - room);
        (0..each).map(|i| low + (high - low) * i as f64 / (each - 1) as f64).collect()
    };
    let (xs, ys) = (places(ranges[0]), places(ranges[1]));
    let body = match body.exactly(sym::Equal) {
        Some([left, right]) => super::super::forms::minus(left.clone(), right.clone()),
        None => body.clone(),
    };
    let curve = Curve { body, element: None, styles: Vec::new(), label: None };
    let values = sampling::without_values(session, &ranges, |session| {
        let mut values = Vec::with_capacity(each * each);
        for y in &ys {
            for x in &xs {
                values.push(value(session, &curve, &ranges, [*x, *y])?);
            }
        }
        Ok(values)
    })?;
    Ok(Grid { x: xs, y: ys, values })
}

fn value(session: &mut Session, curve: &Curve, ranges: &[Range], at: [f64; 2]) -> Evaluated<f64> {
    let value = sampling::value_at(session, &curve.body, ranges, &at)?;
    Ok(match value.as_bool() {
        Some(holds) => {
            if holds {
                1.0
            } else {
                -1.0
            }
        }
        None => sampling::real(session, &value)?.unwrap_or(f64::NAN),
    })
}

/// Returns the function from numbers between 0 and 1 to colours, as a value and as colours.
pub(super) fn color_function(
    session: &mut Session,
    settings: &Settings,
    default: &str,
) -> Evaluated<(Value, Vec<Color>)> {
    const STEPS: usize = 128;
    let setting = settings.wanted("ColorFunction").unwrap_or_else(|| Value::string(default));
    if let Some(colors) = setting.as_str().and_then(color_functions::scheme) {
        return Ok((setting, colors));
    }
    let function = match setting.as_str() {
        Some(_) => session.system("ColorData", [setting.clone()].as_slice())?,
        None => setting.clone(),
    };
    let mut found = Vec::with_capacity(STEPS + 1);
    for i in 0..=STEPS {
        let at = Value::Real(i as f64 / STEPS as f64);
        let color = session.call(&function, [at].as_slice())?;
        match colors::color(session, &color)? {
            Some(color) => found.push(color),
            None => {
                let colors = color_functions::scheme(default).unwrap_or_default();
                return Ok((Value::string(default), colors));
            }
        }
    }
    // The colours are kept, so that a drawing needs nothing that may change.
    let list: Args =
        found.iter().map(|color| color_functions::written(session, "RGBColor", *color)).collect();
    let slot = Value::call(sym::Slot, [Value::Integer(1)].as_slice());
    let blend = of(session, "Blend", &[Value::list(list), slot]);
    let blend = Value::call(sym::Function, [blend].as_slice());
    let range = Value::list([Value::Integer(0), Value::Integer(1)]);
    let parts = [Value::string("custom"), Value::string("Gradients"), range, blend];
    Ok((of(session, "ColorDataFunction", &parts), found))
}

fn bar(session: &mut Session, function: &Value, range: [f64; 2]) -> Value {
    let spec = Value::list([function.clone(), pair(range)]);
    of(session, "BarLegend", &[spec])
}

/// Returns the range of colours: that of the values but for few that are far off.
fn color_range(session: &mut Session, settings: &Settings, grid: &Grid) -> Evaluated<[f64; 2]> {
    let setting = settings.get("PlotRange");
    let (ends, all) = plotting::wanted_range(session, settings)?;
    let third = match setting.as_list() {
        Some([_, _, z]) => super::ends(session, &z.clone())?,
        Some(_) => [None; 2],
        None => ends[1],
    };
    let mut sorted: Vec<f64> =
        grid.values.iter().copied().filter(|value| value.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let (Some(first), Some(last)) = (sorted.first(), sorted.last()) else { return Ok([0.0, 1.0]) };
    let at = |share: f64| sorted[((sorted.len() - 1) as f64 * share) as usize];
    let core = at(0.95) - at(0.05);
    let is_far = |beyond: f64| !all && core > 0.0 && beyond > 4.0 * core;
    let low = if is_far(at(0.05) - first) { at(0.05) - core / 2.0 } else { *first };
    let high = if is_far(last - at(0.95)) { at(0.95) + core / 2.0 } else { *last };
    Ok([third[0].unwrap_or(low), third[1].unwrap_or(high)])
}

fn density(
    session: &mut Session,
    settings: &Settings,
    grid: &Grid,
) -> Evaluated<(Value, Option<Value>)> {
    let range = color_range(session, settings, grid)?;
    let (function, _) = color_function(session, settings, "Automatic")?;
    let raster = raster(session, grid, range, &function);
    let bar = bar(session, &function, range);
    Ok((raster, Some(bar)))
}

/// Returns cells around the points of a grid, finer than it is where it is coarse.
fn raster(session: &mut Session, grid: &Grid, range: [f64; 2], function: &Value) -> Value {
    let columns = grid.x.len();
    let corner = |last: bool| {
        let end = |places: &[f64]| if last { places[places.len() - 1] } else { places[0] };
        pair([end(&grid.x), end(&grid.y)])
    };
    let corners = Value::list([corner(false), corner(true)]);
    let values = match columns < 100 {
        true => finer(grid),
        false => (grid.values.clone(), columns),
    };
    let data = matrix(values.0, values.1);
    let name = session.named_symbol("ColorFunction");
    let rule = Value::rule(name, function.clone());
    of(session, "Raster", &[data, corners, pair(range), rule])
}

/// Returns the values between those of a grid, three in a row between neighbours.
fn finer(grid: &Grid) -> (Vec<f64>, usize) {
    let (columns, rows) = (grid.x.len(), grid.y.len());
    let times = (160 / columns.max(1)).clamp(1, 8);
    let (wide, high) = ((columns - 1) * times, (rows - 1) * times);
    let mut values = Vec::with_capacity(wide * high);
    let at = |i: usize, j: usize| grid.values[j * columns + i];
    for y in 0..high {
        let (j, v) = (y / times, (y % times) as f64 + 0.5);
        let v = v / times as f64;
        for x in 0..wide {
            let (i, u) = (x / times, ((x % times) as f64 + 0.5) / times as f64);
            let below = at(i, j) * (1.0 - u) + at(i + 1, j) * u;
            let above = at(i, j + 1) * (1.0 - u) + at(i + 1, j + 1) * u;
            values.push(below * (1.0 - v) + above * v);
        }
    }
    (values, wide)
}

/// Returns the levels of a contour plot: round numbers, unless they are given.
fn levels(
    session: &mut Session,
    settings: &Settings,
    [low, high]: [f64; 2],
) -> Evaluated<Vec<f64>> {
    let setting = settings.chosen("Contours");
    if let Some(list) = setting.as_ref().and_then(Value::as_list) {
        let mut levels = Vec::new();
        for level in list {
            let level = level.as_list().and_then(|list| list.first()).unwrap_or(level).clone();
            levels.extend(reading::number(session, &level)?);
        }
        levels.sort_by(f64::total_cmp);
        return Ok(levels);
    }
    if high <= low {
        return Ok(Vec::new());
    }
    let given = setting.as_ref().and_then(Value::as_usize);
    Ok(match given {
        Some(count) => {
            let count = count.clamp(1, 200);
            (1..=count).map(|i| low + (high - low) * i as f64 / (count + 1) as f64).collect()
        }
        None => {
            let ticks = bolt_plot::ticks::linear(low, high, 12).values;
            ticks.into_iter().filter(|level| *level > low && *level < high).collect()
        }
    })
}

fn contours(
    session: &mut Session,
    settings: &Settings,
    grid: &Grid,
) -> Evaluated<(Vec<Value>, Option<Value>)> {
    let range = color_range(session, settings, grid)?;
    let levels = levels(session, settings, range)?;
    let (function, gradient) = color_function(session, settings, "Automatic")?;
    let mut primitives = Vec::new();
    let is_shaded = !settings.get("ContourShading").is(sym::None)
        && !settings.get("ContourShading").is(sym::False);
    if is_shaded {
        let below = grid.range().map_or(0.0, |[low, _]| low);
        let all = std::iter::once(below).chain(levels.iter().copied()).collect::<Vec<_>>();
        for (i, level) in all.iter().enumerate() {
            let share = if all.len() > 1 { i as f64 / (all.len() - 1) as f64 } else { 0.5 };
            let color = Color::blend(&gradient, share).unwrap_or(Color::hex(0));
            let color = color_functions::written(session, "RGBColor", color);
            let rings = contour::region(grid, *level);
            if !rings.is_empty() {
                let shape = rings_of(session, &rings);
                primitives.push(Value::list([color, shape]));
            }
        }
    }
    let style = settings.get("ContourStyle");
    if !style.is(sym::None) {
        let opacity = of(session, "Opacity", &[Value::Real(if is_shaded { 0.45 } else { 1.0 })]);
        let level = of(session, "GrayLevel", &[Value::Integer(if is_shaded { 1 } else { 0 })]);
        let thin = of(session, "AbsoluteThickness", &[Value::Real(0.8)]);
        let mut group = vec![level, opacity, thin];
        group.extend(plotting::style_of(session, &style, 0, 1));
        for level in &levels {
            for line in contour::lines(grid, *level) {
                let line = points(&line);
                group.push(of(session, "Line", &[line]));
            }
        }
        primitives.push(Value::list(Args::from(group)));
    }
    let bar = bar(session, &function, range);
    Ok((primitives, Some(bar)))
}

/// Returns a polygon of what is inside an odd number of rings.
fn rings_of(session: &mut Session, rings: &[Vec<[f64; 2]>]) -> Value {
    let places: Vec<Value> = rings.iter().map(|ring| points(ring)).collect();
    match &places[..] {
        [only] => of(session, "Polygon", std::slice::from_ref(only)),
        [first, rest @ ..] => {
            let holes = Value::list(Args::from(rest));
            of(session, "Polygon", &[Value::rule(first.clone(), holes)])
        }
        [] => Value::list(Args::new()),
    }
}

fn equation(
    session: &mut Session,
    settings: &Settings,
    grid: &Grid,
    place: usize,
    count: usize,
) -> Vec<Value> {
    let mut group = vec![plotting::color(session, place)];
    group.push(of(session, "AbsoluteThickness", &[Value::Real(1.6)]));
    group.extend(plotting::style_of(session, &settings.get("ContourStyle"), place, count));
    for line in contour::lines(grid, 0.0) {
        // A pole has a change of sign too, but no values near 0.
        let line = points(&line);
        group.push(of(session, "Line", &[line]));
    }
    vec![Value::list(Args::from(group))]
}

fn region(session: &mut Session, settings: &Settings, grid: &Grid, place: usize) -> Vec<Value> {
    let rings = contour::region(grid, 0.0);
    if rings.is_empty() {
        return Vec::new();
    }
    let color = plotting::color(session, place);
    let opacity = of(session, "Opacity", &[Value::Real(0.3)]);
    let edge = of(session, "EdgeForm", std::slice::from_ref(&color));
    let shape = rings_of(session, &rings);
    let _ = settings;
    vec![Value::list([color, opacity, edge, shape].as_slice())]
}

/// Reads a matrix of numbers; what is none is NaN.
pub(super) fn numbers(
    session: &mut Session,
    value: &Value,
) -> Evaluated<Option<(Vec<f64>, usize)>> {
    let value = match super::head_of(session, value) {
        Some("SparseArray") => session.system("Normal", [value.clone()].as_slice())?,
        _ => value.clone(),
    };
    let Some(rows) = value.as_list() else { return Ok(None) };
    let columns = rows.first().and_then(Value::as_list).map_or(0, <[Value]>::len);
    if columns == 0 || rows.len().saturating_mul(columns) > 4 * MOST {
        return Ok(None);
    }
    let mut values = Vec::with_capacity(rows.len() * columns);
    for row in rows {
        session.check_interrupt()?;
        let Some(row) = row.as_list() else { return Ok(None) };
        for i in 0..columns {
            let cell = match row.get(i) {
                Some(cell) => reading::number(session, cell)?,
                None => None,
            };
            values.push(cell.unwrap_or(f64::NAN));
        }
    }
    Ok(Some((values, columns)))
}

fn listed(session: &mut Session, call: &mut Arc<Call>, name: &str) -> Evaluated<Step> {
    let Some(([data], settings)) = Settings::opening(session, name, call)? else {
        return Ok(Step::Same);
    };
    let Some((values, columns)) = numbers(session, data)?.filter(|(v, c)| *c > 1 && v.len() > *c)
    else {
        session.message_of(name, "arrayerr", std::slice::from_ref(data));
        return Ok(Step::Same);
    };
    let rows = values.len() / columns;
    let places = |count: usize| (1..=count).map(|i| i as f64).collect::<Vec<f64>>();
    let grid = Grid { x: places(columns), y: places(rows), values };
    let (primitives, bar) = match name {
        "ListDensityPlot" => {
            let (raster, bar) = density(session, &settings, &grid)?;
            (vec![raster], bar)
        }
        _ => contours(session, &settings, &grid)?,
    };
    let ranges = plotting::ranges([1.0, columns as f64], [1.0, rows as f64]);
    Ok(Step::Done(finished(session, &settings, primitives, ranges, bar)))
}

fn array(session: &mut Session, call: &mut Arc<Call>, name: &str) -> Evaluated<Step> {
    let Some((data, given)) = call.args().split_first() else {
        session.wrong_count_of(name, 0, 1, 1);
        return Ok(Step::Same);
    };
    let whole = Value::Call(call.clone());
    let data = match super::head_of(session, data) {
        Some("SparseArray") => session.system("Normal", [data.clone()].as_slice())?,
        _ => data.clone(),
    };
    let Some(settings) = Settings::read(session, name, &whole, given, 1)? else {
        return Ok(Step::Same);
    };
    let rows = data.as_list().map(<[Value]>::to_vec).unwrap_or_default();
    let columns =
        rows.iter().filter_map(|row| row.as_list().map(<[Value]>::len)).max().unwrap_or(0);
    if columns == 0 || rows.len().saturating_mul(columns) > 4 * MOST {
        session.message_of(name, "mat", &[data]);
        return Ok(Step::Same);
    }
    let cells = cells(session, &settings, &rows, columns, name == "MatrixPlot")?;
    let corners = Value::list([pair([0.0, 0.0]), pair([columns as f64, rows.len() as f64])]);
    let raster = of(session, "Raster", &[cells, corners]);
    let mut primitives = vec![raster];
    if settings.wanted("Mesh").is_some() {
        primitives.push(mesh(session, columns, rows.len()));
    }
    let has_frame = match settings.get("Frame") {
        frame if frame.is(sym::Automatic) => Value::boolean(true),
        frame => frame,
    };
    let ticks = match name == "MatrixPlot" {
        true => matrix_ticks(columns, rows.len()),
        false => Value::Symbol(sym::None),
    };
    let ranges = plotting::ranges([0.0, columns as f64], [0.0, rows.len() as f64]);
    let mut own = vec![
        ("PlotRange", ranges),
        ("PlotRangePadding", Value::Symbol(sym::None)),
        ("Frame", has_frame),
    ];
    if settings.given("FrameTicks").is_none() {
        own.push(("FrameTicks", ticks));
    }
    let rules = settings.for_graphics(session, &own);
    Ok(Step::Done(plotting::finished(session, primitives, rules, None)))
}

/// Returns the colours of an array's cells, the last row first.
fn cells(
    session: &mut Session,
    settings: &Settings,
    rows: &[Value],
    columns: usize,
    has_signs: bool,
) -> Evaluated {
    let rules: Vec<(Value, Value)> = match settings.wanted("ColorRules") {
        Some(rules) => {
            let list = rules.as_list().unwrap_or(std::slice::from_ref(&rules));
            list.iter()
                .filter_map(sides)
                .map(|(value, color, _)| (value.clone(), color.clone()))
                .collect()
        }
        None => Vec::new(),
    };
    let gradient = match settings.wanted("ColorFunction") {
        Some(_) => Some(color_function(session, settings, "Automatic")?.1),
        None => None,
    };
    let mut values = Vec::with_capacity(rows.len() * columns);
    for row in rows {
        for i in 0..columns {
            let cell = row.as_list().and_then(|row| row.get(i));
            values.push(match cell {
                Some(cell) => reading::number(session, cell)?,
                None => None,
            });
        }
    }
    let paint = painter(&values, gradient, has_signs);
    let mut out = Args::new();
    let order: Vec<usize> = match settings.get("DataReversed").is(sym::True) {
        true => (0..rows.len()).collect(),
        false => (0..rows.len()).rev().collect(),
    };
    for row in order {
        session.check_interrupt()?;
        let mut line = Args::with_capacity(columns);
        for i in 0..columns {
            let cell = rows[row].as_list().and_then(|row| row.get(i)).cloned();
            let mut color = None;
            for (pattern, value) in &rules {
                if let Some(cell) = &cell
                    && session.matches(pattern, cell)?
                {
                    color = colors::color(session, value)?;
                    break;
                }
            }
            if let (None, Some(cell)) = (color, &cell) {
                color = colors::color(session, cell)?;
            }
            let color = color.or(values[row * columns + i].map(&paint));
            // What is no number is left empty.
            let color = color.unwrap_or(Color::hex(0).with_alpha(0.0));
            let parts = [color.red, color.green, color.blue, color.alpha];
            let parts = if color.alpha < 1.0 { &parts[..] } else { &parts[..3] };
            line.push(Value::list(parts.iter().map(|part| Value::Real(*part)).collect::<Args>()));
        }
        out.push(Value::list(line));
    }
    Ok(Value::list(out))
}

/// Returns the colours of numbers: of a scheme, by sign, or from white to black.
fn painter(
    values: &[Option<f64>],
    gradient: Option<Vec<Color>>,
    has_signs: bool,
) -> impl Fn(f64) -> Color {
    let start = (f64::INFINITY, f64::NEG_INFINITY);
    let (low, high) = values.iter().flatten().fold(start, |(l, h), v| (l.min(*v), h.max(*v)));
    let reach = low.abs().max(high.abs());
    move |value: f64| match &gradient {
        Some(colors) => Color::blend(colors, share(value, low, high)).unwrap_or(Color::hex(0)),
        None if has_signs => signed(if reach > 0.0 { value / reach } else { 0.0 }),
        None => {
            // 0 is white even where all are equal.
            let level =
                if high > low { share(value, low.min(0.0), high) } else { value.clamp(0.0, 1.0) };
            Color::new(1.0 - level, 1.0 - level, 1.0 - level)
        }
    }
}

fn share(value: f64, low: f64, high: f64) -> f64 {
    if high > low { (value - low) / (high - low) } else { 0.5 }
}

/// Returns the colour of a number from -1 to 1: blue, white, orange.
fn signed(value: f64) -> Color {
    let [white, below, above] = [0xfcfcfb, 0x0a5fae, 0xcc5206].map(Color::hex);
    white.mix(if value < 0.0 { below } else { above }, value.abs().sqrt().min(1.0))
}

fn mesh(session: &mut Session, columns: usize, rows: usize) -> Value {
    let gray = of(session, "GrayLevel", &[Value::Real(0.6)]);
    let thin = of(session, "AbsoluteThickness", &[Value::Real(0.6)]);
    let mut group = vec![gray, thin];
    let (width, height) = (columns as f64, rows as f64);
    let across = (0..=rows).map(|i| [[0.0, i as f64], [width, i as f64]]);
    let up = (0..=columns).map(|i| [[i as f64, 0.0], [i as f64, height]]);
    for line in across.chain(up) {
        let line = points(&line);
        group.push(of(session, "Line", &[line]));
    }
    Value::list(Args::from(group))
}

/// Returns ticks that count columns from the left and rows from above.
fn matrix_ticks(columns: usize, rows: usize) -> Value {
    let side = |count: usize, is_down: bool| {
        let step = (count as f64 / 8.0).ceil().max(1.0) as usize;
        let places = (1..=count).filter(|i| *i == 1 || *i == count || i % step == 0);
        let tick = |i: usize| {
            let at = if is_down { count as f64 - i as f64 + 0.5 } else { i as f64 - 0.5 };
            Value::list([Value::Real(at), Value::Integer(i as i64)])
        };
        Value::list(places.map(tick).collect::<Args>())
    };
    Value::list([side(columns, false), side(rows, true)])
}
