//! What is written as SVG and HTML is well-formed.

use proptest::prelude::*;

use crate::*;

/// Checks that elements are nested and closed, and that attributes are quoted, each once.
///
/// # Panics
/// If they are not.
pub(super) fn check(text: &str) {
    let mut open: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        assert!(!rest[..at].contains('>'), "a stray `>` in `{}`", &rest[..at]);
        check_references(&rest[..at]);
        rest = &rest[at + 1..];
        let end = rest.find('>').expect("a tag ends");
        let tag = &rest[..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "the innermost element closes");
        } else if !tag.starts_with('!') {
            let name = tag.split([' ', '/']).next().unwrap().to_owned();
            check_attributes(tag[name.len()..].trim_end_matches('/'));
            let is_void = tag.ends_with('/') || name == "meta";
            if name == "style" {
                let close = rest.find("</style>").expect("a style sheet ends");
                rest = &rest[close + 8..];
            } else if !is_void {
                open.push(name);
            }
        }
    }
    assert!(open.is_empty(), "{open:?} are open at the end");
}

fn check_attributes(text: &str) {
    let mut names = std::collections::HashSet::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (name, after) = rest.split_once("=\"").expect("an attribute has a quoted value");
        assert!(names.insert(name.trim().to_owned()), "`{name}` stands once in `{text}`");
        let (value, after) = after.split_once('"').expect("a value ends");
        assert!(!value.contains('<'), "no `<` in a value");
        assert!(!value.contains("NaN") && !value.contains("inf"), "numbers: {value}");
        check_references(value);
        rest = after.trim_start();
    }
}

fn check_references(text: &str) {
    for part in text.split('&').skip(1) {
        let name = part.split(';').next().unwrap();
        assert!(["amp", "lt", "gt", "quot"].contains(&name), "`&{name}` is known");
        assert!(part.contains(';'), "a reference ends");
    }
}

pub(super) fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        10 => -1e3..1e3f64,
        2 => (-3..4i8).prop_map(f64::from),
        1 => prop::sample::select(vec![f64::NAN, f64::INFINITY, -1e300, 1e300, 5e-324]),
    ]
}

fn point() -> impl Strategy<Value = Point> {
    [number(), number()]
}

fn geometry() -> impl Strategy<Value = Geometry> {
    let points = || prop::collection::vec(point(), 0..12);
    prop_oneof![
        points().prop_map(Geometry::Line),
        points().prop_map(Geometry::Arrow),
        points().prop_map(Geometry::Points),
        points().prop_map(|ring| Geometry::Polygon(vec![ring])),
        (point(), point(), number()).prop_map(|(a, b, r)| Geometry::Rectangle(a, b, r)),
        (point(), point(), any::<bool>()).prop_map(|(center, radii, is_filled)| {
            let sector = is_filled.then_some([0.0, 2.0]);
            Geometry::Ellipse(Ellipse { center, radii, sector, is_filled })
        }),
        (point(), "[ -~]{0,8}", point()).prop_map(|(at, text, anchor)| {
            Geometry::Text(Text { text, at, anchor, angle: 0.5 })
        }),
        (point(), point(), 1..4usize).prop_map(|(low, high, columns)| {
            let colors = vec![Some(Color::hex(0x123456)), None, Some(Color::hex(0xff)), None];
            Geometry::Cells(Cells { low, high, columns, colors })
        }),
    ]
}

pub(super) fn figure() -> impl Strategy<Value = Figure> {
    let shapes = prop::collection::vec((geometry(), any::<bool>()), 0..6);
    (shapes, any::<[bool; 4]>(), "[ -~]{0,12}", prop::option::of(number())).prop_map(
        |(shapes, [has_frame, is_shown, is_log, has_title], text, low)| {
            let shape = |(geometry, is_dashed): (Geometry, bool)| {
                let dashes = if is_dashed { vec![Length::Pixels(3.0)] } else { Vec::new() };
                Shape { geometry, style: Style { dashes, ..Style::default() }, counts: true }
            };
            let axis = Axis {
                range: [low, None],
                is_shown,
                ticks: Ticks::Automatic,
                grid: Ticks::Automatic,
                label: Some(text.clone()),
                scale: if is_log { Scale::Logarithmic } else { Scale::Linear },
                ..Axis::default()
            };
            let key = Key { text: text.clone(), style: Style::default(), mark: Mark::Line };
            Figure {
                shapes: shapes.into_iter().map(shape).collect(),
                axes: [axis.clone(), axis],
                has_frame,
                title: has_title.then_some(text),
                legend: vec![key.clone(), key],
                bar: has_frame.then(|| Bar { colors: vec![Color::hex(0)], low: 0.0, high: 1.0 }),
                aspect: if is_log { Aspect::Ratio(0.6) } else { Aspect::Equal },
                ..Figure::default()
            }
        },
    )
}

proptest! {
    #[test]
    fn every_drawing_is_well_formed(figure in figure()) {
        let text = svg::write(&figure);
        prop_assert!(text.starts_with("<svg ") && text.ends_with("</svg>\n"));
        check(&text);
        check(&svg::page(&figure, "a < b"));
    }
}

#[test]
fn a_million_points_are_drawn_in_little_space() {
    let at = |i: usize| [i as f64, (i as f64 * 0.37).sin() * (i % 977) as f64];
    let points: Vec<Point> = (0..1_000_000).map(at).collect();
    let shape = |geometry| Shape { geometry, style: Style::default(), counts: true };
    let line = Figure {
        shapes: vec![shape(Geometry::Line(points.clone()))],
        aspect: Aspect::Ratio(0.6),
        ..Figure::default()
    };
    let text = svg::write(&line);
    assert!(text.len() < 200_000, "{} bytes", text.len());
    let dots = Figure {
        shapes: vec![shape(Geometry::Points(points))],
        aspect: Aspect::Ratio(0.6),
        ..Figure::default()
    };
    assert!(svg::write(&dots).len() < 6_000_000);
}
