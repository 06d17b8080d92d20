//! Flame graphs: chains of calls as boxes, one on the other, as wide as the time that they took
//! (Gregg, "The Flame Graph", Communications of the ACM 59(6), 2016).

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A function with what it calls, by name.
#[derive(Debug, Default)]
struct Frame {
    /// Seconds, with those of what it calls.
    total: f64,
    inner: BTreeMap<String, Frame>,
}

impl Frame {
    fn add(&mut self, chain: &mut dyn Iterator<Item = &str>, seconds: f64) {
        self.total += seconds;
        if let Some(name) = chain.next() {
            self.inner.entry(name.to_owned()).or_default().add(chain, seconds);
        }
    }

    /// Returns how many frames are on one another at most, those left out that are too narrow.
    fn height(&self, least: f64) -> usize {
        let inner = self.inner.values().filter(|frame| frame.total >= least);
        inner.map(|frame| 1 + frame.height(least)).max().unwrap_or(0)
    }
}

const WIDTH: f64 = 1200.0;
const LINE: f64 = 18.0;
/// Narrower boxes are left out.
const NARROWEST: f64 = 0.3;
/// The width of a letter.
const LETTER: f64 = 7.0;

/// Draws chains of calls, whose names `;` parts, with the seconds that each took itself.
pub(super) fn svg(chains: &[(String, f64)]) -> String {
    let mut root = Frame::default();
    for (chain, seconds) in chains {
        root.add(&mut chain.split(';'), seconds.max(0.0));
    }
    let scale = WIDTH / root.total.max(f64::MIN_POSITIVE);
    let height = (root.height(NARROWEST / scale) + 1) as f64 * LINE;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
         viewBox=\"0 0 {WIDTH} {height}\" font-family=\"monospace\" font-size=\"12\">\n"
    );
    draw(&mut svg, "all", &root, 0.0, height - LINE, scale, root.total);
    svg.push_str("</svg>\n");
    svg
}

fn draw(svg: &mut String, name: &str, frame: &Frame, x: f64, y: f64, scale: f64, all: f64) {
    let width = frame.total * scale;
    if width < NARROWEST {
        return;
    }
    let percent = 100.0 * frame.total / all.max(f64::MIN_POSITIVE);
    let letters = (width / LETTER) as usize;
    let label: String =
        if letters < 3 { String::new() } else { name.chars().take(letters).collect() };
    let _ = writeln!(
        svg,
        "<g><title>{0}: {1:.6} s, {percent:.1} %</title><rect x=\"{x:.2}\" y=\"{y:.1}\" \
         width=\"{width:.2}\" height=\"{2}\" fill=\"{3}\" stroke=\"white\"/>\
         <text x=\"{4:.2}\" y=\"{5:.1}\">{6}</text></g>",
        escaped(name),
        frame.total,
        LINE - 1.0,
        colour(name),
        x + 3.0,
        y + LINE - 5.0,
        escaped(&label),
    );
    let mut x = x;
    for (name, inner) in &frame.inner {
        draw(svg, name, inner, x, y - LINE, scale, all);
        x += inner.total * scale;
    }
}

/// A warm colour that a name always has.
fn colour(name: &str) -> String {
    let hash =
        name.bytes().fold(17_u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
    format!("rgb({},{},{})", 205 + hash % 50, 90 + hash / 50 % 130, 40 + hash / 6500 % 40)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_are_as_wide_as_their_time() {
        let chains = [("f".to_owned(), 1.0), ("f;g<1>".to_owned(), 2.0), ("h".to_owned(), 1.0)];
        let svg = svg(&chains);
        let of = |name: &str| {
            let line = svg.lines().find(|line| line.contains(&format!("<title>{name}:"))).unwrap();
            let number = |key: &str| -> f64 {
                let rest = line.split(&format!(" {key}=\"")).nth(1).unwrap();
                rest.split('"').next().unwrap().parse().unwrap()
            };
            (number("x"), number("y"), number("width"))
        };
        assert_eq!(of("all"), (0.0, 36.0, 1200.0));
        assert_eq!(of("f"), (0.0, 18.0, 900.0));
        assert_eq!(of("g&lt;1&gt;"), (0.0, 0.0, 600.0));
        assert_eq!(of("h"), (900.0, 18.0, 300.0));
    }
}
