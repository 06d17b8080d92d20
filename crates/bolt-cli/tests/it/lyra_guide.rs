//! The blocks of the tuning guide, run by the program as they are written.

use serde_json::Value;

use crate::support::{Workspace, text};

/// Returns the program blocks of the guide; `None` without the guide.
fn blocks() -> Option<Vec<String>> {
    let guide = bolt_testkit::text("guides/lyra.md")?;
    let parts = guide.split("```wolfram\n").skip(1);
    Some(parts.map(|part| part.split("```").next().unwrap().to_owned()).collect())
}

/// What the guide leaves to its reader.
const OPERATION: &str = "operation := ParallelTable[Total[Table[1./k, {k, 2000}]], {i, 60}]\n";

/// Runs all blocks in one session; returns the results of each.
fn run(workspace: &Workspace, blocks: &[String]) -> Vec<Vec<Value>> {
    let first = workspace.write("first.wl", OPERATION);
    let mut arguments = vec!["lyra".to_owned(), text(&first).to_owned()];
    for (number, block) in blocks.iter().enumerate() {
        let path = workspace.write(&format!("block{number}.wl"), format!("{block}\n{number};\n"));
        arguments.push(text(&path).to_owned());
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let view = workspace.json(&arguments);
    assert_eq!(view["diagnostics"], serde_json::json!([]));
    let mut results = vec![Vec::new()];
    for result in view["results"].as_array().unwrap().iter().skip(1) {
        let is_mark =
            result["input"].as_str().unwrap().trim_end_matches(';').parse::<u32>().is_ok();
        match is_mark {
            true => results.push(Vec::new()),
            false => results.last_mut().unwrap().push(result.clone()),
        }
    }
    results.pop();
    results
}

/// Functions of the guide begin like this.
const VERBS: &[&str] = &[
    "Configure",
    "Enable",
    "Get",
    "Set",
    "Start",
    "Profile",
    "Diagnose",
    "Analyze",
    "Trigger",
    "Save",
];

/// Functions about compilation that the compiler does not have yet.
const OF_THE_COMPILER: &[&str] = &["ConfigurePatternCompilation", "EnableFunctionSpecialization"];

/// Returns the calls of functions of the guide in a text.
fn calls(text: &str) -> Vec<String> {
    let is_letter = |c: char| c.is_ascii_alphanumeric();
    let mut names = Vec::new();
    for (end, _) in text.match_indices('[') {
        let start = text[..end].rfind(|c| !is_letter(c)).map_or(0, |before| before + 1);
        let name = &text[start..end];
        let is_verb = |verb: &&str| {
            name.strip_prefix(*verb)
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_uppercase()))
        };
        if VERBS.iter().any(is_verb) || name == "ThreadPool" {
            names.push(name.to_owned());
        }
    }
    names.retain(|name| !OF_THE_COMPILER.contains(&name.as_str()));
    names
}

#[test]
fn every_block_of_the_guide_runs_as_it_is_written() {
    let Some(blocks) = blocks() else { return };
    assert!(blocks.len() > 30, "{}", blocks.len());
    let workspace = Workspace::new();
    let results = run(&workspace, &blocks);
    assert_eq!(results.len(), blocks.len());
    let mut wrong = Vec::new();
    for (block, results) in blocks.iter().zip(&results) {
        assert!(!results.is_empty(), "{block}");
        for result in results {
            let form = result["input_form"].as_str().unwrap_or_default();
            let left: Vec<String> =
                calls(form).into_iter().filter(|name| name != "ThreadPool").collect();
            let messages = result["messages"].as_array().unwrap();
            // Values of statistics are numbers, so that conditions over them are decided.
            let is_open = form.starts_with("If[") || form == "$Failed" || form == "$Aborted";
            if !left.is_empty() || is_open || !messages.is_empty() {
                wrong.push(format!("{}\n  gives {form}\n  {messages:?}", result["input"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_function_of_the_guide_is_known() {
    let Some(blocks) = blocks() else { return };
    let workspace = Workspace::new();
    let mut names: Vec<String> = blocks.iter().flat_map(|block| calls(block)).collect();
    names.sort_unstable();
    names.dedup();
    assert!(names.len() > 30, "{names:?}");
    let list = workspace.write("names.txt", &(names.join("\n") + "\n"));
    let missing = workspace.text(&["lyra", "coverage", text(&list), "--missing"]);
    assert_eq!(missing, "");
}

#[test]
fn profiles_and_monitors_have_numbers_on_this_machine() {
    let workspace = Workspace::new();
    let program = "work := ParallelTable[Total[Table[1./k, {k, 3000}]], {i, 60}];
        cpu = ProfileCPU[work]; graph = SaveFlameGraph[cpu[\"flamegraph\"], \"cpu.svg\"];
        memory = ProfileMemory[data = Table[x[i], {i, 20000}]];
        workers = ProfileConcurrency[work];
        StartPerformanceMonitor[metrics -> {\"cpu_usage\", \"page_faults\"}, interval -> Milliseconds[10]];
        Pause[0.2];
        seen = GetPerformanceStats[][\"monitor\"];
        {NumberQ[cpu[\"hotFunctions\"][\"ParallelTable\"]], graph, memory[\"leaks\"],
         memory[\"peakMemory\"] > Megabytes[1], NumberQ[workers[\"threadUtilization\"]],
         seen[\"samples\"] > 2, Keys[seen[\"metrics\"]]}";
    let view = workspace.json(&["lyra", "-e", program]);
    let last = view["results"].as_array().unwrap().last().unwrap()["input_form"].clone();
    assert_eq!(
        last,
        "{True, \"cpu.svg\", {\"data\"}, True, True, True, {\"cpu_usage\", \"page_faults\"}}"
    );
    let svg = workspace.read("cpu.svg");
    assert!(svg.starts_with("<svg ") && svg.contains("ParallelTable"));
}

#[test]
fn settings_of_workers_take_effect() {
    let workspace = Workspace::new();
    let shown = |program: &str| workspace.text(&["lyra", "--form", "input", "-e", program]);
    // As many workers as asked for, in whatever pool.
    assert_eq!(
        shown("LaunchKernels[3]; ParallelTable[i, {i, 30}]; DiagnoseConcurrency[][\"workers\"]"),
        "3\n"
    );
    let pool = "pool = ThreadPool[workerCount -> 3, queueSize -> 2, stealThreshold -> 1000];";
    assert_eq!(
        shown(&format!("{pool} {{pool[\"workerCount\"], pool[\"queueSize\"]}}")),
        "{3, 2}\n"
    );
    assert_eq!(
        shown(&format!(
            "{pool} ParallelMap[f, Range[30], Method -> pool]; \
             Length[AnalyzeLoadBalance[][\"workers\"]]"
        )),
        "3\n"
    );
    assert_eq!(
        shown(&format!("{pool} Quiet[Table[ParallelSubmit[i, Method -> pool], {{i, 3}}]][[3]]")),
        "$Failed\n"
    );
    // Nobody steals where everybody has less than the threshold.
    assert_eq!(
        shown(
            "LaunchKernels[2]; ConfigureWorkStealing[stealThreshold -> 1000]; \
             ParallelTable[If[i < 10, Pause[0.01]], {i, 20}]; DiagnoseConcurrency[][\"steals\"]"
        ),
        "0\n"
    );
    assert_eq!(
        shown(
            "LaunchKernels[2]; ConfigureWorkStealing[minChunkSize -> 7, maxChunkSize -> 7, stealAttempts -> 0]; \
             ParallelTable[i, {i, 28}]; DiagnoseConcurrency[][\"chunks\"]"
        ),
        "4\n"
    );
    // Vector instructions that the processor lacks are not in effect.
    let neon = "First[SetCpuOptimizations[vectorization -> \"NEON\"][\"vectorization\"]]";
    if cfg!(target_arch = "x86_64") {
        assert_eq!(shown(neon), "\"Unavailable\"\n");
        assert_eq!(
            shown("SetCpuOptimizations[simdOperations -> False][\"vectorization\"]"),
            "\"none\"\n"
        );
    }
}

#[test]
fn lyra_settings() {
    let workspace = Workspace::new();
    let program = "{GetPerformanceStats[][\"symbols\"][\"hotCacheSize\"], \
                   ConfigureWorkStealing[][\"stealThreshold\"], \
                   ConfigureWorkStealing[][\"adaptiveChunking\"], Pause[0.2]; \
                   GetPerformanceStats[][\"monitor\"][\"samples\"] > 2 === True}";
    let shown = |arguments: &[&str]| {
        let all = [&["lyra", "--form", "input", "-e", program], arguments].concat();
        workspace.text(&all)
    };
    assert_eq!(shown(&[]), "{128, 2, True, False}\n");
    workspace.write(
        "own.toml",
        "[lyra]\nhot_symbols = 7\nsteal_threshold = 9\nadaptive_chunking = false\n\
         monitor = true\nmonitor_interval = \"10 ms\"\n",
    );
    assert_eq!(shown(&["--config", "own.toml"]), "{7, 9, False, True}\n");
    let Some(guide) = bolt_testkit::text("guides/lyra.md") else { return };
    let block = guide.split("**lyra_performance.toml:**\n```toml\n").nth(1).unwrap();
    let block = block.split("```").next().unwrap();
    workspace.write("guide.toml", block.replace("100ms", "10ms"));
    assert_eq!(shown(&["--config", "guide.toml"]), "{128, 4, True, True}\n");
}
