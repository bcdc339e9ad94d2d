use async_graphql::ID;
use jiff::civil::Weekday::{self, Friday, Monday, Thursday, Tuesday, Wednesday};
use jiff::civil::{Time, time};

use super::ids::{self, BORAS, GOTHENBURG};
use super::some;
use crate::host::Host;
use crate::state::Table;
use crate::working_time::WorkingTime;

const WORKDAYS: [Weekday; 5] = [Monday, Tuesday, Wednesday, Thursday, Friday];

/// What psychologists offer.
const PSYCHOLOGY: [&str; 4] = [ids::NEW_VISIT, ids::RETURN_VISIT, ids::THERAPY, ids::TELEPHONE];

/// Anna, Erik and Fatima are in Gothenburg, Johan and Maria in Borås, Sara at both places.
pub fn hosts() -> Table<Host> {
    let mindful = [PSYCHOLOGY.as_slice(), &[ids::MINDFULNESS]].concat();
    let physio = [ids::RETURN_VISIT, ids::PHYSIOTHERAPY];
    let hosts = [
        host(ids::ANNA, "Anna", "Lindqvist", "anna_lindqvist", &[GOTHENBURG], &PSYCHOLOGY),
        host(ids::ERIK, "Erik", "Öberg", "erik_oberg", &[GOTHENBURG], &PSYCHOLOGY),
        Host {
            title: some("Legitimerad fysioterapeut"),
            interval: Some(30),
            cancellation_margin_hours: None,
            ..host(ids::FATIMA, "Fatima", "Rahimi", "fatima_rahimi", &[GOTHENBURG], &physio)
        },
        Host {
            interval: Some(60),
            ..host(ids::SARA, "Sara", "Holm", "sara_holm", &[GOTHENBURG, BORAS], &mindful)
        },
        host(ids::JOHAN, "Johan", "Ek", "johan_ek", &[BORAS], &PSYCHOLOGY),
        Host {
            title: None,
            interval: Some(15),
            ..host(ids::MARIA, "Maria", "Sandberg", "maria_sandberg", &[BORAS], &PSYCHOLOGY)
        },
        Host {
            active: false,
            ..host(ids::GUNNAR, "Gunnar", "Ström", "gunnar_strom", &[GOTHENBURG], &[ids::HYPNOSIS])
        },
    ];
    hosts.into_iter().map(|host| (host.id.clone(), host)).collect()
}

fn host(
    id: &str,
    firstname: &str,
    lastname: &str,
    slug: &str,
    places: &[&str],
    booking_types: &[&str],
) -> Host {
    Host {
        id: id.into(),
        firstname: firstname.to_owned(),
        lastname: lastname.to_owned(),
        title: some("Legitimerad psykolog"),
        slug: slug.to_owned(),
        place_ids: places.iter().map(ID::from).collect(),
        booking_type_ids: booking_types.iter().map(ID::from).collect(),
        cancellation_margin_hours: Some(24),
        active: true,
        interval: None,
        custom_properties: Vec::new(),
    }
}

/// Monday to Friday with a lunch break. Sara holds group sessions on Tuesday afternoons and works in Borås at the end of
/// the week.
pub fn working_times() -> Vec<WorkingTime> {
    let mut times = Vec::new();
    for day in WORKDAYS {
        for (host, place, from) in [
            (ids::ANNA, GOTHENBURG, 9),
            (ids::ERIK, GOTHENBURG, 8),
            (ids::FATIMA, GOTHENBURG, 9),
            (ids::JOHAN, BORAS, 9),
            (ids::MARIA, BORAS, 8),
            (ids::GUNNAR, GOTHENBURG, 9),
        ] {
            times.push(block(host, place, day, hour(from), hour(12)));
            times.push(block(host, place, day, hour(13), hour(from + 8)));
        }
    }
    for (place, days) in [(GOTHENBURG, [Monday, Wednesday]), (BORAS, [Thursday, Friday])] {
        for day in days {
            let open = WorkingTime {
                only: Some(PSYCHOLOGY.iter().map(ID::from).collect()),
                ..block(ids::SARA, place, day, hour(9), hour(15))
            };
            times.push(open);
        }
    }
    let group = WorkingTime {
        only: Some(vec![ids::MINDFULNESS.into()]),
        ..block(ids::SARA, GOTHENBURG, Tuesday, hour(13), time(16, 30, 0, 0))
    };
    times.push(group);
    times
}

fn hour(hour: i8) -> Time {
    time(hour, 0, 0, 0)
}

fn block(host: &str, place: &str, weekday: Weekday, from: Time, to: Time) -> WorkingTime {
    WorkingTime { host: host.into(), place: place.into(), weekday, from, to, only: None }
}
