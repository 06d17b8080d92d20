//! Compiled functions compute what evaluation of the same body with the same numbers does.

use crate::session::{Note, Session};
use crate::value::Value;

fn run(session: &mut Session, source: &str) -> Value {
    let parsed = bolt_lyra_syntax::parse(source);
    assert!(!parsed.has_errors(), "{source}: {:?}", parsed.diagnostics);
    let mut last = Value::NULL;
    for expr in &parsed.exprs {
        let value = session.read(expr);
        last = session.evaluate_line(&value).expect("no program quits");
    }
    last
}

/// Checks what inputs come to, with the names of the messages.
fn check(cases: &[(&str, &str)]) {
    for (input, expected) in cases {
        let mut session = Session::new();
        let value = run(&mut session, input);
        let mut shown = session.input_form(&value);
        for note in session.take_notes() {
            if let Note::Message { name, .. } = note {
                shown = format!("{shown} {name}");
            }
        }
        assert_eq!(shown, *expected, "{input}");
    }
}

#[test]
fn arguments_have_types() {
    check(&[
        ("Compile[{x}, x^2][2]", "4."),
        ("Compile[{x}, x^2][1/2]", "0.25"),
        ("Compile[{x}, Sin[x]][Pi]", "1.2246467991473532*^-16"),
        ("Compile[{{n, _Integer}}, n^2][3]", "9"),
        ("Compile[{{n, _Integer}}, n^2][1.5]", "2.25 CompiledFunction::cfsa"),
        ("Compile[{x}, x^2][a]", "a^2 CompiledFunction::cfsa"),
        (
            "Compile[{x}, x^2][1, 2]",
            "CompiledFunction[{_Real}, Function[{x}, x^2]][1, 2] CompiledFunction::cfct",
        ),
        ("Compile[{{v, _Real, 1}}, Total[v]][{1, 2}]", "3."),
        ("Compile[{{v, _Real, 1}}, Total[v]][{1, a}]", "1 + a CompiledFunction::cfta"),
        ("Compile[{{m, _Real, 2}}, m[[2, 1]]][{{1, 2}, {3, 4}}]", "3."),
        ("Compile[{{z, _Complex}}, z^2 + 1][I]", "0."),
        ("Compile[{{b, True | False}}, If[b, 1, 2]][False]", "2"),
        ("Compile[{{n, _Rational}}, n]", "Compile[{{n, _Rational}}, n] Compile::cpar"),
        ("Compile[{x}, x^2, RuntimeAttributes -> {Listable}][{1, 2}]", "{1., 4.}"),
        ("Compile[{x}, x, Parallelization -> True][1]", "1. Compile::setval"),
        ("Compile[{x}, x, CompilationTarget -> \"C\"][1]", "1. Compile::nogen"),
    ]);
}

#[test]
fn what_is_no_machine_number_is_evaluated() {
    check(&[
        ("Compile[{{n, _Integer}}, n*n][10^10]", "100000000000000000000 CompiledFunction::cfn"),
        (
            "Compile[{{n, _Integer}}, n + 1][9223372036854775807]",
            "9223372036854775808 CompiledFunction::cfn",
        ),
        ("Compile[{x}, Sqrt[x]][-4]", "2*I CompiledFunction::cfn"),
        ("Compile[{x}, 1/x][0.]", "ComplexInfinity CompiledFunction::cfn Power::infy"),
        (
            "Compile[{{v, _Real, 1}}, v[[3]]][{1., 2.}]",
            "{1., 2.}[[3]] CompiledFunction::cfn Part::partw",
        ),
        (
            "Compile[{x}, x*1.*^200*1.*^200, RuntimeOptions -> {\"WarningMessages\" -> False}][1.][[0]]",
            "Real",
        ),
        ("Compile[{x}, g[x]][2]", "g[2]"),
        ("Compile[{x}, Module[{s = 0}, s = s + x; s]][2]", "2 Compile::cset"),
        (
            "f = Compile[{x}, x + 1]; f[1]; Unprotect[Plus]; Plus[1., 1] = 7; Protect[Plus]; f[1.]",
            "7",
        ),
        ("x = 5; Compile[{x}, x + 1][2]", "3."),
        ("y = 5; Compile[{x}, x + y][2]", "7"),
    ]);
}

#[test]
fn control_is_compiled() {
    let cases = [
        ("{n, _Integer}", "Module[{s = 0}, Do[s = s + i, {i, n}]; s]", "10", "55"),
        (
            "{n, _Integer}",
            "Module[{s = 0, i = 0}, While[i < n, i++; If[i == 3, Continue[]]; If[i > 5, Break[]]; s += i]; s]",
            "10",
            "12",
        ),
        ("{n, _Integer}", "Module[{s = 0, i}, For[i = 0, i < n, i++, s = s + i]; s]", "4", "6"),
        ("{n, _Integer}", "Module[{s = 0.}, Do[s += 1./(i*j), {i, n}, {j, i}]; s]", "2", "1.75"),
        ("{n, _Integer}", "Total[Table[i^2, {i, n}]]", "4", "30"),
        ("{n, _Integer}", "Sum[1./i, {i, 1, n}]", "2", "1.5"),
        (
            "{v, _Real, 1}",
            "Module[{w = v}, Do[w[[i]] = w[[i]]*2, {i, Length[w]}]; w]",
            "{1., 2.}",
            "{2., 4.}",
        ),
        ("{x, _Real}", "Which[x < 0, -1, x == 0., 0, True, 1.5]", "-2", "-1."),
        ("{x, _Real}", "If[x > 1 && x < 3 || x == 7., Floor[x], 0]", "2.5", "2"),
        (
            "{n, _Integer}",
            "Module[{c = 0, m = n}, While[m != 1, m = If[EvenQ[m], Quotient[m, 2], 3*m + 1]; c++]; c]",
            "27",
            "111",
        ),
        (
            "{z, _Complex}",
            "Module[{w = z, k = 0}, While[Abs[w] < 2 && k < 50, w = w^2 + z; k++]; k]",
            "0.3 + 0.6*I",
            "14",
        ),
        ("{n, _Integer}", "Mod[-n, 5]", "7", "3"),
        ("{n, _Integer}", "Table[i, {i, n, 1, -2}]", "5", "{5, 3, 1}"),
    ];
    for (parameter, body, arg, expected) in cases {
        let program = format!(
            "f = Compile[{{{parameter}}}, {body}]; {{CompilationReport[f][\"tier\"], f[{arg}]}}"
        );
        let found = format!("{{\"TypedCode\", {expected}}}");
        let mut session = Session::new();
        let value = run(&mut session, &program);
        assert_eq!(session.input_form(&value), found, "{body}");
    }
}

#[test]
fn a_variable_that_may_have_no_value_is_left_to_evaluation() {
    check(&[
        ("Compile[{x}, Module[{t}, If[x > 0, t = 1.]; If[x > 5, t, x]]][-1.]", "-1."),
        (
            "CompilationReport[Compile[{x}, Module[{t}, If[x > 0, t = 1.]; t]]][\"tier\"]",
            "\"Interpreter\"",
        ),
        (
            "CompilationReport[Compile[{x}, f[x]]][\"reasons\"]",
            "{\"an expression has no typed instructions\", HoldForm[f[x]]}",
        ),
    ]);
}

/// Bodies of functions of a real `x` and an integer `n`.
struct Bodies(u64);

impl Bodies {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn real(&mut self, depth: u32) -> String {
        if depth == 0 {
            return ["x", "s", "1.5", "0.25", "v[[2]]", "N[n]"][self.below(6) as usize].to_owned();
        }
        let (a, b) = (self.real(depth - 1), self.real(depth - 1));
        match self.below(12) {
            0 | 1 => format!("({a} + {b})"),
            2 | 3 => format!("({a}*{b})"),
            4 => format!("({a} - {b})"),
            5 => format!("({a}/(2. + ({b})^2))"),
            6 => format!("Sin[{a}]"),
            7 => format!("Max[{a}, {b}]"),
            8 => format!("If[{}, {a}, {b}]", self.test(depth - 1)),
            9 => format!("Sqrt[Abs[{a}]]"),
            10 => format!("({a} + {})", self.integer(depth - 1)),
            _ => format!("ArcTan[({a})^3]"),
        }
    }

    fn integer(&mut self, depth: u32) -> String {
        if depth == 0 {
            return ["n", "k", "3", "-2"][self.below(4) as usize].to_owned();
        }
        let (a, b) = (self.integer(depth - 1), self.integer(depth - 1));
        match self.below(8) {
            0 => format!("({a} + {b})"),
            1 => format!("({a}*{b})"),
            2 => format!("Mod[{a}, 7]"),
            3 => format!("Quotient[{a}, 3]"),
            4 => format!("Min[{a}, {b}]"),
            5 => format!("Floor[{}]", self.real(depth - 1)),
            6 => format!("If[{}, {a}, {b}]", self.test(depth - 1)),
            _ => format!("Abs[{a}]"),
        }
    }

    fn test(&mut self, depth: u32) -> String {
        match self.below(5) {
            0 => format!("{} < {}", self.real(depth), self.real(depth)),
            1 => format!("{} >= {}", self.integer(depth), self.integer(depth)),
            2 => format!("EvenQ[{}]", self.integer(depth)),
            3 => format!("!({} > {})", self.real(depth), self.real(depth)),
            _ => format!(
                "({} > 1. && {} == 2 || {} < 0.)",
                self.real(depth),
                self.integer(depth),
                self.real(depth)
            ),
        }
    }

    fn body(seed: u64) -> String {
        let mut new = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let (start, k) = (new.real(1), new.integer(1));
        let (step, last) = (new.real(2), new.real(2));
        let test = new.test(1);
        format!(
            "Module[{{s = 1.*x, k = n}}, s = {start}; k = {k}; Do[s = {step}; If[{test}, k = k + 1]; If[Abs[s] > 10.^6, Break[]], {{i, 5}}]; {last} + s + k]"
        )
    }
}

#[test]
fn random_bodies_come_to_the_same_compiled_and_evaluated() {
    let mut session = Session::new();
    let mut compiled = 0;
    for seed in 0..500 {
        let body = Bodies::body(seed);
        let source = format!(
            "f = Compile[{{x, {{n, _Integer}}, {{v, _Real, 1}}}}, {body}]; g = Function[{{x, n, v}}, {body}];"
        );
        run(&mut session, &source);
        let tier = run(&mut session, "CompilationReport[f][\"tier\"]");
        compiled += u32::from(tier.as_str() == Some("TypedCode"));
        for args in ["0.5, 2, {1., 2.}", "-3.25, 5, {1., -0.75}", "2., -1, {0., 4.}"] {
            session.take_notes();
            let found = run(&mut session, &format!("f[{args}]"));
            let notes = session.take_notes();
            session.is_compiling = false;
            let expected = run(&mut session, &format!("g[{args}]"));
            session.is_compiling = true;
            let close = match (&found, &expected) {
                (Value::Real(a), Value::Real(b)) => (a - b).abs() <= 1e-9 * a.abs().max(1.0),
                _ => found == expected,
            };
            assert!(
                close,
                "seed {seed}, {args}: {body} gives {found:?}, not {expected:?}, {notes:?}"
            );
        }
    }
    assert!(compiled > 450, "{compiled} of 500 bodies are compiled");
}
