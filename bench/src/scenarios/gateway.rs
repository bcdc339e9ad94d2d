//! One call at a time, of each kind in turn, beside a server with nothing behind it.

use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Request;
use http::header::HOST;
use http_body_util::Full;

use super::say;
use crate::caller::{Caller, Work};
use crate::client::{Answer, Client};
use crate::clinic::Clinic;
use crate::error::Result;
use crate::figures::{median, milliseconds, percentile};
use crate::gateway::Gateway;

/// What is called.
#[derive(Clone, Copy)]
enum Kind {
    Nothing,
    CareUnit,
    Patient,
    Page,
    FreeTimes,
    Write,
}

impl Kind {
    const ALL: [Self; 6] =
        [Self::Nothing, Self::CareUnit, Self::Patient, Self::Page, Self::FreeTimes, Self::Write];

    fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing: HTTP over loopback",
            Self::CareUnit => "a care unit",
            Self::Patient => "one patient",
            Self::Page => "30 appointments of 30 patients",
            Self::FreeTimes => "a week's free times",
            Self::Write => "booking or cancelling",
        }
    }

    async fn call(self, bare: &mut Client, caller: &mut Caller) -> Result<Answer> {
        match self {
            Self::Nothing => {
                let request = Request::get("/").header(HOST, "localhost");
                bare.send(request.body(Full::<Bytes>::default())?).await
            }
            Self::CareUnit => caller.care_unit().await,
            Self::Patient => caller.patient().await,
            Self::Page => caller.page().await,
            Self::FreeTimes => caller.timeslots().await,
            Self::Write => caller.write().await,
        }
    }
}

/// For a part of the time nothing counts yet.
const WARM_UP: u32 = 5;

/// How long one kind of call took, in the order in which they were made.
#[derive(Clone, Default)]
struct Times {
    seen: Vec<Duration>,
    own: Vec<Duration>,
}

pub async fn gateway(directory: &Path, time: Duration, rounds: u32) -> Result<()> {
    let mut all = Vec::new();
    for _ in 0..rounds {
        all.push(measure(directory, time).await?);
    }
    say("| call | median, ms | p99, ms | added, ms | own, median | own, p99 |\n|---|---|---|---|---|---|")?;
    for (index, kind) in Kind::ALL.into_iter().enumerate() {
        let of = |times: fn(&Times) -> &Vec<Duration>, of_thousand: usize| {
            let each = all.iter().filter_map(|round| round.get(index));
            median(each.map(|one| milliseconds(percentile(times(one), of_thousand))).collect())
        };
        let added = all.iter().filter_map(|round| {
            let middle = |times: &Times| milliseconds(percentile(&times.seen, 500));
            Some(middle(round.get(index)?) - middle(round.first()?))
        });
        let (middle, high) = (of(|times| &times.seen, 500), of(|times| &times.seen, 990));
        let own = (of(|times| &times.own, 500), of(|times| &times.own, 990));
        let added = median(added.collect());
        let name = kind.name();
        say(&match kind {
            Kind::Nothing => format!("| {name} | {middle:.3} | {high:.3} | | | |"),
            _ => {
                format!("| {name} | {middle:.3} | {high:.3} | {added:.3} | {:.2} | {:.2} |", own.0, own.1)
            }
        })?;
    }
    Ok(())
}

async fn measure(directory: &Path, time: Duration) -> Result<Vec<Times>> {
    let gateway = Gateway::start(directory, true).await?;
    let clinic = Clinic::prepare(&gateway.address).await?;
    let mut bare = Client::connect(gateway.address.bare).await?;
    let mut caller = Caller::new(&clinic, Work::Patient, 0).await?;
    let mut times = vec![Times::default(); Kind::ALL.len()];
    let began = Instant::now();
    let warm_up = time / WARM_UP;
    while began.elapsed() < time || times.iter().any(|times| times.seen.is_empty()) {
        let counts = began.elapsed() >= warm_up;
        for (kind, times) in Kind::ALL.into_iter().zip(&mut times) {
            let called = Instant::now();
            let answer = kind.call(&mut bare, &mut caller).await?;
            if counts {
                times.seen.push(called.elapsed());
                times.own.extend(answer.own);
            }
        }
    }
    gateway.stop().await?;
    for Times { seen, own } in &mut times {
        seen.sort_unstable();
        own.sort_unstable();
    }
    Ok(times)
}
