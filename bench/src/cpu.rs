//! CPU time, as Linux counts it.

use std::fs::read_to_string;
use std::time::Duration;

use crate::error::{BenchError, Result};

/// What Linux counts in, whatever its timer does: hundredths of a second.
const TICK: Duration = Duration::from_millis(10);

/// CPU time since the beginning: a process's, and everybody's.
#[derive(Clone, Copy)]
pub struct CpuTime {
    process: Duration,
    bench: Duration,
    busy: Duration,
    whole: Duration,
}

/// CPU time between two moments.
#[derive(Clone, Copy)]
pub struct Used {
    /// By the process.
    pub process: Duration,
    /// By neither the process nor this one, of all there was: 0 to 1.
    pub others: f64,
}

impl CpuTime {
    pub fn of(pid: u32) -> Result<Self> {
        let (busy, whole) = of_machine()?;
        Ok(Self { process: of_process(pid)?, bench: of_process(std::process::id())?, busy, whole })
    }

    pub fn since(&self, before: &Self) -> Used {
        let process = self.process.saturating_sub(before.process);
        let ours = process + self.bench.saturating_sub(before.bench);
        let others = self.busy.saturating_sub(before.busy).saturating_sub(ours);
        let whole = self.whole.saturating_sub(before.whole).max(TICK);
        Used { process, others: others.div_duration_f64(whole) }
    }
}

/// In user mode and in the kernel: the 14th and 15th fields of `stat`, of which the second may hold spaces.
fn of_process(pid: u32) -> Result<Duration> {
    let stat = read_to_string(format!("/proc/{pid}/stat"))?;
    let fields = stat.rsplit_once(')').map(|(_, fields)| fields).unwrap_or_default();
    let ticks: Vec<u32> = fields.split_whitespace().skip(11).take(2).flat_map(str::parse).collect();
    match ticks.as_slice() {
        [user, kernel] => Ok(TICK * user.saturating_add(*kernel)),
        _ => Err(BenchError::Missing("the CPU time of a process")),
    }
}

/// Of all CPUs: what was used, and what there was. The first line: user, nice, system, idle, iowait, irq, softirq, steal.
fn of_machine() -> Result<(Duration, Duration)> {
    let stat = read_to_string("/proc/stat")?;
    let line = stat.lines().next().unwrap_or_default();
    let ticks: Vec<u64> = line.split_whitespace().skip(1).take(8).flat_map(str::parse).collect();
    let whole: u64 = ticks.iter().sum();
    let idle: u64 = ticks.iter().skip(3).take(2).sum();
    let time = |ticks: u64| Duration::from_millis(ticks.saturating_mul(10));
    Ok((time(whole.saturating_sub(idle)), time(whole)))
}
