//! Numbers that say something of a graph or of its vertices.

use super::network::Along;
use super::{Graph, of_graph, reals, shown};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::Session;
use crate::value::{Args, Call, Value};

const NONE: Attributes = Attributes::NONE;

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "BetweennessCentrality",
        NONE,
        |s, c| {
            Ok(of_graph(s, c, |graph| {
                let all = graph.network(Along::Forward).betweenness();
                // Without directions each two vertices are counted in both orders.
                let orders = if graph.is_directed() { 1.0 } else { 2.0 };
                reals(all.into_iter().map(|own| own / orders).collect())
            }))
        },
        "BetweennessCentrality[g] is the list of how many shortest ways lead through each vertex.",
        &[
            ("BetweennessCentrality[PathGraph[{1, 2, 3}]]", "{0., 1., 0.}"),
            ("BetweennessCentrality[StarGraph[4]]", "{3., 0., 0., 0.}"),
        ],
    ),
    builtin(
        "ClosenessCentrality",
        NONE,
        |s, c| Ok(of_graph(s, c, closeness)),
        "ClosenessCentrality[g] is the list of 1 divided by the mean distance from each vertex to \
         the others that can be reached.",
        &[
            ("ClosenessCentrality[StarGraph[3]]", "{1., 0.6666666666666666, 0.6666666666666666}"),
            ("ClosenessCentrality[Graph[{1, 2}, {}]]", "{0., 0.}"),
        ],
    ),
    builtin(
        "DegreeCentrality",
        NONE,
        |s, c| {
            let [of] = c.args() else { return Ok(Step::Same) };
            let degree = s.system_symbol("VertexDegree");
            Ok(Graph::read(s, of)
                .map_or(Step::Same, |_| Step::Again(Value::call(degree, [of.clone()].as_slice()))))
        },
        "DegreeCentrality[g] is the list of how many edges meet at each vertex.",
        &[
            ("DegreeCentrality[StarGraph[4]]", "{3, 1, 1, 1}"),
            ("DegreeCentrality[{a -> b}]", "{1, 1}"),
        ],
    ),
    builtin(
        "PageRankCentrality",
        NONE,
        |s, c| Ok(page_rank(s, c)),
        "PageRankCentrality[g] is the list of how often a walk comes to each vertex that follows an \
         edge with probability 0.85 and else goes anywhere; PageRankCentrality[g, p] says how \
         probable that is.",
        &[
            ("PageRankCentrality[CycleGraph[4]]", "{0.25, 0.25, 0.25, 0.25}"),
            ("Total[PageRankCentrality[StarGraph[5], 0.5]] == 1", "True"),
        ],
    ),
    builtin(
        "GraphDiameter",
        NONE,
        |s, c| Ok(extreme(s, c, |all| all.iter().copied().fold(0.0, f64::max))),
        "GraphDiameter[g] is the greatest distance between two vertices of a graph.",
        &[("GraphDiameter[CycleGraph[6]]", "3"), ("GraphDiameter[{1 -> 2}]", "Infinity")],
    ),
    builtin(
        "GraphRadius",
        NONE,
        |s, c| Ok(extreme(s, c, |all| all.iter().copied().fold(f64::INFINITY, f64::min))),
        "GraphRadius[g] is the least of the greatest distances from a vertex to another one.",
        &[("GraphRadius[PathGraph[Range[5]]]", "2"), ("GraphRadius[StarGraph[6]]", "1")],
    ),
    builtin(
        "VertexEccentricity",
        NONE,
        |s, c| {
            let [of, vertex] = c.args() else { return Ok(Step::Same) };
            let Some(graph) = Graph::read(s, of) else { return Ok(Step::Same) };
            let place = graph.places.get(vertex).copied();
            let all = eccentricities(&graph);
            Ok(match (all, place) {
                (Some(all), Some(place)) => Step::Again(shown(&graph, all[place])),
                _ => Step::Same,
            })
        },
        "VertexEccentricity[g, v] is the greatest distance from v to another vertex of a graph.",
        &[
            ("VertexEccentricity[PathGraph[Range[5]], 2]", "3"),
            ("VertexEccentricity[StarGraph[6], 1]", "1"),
        ],
    ),
    builtin(
        "GraphCenter",
        NONE,
        |s, c| Ok(with_eccentricity(s, c, f64::min)),
        "GraphCenter[g] is the list of the vertices from which the greatest distance is least.",
        &[("GraphCenter[PathGraph[Range[5]]]", "{3}"), ("GraphCenter[StarGraph[6]]", "{1}")],
    ),
    builtin(
        "GraphPeriphery",
        NONE,
        |s, c| Ok(with_eccentricity(s, c, f64::max)),
        "GraphPeriphery[g] is the list of the vertices from which the greatest distance is greatest.",
        &[
            ("GraphPeriphery[PathGraph[Range[5]]]", "{1, 5}"),
            ("GraphPeriphery[CycleGraph[3]]", "{1, 2, 3}"),
        ],
    ),
    builtin(
        "GraphDensity",
        NONE,
        |s, c| {
            Ok(of_graph(s, c, |graph| {
                let count = graph.vertices.len() as i64;
                let edges = graph.edges.len() as i64 * if graph.is_directed() { 1 } else { 2 };
                match count {
                    0 | 1 => Value::Integer(0),
                    _ => {
                        number::divide(&Value::Integer(edges), &Value::Integer(count * (count - 1)))
                            .unwrap_or(Value::Integer(0))
                    }
                }
            }))
        },
        "GraphDensity[g] is the number of edges of a graph divided by how many there could be.",
        &[("GraphDensity[CycleGraph[5]]", "1/2"), ("GraphDensity[CompleteGraph[4]]", "1")],
    ),
];

fn closeness(graph: &Graph) -> Value {
    let network = graph.network(Along::Forward);
    let Some(lengths) = graph.lengths() else { return reals(Vec::new()) };
    let of = |from: usize| {
        let (distances, _) = network.shortest(from, &lengths);
        let reached: Vec<f64> = distances
            .into_iter()
            .enumerate()
            .filter(|(to, distance)| *to != from && distance.is_finite())
            .map(|(_, distance)| distance)
            .collect();
        let total: f64 = reached.iter().sum();
        if total > 0.0 { reached.len() as f64 / total } else { 0.0 }
    };
    reals((0..network.len()).map(of).collect())
}

fn page_rank(session: &mut Session, call: &Call) -> Step {
    let (of, follows) = match call.args() {
        [of] => (of, Some(0.85)),
        [of, follows] => (of, number::to_f64(follows)),
        _ => return Step::Same,
    };
    match (Graph::read(session, of), follows) {
        (Some(graph), Some(follows)) if (0.0..=1.0).contains(&follows) => {
            Step::Done(reals(graph.network(Along::Forward).page_rank(follows)))
        }
        _ => Step::Same,
    }
}

/// Returns the greatest distance from each vertex to another one.
fn eccentricities(graph: &Graph) -> Option<Vec<f64>> {
    let (network, lengths) = (graph.network(Along::Forward), graph.lengths()?);
    let of = |from| network.shortest(from, &lengths).0.into_iter().fold(0.0, f64::max);
    Some((0..network.len()).map(of).collect())
}

fn extreme(session: &mut Session, call: &Call, of: impl Fn(&[f64]) -> f64) -> Step {
    let [graph] = call.args() else { return Step::Same };
    let Some(graph) = Graph::read(session, graph) else { return Step::Same };
    match eccentricities(&graph) {
        Some(all) if !all.is_empty() => Step::Again(shown(&graph, of(&all))),
        _ => Step::Same,
    }
}

fn with_eccentricity(session: &mut Session, call: &Call, better: fn(f64, f64) -> f64) -> Step {
    let [graph] = call.args() else { return Step::Same };
    let Some(graph) = Graph::read(session, graph) else { return Step::Same };
    let Some(all) = eccentricities(&graph) else { return Step::Same };
    let Some(best) = all.iter().copied().reduce(better) else {
        return Step::Done(Value::list(Args::new()));
    };
    let places: Vec<usize> = (0..all.len()).filter(|&place| all[place] == best).collect();
    Step::Done(graph.at(&places))
}
