//! Which times are free: inside working time, at the host's interval, not taken, not too soon.

use async_graphql::{ID, SimpleObject};
use jiff::{SignedDuration, Timestamp};

use crate::booking_type::BookingType;
use crate::host::Host;
use crate::state::World;
use crate::time::{DateTime, Span, after};
use crate::working_time::WorkingTime;

/// ASSUMED. `end` is the start and the booking type's calendar length.
#[derive(Clone, Debug, Eq, PartialEq, SimpleObject)]
pub struct FreeTime {
    pub start: DateTime,
    pub end: DateTime,
    pub host_id: ID,
    pub booking_type_id: ID,
    pub place_id: ID,
}

/// Which times are asked for: starts from `from` on and before `to`.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    pub from: Timestamp,
    pub to: Timestamp,
    pub place: Option<&'a ID>,
    pub host: Option<&'a ID>,
    pub booking_type: Option<&'a ID>,
    /// A reservation that does not stand in the way of who asks.
    pub reservation: Option<&'a ID>,
}

impl<'a> Wanted<'a> {
    pub fn between(from: Timestamp, to: Timestamp) -> Self {
        Self { from, to, place: None, host: None, booking_type: None, reservation: None }
    }

    /// One start of one host.
    pub fn at(start: Timestamp, host: &'a ID, booking_type: &'a ID) -> Self {
        let to = start.saturating_add(SignedDuration::from_nanos(1)).unwrap_or(Timestamp::MAX);
        Self { host: Some(host), booking_type: Some(booking_type), ..Self::between(start, to) }
    }
}

/// Time of a host that is booked or reserved.
#[derive(Clone, Copy)]
struct Taken<'w> {
    span: Span,
    booking_type: &'w ID,
}

impl World {
    /// By start, then host and booking type.
    pub fn free_times(&self, wanted: &Wanted<'_>, now: Timestamp) -> Vec<FreeTime> {
        let is = |wanted: Option<&ID>, id: &ID| wanted.is_none_or(|wanted| wanted == id);
        let mut free = Vec::new();
        for working in &self.working_times {
            if !is(wanted.host, &working.host) || !is(wanted.place, &working.place) {
                continue;
            }
            let Some(host) = self.active_host(&working.host) else { continue };
            let kinds: Vec<&BookingType> = host
                .booking_type_ids
                .iter()
                .filter(|kind| is(wanted.booking_type, kind) && working.admits(kind))
                .filter_map(|kind| self.live_booking_type(kind))
                .collect();
            let taken = self.taken(&host.id, wanted.reservation);
            for block in working.blocks(wanted.from, wanted.to, now) {
                let taken: Vec<_> =
                    taken.iter().filter(|taken| taken.span.overlaps(block)).copied().collect();
                for kind in &kinds {
                    let starts = self.starts(host, kind, block);
                    let earliest = wanted.from.max(after(now, kind.booking_margin_hours.saturating_mul(60)));
                    let open = starts
                        .filter(|slot| (earliest..wanted.to).contains(&slot.start))
                        .filter(|slot| is_free(*slot, kind, &taken));
                    free.extend(open.map(|slot| offer(slot, kind, working)));
                }
            }
        }
        free.sort_by(|a, b| {
            (a.start, &a.host_id, &a.booking_type_id).cmp(&(b.start, &b.host_id, &b.booking_type_id))
        });
        free
    }

    /// The slots that fit into a block, at the host's interval from its start on.
    fn starts(&self, host: &Host, kind: &BookingType, block: Span) -> impl Iterator<Item = Span> + use<> {
        let shortest = || {
            let offered = host.booking_type_ids.iter().filter_map(|kind| self.live_booking_type(kind));
            offered.filter(|kind| kind.bookable_by_clients).map(|kind| kind.length).min()
        };
        let interval = host.interval.or_else(shortest).unwrap_or(kind.length).max(1);
        let length = kind.length;
        let starts = std::iter::successors(Some(block.start), move |start| Some(after(*start, interval)));
        starts.map(move |start| Span::lasting(start, length)).take_while(move |slot| slot.end <= block.end)
    }

    fn taken(&self, host: &ID, reservation: Option<&ID>) -> Vec<Taken<'_>> {
        let booked = self.bookings.values().filter(|row| row.host_id == *host && row.live());
        let booked = booked.map(|row| Taken { span: row.span(), booking_type: &row.booking_type_id });
        let reserved = self.reservations.iter();
        let reserved = reserved.filter(|row| row.host == *host && Some(&row.id) != reservation);
        let reserved = reserved.map(|row| Taken { span: row.span, booking_type: &row.booking_type });
        booked.chain(reserved).collect()
    }
}

/// A group session stays free until its cap is reached, but only at its own start.
fn is_free(slot: Span, kind: &BookingType, taken: &[Taken<'_>]) -> bool {
    let mut participants = 0;
    for taken in taken.iter().filter(|taken| taken.span.overlaps(slot)) {
        if taken.span != slot || *taken.booking_type != kind.id {
            return false;
        }
        participants += 1;
    }
    participants < kind.group_cap.unwrap_or(1)
}

fn offer(slot: Span, kind: &BookingType, working: &WorkingTime) -> FreeTime {
    FreeTime {
        start: DateTime::of(slot.start),
        end: DateTime::of(slot.end),
        host_id: working.host.clone(),
        booking_type_id: kind.id.clone(),
        place_id: working.place.clone(),
    }
}
