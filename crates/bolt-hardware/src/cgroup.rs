//! Control groups: where the process's are mounted, whatever their version.
//!
//! A kernel has one tree (v2), a tree for each controller (v1), or both with the controllers spread
//! over them (hybrid). `/proc/self/cgroup` says in which group of each tree the process is, and
//! `/proc/self/mountinfo` under which folder that tree can be seen.

use crate::{Reading, Root};

/// The groups that the process is in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cgroups {
    trees: Vec<Tree>,
}

/// A tree of groups and the process's place in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    /// The version of its files: 1 or 2.
    pub version: CgroupVersion,
    /// Its controllers, such as `memory`; of version 2 all that no other tree has.
    pub controllers: Vec<String>,
    /// The folder at which it is mounted.
    pub mount: String,
    /// The process's group under that folder, `/` if it is the folder itself.
    pub group: String,
}

/// Which files a group has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CgroupVersion {
    /// A tree for each controller.
    V1,
    /// One tree.
    V2,
}

impl Cgroups {
    /// Reads the process's groups.
    ///
    /// # Errors
    /// If the kernel tells of none.
    pub fn read(root: &Root) -> Reading<Self> {
        let membership = root.text("/proc/self/cgroup")?;
        Ok(Self::parse(&membership, &root.text("/proc/self/mountinfo")?))
    }

    /// Parses `/proc/self/cgroup` and `/proc/self/mountinfo`. Lines that are not as documented
    /// (cgroups(7), proc_pid_mountinfo(5)) are passed over, and so are trees that are not mounted.
    pub fn parse(membership: &str, mountinfo: &str) -> Self {
        let mounts: Vec<Mount<'_>> = mountinfo.lines().filter_map(Mount::parse).collect();
        let tree = |line: &str| {
            let mut fields = line.splitn(3, ':');
            let (_, controllers, path) = (fields.next()?, fields.next()?, fields.next()?);
            let (version, controllers) = match controllers {
                "" => (CgroupVersion::V2, Vec::new()),
                list => (CgroupVersion::V1, list.split(',').map(str::to_owned).collect()),
            };
            let mount = mounts.iter().find(|mount| mount.has(version, &controllers))?;
            let group = mount.group(path);
            Some(Tree { version, controllers, mount: unescape(mount.point), group })
        };
        Self { trees: membership.lines().filter_map(tree).collect() }
    }

    /// Returns the trees, as the kernel lists them.
    pub fn trees(&self) -> &[Tree] {
        &self.trees
    }

    /// Returns the tree that has a controller.
    pub fn of(&self, controller: &str) -> Option<&Tree> {
        let named = |tree: &&Tree| tree.controllers.iter().any(|name| name == controller);
        self.trees.iter().find(named).or_else(|| self.unified())
    }

    /// Returns the tree of version 2.
    pub fn unified(&self) -> Option<&Tree> {
        self.trees.iter().find(|tree| tree.version == CgroupVersion::V2)
    }
}

impl Tree {
    /// Returns the folders of the process's group, its parent and so on up to the mount.
    pub fn folders(&self) -> Vec<String> {
        let mut folders = Vec::new();
        let mut group = self.group.trim_end_matches('/');
        while let Some((parent, _)) = group.rsplit_once('/') {
            folders.push(format!("{}{group}", self.mount));
            group = parent;
        }
        folders.push(self.mount.clone());
        folders
    }
}

/// A mounted tree of groups.
struct Mount<'a> {
    version: CgroupVersion,
    /// The group that is seen as the mount's folder.
    root: String,
    point: &'a str,
    /// Controllers, among other options.
    options: &'a str,
}

impl<'a> Mount<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (before, after) = line.split_once(" - ")?;
        let mut before = before.split(' ').skip(3);
        let (root, point) = (before.next()?, before.next()?);
        let mut after = after.split(' ');
        let version = match after.next()? {
            "cgroup" => CgroupVersion::V1,
            "cgroup2" => CgroupVersion::V2,
            _ => return None,
        };
        Some(Self { version, root: unescape(root), point, options: after.nth(1).unwrap_or("") })
    }

    fn has(&self, version: CgroupVersion, controllers: &[String]) -> bool {
        let mut options = self.options.split(',');
        let named = controllers.first().is_some_and(|name| options.any(|option| option == name));
        self.version == version && (named || version == CgroupVersion::V2)
    }

    /// Returns where a group is under the mount's folder. A group that is not below what is mounted
    /// cannot be seen; the nearest that can is the folder itself.
    fn group(&self, path: &str) -> String {
        let below = match self.root.as_str() {
            "/" => Some(path),
            root => path.strip_prefix(root),
        };
        let is_whole = |rest: &&str| rest.is_empty() || rest.starts_with('/');
        let below = below.filter(is_whole).filter(|rest| !rest.split('/').any(|part| part == ".."));
        below.filter(|rest| !rest.is_empty()).unwrap_or("/").to_owned()
    }
}

/// Undoes the octal escapes of spaces and the like: `\040`.
fn unescape(text: &str) -> String {
    let mut parts = text.split('\\');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let code = part.get(..3).and_then(|digits| u8::from_str_radix(digits, 8).ok());
        match code.filter(u8::is_ascii) {
            Some(code) => {
                out.push(char::from(code));
                out.push_str(&part[3..]);
            }
            None => {
                out.push('\\');
                out.push_str(part);
            }
        }
    }
    out
}
