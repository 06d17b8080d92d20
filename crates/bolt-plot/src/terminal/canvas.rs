//! A raster of dots: two by four in each character.

use super::Palette;
use crate::color::Color;
use crate::figure::Point;
use crate::theme::Paint;

/// The dots of a character in Braille: two columns of four.
const BITS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];

/// What an area is filled with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Fill {
    pub(super) paint: Paint,
    /// Whether what is below shines through.
    pub(super) is_faint: bool,
    /// Whether its brightness tells a value.
    pub(super) is_shaded: bool,
}

/// A drawing that is being made.
#[derive(Debug)]
pub(super) struct Canvas {
    columns: usize,
    rows: usize,
    /// The dots of lines in each character, as Braille counts them, and their paint.
    lines: Vec<(u8, Option<Paint>)>,
    /// What each dot is filled with.
    fills: Vec<Option<Fill>>,
    /// Characters that stand above all else.
    texts: Vec<Option<(char, Paint)>>,
    /// The row of a faint line behind everything.
    rule: Option<usize>,
}

impl Canvas {
    pub(super) fn new(columns: usize, rows: usize) -> Self {
        let count = columns * rows;
        Self {
            columns,
            rows,
            lines: vec![(0, None); count],
            fills: vec![None; 8 * count],
            texts: vec![None; count],
            rule: None,
        }
    }

    /// Draws a faint line through a row.
    pub(super) fn rule(&mut self, row: usize) {
        self.rule = Some(row);
    }

    fn size(&self) -> Point {
        [(2 * self.columns) as f64, (4 * self.rows) as f64]
    }

    /// Sets a dot of a line.
    pub(super) fn dot(&mut self, [x, y]: Point, paint: Paint) {
        let [width, height] = self.size();
        // What lies on the far edges is inside.
        let (x, y) = (if x == width { x - 1.0 } else { x }, if y == height { y - 1.0 } else { y });
        if !(0.0..width).contains(&x) || !(0.0..height).contains(&y) {
            return;
        }
        let (x, y) = (x as usize, y as usize);
        let cell = &mut self.lines[y / 4 * self.columns + x / 2];
        cell.0 |= BITS[x % 2][y % 4];
        cell.1 = Some(paint);
    }

    /// Puts a point that can be seen alone.
    pub(super) fn mark(&mut self, [x, y]: Point, paint: Paint) {
        let [width, height] = self.size();
        if (0.0..=width).contains(&x) && (0.0..=height).contains(&y) {
            let column = (x as usize / 2).min(self.columns - 1);
            let row = (y as usize / 4).min(self.rows - 1);
            self.texts[row * self.columns + column] = Some(('•', paint));
        }
    }

    /// Draws a line between two places, as far as it is inside.
    pub(super) fn segment(&mut self, a: Point, b: Point, paint: Paint) {
        let [width, height] = self.size();
        let Some((a, b)) = clipped(a, b, [width - 0.01, height - 0.01]) else { return };
        let steps = (b[0] - a[0]).abs().max((b[1] - a[1]).abs()).ceil().max(1.0) as usize;
        for i in 0..=steps {
            let share = i as f64 / steps as f64;
            self.dot([a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share], paint);
        }
    }

    /// Fills a dot.
    pub(super) fn set(&mut self, x: usize, y: usize, fill: Fill) {
        if x < 2 * self.columns && y < 4 * self.rows {
            self.fills[y * 2 * self.columns + x] = Some(fill);
            if !fill.is_faint {
                // What is filled hides the lines behind it.
                self.lines[y / 4 * self.columns + x / 2].0 &= !BITS[x % 2][y % 4];
            }
        }
    }

    /// Fills what is inside an odd number of rings.
    pub(super) fn fill(&mut self, rings: &[Vec<Point>], fill: Fill) {
        let width = 2 * self.columns;
        let mut crossings: Vec<f64> = Vec::new();
        for y in 0..4 * self.rows {
            let at = y as f64 + 0.5;
            crossings.clear();
            for ring in rings {
                let next = ring.iter().skip(1).chain(ring.first());
                for (a, b) in ring.iter().zip(next) {
                    if (a[1] <= at) != (b[1] <= at) {
                        crossings.push(a[0] + (b[0] - a[0]) * (at - a[1]) / (b[1] - a[1]));
                    }
                }
            }
            crossings.sort_by(f64::total_cmp);
            for pair in crossings.chunks_exact(2) {
                // Nothing is too thin to be seen.
                let from = (pair[0] - 0.5).ceil().clamp(0.0, width as f64);
                let to = (pair[1] - 0.5).ceil().max(from + 1.0).clamp(0.0, width as f64);
                for x in from as usize..to as usize {
                    self.set(x, y, fill);
                }
            }
        }
    }

    /// Writes a text from a place on, as far as it is inside.
    pub(super) fn text(&mut self, column: f64, row: f64, text: &str, paint: Paint) {
        if !(0.0..self.rows as f64).contains(&row) || !column.is_finite() {
            return;
        }
        let length = text.chars().count() as f64;
        let start = column.min(self.columns as f64 - length).max(0.0) as usize;
        for (i, character) in text.chars().filter(|c| !c.is_control()).enumerate() {
            if start + i < self.columns {
                self.texts[row as usize * self.columns + start + i] = Some((character, paint));
            }
        }
    }

    /// Returns a row as text with escapes for its colours.
    pub(super) fn row(&self, row: usize, palette: Palette) -> String {
        let mut out = String::with_capacity(self.columns * 4);
        let mut run = String::new();
        let mut last: (Option<Paint>, Option<Paint>) = (None, None);
        for column in 0..self.columns {
            let (character, front, back) = self.cell(column, row, palette);
            let own = (front, back);
            if own != last && !run.is_empty() {
                out.push_str(&painted(&run, last.0, last.1, palette));
                run.clear();
            }
            last = own;
            run.push(character);
        }
        out.push_str(&painted(&run, last.0, last.1, palette));
        out
    }

    fn cell(
        &self,
        column: usize,
        row: usize,
        palette: Palette,
    ) -> (char, Option<Paint>, Option<Paint>) {
        let at = row * self.columns + column;
        let fills = self.fills_of(column, row);
        let whole = common(&fills).filter(|fill| !fill.is_faint);
        let back = if palette == Palette::Plain { None } else { whole.map(|fill| fill.paint) };
        if let Some((character, paint)) = self.texts[at] {
            return (character, Some(paint), back);
        }
        let (dots, paint) = self.lines[at];
        if dots != 0 {
            let braille = char::from_u32(0x2800 + u32::from(dots)).unwrap_or('·');
            return (braille, paint, back);
        }
        if fills.iter().any(Option::is_some) {
            return blocks(&fills, palette);
        }
        match self.rule == Some(row) {
            true => ('┈', Some(Paint::Tone(crate::theme::LINE)), None),
            false => (' ', None, None),
        }
    }

    /// Returns the fills of a character's dots, row by row.
    fn fills_of(&self, column: usize, row: usize) -> [Option<Fill>; 8] {
        std::array::from_fn(|i| {
            let (x, y) = (2 * column + i % 2, 4 * row + i / 2);
            self.fills[y * 2 * self.columns + x]
        })
    }
}

/// Returns what all of some dots are filled with.
fn common(fills: &[Option<Fill>]) -> Option<Fill> {
    let first = fills[0]?;
    fills.iter().all(|fill| *fill == Some(first)).then_some(first)
}

/// Returns the fill of most of some dots that are filled.
fn usual(fills: &[Option<Fill>]) -> Option<Fill> {
    let count = |fill: &Fill| fills.iter().filter(|other| **other == Some(*fill)).count();
    fills.iter().flatten().max_by_key(|fill| count(fill)).copied()
}

/// Returns the block that is most like some dots.
fn blocks(fills: &[Option<Fill>; 8], palette: Palette) -> (char, Option<Paint>, Option<Paint>) {
    let Some(fill) = usual(fills) else { return (' ', None, None) };
    let paint = Some(fill.paint);
    if fill.is_faint {
        return ('░', paint, None);
    }
    if palette == Palette::Plain && fill.is_shaded {
        return (shade(fill.paint.light(), palette), None, None);
    }
    let (upper, lower) = (usual(&fills[..4]), usual(&fills[4..]));
    if let (Some(upper), Some(lower)) = (upper, lower)
        && upper != lower
    {
        return ('▀', Some(upper.paint), Some(lower.paint));
    }
    // Quadrants: upper left, upper right, lower left, lower right.
    const QUADRANTS: [char; 16] =
        [' ', '▘', '▝', '▀', '▖', '▌', '▞', '▛', '▗', '▚', '▐', '▜', '▄', '▙', '▟', '█'];
    let is_full = |a: usize, b: usize| usize::from(fills[a].is_some() || fills[b].is_some());
    let mask = is_full(0, 2) | is_full(1, 3) << 1 | is_full(4, 6) << 2 | is_full(5, 7) << 3;
    (QUADRANTS[mask], paint, None)
}

/// Returns a character as bright as a colour where there are none.
pub(super) fn shade(color: Color, palette: Palette) -> char {
    const SHADES: [char; 5] = [' ', '░', '▒', '▓', '█'];
    match palette {
        Palette::Plain => SHADES[((color.brightness() * 5.0) as usize).min(4)],
        _ => '█',
    }
}

/// Returns text with escapes for its colours.
pub(super) fn painted(
    text: &str,
    front: Option<Paint>,
    back: Option<Paint>,
    palette: Palette,
) -> String {
    let codes = [
        front.and_then(|paint| code(paint, 38, palette)),
        back.and_then(|paint| code(paint, 48, palette)),
    ];
    let codes: Vec<String> = codes.into_iter().flatten().collect();
    match palette == Palette::Plain || codes.is_empty() || text.trim().is_empty() && back.is_none()
    {
        true => text.to_owned(),
        false => format!("\x1b[{}m{text}\x1b[0m", codes.join(";")),
    }
}

/// Returns the escape of a paint; that of text needs none.
fn code(paint: Paint, kind: u8, palette: Palette) -> Option<String> {
    match paint {
        Paint::Tone(tone) => (tone.terminal > 0).then(|| format!("{kind};5;{}", tone.terminal)),
        Paint::Color(color) => {
            let [red, green, blue] = color.bytes();
            Some(match palette {
                Palette::Full => format!("{kind};2;{red};{green};{blue}"),
                _ => format!("{kind};5;{}", nearest(color)),
            })
        }
    }
}

/// Returns the nearest of the colours of the cube and the greys that terminals have.
fn nearest(color: Color) -> u8 {
    let [red, green, blue] = color.bytes().map(f64::from);
    let level = |part: f64| {
        if part < 48.0 {
            0
        } else if part < 115.0 {
            1
        } else {
            ((part - 35.0) / 40.0) as u8
        }
    };
    let cube = [red, green, blue].map(level);
    let value = |level: u8| if level == 0 { 0.0 } else { 55.0 + 40.0 * f64::from(level) };
    let grey = (((red + green + blue) / 3.0 - 8.0) / 10.0).round().clamp(0.0, 23.0);
    let distance =
        |r: f64, g: f64, b: f64| (r - red).powi(2) + (g - green).powi(2) + (b - blue).powi(2);
    let of_cube = distance(value(cube[0]), value(cube[1]), value(cube[2]));
    let tone = 8.0 + 10.0 * grey;
    match distance(tone, tone, tone) < of_cube {
        true => 232 + grey as u8,
        false => 16 + 36 * cube[0] + 6 * cube[1] + cube[2],
    }
}

/// Returns the part of a line that lies between the origin and a far corner (Liang and Barsky).
fn clipped(a: Point, b: Point, far: Point) -> Option<(Point, Point)> {
    let (mut from, mut to) = (0.0f64, 1.0f64);
    let way = [b[0] - a[0], b[1] - a[1]];
    for side in 0..2 {
        for (p, q) in [(-way[side], a[side]), (way[side], far[side] - a[side])] {
            if p == 0.0 {
                if q < 0.0 {
                    return None;
                }
            } else if p < 0.0 {
                from = from.max(q / p);
            } else {
                to = to.min(q / p);
            }
        }
    }
    let at = |share: f64| [a[0] + way[0] * share, a[1] + way[1] * share];
    (from <= to && !from.is_nan() && !to.is_nan()).then(|| (at(from), at(to)))
}
