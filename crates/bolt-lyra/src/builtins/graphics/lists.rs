//! Plots of data.

use triomphe::Arc;

use super::options::Settings;
use super::plotting::{self, Form, Series};
use super::{functions, head_of, reading};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Call, Value};

/// What a plot of data does with its points.
#[derive(Debug, Clone, Copy)]
struct Kind {
    name: &'static str,
    is_log: [bool; 2],
    is_polar: bool,
    has_dates: bool,
    has_steps: bool,
    is_stacked: bool,
}

const fn kind(name: &'static str, is_log: [bool; 2]) -> Kind {
    Kind { name, is_log, is_polar: false, has_dates: false, has_steps: false, is_stacked: false }
}

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "ListPlot",
        Attributes::NONE,
        |s, c| plot(s, c, kind("ListPlot", [false, false])),
        "ListPlot[{y1, y2, ...}] is a drawing of the points {1, y1}, {2, y2}, ...; \
         ListPlot[{{x1, y1}, ...}] of those points, ListPlot[{list1, list2, ...}] of several lists. \
         Joined -> True connects them, Filling -> Axis puts them on stems.",
        &[
            (
                "First[Cases[ListPlot[{3, 1, 2}], Point[p_] :> p, Infinity]]",
                "{{1., 3.}, {2., 1.}, {3., 2.}}",
            ),
            ("Length[Cases[ListPlot[{{1, 2, 3}, {4, 5, 6}}], _Point, Infinity]]", "2"),
        ],
    ),
    builtin(
        "ListLinePlot",
        Attributes::NONE,
        |s, c| plot(s, c, kind("ListLinePlot", [false, false])),
        "ListLinePlot[data] is a drawing of the line through points as ListPlot takes them; what is \
         no number breaks it.",
        &[
            ("First[Cases[ListLinePlot[{3, 1}], Line[p_] :> p, Infinity]]", "{{1., 3.}, {2., 1.}}"),
            ("Length[Cases[ListLinePlot[{1, 2, Missing[], 4, 5}], _Line, Infinity]]", "2"),
        ],
    ),
    builtin(
        "ListStepPlot",
        Attributes::NONE,
        |s, c| plot(s, c, Kind { has_steps: true, ..kind("ListStepPlot", [false, false]) }),
        "ListStepPlot[data] is a drawing of steps: each value holds until the next.",
        &[
            (
                "First[Cases[ListStepPlot[{3, 1}], Line[p_] :> p, Infinity]]",
                "{{1., 3.}, {2., 3.}, {2., 1.}, {3., 1.}}",
            ),
            ("Head[ListStepPlot[{{0, 1}, {5, 2}}]]", "Graphics"),
        ],
    ),
    builtin(
        "StackedListPlot",
        Attributes::NONE,
        |s, c| plot(s, c, Kind { is_stacked: true, ..kind("StackedListPlot", [false, false]) }),
        "StackedListPlot[{list1, list2, ...}] is a drawing of lists on top of one another.",
        &[
            (
                "Last[Cases[StackedListPlot[{{1, 2, 3}, {3, 3, 3}}], Line[p_] :> p, Infinity]]",
                "{{1., 4.}, {2., 5.}, {3., 6.}}",
            ),
            ("Head[StackedListPlot[{{1, 2, 3}, {3, 3, 3}}]]", "Graphics"),
        ],
    ),
    builtin(
        "ListLogPlot",
        Attributes::NONE,
        |s, c| plot(s, c, kind("ListLogPlot", [false, true])),
        "ListLogPlot[data] is ListPlot[data] with a logarithmic axis up: the points hold Log[y].",
        &[
            ("First[Cases[ListLogPlot[{1, E}], Point[p_] :> p, Infinity]]", "{{1., 0.}, {2., 1.}}"),
            ("Head[ListLogPlot[{1, 10, 100}]]", "Graphics"),
        ],
    ),
    builtin(
        "ListLogLinearPlot",
        Attributes::NONE,
        |s, c| plot(s, c, kind("ListLogLinearPlot", [true, false])),
        "ListLogLinearPlot[data] is ListPlot[data] with a logarithmic axis across: the points hold \
         Log[x].",
        &[
            ("First[Cases[ListLogLinearPlot[{{1, 5}}], Point[p_] :> p, Infinity]]", "{{0., 5.}}"),
            ("Head[ListLogLinearPlot[{1, 10, 100}]]", "Graphics"),
        ],
    ),
    builtin(
        "ListLogLogPlot",
        Attributes::NONE,
        |s, c| plot(s, c, kind("ListLogLogPlot", [true, true])),
        "ListLogLogPlot[data] is ListPlot[data] with logarithmic axes: the points hold Log[x] and \
         Log[y].",
        &[
            ("First[Cases[ListLogLogPlot[{{1, E}}], Point[p_] :> p, Infinity]]", "{{0., 1.}}"),
            ("Head[ListLogLogPlot[{1, 10, 100}]]", "Graphics"),
        ],
    ),
    builtin(
        "ListPolarPlot",
        Attributes::NONE,
        |s, c| plot(s, c, Kind { is_polar: true, ..kind("ListPolarPlot", [false, false]) }),
        "ListPolarPlot[{r1, r2, ...}] is a drawing of points at these distances from the origin in \
         directions that are evenly spaced; ListPolarPlot[{{t1, r1}, ...}] in the directions t.",
        &[
            ("First[Cases[ListPolarPlot[{{0, 2}}], Point[p_] :> p, Infinity]]", "{{2., 0.}}"),
            ("Head[ListPolarPlot[{1, 2, 3}]]", "Graphics"),
        ],
    ),
    builtin(
        "DateListPlot",
        Attributes::NONE,
        |s, c| plot(s, c, Kind { has_dates: true, ..kind("DateListPlot", [false, false]) }),
        "DateListPlot[{{date1, y1}, ...}] is a drawing of the line through values at dates: date \
         objects, strings, lists of year, month and day, or seconds since 1900. \
         DateListPlot[{y1, ...}, {start, end}] spaces values evenly.",
        &[
            (
                "First[Cases[DateListPlot[{{{2000, 1, 1}, 5}, {{2000, 1, 2}, 6}}], Line[p_] :> p, Infinity]]",
                "{{3.1556736*^9, 5.}, {3.15576*^9, 6.}}",
            ),
            ("Head[DateListPlot[{{\"2024-01-01\", 1}, {\"2024-02-01\", 2}}]]", "Graphics"),
        ],
    ),
];

/// Some points with what they are wrapped in; what is no number is NaN.
#[derive(Debug, Default)]
pub(super) struct Data {
    pub(super) points: Vec<[f64; 2]>,
    /// Whether their places were given.
    has_places: bool,
    styles: Vec<Value>,
    label: Option<Value>,
}

fn plot(session: &mut Session, call: &mut Arc<Call>, kind: Kind) -> Evaluated<Step> {
    let Some((data, given)) = call.args().split_first() else {
        session.wrong_count_of(kind.name, 0, 1, 1);
        return Ok(Step::Same);
    };
    let whole = Value::Call(call.clone());
    let dates = given
        .first()
        .filter(|_| kind.has_dates)
        .filter(|first| crate::rule::sides(first).is_none());
    let given = if dates.is_some() { &given[1..] } else { given };
    let Some(settings) = Settings::read(session, kind.name, &whole, given, 1)? else {
        return Ok(Step::Same);
    };
    let Some(mut sets) = datasets(session, data, kind.has_dates)? else {
        session.message_of(kind.name, "lpn", std::slice::from_ref(data));
        return Ok(Step::Same);
    };
    match dates {
        Some(dates) => spread_dates(session, &mut sets, dates)?,
        None => spread(session, &settings, &mut sets)?,
    }
    let mut total: Vec<f64> = Vec::new();
    for set in &mut sets {
        if kind.is_stacked {
            stack(&mut set.points, &mut total);
        }
        transform(set, kind);
    }
    let is_joined =
        !settings.get("Joined").is(sym::False) && settings.get("Joined").as_list().is_none();
    let series: Vec<Series> = sets
        .iter()
        .map(|set| Series {
            runs: split(
                if kind.has_steps { stairs(&set.points) } else { set.points.clone() },
                is_joined,
            ),
            styles: set.styles.clone(),
            label: set.label.clone(),
        })
        .collect();
    drawing(session, &settings, &series, is_joined, kind).map(Step::Done)
}

fn drawing(
    session: &mut Session,
    settings: &Settings,
    series: &[Series],
    is_joined: bool,
    kind: Kind,
) -> Evaluated {
    let form = if is_joined { Form::Line } else { Form::Points };
    let values = series.iter().flat_map(|one| one.runs.iter().flatten()).map(|point| point[1]);
    let start = (f64::INFINITY, f64::NEG_INFINITY);
    let (low, high) = values.fold(start, |(l, h), y| (l.min(y), h.max(y)));
    let (ends, _) = plotting::wanted_range(session, settings)?;
    let range = [ends[1][0].unwrap_or(low), ends[1][1].unwrap_or(high)];
    let fillings = match kind.is_stacked && settings.given("Filling").is_none() {
        true => (0..series.len())
            .map(|i| {
                (i, if i == 0 { plotting::Base::Level(0.0) } else { plotting::Base::Series(i - 1) })
            })
            .collect(),
        false => plotting::fillings(session, settings, series.len(), range)?,
    };
    let mut primitives = match is_joined || fillings.is_empty() {
        true => plotting::filled(session, settings, series, &fillings),
        false => functions::stems(session, settings, series),
    };
    primitives.extend(plotting::drawn(session, settings, series, form));
    let mut own = Vec::new();
    if !ends[0].iter().chain(&ends[1]).any(Option::is_some) {
        own.push(("PlotRangePadding", plotting::padding(session, [0.02, 0.05])));
    } else if ends[0].iter().all(Option::is_none) && kind.is_log == [false, false] {
        own.push(("PlotRange", Value::list([Value::Symbol(sym::All), super::pair(range)])));
    }
    if settings.get("PlotRange").is(sym::Automatic) {
        own.push(("PlotRange", Value::Symbol(sym::All)));
    }
    if kind.is_log != [false, false] {
        own.push(("ScalingFunctions", functions::scaling(kind.is_log)));
    }
    if kind.has_dates {
        own.push((
            "ScalingFunctions",
            Value::list([Value::string("Date"), Value::Symbol(sym::None)]),
        ));
    }
    if kind.is_polar {
        own.push(("AspectRatio", Value::Symbol(sym::Automatic)));
    }
    let rules = settings.for_graphics(session, &own);
    let directives: Vec<Value> = (0..series.len())
        .map(|i| plotting::directive(session, settings, i, series.len(), form, &series[i].styles))
        .collect();
    let labels: Vec<Option<Value>> = series.iter().map(|one| one.label.clone()).collect();
    let legend = plotting::legend(session, settings, "PlotLegends", &directives, &[], &labels);
    Ok(plotting::finished(session, primitives, rules, legend))
}

/// Reads one list of points or several.
pub(super) fn datasets(
    session: &mut Session,
    value: &Value,
    has_dates: bool,
) -> Evaluated<Option<Vec<Data>>> {
    let value = match value {
        Value::Association(entries) => {
            let mut all = Vec::new();
            for (key, entry) in entries.iter() {
                if entry.value.as_list().is_none() {
                    all.clear();
                    break;
                }
                let Some(mut set) = dataset(session, &entry.value, has_dates)? else {
                    return Ok(None);
                };
                set.label = Some(key.clone());
                all.push(set);
            }
            if !all.is_empty() {
                return Ok(Some(all));
            }
            &Value::list(entries.values().cloned().collect::<crate::value::Args>())
        }
        _ => value,
    };
    let wraps = |session: &Session, one: &Value| {
        matches!(head_of(session, one), Some("Style" | "Legended" | "Tooltip" | "Labeled"))
            && one.as_call().and_then(|c| c.args().first()).is_some_and(|inner| {
                inner.as_list().is_some_and(|l| l.len() != 2 || l[0].as_list().is_some())
            })
    };
    let Some(list) = value.as_list() else {
        if wraps(session, value) {
            return Ok(dataset(session, value, has_dates)?.map(|set| vec![set]));
        }
        return Ok(None);
    };
    if list.is_empty() {
        return Ok(Some(vec![Data::default()]));
    }
    let is_several = list.iter().all(|one| {
        one.as_list().is_some() || wraps(session, one) || matches!(one, Value::Association(_))
    }) && (list.iter().any(|one| wraps(session, one))
        || !all_pairs(session, list, has_dates)?);
    if !is_several {
        return Ok(dataset(session, value, has_dates)?.map(|set| vec![set]));
    }
    let mut all = Vec::new();
    for one in list {
        let Some(set) = dataset(session, one, has_dates)? else { return Ok(None) };
        all.push(set);
    }
    Ok(Some(all))
}

/// Returns whether a list holds points, not lists of points.
fn all_pairs(session: &mut Session, list: &[Value], has_dates: bool) -> Evaluated<bool> {
    for one in list {
        let Some([x, y]) = one.as_list() else { return Ok(false) };
        let is_place = match has_dates {
            // {year, month, day} is a place in time.
            true => y.as_list().is_none(),
            false => x.as_list().is_none() && y.as_list().is_none(),
        };
        if !is_place {
            return Ok(false);
        }
    }
    session.check_interrupt()?;
    Ok(true)
}

fn dataset(session: &mut Session, value: &Value, has_dates: bool) -> Evaluated<Option<Data>> {
    let mut data = Data::default();
    let mut value = value.clone();
    loop {
        let args = value.as_call().map(Call::args).unwrap_or_default().to_vec();
        match (head_of(session, &value), &args[..]) {
            (Some("Style"), [inner, rest @ ..]) => {
                data.styles.extend(rest.iter().cloned());
                value = inner.clone();
            }
            (Some("Legended" | "Labeled"), [inner, label, ..]) => {
                data.label = Some(label.clone());
                value = inner.clone();
            }
            (Some("Tooltip"), [inner, ..]) => value = inner.clone(),
            _ => break,
        }
    }
    if !has_dates && let Some(points) = reading::places::<2>(session, &value)? {
        (data.points, data.has_places) = (points, true);
        return Ok(Some(data));
    }
    let Some(list) = value.as_list() else { return Ok(None) };
    for (i, one) in list.iter().enumerate() {
        session.check_interrupt()?;
        let one = match head_of(session, one) {
            Some("Tooltip" | "Style" | "Labeled" | "Callout") => {
                one.as_call().and_then(|c| c.args().first()).unwrap_or(one)
            }
            _ => one,
        };
        match one.as_list() {
            Some([x, y]) => {
                data.has_places = true;
                let x = if has_dates { date(session, x)? } else { reading::number(session, x)? };
                let y = reading::number(session, y)?;
                data.points.push([x.unwrap_or(f64::NAN), y.unwrap_or(f64::NAN)]);
            }
            _ => {
                let y = reading::number(session, one)?.unwrap_or(f64::NAN);
                data.points.push([(i + 1) as f64, y]);
            }
        }
    }
    Ok(Some(data))
}

/// Returns the seconds from 1900 to a date.
pub(super) fn date(session: &mut Session, value: &Value) -> Evaluated<Option<f64>> {
    if let Some(seconds) = reading::number(session, value)? {
        return Ok(Some(seconds));
    }
    session.quiet += 1;
    let seconds = session.system("AbsoluteTime", [value.clone()].as_slice());
    session.quiet -= 1;
    reading::number(session, &seconds?)
}

/// Spreads values without places evenly over `DataRange`.
fn spread(session: &mut Session, settings: &Settings, sets: &mut [Data]) -> Evaluated<()> {
    let Some(range) = settings.chosen("DataRange") else { return Ok(()) };
    let Some([low, high]) = reading::numbers::<2>(session, &range)? else { return Ok(()) };
    for set in sets.iter_mut().filter(|set| !set.has_places) {
        evenly(&mut set.points, low, high);
    }
    Ok(())
}

fn spread_dates(session: &mut Session, sets: &mut [Data], dates: &Value) -> Evaluated<()> {
    let ends = dates.as_list().map_or(vec![dates.clone()], <[Value]>::to_vec);
    let is_date = |value: &Value| value.as_i64().is_none();
    let (low, high) = match &ends[..] {
        [low, high] if is_date(low) => (date(session, low)?, date(session, high)?),
        _ => (date(session, dates)?, None),
    };
    let Some(low) = low else { return Ok(()) };
    for set in sets.iter_mut().filter(|set| !set.has_places) {
        let days = set.points.len().saturating_sub(1) as f64 * 86_400.0;
        evenly(&mut set.points, low, high.unwrap_or(low + days));
    }
    Ok(())
}

fn evenly(points: &mut [[f64; 2]], low: f64, high: f64) {
    let last = points.len().saturating_sub(1).max(1) as f64;
    for (i, point) in points.iter_mut().enumerate() {
        point[0] = low + (high - low) * i as f64 / last;
    }
}

fn stack(points: &mut [[f64; 2]], total: &mut Vec<f64>) {
    total.resize(total.len().max(points.len()), 0.0);
    for (point, sum) in points.iter_mut().zip(total) {
        *sum += if point[1].is_finite() { point[1] } else { 0.0 };
        point[1] = *sum;
    }
}

fn transform(set: &mut Data, kind: Kind) {
    let count = set.points.len().max(1) as f64;
    let has_places = set.has_places;
    for (i, point) in set.points.iter_mut().enumerate() {
        if kind.is_polar {
            let angle =
                if has_places { point[0] } else { std::f64::consts::TAU * i as f64 / count };
            *point = [point[1] * angle.cos(), point[1] * angle.sin()];
        }
        for (at, is_log) in point.iter_mut().zip(kind.is_log) {
            if is_log {
                *at = if *at > 0.0 { at.ln() } else { f64::NAN };
            }
        }
    }
}

/// Splits points where one is no number; points that are not joined are one run.
fn split(points: Vec<[f64; 2]>, is_joined: bool) -> Vec<Vec<[f64; 2]>> {
    let is_there = |point: &[f64; 2]| point[0].is_finite() && point[1].is_finite();
    match is_joined {
        true => points
            .split(|point| !is_there(point))
            .filter(|run| !run.is_empty())
            .map(<[[f64; 2]]>::to_vec)
            .collect(),
        false => vec![points.into_iter().filter(is_there).collect()],
    }
}

/// Returns points between which the line goes across and then up; the last lasts as the one before.
fn stairs(points: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let mut all = Vec::with_capacity(2 * points.len());
    for (i, point) in points.iter().enumerate() {
        let next = match points.get(i + 1) {
            Some(next) => next[0],
            None if i > 0 => 2.0 * point[0] - points[i - 1][0],
            None => point[0] + 1.0,
        };
        all.push(*point);
        all.push([next, point[1]]);
    }
    all
}
