//! NUMA: where memory goes, and where it is.

mod maps;

use std::fmt;

use crate::{NodeSet, Reading, Root, Topology, Unavailable, system};

pub use maps::{Mapping, NumaMaps};

/// On which node the kernel takes memory when it is first touched (set_mempolicy(2)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemoryPolicy {
    /// For a thread: on the node on which it runs. For a range: as the thread's policy says.
    Default,
    /// On the node of the processor that touches it.
    Local,
    /// On this node while it has some, else on another.
    Preferred(usize),
    /// On these nodes only.
    Bind(NodeSet),
    /// On these nodes in turn, page by page.
    Interleave(NodeSet),
}

/// Shows `bind 0-1`.
impl fmt::Display for MemoryPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Local => f.write_str("local"),
            Self::Preferred(node) => write!(f, "preferred {node}"),
            Self::Bind(nodes) => write!(f, "bind {nodes}"),
            Self::Interleave(nodes) => write!(f, "interleave {nodes}"),
        }
    }
}

/// Memory policies of a machine that has a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numa {
    nodes: NodeSet,
}

impl Numa {
    /// Returns the policies.
    ///
    /// # Errors
    /// If fewer than two nodes have memory.
    pub fn of(topology: &Topology) -> Reading<Self> {
        let nodes = topology.nodes_with_memory();
        match nodes.len() {
            0 | 1 => Err(Unavailable::new("1 node")),
            _ => Ok(Self { nodes }),
        }
    }

    /// Returns the nodes that have memory.
    pub fn nodes(&self) -> &NodeSet {
        &self.nodes
    }

    /// Sets where memory goes that the calling thread touches first from now on.
    ///
    /// # Errors
    /// If a node has no memory, or the kernel refuses.
    pub fn set_thread_policy(&self, policy: &MemoryPolicy) -> Reading<()> {
        self.check(policy)?;
        system::set_memory_policy(policy)
    }

    /// Returns the calling thread's policy.
    ///
    /// # Errors
    /// If the kernel refuses.
    pub fn thread_policy(&self) -> Reading<MemoryPolicy> {
        system::memory_policy()
    }

    /// Sets where pages go that lie wholly in `memory`, and returns their bytes. Pages that are
    /// touched already stay where they are, unless `migrate` is set. The policy is that of the
    /// addresses until they are unmapped: use it for mappings of your own.
    ///
    /// # Errors
    /// If a node has no memory, or the kernel refuses.
    pub fn place(&self, memory: &[u8], policy: &MemoryPolicy, migrate: bool) -> Reading<usize> {
        self.check(policy)?;
        system::place_memory(memory, policy, migrate)
    }

    fn check(&self, policy: &MemoryPolicy) -> Reading<()> {
        let asked = match policy {
            MemoryPolicy::Default | MemoryPolicy::Local => return Ok(()),
            MemoryPolicy::Preferred(node) => NodeSet::from_iter([*node]),
            MemoryPolicy::Bind(nodes) | MemoryPolicy::Interleave(nodes) => nodes.clone(),
        };
        let (more, has) = (&asked - &self.nodes, &self.nodes);
        match (asked.is_empty(), more.is_empty()) {
            (true, _) => Err(Unavailable::new(format!("the policy {policy} names no node"))),
            (false, true) => Ok(()),
            (false, false) => Err(Unavailable::new(format!("no memory on {more}, only on {has}"))),
        }
    }
}

/// How a node's memory was taken since the machine started, in pages (numastat).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeStatistics {
    /// Taken here as wanted.
    pub hit: u64,
    /// Taken here though another node was wanted.
    pub miss: u64,
    /// Wanted here, taken on another node.
    pub foreign: u64,
    /// Taken by a processor of this node.
    pub local: u64,
    /// Taken by a processor of another node.
    pub other: u64,
}

impl NodeStatistics {
    /// Reads a node's under a root.
    ///
    /// # Errors
    /// If the node or a number is missing.
    pub fn read(root: &Root, node: usize) -> Reading<Self> {
        let path = format!("/sys/devices/system/node/node{node}/numastat");
        let text = root.text(&path)?;
        let number = |name: &str| {
            let mut fields = text.lines().filter_map(|line| line.split_once(' '));
            let value =
                fields.find(|(key, _)| *key == name).and_then(|(_, n)| n.trim().parse().ok());
            value.ok_or_else(|| Unavailable::new(format!("`{path}` has no `{name}`")))
        };
        Ok(Self {
            hit: number("numa_hit")?,
            miss: number("numa_miss")?,
            foreign: number("numa_foreign")?,
            local: number("local_node")?,
            other: number("other_node")?,
        })
    }
}
