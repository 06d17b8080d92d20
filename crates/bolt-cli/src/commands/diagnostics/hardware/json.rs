//! The machine as JSON: what cannot be read is `{"unavailable": reason}`.

use bolt_base::Bytes;
use bolt_hardware::{
    CgroupVersion, CpuSet, HugePages, Limits, Memory, Numa, Plan, Pressure, ProcessLimit, Reading,
    Stall, StallTime, Thermal, Topology, Unavailable,
};
use serde_json::{Value, json};

use super::Findings;

pub(in super::super) fn reading<T>(reading: &Reading<T>, view: impl FnOnce(&T) -> Value) -> Value {
    match reading {
        Ok(value) => view(value),
        Err(why) => json!({"unavailable": why.reason()}),
    }
}

fn bytes(size: &Reading<Bytes>) -> Value {
    reading(size, |size| json!(size.0))
}

fn number(value: &Reading<f64>) -> Value {
    reading(value, |value| json!(value))
}

/// Processors are written as the kernel writes them: `0-3,8`.
fn cpus(set: &CpuSet) -> Value {
    json!(set.to_string())
}

pub(super) fn view(findings: &Findings<'_>) -> Value {
    let hardware = findings.hardware;
    let topology = &hardware.topology;
    json!({
        "schema": "bolt.diagnostics.hardware/1",
        "model": reading(&topology.model, |model| json!(model)),
        "simd": reading(&findings.simd, |level| json!(level.name())),
        "page_bytes": reading(&findings.page_bytes, |bytes| json!(bytes)),
        "huge_pages": huge_pages(&findings.huge_pages),
        "cpus": cpus(&hardware.cpus()),
        "topology": view_topology(topology, findings),
        "limits": limits(&hardware.limits),
        "control_groups": reading(&hardware.cgroups, |groups| {
            let tree = |tree: &bolt_hardware::Tree| json!({
                "version": match tree.version { CgroupVersion::V1 => 1, CgroupVersion::V2 => 2 },
                "controllers": tree.controllers,
                "mount": tree.mount,
                "group": tree.group,
            });
            groups.trees().iter().map(tree).collect()
        }),
        "plan": plan(&findings.plan),
        "memory": memory(&findings.memory),
        "pressure": pressure(&findings.pressure),
        "thermal": thermal(&findings.thermal),
        "frequency": frequency(findings),
        "energy": energy(findings),
        "settings": settings(findings),
        "assumptions": topology.gaps.iter().map(Unavailable::reason).collect::<Vec<_>>(),
    })
}

fn view_topology(topology: &Topology, findings: &Findings<'_>) -> Value {
    let packages = topology.packages();
    let packages: Vec<Value> =
        packages.iter().map(|(id, set)| json!({"id": id, "cpus": cpus(set)})).collect();
    let cores = topology.cores.iter().map(|core| {
        json!({
            "cpus": cpus(&core.cpus),
            "kind": core.kind.name(),
            "package": core.package,
            "node": core.node,
        })
    });
    let nodes = topology.nodes.iter().zip(&findings.node_statistics).map(|(node, statistics)| {
        json!({
            "id": node.id,
            "cpus": cpus(&node.cpus),
            "memory_bytes": bytes(&node.memory),
            "distances": reading(&node.distances, |all| json!(all)),
            "pages": reading(statistics, |pages| json!({
                "hit": pages.hit,
                "miss": pages.miss,
                "foreign": pages.foreign,
                "local": pages.local,
                "other": pages.other,
            })),
        })
    });
    let caches = topology.caches.iter().map(|cache| {
        json!({
            "level": cache.level,
            "kind": cache.kind.name(),
            "size_bytes": bytes(&cache.size),
            "line_bytes": reading(&cache.line_bytes, |bytes| json!(bytes)),
            "cpus": cpus(&cache.cpus),
        })
    });
    json!({
        "online": cpus(&topology.cpus),
        "packages": packages,
        "cores": cores.collect::<Vec<_>>(),
        "kinds_from": reading(&topology.kinds_from, |from| json!(from)),
        "nodes": nodes.collect::<Vec<_>>(),
        "memory_policies": reading(&Numa::of(topology), |numa| cpus(numa.nodes())),
        "caches": caches.collect::<Vec<_>>(),
    })
}

fn limits(limits: &Limits) -> Value {
    let Limits { online, affinity, cpuset, quota, memory } = limits;
    json!({
        "online": reading(online, cpus),
        "affinity": reading(affinity, cpus),
        "cpuset": reading(cpuset, cpus),
        "quota": reading(quota, |quota| match quota {
            Some(quota) => json!({
                "used_us": quota.used_us,
                "period_us": quota.period_us,
                "cpus": quota.cpus(),
            }),
            None => Value::Null,
        }),
        "memory_bytes": reading(memory, |limit| json!(limit.map(|bytes| bytes.0))),
    })
}

fn plan(plan: &Plan) -> Value {
    let Plan { compute, compute_threads, domains, pinning, io, background } = plan;
    let domains = domains.iter().map(|domain| {
        json!({"node": domain.node, "cpus": cpus(&domain.cpus), "threads": domain.threads})
    });
    json!({
        "compute": cpus(compute),
        "compute_threads": compute_threads,
        "domains": domains.collect::<Vec<_>>(),
        "pinning": pinning,
        "io": cpus(io),
        "background": cpus(background),
    })
}

fn memory(memory: &Memory) -> Value {
    let Memory { total, limit, process_limit, usable, available, group_used, resident, swap_free } =
        memory;
    let view = |limit: ProcessLimit| {
        json!({
            "of": limit.kind.name(),
            "limit_bytes": limit.limit.0,
            "taken_bytes": limit.taken.0,
            "room_bytes": limit.room().0,
        })
    };
    json!({
        "total_bytes": bytes(total),
        "limit_bytes": reading(limit, |limit| json!(limit.map(|bytes| bytes.0))),
        "process_limit": reading(process_limit, |limit| json!(limit.map(view))),
        "usable_bytes": bytes(usable),
        "available_bytes": bytes(available),
        "group_used_bytes": bytes(group_used),
        "resident_bytes": bytes(resident),
        "swap_free_bytes": bytes(swap_free),
    })
}

fn huge_pages(pages: &HugePages) -> Value {
    let HugePages { pools, transparent, transparent_size } = pages;
    let pool = |pool: &bolt_hardware::HugePagePool| json!({"size_bytes": pool.size.0, "count": pool.count, "free": pool.free});
    json!({
        "pools": reading(pools, |pools| pools.iter().map(pool).collect()),
        "transparent": reading(transparent, |mode| json!(mode)),
        "transparent_bytes": bytes(transparent_size),
    })
}

fn pressure(pressure: &Pressure) -> Value {
    let times = |time: &StallTime| {
        json!({
            "avg10_pct": time.avg10,
            "avg60_pct": time.avg60,
            "avg300_pct": time.avg300,
            "total_us": time.total.as_micros() as u64,
        })
    };
    let stall = |stall: &Reading<Stall>| {
        reading(stall, |stall| {
            json!({
                "scope": stall.scope.name(),
                "some": times(&stall.some),
                "full": stall.full.as_ref().map(times),
            })
        })
    };
    let Pressure { cpu, memory, io } = pressure;
    json!({"cpu": stall(cpu), "memory": stall(memory), "io": stall(io)})
}

pub(in super::super) fn thermal(thermal: &Thermal) -> Value {
    let Thermal { sensors, throttling } = thermal;
    let sensor = |sensor: &bolt_hardware::Sensor| {
        json!({
            "name": sensor.name,
            "is_processor": sensor.is_processor,
            "celsius": number(&sensor.celsius),
            "critical_celsius": number(&sensor.critical_celsius),
        })
    };
    json!({
        "sensors": reading(sensors, |sensors| sensors.iter().map(sensor).collect()),
        "throttling": reading(throttling, |sum| json!({
            "core_events": sum.core_events,
            "package_events": sum.package_events,
            "core_time_ms": sum.core_time.map(|time| time.as_millis() as u64),
        })),
        "alerts": thermal.alerts(Thermal::ALERT_CELSIUS).iter().map(|alert| json!({
            "sensor": alert.sensor.name,
            "celsius": alert.celsius,
            "limit_celsius": alert.limit_celsius,
        })).collect::<Vec<_>>(),
    })
}

fn frequency(findings: &Findings<'_>) -> Value {
    let frequency = &findings.frequency;
    json!({
        "now_mhz": reading(&frequency.now_mhz, |(least, most)| json!([least, most])),
        "max_mhz": number(&frequency.max_mhz),
        "allowed_mhz": number(&frequency.allowed_mhz),
        "governors": reading(&frequency.governors, |names| json!(names)),
    })
}

fn energy(findings: &Findings<'_>) -> Value {
    let counter = |counter: &bolt_hardware::Energy| {
        json!({
            "name": counter.name,
            "zone": counter.zone,
            "microjoules": reading(&counter.microjoules, |count| json!(count)),
        })
    };
    reading(&findings.energy, |counters| counters.iter().map(counter).collect())
}

fn settings(findings: &Findings<'_>) -> Value {
    let setting = |tuning: &bolt_hardware::Tuning| {
        json!({
            "name": tuning.name,
            "value": reading(&tuning.value, |value| json!(value)),
            "change": tuning.change.map(|change| {
                json!({"effect": change.effect, "command": change.command})
            }),
        })
    };
    findings.tuning.iter().map(setting).collect()
}
