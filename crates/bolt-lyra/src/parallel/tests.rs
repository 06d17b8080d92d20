//! Workers against the session alone: the same results, output and ends, however many there are.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use super::*;
use crate::host::{FileFacts, MemoryHost};
use crate::runtime::{Gauge, MemoryBinding, NodeGauge};
use crate::session::Note;
use std::io;

/// Threads of the standard library.
struct Scoped(usize);

impl Runtime for Scoped {
    fn processors(&self) -> usize {
        self.0
    }

    fn crew(&self, request: &CrewRequest) -> Result<Box<dyn Crew>, String> {
        Ok(Box::new(Self(request.threads.unwrap_or(self.0))))
    }

    fn read(&self, _: Gauge) -> Result<f64, String> {
        Err("nothing is read here".to_owned())
    }

    fn nodes(&self) -> usize {
        1
    }

    fn read_node(&self, _: usize, _: NodeGauge) -> Result<f64, String> {
        Err("nothing is read here".to_owned())
    }

    fn bind_memory(&self, _: MemoryBinding) -> Result<(), String> {
        Err("1 node".to_owned())
    }

    fn set_vectors(&self, name: &str) -> Result<String, String> {
        Err(format!("there is no {name}"))
    }

    fn every(&self, _: Duration, _: Box<dyn FnMut() -> bool + Send>) -> Result<(), String> {
        Err("no thread is started here".to_owned())
    }
}

impl Crew for Scoped {
    fn threads(&self) -> usize {
        self.0
    }

    fn run(
        &self,
        workers: usize,
        work: &(dyn Fn(usize) + Sync),
        watch: &mut dyn FnMut(),
    ) -> Result<(), String> {
        let (left, has_ended) = (AtomicUsize::new(workers), AtomicBool::new(false));
        std::thread::scope(|scope| {
            for worker in 0..workers {
                let (left, has_ended) = (&left, &has_ended);
                scope.spawn(move || {
                    work(worker);
                    if left.fetch_sub(1, Ordering::AcqRel) == 1 {
                        has_ended.store(true, Ordering::Release);
                    }
                });
            }
            while !has_ended.load(Ordering::Acquire) {
                watch();
                std::thread::sleep(Duration::from_millis(1));
            }
        });
        Ok(())
    }
}

/// Files in memory and threads beside them.
struct WithThreads(MemoryHost, usize);

impl Host for WithThreads {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.0.read(path)
    }

    fn write(&mut self, path: &str, bytes: &[u8], adds: bool) -> io::Result<()> {
        self.0.write(path, bytes, adds)
    }

    fn facts(&self, path: &str) -> Option<FileFacts> {
        self.0.facts(path)
    }

    fn list(&self, directory: &str) -> io::Result<Vec<String>> {
        self.0.list(directory)
    }

    fn create_directory(&mut self, path: &str) -> io::Result<()> {
        self.0.create_directory(path)
    }

    fn remove(&mut self, path: &str) -> io::Result<()> {
        self.0.remove(path)
    }

    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        self.0.rename(from, to)
    }

    fn directory(&self) -> String {
        self.0.directory()
    }

    fn set_directory(&mut self, path: &str) -> io::Result<()> {
        self.0.set_directory(path)
    }

    fn temporary_directory(&self) -> String {
        self.0.temporary_directory()
    }

    fn now(&self) -> Option<Duration> {
        self.0.now
    }

    fn hours_ahead(&self, at: Duration) -> f64 {
        self.0.hours_ahead(at)
    }

    fn variable(&self, name: &str) -> Option<String> {
        self.0.variable(name)
    }

    fn runtime(&self) -> Option<Shared<dyn Runtime>> {
        Some(Shared::new(Scoped(self.1)))
    }
}

/// Evaluates a program line by line; returns the values and what was printed and told.
fn evaluated(session: &mut Session, program: &str) -> (Vec<String>, Vec<String>) {
    let parsed = bolt_lyra_syntax::parse(program);
    assert!(!parsed.has_errors(), "{program}: {:?}", parsed.diagnostics);
    let mut values = Vec::new();
    for expr in &parsed.exprs {
        let value = session.read(expr);
        let value = session.evaluate_line(&value).unwrap();
        values.push(session.full_form(&value));
    }
    let told = session.take_notes().into_iter().map(|note| match note {
        Note::Printed(line) => line,
        Note::Message { name, text } => format!("{name}: {text}"),
    });
    (values, told.collect())
}

fn with_workers(workers: usize) -> Session {
    let mut session = Session::new();
    session.set_host(Box::new(WithThreads(MemoryHost::default(), workers)));
    session
}

/// What every number of workers makes of a program is what the session makes of it alone; returns
/// that. The message that a loop was evaluated in order is left out.
#[track_caller]
fn same(program: &str) -> (Vec<String>, Vec<String>) {
    let quiet = |(values, mut told): (Vec<String>, Vec<String>)| {
        told.retain(|line| !line.contains("::inturn"));
        (values, told)
    };
    let alone = quiet(evaluated(&mut Session::new(), program));
    for workers in [2, 3, 8] {
        let session = &mut with_workers(workers);
        assert_eq!(quiet(evaluated(session, program)), alone, "{workers} workers: {program}");
    }
    alone
}

/// The parallel form of a program comes to what its serial form does.
#[track_caller]
fn as_serial(program: &str) {
    let parallel = same(program);
    let serial = same(&program.replace("Parallel", ""));
    assert_eq!(parallel, serial, "{program}");
}

#[test]
fn loops_are_what_their_serial_forms_are() {
    for program in [
        "f[n_] := f[n - 1] + f[n - 2]; f[0] = 0; f[1] = 1\nParallelMap[f, Range[14]]",
        "ParallelMap[If[OddQ[#], Nothing, Sequence[#, x]] &, Range[9]]",
        "ParallelMap[g, a + b + c]",
        "ParallelMap[StringLength, <|1 -> \"a\", 2 -> \"bc\"|>]",
        "ParallelTable[Sin[1. i j], {i, 12}, {j, i}]",
        "i = 5\nParallelTable[{i, 2^i, x/i}, {i, 100, 190, 10}]\ni",
        "ParallelTable[k, {k, {a, b, {c}}}]",
        "ParallelTable[k, {3}]",
        "ParallelSum[1/i^2., {i, 500}]",
        "ParallelSum[0.1 i/j, {i, 40}, {j, i}]",
        "ParallelSum[x^i, {i, 6}]",
        "ParallelSum[k^2, {k, n}]",
        "ParallelProduct[1 + 1/i, {i, 30}]",
        "ParallelArray[h, {3, 2}]",
        "ParallelArray[#1 - #2 &, {2, 2}, 0]",
        "ParallelDo[Print[i, i^2], {i, 30}]",
        "p = 2; q := p^2; r /: f[r] = 7\nParallelMap[{# q, f[r]} &, Range[6]]",
        "SetAttributes[o, Orderless]; o[a, x_] := {x}\nParallelMap[o[#, a] &, {c, b, 3}]",
        "Options[w] = {k -> 2}; w[x_, OptionsPattern[]] := x^OptionValue[k]\nParallelMap[w, {2, 3}]",
        "ParallelTable[ToExpression[\"new\" <> ToString[i]], {i, 8}]\nnew3 = 5\nnew3",
        "ParallelMap[Function[x, Module[{t = x}, t + 1]], Range[9]]",
        "Block[{z = 3}, ParallelMap[# + z &, Range[4]]]",
        "ParallelTable[{x, y}, {x, 3}]; x = 1; ParallelTable[{x, y}, {3}]; y = 2\nParallelMap[y # &, {1, 2}]",
        "t = ParallelTable[v, {i, 4}]; v = 2; t",
    ] {
        as_serial(program);
    }
}

#[test]
fn output_and_messages_come_in_the_order_of_the_items() {
    as_serial("ParallelMap[(Print[#]; 1/(# - 2)) &, Range[6]]");
    as_serial("Quiet[ParallelMap[1/# &, {0, 1}]]");
    as_serial("Check[ParallelMap[1/# &, {1, 0}], failed]");
    as_serial("ParallelTable[If[i == 3, Message[General::argx, f, i]]; i, {i, 5}]");
}

#[test]
fn the_first_item_that_ends_the_evaluation_counts() {
    as_serial("Catch[ParallelMap[(Print[#]; If[# > 3, Throw[#^2]]; #) &, Range[40]]]");
    as_serial("Catch[ParallelTable[If[PrimeQ[i] && i > 50, Throw[f[i], tag]], {i, 99}], tag]");
    as_serial("ParallelDo[If[i > 4, Return[i]]; Print[i], {i, 20}]");
    as_serial("ParallelDo[If[i > 4, Break[]]; If[OddQ[i], Continue[]]; Print[i], {i, 20}]");
    as_serial("CheckAbort[ParallelMap[(If[# == 7, Abort[]]; #) &, Range[9]], aborted]");
    as_serial("g[x_] := (ParallelDo[If[i > x, Return[i]], {i, 9}]; done)\ng[3]");
}

#[test]
fn what_changes_definitions_is_evaluated_in_order() {
    for program in [
        "s = 0\nParallelDo[s += i, {i, 10}]\ns",
        "c = 0\nParallelTable[c++, {6}]",
        "m[n_] := m[n] = If[n < 2, n, m[n - 1] + m[n - 2]]\nParallelMap[m, {20, 30, 40}]\nm[35]",
        "ParallelMap[(SetAttributes[u, Listable]; u[{#}]) &, {1, 2}]\nAttributes[u]",
        "ParallelMap[(v::tag = \"text\") &, {1, 2}]\nv::tag",
        "ParallelMap[(a /: h[a] = #) &, {1, 2}]\nh[a]",
        "ParallelMap[(Unprotect[Sin]; #) &, {1, 2}]\nAttributes[Sin]",
        "l = {1, 2, 3}\nParallelDo[l[[i]] = 0, {i, 2}]\nl",
        "ParallelMap[(Export[\"f\" <> ToString[#], \"x\", \"Text\"]) &, {1, 2}]\nFileNames[]",
        "Reap[ParallelMap[Sow, Range[4]]]",
        "On[General::spell]; ParallelMap[(Clear[d]; d) &, {1, 2}]",
    ] {
        as_serial(program);
    }
    let mut session = with_workers(2);
    let (_, told) = evaluated(&mut session, "s = 0; ParallelDo[s += i, {i, 10}]");
    assert!(
        told.iter().any(|line| line.starts_with("ParallelDo::inturn") && line.contains("`s`")
            || line.contains("a definition of s")),
        "{told:?}"
    );
    assert_eq!(session.workers.in_turn, 1);
    // A variable that is local, or has its value again at the end of the item, is nobody else's.
    let inner = "b = 1; ParallelTable[Block[{b = i}, Do[b++, {i, 3}]; Table[i b, {i, 2}]], {i, 9}]";
    as_serial(inner);
    let mut session = with_workers(2);
    let (_, told) = evaluated(&mut session, inner);
    assert_eq!((told, session.workers.in_turn), (Vec::new(), 0));
}

#[test]
fn random_numbers_do_not_depend_on_the_workers() {
    let program = "SeedRandom[7]\nParallelTable[RandomReal[], {40}]\nRandomInteger[10^9]\n\
                   ParallelMap[(RandomInteger[9] + #) &, Range[5]]";
    let (values, _) = same(program);
    assert_ne!(values[1], values[3]);
    // Each item has others, and so has the next loop.
    same(
        "SeedRandom[1]; a = ParallelTable[RandomReal[], {9}]; b = ParallelTable[RandomReal[], {9}]\n\
          {Length[Union[Join[a, b]]]}",
    );
    let (values, _) = same(
        "SeedRandom[1]; a = ParallelTable[RandomReal[], {9}]; b = ParallelTable[RandomReal[], {9}]; \
         Length[Union[Join[a, b]]]",
    );
    assert_eq!(values, ["18"]);
    // A loop that draws none leaves the session's alone.
    as_serial("SeedRandom[3]; ParallelMap[f, {1, 2}]; RandomReal[]");
}

#[test]
fn locals_and_their_definitions_come_back() {
    let program = "fs = ParallelMap[Function[x, Module[{g}, g[0] = 1; g[n_] := x n g[n - 1]; g]], Range[4]]; \
                   Map[#[3] &, fs]";
    as_serial(program);
    as_serial(
        "ms = ParallelTable[Module[{k = i}, Function[Null, k++]], {i, 3}]; {ms[[1]][], ms[[1]][], ms[[2]][]}",
    );
    as_serial("u = Module[{w = 4}, Hold[w]]; ParallelMap[ReleaseHold[u] + # &, {1, 2}]");
}

#[test]
fn workers_share_the_items() {
    let mut session = with_workers(3);
    evaluated(&mut session, "ParallelTable[Pause[0.002]; i, {i, 30}]");
    let report = session.workers.last.clone().unwrap();
    assert_eq!((report.sum().items, report.tallies.len(), report.loops), (30, 3, 1));
    assert!(report.tallies.iter().all(|tally| tally.items > 0), "{report:?}");
    // Uneven items: whoever is done early steals.
    evaluated(&mut session, "ParallelTable[If[i < 10, Pause[0.01]]; i, {i, 30}]");
    assert!(session.workers.last.as_ref().unwrap().sum().steals > 0);
}

#[test]
fn an_abort_reaches_the_workers() {
    let (values, _) = evaluated(
        &mut with_workers(2),
        "TimeConstrained[ParallelMap[While[True, #] &, Range[4]], 0.05, late]\n\
         ParallelMap[TimeConstrained[If[OddQ[#], While[True]]; #, 0.02] &, Range[4]]",
    );
    assert_eq!(values[0], "late");
    assert_eq!(values[1], "List[$Aborted, 2, $Aborted, 4]");
    let mut session = with_workers(2);
    let interrupt = session.interrupt();
    let waiting = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        interrupt.store(true, Ordering::Relaxed);
    });
    let (values, _) = evaluated(&mut session, "ParallelDo[While[True], {4}]");
    waiting.join().unwrap();
    assert_eq!(values, ["$Aborted"]);
}

#[test]
fn the_number_of_workers_is_that_of_the_kernels() {
    let (values, _) = evaluated(
        &mut with_workers(3),
        "$KernelCount\nParallelEvaluate[$KernelID]\nLaunchKernels[2]; $KernelCount\nLength[Kernels[]]\n\
         ParallelEvaluate[1]\nCloseKernels[]; $KernelCount\nParallelMap[f, {1}]\nLaunchKernels[]; $KernelCount\n$ProcessorCount",
    );
    assert_eq!(values, ["3", "List[1, 2, 3]", "2", "2", "List[1, 1]", "0", "List[f[1]]", "3", "3"]);
    let (values, told) =
        evaluated(&mut with_workers(2), "ParallelMap[f, {1}, Method -> \"Other\"]");
    assert_eq!(values, ["ParallelMap[f, List[1], Rule[Method, \"Other\"]]"]);
    assert!(told[0].starts_with("ParallelMap::method"), "{told:?}");
}

#[test]
fn methods_cut_the_items() {
    let chunks = |method: &str| {
        let mut session = with_workers(2);
        evaluated(&mut session, &format!("ParallelMap[f, Range[12], Method -> {method}]"));
        session.workers.last.clone().unwrap().sum()
    };
    assert_eq!(chunks("\"FinestGrained\"").chunks, 12);
    let coarse = chunks("\"CoarsestGrained\"");
    assert_eq!((coarse.chunks, coarse.steals), (2, 0));
    assert!((4..=6).contains(&chunks("\"ItemsPerEvaluation\" -> 3").chunks));
}
