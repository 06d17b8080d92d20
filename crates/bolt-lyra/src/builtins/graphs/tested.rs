//! What is true of a graph.

use super::Graph;
use super::network::{Along, Network};
use super::search;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::Session;
use crate::value::{Call, Value};

const NONE: Attributes = Attributes::NONE;

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "GraphQ",
        NONE,
        |s, c| Ok(test(s, c, |_| true)),
        "GraphQ[e] is True if e is a graph.",
        &[("GraphQ[CycleGraph[3]]", "True"), ("GraphQ[{1 -> 2}]", "False")],
    ),
    builtin(
        "DirectedGraphQ",
        NONE,
        |s, c| {
            Ok(test(s, c, |graph| {
                graph.edges.iter().all(|edge| edge.directed) && !graph.edges.is_empty()
            }))
        },
        "DirectedGraphQ[g] is True if all edges of a graph have a direction.",
        &[("DirectedGraphQ[Graph[{1 -> 2}]]", "True"), ("DirectedGraphQ[CycleGraph[3]]", "False")],
    ),
    builtin(
        "UndirectedGraphQ",
        NONE,
        |s, c| Ok(test(s, c, |graph| !graph.is_directed())),
        "UndirectedGraphQ[g] is True if no edge of a graph has a direction.",
        &[
            ("UndirectedGraphQ[CycleGraph[3]]", "True"),
            ("UndirectedGraphQ[Graph[{1 -> 2}]]", "False"),
        ],
    ),
    builtin(
        "MixedGraphQ",
        NONE,
        |s, c| {
            Ok(test(s, c, |graph| {
                graph.is_directed() && graph.edges.iter().any(|edge| !edge.directed)
            }))
        },
        "MixedGraphQ[g] is True if some edges of a graph have a direction and some have none.",
        &[
            ("MixedGraphQ[Graph[{1 -> 2, 2 <-> 3}]]", "True"),
            ("MixedGraphQ[CycleGraph[3]]", "False"),
        ],
    ),
    builtin(
        "WeightedGraphQ",
        NONE,
        |s, c| Ok(test(s, c, |graph| graph.weights.is_some())),
        "WeightedGraphQ[g] is True if the edges of a graph have weights.",
        &[
            ("WeightedGraphQ[Graph[{1 -> 2}, EdgeWeight -> {3}]]", "True"),
            ("WeightedGraphQ[CycleGraph[3]]", "False"),
        ],
    ),
    builtin(
        "EmptyGraphQ",
        NONE,
        |s, c| Ok(test(s, c, |graph| graph.edges.is_empty())),
        "EmptyGraphQ[g] is True if a graph has no edges.",
        &[("EmptyGraphQ[Graph[{1, 2}, {}]]", "True"), ("EmptyGraphQ[CycleGraph[3]]", "False")],
    ),
    builtin(
        "LoopFreeGraphQ",
        NONE,
        |s, c| Ok(test(s, c, |graph| graph.edges.iter().all(|edge| edge.from != edge.to))),
        "LoopFreeGraphQ[g] is True if no edge of a graph leads to where it begins.",
        &[("LoopFreeGraphQ[Graph[{1 -> 1}]]", "False"), ("LoopFreeGraphQ[CycleGraph[3]]", "True")],
    ),
    builtin(
        "SimpleGraphQ",
        NONE,
        |s, c| Ok(test(s, c, is_simple)),
        "SimpleGraphQ[g] is True if a graph has no loops and not two of the same edge.",
        &[
            ("SimpleGraphQ[CycleGraph[3]]", "True"),
            ("SimpleGraphQ[Graph[{1 <-> 2, 2 <-> 1}]]", "False"),
        ],
    ),
    builtin(
        "CompleteGraphQ",
        NONE,
        |s, c| {
            Ok(test(s, c, |graph| {
                let count = graph.vertices.len();
                let all = count * count.saturating_sub(1) / if graph.is_directed() { 1 } else { 2 };
                is_simple(graph) && graph.edges.len() == all
            }))
        },
        "CompleteGraphQ[g] is True if a graph joins each two of its vertices.",
        &[("CompleteGraphQ[CycleGraph[3]]", "True"), ("CompleteGraphQ[CycleGraph[4]]", "False")],
    ),
    builtin(
        "ConnectedGraphQ",
        NONE,
        |s, c| Ok(test(s, c, |graph| graph.network(Along::Forward).components().len() == 1)),
        "ConnectedGraphQ[g] is True if there is a way from each vertex of a graph to each other one.",
        &[
            ("ConnectedGraphQ[CycleGraph[3]]", "True"),
            ("ConnectedGraphQ[Graph[{1 -> 2}]]", "False"),
        ],
    ),
    builtin(
        "WeaklyConnectedGraphQ",
        NONE,
        |s, c| Ok(test(s, c, |graph| graph.network(Along::Both).components().len() == 1)),
        "WeaklyConnectedGraphQ[g] is True if a graph is connected when directions do not count.",
        &[
            ("WeaklyConnectedGraphQ[Graph[{1 -> 2}]]", "True"),
            ("WeaklyConnectedGraphQ[Graph[{1 -> 2, 3 -> 4}]]", "False"),
        ],
    ),
    builtin(
        "AcyclicGraphQ",
        NONE,
        |s, c| Ok(test(s, c, |graph| graph.network(Along::Forward).cycle().is_none())),
        "AcyclicGraphQ[g] is True if no way in a graph leads back to where it begins.",
        &[
            ("AcyclicGraphQ[Graph[{1 -> 2, 1 -> 3, 2 -> 3}]]", "True"),
            ("AcyclicGraphQ[CycleGraph[3]]", "False"),
        ],
    ),
    builtin(
        "TreeGraphQ",
        NONE,
        |s, c| {
            Ok(test(s, c, |graph| {
                let network = graph.network(Along::Both);
                let leads_in = Network::new(graph.vertices.len(), &graph.edges, Along::Backward);
                graph.vertices.len() == graph.edges.len() + 1
                    && network.components().len() == 1
                    && (!graph.is_directed()
                        || (0..leads_in.len()).all(|vertex| leads_in.from(vertex).len() <= 1))
            }))
        },
        "TreeGraphQ[g] is True if a graph is connected and has no cycles; where edges have a \
         direction, all lead away from one vertex.",
        &[("TreeGraphQ[StarGraph[5]]", "True"), ("TreeGraphQ[CycleGraph[5]]", "False")],
    ),
    builtin(
        "PathGraphQ",
        NONE,
        |s, c| {
            Ok(test(s, c, |graph| {
                let network = graph.network(Along::Both);
                let (out, back) = (graph.network(Along::Forward), graph.network(Along::Backward));
                let most = if graph.is_directed() { 1 } else { 2 };
                let is_thin = |vertex: usize| {
                    out.from(vertex).len() <= most && back.from(vertex).len() <= most
                };
                !graph.edges.is_empty()
                    && network.components().len() == 1
                    && (0..network.len()).all(is_thin)
            }))
        },
        "PathGraphQ[g] is True if a graph is a row of vertices, each joined to the next, or a ring.",
        &[("PathGraphQ[PathGraph[{1, 2, 3}]]", "True"), ("PathGraphQ[StarGraph[4]]", "False")],
    ),
    builtin(
        "BipartiteGraphQ",
        NONE,
        |s, c| Ok(test(s, c, |graph| graph.network(Along::Both).sides().is_some())),
        "BipartiteGraphQ[g] is True if the vertices of a graph are of two kinds so that every edge \
         joins one of each.",
        &[("BipartiteGraphQ[CycleGraph[4]]", "True"), ("BipartiteGraphQ[CycleGraph[3]]", "False")],
    ),
    builtin(
        "EulerianGraphQ",
        NONE,
        |s, c| {
            Ok(test(s, c, |graph| {
                search::eulerian_cycle(graph.vertices.len(), &graph.edges).is_some()
            }))
        },
        "EulerianGraphQ[g] is True if a walk that uses each edge of a graph once ends where it begins.",
        &[
            ("EulerianGraphQ[CycleGraph[4]]", "True"),
            ("EulerianGraphQ[PathGraph[{1, 2}]]", "False"),
        ],
    ),
    builtin(
        "HamiltonianGraphQ",
        NONE,
        |s, c| {
            let [of] = c.args() else { return Ok(Step::Same) };
            let Some(graph) = Graph::read(s, of) else { return Ok(Step::Done(Value::FALSE)) };
            let found = search::hamiltonian_cycle(s, &graph.network(Along::Forward))?;
            Ok(Step::Done(Value::boolean(found.is_some())))
        },
        "HamiltonianGraphQ[g] is True if a cycle goes through each vertex of a graph once.",
        &[
            ("HamiltonianGraphQ[CycleGraph[5]]", "True"),
            ("HamiltonianGraphQ[PetersenGraph[]]", "False"),
        ],
    ),
];

pub(super) fn is_simple(graph: &Graph) -> bool {
    let mut seen = std::collections::HashSet::new();
    graph.edges.iter().all(|edge| {
        let (from, to) = (edge.from, edge.to);
        let key =
            if edge.directed { (from, to, true) } else { (from.min(to), from.max(to), false) };
        from != to && seen.insert(key)
    })
}

/// A test of a graph; all else fails it.
fn test(session: &mut Session, call: &Call, with: impl Fn(&Graph) -> bool) -> Step {
    let [of] = call.args() else { return Step::Same };
    let is_graph = of.args_of(crate::symbol::sym::Graph).is_some();
    let graph = Graph::read(session, of).filter(|_| is_graph);
    Step::Done(Value::boolean(graph.is_some_and(|graph| with(&graph))))
}
