//! A real PostgreSQL server for tests. Each test process has one, each test a database of its own, and nothing is left of them
//! when the process ends, however it ends.
//!
//! ```ignore
//! let Some(postgres) = Postgres::shared() else { return };
//! let database = postgres.database();
//! let pool = PgPool::connect(database.url()).await.unwrap();
//! ```
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "all of it is test code: a server that does not do as it is told fails the test"
)]

mod guardian;
mod programs;

use std::fs;
use std::io::{self, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, Once, OnceLock, PoisonError};

use tempfile::TempDir;
use uuid::Uuid;

use crate::guardian::Guardian;
use crate::programs::Programs;

/// The role that owns the databases: one that may do no more than a program's role should.
const ROLE: &str = "vardbro";

/// A server on a port of 127.0.0.1. It is stopped when this is dropped, or when the process ends.
pub struct Postgres(Arc<Server>);

impl Postgres {
    /// The server of this process; `None`, and a line on standard error, where PostgreSQL is not installed.
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Postgres>> = OnceLock::new();
        SHARED.get_or_init(Self::start).as_ref()
    }

    /// A server of one's own, to be stopped and started again; `None` as for `shared`.
    pub fn start() -> Option<Self> {
        static SKIPPED: Once = Once::new();
        let Some(programs) = Programs::find() else {
            // Not by `eprintln!`, which is heard of only when a test fails.
            SKIPPED.call_once(|| {
                let _ = writeln!(io::stderr(), "skipped: PostgreSQL is not installed");
            });
            return None;
        };
        Some(Self(Arc::new(Server::start(programs))))
    }

    /// A fresh database, of which nobody else knows.
    pub fn database(&self) -> Database {
        let name = format!("test_{}", Uuid::new_v4().simple());
        self.0.sql(&format!("CREATE DATABASE {name} OWNER {ROLE} TEMPLATE template0"));
        Database { url: self.0.url(&name), name, server: self.0.clone() }
    }

    /// Stops the server in good order: it ends all connections, and refuses new ones until `restart`.
    pub fn stop(&self) {
        self.0.stop("fast");
    }

    /// Stops the server as a crash would: it says goodbye to nobody and will have to recover what it had answered for.
    pub fn crash(&self) {
        self.0.stop("immediate");
    }

    /// Freezes the server (on Linux): connections stay open and new ones are accepted, but nothing is answered until `resume`.
    pub fn pause(&self) {
        self.0.freeze();
    }

    pub fn resume(&self) {
        self.0.thaw(&mut self.0.lock());
    }

    /// Starts the server with the same data on the same port, after it was stopped if it was not.
    pub fn restart(&self) {
        self.0.stop("fast");
        assert!(self.0.try_start(&mut self.0.lock()), "the server does not start again:\n{}", self.0.log());
    }

    /// Writes a database to a file as `pg_dump` does (custom format), as the role that owns it.
    pub fn dump(&self, database: &Database, file: &Path) {
        let mut command = self.0.programs.command("pg_dump");
        command.args(["--format=custom", "--dbname", &database.url, "--file"]).arg(file);
        run(command);
    }

    /// A fresh database with what was written to a file, as `pg_restore` does it.
    pub fn restore(&self, file: &Path) -> Database {
        let database = self.database();
        let mut command = self.0.programs.command("pg_restore");
        command.args(["--exit-on-error", "--no-owner", "--dbname", &database.url]).arg(file);
        run(command);
        database
    }

    /// Where the server keeps its data (`data`) and its log (`log`).
    pub fn directory(&self) -> &Path {
        self.0.directory.path()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.running = false;
        state.guardian.dismiss();
    }
}

/// A database of one test. It is dropped with this, whoever is still connected.
pub struct Database {
    url: String,
    name: String,
    server: Arc<Server>,
}

impl Database {
    /// `postgres://…`, with the password.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let State { running, frozen, .. } = *self.server.lock();
        if running && !frozen {
            // What cannot be dropped now goes with the server.
            let _ = self.server.psql(&format!("DROP DATABASE {} WITH (FORCE)", self.name)).output();
        }
    }
}

struct Server {
    programs: Programs,
    password: String,
    port: u16,
    state: Mutex<State>,
    /// The guardian removes it. This removes it where there is no guardian yet.
    directory: TempDir,
}

struct State {
    guardian: Guardian,
    running: bool,
    frozen: bool,
}

impl Server {
    fn start(programs: Programs) -> Self {
        let directory =
            tempfile::Builder::new().prefix("postgres-").tempdir().expect("a temporary directory");
        let guardian = Guardian::post(&programs, directory.path());
        let state = State { guardian, running: false, frozen: false };
        let password = Uuid::new_v4().simple().to_string();
        let mut server = Self { programs, password, port: 0, state: Mutex::new(state), directory };
        server.initialise();
        // Between finding a port and listening on it, another process may take it.
        for _ in 0..5 {
            server.port = free_port();
            if server.try_start(&mut server.lock()) {
                server.sql(&format!("CREATE ROLE {ROLE} LOGIN PASSWORD '{}'", server.password));
                return server;
            }
        }
        panic!("the server does not start:\n{}", server.log());
    }

    fn initialise(&self) {
        let done = self.lock().guardian.order(&format!("init {}", self.password));
        assert!(done, "the server cannot be initialised:\n{}", self.log());
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn try_start(&self, state: &mut State) -> bool {
        let port = self.port;
        state.running = state.guardian.order(&format!(
            "start -p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200 \
             -c fsync=off -c synchronous_commit=on -c shared_buffers=32MB -c dynamic_shared_memory_type=mmap"
        ));
        state.running
    }

    fn stop(&self, mode: &str) {
        let mut state = self.lock();
        self.thaw(&mut state);
        if state.running {
            assert!(
                state.guardian.order(&format!("stop {mode}")),
                "the server does not stop:\n{}",
                self.log()
            );
            state.running = false;
        }
    }

    fn freeze(&self) {
        let mut state = self.lock();
        let lock = fs::read_to_string(self.directory.path().join("data/postmaster.pid"));
        let lock = lock.expect("a server that runs says so");
        let server = lock.lines().next().expect("its process id comes first");
        state.frozen = state.guardian.order(&format!("freeze {server}"));
        assert!(state.frozen, "the server does not freeze:\n{}", self.log());
        // From here on it starts no other. One that has just ended cannot be frozen, and need not be.
        state.guardian.order(&format!("freeze {}", children(server).join(" ")));
    }

    fn thaw(&self, state: &mut State) {
        if state.frozen {
            state.guardian.order("thaw");
            state.frozen = false;
        }
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://{ROLE}:{}@127.0.0.1:{}/{database}", self.password, self.port)
    }

    fn sql(&self, statement: &str) {
        run(self.psql(statement));
    }

    /// A statement as the superuser.
    fn psql(&self, statement: &str) -> Command {
        let mut psql = self.programs.command("psql");
        psql.args(["--no-psqlrc", "--quiet", "--host=127.0.0.1", "--username=postgres", "--dbname=postgres"])
            .arg(format!("--port={}", self.port))
            .args(["--command", statement])
            .env("PGPASSWORD", &self.password)
            .env("PGCONNECT_TIMEOUT", "60");
        psql
    }

    fn log(&self) -> String {
        let read = |name| fs::read_to_string(self.directory.path().join(name)).unwrap_or_default();
        format!("{}{}", read("guardian.log"), read("log"))
    }
}

fn run(mut command: Command) {
    let output = command.stdin(Stdio::null()).output().expect("PostgreSQL's programs can be run");
    let name = Path::new(command.get_program()).display();
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
}

/// The processes that a process started.
fn children(parent: &str) -> Vec<String> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let children = processes.filter_map(|process| {
        let stat = fs::read_to_string(process.path().join("stat")).ok()?;
        // The name, in parentheses, may hold anything; then come the state and the parent.
        let (_, stat) = stat.rsplit_once(')')?;
        (stat.split_whitespace().nth(1)? == parent).then(|| process.file_name().into_string().ok())?
    });
    children.collect()
}

/// Outside of what outgoing connections are given, so that nobody is likely to take it while the server is stopped.
fn free_port() -> u16 {
    for _ in 0..1000 {
        let [high, low, ..] = Uuid::new_v4().into_bytes();
        let port = 16384 + u16::from_be_bytes([high, low]) % 16384;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
    panic!("no port is free");
}
