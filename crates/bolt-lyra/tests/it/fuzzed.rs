//! Short runs of the random programs, texts and patterns of the `fuzz` example.

use bolt_lyra::Session;

use crate::{matches, program, text};

#[test]
fn random_texts_are_parsed_and_read_back() {
    let examples: Vec<&'static str> =
        Session::built_in().flat_map(|builtin| builtin.examples).map(|(input, _)| *input).collect();
    for number in 0..3_000 {
        let text = text::text(&examples, 1, number);
        if let Err(why) = text::check(&text) {
            panic!("{text:?}: {why}");
        }
    }
}

#[test]
fn random_patterns_match_as_enumeration_says() {
    let mut session = matches::session().unwrap();
    let mut matching = 0;
    for number in 0..2_000 {
        match matches::compare(&mut session, 1, number) {
            Ok(matches) => matching += u32::from(matches),
            Err(why) => panic!("{number}: {why}"),
        }
    }
    assert!(matching > 100, "{matching} of the cases match: they test little");
}

#[test]
fn random_programs_are_evaluated() {
    let programs = program::Programs::new(&[]).unwrap();
    for number in 0..300 {
        let program = bolt_lyra_syntax::to_input_form(&programs.get(1, number));
        // Nothing but this line knows of a program that ends the test: it is printed then.
        println!("{number}: {program}");
        let mut session = Session::new();
        let interrupt = session.interrupt();
        let (finished, end) = std::sync::mpsc::channel::<()>();
        let watch = std::thread::spawn(move || {
            if end.recv_timeout(std::time::Duration::from_millis(500)).is_err() {
                interrupt.store(true, std::sync::atomic::Ordering::Relaxed);
            }
        });
        let parsed = bolt_lyra_syntax::parse(&program);
        for expr in &parsed.exprs {
            let value = session.read(expr);
            if let Ok(value) = session.evaluate_input(&value) {
                assert!(!session.input_form(&value).is_empty(), "{program} is written as nothing");
            }
        }
        drop(finished);
        watch.join().unwrap();
    }
}
