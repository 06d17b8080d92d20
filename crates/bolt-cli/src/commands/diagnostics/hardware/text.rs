//! The machine as text.

use std::io;

use anyhow::Result;
use bolt_base::count;
use bolt_hardware::{
    Cache, CgroupVersion, Memory, Numa, Pressure, Quota, Reading, Stall, StallTime, Thermal,
    Throttling, Unavailable,
};

use super::super::page::{Page, shown, shown_or};
use super::Findings;
use crate::context::Context;
use crate::output::{Table, number};

pub(super) fn show(findings: &Findings<'_>, context: &mut Context) -> Result<()> {
    let full = context.full;
    let page = &mut Page { out: &mut context.out, style: context.style };
    processors(findings, page)?;
    limits(findings, page)?;
    plan(findings, page)?;
    if full {
        cores(findings, page)?;
    }
    caches(&findings.hardware.topology.caches, page)?;
    nodes(findings, page)?;
    memory(findings, page)?;
    pressure(&findings.pressure, page)?;
    heat(findings, full, page)?;
    settings(findings, page)?;
    Ok(context.out.flush()?)
}

fn processors(findings: &Findings<'_>, page: &mut Page<'_>) -> io::Result<()> {
    let topology = &findings.hardware.topology;
    let pages = &findings.huge_pages;
    page.facts(
        &shown(&topology.model),
        [
            ("processors", format!("{} ({topology})", topology.cpus)),
            ("kinds of cores", shown(&topology.kinds_from)),
            ("vector instructions", shown(&findings.simd)),
            ("page size", shown(&findings.page_bytes.clone().map(bolt_base::Bytes))),
            (
                "transparent huge pages",
                match (&pages.transparent, &pages.transparent_size) {
                    (Ok(mode), Ok(size)) => format!("{mode} ({size})"),
                    (mode, _) => shown(mode),
                },
            ),
        ],
    )?;
    for gap in &topology.gaps {
        writeln!(page.out, "  {}", page.style.warning(gap.reason()))?;
    }
    if !topology.gaps.is_empty() {
        writeln!(page.out)?;
    }
    Ok(())
}

fn limits(findings: &Findings<'_>, page: &mut Page<'_>) -> io::Result<()> {
    let hardware = findings.hardware;
    let limits = &hardware.limits;
    let groups = hardware.cgroups.as_ref().map(|groups| {
        let has = |version| groups.trees().iter().any(|tree| tree.version == version);
        match (has(CgroupVersion::V1), has(CgroupVersion::V2)) {
            (true, true) => "hybrid of versions 1 and 2",
            (true, false) => "version 1",
            (false, true) => "version 2",
            (false, false) => "none mounted",
        }
    });
    let cpus = |quota: Quota| format!("{} processors", number(quota.cpus()));
    let quota = limits.quota.clone().map(|quota| quota.map(cpus));
    page.facts(
        "Limits of this process",
        [
            ("may run on", hardware.cpus().to_string()),
            ("affinity", shown(&limits.affinity)),
            ("control groups", groups.map_or_else(Unavailable::to_string, str::to_owned)),
            ("processors of the group", shown(&limits.cpuset)),
            ("processor time", shown_or(&quota, "no limit")),
            ("memory", shown_or(&limits.memory, "no limit")),
        ],
    )
}

fn plan(findings: &Findings<'_>, page: &mut Page<'_>) -> io::Result<()> {
    let plan = &findings.plan;
    let mut table = Table::new(["  role", "processors", ">threads"]);
    for domain in &plan.domains {
        let role = match plan.domains.len() {
            1 => "  compute".to_owned(),
            _ => format!("  compute on node {}", domain.node),
        };
        table.push([role, domain.cpus.to_string(), count(domain.threads as u64)]);
    }
    table.push(["  input and output".to_owned(), plan.io.to_string()]);
    table.push(["  background".to_owned(), plan.background.to_string()]);
    page.table("Roles", &table)
}

fn cores(findings: &Findings<'_>, page: &mut Page<'_>) -> io::Result<()> {
    let mut table = Table::new(["  core", "kind", ">package", ">node"]);
    for core in &findings.hardware.topology.cores {
        let (package, node) = (core.package.to_string(), core.node.to_string());
        table.push([format!("  {}", core.cpus), core.kind.name().to_owned(), package, node]);
    }
    page.table("Cores", &table)
}

/// Shows caches, those that are alike in one row.
fn caches(mut caches: &[Cache], page: &mut Page<'_>) -> io::Result<()> {
    let mut table = Table::new(["  cache", ">size", ">line", ">count", "processors of the first"]);
    while let Some(first) = caches.first() {
        let of = |cache: &Cache| {
            (
                cache.level,
                cache.kind,
                cache.size.clone(),
                cache.line_bytes.clone(),
                cache.cpus.len(),
            )
        };
        let alike = caches.iter().take_while(|cache| of(cache) == of(first)).count();
        table.push([
            format!("  L{} {}", first.level, first.kind.name()),
            shown(&first.size),
            shown(&first.line_bytes.clone().map(bolt_base::Bytes)),
            count(alike as u64),
            first.cpus.to_string(),
        ]);
        caches = &caches[alike..];
    }
    page.table("Caches", &table)
}

fn nodes(findings: &Findings<'_>, page: &mut Page<'_>) -> io::Result<()> {
    let topology = &findings.hardware.topology;
    let mut table =
        Table::new(["  node", "processors", ">memory", "distances", "pages from elsewhere"]);
    for (node, statistics) in topology.nodes.iter().zip(&findings.node_statistics) {
        let distances = node.distances.as_ref().map(|all| {
            let all: Vec<String> = all.iter().map(ToString::to_string).collect();
            all.join(" ")
        });
        table.push([
            format!("  {}", node.id),
            node.cpus.to_string(),
            shown(&node.memory),
            distances.unwrap_or_else(Unavailable::to_string),
            shown(&statistics.clone().map(|pages| count(pages.other))),
        ]);
    }
    let policies = Numa::of(topology).map(|numa| format!("for nodes {}", numa.nodes()));
    page.table(&format!("Nodes; memory policies: {}", shown(&policies)), &table)
}

fn memory(findings: &Findings<'_>, page: &mut Page<'_>) -> io::Result<()> {
    let Memory {
        total,
        limit: _,
        process_limit,
        usable,
        available,
        group_used,
        resident,
        swap_free,
    } = &findings.memory;
    let process_limit = process_limit.clone().map(|limit| {
        limit.map(|limit| {
            let (kind, room) = (limit.kind.name(), limit.room());
            format!("{} of {kind}, which leave {room} for data", limit.limit)
        })
    });
    page.facts(
        "Memory",
        [
            ("of the machine", shown(total)),
            ("limit of the process", shown_or(&process_limit, "no limit")),
            ("usable by this process", shown(usable)),
            ("available now", shown(available)),
            ("used by the group", shown(group_used)),
            ("resident in this process", shown(resident)),
            ("free for swapping", shown(swap_free)),
        ],
    )
}

fn pressure(pressure: &Pressure, page: &mut Page<'_>) -> io::Result<()> {
    let Pressure { cpu, memory, io } = pressure;
    let mut table =
        Table::new(["  waiting for", "threads of", ">10 s", ">60 s", ">300 s", "all, 10 s"]);
    let percent = |value: f64| format!("{value:.2} %");
    for (name, stall) in [("processors", cpu), ("memory", memory), ("disks", io)] {
        let name = format!("  {name}");
        match stall {
            Ok(Stall { scope, some: StallTime { avg10, avg60, avg300, total: _ }, full }) => {
                let full = full.map_or_else(|| "-".to_owned(), |full| percent(full.avg10));
                let averages = [avg10, avg60, avg300].map(|&value| percent(value));
                let row = [name, format!("the {}", scope.name())].into_iter().chain(averages);
                table.push(row.chain([full]));
            }
            Err(why) => {
                // The reason is long; in the last column it widens no other.
                let [a, b, c, d] = [const { String::new() }; 4];
                table.push([name, a, b, c, d, why.to_string()]);
            }
        }
    }
    page.table("Pressure: share of time in which some threads waited", &table)
}

fn heat(findings: &Findings<'_>, full: bool, page: &mut Page<'_>) -> io::Result<()> {
    let (thermal, frequency) = (&findings.thermal, &findings.frequency);
    let mhz = |mhz: &Reading<f64>| shown(&mhz.clone().map(|mhz| format!("{} MHz", number(mhz))));
    let hottest = thermal.hottest();
    let hottest = hottest.map(|(sensor, celsius)| format!("{celsius:.1} °C ({})", sensor.name));
    let throttling = slowed_down(&thermal.throttling);
    let now = frequency.now_mhz.clone();
    let now = now.map(|(least, most)| format!("{} to {} MHz", number(least), number(most)));
    let energy = findings.energy.clone().map(|counters| {
        let names: Vec<String> = counters.into_iter().map(|counter| counter.name).collect();
        names.join(", ")
    });
    page.facts(
        "Heat, clocks and power",
        [
            ("hottest", shown(&hottest)),
            ("slowed down", throttling),
            ("clock now", shown(&now)),
            ("clock at most", mhz(&frequency.max_mhz)),
            ("clock allowed", mhz(&frequency.allowed_mhz)),
            ("energy counters", shown(&energy)),
        ],
    )?;
    match full {
        true => sensors(thermal, page),
        false => Ok(()),
    }
}

/// Says how often processors slowed down.
pub(in super::super) fn slowed_down(throttling: &Reading<Throttling>) -> String {
    shown(&throttling.clone().map(|sum| {
        let events = [sum.core_events, sum.package_events].map(count);
        format!("{} times by cores, {} by packages", events[0], events[1])
    }))
}

/// Shows every sensor, where there is one.
pub(in super::super) fn sensors(thermal: &Thermal, page: &mut Page<'_>) -> io::Result<()> {
    let Ok(sensors) = &thermal.sensors else { return Ok(()) };
    let mut table = Table::new(["  sensor", ">now", ">critical"]);
    for sensor in sensors {
        let celsius = |reading: &Reading<f64>| match reading {
            Ok(celsius) => format!("{celsius:.1} °C"),
            Err(_) => "-".to_owned(),
        };
        let (now, critical) = (celsius(&sensor.celsius), celsius(&sensor.critical_celsius));
        table.push([format!("  {}", sensor.name), now, critical]);
    }
    page.table("Sensors", &table)
}

/// Shows what an administrator may set, and the commands, which are not run.
fn settings(findings: &Findings<'_>, page: &mut Page<'_>) -> io::Result<()> {
    let mut table = Table::new(["", ""]);
    for tuning in &findings.tuning {
        table.push([format!("  {}", tuning.name), shown(&tuning.value)]);
    }
    writeln!(page.out, "{}", page.style.bold("Settings of the machine"))?;
    table.write(page.out, page.style)?;
    let changes: Vec<_> = findings.tuning.iter().filter_map(|tuning| tuning.change).collect();
    if !changes.is_empty() {
        writeln!(page.out, "\n  Commands for an administrator, which are shown only:")?;
    }
    for change in changes {
        writeln!(page.out, "  {}", page.style.dim(&format!("# {}", change.effect)))?;
        writeln!(page.out, "  {}", change.command)?;
    }
    Ok(())
}
