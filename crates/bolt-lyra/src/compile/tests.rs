//! Random programs come to the same, translated and interpreted.

use super::settings::Passes;
use crate::session::{Note, Session};

/// A generator of programs; one integer reproduces a program.
struct Programs {
    state: u64,
    /// Names that stand for values where the generator is.
    names: Vec<&'static str>,
}

impl Programs {
    fn below(&mut self, bound: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }

    fn pick<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.below(of.len() as u64) as usize]
    }

    fn name(&mut self) -> &'static str {
        let place = self.below(self.names.len() as u64) as usize;
        self.names[place]
    }

    fn atom(&mut self) -> String {
        match self.below(10) {
            0..4 => self.name().to_owned(),
            4 => "u".to_owned(),
            5 => self.pick(&["0.5", "2.", "-1.25", "0."]).to_owned(),
            6 => self.pick(&["1/3", "I", "\"text\"", "9223372036854775807"]).to_owned(),
            _ => (self.below(7) as i64 - 2).to_string(),
        }
    }

    /// An expression without effects.
    fn expression(&mut self, depth: u32) -> String {
        if depth == 0 {
            return self.atom();
        }
        let mut part = || self.expression(depth - 1);
        let (a, b) = (part(), part());
        match self.below(20) {
            18 => format!("(Sin[{a}*2 + 1.5] - {b}*Sin[{a}*2 + 1.5])"),
            19 => format!("Which[{}, {a} + 2*3, {b} > 4, {b}]", self.test(depth - 1)),
            0 | 1 => format!("({a} + {b})"),
            2 => format!("({a} - {b})"),
            3 | 4 => format!("({a}*({b}))"),
            5 => format!("({a}/({b}))"),
            6 => format!("({a})^{}", self.below(4)),
            7 => format!("Mod[{a}, {b}]"),
            8 => format!("If[{}, {a}, {b}]", self.test(depth - 1)),
            9 => format!("{{{a}, {b}}}"),
            10 => format!("{{{a}, {b}}}[[{}]]", self.below(3)),
            11 => format!("{}[{a}]", self.pick(&["Sin", "Abs", "Floor", "EvenQ", "g", "f"])),
            12 => format!("Max[{a}, {b}]"),
            13 => format!("Module[{{t = {a}}}, t = t + {b}; t]"),
            14 => format!("With[{{x = {a}}}, x*x + {b}]"),
            15 => format!("Table[{a} + i, {{i, {}}}]", self.below(4)),
            16 => format!("Map[# + {a} &, {{{b}, 2}}]"),
            _ => format!("Fold[#1 + {a}*#2 &, {b}, {{1, 2, 3}}]"),
        }
    }

    fn test(&mut self, depth: u32) -> String {
        let (a, b) = (self.expression(depth), self.expression(depth));
        match self.below(8) {
            0..5 => format!("{a} {} {b}", self.pick(&["<", "<=", ">", ">=", "==", "!=", "==="])),
            5 => format!("{a} < {b} && {b} < 3"),
            6 => format!("{a} > 1 || OddQ[{b}]"),
            _ => format!("!({a} == {b})"),
        }
    }

    fn statement(&mut self, depth: u32) -> String {
        let name = self.pick(&["x", "y", "z"]);
        let value = self.expression(2);
        let mut inner = || if depth == 0 { "x = x".to_owned() } else { self.statement(depth - 1) };
        let (first, second) = (inner(), inner());
        match self.below(20) {
            18 => format!(
                "Module[{{t = 1.5, c = 0}}, While[c < 6, t = t*0.5 + {value}; c++]; {name} = t]"
            ),
            15 => format!("Module[{{t = 1}}, z = If[u > 0, t, {value}]; t = 7; {first}; y = z]"),
            16 => format!("{name} = g[h[{value}], 3] + h[{name}]"),
            17 => format!(
                "Module[{{t = 2}}, Do[If[u > j, t++]; t = t + {value}; {first}, {{j, 2}}]; {name} = t]"
            ),
            0..3 => format!("{name} = {value}"),
            3 => format!("{name} += {value}"),
            4 => format!("{name}{}", self.pick(&["++", "--"])),
            5 => format!("If[{}, {first}, {second}]", self.test(1)),
            6 => format!(
                "k{depth} = 0; While[k{depth} < 4 && ({}), {first}; k{depth}++]",
                self.test(1)
            ),
            7 => format!("Do[{first}; {second}, {{i, {}}}]", self.below(5)),
            8 => format!("Do[{first}; If[{}, Break[]], {{j, 3}}]", self.test(1)),
            9 => format!(
                "For[n{depth} = 0, n{depth} < 3, n{depth}++, {first}; If[n{depth} == 1, Continue[]]; {second}]"
            ),
            10 => format!("list[[{}]] = {value}", self.below(4)),
            11 => format!("Module[{{t}}, If[{}, t = 1, t = {value}]; {name} = t]", self.test(1)),
            12 => format!("Do[If[{}, Return[{value}]], {{j, 2}}]; {first}", self.test(1)),
            13 => format!("{name} = Table[If[{}, q = {value}]; q, {{i, 3}}]", self.test(1)),
            14 => format!("{name} = {{q, q = {value}}}; {first}"),
            _ => format!("Do[{name} = {name} + i*j, {{i, 2}}, {{j, i, 3}}]; {second}"),
        }
    }

    fn program(seed: u64) -> String {
        let mut new = Self { state: seed, names: vec!["x", "y", "z", "i"] };
        new.names.push("k");
        new.names.push("n");
        let body = new.expression(2);
        new.names.pop();
        let statements: Vec<String> = (0..3).map(|_| new.statement(1)).collect();
        format!(
            "f[0] = 1; f[n_] := If[n > 4, {body}, n + 1]; g[v_, w_: 2] := v*w; \
             h[v_] := v*v + 1; d[v_, n_Integer] := If[n < 1, v, d[v + n, n - 1]]; \
             x = 1; y = 2.5; z = 3; k = 0; list = {{1, 2., q}}; {}; \
             {{x, y, z, i, k, list, q, Table[f[m], {{m, 0, 5}}], d[x, 9]}}",
            statements.join("; ")
        )
    }
}

/// Takes the numbers of symbols like `t$7` away: translated scopes make no symbols, and rename
/// variables more or less often.
fn without_numbers(shown: &str) -> String {
    let mut parts = shown.split('$');
    let first = parts.next().unwrap_or_default().to_owned();
    let mut all = parts.fold(first, |all, part| {
        format!("{all}${}", part.trim_start_matches(|c: char| c.is_ascii_digit()))
    });
    while all.contains("$$") {
        all = all.replace("$$", "$");
    }
    all
}

/// Evaluates a program; what it comes to, and its messages.
fn outcome(program: &str, prepare: impl FnOnce(&mut Session)) -> String {
    outcome_in(&mut Session::new(), program, prepare)
}

/// Evaluates a program in a session that others were evaluated in.
fn outcome_in(session: &mut Session, program: &str, prepare: impl FnOnce(&mut Session)) -> String {
    session.run("ClearAll[\"Global`*\"]");
    session.take_notes();
    prepare(session);
    let last = session.run(program);
    let shown = session.input_form(&last);
    let mut messages: Vec<String> = session
        .take_notes()
        .into_iter()
        .map(|note| match note {
            Note::Printed(line) => line,
            Note::Message { name, .. } => name,
        })
        .collect();
    // What stays as it is may be looked at again, with its message, more or less often.
    messages.dedup();
    without_numbers(&format!("{shown} {messages:?}"))
}

fn interpreted(session: &mut Session) {
    session.is_compiling = false;
}

/// Settings with which definitions are translated, and inlined, soon.
fn with(passes: Passes) -> impl Fn(&mut Session) {
    move |session| {
        session.compiler.passes = passes;
        session.compiler.dispatch.threshold = 1;
        session.compiler.inlining.hot = 2;
    }
}

/// Each set of passes: each alone, all but each, all, none.
fn sets_of_passes() -> Vec<Passes> {
    let switches: [fn(&mut Passes) -> &mut bool; 5] = [
        |passes| &mut passes.constant_folding,
        |passes| &mut passes.dead_code,
        |passes| &mut passes.common_subexpressions,
        |passes| &mut passes.loop_unrolling,
        |passes| &mut passes.tail_calls,
    ];
    let mut all = vec![Passes::all(true), Passes::all(false)];
    for switch in switches {
        for is_on in [false, true] {
            let mut passes = Passes::all(!is_on);
            *switch(&mut passes) = is_on;
            all.push(passes);
        }
    }
    all
}

/// Compares what a program comes to interpreted, and with some of the passes and with the others.
/// The sessions were used for other programs: where there is a difference, new ones are.
fn compare(seed: u64, sessions: &mut [Session; 2]) {
    let program = Programs::program(seed);
    let [plain, translated] = sessions;
    let expected = outcome_in(plain, &program, interpreted);
    let is_on = |place: u64| seed >> place & 1 == 1;
    let some = Passes {
        constant_folding: is_on(0),
        dead_code: is_on(1),
        common_subexpressions: is_on(2),
        loop_unrolling: is_on(3),
        tail_calls: is_on(4),
    };
    let others = Passes {
        constant_folding: !some.constant_folding,
        dead_code: !some.dead_code,
        common_subexpressions: !some.common_subexpressions,
        loop_unrolling: !some.loop_unrolling,
        tail_calls: !some.tail_calls,
    };
    for passes in [some, others] {
        if outcome_in(translated, &program, with(passes)) != expected {
            let (found, expected) =
                (outcome(&program, with(passes)), outcome(&program, interpreted));
            assert_eq!(found, expected, "seed {seed}, {passes:?}: {program}");
        }
    }
}

#[test]
fn random_programs_come_to_the_same_translated_and_interpreted() {
    let threads = 2;
    std::thread::scope(|scope| {
        for thread in 0..threads {
            scope.spawn(move || {
                let mut sessions = [Session::new(), Session::new()];
                for seed in (thread..1_000).step_by(threads as usize) {
                    compare(seed, &mut sessions);
                }
            });
        }
    });
}

/// Checks that a program comes to the same with each set of passes as interpreted, and to what.
fn check(cases: &[(&str, &str)]) {
    for (program, expected) in cases {
        assert_eq!(outcome(program, interpreted), *expected, "{program}");
        for passes in sets_of_passes() {
            assert_eq!(outcome(program, with(passes)), *expected, "{program}, {passes:?}");
        }
    }
}

#[test]
fn what_is_known_beforehand_is_so_only_while_functions_are_built_in() {
    check(&[
        (
            "f[x_] := {2 + 3, Unprotect[Plus]; Plus[2, 3] = 7; Protect[Plus]; 0, 2 + 3, x + 1}; f[1]; f[1]",
            "{7, 0, 7, 2} []",
        ),
        (
            "f[x_] := (If[2 < 3, a, b]); f[1]; Unprotect[Less]; Less[2, 3] = False; Protect[Less]; f[1]",
            "b []",
        ),
        (
            "f[x_] := {Sin[x + 1]*2, Sin[x + 1]*3}; f[1.]; Unprotect[Sin]; Sin[2.] = t; Protect[Sin]; f[1.]",
            "{2*t, 3*t} []",
        ),
    ]);
}

#[test]
fn what_is_used_again_has_its_effects_each_time() {
    check(&[
        (
            "n = 0; s /: s + 1 := (n++; 4); f[x_] := Sin[x + 1.]*1 + Sin[x + 1.]; f[1.]; \
             g[x_] := (x + 1)*2 - (x + 1)*2 + 5; {g[s], n, g[3]}",
            "{5, 2, 5} []",
        ),
        (
            "f[x_] := 1/x + (1/x)*2 + 1/x; f[2]; f[0]",
            "Indeterminate [\"Power::infy\", \"Infinity::indet\"]",
        ),
        (
            "f[x_] := (x*x + 1) (x*x + 1); {f[3], f[10^18], f[a], f[2.5]}",
            "{100, 1000000000000000000000000000000000002000000000000000000000000000000000001, (1 + a^2)^2, 52.5625} []",
        ),
    ]);
}

#[test]
fn a_local_that_escaped_sees_later_assignments() {
    check(&[
        ("f[] := Module[{t = 1}, z = If[q, t, 2]; t = 5; t]; f[]; {f[], q = True; z}", "{5, 5} []"),
        ("f[] := Module[{m, n}, m = n; n = 2; {m, n}]; f[]; f[]", "{2, 2} []"),
        (
            "f[] := Module[{t}, z = If[q, t, 2]; t = 5; t++; {t, z}]; f[]; {f[], q = True; z}",
            "{{6, If[q, t$, 2]}, 6} []",
        ),
        (
            "f[] := Module[{t = 1}, z := 0; If[q, z := t]; If[q, 0, 0, t = 3; z = Hold[t]]; t = 4; ReleaseHold[z]]; f[]; f[]",
            "4 []",
        ),
        (
            "f[n_] := Module[{t = n, l = {}}, Do[Module[{s = i}, AppendTo[l, If[q, s, 0]]; s = s + 10], {i, 2}]; l]; f[1]; l = f[1]; q = True; l",
            "{11, 12} []",
        ),
    ]);
}

#[test]
fn calls_in_tail_position_are_rounds_of_rewriting() {
    for program in [
        "f[n_] := f[n - 1]; f[10^4]",
        "g[n_] := If[n < 0, done, g[n - 1]]; g[10^4]",
        "g[n_] := If[n < 0, done, g[n - 1]]; g[1500]",
        "f[x_, 0] := x; f[x_, n_] := f[x + 1, n - 1]; Block[{$RecursionLimit = 20}, f[0, 1000]]",
        "f[x_, 0] := x; f[x_, n_] := f[x + 1, n - 1]; Block[{$IterationLimit = 50}, f[0, 1000]]",
        "f[n_] := g[n - 1]; g[n_Integer?EvenQ] := f[n]; g[n_] := f[n - 2]; f[10^4]",
        "f[n_] := 1 + f[n - 1]; f[10^4]",
    ] {
        let expected = outcome(program, interpreted);
        for threshold in 1..4 {
            let found = outcome(program, |session| session.compiler.dispatch.threshold = threshold);
            let (held, call) = (found.split("[").next(), expected.split("[").next());
            assert_eq!(held, call, "{program}: {found}, not {expected}");
            let messages = |shown: &str| shown.rsplit(" [").next().map(str::to_owned);
            assert_eq!(messages(&found), messages(&expected), "{program}");
        }
    }
}

#[test]
fn calls_in_tail_position_need_no_limit_if_that_is_set() {
    let cases = [
        ("f[0] = done; f[n_] := f[n - 1]; f[10^5]", "done []"),
        (
            "even[0] = True; even[n_] := odd[n - 1]; odd[0] = False; odd[n_] := even[n - 1]; even[10^5 + 1]",
            "False []",
        ),
        (
            "f[n_, s_] := Which[n == 0, s, EvenQ[n], f[n - 1, s + n], True, Module[{t = s}, t++; f[n - 1, t]]]; f[10^5, 0]",
            "2500100000 []",
        ),
        ("f[n_] := 1 + f[n - 1]; f[10^5]", "$Aborted [\"$RecursionLimit::reclim2\"]"),
    ];
    for (program, expected) in cases {
        let prepare = |session: &mut Session| session.compiler.passes.tail_calls = true;
        assert_eq!(outcome(program, prepare), expected, "{program}");
    }
}

#[test]
fn definitions_are_translated_at_the_call_that_is_set() {
    let stats = "FunctionStats[f][[{\"calls\", \"state\", \"deoptimizations\"}]] // Values";
    for (calls, state) in [(99, "Interpreted"), (100, "StaticDispatch"), (150, "StaticDispatch")] {
        let program = format!(
            "EnableStaticDispatch[functions -> {{\"f\"}}, threshold -> 100]; f[x_] := x + 1; Do[f[i], {{i, {calls}}}]; {stats}"
        );
        assert_eq!(outcome(&program, |_| ()), format!("{{{calls}, \"{state}\", 0}} []"));
    }
    let redefined = format!(
        "EnableStaticDispatch[threshold -> 5]; f[x_] := x + 1; Do[f[i], {{i, 9}}]; f[x_] := x + 2; a = {stats}; Do[f[i], {{i, 4}}]; b = {stats}; {{f[1], a, b, {stats}}}"
    );
    assert_eq!(
        outcome(&redefined, |_| ()),
        "{3, {9, \"Interpreted\", 1}, {13, \"Interpreted\", 1}, {14, \"StaticDispatch\", 1}} []"
    );
}

#[test]
fn inlined_definitions_may_change() {
    check(&[
        (
            "g[x_] := x*2; f[x_] := 1 + g[x]; Do[f[i], {i, 9}]; a = f[4]; g[x_] := x*3; {a, f[4]}",
            "{9, 13} []",
        ),
        ("g[x_] := x*2; f[x_] := 1 + g[x]; Do[f[i], {i, 9}]; g[4] = 0; f[4]", "1 []"),
        ("g[x_Integer] := x*2; f[x_] := 1 + g[x]; Do[f[i], {i, 9}]; f[2.5]", "1 + g[2.5] []"),
        (
            "g[x_] := (If[x > 2, Break[]]; x); f[] := Module[{s = 0}, Do[s = s + g[i]*2, {i, 9}]; s]; Do[f[], {5}]; f[]",
            "6 []",
        ),
    ]);
}

#[test]
fn the_report_tells_what_each_pass_did() {
    let report = |body: &str, key: &str| {
        outcome(&format!("f[x_] := {body}; CompilationReport[f][\"{key}\"]"), |_| ())
    };
    let passes = |body: &str, pass: &str| {
        outcome(
            &format!("f[x_] := {body}; CompilationReport[f][\"passes\"][\"{pass}\"] > 0"),
            |_| (),
        )
    };
    assert_eq!(passes("x + 2*3", "constantFolding"), "True []");
    assert_eq!(passes("If[True, x, y]", "deadCodeElimination"), "True []");
    assert_eq!(passes("Sin[x*2]*Sin[x*2]", "commonSubexpressionElim"), "True []");
    assert_eq!(passes("Module[{c = 0}, While[c < x, c++]; c]", "loopUnrolling"), "True []");
    assert_eq!(passes("x + y", "commonSubexpressionElim"), "False []");
    assert_eq!(report("g[Hold[x]]", "reasons"), "{HoldForm[Hold[#]]} []");
}
