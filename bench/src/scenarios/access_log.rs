//! The same load on two gateways, one of which has no access log.

use std::path::Path;
use std::time::Duration;

use super::say;
use crate::caller::{Caller, Work};
use crate::clinic::Clinic;
use crate::cpu::Used;
use crate::error::Result;
use crate::figures::{median, milliseconds, percentile};
use crate::gateway::Gateway;
use crate::load::{Load, closed, open};

/// Connections of the load that is given, and the most of one that is not.
const MANY: usize = 64;
const FEW: usize = 8;

/// Before anything counts.
const WARM_UP: Duration = Duration::from_secs(1);

/// Longer than entries of the access log wait for others, and how little a gateway does in it that has written them all.
const LOOK: Duration = Duration::from_millis(250);
const IDLE: Duration = Duration::from_millis(10);

/// What one gateway did in one round.
struct Round {
    few: Measured,
    many: Measured,
    given: Measured,
}

struct Measured {
    rate: f64,
    /// Seconds for 1,000 requests.
    cpu: f64,
    others: f64,
    /// Of all calls: 0 to 1.
    refused: f64,
    latencies: Vec<Duration>,
}

pub async fn access_log(directory: &Path, time: Duration, rounds: u32, rate: u32) -> Result<()> {
    for work in Work::ALL {
        let (mut off, mut on) = (Vec::new(), Vec::new());
        for round in 0..rounds {
            // Whatever changes with time harms both alike.
            let order = if round.is_multiple_of(2) { [false, true] } else { [true, false] };
            for logs_access in order {
                let measured = measure(directory, work, logs_access, time, rate).await?;
                if logs_access { on.push(measured) } else { off.push(measured) }
            }
        }
        say(&format!("### {}\n", work.name()))?;
        say("| load | | without | with | difference |\n|---|---|---|---|---|")?;
        tell(&format!("as much as {FEW} connections can"), &off, &on, |round| &round.few, false)?;
        tell(&format!("as much as {MANY} connections can"), &off, &on, |round| &round.many, false)?;
        tell(&format!("{rate} a second, {MANY} connections"), &off, &on, |round| &round.given, true)?;
        say("")?;
    }
    Ok(())
}

async fn measure(
    directory: &Path,
    work: Work,
    logs_access: bool,
    time: Duration,
    rate: u32,
) -> Result<Round> {
    let gateway = Gateway::start(directory, logs_access).await?;
    let clinic = Clinic::prepare(&gateway.address).await?;
    let mut callers = Vec::new();
    for number in 0..FEW {
        callers.push(Caller::new(&clinic, work, number).await?);
    }
    counted(&gateway, closed(&mut callers, WARM_UP.min(time))).await?;
    let few = counted(&gateway, closed(&mut callers, time)).await?;
    for number in FEW..MANY {
        callers.push(Caller::new(&clinic, work, number).await?);
    }
    let many = counted(&gateway, closed(&mut callers, time)).await?;
    let given = counted(&gateway, open(&mut callers, time, rate)).await?;
    gateway.stop().await?;
    Ok(Round { few, many, given })
}

async fn counted(gateway: &Gateway, load: impl Future<Output = Result<Load>>) -> Result<Measured> {
    let before = gateway.cpu_time()?;
    let load = load.await?;
    let Used { others, .. } = gateway.cpu_time()?.since(&before);
    // What waits to be written is this load's to pay for, and not the next one's.
    let mut after = gateway.cpu_time()?;
    loop {
        tokio::time::sleep(LOOK).await;
        let now = gateway.cpu_time()?;
        let used = now.since(&after).process;
        after = now;
        if used <= IDLE {
            break;
        }
    }
    let process = after.since(&before).process;
    let cpu = process.as_secs_f64() * 1000.0 / load.count();
    Ok(Measured { rate: load.rate(), cpu, others, refused: load.refused(), latencies: load.latencies })
}

fn tell(load: &str, off: &[Round], on: &[Round], of: fn(&Round) -> &Measured, latencies: bool) -> Result<()> {
    let row = |name: &str, decimals: usize, value: &dyn Fn(&Measured) -> f64| {
        let each = |rounds: &[Round]| rounds.iter().map(|round| value(of(round))).collect::<Vec<_>>();
        let (off, on) = (each(off), each(on));
        let change = off.iter().zip(&on).map(|(off, on)| (on / off - 1.0) * 100.0).collect();
        let (off, on, change) = (median(off), median(on), median(change));
        say(&format!("| {load} | {name} | {off:.decimals$} | {on:.decimals$} | {change:+.1} % |"))
    };
    row("requests a second", 0, &|measured| measured.rate)?;
    row("CPU ms a request", 3, &|measured| measured.cpu)?;
    if latencies {
        for (name, of_thousand) in [("median, ms", 500), ("p99, ms", 990), ("p99.9, ms", 999)] {
            row(name, 2, &|measured| milliseconds(percentile(&measured.latencies, of_thousand)))?;
        }
    }
    let shares = |name: &str, value: fn(&Measured) -> f64| {
        let percent =
            |rounds: &[Round]| median(rounds.iter().map(|round| value(of(round)) * 100.0).collect());
        say(&format!("| {load} | {name} | {:.0} % | {:.0} % | |", percent(off), percent(on)))
    };
    shares("refused for want of room", |measured| measured.refused)?;
    shares("CPU that others took", |measured| measured.others)
}
