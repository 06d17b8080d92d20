//! Ranges and ticks.

use proptest::prelude::*;

use super::xml::figure;
use crate::layout::{spans, ticks};
use crate::{Axis, Ticks};

proptest! {
    #[test]
    fn axes_have_a_length_and_ticks_ascend_inside(figure in figure(), most in 2..12usize) {
        for span in spans(&figure) {
            prop_assert!(span.low < span.high, "{span:?}");
            let axis = Axis { ticks: Ticks::Automatic, ..Axis::default() };
            let ticks = ticks(&axis, span, most);
            prop_assert!(ticks.len() <= most);
            prop_assert!(ticks.windows(2).all(|pair| pair[0].at < pair[1].at));
            prop_assert!(ticks.iter().all(|tick| span.share(tick.at) > -0.01 && span.share(tick.at) < 1.01));
        }
    }

    #[test]
    fn labels_tell_ticks_apart(low in -1e4..1e4f64, exponent in -6..8i32) {
        let span = crate::layout::Span { low, high: low + 10f64.powi(exponent) };
        let axis = Axis { ticks: Ticks::Automatic, ..Axis::default() };
        let ticks = ticks(&axis, span, 8);
        let labels: std::collections::HashSet<&str> = ticks.iter().map(|tick| tick.label.as_str()).collect();
        prop_assert_eq!(labels.len(), ticks.len());
    }
}
