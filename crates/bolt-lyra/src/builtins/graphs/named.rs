//! Graphs with a name.

use triomphe::Arc;

use super::{Graph, MOST};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::value::{Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "CompleteGraph",
        Attributes::NONE,
        |s, c| Ok(complete(s, c)),
        "CompleteGraph[n] joins each two of n vertices; CompleteGraph[{m, n, ...}] each two that are \
         in different ones of groups of m, n, ... vertices.",
        &[("EdgeCount[CompleteGraph[6]]", "15"), ("EdgeCount[CompleteGraph[{2, 3}]]", "6")],
    ),
    builtin(
        "CycleGraph",
        Attributes::NONE,
        |s, c| {
            Ok(numbered(s, c, |n| {
                (0..n).map(|i| (i.min((i + 1) % n), i.max((i + 1) % n))).collect()
            }))
        },
        "CycleGraph[n] joins n vertices to a ring.",
        &[("VertexDegree[CycleGraph[4]]", "{2, 2, 2, 2}"), ("EdgeCount[CycleGraph[7]]", "7")],
    ),
    builtin(
        "PathGraph",
        Attributes::NONE,
        path,
        "PathGraph[{v1, v2, ...}] joins each vertex to the next one.",
        &[
            ("EdgeCount[PathGraph[{a, b, c}]]", "2"),
            ("VertexDegree[PathGraph[Range[4]]]", "{1, 2, 2, 1}"),
        ],
    ),
    builtin(
        "StarGraph",
        Attributes::NONE,
        |s, c| Ok(numbered(s, c, |n| (1..n).map(|i| (0, i)).collect())),
        "StarGraph[n] joins the first of n vertices to the others.",
        &[("VertexDegree[StarGraph[4]]", "{3, 1, 1, 1}"), ("EdgeCount[StarGraph[9]]", "8")],
    ),
    builtin(
        "WheelGraph",
        Attributes::NONE,
        |s, c| {
            Ok(numbered(s, c, |n| {
                let rim = n - 1;
                let next = |i: usize| 1 + i % rim;
                let spokes = (1..n).map(|i| (0, i));
                spokes.chain((1..n).map(|i| (i.min(next(i)), i.max(next(i))))).collect()
            }))
        },
        "WheelGraph[n] joins the first of n vertices to the others, and these to a ring.",
        &[("VertexDegree[WheelGraph[5]]", "{4, 3, 3, 3, 3}"), ("EdgeCount[WheelGraph[6]]", "10")],
    ),
    builtin(
        "GridGraph",
        Attributes::NONE,
        |s, c| Ok(grid(s, c)),
        "GridGraph[{m, n, ...}] joins neighbours in a grid of m times n times ... vertices, which \
         are counted along the first side first.",
        &[
            ("VertexDegree[GridGraph[{2, 3}]]", "{2, 2, 3, 3, 2, 2}"),
            ("EdgeCount[GridGraph[{3, 3}]]", "12"),
        ],
    ),
    builtin(
        "HypercubeGraph",
        Attributes::NONE,
        |s, c| {
            let [Value::Integer(sides @ 0..=16)] = c.args() else { return Ok(Step::Same) };
            let n = 1_usize << sides;
            let bits =
                |i: usize| (0..*sides).map(move |bit| (i, i | 1 << bit)).filter(|(i, j)| i != j);
            Ok(Step::Done(Graph::numbered(n, (0..n).flat_map(bits), false).value(s)))
        },
        "HypercubeGraph[n] joins the corners of a cube of n dimensions.",
        &[
            ("VertexDegree[HypercubeGraph[2]]", "{2, 2, 2, 2}"),
            ("EdgeCount[HypercubeGraph[4]]", "32"),
        ],
    ),
    builtin(
        "PetersenGraph",
        Attributes::NONE,
        |s, c| {
            let (n, k) = match c.args() {
                [] => (5, 2),
                [n, k] => match (n.as_usize(), k.as_usize()) {
                    (Some(n @ 3..=MOST), Some(k)) if k >= 1 && 2 * k < n => (n, k),
                    _ => return Ok(Step::Same),
                },
                _ => return Ok(Step::Same),
            };
            let sorted = |a: usize, b: usize| (a.min(b), a.max(b));
            let around = (0..n)
                .flat_map(|i| [sorted(i, (i + k) % n), (i, n + i), sorted(n + i, n + (i + 1) % n)]);
            Ok(Step::Done(Graph::numbered(2 * n, around, false).value(s)))
        },
        "PetersenGraph[n, k] joins a ring of n vertices to a star of n vertices, each of which is \
         joined to the k-th after it; PetersenGraph[] has n = 5, k = 2.",
        &[
            ("VertexDegree[PetersenGraph[]] === ConstantArray[3, 10]", "True"),
            ("EdgeCount[PetersenGraph[7, 2]]", "21"),
        ],
    ),
    builtin(
        "CirculantGraph",
        Attributes::NONE,
        |s, c| Ok(circulant(s, c)),
        "CirculantGraph[n, j] joins each of n vertices to the j-th after it around a ring, \
         CirculantGraph[n, {j1, ...}] to several.",
        &[("EdgeCount[CirculantGraph[5, {1, 2}]]", "10"), ("EdgeCount[CirculantGraph[6, 3]]", "3")],
    ),
    builtin(
        "KaryTree",
        Attributes::NONE,
        |s, c| {
            let (n, k) = match c.args() {
                [n] => (n.as_usize(), Some(2)),
                [n, k] => (n.as_usize(), k.as_usize()),
                _ => return Ok(Step::Same),
            };
            let (Some(n @ 1..=MOST), Some(k @ 1..)) = (n, k) else { return Ok(Step::Same) };
            let edges = (1..n).map(|i| ((i - 1) / k, i));
            Ok(Step::Done(Graph::numbered(n, edges, false).value(s)))
        },
        "KaryTree[n, k] is a tree of n vertices, each of which has up to k children; KaryTree[n] is \
         a binary one.",
        &[("VertexDegree[KaryTree[5]]", "{2, 3, 1, 1, 1}"), ("TreeGraphQ[KaryTree[9, 3]]", "True")],
    ),
    builtin(
        "CompleteKaryTree",
        Attributes::NONE,
        |s, c| Ok(complete_tree(s, c)),
        "CompleteKaryTree[n, k] is a tree with n levels, each vertex of which has k children; \
         CompleteKaryTree[n] is a binary one.",
        &[
            ("VertexCount[CompleteKaryTree[4]]", "15"),
            ("VertexCount[CompleteKaryTree[3, 3]]", "13"),
        ],
    ),
    builtin(
        "RandomGraph",
        Attributes::NONE,
        random,
        "RandomGraph[{n, m}] is a graph of n vertices and m edges that were chosen at random; \
         DirectedEdges -> True gives them directions.",
        &[
            ("EdgeCount[RandomGraph[{10, 20}]]", "20"),
            ("SimpleGraphQ[RandomGraph[{5, 7}]]", "True"),
        ],
    ),
];

/// A graph of as many vertices as the only argument says, with edges between places from 0.
fn numbered(
    session: &mut Session,
    call: &Call,
    edges: impl Fn(usize) -> Vec<(usize, usize)>,
) -> Step {
    let [count] = call.args() else { return Step::Same };
    let Some(count @ 1..=MOST) = count.as_usize() else { return Step::Same };
    let mut all: Vec<_> = edges(count).into_iter().filter(|(from, to)| from != to).collect();
    all.sort_unstable();
    all.dedup();
    Step::Done(Graph::numbered(count, all, false).value(session))
}

fn complete(session: &mut Session, call: &Call) -> Step {
    let [of] = call.args() else { return Step::Same };
    let sizes: Option<Vec<usize>> = match of.as_list() {
        Some(sizes) => sizes.iter().map(Value::as_usize).collect(),
        None => of.as_usize().filter(|&count| count <= 4096).map(|count| vec![1; count]),
    };
    let Some(sizes) = sizes else { return Step::Same };
    let total = sizes.iter().fold(0_usize, |sum, size| sum.saturating_add(*size));
    if total > 4096 {
        return Step::Same;
    }
    let group: Vec<usize> =
        sizes.iter().enumerate().flat_map(|(group, &size)| vec![group; size]).collect();
    let others = |i: usize| (i + 1..total).map(move |j| (i, j));
    let pairs = (0..total).flat_map(others).filter(|&(i, j)| group[i] != group[j]);
    Step::Done(Graph::numbered(total, pairs, false).value(session))
}

fn path(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [vertices] = call.args() else { return Ok(Step::Same) };
    let Some(vertices) = vertices.as_list() else { return Ok(Step::Same) };
    let mut graph = Graph::default();
    graph.add(vertices);
    vertices.windows(2).for_each(|pair| graph.join(&pair[0], &pair[1], false));
    Ok(Step::Done(graph.value(session)))
}

fn grid(session: &mut Session, call: &Call) -> Step {
    let [Value::Call(sides)] = call.args() else { return Step::Same };
    let sides: Option<Vec<usize>> = sides.args().iter().map(Value::as_usize).collect();
    let Some(sides) = sides.filter(|sides| !sides.contains(&0)) else { return Step::Same };
    let total = sides.iter().fold(1_usize, |product, side| product.saturating_mul(*side));
    if total > MOST {
        return Step::Same;
    }
    let mut edges = Vec::new();
    let mut stride = 1;
    for side in sides {
        let inside = (0..total).filter(|i| i / stride % side + 1 < side);
        edges.extend(inside.map(|i| (i, i + stride)));
        stride *= side;
    }
    Step::Done(Graph::numbered(total, edges, false).value(session))
}

fn circulant(session: &mut Session, call: &Call) -> Step {
    let [count, jumps] = call.args() else { return Step::Same };
    let jumps: Option<Vec<i64>> =
        jumps.as_list().unwrap_or(std::slice::from_ref(jumps)).iter().map(Value::as_i64).collect();
    let (Some(count @ 1..=MOST), Some(jumps)) = (count.as_usize(), jumps) else {
        return Step::Same;
    };
    let mut edges = Vec::new();
    for i in 0..count {
        for jump in &jumps {
            let j = (i as i64 + jump.rem_euclid(count as i64)) as usize % count;
            edges.push((i.min(j), i.max(j)));
        }
    }
    edges.retain(|(i, j)| i != j);
    edges.sort_unstable();
    edges.dedup();
    Step::Done(Graph::numbered(count, edges, false).value(session))
}

fn complete_tree(session: &mut Session, call: &Call) -> Step {
    let (levels, k) = match call.args() {
        [levels] => (levels.as_usize(), Some(2)),
        [levels, k] => (levels.as_usize(), k.as_usize()),
        _ => return Step::Same,
    };
    let (Some(levels @ 1..=20), Some(k @ 1..=MOST)) = (levels, k) else { return Step::Same };
    let (mut count, mut level) = (1_usize, 1_usize);
    for _ in 1..levels {
        level = level.saturating_mul(k);
        count = count.saturating_add(level);
    }
    if count > MOST {
        return Step::Same;
    }
    let edges = (1..count).map(|i| ((i - 1) / k, i));
    Step::Done(Graph::numbered(count, edges, false).value(session))
}

/// Chooses edges without replacement (Floyd's way: Bentley, "Programming pearls", 1987).
fn random(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, options) = crate::builtins::options::Options::split(call.args(), 1);
    let directed = options.is_set(session, "DirectedEdges");
    let [sizes] = args else { return Ok(Step::Same) };
    let Some([vertices, edges]) = sizes.as_list() else { return Ok(Step::Same) };
    let (Some(vertices @ ..=4096), Some(edges)) = (vertices.as_usize(), edges.as_usize()) else {
        return Ok(Step::Same);
    };
    let pairs = |i: usize| (0..vertices).filter(move |&j| if directed { i != j } else { i < j });
    let all: Vec<(usize, usize)> =
        (0..vertices).flat_map(|i| pairs(i).map(move |j| (i, j))).collect();
    if edges > all.len() {
        return Ok(Step::Same);
    }
    let mut chosen = std::collections::BTreeSet::new();
    for last in all.len() - edges..all.len() {
        let place = session.random.below(last + 1);
        if !chosen.insert(place) {
            chosen.insert(last);
        }
    }
    let edges = chosen.into_iter().map(|place| all[place]);
    Ok(Step::Done(Graph::numbered(vertices, edges, directed).value(session)))
}
