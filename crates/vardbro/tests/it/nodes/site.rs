//! What one operator runs: a database, a key file, gateways, and a clinic to call.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use serde_json::{Value, json};
use sqlx::{Connection, PgConnection, SqliteConnection};
use tempfile::{TempDir, tempdir};

use super::calls::Client;
use crate::program::{Sandbox, command, exchange, get};
use crate::server::Server;

pub const KEYS: &str = "vardbro-keys.toml";
const PRIVATE_KEY: &str = "private.key";

/// Files, variables and a clinic's Cliniko. Its gateways are started by name.
pub struct Site {
    directory: TempDir,
    variables: Vec<(&'static str, String)>,
    url: String,
    _sandbox: Sandbox,
    cliniko: Value,
}

impl Site {
    /// With keys and an empty database: PostgreSQL at that URL, or a file of SQLite.
    pub fn over(postgres: Option<&str>) -> Self {
        let directory = tempdir().unwrap();
        let file = directory.path().join("vardbro.sqlite");
        let url = postgres.map_or_else(|| format!("sqlite:{}", file.display()), str::to_owned);
        let mut sandbox = Sandbox::start(&["--native-only", "--json", "--only", "cliniko"]);
        let cliniko = sandbox.ready()["ehrs"]["cliniko"].clone();
        let variables = vec![
            ("VARDBRO_DATABASE_URL", url.clone()),
            ("VARDBRO_EGRESS_ALLOW_HTTP", "true".to_owned()),
            ("VARDBRO_EGRESS_ALLOW_PRIVATE_NETWORKS", "127.0.0.0/8".to_owned()),
            ("VARDBRO_LIMITS_APPLICATION_REQUESTS_PER_MINUTE", "0".to_owned()),
            ("VARDBRO_LIMITS_ADDRESS_REQUESTS_PER_MINUTE", "0".to_owned()),
            ("VARDBRO_LIMITS_FAILED_LOGINS_PER_MINUTE", "0".to_owned()),
        ];
        let site = Self { directory, variables, url, _sandbox: sandbox, cliniko };
        site.faults(json!({"rate_limit_per_minute": 1_000_000}));
        site.does(&["init", "--private-key-out", PRIVATE_KEY], "");
        site
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// A gateway of that name.
    pub fn node(&self, name: &str) -> Server {
        self.node_with(name, &[])
    }

    pub fn node_with(&self, name: &str, more: &[(&str, &str)]) -> Server {
        let own = self.variables.iter().map(|(name, value)| (*name, value.as_str()));
        let node = [("VARDBRO_ACCESS_LOG_NODE", name)];
        let variables: Vec<_> = own.chain(node).chain(more.iter().copied()).collect();
        Server::start(self.directory.path(), &variables)
    }

    /// Runs a command with a secret in its variable, and this on its standard input.
    pub fn run(&self, arguments: &[&str], secret: &str, input: &str) -> Output {
        self.run_with(arguments, &[("VARDBRO_CLIENT_SECRET", secret)], input)
    }

    fn run_with(&self, arguments: &[&str], more: &[(&str, &str)], input: &str) -> Output {
        let mut child = command(arguments)
            .current_dir(&self.directory)
            .envs(self.variables.iter().map(|(name, value)| (*name, value)))
            .envs(more.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that does not listen has ended by now.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    }

    /// What a command that succeeds answers, as JSON.
    pub fn does(&self, arguments: &[&str], secret: &str) -> Value {
        self.does_with(arguments, secret, "")
    }

    pub fn does_with(&self, arguments: &[&str], secret: &str, input: &str) -> Value {
        let output = self.run(&[arguments, &["--json"]].concat(), secret, input);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", text(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Why a command fails.
    pub fn refuses(&self, arguments: &[&str], secret: &str) -> String {
        let output = self.run(arguments, secret, "");
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", text(&output.stdout));
        text(&output.stderr)
    }

    /// A new application; its secret.
    pub fn application(&self, client_id: &str) -> String {
        let made = self.does(&["app", "create", client_id, "--client-id", client_id], "");
        made["client_secret"].as_str().unwrap().to_owned()
    }

    /// Connects an application to the clinic, under the name of one of its branches.
    pub fn connect(&self, client_id: &str, secret: &str, name: &str) {
        let add = ["connection", "add", "cliniko", "--app", client_id, "--name", name, "--settings", "-"];
        self.does_with(&add, secret, &self.settings(self.api_key()).to_string());
    }

    /// Settings of a connection to the clinic.
    pub fn settings(&self, api_key: &str) -> Value {
        json!({
            "api_key": api_key,
            "base_url": self.cliniko["native"],
            "contact_email": "it@example.com",
            "requests_per_minute": "1000000",
        })
    }

    pub fn api_key(&self) -> &str {
        self.cliniko["credentials"]["api_key"].as_str().unwrap()
    }

    /// An application with one connection.
    pub fn working_application(&self, client_id: &str) -> String {
        let secret = self.application(client_id);
        self.connect(client_id, &secret, "North");
        secret
    }

    fn control(&self, path: &str) -> String {
        let native = self.cliniko["native"].as_str().unwrap();
        format!("{}/_sandbox/{path}", native.strip_suffix("/v1").unwrap())
    }

    /// Turns the switches of the clinic's EHR.
    pub fn faults(&self, change: Value) {
        assert_eq!(exchange("POST", &self.control("faults"), &[], &change.to_string()).0, 200);
    }

    /// What the clinic's EHR was asked so far.
    pub fn asked(&self) -> String {
        get(&self.control("calls"), &[]).1
    }

    /// The rows of the access log, opened.
    pub fn exported(&self) -> Vec<Value> {
        let private = std::fs::read_to_string(self.path(PRIVATE_KEY)).unwrap();
        let output =
            self.run_with(&["audit", "export"], &[("VARDBRO_AUDIT_PRIVATE_KEY", private.trim())], "");
        // Rows of an audit key whose private half was not kept here stay sealed, and are counted as a failure.
        let rows = text(&output.stdout);
        assert!(!rows.is_empty(), "{}", text(&output.stderr));
        rows.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// What a verification of the access log finds.
    pub fn findings(&self) -> Vec<String> {
        let output = self.run(&["audit", "verify", "--json"], "", "");
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let findings: Vec<String> = serde_json::from_value(report["findings"].clone()).unwrap();
        assert_eq!(output.status.success(), findings.is_empty(), "{report}");
        findings
    }

    /// What somebody does who can write to the database.
    pub fn tamper(&self, statements: &str) {
        let statements = sqlx::raw_sql(sqlx::AssertSqlSafe(statements.to_owned()));
        block_on(async {
            if self.url.starts_with("postgres") {
                let mut database = PgConnection::connect(&self.url).await.unwrap();
                statements.execute(&mut database).await.unwrap();
            } else {
                let mut database = SqliteConnection::connect(&self.url).await.unwrap();
                statements.execute(&mut database).await.unwrap();
            }
        });
    }

    /// The one text that a query answers.
    pub fn query(&self, query: &str) -> String {
        let query = sqlx::AssertSqlSafe(query.to_owned());
        block_on(async {
            if self.url.starts_with("postgres") {
                let mut database = PgConnection::connect(&self.url).await.unwrap();
                sqlx::query_scalar(query).fetch_one(&mut database).await.unwrap()
            } else {
                let mut database = SqliteConnection::connect(&self.url).await.unwrap();
                sqlx::query_scalar(query).fetch_one(&mut database).await.unwrap()
            }
        })
    }

    pub fn url(&self) -> &str {
        &self.url
    }
}

pub fn client<'a>(node: &Server, id: &'a str, secret: &'a str) -> Client<'a> {
    Client { origin: node.origin.clone(), id, secret }
}

pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
