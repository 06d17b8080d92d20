//! Drawings on terminals.

use proptest::prelude::*;

use super::xml::figure;
use crate::terminal::{Palette, Setting, write};

/// Returns a line without escapes.
fn plain(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some(at) = rest.find("\x1b[") {
        text.push_str(&rest[..at]);
        let end = rest[at..].find('m').expect("an escape ends");
        rest = &rest[at + end + 1..];
    }
    text + rest
}

proptest! {
    #[test]
    fn no_line_is_wider_than_the_terminal(
        figure in figure(), width in 20..140usize, height in 3..40usize, color in 0..3usize,
    ) {
        let palette = [Palette::Plain, Palette::Few, Palette::Full][color];
        let text = write(&figure, Setting { width, height, palette });
        for line in text.lines() {
            let shown = plain(line);
            prop_assert!(shown.chars().count() <= width, "{} of {width}: {shown}", shown.chars().count());
        }
        prop_assert!(palette != Palette::Plain || !text.contains('\x1b'));
    }
}

#[test]
fn a_line_runs_through_the_cells_that_it_crosses() {
    use crate::*;
    let line = Geometry::Line(vec![[0.0, 0.0], [1.0, 1.0]]);
    let shapes = vec![Shape { geometry: line, style: Style::default(), counts: true }];
    let figure = Figure { shapes, aspect: Aspect::Ratio(1.0), ..Figure::default() };
    let text = write(&figure, Setting { width: 20, height: 10, palette: Palette::Plain });
    let rows: Vec<&str> = text.lines().collect();
    assert_eq!(rows.len(), 10);
    for (i, row) in rows.iter().enumerate() {
        let place = row.chars().position(|c| c != ' ').expect("each row is crossed");
        assert!(place.abs_diff(2 * (9 - i)) <= 1, "row {i} at {place}");
    }
}
