//! Graphs made of others.

use triomphe::Arc;

use super::network::{Along, Edge};
use super::{Graph, MOST, ends};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::value::{Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Subgraph",
        Attributes::NONE,
        |s, c| Ok(part(s, c, |graph, vertices| Some(graph.part(vertices, |_| true)))),
        "Subgraph[g, {v1, v2, ...}] has these vertices of a graph and the edges between them.",
        &[
            ("EdgeCount[Subgraph[CompleteGraph[5], {1, 2, 3}]]", "3"),
            ("VertexList[Subgraph[{a -> b, b -> c}, {b, c}]]", "{b, c}"),
        ],
    ),
    builtin(
        "VertexDelete",
        Attributes::NONE,
        |s, c| {
            Ok(part(s, c, |graph, gone| {
                let kept: Vec<usize> =
                    (0..graph.vertices.len()).filter(|place| !gone.contains(place)).collect();
                Some(graph.part(&kept, |_| true))
            }))
        },
        "VertexDelete[g, v] is a graph without the vertex v, or without those of a list.",
        &[
            ("EdgeCount[VertexDelete[StarGraph[4], 1]]", "0"),
            ("VertexList[VertexDelete[{a -> b, b -> c}, a]]", "{b, c}"),
        ],
    ),
    builtin(
        "NeighborhoodGraph",
        Attributes::NONE,
        neighbourhood,
        "NeighborhoodGraph[g, v] has the vertex v of a graph and those joined to it; \
         NeighborhoodGraph[g, v, d] those at most d edges away.",
        &[
            ("VertexList[NeighborhoodGraph[PathGraph[Range[5]], 2]]", "{2, 1, 3}"),
            ("VertexCount[NeighborhoodGraph[CycleGraph[8], 1, 2]]", "5"),
        ],
    ),
    builtin(
        "VertexAdd",
        Attributes::NONE,
        |s, c| {
            let [of, new] = c.args() else { return Ok(Step::Same) };
            let Some(mut graph) = Graph::read(s, of) else { return Ok(Step::Same) };
            let new = new.as_list().unwrap_or(std::slice::from_ref(new));
            graph.add(new);
            Ok(Step::Done(graph.value(s)))
        },
        "VertexAdd[g, v] is a graph with the vertex v, or those of a list, too.",
        &[
            ("VertexList[VertexAdd[{a -> b}, c]]", "{a, b, c}"),
            ("VertexCount[VertexAdd[CycleGraph[3], {7, 8}]]", "5"),
        ],
    ),
    builtin(
        "EdgeAdd",
        Attributes::NONE,
        |s, c| Ok(edges(s, c, true)),
        "EdgeAdd[g, e] is a graph with the edge e, or those of a list, too.",
        &[
            ("EdgeCount[EdgeAdd[PathGraph[{1, 2, 3}], 3 <-> 1]]", "3"),
            ("VertexList[EdgeAdd[{a -> b}, b -> c]]", "{a, b, c}"),
        ],
    ),
    builtin(
        "EdgeDelete",
        Attributes::NONE,
        |s, c| Ok(edges(s, c, false)),
        "EdgeDelete[g, e] is a graph without the edge e, or without those of a list.",
        &[
            ("EdgeCount[EdgeDelete[CycleGraph[4], 1 <-> 2]]", "3"),
            ("VertexList[EdgeDelete[{a -> b}, a -> b]]", "{a, b}"),
        ],
    ),
    builtin(
        "ReverseGraph",
        Attributes::NONE,
        |s, c| {
            Ok(mapped(s, c, |graph| {
                for edge in graph.edges.iter_mut().filter(|edge| edge.directed) {
                    std::mem::swap(&mut edge.from, &mut edge.to);
                }
            }))
        },
        "ReverseGraph[g] has the edges of a graph in the other direction.",
        &[
            ("EdgeList[ReverseGraph[{a -> b}]] === {DirectedEdge[b, a]}", "True"),
            ("VertexOutDegree[ReverseGraph[{a -> b, c -> b}]]", "{0, 2, 0}"),
        ],
    ),
    builtin(
        "UndirectedGraph",
        Attributes::NONE,
        |s, c| {
            Ok(mapped(s, c, |graph| {
                let mut seen = std::collections::HashSet::new();
                let mut kept = vec![true; graph.edges.len()];
                for (edge, kept) in graph.edges.iter_mut().zip(&mut kept) {
                    if std::mem::replace(&mut edge.directed, false) {
                        *kept = seen.insert((edge.from.min(edge.to), edge.from.max(edge.to)));
                    }
                }
                retain(graph, &kept);
            }))
        },
        "UndirectedGraph[g] has the edges of a graph without their directions.",
        &[
            ("EdgeList[UndirectedGraph[{a -> b}]] === {UndirectedEdge[a, b]}", "True"),
            ("EdgeCount[UndirectedGraph[{a -> b, b -> a}]]", "1"),
        ],
    ),
    builtin(
        "DirectedGraph",
        Attributes::NONE,
        |s, c| {
            Ok(mapped(s, c, |graph| {
                graph.weights = None;
                let both = graph.edges.iter().flat_map(|&edge| {
                    let own = Edge { directed: true, ..edge };
                    let back = Edge { from: edge.to, to: edge.from, directed: true };
                    let has_back = !edge.directed && edge.from != edge.to;
                    [Some(own), has_back.then_some(back)].into_iter().flatten()
                });
                graph.edges = both.collect();
            }))
        },
        "DirectedGraph[g] has an edge in both directions for each without one.",
        &[
            ("EdgeCount[DirectedGraph[CycleGraph[3]]]", "6"),
            ("EdgeList[DirectedGraph[{a -> b}]] === {DirectedEdge[a, b]}", "True"),
        ],
    ),
    builtin(
        "GraphComplement",
        Attributes::NONE,
        |s, c| Ok(complement(s, c)),
        "GraphComplement[g] joins the vertices of a graph that it does not.",
        &[
            ("EdgeCount[GraphComplement[CycleGraph[5]]]", "5"),
            ("EdgeCount[GraphComplement[CompleteGraph[4]]]", "0"),
        ],
    ),
    builtin(
        "GraphUnion",
        Attributes::NONE,
        |s, c| Ok(combined(s, c, |in_first, in_others| in_first || in_others)),
        "GraphUnion[g, h, ...] has the vertices and edges of graphs.",
        &[
            ("EdgeCount[GraphUnion[PathGraph[{1, 2, 3}], CycleGraph[3]]]", "3"),
            ("VertexList[GraphUnion[{a -> b}, {b -> c}]]", "{a, b, c}"),
        ],
    ),
    builtin(
        "GraphIntersection",
        Attributes::NONE,
        |s, c| Ok(combined(s, c, |in_first, in_others| in_first && in_others)),
        "GraphIntersection[g, h] has the vertices of graphs and the edges that both have.",
        &[
            ("EdgeCount[GraphIntersection[CycleGraph[4], PathGraph[{1, 2, 3}]]]", "2"),
            ("EdgeCount[GraphIntersection[{a -> b}, {b -> a}]]", "0"),
        ],
    ),
    builtin(
        "GraphDifference",
        Attributes::NONE,
        |s, c| Ok(combined(s, c, |in_first, in_others| in_first && !in_others)),
        "GraphDifference[g, h] has the vertices of graphs and the edges of g that h has not.",
        &[
            ("EdgeCount[GraphDifference[CompleteGraph[4], CycleGraph[4]]]", "2"),
            ("EdgeCount[GraphDifference[{a -> b}, {a -> b}]]", "0"),
        ],
    ),
    builtin(
        "LineGraph",
        Attributes::NONE,
        |s, c| Ok(line(s, c)),
        "LineGraph[g] has a vertex for each edge of a graph, and joins those that meet.",
        &[
            ("EdgeCount[LineGraph[StarGraph[4]]]", "3"),
            ("EdgeCount[LineGraph[PathGraph[{a, b, c, d}]]]", "2"),
        ],
    ),
];

fn mapped(session: &mut Session, call: &Call, with: impl Fn(&mut Graph)) -> Step {
    let [of] = call.args() else { return Step::Same };
    let Some(mut graph) = Graph::read(session, of) else { return Step::Same };
    with(&mut graph);
    Step::Done(graph.value(session))
}

/// Keeps some of the edges.
fn retain(graph: &mut Graph, kept: &[bool]) {
    let mut flags = kept.iter();
    graph.edges.retain(|_| *flags.next().unwrap_or(&true));
    if let Some(weights) = &mut graph.weights {
        let mut flags = kept.iter();
        weights.retain(|_| *flags.next().unwrap_or(&true));
    }
}

fn part(
    session: &mut Session,
    call: &Call,
    with: impl Fn(&Graph, &[usize]) -> Option<Graph>,
) -> Step {
    let [of, vertices] = call.args() else { return Step::Same };
    let Some(graph) = Graph::read(session, of) else { return Step::Same };
    let list = vertices.as_list().filter(|_| !graph.places.contains_key(vertices));
    let all = list.unwrap_or(std::slice::from_ref(vertices));
    let places: Vec<usize> =
        all.iter().filter_map(|vertex| graph.places.get(vertex).copied()).collect();
    with(&graph, &places).map_or(Step::Same, |part| Step::Done(part.value(session)))
}

fn neighbourhood(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, vertex, most) = match call.args() {
        [of, vertex] => (of, vertex, Some(1)),
        [of, vertex, most] => (of, vertex, most.as_usize()),
        _ => return Ok(Step::Same),
    };
    let (Some(graph), Some(most)) = (Graph::read(session, of), most) else {
        return Ok(Step::Same);
    };
    let Some(&place) = graph.places.get(vertex) else { return Ok(Step::Same) };
    let steps = graph.network(Along::Both).steps(place);
    let is_near = |own: &usize| steps[*own].is_some_and(|count| count <= most);
    let mut near: Vec<usize> = (0..steps.len()).filter(is_near).collect();
    near.sort_by_key(|own| steps[*own]);
    Ok(Step::Done(graph.part(&near, |_| true).value(session)))
}

fn edges(session: &mut Session, call: &Call, adds: bool) -> Step {
    let [of, edges] = call.args() else { return Step::Same };
    let Some(mut graph) = Graph::read(session, of) else { return Step::Same };
    for edge in edges.as_list().unwrap_or(std::slice::from_ref(edges)) {
        let Some((from, to, directed)) = ends(edge) else { return Step::Same };
        if adds {
            graph.join(from, to, directed);
            if let Some(weights) = &mut graph.weights {
                weights.push(Value::Integer(1));
            }
            continue;
        }
        let (Some(&from), Some(&to)) = (graph.places.get(from), graph.places.get(to)) else {
            return Step::Same;
        };
        let is_it = |own: &Edge| {
            own.directed == directed
                && ((own.from, own.to) == (from, to)
                    || (!directed && (own.to, own.from) == (from, to)))
        };
        let kept: Vec<bool> = graph.edges.iter().map(|own| !is_it(own)).collect();
        retain(&mut graph, &kept);
    }
    Step::Done(graph.value(session))
}

/// What two edges have in common if they are the same.
fn key(edge: &Edge) -> (usize, usize, bool) {
    match edge.directed {
        true => (edge.from, edge.to, true),
        false => (edge.from.min(edge.to), edge.from.max(edge.to), false),
    }
}

fn complement(session: &mut Session, call: &Call) -> Step {
    let [of] = call.args() else { return Step::Same };
    let Some(graph) = Graph::read(session, of) else { return Step::Same };
    let (count, directed) = (graph.vertices.len(), graph.is_directed());
    if count.saturating_mul(count) > MOST {
        return Step::Same;
    }
    let known: std::collections::HashSet<_> = graph.edges.iter().map(key).collect();
    let mut other = graph.part(&(0..count).collect::<Vec<_>>(), |_| false);
    other.weights = None;
    for from in 0..count {
        for to in 0..count {
            let edge = Edge { from, to, directed };
            if from != to && (directed || from < to) && !known.contains(&key(&edge)) {
                other.edges.push(edge);
            }
        }
    }
    Step::Done(other.value(session))
}

/// Combines the edges of graphs on all of their vertices.
fn combined(session: &mut Session, call: &Call, is_kept: impl Fn(bool, bool) -> bool) -> Step {
    let all: Option<Vec<Graph>> = call.args().iter().map(|arg| Graph::read(session, arg)).collect();
    let Some(all) = all.filter(|all| !all.is_empty()) else { return Step::Same };
    let mut whole = Graph::default();
    let mut sets = Vec::new();
    for graph in &all {
        whole.add(&graph.vertices);
        let own = graph.edges.iter().map(|edge| {
            let place = |own: usize| whole.places[&graph.vertices[own]];
            Edge { from: place(edge.from), to: place(edge.to), directed: edge.directed }
        });
        sets.push(own.collect::<Vec<Edge>>());
    }
    let keys: Vec<std::collections::HashSet<_>> =
        sets.iter().map(|set| set.iter().map(key).collect()).collect();
    let mut seen = std::collections::HashSet::new();
    for edge in sets.iter().flatten() {
        let own = key(edge);
        let (in_first, mut rest) = (keys[0].contains(&own), keys[1..].iter());
        // Of several others the union asks whether one has it, the rest of them whether all do.
        let in_others = match is_kept(false, true) {
            true => rest.any(|set| set.contains(&own)),
            false if is_kept(true, true) => rest.all(|set| set.contains(&own)),
            false => rest.any(|set| set.contains(&own)),
        };
        if is_kept(in_first, in_others) && seen.insert(own) {
            whole.edges.push(*edge);
        }
    }
    Step::Done(whole.value(session))
}

fn line(session: &mut Session, call: &Call) -> Step {
    let [of] = call.args() else { return Step::Same };
    let Some(graph) = Graph::read(session, of) else { return Step::Same };
    let (count, directed) = (graph.edges.len(), graph.is_directed());
    if count.saturating_mul(count) > MOST {
        return Step::Same;
    }
    let mut pairs = Vec::new();
    for (i, a) in graph.edges.iter().enumerate() {
        for (j, b) in graph.edges.iter().enumerate() {
            let meets = match directed {
                true => a.to == b.from,
                false => i < j && [b.from, b.to].iter().any(|end| [a.from, a.to].contains(end)),
            };
            if meets {
                pairs.push((i, j));
            }
        }
    }
    Step::Done(Graph::numbered(count, pairs, directed).value(session))
}
