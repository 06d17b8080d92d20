//! Adjacency, compressed: the arcs that leave each vertex lie side by side.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, VecDeque};

/// An edge between vertices that are numbered from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) directed: bool,
}

/// Which ends of a directed edge see the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Along {
    Forward,
    Backward,
    Both,
}

/// A vertex that can be gone to, and the edge that leads there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Arc {
    pub(super) to: usize,
    pub(super) edge: usize,
}

/// For each vertex where one can go from it.
#[derive(Debug)]
pub(super) struct Network {
    offsets: Vec<usize>,
    arcs: Vec<Arc>,
}

impl Network {
    /// Returns the arcs of edges between `count` vertices; a loop that is not directed is one arc.
    pub(super) fn new(count: usize, edges: &[Edge], along: Along) -> Self {
        let mut all: Vec<(usize, Arc)> = Vec::with_capacity(2 * edges.len());
        for (edge, &Edge { from, to, directed }) in edges.iter().enumerate() {
            if !directed || along != Along::Backward {
                all.push((from, Arc { to, edge }));
            }
            let back = !directed && from != to;
            if back || (directed && along != Along::Forward) {
                all.push((to, Arc { to: from, edge }));
            }
        }
        let mut offsets = vec![0; count + 1];
        all.iter().for_each(|(from, _)| offsets[from + 1] += 1);
        for place in 0..count {
            offsets[place + 1] += offsets[place];
        }
        let mut next = offsets.clone();
        let mut arcs = vec![Arc { to: 0, edge: 0 }; all.len()];
        for (from, arc) in all {
            arcs[next[from]] = arc;
            next[from] += 1;
        }
        Self { offsets, arcs }
    }

    /// Returns how many vertices there are.
    pub(super) fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Returns where one can go from a vertex.
    pub(super) fn from(&self, vertex: usize) -> &[Arc] {
        &self.arcs[self.offsets[vertex]..self.offsets[vertex + 1]]
    }

    /// Returns how many edges it takes to each vertex, `None` where none lead.
    pub(super) fn steps(&self, from: usize) -> Vec<Option<usize>> {
        let mut steps = vec![None; self.len()];
        steps[from] = Some(0);
        let mut pending = VecDeque::from([from]);
        while let Some(vertex) = pending.pop_front() {
            let next = steps[vertex].map(|count| count + 1);
            for arc in self.from(vertex) {
                if steps[arc.to].is_none() {
                    steps[arc.to] = next;
                    pending.push_back(arc.to);
                }
            }
        }
        steps
    }

    /// Returns the lengths of the shortest ways and the last arc of each, as the vertex it leaves
    /// and its edge (Dijkstra, 1959). Lengths of edges are not negative.
    pub(super) fn shortest(
        &self,
        from: usize,
        lengths: &[f64],
    ) -> (Vec<f64>, Vec<Option<(usize, usize)>>) {
        let mut distances = vec![f64::INFINITY; self.len()];
        let mut last = vec![None; self.len()];
        distances[from] = 0.0;
        let mut pending = BinaryHeap::from([Waiting { distance: 0.0, vertex: from }]);
        while let Some(Waiting { distance, vertex }) = pending.pop() {
            if distance > distances[vertex] {
                continue;
            }
            for arc in self.from(vertex) {
                let other = distance + lengths[arc.edge];
                if other < distances[arc.to] {
                    distances[arc.to] = other;
                    last[arc.to] = Some((vertex, arc.edge));
                    pending.push(Waiting { distance: other, vertex: arc.to });
                }
            }
        }
        (distances, last)
    }

    /// Returns the vertices that can be reached from some, in increasing order.
    pub(super) fn reached(&self, from: &[usize]) -> Vec<usize> {
        let mut seen = vec![false; self.len()];
        let mut pending = from.to_vec();
        while let Some(vertex) = pending.pop() {
            if !std::mem::replace(&mut seen[vertex], true) {
                pending.extend(self.from(vertex).iter().map(|arc| arc.to));
            }
        }
        (0..self.len()).filter(|&vertex| seen[vertex]).collect()
    }

    /// Returns the strongly connected components (Tarjan, 1972), the vertices of each in increasing
    /// order.
    pub(super) fn components(&self) -> Vec<Vec<usize>> {
        const UNSEEN: usize = usize::MAX;
        let count = self.len();
        let (mut number, mut low) = (vec![UNSEEN; count], vec![0; count]);
        let (mut open, mut is_open) = (Vec::new(), vec![false; count]);
        let (mut components, mut next) = (Vec::new(), 0);
        for start in 0..count {
            if number[start] != UNSEEN {
                continue;
            }
            // Vertices that are entered, each with the number of its arcs that were looked at.
            let mut entered = vec![(start, 0)];
            while let Some(&mut (vertex, ref mut looked_at)) = entered.last_mut() {
                if *looked_at == 0 {
                    (number[vertex], low[vertex]) = (next, next);
                    next += 1;
                    open.push(vertex);
                    is_open[vertex] = true;
                }
                if let Some(arc) = self.from(vertex).get(*looked_at) {
                    *looked_at += 1;
                    if number[arc.to] == UNSEEN {
                        entered.push((arc.to, 0));
                    } else if is_open[arc.to] {
                        low[vertex] = low[vertex].min(number[arc.to]);
                    }
                    // A vertex is entered once, also where its first arc leads back.
                    continue;
                }
                entered.pop();
                if let Some(&(before, _)) = entered.last() {
                    low[before] = low[before].min(low[vertex]);
                }
                if low[vertex] == number[vertex] {
                    let place = open.iter().rposition(|&own| own == vertex).unwrap_or(0);
                    let mut component = open.split_off(place);
                    component.iter().for_each(|&own| is_open[own] = false);
                    component.sort_unstable();
                    components.push(component);
                }
            }
        }
        components
    }

    /// Returns the vertices in an order in which every arc leads forward (Kahn, 1962), the first
    /// that can come next first; `None` if there is a cycle.
    pub(super) fn sorted(&self) -> Option<Vec<usize>> {
        let mut waiting = vec![0; self.len()];
        self.arcs.iter().for_each(|arc| waiting[arc.to] += 1);
        let mut ready: VecDeque<usize> = (0..self.len()).filter(|&own| waiting[own] == 0).collect();
        let mut order = Vec::with_capacity(self.len());
        while let Some(vertex) = ready.pop_front() {
            order.push(vertex);
            for arc in self.from(vertex) {
                waiting[arc.to] -= 1;
                if waiting[arc.to] == 0 {
                    ready.push_back(arc.to);
                }
            }
        }
        (order.len() == self.len()).then_some(order)
    }

    /// Returns which of two sides each vertex is on so that every arc leads to the other one.
    pub(super) fn sides(&self) -> Option<Vec<bool>> {
        let mut sides: Vec<Option<bool>> = vec![None; self.len()];
        for start in 0..self.len() {
            if sides[start].is_some() {
                continue;
            }
            sides[start] = Some(false);
            let mut pending = vec![start];
            while let Some(vertex) = pending.pop() {
                for arc in self.from(vertex) {
                    match sides[arc.to] {
                        None => {
                            sides[arc.to] = sides[vertex].map(|side| !side);
                            pending.push(arc.to);
                        }
                        side if side == sides[vertex] => return None,
                        _ => {}
                    }
                }
            }
        }
        sides.into_iter().collect()
    }

    /// Returns the edges of a cycle in their order, with the vertex that each leaves. An edge is
    /// not gone back on.
    pub(super) fn cycle(&self) -> Option<Vec<(usize, usize)>> {
        let mut state = vec![State::Unseen; self.len()];
        for start in 0..self.len() {
            if state[start] != State::Unseen {
                continue;
            }
            let mut way: Vec<(usize, usize, Option<usize>)> = vec![(start, 0, None)];
            state[start] = State::OnTheWay;
            while let Some(&mut (vertex, ref mut looked_at, by)) = way.last_mut() {
                let Some(&arc) = self.from(vertex).get(*looked_at) else {
                    state[vertex] = State::Left;
                    way.pop();
                    continue;
                };
                *looked_at += 1;
                if by == Some(arc.edge) {
                    continue;
                }
                match state[arc.to] {
                    State::Unseen => {
                        state[arc.to] = State::OnTheWay;
                        way.push((arc.to, 0, Some(arc.edge)));
                    }
                    State::OnTheWay => {
                        let place = way.iter().position(|(own, ..)| *own == arc.to)?;
                        let edges = way[place + 1..].iter().filter_map(|(_, _, by)| *by);
                        let vertices = way[place..].iter().map(|(own, ..)| *own);
                        return Some(vertices.zip(edges.chain([arc.edge])).collect());
                    }
                    State::Left => {}
                }
            }
        }
        None
    }

    /// Returns for each vertex how many shortest ways lead through it, a part of a way where there
    /// are several between two vertices (Brandes, 2001). Each order of two vertices counts.
    pub(super) fn betweenness(&self) -> Vec<f64> {
        let count = self.len();
        let mut total = vec![0.0; count];
        for start in 0..count {
            let (mut ways, mut distance) = (vec![0.0; count], vec![usize::MAX; count]);
            let mut before: Vec<Vec<usize>> = vec![Vec::new(); count];
            (ways[start], distance[start]) = (1.0, 0);
            let (mut order, mut place) = (vec![start], 0);
            while let Some(&vertex) = order.get(place) {
                place += 1;
                for arc in self.from(vertex) {
                    if distance[arc.to] == usize::MAX {
                        distance[arc.to] = distance[vertex] + 1;
                        order.push(arc.to);
                    }
                    if distance[arc.to] == distance[vertex] + 1 {
                        ways[arc.to] += ways[vertex];
                        before[arc.to].push(vertex);
                    }
                }
            }
            let mut share = vec![0.0; count];
            for &vertex in order.iter().rev() {
                for &own in &before[vertex] {
                    share[own] += ways[own] / ways[vertex] * (1.0 + share[vertex]);
                }
                if vertex != start {
                    total[vertex] += share[vertex];
                }
            }
        }
        total
    }

    /// Returns how often a walk is at each vertex that follows an arc with a probability, else goes
    /// anywhere (Brin and Page, 1998).
    pub(super) fn page_rank(&self, follows: f64) -> Vec<f64> {
        let count = self.len();
        let mut rank = vec![1.0 / count as f64; count];
        for _ in 0..1000 {
            let lost: f64 =
                (0..count).filter(|&own| self.from(own).is_empty()).map(|own| rank[own]).sum();
            let anywhere = (1.0 - follows + follows * lost) / count as f64;
            let mut next = vec![anywhere; count];
            for (vertex, own) in rank.iter().enumerate() {
                let arcs = self.from(vertex);
                let share = follows * own / arcs.len() as f64;
                arcs.iter().for_each(|arc| next[arc.to] += share);
            }
            let change: f64 = rank.iter().zip(&next).map(|(a, b)| (a - b).abs()).sum();
            rank = next;
            if change < 1e-15 {
                break;
            }
        }
        rank
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Unseen,
    OnTheWay,
    Left,
}

/// A vertex in the queue, the nearest the greatest.
struct Waiting {
    distance: f64,
    vertex: usize,
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> Ordering {
        other.distance.total_cmp(&self.distance).then_with(|| other.vertex.cmp(&self.vertex))
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Waiting {}

/// Returns the edges of a forest that is as light as can be (Kruskal, 1956).
pub(super) fn spanning_forest(count: usize, edges: &[Edge], lengths: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..edges.len()).collect();
    order.sort_by(|&a, &b| lengths[a].total_cmp(&lengths[b]));
    let mut leader: Vec<usize> = (0..count).collect();
    let root = |leader: &mut Vec<usize>, mut vertex: usize| {
        while leader[vertex] != vertex {
            leader[vertex] = leader[leader[vertex]];
            vertex = leader[vertex];
        }
        vertex
    };
    let mut kept = Vec::new();
    for edge in order {
        let (a, b) = (root(&mut leader, edges[edge].from), root(&mut leader, edges[edge].to));
        if a != b {
            leader[a] = b;
            kept.push(edge);
        }
    }
    kept.sort_unstable();
    kept
}
