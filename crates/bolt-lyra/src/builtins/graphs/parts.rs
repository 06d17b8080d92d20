//! What a graph consists of: vertices, edges, neighbours, matrices.

use triomphe::Arc;

use super::network::Along;
use super::{Graph, MOST, count, of_graph};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Graph",
        Attributes::NONE,
        graph,
        "Graph[{edges}] or Graph[{vertices}, {edges}] is a graph; a -> b and DirectedEdge[a, b] are \
         edges with a direction, a <-> b and UndirectedEdge[a, b] such without. EdgeWeight -> {w1, \
         ...} says what the edges weigh.",
        &[
            ("VertexList[Graph[{1 -> 2, 2 -> 3}]]", "{1, 2, 3}"),
            ("EdgeCount[Graph[{a, b, c}, {a <-> b}]]", "1"),
        ],
    ),
    builtin(
        "VertexList",
        Attributes::NONE,
        |s, c| Ok(of_graph(s, c, |graph| Value::list(Args::from(graph.vertices.clone())))),
        "VertexList[g] is the list of the vertices of a graph.",
        &[
            ("VertexList[{a -> b, c -> a}]", "{a, b, c}"),
            ("VertexList[CycleGraph[3]]", "{1, 2, 3}"),
        ],
    ),
    builtin(
        "EdgeList",
        Attributes::NONE,
        |s, c| Ok(of_graph(s, c, Graph::edge_list)),
        "EdgeList[g] is the list of the edges of a graph.",
        &[
            ("EdgeList[{a -> b}] === {DirectedEdge[a, b]}", "True"),
            ("EdgeList[PathGraph[{a, b}]] === {UndirectedEdge[a, b]}", "True"),
        ],
    ),
    builtin(
        "VertexCount",
        Attributes::NONE,
        |s, c| Ok(of_graph(s, c, |graph| count(graph.vertices.len()))),
        "VertexCount[g] is how many vertices a graph has.",
        &[("VertexCount[{a -> b, b -> c}]", "3"), ("VertexCount[CompleteGraph[5]]", "5")],
    ),
    builtin(
        "EdgeCount",
        Attributes::NONE,
        |s, c| Ok(of_graph(s, c, |graph| count(graph.edges.len()))),
        "EdgeCount[g] is how many edges a graph has.",
        &[("EdgeCount[CompleteGraph[5]]", "10"), ("EdgeCount[{a -> b}]", "1")],
    ),
    builtin(
        "VertexDegree",
        Attributes::NONE,
        |s, c| Ok(degrees(s, c, Along::Both)),
        "VertexDegree[g] is the list of how many edges meet at each vertex, a loop counting twice; \
         VertexDegree[g, v] is that at v.",
        &[("VertexDegree[{a -> b, b -> c}]", "{1, 2, 1}"), ("VertexDegree[StarGraph[5], 1]", "4")],
    ),
    builtin(
        "VertexInDegree",
        Attributes::NONE,
        |s, c| Ok(degrees(s, c, Along::Backward)),
        "VertexInDegree[g] is the list of how many edges lead to each vertex.",
        &[("VertexInDegree[{a -> b, c -> b}]", "{0, 2, 0}"), ("VertexInDegree[{a -> b}, b]", "1")],
    ),
    builtin(
        "VertexOutDegree",
        Attributes::NONE,
        |s, c| Ok(degrees(s, c, Along::Forward)),
        "VertexOutDegree[g] is the list of how many edges lead from each vertex.",
        &[
            ("VertexOutDegree[{a -> b, a -> c}]", "{2, 0, 0}"),
            ("VertexOutDegree[{a -> b}, b]", "0"),
        ],
    ),
    builtin(
        "AdjacencyList",
        Attributes::NONE,
        neighbours,
        "AdjacencyList[g, v] is the list of the vertices that an edge joins to v; AdjacencyList[g] \
         is that of all vertices.",
        &[
            ("AdjacencyList[{a -> b, c -> a}, a]", "{b, c}"),
            ("AdjacencyList[PathGraph[{1, 2, 3}]]", "{{2}, {1, 3}, {2}}"),
        ],
    ),
    builtin(
        "IncidenceList",
        Attributes::NONE,
        incidence_list,
        "IncidenceList[g, v] is the list of the edges that meet at v.",
        &[
            ("Length[IncidenceList[StarGraph[4], 1]]", "3"),
            ("IncidenceList[{a -> b, b -> c}, a] === {DirectedEdge[a, b]}", "True"),
        ],
    ),
    builtin(
        "AdjacencyMatrix",
        Attributes::NONE,
        |s, c| Ok(adjacency(s, c, false)),
        "AdjacencyMatrix[g] has at i, j how many edges lead from vertex i to vertex j.",
        &[
            ("Normal[AdjacencyMatrix[{a -> b}]]", "{{0, 1}, {0, 0}}"),
            ("Normal[AdjacencyMatrix[CycleGraph[3]]]", "{{0, 1, 1}, {1, 0, 1}, {1, 1, 0}}"),
        ],
    ),
    builtin(
        "WeightedAdjacencyMatrix",
        Attributes::NONE,
        |s, c| Ok(adjacency(s, c, true)),
        "WeightedAdjacencyMatrix[g] has at i, j the weight of the edge from vertex i to vertex j.",
        &[
            (
                "Normal[WeightedAdjacencyMatrix[Graph[{1 -> 2}, EdgeWeight -> {5}]]]",
                "{{0, 5}, {0, 0}}",
            ),
            ("Normal[WeightedAdjacencyMatrix[{1 <-> 2}]]", "{{0, 1}, {1, 0}}"),
        ],
    ),
    builtin(
        "IncidenceMatrix",
        Attributes::NONE,
        incidence,
        "IncidenceMatrix[g] has at i, j what edge j is to vertex i: 1 where it meets it, -1 where \
         it leaves it.",
        &[
            ("Normal[IncidenceMatrix[{a -> b, c -> b}]]", "{{-1, 0}, {1, 1}, {0, -1}}"),
            ("Normal[IncidenceMatrix[PathGraph[{1, 2, 3}]]]", "{{1, 0}, {1, 1}, {0, 1}}"),
        ],
    ),
    builtin(
        "AdjacencyGraph",
        Attributes::NONE,
        adjacency_graph,
        "AdjacencyGraph[m] is the graph with a matrix of how many edges lead from i to j; it has no \
         directions if m is symmetric. AdjacencyGraph[{v1, ...}, m] names the vertices.",
        &[
            ("VertexDegree[AdjacencyGraph[{{0, 1, 1}, {1, 0, 0}, {1, 0, 0}}]]", "{2, 1, 1}"),
            ("EdgeList[AdjacencyGraph[{{0, 1}, {0, 0}}]] === {DirectedEdge[1, 2]}", "True"),
        ],
    ),
    builtin(
        "VertexIndex",
        Attributes::NONE,
        |s, c| {
            let [of, vertex] = c.args() else { return Ok(Step::Same) };
            let place = Graph::read(s, of).and_then(|graph| graph.places.get(vertex).copied());
            Ok(place.map_or(Step::Same, |place| Step::Done(count(place + 1))))
        },
        "VertexIndex[g, v] is the place of v among the vertices of a graph.",
        &[("VertexIndex[{a -> b}, b]", "2"), ("VertexIndex[{a -> b}, a]", "1")],
    ),
];

fn graph(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some(graph) = Graph::of_args(session, call.args()) else { return Ok(Step::Same) };
    let value = graph.value(session);
    Ok(if value == Value::Call(call.clone()) { Step::Same } else { Step::Done(value) })
}

fn degrees(session: &mut Session, call: &Call, along: Along) -> Step {
    let (of, vertex) = match call.args() {
        [of] => (of, None),
        [of, vertex] => (of, Some(vertex)),
        _ => return Step::Same,
    };
    let Some(graph) = Graph::read(session, of) else { return Step::Same };
    let mut degrees = vec![0; graph.vertices.len()];
    for edge in &graph.edges {
        if along != Along::Backward || !edge.directed {
            degrees[edge.from] += 1;
        }
        if along != Along::Forward || !edge.directed {
            degrees[edge.to] += 1;
        }
    }
    match vertex {
        Some(vertex) => match graph.places.get(vertex) {
            Some(&place) => Step::Done(count(degrees[place])),
            None => Step::Same,
        },
        None => Step::Done(Value::list(degrees.into_iter().map(count).collect::<Args>())),
    }
}

fn neighbours(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, vertex) = match call.args() {
        [of] => (of, None),
        [of, vertex] => (of, Some(vertex)),
        _ => return Ok(Step::Same),
    };
    let Some(graph) = Graph::read(session, of) else { return Ok(Step::Same) };
    let network = graph.network(Along::Both);
    let around = |place: usize| {
        let mut all: Vec<usize> = network.from(place).iter().map(|arc| arc.to).collect();
        all.sort_unstable();
        all.dedup();
        graph.at(&all)
    };
    Ok(match vertex {
        Some(vertex) => match graph.places.get(vertex) {
            Some(&place) => Step::Done(around(place)),
            None => Step::Same,
        },
        None => Step::Done(Value::list((0..network.len()).map(around).collect::<Args>())),
    })
}

fn incidence_list(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of, vertex] = call.args() else { return Ok(Step::Same) };
    let Some(graph) = Graph::read(session, of) else { return Ok(Step::Same) };
    let Some(&place) = graph.places.get(vertex) else { return Ok(Step::Same) };
    let meets = graph.edges.iter().filter(|edge| edge.from == place || edge.to == place);
    Ok(Step::Done(Value::list(meets.map(|edge| graph.edge_value(edge)).collect::<Args>())))
}

/// Returns a matrix of values, zeros where nothing was put.
fn matrix(rows: usize, columns: usize, entries: Vec<(usize, usize, Value)>) -> Option<Value> {
    (rows.checked_mul(columns)? <= MOST).then_some(())?;
    let mut all = vec![vec![Value::Integer(0); columns]; rows];
    for (row, column, value) in entries {
        let own = &mut all[row][column];
        *own = if number::is_zero(own) { value } else { number::add(own, &value) };
    }
    Some(Value::list(all.into_iter().map(|row| Value::list(Args::from(row))).collect::<Args>()))
}

fn adjacency(session: &mut Session, call: &Call, weighted: bool) -> Step {
    let [of] = call.args() else { return Step::Same };
    let Some(graph) = Graph::read(session, of) else { return Step::Same };
    let mut entries = Vec::new();
    for (place, edge) in graph.edges.iter().enumerate() {
        let weight = graph.weights.as_ref().filter(|_| weighted).map(|weights| &weights[place]);
        let weight = weight.cloned().unwrap_or(Value::Integer(1));
        entries.push((edge.from, edge.to, weight.clone()));
        if !edge.directed && edge.from != edge.to {
            entries.push((edge.to, edge.from, weight));
        }
    }
    let size = graph.vertices.len();
    matrix(size, size, entries).map_or(Step::Same, Step::Again)
}

fn incidence(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of] = call.args() else { return Ok(Step::Same) };
    let Some(graph) = Graph::read(session, of) else { return Ok(Step::Same) };
    let mut entries = Vec::new();
    for (place, edge) in graph.edges.iter().enumerate() {
        let at_start = if edge.directed { -1 } else { 1 };
        match (edge.from == edge.to, edge.directed) {
            (true, true) => entries.push((edge.from, place, Value::Integer(-2))),
            (true, false) => entries.push((edge.from, place, Value::Integer(2))),
            (false, _) => {
                entries.push((edge.from, place, Value::Integer(at_start)));
                entries.push((edge.to, place, Value::Integer(1)));
            }
        }
    }
    let found = matrix(graph.vertices.len(), graph.edges.len(), entries);
    Ok(found.map_or(Step::Same, Step::Again))
}

fn adjacency_graph(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (names, of) = match call.args() {
        [of] => (None, of),
        [names, of] => (names.as_list(), of),
        _ => return Ok(Step::Same),
    };
    let normal = session.evaluate(&Value::call(sym::Normal, [of.clone()].as_slice()))?;
    let rows: Option<Vec<Vec<usize>>> = normal.as_list().and_then(|rows| {
        rows.iter().map(|row| row.as_list()?.iter().map(Value::as_usize).collect()).collect()
    });
    let Some(rows) = rows else { return Ok(Step::Same) };
    let size = rows.len();
    let is_square = rows.iter().all(|row| row.len() == size);
    let total: usize = rows.iter().flatten().fold(0, |sum, own| sum.saturating_add(*own));
    if !is_square || total > MOST || names.is_some_and(|names| names.len() != size) {
        return Ok(Step::Same);
    }
    let is_symmetric = (0..size).all(|i| (0..i).all(|j| rows[i][j] == rows[j][i]));
    let mut graph = Graph::default();
    for place in 0..size {
        let name = names.map_or_else(|| count(place + 1), |names| names[place].clone());
        graph.vertex(&name);
    }
    for (from, row) in rows.iter().enumerate() {
        for (to, &times) in row.iter().enumerate() {
            if !is_symmetric || from <= to {
                let edge = super::Edge { from, to, directed: !is_symmetric };
                graph.edges.extend(std::iter::repeat_n(edge, times));
            }
        }
    }
    Ok(Step::Done(graph.value(session)))
}
