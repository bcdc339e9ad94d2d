//! The process that is measured, as it is seen from outside.

use std::fs::File;
use std::path::Path;
use std::process::Stdio;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::cpu::CpuTime;
use crate::error::{BenchError, Result};
use crate::served::Address;

/// A gateway with a new database. Ends when it is stopped or dropped.
pub struct Gateway {
    pub address: Address,
    child: Child,
    pid: u32,
    _directory: TempDir,
}

impl Gateway {
    /// `parent`: where its database and its log are until it ends.
    pub async fn start(parent: &Path, logs_access: bool) -> Result<Self> {
        let directory = TempDir::with_prefix_in("vardbro-bench-", parent)?;
        let log = File::create(directory.path().join("log"))?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("serve").arg("--directory").arg(directory.path());
        if !logs_access {
            command.arg("--without-access-log");
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log).kill_on_drop(true);
        let mut child = command.spawn()?;
        let pid = child.id().ok_or(BenchError::NotStarted)?;
        let said = child.stdout.take().ok_or(BenchError::NotStarted)?;
        let line = BufReader::new(said).lines().next_line().await?.ok_or(BenchError::NotStarted)?;
        Ok(Self { address: serde_json::from_str(&line)?, child, pid, _directory: directory })
    }

    /// What it has used so far.
    pub fn cpu_time(&self) -> Result<CpuTime> {
        CpuTime::of(self.pid)
    }

    pub async fn stop(mut self) -> Result<()> {
        drop(self.child.stdin.take());
        self.child.wait().await?;
        Ok(())
    }
}
