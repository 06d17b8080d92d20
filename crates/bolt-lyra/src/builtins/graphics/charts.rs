//! Charts: bars, pies, histograms, boxes, candles.

use triomphe::Arc;

use super::options::Settings;
use super::plotting::{self, of};
use super::{pair, points, reading};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "BarChart",
        Attributes::NONE,
        bars,
        "BarChart[{y1, y2, ...}] is a drawing of values as bars; BarChart[{{a1, a2}, {b1, b2}, ...}] \
         of groups. ChartLabels name bars, ChartLegends explain colours, ChartLayout -> \"Stacked\" \
         puts the bars of a group on top of one another.",
        &[
            ("Cases[BarChart[{1, 4, 2}], Rectangle[a_, b_] :> b[[2]], Infinity]", "{1., 4., 2.}"),
            ("Head[BarChart[{{1, 2}, {3, 4}}, ChartLayout -> \"Stacked\"]]", "Graphics"),
        ],
    ),
    builtin(
        "PieChart",
        Attributes::NONE,
        pie,
        "PieChart[{y1, y2, ...}] is a drawing of values as sectors of a disk; \
         PieChart[{{a1, ...}, {b1, ...}}] of several lists as rings.",
        &[
            ("Length[Cases[PieChart[{30, 20, 10}], _Disk, Infinity]]", "3"),
            ("Head[PieChart[{1, 2}, ChartLabels -> {a, b}]]", "Graphics"),
        ],
    ),
    builtin(
        "Histogram",
        Attributes::NONE,
        histogram,
        "Histogram[{x1, x2, ...}] is a drawing of how many values fall in each of some bins; \
         Histogram[data, n] has about n bins, Histogram[data, {d}] bins of the width d, \
         Histogram[data, {a, b, d}] from a to b. A third argument \"Probability\" or \"PDF\" has \
         shares or densities in place of counts.",
        &[
            (
                "Total[Cases[Histogram[{1, 2, 2, 3, 5}], Rectangle[a_, b_] :> b[[2]], Infinity]]",
                "5.",
            ),
            (
                "Cases[Histogram[{1, 2, 2, 5}, {0, 6, 2}], Rectangle[a_, b_] :> b[[2]], Infinity]",
                "{1., 2., 1.}",
            ),
        ],
    ),
    builtin(
        "BoxWhiskerChart",
        Attributes::NONE,
        boxes,
        "BoxWhiskerChart[{x1, x2, ...}] is a drawing of the least value, the quartiles and the \
         greatest; BoxWhiskerChart[{list1, list2, ...}] of several lists. With \"Outliers\" as the \
         second argument, what is beyond one and a half boxes is drawn as points.",
        &[
            (
                "First[Cases[BoxWhiskerChart[{1, 2, 3, 4, 5}], Rectangle[a_, b_] :> {a[[2]], b[[2]]}, Infinity]]",
                "{1.75, 4.25}",
            ),
            ("Head[BoxWhiskerChart[{{1, 2, 3}, {2, 3, 9}}]]", "Graphics"),
        ],
    ),
    builtin(
        "CandlestickChart",
        Attributes::NONE,
        candles,
        "CandlestickChart[{{date, {open, high, low, close}}, ...}] is a drawing of prices as \
         candles: a line from the lowest to the highest price, a body from the first to the last.",
        &[
            (
                "First[Cases[CandlestickChart[{{{2024, 1, 2}, {10, 12, 9, 11}}}], Line[p_] :> p[[All, 2]], Infinity]]",
                "{9., 12.}",
            ),
            ("Head[CandlestickChart[{{\"2024-01-02\", {10, 12, 9, 11}}}]]", "Graphics"),
        ],
    ),
];

/// Reads the numbers of a chart: one list is one group; `None` stands for what is no number.
fn groups(session: &mut Session, value: &Value) -> Evaluated<Option<Vec<Vec<Option<f64>>>>> {
    let values = match value {
        Value::Association(entries) => Value::list(entries.values().cloned().collect::<Args>()),
        _ => value.clone(),
    };
    let Some(list) = values.as_list() else { return Ok(None) };
    let is_several = !list.is_empty() && list.iter().all(|one| one.as_list().is_some());
    let lists: Vec<Value> = if is_several { list.to_vec() } else { vec![values.clone()] };
    let mut groups = Vec::with_capacity(lists.len());
    for one in lists {
        let mut group = Vec::new();
        for value in one.as_list().unwrap_or_default() {
            session.check_interrupt()?;
            group.push(number(session, value)?);
        }
        groups.push(group);
    }
    Ok(Some(groups))
}

/// Reads a number, out of `Style`, `Labeled` and the like.
fn number(session: &mut Session, value: &Value) -> Evaluated<Option<f64>> {
    match super::head_of(session, value) {
        Some("Style" | "Labeled" | "Legended" | "Tooltip") => {
            let inner = value.as_call().and_then(|call| call.args().first()).cloned();
            match inner {
                Some(inner) => number(session, &inner),
                None => Ok(None),
            }
        }
        _ => Ok(reading::number(session, value)?.filter(|number| number.is_finite())),
    }
}

/// Returns the directives of a bar or a sector.
fn style(session: &mut Session, settings: &Settings, place: usize, count: usize) -> Value {
    let mut parts = vec![plotting::color(session, place)];
    let setting = settings.get("ChartStyle");
    // One style holds for all; a list goes round.
    parts.extend(plotting::style_of(session, &setting, place, count.max(2)));
    of(session, "Directive", &parts)
}

fn rectangle(session: &mut Session, low: [f64; 2], high: [f64; 2]) -> Value {
    of(session, "Rectangle", &[pair(low), pair(high)])
}

/// The argument of a chart, with its options; `None` after a message.
fn taken(
    session: &mut Session,
    call: &Call,
    whole: &Arc<Call>,
    name: &str,
    most: usize,
) -> Evaluated<Option<(Vec<Value>, Settings)>> {
    let (args, _) = crate::builtins::options::Options::split(call.args(), 1);
    let count = args.len();
    if count == 0 || count > most {
        session.wrong_count_of(name, count, 1, most);
        return Ok(None);
    }
    let given = &call.args()[count..];
    let settings = Settings::read(session, name, &Value::Call(whole.clone()), given, count as i64)?;
    Ok(settings.map(|settings| (args.to_vec(), settings)))
}

fn bars(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some((args, settings)) = taken(session, call, call, "BarChart", 1)? else {
        return Ok(Step::Same);
    };
    let Some(groups) = groups(session, &args[0])? else {
        session.message_of("BarChart", "ldata", &[args[0].clone()]);
        return Ok(Step::Same);
    };
    // A single list has a bar for each value, each a group of its own with one colour.
    let is_single = groups.len() == 1
        && args[0].as_list().is_none_or(|l| l.iter().all(|one| one.as_list().is_none()));
    let groups: Vec<Vec<Option<f64>>> = match is_single {
        true => groups.into_iter().flatten().map(|value| vec![value]).collect(),
        false => groups,
    };
    let is_stacked = settings.get("ChartLayout").as_str() == Some("Stacked");
    let spacing = match settings.chosen("BarSpacing") {
        Some(value) => reading::number(session, &value)?.unwrap_or(0.25).clamp(0.0, 20.0),
        None => 0.25,
    };
    let styles = groups.iter().map(Vec::len).max().unwrap_or(0);
    let mut primitives = Vec::new();
    let mut middles = Vec::new();
    for (g, group) in groups.iter().enumerate() {
        let middle = (g + 1) as f64;
        middles.push(middle);
        let columns = if is_stacked { 1 } else { group.len().max(1) };
        let width = 1.0 / (columns as f64 + spacing);
        let (mut above, mut below) = (0.0, 0.0);
        for (i, value) in group.iter().enumerate() {
            let Some(value) = *value else { continue };
            let column = if is_stacked { 0 } else { i };
            let left = middle + (column as f64 - columns as f64 / 2.0) * width;
            let base = if !is_stacked {
                0.0
            } else if value >= 0.0 {
                above
            } else {
                below
            };
            if value >= 0.0 {
                above += value;
            } else {
                below += value;
            }
            let place = if is_single && settings.given("ChartStyle").is_some() { g } else { i };
            let style =
                style(session, &settings, place, if is_single { groups.len() } else { styles });
            let bar = rectangle(session, [left, base], [left + width, base + value]);
            primitives.push(Value::list([style, bar]));
        }
    }
    let ticks = labels(session, &settings, &args[0], &middles);
    let own = chart_options(session, [0.4, groups.len() as f64 + 0.6], &ticks, true);
    let rules = settings.for_graphics(session, &own);
    let directives: Vec<Value> = (0..if is_single { groups.len() } else { styles })
        .map(|i| style(session, &settings, i, styles))
        .collect();
    let legend = plotting::legend(session, &settings, "ChartLegends", &directives, &[], &[]);
    Ok(Step::Done(plotting::finished(session, primitives, rules, legend)))
}

/// Returns ticks that name the places of a chart.
fn labels(session: &Session, settings: &Settings, data: &Value, middles: &[f64]) -> Value {
    let of_keys = match data {
        Value::Association(entries) => Some(entries.keys().cloned().collect::<Vec<_>>()),
        _ => None,
    };
    let setting = settings.wanted("ChartLabels");
    let setting = match setting.as_ref().and_then(|s| super::args_of(session, s, "Placed")) {
        Some([labels, ..]) => Some(labels.clone()),
        _ => setting,
    };
    let given = setting.and_then(|labels| labels.as_list().map(<[Value]>::to_vec)).or(of_keys);
    let Some(labels) = given else { return Value::list(Args::new()) };
    let tick = |(at, label): (&f64, &Value)| Value::list([Value::Real(*at), label.clone()]);
    Value::list(middles.iter().zip(&labels).map(tick).collect::<Args>())
}

/// Returns the options of charts whose places have names, not coordinates.
fn chart_options(
    session: &mut Session,
    across: [f64; 2],
    ticks: &Value,
    from_zero: bool,
) -> Vec<(&'static str, Value)> {
    let automatic = || Value::Symbol(sym::Automatic);
    let scaled = of(session, "Scaled", &[Value::Real(0.05)]);
    let none = || Value::Symbol(sym::None);
    let below = if from_zero { none() } else { scaled.clone() };
    let up = Value::list([below, scaled]);
    vec![
        ("PlotRange", Value::list([pair(across), Value::Symbol(sym::All)])),
        ("PlotRangePadding", Value::list([Value::list([none(), none()]), up])),
        ("Ticks", Value::list([ticks.clone(), automatic()])),
        ("GridLines", Value::list([none(), automatic()])),
        ("AxesOrigin", Value::list([Value::Real(across[0]), Value::Integer(0)])),
    ]
}

fn pie(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some((args, settings)) = taken(session, call, call, "PieChart", 1)? else {
        return Ok(Step::Same);
    };
    let Some(rings) = groups(session, &args[0])? else {
        session.message_of("PieChart", "ldata", &[args[0].clone()]);
        return Ok(Step::Same);
    };
    let (start, hole) = origin(session, &settings)?;
    let is_spaced = settings.get("SectorSpacing").is(sym::Automatic);
    let count = rings.iter().map(Vec::len).max().unwrap_or(0);
    let thickness = (1.0 - hole) / rings.len().max(1) as f64;
    let edge = {
        let white = of(session, "GrayLevel", &[Value::Integer(1)]);
        of(session, "EdgeForm", &[white])
    };
    let mut primitives = vec![edge];
    let mut texts = Vec::new();
    let names =
        labels(session, &settings, &args[0], &(0..count).map(|i| i as f64).collect::<Vec<_>>());
    for (r, ring) in rings.iter().enumerate() {
        let gap = if is_spaced && rings.len() > 1 { 0.03 * thickness } else { 0.0 };
        let (inner, outer) = (hole + r as f64 * thickness + gap, hole + (r + 1) as f64 * thickness);
        let total: f64 = ring.iter().flatten().filter(|value| **value > 0.0).sum();
        let mut turned = 0.0;
        for (i, value) in ring.iter().enumerate() {
            // A share below nothing has no sector.
            let Some(value) = value.filter(|value| *value > 0.0) else { continue };
            let share = value / total;
            // Clockwise, as a clock is read.
            let angles = [
                start - std::f64::consts::TAU * (turned + share),
                start - std::f64::consts::TAU * turned,
            ];
            let style = style(session, &settings, i, count);
            let shape = sector(session, inner, outer, angles);
            primitives.push(Value::list([style, shape]));
            let middle = start - std::f64::consts::TAU * (turned + share / 2.0);
            let far = if r + 1 == rings.len() { outer + 0.12 } else { (inner + outer) / 2.0 };
            if let Some([_, label]) =
                names.as_list().and_then(|all| all.get(i)).and_then(Value::as_list)
                && r + 1 == rings.len()
            {
                let at = pair([far * middle.cos(), far * middle.sin()]);
                let anchor = pair([-middle.cos(), -middle.sin()]);
                texts.push(of(session, "Text", &[label.clone(), at, anchor]));
            }
            turned += share;
        }
    }
    primitives.extend(texts);
    let reach = if names.as_list().is_some_and(<[Value]>::is_empty) { 1.03 } else { 1.35 };
    let own =
        vec![("PlotRange", plotting::ranges([-reach, reach], [-reach.min(1.2), reach.min(1.2)]))];
    let rules = settings.for_graphics(session, &own);
    let directives: Vec<Value> = (0..count).map(|i| style(session, &settings, i, count)).collect();
    let legend = plotting::legend(session, &settings, "ChartLegends", &directives, &[], &[]);
    Ok(Step::Done(plotting::finished(session, primitives, rules, legend)))
}

/// Reads where the first sector begins and how large the hole is: at the top, and none.
fn origin(session: &mut Session, settings: &Settings) -> Evaluated<(f64, f64)> {
    let top = std::f64::consts::FRAC_PI_2;
    let Some(setting) = settings.chosen("SectorOrigin") else { return Ok((top, 0.0)) };
    let (angle, hole) = match setting.as_list() {
        Some([angle, hole]) => (angle.clone(), Some(hole.clone())),
        _ => (setting.clone(), None),
    };
    let angle = match angle.as_list() {
        Some([angle, _]) => angle.clone(),
        _ => angle,
    };
    let angle = reading::number(session, &angle)?.unwrap_or(top);
    let hole = match hole {
        Some(hole) => reading::number(session, &hole)?.unwrap_or(0.0),
        None => 0.0,
    };
    // A ring is as thick as 1: the hole is a share of the whole.
    Ok((angle, (hole / (hole + 1.0)).clamp(0.0, 0.95)))
}

fn sector(session: &mut Session, inner: f64, outer: f64, angles: [f64; 2]) -> Value {
    let centre = Value::list([Value::Integer(0), Value::Integer(0)]);
    match inner > 0.0 {
        true => of(session, "Annulus", &[centre, pair([inner, outer]), pair(angles)]),
        false => of(session, "Disk", &[centre, Value::Real(outer), pair(angles)]),
    }
}

fn histogram(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some((args, settings)) = taken(session, call, call, "Histogram", 3)? else {
        return Ok(Step::Same);
    };
    let Some(sets) = groups(session, &args[0])? else {
        session.message_of("Histogram", "ldata", &[args[0].clone()]);
        return Ok(Step::Same);
    };
    let sets: Vec<Vec<f64>> =
        sets.into_iter().map(|set| set.into_iter().flatten().collect()).collect();
    let all: Vec<f64> = sets.iter().flatten().copied().collect();
    let Some(edges) = edges(session, &all, args.get(1))? else {
        session.message_of("Histogram", "hbins", &[args.get(1).cloned().unwrap_or(Value::NULL)]);
        return Ok(Step::Same);
    };
    let measure = args.get(2).and_then(Value::as_str).unwrap_or("Count").to_owned();
    let mut primitives = Vec::new();
    for (s, set) in sets.iter().enumerate() {
        let style = style(session, &settings, s, sets.len());
        let opacity =
            of(session, "Opacity", &[Value::Real(if sets.len() > 1 { 0.6 } else { 0.9 })]);
        let white = of(session, "GrayLevel", &[Value::Integer(1)]);
        let edge = of(session, "EdgeForm", &[white]);
        let mut group = vec![style, opacity, edge];
        for (bin, count) in
            counted(set, &edges).into_iter().enumerate().filter(|(_, count)| *count > 0)
        {
            let width = edges[bin + 1] - edges[bin];
            let height = match measure.as_str() {
                "Probability" => count as f64 / set.len() as f64,
                "PDF" | "ProbabilityDensity" => count as f64 / set.len() as f64 / width,
                _ => count as f64,
            };
            group.push(rectangle(session, [edges[bin], 0.0], [edges[bin + 1], height]));
        }
        primitives.push(Value::list(Args::from(group)));
    }
    let none = || Value::Symbol(sym::None);
    let origin = Value::list([Value::Real(edges[0]), Value::Integer(0)]);
    let own = vec![
        ("PlotRangePadding", plotting::padding(session, [0.02, 0.05])),
        ("PlotRange", Value::Symbol(sym::All)),
        ("GridLines", Value::list([none(), Value::Symbol(sym::Automatic)])),
        ("AxesOrigin", origin),
    ];
    let rules = settings.for_graphics(session, &own);
    let directives: Vec<Value> =
        (0..sets.len()).map(|i| style(session, &settings, i, sets.len())).collect();
    let legend = plotting::legend(session, &settings, "ChartLegends", &directives, &[], &[]);
    Ok(Step::Done(plotting::finished(session, primitives, rules, legend)))
}

/// Returns how many values fall in each bin; a value between two belongs to the upper.
fn counted(values: &[f64], edges: &[f64]) -> Vec<usize> {
    let mut counts = vec![0; edges.len() - 1];
    for value in values {
        let above = edges.partition_point(|edge| edge <= value);
        if let Some(count) = above.checked_sub(1).and_then(|bin| counts.get_mut(bin)) {
            *count += 1;
        }
    }
    counts
}

/// Returns the edges of bins: round numbers, about as many as Scott's rule asks for.
fn edges(
    session: &mut Session,
    values: &[f64],
    spec: Option<&Value>,
) -> Evaluated<Option<Vec<f64>>> {
    const MOST: f64 = 100_000.0;
    let start = (f64::INFINITY, f64::NEG_INFINITY);
    let (low, high) = values.iter().fold(start, |(l, h), v| (l.min(*v), h.max(*v)));
    if low > high {
        return Ok(Some(vec![0.0, 1.0]));
    }
    let spaced = |first: f64, last: f64, step: f64| {
        let count = ((last - first) / step).round();
        let is_sound = step > 0.0 && (1.0..=MOST).contains(&count);
        is_sound
            .then(|| (0..=count as usize).map(|i| first + step * i as f64).collect::<Vec<f64>>())
    };
    let around = |step: f64| {
        let first = (low / step).floor() * step;
        // The greatest value lies within the last bin.
        let last = ((high / step).floor() + 1.0) * step;
        spaced(first, last, step)
    };
    if let Some([bounds]) = spec.and_then(Value::as_list)
        && let Some(list) = bounds.as_list()
    {
        let mut edges = Vec::new();
        for edge in list {
            edges.extend(reading::number(session, edge)?);
        }
        let is_sound = edges.len() > 1 && edges.windows(2).all(|pair| pair[0] < pair[1]);
        return Ok(is_sound.then_some(edges));
    }
    let wanted = match spec {
        None => None,
        Some(spec) if spec.is(sym::Automatic) => None,
        Some(spec) => match spec.as_list() {
            Some([step]) => {
                let step = reading::number(session, step)?.filter(|step| *step > 0.0);
                return Ok(step.and_then(around));
            }
            Some([first, last, step]) => {
                let (first, last) =
                    (reading::number(session, first)?, reading::number(session, last)?);
                let step = reading::number(session, step)?;
                return Ok(match (first, last, step) {
                    (Some(first), Some(last), Some(step)) => spaced(first, last, step),
                    _ => None,
                });
            }
            _ => match reading::number(session, spec)? {
                Some(count) if count >= 1.0 => Some((high - low) / count),
                _ => return Ok(None),
            },
        },
    };
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let deviation = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / count).sqrt();
    let step = wanted.unwrap_or(3.5 * deviation / count.cbrt());
    if step <= 0.0 || !step.is_finite() {
        return Ok(Some(vec![low - 0.5, low + 0.5]));
    }
    Ok(around(round(step)))
}

/// Returns the nearest of 1, 2 and 5 times a power of ten.
fn round(step: f64) -> f64 {
    let power = 10f64.powf(step.log10().floor());
    let nearest = [1.0, 2.0, 5.0, 10.0].into_iter().min_by(|a: &f64, b: &f64| {
        let far = |factor: f64| (factor * power / step).ln().abs();
        far(*a).total_cmp(&far(*b))
    });
    nearest.unwrap_or(1.0) * power
}

fn boxes(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some((args, settings)) = taken(session, call, call, "BoxWhiskerChart", 2)? else {
        return Ok(Step::Same);
    };
    let Some(sets) = groups(session, &args[0])? else {
        session.message_of("BoxWhiskerChart", "ldata", &[args[0].clone()]);
        return Ok(Step::Same);
    };
    let has_outliers = args.get(1).and_then(Value::as_str).is_some_and(|name| name == "Outliers");
    let mut primitives = Vec::new();
    for (i, set) in sets.iter().enumerate() {
        let mut values: Vec<f64> = set.iter().flatten().copied().collect();
        values.sort_by(f64::total_cmp);
        if values.is_empty() {
            continue;
        }
        primitives.push(one_box(
            session,
            &settings,
            (i + 1) as f64,
            &values,
            has_outliers,
            sets.len(),
        ));
    }
    let middles: Vec<f64> = (1..=sets.len()).map(|i| i as f64).collect();
    let ticks = labels(session, &settings, &args[0], &middles);
    let mut own = chart_options(session, [0.4, sets.len() as f64 + 0.6], &ticks, false);
    own.retain(|(name, _)| *name != "AxesOrigin");
    let rules = settings.for_graphics(session, &own);
    let directives: Vec<Value> =
        (0..sets.len()).map(|i| style(session, &settings, i, sets.len())).collect();
    let legend = plotting::legend(session, &settings, "ChartLegends", &directives, &[], &[]);
    Ok(Step::Done(plotting::finished(session, primitives, rules, legend)))
}

/// Returns the value below which a share of sorted values lies, between neighbours in proportion,
/// the i-th of n standing at (i - 1/2)/n (Hazen), as `Quartiles` has it.
fn quantile(values: &[f64], share: f64) -> f64 {
    let place = share * values.len() as f64 - 0.5;
    let last = values.len() - 1;
    let below = (place.floor().max(0.0) as usize).min(last);
    let above = (below + 1).min(last);
    values[below] + (values[above] - values[below]) * (place - below as f64).clamp(0.0, 1.0)
}

fn one_box(
    session: &mut Session,
    settings: &Settings,
    x: f64,
    values: &[f64],
    has_outliers: bool,
    count: usize,
) -> Value {
    let [low, middle, high] = [0.25, 0.5, 0.75].map(|share| quantile(values, share));
    let reach = 1.5 * (high - low);
    let is_near =
        |value: &&f64| !has_outliers || (**value >= low - reach && **value <= high + reach);
    let least = values.iter().find(is_near).copied().unwrap_or(low);
    let most = values.iter().rev().find(is_near).copied().unwrap_or(high);
    let (left, right) = (x - 0.3, x + 0.3);
    let mut parts = vec![style(session, settings, 0, count)];
    if settings.given("ChartStyle").is_some() {
        parts[0] = style(session, settings, (x - 1.0) as usize, count);
    }
    for line in [
        [[x, least], [x, low]],
        [[x, high], [x, most]],
        [[x - 0.12, least], [x + 0.12, least]],
        [[x - 0.12, most], [x + 0.12, most]],
    ] {
        let line = points(&line);
        parts.push(of(session, "Line", &[line]));
    }
    parts.push(rectangle(session, [left, low], [right, high]));
    let white = of(session, "GrayLevel", &[Value::Integer(1)]);
    let thick = of(session, "AbsoluteThickness", &[Value::Integer(2)]);
    let line = points(&[[left, middle], [right, middle]]);
    let line = of(session, "Line", &[line]);
    parts.push(Value::list([white, thick, line].as_slice()));
    let outliers: Vec<[f64; 2]> = values.iter().filter(|v| !is_near(v)).map(|v| [x, *v]).collect();
    if !outliers.is_empty() {
        let places = points(&outliers);
        parts.push(of(session, "Point", &[places]));
    }
    Value::list(Args::from(parts))
}

fn candles(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    const NAME: &str = "CandlestickChart";
    let Some((args, settings)) = taken(session, call, call, NAME, 1)? else {
        return Ok(Step::Same);
    };
    let rows = args[0].as_list().map(<[Value]>::to_vec).unwrap_or_default();
    let mut candles = Vec::with_capacity(rows.len());
    for row in &rows {
        session.check_interrupt()?;
        let Some([at, prices, ..]) = row.as_list() else { continue };
        let (at, prices) =
            (super::lists::date(session, at)?, reading::numbers::<4>(session, prices)?);
        candles.extend(at.zip(prices));
    }
    if candles.is_empty() {
        session.message_of(NAME, "ldata", &[args[0].clone()]);
        return Ok(Step::Same);
    }
    let gaps = candles.windows(2).map(|pair| pair[1].0 - pair[0].0).filter(|gap| *gap > 0.0);
    let width = gaps.fold(f64::INFINITY, f64::min).min(86_400.0 * 31.0) * 0.35;
    let width = if width.is_finite() { width } else { 86_400.0 * 0.35 };
    let colors = [plotting::color(session, 0), plotting::color(session, 1)];
    let mut groups = colors.map(|color| vec![color]);
    for (at, [open, high, low, close]) in &candles {
        // Rising ones have the first colour, falling ones the second.
        let group = &mut groups[usize::from(close < open)];
        let line = points(&[[*at, *low], [*at, *high]]);
        let line = of(session, "Line", &[line]);
        let body =
            rectangle(session, [at - width, open.min(*close)], [at + width, open.max(*close)]);
        group.extend([line, body]);
    }
    let primitives = groups.into_iter().map(|group| Value::list(Args::from(group))).collect();
    let own = vec![
        ("PlotRange", Value::Symbol(sym::All)),
        ("PlotRangePadding", plotting::padding(session, [0.02, 0.05])),
        ("ScalingFunctions", Value::list([Value::string("Date"), Value::Symbol(sym::None)])),
    ];
    let rules = settings.for_graphics(session, &own);
    Ok(Step::Done(plotting::finished(session, primitives, rules, None)))
}
