//! Graphs against each other and against what is counted in another way.

use crate::tests::check;

#[test]
fn fast_ways_find_what_slow_ones_do() {
    // Shortest ways by powers of the adjacency matrix, components by what can be reached.
    let setting =
        "SeedRandom[7]; gs = Table[RandomGraph[{9, k}, DirectedEdges -> EvenQ[k]], {k, 4, 24}];";
    let checks = [
        "reach[g_] := With[{a = Normal[AdjacencyMatrix[g]]}, Sign[Total[Table[MatrixPower[a, k], {k, 1, 9}]] + IdentityMatrix[9]]]; \
         And @@ Table[Map[If[# === Infinity, 0, 1] &, GraphDistanceMatrix[g], {2}] === reach[g], {g, gs}]",
        "steps[g_] := With[{a = Normal[AdjacencyMatrix[g]]}, \
           Table[SelectFirst[Range[0, 9], MatrixPower[a, #][[i, j]] > 0 &, Infinity], {i, 9}, {j, 9}]]; \
         And @@ Table[GraphDistanceMatrix[g] === steps[g], {g, gs}]",
        "And @@ Table[Sort[Sort /@ ConnectedComponents[g]] === \
           Union[Table[Select[Range[9], MemberQ[VertexOutComponent[g, v], #] && MemberQ[VertexOutComponent[g, #], v] &], {v, 9}]], {g, gs}]",
        "And @@ Table[AcyclicGraphQ[g] === (FindCycle[g] === {}), {g, gs}]",
        "And @@ Table[!AcyclicGraphQ[g] || UndirectedGraphQ[g] || With[{t = TopologicalSort[g]}, \
           AllTrue[EdgeList[g], Position[t, #[[1]]][[1, 1]] < Position[t, #[[2]]][[1, 1]] &]], {g, gs}]",
        "And @@ Table[EdgeCount[FindSpanningTree[g]] == 9 - Length[WeaklyConnectedComponents[g]], {g, gs}]",
        "And @@ Table[Total[VertexDegree[g]] == 2 EdgeCount[g], {g, gs}]",
        "And @@ Table[With[{w = Table[If[GraphDistance[g, 1, v] === Infinity, 0, Length[FindShortestPath[g, 1, v]] - 1 - GraphDistance[g, 1, v]], {v, 9}]}, Union[w] === {0}], {g, gs}]",
        "And @@ Table[EdgeCount[GraphUnion[g, GraphComplement[g]]] == EdgeCount[g] + EdgeCount[GraphComplement[g]], {g, gs}]",
        "And @@ Table[IsomorphicGraphQ[g, With[{p = RandomSample[Range[9]]}, \
           Graph[Range[9], EdgeList[g] /. {DirectedEdge[a_, b_] :> DirectedEdge[p[[a]], p[[b]]], UndirectedEdge[a_, b_] :> UndirectedEdge[p[[a]], p[[b]]]}]]], {g, gs}]",
        "And @@ Table[Abs[Total[PageRankCentrality[g]] - 1] < 10^-12, {g, gs}]",
    ];
    for source in checks {
        check(&[(&format!("{setting} {source}"), "True")]);
    }
}

#[test]
fn flows_are_as_great_as_the_least_cut() {
    let source = "SeedRandom[3]; Table[Module[{g = RandomGraph[{6, 11}, DirectedEdges -> True], c, e}, \
        e = EdgeList[g]; c = RandomInteger[{1, 9}, 11]; \
        FindMaximumFlow[Graph[Range[6], e, EdgeCapacity -> c], 1, 6] == \
        Min[Table[Total[Pick[c, MemberQ[s, #[[1]]] && ! MemberQ[s, #[[2]]] & /@ e]], \
        {s, Prepend[#, 1] & /@ Subsets[Range[2, 5]]}]]], {12}]";
    check(&[(&format!("Union[{source}]"), "{True}")]);
}

#[test]
fn centralities_are_those_of_other_programs() {
    // Figures of networkx 3 for the same graphs.
    check(&[
        (
            "BetweennessCentrality[Graph[{1 <-> 2, 2 <-> 3, 3 <-> 4, 4 <-> 1, 4 <-> 5}]]",
            "{1., 0.5, 1., 3.5, 0.}",
        ),
        (
            "Max[Abs[PageRankCentrality[Graph[{1 -> 2, 2 -> 3, 3 -> 1, 3 -> 4}]] - \
             {0.21376215407628857, 0.2646222887060541, 0.30785340314136866, 0.21376215407628857}]] < 10^-12",
            "True",
        ),
        (
            "ClosenessCentrality[Graph[{1 <-> 2, 2 <-> 3, 3 <-> 4, 4 <-> 1, 4 <-> 5}]]",
            "{0.6666666666666666, 0.5714285714285714, 0.6666666666666666, 0.8, 0.5}",
        ),
        ("GraphDistance[Graph[{a <-> b, b <-> c, a <-> c}, EdgeWeight -> {1, 2, 10}], a, c]", "3"),
        ("FindShortestPath[{1 -> 2}, 2, 1]", "{}"),
        ("IsomorphicGraphQ[CompleteGraph[{3, 3}], CirculantGraph[6, {1, 3}]]", "True"),
        ("IsomorphicGraphQ[CompleteGraph[{3, 3}], GraphComplement[CycleGraph[6]]]", "False"),
        (
            "{EulerianGraphQ[CompleteGraph[5]], HamiltonianGraphQ[HypercubeGraph[3]]}",
            "{True, True}",
        ),
        ("ToString[CycleGraph[4]]", "\"Graph[<4>, <4>]\""),
        ("GraphQ[Graph[{1, 2, 3}]]", "False"),
        ("EdgeList[Graph[{1, 2}, {1 <-> 2}]][[1]] === UndirectedEdge[1, 2]", "True"),
    ]);
}
