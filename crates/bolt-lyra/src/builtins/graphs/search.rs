//! Flows, and searches that try one choice after another.

use std::collections::VecDeque;

use super::network::{Along, Edge, Network};
use crate::session::{Evaluated, Session};

/// Returns the greatest flow between two vertices, each edge having a capacity (Edmonds and Karp,
/// 1972).
pub(super) fn maximum_flow(
    count: usize,
    edges: &[Edge],
    capacities: &[f64],
    (source, target): (usize, usize),
) -> f64 {
    // Arcs in pairs: an arc and the one that takes its flow back.
    let (mut heads, mut left) = (Vec::new(), Vec::new());
    let mut leaving: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (edge, &capacity) in edges.iter().zip(capacities) {
        leaving[edge.from].push(heads.len());
        leaving[edge.to].push(heads.len() + 1);
        heads.extend([edge.to, edge.from]);
        left.extend([capacity, if edge.directed { 0.0 } else { capacity }]);
    }
    let mut flow = 0.0;
    loop {
        let mut by: Vec<Option<usize>> = vec![None; count];
        let mut pending = VecDeque::from([source]);
        while let Some(vertex) = pending.pop_front() {
            for &arc in &leaving[vertex] {
                let to = heads[arc];
                if left[arc] > 0.0 && to != source && by[to].is_none() {
                    by[to] = Some(arc);
                    pending.push_back(to);
                }
            }
        }
        let mut way = Vec::new();
        let mut vertex = target;
        while let Some(arc) = by[vertex] {
            way.push(arc);
            vertex = heads[arc ^ 1];
        }
        let most = way.iter().map(|&arc| left[arc]).fold(f64::INFINITY, f64::min);
        if way.is_empty() || !most.is_finite() {
            return if way.is_empty() { flow } else { f64::INFINITY };
        }
        for arc in way {
            left[arc] -= most;
            left[arc ^ 1] += most;
        }
        flow += most;
    }
}

/// Steps of a search between looks whether it is to be aborted.
const STEPS: usize = 4096;

/// Returns the vertices of a cycle through all of them.
pub(super) fn hamiltonian_cycle(
    session: &mut Session,
    network: &Network,
) -> Evaluated<Option<Vec<usize>>> {
    let count = network.len();
    if count == 0 || (0..count).any(|vertex| network.from(vertex).is_empty()) {
        return Ok(None);
    }
    let (mut way, mut seen, mut steps) = (vec![(0, 0)], vec![false; count], 0_usize);
    seen[0] = true;
    while let Some(&mut (vertex, ref mut looked_at)) = way.last_mut() {
        steps += 1;
        if steps.is_multiple_of(STEPS) {
            session.check_interrupt()?;
        }
        let Some(arc) = network.from(vertex).get(*looked_at) else {
            seen[vertex] = false;
            way.pop();
            continue;
        };
        *looked_at += 1;
        let to = arc.to;
        if way.len() == count && to == 0 && count != 2 {
            return Ok(Some(way.into_iter().map(|(vertex, _)| vertex).collect()));
        }
        if !seen[to] {
            seen[to] = true;
            way.push((to, 0));
        }
    }
    Ok(None)
}

/// Returns the edges of a walk that uses each edge once and ends where it begins (Hierholzer,
/// 1873); the vertices in the order of the walk.
pub(super) fn eulerian_cycle(count: usize, edges: &[Edge]) -> Option<Vec<usize>> {
    let network = Network::new(count, edges, Along::Forward);
    let directed = edges.iter().any(|edge| edge.directed);
    let mut balance = vec![0_i64; count];
    for edge in edges {
        if directed {
            balance[edge.from] += 1;
            balance[edge.to] -= 1;
        } else {
            balance[edge.from] ^= 1;
            balance[edge.to] ^= 1;
        }
    }
    if edges.is_empty() || balance.iter().any(|own| *own != 0) {
        return None;
    }
    let (mut used, mut looked_at) = (vec![false; edges.len()], vec![0; count]);
    let (mut way, mut cycle) = (vec![edges[0].from], Vec::new());
    while let Some(&vertex) = way.last() {
        match network.from(vertex).get(looked_at[vertex]) {
            Some(arc) => {
                looked_at[vertex] += 1;
                if !std::mem::replace(&mut used[arc.edge], true) {
                    way.push(arc.to);
                }
            }
            None => cycle.extend(way.pop()),
        }
    }
    cycle.reverse();
    (cycle.len() == edges.len() + 1).then_some(cycle)
}

/// How often one vertex is joined to another, and whether that has a direction.
pub(super) type Joined = Vec<Vec<(u32, u32)>>;

/// Returns a matrix of how many arcs lead between vertices: directed ones and others.
pub(super) fn joined(count: usize, edges: &[Edge]) -> Joined {
    let mut joined = vec![vec![(0, 0); count]; count];
    for edge in edges {
        if edge.directed {
            joined[edge.from][edge.to].0 += 1;
        } else {
            joined[edge.from][edge.to].1 += 1;
            joined[edge.to][edge.from].1 += 1;
        }
    }
    joined
}

/// Returns for each vertex of a graph the one of another that it stands for, so that they are
/// joined in the same way; vertices are told apart by what surrounds them, then tried.
pub(super) fn isomorphism(
    session: &mut Session,
    a: &Joined,
    b: &Joined,
) -> Evaluated<Option<Vec<usize>>> {
    let count = a.len();
    let (of_a, of_b) = (colours(a), colours(b));
    let sorted = |colours: &[u64]| {
        let mut all = colours.to_vec();
        all.sort_unstable();
        all
    };
    if count != b.len() || sorted(&of_a) != sorted(&of_b) {
        return Ok(None);
    }
    let (mut choice, mut used) = (vec![0], vec![false; count]);
    let mut image: Vec<usize> = Vec::new();
    let mut steps = 0_usize;
    loop {
        steps += 1;
        if steps.is_multiple_of(STEPS) {
            session.check_interrupt()?;
        }
        let vertex = image.len();
        if vertex == count {
            return Ok(Some(image));
        }
        let fits = |other: usize| {
            !used[other]
                && of_a[vertex] == of_b[other]
                && a[vertex][vertex] == b[other][other]
                && (0..vertex).all(|known| {
                    a[vertex][known] == b[other][image[known]]
                        && a[known][vertex] == b[image[known]][other]
                })
        };
        match (choice[vertex]..count).find(|&other| fits(other)) {
            Some(other) => {
                choice[vertex] = other + 1;
                used[other] = true;
                image.push(other);
                choice.truncate(vertex + 1);
                choice.push(0);
            }
            None => match image.pop() {
                Some(last) => {
                    used[last] = false;
                    choice.pop();
                }
                None => return Ok(None),
            },
        }
    }
}

/// Returns numbers of vertices that are the same for those that isomorphisms can exchange: hashes
/// of what surrounds them, refined as often as there are vertices at most.
fn colours(joined: &Joined) -> Vec<u64> {
    use std::hash::BuildHasher;
    let count = joined.len();
    let mut colours = vec![0_u64; count];
    let kinds = |colours: &[u64]| colours.iter().collect::<std::collections::HashSet<_>>().len();
    for _ in 0..count {
        let refined: Vec<u64> = (0..count)
            .map(|vertex| {
                let mut around: Vec<_> = (0..count)
                    .map(|other| (joined[vertex][other], joined[other][vertex], colours[other]))
                    .filter(|(out, back, _)| *out != (0, 0) || *back != (0, 0))
                    .collect();
                around.sort_unstable();
                foldhash::fast::FixedState::default().hash_one((colours[vertex], around))
            })
            .collect();
        let is_finer = kinds(&refined) > kinds(&colours) || colours.iter().all(|own| *own == 0);
        colours = refined;
        if !is_finer {
            break;
        }
    }
    colours
}
