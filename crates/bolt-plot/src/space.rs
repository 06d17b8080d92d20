//! Drawings of three dimensions, brought to two: what is far is drawn first.

use crate::color::Color;
use crate::figure::{Figure, Geometry, Point, Shape, Style};
use crate::theme::Paint;

/// A place in space.
pub type Place = [f64; 3];

/// Something in space.
#[derive(Debug, Clone, PartialEq)]
pub struct Body {
    /// What it is.
    pub form: Form,
    /// How it looks.
    pub style: Style,
}

/// The form of a body.
#[derive(Debug, Clone, PartialEq)]
pub enum Form {
    /// Faces with flat insides.
    Faces(Vec<Vec<Place>>),
    /// A line.
    Line(Vec<Place>),
    /// Points.
    Points(Vec<Place>),
    /// A text somewhere.
    Text(String, Place),
}

/// A drawing in space.
#[derive(Debug, Clone)]
pub struct Scene {
    /// What is drawn.
    pub bodies: Vec<Body>,
    /// From where to where it reaches, where not as far as the bodies do.
    pub range: [[Option<f64>; 2]; 3],
    /// The sides of the box as they are drawn; else in the units of the range.
    pub ratios: Option<Place>,
    /// Whether the box is drawn.
    pub is_boxed: bool,
    /// Whether there are ticks along its edges.
    pub has_axes: bool,
    /// What the axes are called.
    pub labels: [Option<String>; 3],
    /// From where it is seen, in lengths of the longest side from the middle.
    pub from: Place,
    /// Whether the faces are lit.
    pub is_lit: bool,
}

impl Default for Scene {
    fn default() -> Self {
        Self {
            bodies: Vec::new(),
            range: [[None; 2]; 3],
            ratios: None,
            is_boxed: true,
            has_axes: false,
            labels: [None, None, None],
            from: [1.3, -2.4, 2.0],
            is_lit: true,
        }
    }
}

/// From where to where a scene reaches in each direction.
fn extent(scene: &Scene) -> [[f64; 2]; 3] {
    let mut found = [[f64::INFINITY, f64::NEG_INFINITY]; 3];
    let mut add = |place: &Place| {
        if place.iter().all(|at| at.is_finite()) {
            for (bound, at) in found.iter_mut().zip(place) {
                *bound = [bound[0].min(*at), bound[1].max(*at)];
            }
        }
    };
    for body in &scene.bodies {
        match &body.form {
            Form::Faces(faces) => faces.iter().flatten().for_each(&mut add),
            Form::Line(places) | Form::Points(places) => places.iter().for_each(&mut add),
            Form::Text(_, place) => add(place),
        }
    }
    std::array::from_fn(|side| {
        let [low, high] = if found[side][0] <= found[side][1] { found[side] } else { [0.0, 1.0] };
        let [low, high] =
            [scene.range[side][0].unwrap_or(low), scene.range[side][1].unwrap_or(high)];
        let room = (high - low).abs() * 1e-9;
        if high - low > room { [low, high] } else { [low - 0.5, high + 0.5] }
    })
}

/// How places in space come to places in the plane.
struct View {
    extent: [[f64; 2]; 3],
    sides: Place,
    /// Unit vectors to the right, up and towards the eye.
    right: Place,
    up: Place,
    toward: Place,
    distance: f64,
}

impl View {
    fn new(scene: &Scene) -> Self {
        let extent = extent(scene);
        let lengths = extent.map(|[low, high]| high - low);
        let sides = scene.ratios.unwrap_or(lengths);
        let longest = sides.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        let sides = sides.map(|side| side / longest);
        let length = dot(scene.from, scene.from).sqrt().max(1e-9);
        let toward = scene.from.map(|at| at / length);
        let right = unit([-toward[1], toward[0], 0.0]).unwrap_or([1.0, 0.0, 0.0]);
        let up = cross(toward, right);
        Self { extent, sides, right, up, toward, distance: length.max(1.0) }
    }

    /// Returns a place in the box, whose middle is the origin.
    fn boxed(&self, place: Place) -> Place {
        std::array::from_fn(|side| {
            let [low, high] = self.extent[side];
            ((place[side] - low) / (high - low) - 0.5) * self.sides[side]
        })
    }

    /// Returns where a place in the box is seen, and how near it is.
    fn seen(&self, at: Place) -> (Point, f64) {
        let near = dot(at, self.toward);
        let scale = self.distance / (self.distance - near).max(0.05 * self.distance);
        ([dot(at, self.right) * scale, dot(at, self.up) * scale], near)
    }
}

fn dot(a: Place, b: Place) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn cross(a: Place, b: Place) -> Place {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

fn unit(a: Place) -> Option<Place> {
    let length = dot(a, a).sqrt();
    (length > 1e-12).then(|| a.map(|part| part / length))
}

/// Returns a scene as it is seen.
pub fn project(scene: &Scene) -> Figure {
    let view = View::new(scene);
    let mut pieces: Vec<(f64, Shape)> = Vec::new();
    for body in &scene.bodies {
        pieces_of(body, scene, &view, &mut pieces);
    }
    pieces.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut figure = Figure::default();
    let (behind, before) = edges(scene, &view);
    figure.shapes.extend(behind);
    figure.shapes.extend(pieces.into_iter().map(|(_, shape)| shape));
    figure.shapes.extend(before);
    if scene.has_axes {
        figure.shapes.extend(axes(scene, &view));
    }
    figure.axes.iter_mut().for_each(|axis| axis.padding = [0.04, 0.04]);
    figure
}

fn pieces_of(body: &Body, scene: &Scene, view: &View, pieces: &mut Vec<(f64, Shape)>) {
    let shape =
        |geometry: Geometry, style: &Style| Shape { geometry, style: style.clone(), counts: true };
    match &body.form {
        Form::Faces(faces) => {
            for face in faces {
                if let Some((near, shape)) = self::face(face, body, scene, view) {
                    pieces.push((near, shape));
                }
            }
        }
        Form::Line(places) => {
            for pair in places.windows(2) {
                let ends = [view.seen(view.boxed(pair[0])), view.seen(view.boxed(pair[1]))];
                // A line on a face is before it.
                let near = (ends[0].1 + ends[1].1) / 2.0 + 0.01;
                let line = Geometry::Line(ends.map(|(point, _)| point).to_vec());
                pieces.push((near, shape(line, &body.style)));
            }
        }
        Form::Points(places) => {
            for place in places {
                let (point, near) = view.seen(view.boxed(*place));
                pieces.push((near + 0.01, shape(Geometry::Points(vec![point]), &body.style)));
            }
        }
        Form::Text(text, place) => {
            let (at, near) = view.seen(view.boxed(*place));
            let text = crate::Text { text: text.clone(), at, anchor: [0.0, 0.0], angle: 0.0 };
            pieces.push((near + 0.02, shape(Geometry::Text(text), &body.style)));
        }
    }
}

/// Returns a face as it is seen, lit from above on the left.
fn face(face: &[Place], body: &Body, scene: &Scene, view: &View) -> Option<(f64, Shape)> {
    let corners: Vec<Place> = face.iter().map(|place| view.boxed(*place)).collect();
    if corners.len() < 3 || corners.iter().flatten().any(|at| !at.is_finite()) {
        return None;
    }
    let seen: Vec<(Point, f64)> = corners.iter().map(|corner| view.seen(*corner)).collect();
    let near = seen.iter().map(|(_, near)| near).sum::<f64>() / seen.len() as f64;
    let mut style = body.style.clone();
    if scene.is_lit {
        let light = unit([-0.4, -0.5, 1.0]).unwrap_or(view.toward);
        let normal = normal(&corners).unwrap_or(view.toward);
        // A face has two sides: that which is seen counts.
        let normal = if dot(normal, view.toward) < 0.0 { normal.map(|part| -part) } else { normal };
        style.paint = lit(style.paint, dot(normal, light));
    }
    if style.edge.is_none() && style.is_filled {
        // Otherwise what is behind shines through between faces.
        let (paint, opacity) = (style.paint, style.opacity);
        style.edge = (opacity >= 1.0).then_some(crate::Edge {
            paint,
            opacity,
            thickness: crate::Length::Pixels(0.6),
        });
    }
    let ring = seen.into_iter().map(|(point, _)| point).collect();
    Some((near, Shape { geometry: Geometry::Polygon(vec![ring]), style, counts: true }))
}

/// Returns the direction in which a face looks (Newell).
fn normal(corners: &[Place]) -> Option<Place> {
    let next = corners.iter().skip(1).chain(corners.first());
    let mut sum = [0.0; 3];
    for (a, b) in corners.iter().zip(next) {
        let part = cross(*a, *b);
        sum = [sum[0] + part[0], sum[1] + part[1], sum[2] + part[2]];
    }
    unit(sum)
}

fn lit(paint: Paint, toward_light: f64) -> Paint {
    let color = paint.light();
    let (black, white) = (
        Color { alpha: color.alpha, ..Color::hex(0) },
        Color { alpha: color.alpha, ..Color::hex(0xff_ffff) },
    );
    let strength = toward_light.clamp(-1.0, 1.0);
    Paint::Color(match strength > 0.55 {
        true => color.mix(white, (strength - 0.55) * 0.55),
        false => color.mix(black, (0.55 - strength) * 0.38),
    })
}

/// The corners of the box, by the ends of the three sides.
fn corner(view: &View, ends: [usize; 3]) -> Place {
    std::array::from_fn(|side| if ends[side] == 0 { -0.5 } else { 0.5 } * view.sides[side])
}

/// Returns the edges of the box: those behind everything and those before.
fn edges(scene: &Scene, view: &View) -> (Vec<Shape>, Vec<Shape>) {
    let (mut behind, mut before) = (Vec::new(), Vec::new());
    if !scene.is_boxed {
        return (behind, before);
    }
    let style = Style { paint: Paint::Tone(crate::theme::STRONG_LINE), ..Style::default() };
    // The corner that is farthest away is hidden, and so are the edges that meet there.
    let farthest: [usize; 3] = std::array::from_fn(|side| usize::from(view.toward[side] <= 0.0));
    for side in 0..3 {
        for (a, b) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let mut ends = [0; 3];
            ends[(side + 1) % 3] = a;
            ends[(side + 2) % 3] = b;
            let is_hidden = (0..3).filter(|s| *s != side).all(|s| ends[s] == farthest[s]);
            let mut other = ends;
            other[side] = 1;
            let points = [ends, other].map(|ends| view.seen(corner(view, ends)).0).to_vec();
            let shape =
                Shape { geometry: Geometry::Line(points), style: style.clone(), counts: true };
            // Edges at the outline may be drawn first too: nothing is in front of them but the box.
            let is_front = (0..3).filter(|s| *s != side).all(|s| ends[s] != farthest[s]);
            match is_front && !is_hidden {
                true => before.push(shape),
                false => behind.push(shape),
            }
        }
    }
    (behind, before)
}

/// Returns the ticks along three edges of the box, with their labels.
fn axes(scene: &Scene, view: &View) -> Vec<Shape> {
    let mut shapes = Vec::new();
    let muted =
        Style { paint: Paint::Tone(crate::theme::MUTED), font: Some(11.0), ..Style::default() };
    let line = Style { paint: Paint::Tone(crate::theme::STRONG_LINE), ..Style::default() };
    let middle = view.seen([0.0; 3]).0;
    for side in 0..3 {
        let ends = outer_edge(view, side);
        let [low, high] = view.extent[side];
        let span = crate::layout::Span { low, high };
        let axis = crate::Axis { ticks: crate::Ticks::Automatic, ..crate::Axis::default() };
        let at = |share: f64| {
            let mut place = corner(view, ends);
            place[side] = (share - 0.5) * view.sides[side];
            view.seen(place).0
        };
        let (start, end) = (at(0.0), at(1.0));
        let away = outward(start, end, middle);
        for tick in crate::layout::ticks(&axis, span, 5) {
            let from = at(span.share(tick.at));
            let to = |far: f64| [from[0] + away[0] * far, from[1] + away[1] * far];
            let mark = Geometry::Line(vec![from, to(0.02)]);
            shapes.push(Shape { geometry: mark, style: line.clone(), counts: true });
            shapes.push(text(&tick.label, to(0.06), away, &muted));
        }
        if let Some(label) = &scene.labels[side] {
            let at = [0, 1].map(|i| (start[i] + end[i]) / 2.0 + away[i] * 0.17);
            shapes.push(text(label, at, away, &Style { font: Some(12.0), ..Style::default() }));
        }
    }
    shapes
}

fn text(text: &str, at: Point, away: Point, style: &Style) -> Shape {
    let anchor = [
        if away[0] > 0.4 {
            -1.0
        } else if away[0] < -0.4 {
            1.0
        } else {
            0.0
        },
        0.0,
    ];
    let text = crate::Text { text: text.to_owned(), at, anchor, angle: 0.0 };
    Shape { geometry: Geometry::Text(text), style: style.clone(), counts: true }
}

/// Returns the edge along a side that is at the lower or left outline.
fn outer_edge(view: &View, side: usize) -> [usize; 3] {
    let mut best = ([0; 3], f64::INFINITY);
    for (a, b) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        let mut ends = [0; 3];
        ends[(side + 1) % 3] = a;
        ends[(side + 2) % 3] = b;
        let mut place = corner(view, ends);
        place[side] = 0.0;
        let [x, y] = view.seen(place).0;
        let score = if side == 2 { x } else { y };
        if score < best.1 {
            best = (ends, score);
        }
    }
    best.0
}

/// Returns the direction across a line that leads away from a point.
fn outward(start: Point, end: Point, middle: Point) -> Point {
    let along = [end[0] - start[0], end[1] - start[1]];
    let length = along[0].hypot(along[1]).max(1e-12);
    let across = [-along[1] / length, along[0] / length];
    let to_middle = [middle[0] - start[0], middle[1] - start[1]];
    match across[0] * to_middle[0] + across[1] * to_middle[1] > 0.0 {
        true => across.map(|part| -part),
        false => across,
    }
}
