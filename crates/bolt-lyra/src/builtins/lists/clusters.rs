//! Groups of things that are near each other.

use triomphe::Arc;

use super::super::options::Options;
use super::super::{Builtin, builtin};
use super::nearest::usual;
use crate::array::Elements;
use crate::compile::Callable;
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::rule::sides;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

const NONE: Attributes = Attributes::NONE;

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "DistanceMatrix",
        NONE,
        distance_matrix,
        "DistanceMatrix[{u1, u2, ...}] is the matrix of how far the ui are from each other, \
         DistanceMatrix[{u1, ...}, {v1, ...}] of how far the ui are from the vi. \
         DistanceFunction -> f says how far two are; else it is EuclideanDistance of numbers and \
         vectors and EditDistance of strings.",
        &[
            ("DistanceMatrix[{1, 4, 9}]", "{{0, 3, 8}, {3, 0, 5}, {8, 5, 0}}"),
            (
                "DistanceMatrix[{{0, 0}, {1, 1}}, {{1, 0}}, DistanceFunction -> ManhattanDistance]",
                "{{1}, {1}}",
            ),
        ],
    ),
    builtin(
        "FindClusters",
        NONE,
        |session, call| clustered(session, call, true),
        "FindClusters[list] puts elements that are near each other into groups; FindClusters[list, \
         n] into n groups, FindClusters[list -> labels] groups the labels of the elements. Numbers \
         and vectors are put to the nearest mean (Method -> \"KMeans\", the default for a given n), \
         others are joined by the mean of their distances (Method -> \"Agglomerate\"). If n is not \
         given, it is that for which the elements are nearest to their own groups and farthest from \
         others (by their silhouettes). DistanceFunction -> f says how far two are.",
        &[
            ("FindClusters[{1, 10, 12, 2, 11, 3}]", "{{1, 2, 3}, {10, 12, 11}}"),
            ("FindClusters[{1, 2, 8, 9, 20} -> {a, b, c, d, e}, 3]", "{{a, b}, {c, d}, {e}}"),
            (
                "FindClusters[{\"cat\", \"dog\", \"cart\", \"dogs\"}, 2]",
                "{{\"cat\", \"cart\"}, {\"dog\", \"dogs\"}}",
            ),
        ],
    ),
    builtin(
        "ClusteringComponents",
        NONE,
        |session, call| clustered(session, call, false),
        "ClusteringComponents[list, n] has, in place of each element, the number of its group as \
         FindClusters finds them.",
        &[
            ("ClusteringComponents[{1, 10, 12, 2, 11, 3}, 2]", "{1, 2, 2, 1, 2, 1}"),
            ("ClusteringComponents[{{0, 0}, {9, 9}, {0, 1}}, 2]", "{1, 2, 1}"),
        ],
    ),
];

/// The function that says how far two elements are from each other.
fn function(session: &mut Session, options: &Options<'_>, all: &[Value]) -> Option<Value> {
    let given = options.get(session, "DistanceFunction").filter(|f| !f.is(sym::Automatic));
    given.cloned().or_else(|| usual(session, all))
}

/// Elements of a matrix of distances at most.
const MATRIX_MAX: usize = 1 << 26;

fn distance_matrix(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, options) = Options::split(call.args(), 1);
    let (left, right) = match args {
        [own] => (own, own),
        [left, right] => (left, right),
        _ => return Ok(Step::Same),
    };
    let (Some(rows), Some(columns)) = (left.as_list(), right.as_list()) else {
        return Ok(Step::Same);
    };
    if rows.is_empty() || rows.len().saturating_mul(columns.len()) > MATRIX_MAX {
        return Ok(Step::Same);
    }
    let Some(function) = function(session, &options, rows) else { return Ok(Step::Same) };
    let function = Callable::new(session, &function);
    let mut matrix = Args::new();
    for row in rows {
        session.check_interrupt()?;
        let mut line = Args::new();
        for column in columns {
            line.push(function.call(session, [row.clone(), column.clone()])?);
        }
        matrix.push(Value::list(line));
    }
    Ok(Step::Done(Value::list(matrix)))
}

/// Returns the coordinates of numbers or of vectors of the same length.
fn coordinates(all: &[Value]) -> Option<Vec<Vec<f64>>> {
    let one = |value: &Value| -> Option<Vec<f64>> {
        match value.as_list() {
            Some(own) => own.iter().map(number::to_f64).collect(),
            None => Some(vec![number::to_f64(value)?]),
        }
    };
    let points: Vec<Vec<f64>> = all.iter().map(one).collect::<Option<_>>()?;
    let width = points.first()?.len();
    let fit = |point: &Vec<f64>| point.len() == width && point.iter().all(|x| x.is_finite());
    (width > 0 && points.iter().all(fit)).then_some(points)
}

fn clustered(session: &mut Session, call: &mut Arc<Call>, are_listed: bool) -> Evaluated<Step> {
    let (args, options) = Options::split(call.args(), 1);
    let (of, wanted) = match args {
        [of] => (of, None),
        [of, Value::Symbol(sym::Automatic)] => (of, None),
        [of, Value::Integer(count @ 1..)] => (of, Some(*count as usize)),
        _ => return Ok(Step::Same),
    };
    let Some((all, labels)) = labelled(of) else { return Ok(Step::Same) };
    let wanted = wanted.map(|count| count.min(all.len()));
    let method = options.get(session, "Method").and_then(Value::as_str).map(str::to_owned);
    let has_function =
        options.get(session, "DistanceFunction").is_some_and(|own| !own.is(sym::Automatic));
    let points = coordinates(&all).filter(|_| !has_function);
    let groups = match (points, wanted, method.as_deref()) {
        (Some(points), Some(count), None | Some("KMeans")) => means(session, &points, count)?,
        (points, _, None | Some("Agglomerate")) if all.len() <= ELEMENTS_MAX => {
            let distances = match points {
                Some(points) => euclidean(&points),
                None => {
                    let Some(function) = function(session, &options, &all) else {
                        return Ok(Step::Same);
                    };
                    match by_function(session, &all, &function)? {
                        Some(distances) => distances,
                        None => return Ok(Step::Same),
                    }
                }
            };
            let joins = agglomerated(session, &distances)?;
            match wanted {
                Some(count) => groups_of(&joins, all.len(), count),
                None => best(&joins, &distances),
            }
        }
        _ => return Ok(Step::Same),
    };
    Ok(Step::Done(if are_listed {
        let count = groups.iter().max().map_or(0, |last| last + 1);
        let mut lists = vec![Args::new(); count];
        groups.iter().zip(labels).for_each(|(group, label)| lists[*group].push(label));
        Value::list(lists.into_iter().map(Value::list).collect::<Args>())
    } else {
        Value::vector(Elements::Integers(groups.iter().map(|group| *group as i64 + 1).collect()))
    }))
}

/// Reads `list`, `list -> labels` and `{element -> label, ...}`.
fn labelled(of: &Value) -> Option<(Vec<Value>, Vec<Value>)> {
    if let Some((all, labels, _)) = sides(of) {
        let (all, labels) = (all.as_list()?, labels.as_list()?);
        return (all.len() == labels.len() && !all.is_empty())
            .then(|| (all.to_vec(), labels.to_vec()));
    }
    let all = of.as_list().filter(|all| !all.is_empty())?;
    match all.iter().map(sides).collect::<Option<Vec<_>>>() {
        Some(pairs) => Some(pairs.into_iter().map(|(a, b, _)| (a.clone(), b.clone())).unzip()),
        None => Some((all.to_vec(), all.to_vec())),
    }
}

/// Elements that are joined one after the other at most.
const ELEMENTS_MAX: usize = 5_000;

fn square(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

fn euclidean(points: &[Vec<f64>]) -> Vec<Vec<f64>> {
    points.iter().map(|a| points.iter().map(|b| square(a, b).sqrt()).collect()).collect()
}

fn by_function(
    session: &mut Session,
    all: &[Value],
    function: &Value,
) -> Evaluated<Option<Vec<Vec<f64>>>> {
    let function = Callable::new(session, function);
    let mut distances = vec![vec![0.0; all.len()]; all.len()];
    for i in 0..all.len() {
        session.check_interrupt()?;
        for j in 0..i {
            let value = function.call(session, [all[i].clone(), all[j].clone()])?;
            let Some(distance) = session.machine_value(&value)?.filter(|own| own.is_finite())
            else {
                return Ok(None);
            };
            distances[i][j] = distance;
            distances[j][i] = distance;
        }
    }
    Ok(Some(distances))
}

/// Numbers groups by their first elements.
fn numbered(groups: &[usize]) -> Vec<usize> {
    let mut names: Vec<usize> = Vec::new();
    let number = |group: &usize| match names.iter().position(|own| own == group) {
        Some(place) => place,
        None => {
            names.push(*group);
            names.len() - 1
        }
    };
    groups.iter().map(number).collect()
}

/// Puts each point to the nearest of some means, which move to the middle of what they have
/// (Lloyd 1982). They begin at points far from each other, so that no chance decides.
fn means(session: &Session, points: &[Vec<f64>], count: usize) -> Evaluated<Vec<usize>> {
    let width = points[0].len();
    let middle: Vec<f64> = (0..width)
        .map(|axis| points.iter().map(|point| point[axis]).sum::<f64>() / points.len() as f64)
        .collect();
    let farthest = |distances: &[f64]| {
        (0..points.len()).max_by(|&a, &b| distances[a].total_cmp(&distances[b]).then(b.cmp(&a)))
    };
    let mut away: Vec<f64> = points.iter().map(|point| square(point, &middle)).collect();
    let mut centres: Vec<Vec<f64>> = Vec::new();
    for turn in 0..count {
        let place = farthest(&away).unwrap_or(0);
        let centre = points[place].clone();
        for (own, point) in away.iter_mut().zip(points) {
            let distance = square(point, &centre);
            *own = if turn == 0 { distance } else { own.min(distance) };
        }
        centres.push(centre);
    }
    let mut groups = vec![0; points.len()];
    for _ in 0..500 {
        session.check_interrupt()?;
        let near = |point: &Vec<f64>| {
            let distance = |centre: &usize| square(point, &centres[*centre]);
            (0..count).min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap_or(0)
        };
        let new: Vec<usize> = points.iter().map(near).collect();
        let is_done = new == groups;
        groups = new;
        for (group, centre) in centres.iter_mut().enumerate() {
            let own: Vec<&Vec<f64>> = points
                .iter()
                .zip(&groups)
                .filter(|(_, own)| **own == group)
                .map(|(p, _)| p)
                .collect();
            if !own.is_empty() {
                for (axis, x) in centre.iter_mut().enumerate() {
                    *x = own.iter().map(|point| point[axis]).sum::<f64>() / own.len() as f64;
                }
            }
        }
        if is_done {
            break;
        }
    }
    Ok(numbered(&groups))
}

/// Joins the two groups with the least mean distance until one is left (Sokal and Michener 1958);
/// returns which were joined, by an element of each, in order of their distances.
fn agglomerated(session: &Session, distances: &[Vec<f64>]) -> Evaluated<Vec<(usize, usize)>> {
    let count = distances.len();
    let mut means = distances.to_vec();
    let mut sizes = vec![1.0; count];
    let mut live: Vec<usize> = (0..count).collect();
    let mut joins: Vec<(f64, usize, usize)> = Vec::new();
    let mut chain: Vec<usize> = Vec::new();
    // Neighbours that are nearest to each other can be joined in any order (Benzecri 1982).
    while live.len() > 1 {
        session.check_interrupt()?;
        let top = match chain.last() {
            Some(top) => *top,
            None => {
                chain.push(live[0]);
                live[0]
            }
        };
        let before = chain.len().checked_sub(2).map(|place| chain[place]);
        let mut best = before;
        for &other in live.iter().filter(|other| **other != top) {
            let is_nearer = best.is_none_or(|own| means[top][other] < means[top][own]);
            best = if is_nearer { Some(other) } else { best };
        }
        let Some(best) = best else { break };
        if before != Some(best) {
            chain.push(best);
            continue;
        }
        chain.truncate(chain.len() - 2);
        let (kept, gone) = (top.min(best), top.max(best));
        joins.push((means[kept][gone], kept, gone));
        let (a, b) = (sizes[kept], sizes[gone]);
        for &other in &live {
            let mean = (a * means[kept][other] + b * means[gone][other]) / (a + b);
            means[kept][other] = mean;
            means[other][kept] = mean;
        }
        sizes[kept] = a + b;
        live.retain(|own| *own != gone);
        chain.retain(|own| *own != gone && *own != kept);
    }
    joins.sort_by(|a, b| a.0.total_cmp(&b.0));
    Ok(joins.into_iter().map(|(_, a, b)| (a, b)).collect())
}

/// Returns the groups that are left when so many remain.
fn groups_of(joins: &[(usize, usize)], elements: usize, count: usize) -> Vec<usize> {
    let mut parent: Vec<usize> = (0..elements).collect();
    fn root(parent: &mut [usize], mut node: usize) -> usize {
        while parent[node] != node {
            parent[node] = parent[parent[node]];
            node = parent[node];
        }
        node
    }
    for &(a, b) in &joins[..elements.saturating_sub(count).min(joins.len())] {
        let (a, b) = (root(&mut parent, a), root(&mut parent, b));
        parent[a.max(b)] = a.min(b);
    }
    let all: Vec<usize> = (0..elements).map(|node| root(&mut parent, node)).collect();
    numbered(&all)
}

/// Groups whose elements are, in the mean, less than this nearer to their own are one.
const SILHOUETTE_LEAST: f64 = 0.5;

/// Groups that are tried at most.
const GROUPS_MAX: usize = 12;

/// Returns the groups with the greatest mean silhouette (Rousseeuw 1987).
fn best(joins: &[(usize, usize)], distances: &[Vec<f64>]) -> Vec<usize> {
    let elements = distances.len();
    let most = GROUPS_MAX.min(elements.saturating_sub(1));
    let all = (2..=most).map(|count| groups_of(joins, elements, count));
    let scored = all.map(|groups| (silhouette(&groups, distances), groups));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0).then(std::cmp::Ordering::Greater));
    match best {
        Some((score, groups)) if score >= SILHOUETTE_LEAST => groups,
        _ => vec![0; elements],
    }
}

fn silhouette(groups: &[usize], distances: &[Vec<f64>]) -> f64 {
    let count = groups.iter().max().map_or(0, |last| last + 1);
    let mut sizes = vec![0.0; count];
    groups.iter().for_each(|group| sizes[*group] += 1.0);
    let one = |(row, own): (&Vec<f64>, &usize)| {
        let mut sums = vec![0.0; count];
        row.iter().zip(groups).for_each(|(distance, group)| sums[*group] += distance);
        if sizes[*own] < 2.0 {
            return 0.0;
        }
        let inner = sums[*own] / (sizes[*own] - 1.0);
        let outer = (0..count).filter(|group| group != own).map(|group| sums[group] / sizes[group]);
        let outer = outer.fold(f64::INFINITY, f64::min);
        match inner.max(outer) {
            0.0 => 0.0,
            scale => (outer - inner) / scale,
        }
    };
    distances.iter().zip(groups).map(one).sum::<f64>() / groups.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Joins by looking at all pairs of groups each time.
    fn oracle(distances: &[Vec<f64>], count: usize) -> Vec<usize> {
        let mut groups: Vec<Vec<usize>> = (0..distances.len()).map(|k| vec![k]).collect();
        let mean = |a: &[usize], b: &[usize]| {
            let sum: f64 = a.iter().flat_map(|i| b.iter().map(move |j| distances[*i][*j])).sum();
            sum / (a.len() * b.len()) as f64
        };
        while groups.len() > count {
            let pairs = (0..groups.len()).flat_map(|i| (0..i).map(move |j| (i, j)));
            let best = pairs.min_by(|&(a, b), &(c, d)| {
                mean(&groups[a], &groups[b]).total_cmp(&mean(&groups[c], &groups[d]))
            });
            let (i, j) = best.expect("there are two groups");
            let gone = groups.remove(i);
            groups[j].extend(gone);
        }
        let group =
            |k: usize| groups.iter().position(|own| own.contains(&k)).expect("it is in one");
        numbered(&(0..distances.len()).map(group).collect::<Vec<_>>())
    }

    #[test]
    fn chains_of_neighbours_join_what_all_pairs_join() {
        let mut rng = bolt_base::Rng::new(6);
        let session = Session::new();
        for count in 2..12 {
            let points: Vec<Vec<f64>> =
                (0..30).map(|_| vec![rng.normal(), rng.normal(), rng.normal()]).collect();
            let distances = euclidean(&points);
            let joins = agglomerated(&session, &distances).unwrap();
            assert_eq!(groups_of(&joins, 30, count), oracle(&distances, count), "{count}");
        }
    }

    #[test]
    fn clouds_that_are_apart_are_found() {
        let mut rng = bolt_base::Rng::new(7);
        let session = Session::new();
        let centres = [[0.0, 0.0], [20.0, 0.0], [0.0, 20.0], [20.0, 20.0]];
        let points: Vec<Vec<f64>> =
            (0..80).map(|k| centres[k % 4].iter().map(|x| x + rng.normal()).collect()).collect();
        let wanted: Vec<usize> = (0..80).map(|k| k % 4).collect();
        assert_eq!(means(&session, &points, 4).unwrap(), wanted);
        let distances = euclidean(&points);
        let joins = agglomerated(&session, &distances).unwrap();
        assert_eq!(best(&joins, &distances), wanted);
    }
}
