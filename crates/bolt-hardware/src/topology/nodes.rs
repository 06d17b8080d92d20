//! NUMA nodes.

use bolt_base::Bytes;

use super::{Node, assumed};
use crate::{CpuSet, NodeSet, Reading, Root, Unavailable, meminfo};

const FOLDER: &str = "/sys/devices/system/node";

pub(super) fn read(root: &Root, cpus: &CpuSet, gaps: &mut Vec<Unavailable>) -> Vec<Node> {
    let listed = root.ids(&format!("{FOLDER}/online"));
    let listed = listed.or_else(|_| root.numbered(FOLDER, "node"));
    let ids = match listed {
        Ok(ids) if !ids.is_empty() => ids,
        Ok(_) => {
            return one(root, cpus, &Unavailable::new(format!("no nodes in `{FOLDER}`")), gaps);
        }
        Err(gap) => return one(root, cpus, &gap, gaps),
    };
    let mut nodes = Vec::new();
    let mut left = cpus.clone();
    for id in ids.iter() {
        let listed = root.ids(&format!("{FOLDER}/node{id}/cpulist")).unwrap_or_else(|gap| {
            gaps.push(assumed(&gap, "the node has no processors"));
            CpuSet::default()
        });
        let own = &listed & &left;
        left = &left - &own;
        let distances = distances(root, id, &ids);
        nodes.push(Node { id, cpus: own, memory: memory(root, id), distances });
    }
    if !left.is_empty() {
        let gap = Unavailable::new(format!("no node has the processors {left}"));
        gaps.push(assumed(&gap, "they are of the first"));
        nodes[0].cpus = &nodes[0].cpus | &left;
    }
    nodes
}

/// Returns the one node of a machine that tells of none.
fn one(root: &Root, cpus: &CpuSet, gap: &Unavailable, gaps: &mut Vec<Unavailable>) -> Vec<Node> {
    gaps.push(assumed(gap, "all memory is one node"));
    let memory = meminfo::total(root);
    vec![Node { id: 0, cpus: cpus.clone(), memory, distances: Ok(vec![10]) }]
}

fn memory(root: &Root, id: usize) -> Reading<Bytes> {
    let path = format!("{FOLDER}/node{id}/meminfo");
    let text = root.text(&path)?;
    // Lines begin with "Node 0".
    let line = text.lines().find_map(|line| line.split_once("MemTotal:"));
    let found = line.and_then(|(_, size)| meminfo::size(size));
    found.ok_or_else(|| Unavailable::new(format!("`{path}` has no `MemTotal`")))
}

fn distances(root: &Root, id: usize, ids: &NodeSet) -> Reading<Vec<u32>> {
    let path = format!("{FOLDER}/node{id}/distance");
    let text = root.text(&path)?;
    let numbers: Option<Vec<u32>> =
        text.split_whitespace().map(|number| number.parse().ok()).collect();
    let right = numbers.filter(|numbers| numbers.len() == ids.len());
    right.ok_or_else(|| crate::root::not(&path, &text, "a distance to each node"))
}
