//! Settings take effect, or say why they do not.

use crate::session::{Note, Session};

/// Evaluates lines; returns the last value as input and the messages.
fn run(session: &mut Session, source: &str) -> (String, Vec<String>) {
    let last = session.run(source);
    let told = session.take_notes().into_iter().filter_map(|note| match note {
        Note::Message { name, text } => Some(format!("{name}: {text}")),
        Note::Printed(_) => None,
    });
    let told = told.collect();
    (session.input_form(&last), told)
}

fn value(source: &str) -> String {
    run(&mut Session::new(), source).0
}

#[test]
fn wrong_settings_are_told_with_what_is_near_and_set_nothing() {
    let mut session = Session::new();
    let (shown, told) = run(&mut session, "ConfigureWorkStealing[stealAttempt -> 3]");
    assert_eq!(shown, "$Failed");
    let near = "ConfigureWorkStealing::near: stealAttempt is no setting of ConfigureWorkStealing; \
                did you mean stealAttempts?";
    assert_eq!(told, [near]);
    let (_, told) = run(
        &mut session,
        "ConfigureWorkStealing[stealAttempts -> 7, backoffStrategy -> \"exponentail\"]",
    );
    assert_eq!(
        told,
        [
            "ConfigureWorkStealing::value: exponentail is no value of backoffStrategy, which must be \
          one of \"none\", \"linear\", \"exponential\"; did you mean \"exponential\"?."
        ]
    );
    assert_eq!(run(&mut session, "ConfigureWorkStealing[][\"stealAttempts\"]").0, "3");
    let (_, told) = run(&mut session, "SetNumaPolicy[balanceThreshold -> 2]; SetNumaPolicy[x]");
    assert_eq!(told.len(), 2, "{told:?}");
}

#[test]
fn no_setting_is_accepted_without_effect_in_silence() {
    // Without a machine, what is about it is unavailable.
    for (of, name) in [
        ("SetNumaPolicy[memoryBinding -> \"local\"]", "memoryBinding"),
        ("SetNumaThreadPlacement[pinning -> True]", "pinning"),
        ("SetCpuOptimizations[vectorization -> \"AVX2\"]", "vectorization"),
        ("SetCacheOptimization[l1Size -> Kilobytes[32]]", "l1Size"),
        ("StartPerformanceMonitor[interval -> Seconds[1]]", "interval"),
        ("EnablePerformanceMonitoring[sampleInterval -> Milliseconds[100]]", "sampleInterval"),
    ] {
        assert_eq!(
            value(&format!("{of}[\"{name}\"]")),
            "\"Unavailable\" -> \"the session has no machine beside it\"",
            "{of}"
        );
    }
    let mut session = Session::new();
    for (name, text) in [
        (
            "ConfigureMemoryPools",
            "integerPoolSize -> Megabytes[16], arenaBlockSize -> Megabytes[4]",
        ),
        ("EnableAdaptivePooling", "initialSize -> \"conservative\", maxPoolSize -> Gigabytes[2]"),
        ("SetLinearAlgebraOptimizations", "blasLibrary -> \"OpenBLAS\", parallelThreshold -> 1000"),
        ("SetDataProcessingOptimizations", "streamingMode -> True, chunkSize -> Megabytes[64]"),
        ("SetTimeSeriesOptimizations", "windowSize -> 1000, compression -> \"Delta\""),
        ("SetMLOptimizations", "batchSize -> 256, mixedPrecision -> True"),
    ] {
        let (shown, told) = run(&mut session, &format!("Union[First /@ Values[{name}[{text}]]]"));
        assert_eq!((shown.as_str(), told.len()), ("{\"Unavailable\"}", 0), "{name}");
    }
}

#[test]
fn hot_symbols_are_found_at_once() {
    let hits = |size: usize| {
        let mut session = Session::new();
        let program = format!("ConfigureSymbolInterning[hotCacheSize -> {size}]");
        run(&mut session, &program);
        let hits = "GetPerformanceStats[][\"symbols\"][\"hotCacheHits\"]";
        let count = |session: &mut Session| run(session, hits).0.parse::<u64>().unwrap();
        let before = count(&mut session);
        (0..10).for_each(|_| drop(run(&mut session, "alpha + beta")));
        count(&mut session) - before
    };
    let (none, some): (u64, u64) = (hits(0), hits(64));
    assert_eq!(none, 0);
    assert!(some >= 18, "{some}");
    // What a name means follows the context.
    let program = "x = 1; Begin[\"p`\"]; x = 2; {x, p`x}\nEnd[]; {x, Global`x}";
    assert_eq!(value(program), "{2, 2}");
    assert_eq!(value("q`y = 1; y = 2; BeginPackage[\"q`\"]\ny"), "1");
}

#[test]
fn too_many_symbols_are_told_of() {
    let mut session = Session::new();
    let count = session.names().len();
    let program = format!("ConfigureSymbolInterning[maxInternedSymbols -> {}]; 1", count + 3);
    assert_eq!(run(&mut session, &program).1, Vec::<String>::new());
    let (_, told) = run(&mut session, "{n1, n2, n3, n4, n5, n6}\n1");
    assert!(told[0].starts_with("ConfigureSymbolInterning::symbols: There are "), "{told:?}");
}

#[test]
fn values_of_expensive_functions_are_kept_until_a_definition_changes() {
    let mut session = Session::new();
    let hits = "GetPerformanceStats[][\"symbols\"][\"rememberedHits\"]";
    run(&mut session, "SetSymbolicOptimizations[memoization -> True]");
    let program = "Table[Factor[x^4 - 1], {5}]";
    let (first, _) = run(&mut session, program);
    assert_eq!(first, value(program));
    assert_eq!(run(&mut session, hits).0, "4");
    // A value of x, an assumption, and a function that tells something.
    assert_eq!(run(&mut session, "x = 2; Factor[x^4 - 1]").0, "15");
    let simplified =
        "{Simplify[Sqrt[y^2]], Assuming[y > 0, Simplify[Sqrt[y^2]]], Simplify[Sqrt[y^2]]}";
    assert_eq!(run(&mut session, simplified).0, value(simplified));
    let told = |session: &mut Session| run(session, "Solve[Sin[z] == 1/2, z]").1;
    assert_eq!(told(&mut session), told(&mut session));
    assert_eq!(
        run(&mut session, "SetSymbolicOptimizations[memoization -> False]; Factor[t^2 - 1]").0,
        "(-1 + t)*(1 + t)"
    );
    assert_eq!(run(&mut session, hits).0, "0");
}

#[test]
fn without_marks_of_what_is_final_the_results_are_the_same() {
    let program = "h[n_] := {n, k}; l = Table[h[i], {i, 3}]; k = 5; {l, h[1]}";
    let off = format!("SetSymbolicOptimizations[expressionCaching -> False]; {program}");
    assert_eq!(value(&off), value(program));
    let mut session = Session::new();
    let shown = "SetSymbolicOptimizations[][\"expressionCaching\"]";
    run(&mut session, "SetSymbolicOptimizations[expressionCaching -> False]");
    assert_eq!(
        (run(&mut session, shown).0.as_str(), session.epoch),
        ("False", Session::LAST_EPOCH)
    );
    let on = format!("SetSymbolicOptimizations[expressionCaching -> True]; {program}");
    assert_eq!(run(&mut session, &on).0, value(program));
    assert_ne!(session.epoch, Session::LAST_EPOCH);
}

#[test]
fn a_profile_tells_where_the_time_goes() {
    let mut session = Session::new();
    let program = "slow[n_] := Total[Table[Sqrt[k + 0.], {k, n}] - Range[n]]; quick[n_] := n + 1; \
                   work[n_] := slow[20000] + quick[n]; p = ProfileCPU[Do[work[i], {i, 3}]]; \
                   {p[\"hotFunctions\"][\"Table\"] + p[\"hotFunctions\"][\"slow\"] > \
                   p[\"hotFunctions\"][\"quick\"], p[\"result\"], First[p[\"cacheMissRate\"]], \
                   AnyTrue[Keys[p[\"callStacks\"]], StringContainsQ[#, \"work;Plus;slow\"] &]}";
    assert_eq!(run(&mut session, program).0, "{True, Null, \"Unavailable\", True}");
    let limited = "ProfileCPU[While[True, 1], duration -> Milliseconds[20]][\"result\"]";
    assert_eq!(run(&mut session, limited).0, "$Aborted");
    let parts = "Keys[ProfileCPU[1, flamegraph -> False, includeCallStack -> False]]";
    assert!(!run(&mut session, parts).0.contains("flamegraph"));
    // A profile inside another is part of neither less.
    assert_eq!(run(&mut session, "ProfileCPU[ProfileCPU[1 + 1]][\"result\"][\"result\"]").0, "2");
}

#[test]
fn calls_are_counted_while_the_monitor_runs() {
    let mut session = Session::new();
    let program = "StartLyraMonitor[sampling -> 1]; g[x_] := h[x, x]; Do[g[y[i]], {i, 50}]; \
                   s = Select[DiagnoseFunctionCalls[][\"functionStats\"], #[\"name\"] == \"g\" &]; \
                   StopLyraMonitor[]; {s[[1]][\"callCount\"], s[[1]][\"averageTime\"] < Seconds[1], \
                   DiagnoseFunctionCalls[][\"functionStats\"]}";
    assert_eq!(run(&mut session, program).0, "{50, True, {}}");
}

#[test]
fn statistics_leave_out_what_is_switched_off() {
    let keys = "EnablePerformanceMonitoring[includeSymbolStats -> False, includeConcurrencyStats -> \
                False]; Keys[GetPerformanceStats[]]";
    let shown = value(keys);
    assert!(!shown.contains("\"symbols\"") && shown.contains("\"memory\""), "{shown}");
}

#[test]
fn a_slower_benchmark_is_a_regression() {
    let mut session = Session::new();
    let program = "SetupRegressionTesting[benchmarks -> {\"symbolic_computation\"}]; \
                   SaveRegressionBaseline[]; RunRegressionTests[][\"symbolic_computation\"][\"isRegression\"]";
    let (shown, _) = run(&mut session, program);
    assert!(shown == "True" || shown == "False", "{shown}");
    // Against a baseline of nearly no time everything is slower.
    let text = "Export[\"latest_stable.baseline.json\", \"{\\n\\\"symbolic_computation\\\": 1e-9\\n}\", \"Text\"]; \
                RunRegressionTests[][\"symbolic_computation\"][\"isRegression\"]";
    let (shown, told) = run(&mut session, text);
    assert_eq!(shown, "True");
    assert!(told[0].starts_with("RunRegressionTests::slower"), "{told:?}");
    let quiet = "SetupRegressionTesting[alerting -> False]; RunRegressionTests[]; 1";
    assert_eq!(run(&mut session, quiet).1, Vec::<String>::new());
}

#[test]
fn quantities_compare_add_up_and_stay_apart_by_kind() {
    for (input, expected) in [
        ("Seconds[1] > Milliseconds[999]", "True"),
        ("Seconds[1] == Milliseconds[1000]", "True"),
        ("Milliseconds[1.5] + Microseconds[1] + a", "a + Microseconds[1501.]"),
        ("Gigabytes[1]/Megabytes[1]", "1024"),
        ("3 Seconds[2]/2", "Seconds[3]"),
        ("Seconds[1] < Bytes[1]", "Seconds[1] < Bytes[1]"),
        ("Quiet[Seconds[Bytes[1]]]", "Seconds[Bytes[1]]"),
        ("Seconds[2] - Seconds[2]", "Seconds[0]"),
        ("Select[{Seconds[1], Minutes[1]}, # > Seconds[30] &]", "{Minutes[1]}"),
        ("Max[Kilobytes[1], Bytes[2000]]", "Bytes[2000]"),
        ("N[Seconds[1/2]]", "Seconds[0.5]"),
        ("Seconds[x] + Seconds[1]", "Seconds[1] + Seconds[x]"),
    ] {
        assert_eq!(value(input), expected, "{input}");
    }
}
