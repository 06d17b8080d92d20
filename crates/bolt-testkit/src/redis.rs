//! A Redis server for one test.

use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// A server in a folder of its own, with nothing in it, that ends with the value.
#[derive(Debug)]
pub struct RedisServer {
    process: Child,
    port: u16,
    _folder: TempDir,
}

impl RedisServer {
    /// Starts a server, if the program is there; says so if it is not.
    ///
    /// # Panics
    /// If it does not start, or is not there and `BOLT_REQUIRE_REDIS` is 1.
    pub fn start(arguments: &[&str]) -> Option<Self> {
        if Command::new("redis-server").arg("--version").output().is_err() {
            let told = "there is no `redis-server`: install the package, or take it into the PATH";
            let is_required = std::env::var("BOLT_REQUIRE_REDIS").is_ok_and(|value| value == "1");
            assert!(!is_required, "{told}");
            // Not by `eprintln`, which is only shown for tests that fail.
            let _ = writeln!(io::stderr(), "skipped: {told}");
            return None;
        }
        // Another process can take the port in between.
        let free_port = || TcpListener::bind("127.0.0.1:0")?.local_addr().map(|at| at.port());
        let started = (0..5).find_map(|_| Self::start_at(free_port().ok()?, arguments));
        assert!(started.is_some(), "the server does not start");
        started
    }

    /// Starts a server at a port; `None` if it ends at once, as it does where the port is taken.
    ///
    /// # Panics
    /// If the program cannot be run.
    pub fn start_at(port: u16, arguments: &[&str]) -> Option<Self> {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let process = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port"])
            .arg(port.to_string())
            .arg("--dir")
            .arg(folder.path())
            .args(arguments)
            .stdout(Stdio::null())
            .spawn()
            .expect("the server can be run");
        let mut server = Self { process, port, _folder: folder };
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if server.process.try_wait().is_ok_and(|ended| ended.is_some()) {
                return None;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Some(server)
    }

    /// Returns the port that it listens to at 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Sends it a signal, such as `-STOP`.
    ///
    /// # Panics
    /// If that is not possible.
    pub fn signal(&self, name: &str) {
        let pid = self.process.id().to_string();
        let sent = Command::new("kill").args([name, &pid]).status();
        assert!(sent.is_ok_and(|status| status.success()), "{name}");
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
