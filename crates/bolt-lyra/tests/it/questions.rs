//! Random questions of calculus: no answer is wrong, and many are given.

#[path = "../../examples/integrals/grammar.rs"]
mod grammar;
#[path = "../../examples/integrals/kinds.rs"]
mod kinds;
#[path = "../../examples/integrals/session.rs"]
mod session;

use grammar::Random;
use kinds::{KINDS, Verdict};
use session::Asked;

#[test]
fn answers_to_random_questions_agree_with_numbers() {
    for kind in KINDS {
        let mut right = 0;
        for seed in 9000..9006 {
            let question = (kind.make)(&mut Random(seed));
            let verdict = (kind.judge)(&mut Asked::new(30.0), &question);
            assert!(!matches!(verdict, Verdict::Wrong(_)), "{seed}: {question:?} {verdict:?}");
            right += usize::from(verdict == Verdict::Right);
        }
        assert!(right >= 1, "{}: only {right} of 6 are answered", kind.name);
    }
}
