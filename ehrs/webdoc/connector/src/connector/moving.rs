//! Changing appointments: verify the new time, change, look whether somebody else took it at the same moment, and put back.

use vardbro_ehr::{EhrError, EhrErrorKind, EhrResult, Thing};
use vardbro_model::appointment::{Appointment, AppointmentChange};
use vardbro_model::id::AppointmentId;
use vardbro_model::time::Window;

use super::availability::Wanted;
use super::session::{Failed, Session};
use super::turns::Turn;
use super::units::Unit;
use crate::mapping::{appointment as mapping, time};
use crate::wire::bookings::{self as native, Booking, BookingChange, CaregiverLink, Filter};

/// A booking, and where it is to be.
struct Move<'b> {
    present: &'b Booking,
    here: Window,
    to: Window,
    caregiver: String,
}

impl Move<'_> {
    /// Whether the booking changes hands.
    fn goes(&self) -> bool {
        self.present.with() != Some(self.caregiver.as_str())
    }
}

/// How a booking fits into the calendar.
#[derive(PartialEq, Eq)]
enum Fit {
    /// It is a free row.
    Row,
    /// Free rows and its own time cover it: whether Webdoc takes that is not documented.
    Between,
}

impl Session<'_> {
    pub(super) async fn change_appointment(
        &self,
        unit: &Unit,
        id: &AppointmentId,
        change: AppointmentChange,
    ) -> EhrResult<Appointment> {
        let caregiver = match &change.resource {
            Some(resource) => Some(self.caregiver(unit, resource).await?.id),
            None => None,
        };
        let (native, _) = mapping::read_id(id);
        let _turn = self.take_turns([Turn::Booking(native.to_owned())]).await?;
        let present = self.booking(unit, id).await?;
        let missing = || EhrError::not_found(Thing::Appointment);
        let here = time::window(&present, &self.config.zone).ok_or_else(missing)?;
        let comment = change.comment.map(|comment| comment.unwrap_or_default().trim().to_owned());
        let comment = comment.filter(|comment| present.note.as_deref().unwrap_or_default().trim() != comment);
        let window = change.window.unwrap_or(here);
        let moves = window != here || caregiver.as_deref().is_some_and(|to| present.with() != Some(to));
        if !moves {
            return match comment {
                None => self.answer(unit, &present).ok_or_else(missing),
                Some(comment) => self.comment(unit, &present, &comment).await,
            };
        }

        let Some(caregiver) = caregiver.or_else(|| present.with().map(str::to_owned)) else {
            return Err(EhrError::conflict("The appointment has no caregiver."));
        };
        // Also the one that is left: if the move is put back, the old time must not have been given away.
        let calendars = [Some(caregiver.clone()), present.with().map(str::to_owned)];
        let _turns = self.take_turns(calendars.into_iter().flatten().map(Turn::Caregiver)).await?;
        let plan = Move { present: &present, here, to: window, caregiver };
        let fit = self.fit(unit, &plan).await?;
        self.carry_out(unit, &plan, fit, comment.as_deref()).await
    }

    async fn comment(&self, unit: &Unit, present: &Booking, comment: &str) -> EhrResult<Appointment> {
        let change = BookingChange {
            requested_by_user_id: self.acting_user(present.with()),
            note: Some(comment),
            ..BookingChange::default()
        };
        let wanted = Booking { note: text(comment), ..present.clone() };
        self.settle(unit, self.attempt(native::change(self.api(), &present.id, &change)).await, wanted).await
    }

    /// Refuses a time that is neither a free row of the booking's type, nor of the booking's length and covered by such rows and the
    /// booking's own time.
    async fn fit(&self, unit: &Unit, plan: &Move<'_>) -> EhrResult<Fit> {
        let zone = &self.config.zone;
        if plan.to.start < self.ctx.clock.now() || time::place(plan.to, zone).is_none() {
            return Err(EhrError::no_timeslots());
        }
        let wanted =
            Wanted { caregiver: Some(plan.caregiver.clone()), kind: mapping::kind(plan.present, &[]) };
        let rows = self.rows(unit, time::whole_days(plan.to, zone), wanted).await?;
        let free: Vec<Window> = rows.into_iter().map(|row| row.window).collect();
        if free.contains(&plan.to) {
            return Ok(Fit::Row);
        }
        let own = (!plan.goes()).then_some(plan.here);
        let length = |window: Window| window.end.duration_since(window.start);
        if length(plan.to) == length(plan.here) && covered(plan.to, free.into_iter().chain(own)) {
            return Ok(Fit::Between);
        }
        Err(EhrError::no_timeslots())
    }

    async fn carry_out(
        &self,
        unit: &Unit,
        plan: &Move<'_>,
        fit: Fit,
        comment: Option<&str>,
    ) -> EhrResult<Appointment> {
        let Move { present, caregiver, .. } = plan;
        let (date, start, end) =
            time::place(plan.to, &self.config.zone).ok_or_else(EhrError::no_timeslots)?;
        let user = if plan.goes() {
            self.caregivers(unit).await?.iter().find(|user| user.id == *caregiver).cloned()
        } else {
            present.user.clone().or_else(|| present.caregiver.clone())
        };
        let change = BookingChange {
            requested_by_user_id: self.acting_user(present.with()),
            caregiver: plan.goes().then_some(CaregiverLink { id: caregiver }),
            date: Some(date),
            start_time: Some(start),
            end_time: Some(end),
            note: comment,
            ..BookingChange::default()
        };
        let moved = Booking {
            date: Some(date),
            start_time: Some(start),
            end_time: Some(end),
            note: comment.map_or_else(|| present.note.clone(), text),
            user,
            caregiver: None,
            ..(*present).clone()
        };
        let attempt = self.attempt(native::change(self.api(), &present.id, &change)).await;
        if let Err(Failed::Refused(refusal)) = &attempt {
            let look = self.fit(unit, plan).await;
            let gone = look.is_err_and(|error| matches!(error.kind, EhrErrorKind::Invalid(_)));
            return Err(if gone || fit == Fit::Between {
                refusal.told_as(EhrError::no_timeslots())
            } else {
                refusal.error()
            });
        }
        let answer = self.settle(unit, attempt, moved).await?;
        match self.others_there(unit, plan).await {
            Ok(false) => Ok(answer),
            Ok(true) => {
                self.put_back(present).await.map_err(|error| unsettled(&present.id, &error))?;
                Err(EhrError::no_timeslots())
            }
            Err(error) => Err(unsettled(&present.id, &error)),
        }
    }

    /// The appointment as it was meant to become; where the answer to the change was lost, as one look shows it.
    async fn settle(
        &self,
        unit: &Unit,
        attempt: Result<Option<Booking>, Failed>,
        wanted: Booking,
    ) -> EhrResult<Appointment> {
        match attempt {
            // Webdoc's word counts, where it says one.
            Ok(Some(told)) => {
                let told = Booking {
                    date: told.date.or(wanted.date),
                    start_time: told.start_time.or(wanted.start_time),
                    end_time: told.end_time.or(wanted.end_time),
                    arrived: told.arrived.filter(|arrived| *arrived != 0).or(wanted.arrived),
                    ..wanted.clone()
                };
                return self.answer(unit, &told).ok_or_else(|| EhrError::not_found(Thing::Appointment));
            }
            Ok(None) => {}
            Err(Failed::InDoubt(doubt)) => {
                let day = wanted.date.unwrap_or_else(|| self.today());
                let look = self.booking_between(unit, &wanted.id, (day, day)).await;
                doubt.settle(look.map(|found| found.filter(|found| same(found, &wanted))))?;
            }
            Err(failed) => return Err(failed.unsettled()),
        }
        self.answer(unit, &wanted).ok_or_else(|| EhrError::not_found(Thing::Appointment))
    }

    /// Whether the caregiver has another booking in the time.
    async fn others_there(&self, unit: &Unit, plan: &Move<'_>) -> EhrResult<bool> {
        let (from, to) = time::days(plan.to, &self.config.zone);
        let filter = Filter {
            is_booked: Some(true),
            user_id: Some(plan.caregiver.clone()),
            from_date: Some(from),
            to_date: Some(to),
            ..Filter::default()
        };
        let rows = self.bookings(unit, &filter).await?;
        let in_the_way = |row: &Booking| {
            time::window(row, &self.config.zone)
                .is_some_and(|other| other.start < plan.to.end && plan.to.start < other.end)
        };
        let of_another = |row: &&Booking| row.id != plan.present.id && !row.is_free();
        let theirs = |row: &&Booking| row.with() == Some(plan.caregiver.as_str());
        Ok(rows.iter().filter(of_another).filter(theirs).any(in_the_way))
    }

    /// As it was. Twice is the same as once here: the calendars are ours for the moment.
    async fn put_back(&self, before: &Booking) -> EhrResult<()> {
        let change = BookingChange {
            requested_by_user_id: self.acting_user(before.with()),
            caregiver: before.with().map(|id| CaregiverLink { id }),
            date: before.date,
            start_time: before.start_time,
            end_time: before.end_time,
            note: Some(before.note.as_deref().unwrap_or_default()),
            ..BookingChange::default()
        };
        self.run(native::change(self.api(), &before.id, &change).idempotent()).await.map(|_| ())
    }
}

/// The booking was moved, and what is to become of it is not known.
fn unsettled(id: &str, error: &EhrError) -> EhrError {
    let unknown = EhrError::outcome_unknown(format!(
        "Booking {id} was moved, but whether another one stands at that time could not be settled: look at it before you repeat the \
         call. {}",
        error.detail
    ));
    EhrError { emr_error: error.emr_error.clone(), retry_after: error.retry_after, ..unknown }
}

fn text(comment: &str) -> Option<String> {
    (!comment.is_empty()).then(|| comment.to_owned())
}

fn same(found: &Booking, wanted: &Booking) -> bool {
    let place = |booking: &Booking| (booking.date, booking.start_time, booking.end_time);
    let note = |booking: &Booking| booking.note.as_deref().unwrap_or_default().trim().to_owned();
    place(found) == place(wanted) && found.with() == wanted.with() && note(found) == note(wanted)
}

/// Whether every instant of the window lies in one of the others.
fn covered(window: Window, others: impl Iterator<Item = Window>) -> bool {
    let mut others: Vec<Window> = others.collect();
    others.sort_by_key(|other| other.start);
    let mut free_until = window.start;
    for other in others {
        if other.start <= free_until {
            free_until = free_until.max(other.end);
        }
    }
    free_until >= window.end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(start: i64, end: i64) -> Window {
        let at = |minute: i64| jiff::Timestamp::from_second(60 * minute).unwrap();
        Window { start: at(start), end: at(end) }
    }

    #[test]
    fn a_time_is_covered_when_no_instant_of_it_is_missing() {
        let free = [window(30, 60), window(0, 30), window(90, 120)];
        for (wanted, expected) in [
            ((0, 60), true),
            ((15, 45), true),
            ((0, 30), true),
            ((45, 75), false),
            ((60, 90), false),
            ((90, 130), false),
        ] {
            assert_eq!(covered(window(wanted.0, wanted.1), free.into_iter()), expected, "{wanted:?}");
        }
    }
}
