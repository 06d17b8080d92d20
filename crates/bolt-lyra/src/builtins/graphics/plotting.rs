//! What all plots share: colours of series, what is filled, legends, the finished expression.

use bolt_plot::theme;

use super::options::Settings;
use super::{args_of, head_of, name_of, pair, points, reading};
use crate::rule::sides;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Value};

/// A series of points: what comes after a gap is another run.
#[derive(Debug, Clone, Default)]
pub(super) struct Series {
    pub(super) runs: Vec<Vec<[f64; 2]>>,
    /// Directives of its own.
    pub(super) styles: Vec<Value>,
    /// What a legend says.
    pub(super) label: Option<Value>,
}

/// As what series are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Line,
    Points,
    /// Points on stems.
    Discrete,
}

/// Returns the colour of a series.
pub(super) fn color(session: &mut Session, place: usize) -> Value {
    let head = session.system_symbol("RGBColor");
    let tone = theme::SERIES[place % theme::SERIES.len()].light;
    let parts = [tone.red, tone.green, tone.blue].map(|part| (part * 1e6).round() / 1e6);
    Value::call(head, parts.map(Value::Real).as_slice())
}

/// Returns a function of numbers by its name.
pub(super) fn of(session: &mut Session, name: &str, args: &[Value]) -> Value {
    let head = session.system_symbol(name);
    Value::call(head, Args::from(args))
}

/// Returns the directives of a series: its colour and what `PlotStyle` says.
pub(super) fn directive(
    session: &mut Session,
    settings: &Settings,
    place: usize,
    count: usize,
    form: Form,
    own: &[Value],
) -> Value {
    let mut parts = vec![color(session, place)];
    parts.push(match form {
        Form::Line => of(session, "AbsoluteThickness", &[Value::Real(1.6)]),
        Form::Points => of(session, "AbsolutePointSize", &[Value::Integer(5)]),
        Form::Discrete => of(session, "AbsolutePointSize", &[Value::Integer(6)]),
    });
    parts.extend(style_of(session, &settings.get("PlotStyle"), place, count));
    parts.extend(own.iter().cloned());
    of(session, "Directive", &parts)
}

/// Returns what a setting such as `PlotStyle` says of one of several.
pub(super) fn style_of(
    session: &Session,
    setting: &Value,
    place: usize,
    count: usize,
) -> Vec<Value> {
    if setting.is(sym::Automatic) || setting.is(sym::None) {
        return Vec::new();
    }
    let one = match setting.as_list() {
        Some([]) => return Vec::new(),
        // What is no colour cannot tell curves apart: the list is one style.
        Some(list) if count == 1 && list.iter().any(|one| is_manner(session, one)) => {
            return list.iter().flat_map(flat).collect();
        }
        Some(list) => &list[place % list.len()],
        None => setting,
    };
    match one.is(sym::Automatic) {
        true => Vec::new(),
        false => flat(one),
    }
}

fn flat(value: &Value) -> Vec<Value> {
    match value.as_list() {
        Some(list) => list.iter().flat_map(flat).collect(),
        None => vec![value.clone()],
    }
}

fn is_manner(session: &Session, value: &Value) -> bool {
    matches!(name_of(session, value), Some("Thick" | "Thin" | "Dashed" | "Dotted" | "DotDashed"))
        || matches!(
            head_of(session, value),
            Some(
                "Thickness"
                    | "AbsoluteThickness"
                    | "Dashing"
                    | "AbsoluteDashing"
                    | "PointSize"
                    | "AbsolutePointSize"
                    | "Opacity"
            )
        )
}

/// What is between a series and something else.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Base {
    Level(f64),
    Series(usize),
}

/// Reads `Filling`: from which series to what.
pub(super) fn fillings(
    session: &mut Session,
    settings: &Settings,
    count: usize,
    range: [f64; 2],
) -> Evaluated<Vec<(usize, Base)>> {
    let Some(setting) = settings.wanted("Filling") else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    if let Some(level) = level(session, &setting, range)? {
        return Ok((0..count).map(|i| (i, Base::Level(level))).collect());
    }
    let rules = setting.as_list().unwrap_or(std::slice::from_ref(&setting)).to_vec();
    for rule in rules {
        let Some((from, to, _)) = sides(&rule) else { continue };
        let Some(from) = from.as_usize().filter(|from| (1..=count).contains(from)) else {
            continue;
        };
        let to = match to.as_list() {
            Some([first, ..]) => first,
            _ => to,
        };
        match to.as_usize() {
            Some(other) if (1..=count).contains(&other) && rule_names_series(&rule) => {
                found.push((from - 1, Base::Series(other - 1)));
            }
            _ => {
                if let Some(level) = level(session, to, range)? {
                    found.push((from - 1, Base::Level(level)));
                }
            }
        }
    }
    Ok(found)
}

/// `1 -> {2}` is the second series, `1 -> 2` the height 2.
fn rule_names_series(rule: &Value) -> bool {
    sides(rule).is_some_and(|(_, to, _)| to.as_list().is_some())
}

fn level(session: &mut Session, value: &Value, [low, high]: [f64; 2]) -> Evaluated<Option<f64>> {
    Ok(match name_of(session, value) {
        Some("Axis" | "True") => Some(0f64.clamp(low.min(high), high.max(low))),
        Some("Bottom") => Some(low),
        Some("Top") => Some(high),
        _ => match value.as_list() {
            None => reading::number(session, value)?,
            Some(_) => None,
        },
    })
}

/// Returns what is filled between series and their bases, with the colours of the series.
pub(super) fn filled(
    session: &mut Session,
    settings: &Settings,
    series: &[Series],
    fillings: &[(usize, Base)],
) -> Vec<Value> {
    let mut all = Vec::new();
    for (place, base) in fillings {
        let style = match settings.chosen("FillingStyle") {
            Some(style) => style,
            None => {
                let own = style_of(session, &settings.get("PlotStyle"), *place, series.len());
                let opacity = of(session, "Opacity", &[Value::Real(0.18)]);
                let mut parts = vec![color(session, *place)];
                parts.extend(own);
                parts.push(opacity);
                of(session, "Directive", &parts)
            }
        };
        let mut group = vec![style];
        for run in series[*place].runs.iter().filter(|run| run.len() > 1) {
            let mut ring = run.clone();
            match base {
                Base::Level(level) => {
                    let (first, last) = (run[0][0], run[run.len() - 1][0]);
                    ring.extend([[last, *level], [first, *level]]);
                }
                Base::Series(other) => {
                    ring.extend(series[*other].runs.iter().rev().flat_map(|run| run.iter().rev()));
                }
            }
            let places = points(&ring);
            group.push(of(session, "Polygon", &[places]));
        }
        all.push(Value::list(Args::from(group)));
    }
    all
}

/// Returns the directives and the primitives of series.
pub(super) fn drawn(
    session: &mut Session,
    settings: &Settings,
    series: &[Series],
    form: Form,
) -> Vec<Value> {
    let mut all = Vec::new();
    for (place, one) in series.iter().enumerate() {
        let directive = directive(session, settings, place, series.len(), form, &one.styles);
        let mut group = vec![directive];
        for run in &one.runs {
            let places = points(run);
            match form {
                Form::Line => group.push(of(session, "Line", &[places])),
                Form::Points | Form::Discrete => group.push(of(session, "Point", &[places])),
            }
        }
        if form == Form::Line && settings.wanted("Mesh").is_some() {
            group.push(of(session, "AbsolutePointSize", &[Value::Integer(4)]));
            let places: Vec<[f64; 2]> = one.runs.iter().flatten().copied().collect();
            let places = points(&places);
            group.push(of(session, "Point", &[places]));
        }
        all.push(Value::list(Args::from(group)));
    }
    all
}

/// Returns what a plot returns: a drawing, within a legend if one is wanted.
pub(super) fn finished(
    session: &mut Session,
    primitives: Vec<Value>,
    rules: Vec<Value>,
    legend: Option<Value>,
) -> Value {
    let head = session.system_symbol("Graphics");
    let primitives = Value::list(Args::from(primitives));
    let drawing = Value::call(head, std::iter::once(primitives).chain(rules).collect::<Args>());
    match legend {
        Some(legend) => of(session, "Legended", &[drawing, legend]),
        None => drawing,
    }
}

/// Returns the legend of series, if `PlotLegends` or one of them asks for it.
pub(super) fn legend(
    session: &mut Session,
    settings: &Settings,
    name: &str,
    directives: &[Value],
    expressions: &[Value],
    labels: &[Option<Value>],
) -> Option<Value> {
    let setting = settings.wanted(name);
    let placed = setting
        .as_ref()
        .and_then(|s| args_of(session, s, "Placed"))
        .and_then(|args| args.first().cloned());
    let setting = placed.or(setting);
    let labels: Vec<Value> = match setting.as_ref() {
        None if labels.iter().any(Option::is_some) => {
            labels.iter().map(|label| label.clone().unwrap_or(Value::Symbol(sym::None))).collect()
        }
        None => return None,
        Some(list) if list.as_list().is_some() => list.as_list().unwrap_or_default().to_vec(),
        Some(words) if words.as_str() == Some("Expressions") || words.is(sym::True) => {
            expressions.to_vec()
        }
        Some(words) if words.is(sym::Automatic) => {
            (1..=directives.len()).map(|i| Value::Integer(i as i64)).collect()
        }
        Some(other) => match head_of(session, other) {
            Some("LineLegend" | "SwatchLegend" | "PointLegend") => {
                let labels = other.as_call().and_then(|call| call.args().last()).cloned();
                labels
                    .and_then(|labels| labels.as_list().map(<[Value]>::to_vec))
                    .unwrap_or_default()
            }
            _ => vec![other.clone()],
        },
    };
    let count = labels.len().min(directives.len());
    let directives = Value::list(&directives[..count]);
    let labels = Value::list(Args::from(labels));
    let kind = match name {
        "ChartLegends" => "SwatchLegend",
        _ => "LineLegend",
    };
    Some(of(session, kind, &[directives, labels]))
}

/// Returns `{{Scaled[x], Scaled[x]}, {Scaled[y], Scaled[y]}}`.
pub(super) fn padding(session: &mut Session, shares: [f64; 2]) -> Value {
    let sides = shares.map(|share| {
        let scaled = of(session, "Scaled", &[Value::Real(share)]);
        Value::list([scaled.clone(), scaled])
    });
    Value::list(sides)
}

/// Returns `{{x0, x1}, {y0, y1}}`.
pub(super) fn ranges(x: [f64; 2], y: [f64; 2]) -> Value {
    Value::list([pair(x), pair(y)])
}

/// Reads the range that `PlotRange` gives for values, `None` where it is left to the plot; and
/// whether everything is to be seen.
pub(super) fn wanted_range(
    session: &mut Session,
    settings: &Settings,
) -> Evaluated<([super::Ends; 2], bool)> {
    let setting = settings.get("PlotRange");
    let last = setting.as_list().and_then(|list| list.last()).cloned();
    let is_all =
        |session: &Session, value: &Value| matches!(name_of(session, value), Some("All" | "Full"));
    let all = is_all(session, &setting) || last.is_some_and(|last| is_all(session, &last));
    Ok((super::range_of(session, &setting)?, all))
}
