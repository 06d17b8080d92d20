//! Real texts: what parses is printed and parsed again, in both forms, to the same tree.

use bolt_lyra_syntax::{Expr, parse, to_full_form, to_input_form};

/// Parses `text`, checks that both printed forms read back, and returns whether it has no error.
#[track_caller]
fn check(text: &str) -> bool {
    let parsed = parse(text);
    if parsed.has_errors() {
        return false;
    }
    for expr in &parsed.exprs {
        check_form(expr, &to_input_form(expr), text);
        check_form(expr, &to_full_form(expr), text);
    }
    true
}

#[track_caller]
fn check_form(expr: &Expr, printed: &str, source: &str) {
    let back = parse(printed);
    let same = matches!(&back.exprs[..], [back] if back.same_tree(expr));
    assert!(
        same && !back.has_errors(),
        "{source}\n  is printed as {printed}\n  instead of {}\n  {:?}",
        to_full_form(expr),
        back.diagnostics
    );
}

/// Checks the texts under `key` of a file of cases; returns how many there are and how many parse.
fn check_cases(file: &str, key: &str) -> Option<(usize, usize)> {
    let records = bolt_testkit::lines(&format!("conformance/lyra/{file}.jsonl"))?;
    let texts = records.iter().map(|record| record[key].as_str().expect("a case has texts"));
    Some((records.len(), texts.filter(|text| check(text)).count()))
}

#[test]
fn inputs_of_other_implementations() {
    let Some(expreduce) = check_cases("expreduce", "input") else { return };
    assert_eq!(expreduce, (2431, 2431));
    assert_eq!(check_cases("rubi_sample", "input"), Some((3200, 3200)));
    assert_eq!(check_cases("wolfram_codeparser", "input"), Some((1016, 1016)));
    // Twelve have a doubled backslash, as in `\\[Degree]`.
    assert_eq!(check_cases("mathics_doctest", "input"), Some((3421, 3409)));
}

#[test]
fn results_of_other_implementations() {
    let Some(expreduce) = check_cases("expreduce", "expected") else { return };
    assert_eq!(expreduce, (2431, 2431));
    assert_eq!(check_cases("rubi_sample", "expected"), Some((3200, 3200)));
    assert_eq!(check_cases("wolfram_codeparser", "expected"), Some((1016, 1016)));
    // The others are no input: `-Graphics-`, messages, typeset text.
    assert_eq!(check_cases("mathics_doctest", "expected"), Some((3421, 3056)));
}

/// The texts that the official parser's tests only compare with the official reader.
#[test]
fn texts_that_the_official_parser_reads() {
    let Some(records) = bolt_testkit::lines("conformance/lyra/wolfram_codeparser.jsonl") else {
        return;
    };
    let mut found = Vec::new();
    for (i, record) in records.iter().enumerate() {
        let input = record["input"].as_str().expect("a case has texts");
        let parsed = parse(input);
        if let [Expr { kind: bolt_lyra_syntax::ExprKind::String(text), .. }] = &parsed.exprs[..] {
            found.push((i + 1, text.clone()));
        }
    }
    let broken: Vec<usize> =
        found.iter().filter(|(_, text)| !check(text)).map(|(line, _)| *line).collect();
    // A control character, and `~` without its partner.
    assert_eq!(broken, [689, 791, 792]);
    assert_eq!(found.len(), 474);
}

#[test]
fn benchmark_programs() {
    let Some(folder) = bolt_testkit::path("benchmarks/lyra") else { return };
    let mut programs = 0;
    for entry in std::fs::read_dir(folder).expect("the folder is readable") {
        let path = entry.expect("the folder is readable").path();
        if path.extension().is_some_and(|extension| extension == "wl") {
            let text = std::fs::read_to_string(&path).expect("a program is readable");
            assert!(check(&text), "{}", path.display());
            programs += 1;
        }
    }
    assert_eq!(programs, 32);
}

#[test]
fn code_blocks_of_the_guide() {
    let Some(guide) = bolt_testkit::text("guides/lyra.md") else { return };
    let mut blocks = 0;
    for block in guide.split("```wolfram\n").skip(1) {
        let code = block.split("```").next().expect("a block ends");
        let parsed = parse(code);
        assert!(parsed.diagnostics.is_empty(), "{code}\n{:?}", parsed.diagnostics);
        assert!(check(code), "{code}");
        blocks += 1;
    }
    assert_eq!(blocks, 32);
}
