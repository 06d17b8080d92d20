//! Loops come to the same in typed code, in ordinary code and interpreted.

use crate::session::{Note, Session};

/// A generator of loops whose variables may change their kinds midway; one integer reproduces a
/// program.
struct Programs {
    state: u64,
    /// How many loops there are around.
    nesting: usize,
}

/// The variables of loops, by nesting.
const COUNTERS: [&str; 3] = ["i", "j", "k"];

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

    fn variable(&mut self) -> &'static str {
        self.pick(&["m", "n", "x", "y"])
    }

    fn atom(&mut self) -> String {
        match self.below(9) {
            0..4 => self.variable().to_owned(),
            4 if self.nesting > 0 => COUNTERS[self.below(self.nesting as u64) as usize].to_owned(),
            5 => self.pick(&["0.5", "2.", "-1.25", "1.*^3"]).to_owned(),
            6 => self.pick(&["3037000500", "7", "4611686018427387904", "-1"]).to_owned(),
            _ => (self.below(6) as i64 - 1).to_string(),
        }
    }

    /// What the value of a variable becomes now and then.
    fn surprise(&mut self) -> &'static str {
        self.pick(&[
            "q", "1/3", "2^63", "0", "0.", "-0.", "1.5", "{1, 2}", "True", "I", "1.*^300", "\"s\"",
            "f[m]", "Null", "-2^63",
        ])
    }

    fn expression(&mut self, depth: u32) -> String {
        if depth == 0 {
            return self.atom();
        }
        let (a, b) = (self.expression(depth - 1), self.expression(depth - 1));
        match self.below(21) {
            0..3 => format!("({a} + {b})"),
            3 | 4 => format!("({a} - {b})"),
            5 => format!("({a}*({b}))"),
            6 => format!("({a}/({b}))"),
            7 => format!("Mod[{a}, {}]", self.pick(&["7", "m", "2.5", "-3", "1000003"])),
            8 => format!("Quotient[{a}, {}]", self.pick(&["7", "n", "0"])),
            9 => format!("({a})^{}", self.below(4)),
            10 => format!("({a} + {b} + {})", self.atom()),
            11 => format!("({a}*{b}*{})", self.pick(&["x", "0.5", "3", "y"])),
            12 => format!("({a} - {b} + {} - {})", self.atom(), self.atom()),
            13 => format!("Max[{a}, {b}]"),
            14 => format!("{}[{a}]", self.pick(&["Sin", "Sqrt", "Abs", "Floor", "Round", "Exp"])),
            15 => format!("v[[{}]]", self.index()),
            16 => format!("{}[[{}]]", self.pick(&["v", "w"]), self.index()),
            17 => format!("If[{}, {a}, {b}]", self.test(0)),
            18 => format!("(-({a}))"),
            19 => format!("Length[{}]", self.pick(&["v", "w", "u"])),
            _ => format!("Mod[{a}, 11]"),
        }
    }

    fn index(&mut self) -> String {
        match self.below(6) {
            0 => self.pick(&["-1", "0", "99", "m", "2"]).to_owned(),
            _ => format!("Mod[{}, 5] + 1", self.pick(&["m", "n", "i", "m*n"])),
        }
    }

    fn test(&mut self, depth: u32) -> String {
        let (a, b) = (self.expression(depth), self.expression(depth));
        match self.below(11) {
            0..5 => format!("{a} {} {b}", self.pick(&["<", "<=", ">", ">=", "==", "!=", "==="])),
            5 => format!("{a} < {b} && n < 30"),
            6 => format!("m > 1 || OddQ[{b}]"),
            7 => "flag".to_owned(),
            8 => "!flag".to_owned(),
            9 => format!("b[[{}]]", self.index()),
            _ => format!("EvenQ[{a}]"),
        }
    }

    fn statement(&mut self, depth: u32) -> String {
        let name = self.variable();
        let value = self.expression(2);
        match self.below(if depth == 0 { 16 } else { 21 }) {
            0..3 => format!("{name} = {value}"),
            3 => format!("{name} = Mod[{value}, 1009]"),
            4 => format!("{name} {} {value}", self.pick(&["+=", "-=", "*="])),
            5 | 6 => format!("{name}{}", self.pick(&["++", "--"])),
            7 => format!("v[[{}]] = {} + {}", self.index(), self.atom(), self.atom()),
            8 => format!("w[[{}]] = {}", self.index(), self.atom()),
            9 => format!("b[[{}]] = {}", self.index(), self.pick(&["True", "False", "flag"])),
            10 => format!("flag = {}", self.test(1)),
            11 => format!("If[{}, {name} = {value}, {}++]", self.test(1), self.variable()),
            12 => format!("If[c == {}, {name} = {}]", self.below(40), self.surprise()),
            13 => format!("If[c == {}, v[[2]] = {}]", self.below(40), self.surprise()),
            14 => format!(
                "If[c == {}, {}]",
                self.below(40),
                self.pick(&["Print[m]", "u = v", "AppendTo[v, 1]", "Clear[y]"])
            ),
            15 => format!("{name} = {} = {value}", self.variable()),
            16 => format!("If[{}, {}]", self.test(1), self.pick(&["Break[]", "Continue[]"])),
            _ => self.repeat(depth - 1),
        }
    }

    fn body(&mut self, depth: u32) -> String {
        let count = 1 + self.below(3);
        let all: Vec<String> = (0..count).map(|_| self.statement(depth)).collect();
        // Numbers and expressions would grow beyond all bounds.
        let again = "If[Mod[c, 3] == 0, m = 3; n = 2; x = 0.5; y = 2.]";
        format!("c++; {}; {again}", all.join("; "))
    }

    fn repeat(&mut self, depth: u32) -> String {
        let counter = COUNTERS[self.nesting];
        self.nesting += 1;
        let rounds = if self.nesting == 1 { 8 + self.below(25) } else { self.below(7) };
        let body = self.body(depth);
        let loop_ = match self.below(10) {
            0..3 => format!("Do[{body}, {{{counter}, {rounds}}}]"),
            3 => format!("Do[{body}, {{{counter}, {rounds}, 1, -1}}]"),
            4 => format!("Do[{body}, {{{counter}, 0., 2., {}}}]", 2.0 / rounds.max(1) as f64),
            5 => format!("Do[{body}, {{{counter}, {}}}]", self.pick(&["v", "w", "{3, 1., q}"])),
            6 => format!("{counter} = 0; While[{counter} < {rounds}, {counter}++; {body}]"),
            7 => format!("For[{counter} = 1, {counter} <= {rounds}, {counter}++, {body}]"),
            8 => format!("u = Table[{body}; {}, {{{counter}, {rounds}}}]", self.expression(1)),
            _ => format!("Do[{body}, {{{rounds}}}]"),
        };
        self.nesting -= 1;
        loop_
    }

    fn program(seed: u64) -> String {
        let mut new = Self { state: seed, nesting: 0 };
        let list = |new: &mut Self, elements: &str| match new.below(2) {
            0 => format!("Table[{elements}, {{i, 40}}]"),
            _ => format!("Table[{elements}, {{i, 6}}]"),
        };
        let (v, w) = (list(&mut new, "i - 3"), list(&mut new, "i*0.25"));
        let b = list(&mut new, "OddQ[i]");
        let (first, second) = (new.repeat(2), new.repeat(1));
        let (m, y) = (new.pick(&["1", "7", "-3", "2^62"]), new.pick(&["2.", "3", "-0.5", "q"]));
        let start = format!("m = {m}; n = 2; x = 0.5; y = {y}");
        let loops = format!("{first}; {second}");
        let (names, all) = ("m, n, x, y, c, flag, i, j", "{m, n, x, y, c, flag, i, j, u, v, w, b}");
        let arrays = format!("v = {v}; w = {w}; b = {b}; u = {{1}}");
        match new.below(2) {
            0 => format!("{arrays}; c = 0; flag = True; {start}; {loops}; {all}"),
            _ => format!(
                "{arrays}; f[z_] := Module[{{{names}}}, c = 0; flag = True; {start}; {loops}; {all}]; f[1]"
            ),
        }
    }
}

/// Evaluates a program; what it comes to, and what is printed and told.
fn outcome(session: &mut Session, program: &str) -> String {
    session.run("ClearAll[\"Global`*\"]");
    session.take_notes();
    let value = session.run(program);
    let shown = session.input_form(&value);
    let mut notes: Vec<String> = session
        .take_notes()
        .into_iter()
        .map(|note| match note {
            Note::Printed(line) => line,
            Note::Message { name, .. } => name,
        })
        .collect();
    notes.dedup();
    let digits = |c: char| c.is_ascii_digit();
    // Which numbers the symbols of scopes get is up to how they are evaluated.
    let shown = format!("{shown} {notes:?}");
    let mut parts = shown.split('$');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| format!("{all}${}", part.trim_start_matches(digits)))
}

/// Compares what a program comes to in each way.
fn compare(seed: u64, [plain, ordinary, typed]: &mut [Session; 3]) {
    let program = Programs::program(seed);
    let expected = outcome(plain, &program);
    typed.compiler.rounds = 1 + (seed % 5) as u32;
    assert_eq!(outcome(ordinary, &program), expected, "ordinary code, seed {seed}: {program}");
    assert_eq!(outcome(typed, &program), expected, "typed code, seed {seed}: {program}");
}

fn sessions() -> [Session; 3] {
    let mut all = [Session::new(), Session::new(), Session::new()];
    all[0].is_compiling = false;
    all[1].compiler.rounds = u32::MAX;
    all[2].compiler.dispatch.threshold = 1;
    all
}

#[test]
fn random_loops_come_to_the_same_in_typed_code() {
    let (threads, first) = (2, 0);
    std::thread::scope(|scope| {
        for thread in 0..threads {
            scope.spawn(move || {
                let mut sessions = sessions();
                for seed in (first + thread..first + 200).step_by(threads as usize) {
                    compare(seed, &mut sessions);
                }
            });
        }
    });
}

/// Checks that programs come to what they should, and that typed code runs.
fn check(cases: &[(&str, &str)]) {
    for (program, expected) in cases {
        let [mut plain, _, mut typed] = sessions();
        typed.compiler.rounds = 4;
        assert_eq!(outcome(&mut plain, program), *expected, "{program}");
        assert_eq!(outcome(&mut typed, program), *expected, "{program}");
        assert!(typed.compiler.entered > 0, "{program}");
    }
}

#[test]
fn what_is_no_machine_number_leaves_typed_code() {
    check(&[
        ("s = 0; Do[s += i, {i, 1000}]; s", "500500 []"),
        ("x = 1; Do[x = 3*x, {50}]; x", "717897987691852588770249 []"),
        ("x = 2^20; n = 0; While[n < 24, x = x/2; n++]; {x, n}", "{1/16, 24} []"),
        ("x = 30.; Do[x = x - 1; y = Sqrt[x], {40}]; Im[y] > 0", "True []"),
        ("x = 0.5; Do[If[i == 33, x = q]; x = x + 1, {i, 40}]; x", "8 + q []"),
        ("x = 1.; Do[x = 1.*^10 x, {60}]; Precision[x] < 16", "True []"),
        ("x = 9; Do[If[x > 3, x--], {i, 30}]; {x, i}", "{3, i} []"),
    ]);
}

#[test]
fn loops_in_typed_code_see_lists_and_other_loops() {
    check(&[
        ("v = Range[40]; Do[v[[i]] = v[[i - 1]] + v[[-i]], {i, 2, 40}]; Total[v]", "103705 []"),
        ("v = Range[9]; u = v; Do[v[[3]] = v[[3]] + i, {i, 50}]; {v[[3]], u[[3]]}", "{1278, 3} []"),
        (
            "c = 0; Do[Do[If[j > i, Break[]]; If[OddQ[j], Continue[]]; c += j, {j, 9}], {i, 30}]; c",
            "500 []",
        ),
        (
            "i = 7; t = Table[Table[i j, {j, i}], {i, 30}]; {i, t[[30, 4]], Total[Flatten[t]]}",
            "{7, 120, 112840} []",
        ),
        (
            "f[n_] := Module[{s = 0, k = 0}, While[k < n, k++; s += k^2]; s]; {f[50], f[60]}",
            "{42925, 73810} []",
        ),
    ]);
}

#[test]
fn functions_that_are_called_many_times_run_in_typed_code() {
    check(&[
        ("Total[Map[Mod[#^2, 7] &, Range[100]]]", "201 []"),
        ("c = 0; Map[(c++; # + c) &, Range[60]][[60]]", "120 []"),
        ("Map[If[# == 50, q, #/2] &, Range[2, 120, 2]][[24 ;; 26]]", "{24, q, 26} []"),
        (
            "Fold[3 #1 + #2 &, 0, Range[60]] - Nest[3 # &, 1, 60]",
            "-10597789568804050878573608331 []",
        ),
        ("FoldList[0.5 #1 + #2 &, 0., N[Range[64]]][[-1]]", "126. []"),
    ]);
}

#[test]
fn an_abort_ends_a_loop_in_typed_code() {
    let mut session = Session::new();
    let interrupt = session.interrupt();
    let value = std::thread::scope(|scope| {
        scope.spawn(move || {
            std::thread::sleep(std::time::Duration::from_millis(50));
            interrupt.store(true, std::sync::atomic::Ordering::Relaxed);
        });
        session.run("n = 0; While[True, n++]")
    });
    assert_eq!(session.input_form(&value), "$Aborted");
    session.interrupt().store(false, std::sync::atomic::Ordering::Relaxed);
    let count = session.run("n > 100");
    assert_eq!(session.input_form(&count), "True");
}
