//! Graphs: vertices, and edges between them that have a direction or not.
//!
//! `network` and `search` compute with numbered vertices, this file goes between them and
//! expressions, the others are the functions by topic.

mod changed;
mod measured;
mod named;
mod network;
mod parts;
mod search;
mod tested;
#[cfg(test)]
mod tests;
mod ways;

use std::collections::HashMap;

use self::network::{Along, Edge, Network};
use super::Builtin;
use crate::builtins::forms::count;
use crate::evaluate::Step;
use crate::number;
use crate::rule::sides;
use crate::session::Session;
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(super) const TABLES: &[&[Builtin]] =
    &[changed::TABLE, measured::TABLE, named::TABLE, parts::TABLE, tested::TABLE, ways::TABLE];

/// A graph, its vertices numbered from 0.
#[derive(Debug, Clone, Default)]
struct Graph {
    vertices: Vec<Value>,
    places: HashMap<Value, usize>,
    edges: Vec<Edge>,
    /// What the edges weigh, if that was said.
    weights: Option<Vec<Value>>,
    /// Options that say how it looks.
    options: Vec<Value>,
}

/// More vertices than this are not asked to be in a matrix or made by a name.
const MOST: usize = 1 << 20;

/// Returns the ends of an edge and whether it has a direction.
fn ends(edge: &Value) -> Option<(&Value, &Value, bool)> {
    let call = edge.as_call()?;
    let directed = call.is(sym::DirectedEdge) || call.is(sym::Rule);
    let is_edge = directed || call.is(sym::UndirectedEdge) || call.is(sym::TwoWayRule);
    match call.args() {
        [from, to, ..] if is_edge => Some((from, to, directed)),
        _ => None,
    }
}

impl Graph {
    /// Reads `Graph[...]` or a list of edges.
    fn read(session: &Session, value: &Value) -> Option<Self> {
        match value.args_of(sym::Graph) {
            Some(args) => Self::of_args(session, args),
            None => Self::of_args(session, std::slice::from_ref(value)),
        }
    }

    fn of_args(session: &Session, args: &[Value]) -> Option<Self> {
        let least = args.iter().take_while(|arg| arg.as_list().is_some()).count();
        let (lists, options) = args.split_at(least);
        let (vertices, edges): (&[Value], &[Value]) = match lists {
            [edges] => (&[], edges.as_list()?),
            [vertices, edges] => (vertices.as_list()?, edges.as_list()?),
            _ => return None,
        };
        let mut graph = Self::default();
        graph.add(vertices);
        for edge in edges {
            let (from, to, directed) = ends(edge)?;
            graph.join(from, to, directed);
        }
        for option in options {
            let (name, value, _) = sides(option)?;
            let name = &*session.names.full(name.as_symbol()?).name;
            match value.as_list() {
                Some(weights) if name == "EdgeWeight" => {
                    graph.weights = Some(graph.weights_of(weights)?);
                }
                _ => graph.options.push(option.clone()),
            }
        }
        Some(graph)
    }

    /// Reads weights, in the order of the edges or as rules.
    fn weights_of(&self, weights: &[Value]) -> Option<Vec<Value>> {
        if weights.iter().all(|weight| sides(weight).is_none()) {
            return (weights.len() == self.edges.len()).then(|| weights.to_vec());
        }
        let mut all = vec![Value::Integer(1); self.edges.len()];
        for weight in weights {
            let (edge, weight, _) = sides(weight)?;
            let (from, to, directed) = ends(edge)?;
            let (from, to) = (*self.places.get(from)?, *self.places.get(to)?);
            let place = self.edges.iter().position(|own| {
                let is_same = (own.from, own.to) == (from, to)
                    || (!directed && (own.to, own.from) == (from, to));
                is_same && own.directed == directed
            })?;
            all[place] = weight.clone();
        }
        Some(all)
    }

    /// Returns the number of a vertex, which is added if it is new.
    fn vertex(&mut self, vertex: &Value) -> usize {
        if let Some(&place) = self.places.get(vertex) {
            return place;
        }
        self.vertices.push(vertex.clone());
        self.places.insert(vertex.clone(), self.vertices.len() - 1);
        self.vertices.len() - 1
    }

    /// Adds vertices, those that it has excepted.
    fn add(&mut self, vertices: &[Value]) {
        for vertex in vertices {
            self.vertex(vertex);
        }
    }

    fn join(&mut self, from: &Value, to: &Value, directed: bool) {
        let (from, to) = (self.vertex(from), self.vertex(to));
        self.edges.push(Edge { from, to, directed });
    }

    /// Returns a graph of vertices 1 to `count` and edges between places from 0, in order.
    fn numbered(
        count: usize,
        pairs: impl IntoIterator<Item = (usize, usize)>,
        directed: bool,
    ) -> Self {
        let mut graph = Self::default();
        graph.add(&(1..=count as i64).map(Value::Integer).collect::<Vec<_>>());
        graph.edges = pairs.into_iter().map(|(from, to)| Edge { from, to, directed }).collect();
        graph.edges.sort_by_key(|edge| (edge.from, edge.to));
        graph
    }

    /// Returns the part with some of the vertices and all edges between them for which a test is
    /// true.
    fn part(&self, vertices: &[usize], keeps: impl Fn(usize) -> bool) -> Self {
        let mut part = Self::default();
        for &place in vertices {
            part.vertex(&self.vertices[place]);
        }
        let mut weights = Vec::new();
        for (place, edge) in self.edges.iter().enumerate() {
            let (from, to) = (&self.vertices[edge.from], &self.vertices[edge.to]);
            if keeps(place) && part.places.contains_key(from) && part.places.contains_key(to) {
                part.join(from, to, edge.directed);
                weights.extend(self.weights.as_ref().map(|weights| weights[place].clone()));
            }
        }
        part.weights = self.weights.as_ref().map(|_| weights);
        part
    }

    fn edge_value(&self, edge: &Edge) -> Value {
        let head = if edge.directed { sym::DirectedEdge } else { sym::UndirectedEdge };
        Value::call(head, [self.vertices[edge.from].clone(), self.vertices[edge.to].clone()])
    }

    fn edge_list(&self) -> Value {
        Value::list(self.edges.iter().map(|edge| self.edge_value(edge)).collect::<Args>())
    }

    fn value(&self, session: &mut Session) -> Value {
        let vertices = Value::list(Args::from(self.vertices.clone()));
        let mut args = Args::from(vec![vertices, self.edge_list()]);
        if let Some(weights) = &self.weights {
            let name = session.system_symbol("EdgeWeight");
            args.push(Value::rule(name, Value::list(Args::from(weights.clone()))));
        }
        args.extend(self.options.iter().cloned());
        Value::call(sym::Graph, args)
    }

    fn network(&self, along: Along) -> Network {
        Network::new(self.vertices.len(), &self.edges, along)
    }

    /// Returns the lengths of the edges: the weights if there are any, else 1.
    fn lengths(&self) -> Option<Vec<f64>> {
        match &self.weights {
            Some(weights) => {
                let all: Option<Vec<f64>> = weights.iter().map(number::to_f64).collect();
                all.filter(|all| all.iter().all(|length| *length >= 0.0))
            }
            None => Some(vec![1.0; self.edges.len()]),
        }
    }

    fn is_directed(&self) -> bool {
        self.edges.iter().any(|edge| edge.directed)
    }

    /// Returns the vertices at places.
    fn at(&self, places: &[usize]) -> Value {
        Value::list(places.iter().map(|&place| self.vertices[place].clone()).collect::<Args>())
    }
}

/// Applies a function to the graph that is the only argument.
fn of_graph(session: &mut Session, call: &Call, with: impl Fn(&Graph) -> Value) -> Step {
    match call.args() {
        [of] => Graph::read(session, of).map_or(Step::Same, |graph| Step::Done(with(&graph))),
        _ => Step::Same,
    }
}

/// Returns a list of machine reals.
fn reals(all: Vec<f64>) -> Value {
    Value::list(all.into_iter().map(Value::Real).collect::<Args>())
}

/// Returns a length: where all weights are whole numbers, it is one.
fn shown(graph: &Graph, length: f64) -> Value {
    let is_whole = |weights: &Vec<Value>| weights.iter().all(|own| own.as_i64().is_some());
    match graph.weights.as_ref().is_none_or(is_whole) {
        _ if length.is_infinite() => Value::Symbol(sym::Infinity),
        true => Value::Integer(length as i64),
        false => Value::Real(length),
    }
}

/// Returns a graph in words, as it is shown.
pub(super) fn words(session: &Session, call: &Call) -> Option<String> {
    let graph = Graph::of_args(session, call.args())?;
    Some(format!("Graph[<{}>, <{}>]", graph.vertices.len(), graph.edges.len()))
}
