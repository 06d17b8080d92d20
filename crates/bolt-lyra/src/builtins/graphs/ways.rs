//! Ways through a graph: shortest ones, components, cycles, trees, flows.

use triomphe::Arc;

use super::network::{Along, spanning_forest};
use super::{Graph, MOST, search, shown};
use crate::builtins::options::Options;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::value::{Args, Call, Value};

const NONE: Attributes = Attributes::NONE;

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "FindShortestPath",
        NONE,
        shortest,
        "FindShortestPath[g, a, b] is the list of the vertices on a shortest way from a to b, {} if \
         there is none; weights are lengths.",
        &[
            ("FindShortestPath[CycleGraph[6], 1, 3]", "{1, 2, 3}"),
            (
                "FindShortestPath[Graph[{1 -> 2, 2 -> 3, 1 -> 3}, EdgeWeight -> {1, 1, 5}], 1, 3]",
                "{1, 2, 3}",
            ),
        ],
    ),
    builtin(
        "GraphDistance",
        NONE,
        distance,
        "GraphDistance[g, a, b] is the length of a shortest way from a to b, Infinity if there is \
         none; GraphDistance[g, a] is the list of those to all vertices.",
        &[
            ("GraphDistance[CycleGraph[6], 1, 4]", "3"),
            ("GraphDistance[Graph[{1 -> 2}], 2]", "{Infinity, 0}"),
        ],
    ),
    builtin(
        "GraphDistanceMatrix",
        NONE,
        |s, c| {
            let [of] = c.args() else { return Ok(Step::Same) };
            let Some(graph) = Graph::read(s, of) else { return Ok(Step::Same) };
            let size = graph.vertices.len();
            if size.saturating_mul(size) > MOST {
                return Ok(Step::Same);
            }
            let mut rows = Args::new();
            for from in 0..size {
                s.check_interrupt()?;
                let Some(row) = distances(&graph, from) else { return Ok(Step::Same) };
                rows.push(Value::list(row));
            }
            Ok(Step::Again(Value::list(rows)))
        },
        "GraphDistanceMatrix[g] has at i, j the length of a shortest way from vertex i to vertex j.",
        &[
            ("GraphDistanceMatrix[PathGraph[{1, 2, 3}]]", "{{0, 1, 2}, {1, 0, 1}, {2, 1, 0}}"),
            ("GraphDistanceMatrix[{1 -> 2}]", "{{0, 1}, {Infinity, 0}}"),
        ],
    ),
    builtin(
        "ConnectedComponents",
        NONE,
        |s, c| Ok(components(s, c, Along::Forward)),
        "ConnectedComponents[g] is the list of the parts of a graph in which there is a way from each \
         vertex to each other one, the largest first; ConnectedComponents[g, {v, ...}] of those with \
         one of the vertices.",
        &[
            ("ConnectedComponents[{1 <-> 2, 3 <-> 4, 4 <-> 5}]", "{{3, 4, 5}, {1, 2}}"),
            ("ConnectedComponents[{1 -> 2, 2 -> 1, 2 -> 3}]", "{{1, 2}, {3}}"),
        ],
    ),
    builtin(
        "WeaklyConnectedComponents",
        NONE,
        |s, c| Ok(components(s, c, Along::Both)),
        "WeaklyConnectedComponents[g] is the list of the parts of a graph that are connected when \
         directions do not count, the largest first.",
        &[
            ("WeaklyConnectedComponents[{1 -> 2, 3 -> 2, 4 -> 5}]", "{{1, 2, 3}, {4, 5}}"),
            ("WeaklyConnectedComponents[{1 -> 2}]", "{{1, 2}}"),
        ],
    ),
    builtin(
        "VertexOutComponent",
        NONE,
        |s, c| Ok(reached(s, c, Along::Forward)),
        "VertexOutComponent[g, v] is the list of the vertices that can be reached from v.",
        &[
            ("VertexOutComponent[{1 -> 2, 2 -> 3, 4 -> 1}, 1]", "{1, 2, 3}"),
            ("VertexOutComponent[{1 -> 2}, 2]", "{2}"),
        ],
    ),
    builtin(
        "VertexInComponent",
        NONE,
        |s, c| Ok(reached(s, c, Along::Backward)),
        "VertexInComponent[g, v] is the list of the vertices from which v can be reached.",
        &[
            ("VertexInComponent[{1 -> 2, 2 -> 3, 4 -> 1}, 1]", "{1, 4}"),
            ("VertexInComponent[{1 -> 2}, 1]", "{1}"),
        ],
    ),
    builtin(
        "TopologicalSort",
        NONE,
        |s, c| {
            let [of] = c.args() else { return Ok(Step::Same) };
            let Some(graph) = Graph::read(s, of) else { return Ok(Step::Same) };
            let order = graph.network(Along::Forward).sorted();
            Ok(order.map_or(Step::Same, |order| Step::Done(graph.at(&order))))
        },
        "TopologicalSort[g] is a list of the vertices of a graph without cycles in which every edge \
         leads forward.",
        &[
            ("TopologicalSort[{a -> b, c -> a}]", "{c, a, b}"),
            ("TopologicalSort[{1 -> 2, 1 -> 3, 2 -> 3}]", "{1, 2, 3}"),
        ],
    ),
    builtin(
        "FindSpanningTree",
        NONE,
        |s, c| {
            let [of] = c.args() else { return Ok(Step::Same) };
            let Some(graph) = Graph::read(s, of) else { return Ok(Step::Same) };
            let Some(lengths) = graph.lengths() else { return Ok(Step::Same) };
            let kept = spanning_forest(graph.vertices.len(), &graph.edges, &lengths);
            let all: Vec<usize> = (0..graph.vertices.len()).collect();
            let tree = graph.part(&all, |edge| kept.binary_search(&edge).is_ok());
            Ok(Step::Done(tree.value(s)))
        },
        "FindSpanningTree[g] joins the vertices of a graph by edges of it that weigh as little as \
         can be.",
        &[
            ("EdgeCount[FindSpanningTree[CompleteGraph[5]]]", "4"),
            (
                "g = Graph[{1 <-> 2, 2 <-> 3, 1 <-> 3}, EdgeWeight -> {5, 1, 1}]; EdgeCount[FindSpanningTree[g]]",
                "2",
            ),
        ],
    ),
    builtin(
        "FindCycle",
        NONE,
        |s, c| {
            let [of] = c.args() else { return Ok(Step::Same) };
            let Some(graph) = Graph::read(s, of) else { return Ok(Step::Same) };
            let cycle = graph.network(Along::Forward).cycle();
            let Some(cycle) = cycle else { return Ok(Step::Done(Value::list(Args::new()))) };
            let vertices: Vec<usize> = cycle.iter().map(|(vertex, _)| *vertex).collect();
            Ok(Step::Done(Value::list([along(&graph, &vertices)].as_slice())))
        },
        "FindCycle[g] is a list with the edges of a cycle of a graph, {} if there is none.",
        &[("Length[First[FindCycle[CycleGraph[5]]]]", "5"), ("FindCycle[{1 -> 2, 2 -> 3}]", "{}")],
    ),
    builtin(
        "FindHamiltonianCycle",
        NONE,
        |s, c| {
            let [of] = c.args() else { return Ok(Step::Same) };
            let Some(graph) = Graph::read(s, of) else { return Ok(Step::Same) };
            let found = search::hamiltonian_cycle(s, &graph.network(Along::Forward))?;
            let cycles = found.iter().map(|cycle| along(&graph, cycle)).collect::<Args>();
            Ok(Step::Done(Value::list(cycles)))
        },
        "FindHamiltonianCycle[g] is a list with the edges of a cycle through each vertex of a graph, \
         {} if there is none.",
        &[
            ("Length[First[FindHamiltonianCycle[CompleteGraph[4]]]]", "4"),
            ("FindHamiltonianCycle[PathGraph[{1, 2, 3}]]", "{}"),
        ],
    ),
    builtin(
        "FindEulerianCycle",
        NONE,
        |s, c| {
            let [of] = c.args() else { return Ok(Step::Same) };
            let Some(graph) = Graph::read(s, of) else { return Ok(Step::Same) };
            let found = search::eulerian_cycle(graph.vertices.len(), &graph.edges);
            let cycle = found.map(|cycle| along(&graph, &cycle[..cycle.len() - 1]));
            Ok(Step::Done(Value::list(cycle.into_iter().collect::<Args>())))
        },
        "FindEulerianCycle[g] is a list with all edges of a graph in the order of a walk that ends \
         where it begins, {} if there is none.",
        &[
            ("Length[First[FindEulerianCycle[CycleGraph[4]]]]", "4"),
            ("FindEulerianCycle[StarGraph[3]]", "{}"),
        ],
    ),
    builtin(
        "FindMaximumFlow",
        NONE,
        flow,
        "FindMaximumFlow[g, a, b] is how much can flow from a to b through edges that take 1 each, \
         or as much as they weigh; EdgeCapacity -> {c1, ...} says otherwise.",
        &[
            ("FindMaximumFlow[CycleGraph[5], 1, 3]", "2"),
            ("FindMaximumFlow[Graph[{1 -> 2, 2 -> 3}, EdgeCapacity -> {4, 3}], 1, 3]", "3"),
        ],
    ),
    builtin(
        "IsomorphicGraphQ",
        NONE,
        |s, c| {
            let [a, b] = c.args() else { return Ok(Step::Same) };
            let Some((_, _, found)) = isomorphism(s, a, b)? else {
                return Ok(Step::Done(Value::FALSE));
            };
            Ok(Step::Done(Value::boolean(found.is_some())))
        },
        "IsomorphicGraphQ[g, h] is True if the vertices of g can be named so that it is h.",
        &[
            (
                "IsomorphicGraphQ[CycleGraph[4], Graph[{a <-> b, c <-> d, b <-> c, d <-> a}]]",
                "True",
            ),
            ("IsomorphicGraphQ[StarGraph[4], PathGraph[{1, 2, 3, 4}]]", "False"),
        ],
    ),
    builtin(
        "FindGraphIsomorphism",
        NONE,
        |s, c| {
            let [a, b] = c.args() else { return Ok(Step::Same) };
            let Some((a, b, found)) = isomorphism(s, a, b)? else { return Ok(Step::Same) };
            let Some(found) = found else { return Ok(Step::Done(Value::list(Args::new()))) };
            let names = found.iter().enumerate().map(|(place, &other)| {
                let entry =
                    crate::association::Entry { value: b.vertices[other].clone(), delayed: false };
                (a.vertices[place].clone(), entry)
            });
            let names = Value::Association(Arc::new(crate::association::Association::new(names)));
            Ok(Step::Done(Value::list([names].as_slice())))
        },
        "FindGraphIsomorphism[g, h] is a list with an association of the vertices of g with those of \
         h that they stand for, {} if there is none.",
        &[
            ("FindGraphIsomorphism[{1 -> 2}, {b -> a}]", "{<|1 -> b, 2 -> a|>}"),
            ("FindGraphIsomorphism[{1 -> 2}, {a -> b, b -> c}]", "{}"),
        ],
    ),
];

type Isomorphism = (Graph, Graph, Option<Vec<usize>>);

fn isomorphism(session: &mut Session, a: &Value, b: &Value) -> Evaluated<Option<Isomorphism>> {
    let (Some(a), Some(b)) = (Graph::read(session, a), Graph::read(session, b)) else {
        return Ok(None);
    };
    let (size, other) = (a.vertices.len(), b.vertices.len());
    if size != other || size.saturating_mul(size) > MOST {
        return Ok(Some((a, b, None)));
    }
    let (of_a, of_b) = (search::joined(size, &a.edges), search::joined(size, &b.edges));
    let found = search::isomorphism(session, &of_a, &of_b)?;
    Ok(Some((a, b, found)))
}

/// Returns the edges of a cycle through vertices.
fn along(graph: &Graph, vertices: &[usize]) -> Value {
    let next = vertices.iter().cycle().skip(1);
    let edge = |(&from, &to): (&usize, &usize)| {
        let directed = !graph.edges.iter().any(|edge| {
            !edge.directed && [(edge.from, edge.to), (edge.to, edge.from)].contains(&(from, to))
        });
        graph.edge_value(&super::Edge { from, to, directed })
    };
    Value::list(vertices.iter().zip(next).map(edge).collect::<Args>())
}

fn distances(graph: &Graph, from: usize) -> Option<Args> {
    let lengths = graph.lengths()?;
    let (distances, _) = graph.network(Along::Forward).shortest(from, &lengths);
    Some(distances.into_iter().map(|own| shown(graph, own)).collect())
}

fn shortest(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of, from, to] = call.args() else { return Ok(Step::Same) };
    let Some(graph) = Graph::read(session, of) else { return Ok(Step::Same) };
    let (Some(&from), Some(&to)) = (graph.places.get(from), graph.places.get(to)) else {
        return Ok(Step::Same);
    };
    let Some(lengths) = graph.lengths() else { return Ok(Step::Same) };
    let (distances, last) = graph.network(Along::Forward).shortest(from, &lengths);
    if distances[to].is_infinite() {
        return Ok(Step::Done(Value::list(Args::new())));
    }
    let mut way = vec![to];
    while let Some((before, _)) = way.last().and_then(|&vertex| last[vertex]) {
        way.push(before);
    }
    way.reverse();
    Ok(Step::Done(graph.at(&way)))
}

fn distance(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, from, to) = match call.args() {
        [of, from] => (of, from, None),
        [of, from, to] => (of, from, Some(to)),
        _ => return Ok(Step::Same),
    };
    let Some(graph) = Graph::read(session, of) else { return Ok(Step::Same) };
    let Some(&from) = graph.places.get(from) else { return Ok(Step::Same) };
    let Some(all) = distances(&graph, from) else { return Ok(Step::Same) };
    Ok(match to {
        None => Step::Again(Value::list(all)),
        Some(to) => match graph.places.get(to) {
            Some(&to) => Step::Again(all[to].clone()),
            None => Step::Same,
        },
    })
}

fn components(session: &mut Session, call: &Call, along: Along) -> Step {
    let (of, wanted) = match call.args() {
        [of] => (of, None),
        [of, wanted] => match wanted.as_list() {
            Some(wanted) => (of, Some(wanted)),
            None => return Step::Same,
        },
        _ => return Step::Same,
    };
    let Some(graph) = Graph::read(session, of) else { return Step::Same };
    let mut all = graph.network(along).components();
    all.sort_by_key(|component| (std::cmp::Reverse(component.len()), component[0]));
    if let Some(wanted) = wanted {
        let places: Vec<usize> =
            wanted.iter().filter_map(|vertex| graph.places.get(vertex).copied()).collect();
        all.retain(|component| component.iter().any(|own| places.contains(own)));
    }
    Step::Done(Value::list(all.iter().map(|component| graph.at(component)).collect::<Args>()))
}

fn reached(session: &mut Session, call: &Call, along: Along) -> Step {
    let [of, from] = call.args() else { return Step::Same };
    let Some(graph) = Graph::read(session, of) else { return Step::Same };
    let list = from.as_list().filter(|_| !graph.places.contains_key(from));
    let from: Option<Vec<usize>> = list
        .unwrap_or(std::slice::from_ref(from))
        .iter()
        .map(|vertex| graph.places.get(vertex).copied())
        .collect();
    let Some(from) = from else { return Step::Same };
    Step::Done(graph.at(&graph.network(along).reached(&from)))
}

fn flow(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, own) = Options::split(call.args(), 3);
    let [of, from, to] = args else { return Ok(Step::Same) };
    let Some(mut graph) = Graph::read(session, of) else { return Ok(Step::Same) };
    let (Some(&from), Some(&to)) = (graph.places.get(from), graph.places.get(to)) else {
        return Ok(Step::Same);
    };
    let options = graph.options.clone();
    let given = own.get(session, "EdgeCapacity");
    if let Some(capacities) =
        given.or_else(|| Options::split(&options, 0).1.get(session, "EdgeCapacity"))
    {
        let Some(capacities) = capacities.as_list().and_then(|all| graph.weights_of(all)) else {
            return Ok(Step::Same);
        };
        graph.weights = Some(capacities);
    }
    let Some(capacities) = graph.lengths().filter(|_| from != to) else { return Ok(Step::Same) };
    let most = search::maximum_flow(graph.vertices.len(), &graph.edges, &capacities, (from, to));
    Ok(Step::Again(shown(&graph, most)))
}
