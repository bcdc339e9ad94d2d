//! Reading and cancelling appointments.

use jiff::civil::Date;
use jiff::{Span, Timestamp, ToSpan};
use vardbro_ehr::{EhrError, EhrResult, Thing};
use vardbro_model::appointment::{Appointment, AppointmentQuery, AppointmentStatus};
use vardbro_model::error::FaultCode;
use vardbro_model::id::AppointmentId;
use vardbro_model::page::{Cursor, Page, PageRequest};

use super::session::{Failed, Session};
use super::turns::Turn;
use super::units::{Unit, service_code};
use crate::mapping::{appointment as mapping, time};
use crate::wire::Scope;
use crate::wire::bookings::{self as native, Booking, Filter};

impl Session<'_> {
    pub(super) async fn appointments(
        &self,
        unit: &Unit,
        query: AppointmentQuery,
        request: PageRequest,
    ) -> EhrResult<Page<Appointment>> {
        let number = query.patient.as_ref().map(|patient| self.number(patient)).transpose()?;
        let kind = query.healthcare_service.as_ref().map(service_code).transpose()?;
        let caregiver = match &query.resource {
            Some(resource) => Some(self.caregiver(unit, resource).await?.id),
            None => None,
        };
        let after = request.cursor.as_ref().map(read_cursor).transpose()?;
        let kept = !matches!(
            query.status,
            Some(AppointmentStatus::Cancelled | AppointmentStatus::AwaitingConfirmation)
        );
        let days = query.window.map(|window| time::days(window, &self.config.zone));
        // Webdoc keeps the order to itself: the list is read whole and put in order here, from the cursor's day on.
        let from = days.map(|(from, _)| from).max(after.as_ref().map(|after| after.day(self)));
        let filter = Filter {
            is_booked: Some(true),
            user_id: caregiver.clone(),
            booking_type_id: kind,
            from_date: from,
            to_date: days.map(|(_, to)| to),
            personal_number: number.as_ref().map(|number| number.native()),
            arrived: None,
        };
        let rows = if kept { self.bookings(unit, &filter).await? } else { Vec::new() };
        let rows = self.with_arrivals(unit, rows, filter).await?;
        let mut found: Vec<Appointment> = rows
            .iter()
            .filter(|row| !row.is_free())
            .filter(|row| caregiver.as_deref().is_none_or(|wanted| row.with() == Some(wanted)))
            .filter(|row| kind.is_none_or(|wanted| mapping::kind(row, &[]) == Some(wanted)))
            .filter_map(|row| self.answer(unit, row))
            .filter(|found| query.window.is_none_or(|window| window.contains(found.start.timestamp())))
            .filter(|found| query.wants(found.status))
            .collect();
        if let Some(number) = &number {
            found.retain(|found| found.patient_id.as_ref().is_some_and(|id| number.is(id.as_str())));
            if found.is_empty() && request.cursor.is_none() && self.has(Scope::PatientRead).await? {
                self.patient_of(number).await?;
            }
        }
        if let (true, None, Some(service)) = (found.is_empty(), &request.cursor, &query.healthcare_service)
            && self.has(Scope::SelfService).await?
        {
            self.booking_type(service).await?;
        }
        found.sort_by_cached_key(Place::of);
        found.retain(|found| after.as_ref().is_none_or(|after| *after < Place::of(found)));
        let more = found.len() > request.limit;
        found.truncate(request.limit);
        let next = found.last().filter(|_| more).map(|last| Place::of(last).cursor());
        Ok(Page { items: found, next })
    }

    /// One booking of the clinic: on the day that its id names, else in the days around that, or around today.
    pub(super) async fn booking(&self, unit: &Unit, id: &AppointmentId) -> EhrResult<Booking> {
        let (native, day) = mapping::read_id(id);
        if let Some(day) = day
            && let Some(found) = self.booking_between(unit, native, (day, day)).await?
        {
            return Ok(found);
        }
        let around = day.unwrap_or_else(|| self.today());
        let days = Span::new().try_days(self.config.booking_search_days).unwrap_or_else(|_| 0.days());
        let span = (around.saturating_sub(days), around.saturating_add(days));
        let found = self.booking_between(unit, native, span).await?;
        found.ok_or_else(|| EhrError::not_found(Thing::Appointment))
    }

    pub(super) async fn booking_between(
        &self,
        unit: &Unit,
        native: &str,
        (from, to): (Date, Date),
    ) -> EhrResult<Option<Booking>> {
        let filter =
            Filter { is_booked: Some(true), from_date: Some(from), to_date: Some(to), ..Filter::default() };
        let rows = self.bookings(unit, &filter).await?;
        Ok(rows.into_iter().find(|row| row.id == native && !row.is_free()))
    }

    pub(super) async fn appointment(&self, unit: &Unit, id: &AppointmentId) -> EhrResult<Appointment> {
        let found = self.booking(unit, id).await?;
        let same_caregiver = Filter { user_id: found.with().map(str::to_owned), ..Filter::default() };
        let found = self.with_arrivals(unit, vec![found], same_caregiver).await?;
        let answer = found.first().and_then(|found| self.answer(unit, found));
        answer.ok_or_else(|| EhrError::not_found(Thing::Appointment))
    }

    /// The bookings, and of those that are not over whether the patient has come, which the search does not tell. Nobody comes before the
    /// day, so this is a question of today's only.
    async fn with_arrivals(
        &self,
        unit: &Unit,
        mut rows: Vec<Booking>,
        filter: Filter,
    ) -> EhrResult<Vec<Booking>> {
        let (now, today) = (self.ctx.clock.now(), self.today());
        let is_open = |row: &Booking| {
            let end = time::window(row, &self.config.zone).map(|window| window.end);
            row.arrived.is_none() && row.date <= Some(today) && end.is_some_and(|end| now < end)
        };
        let Some(from) = rows.iter().filter(|row| is_open(row)).filter_map(|row| row.date).min() else {
            return Ok(rows);
        };
        if !self.has(Scope::SelfService).await? {
            return Ok(rows);
        }
        let filter = Filter { from_date: Some(from), to_date: Some(today), ..filter };
        let come = self.arrivals(unit, filter).await?;
        for row in rows.iter_mut().filter(|row| is_open(row)) {
            row.arrived = come.iter().find(|other| other.id == row.id).and_then(|other| other.arrived);
        }
        Ok(rows)
    }

    /// What the search tells of a booking; its type stands there by its id.
    pub(super) fn answer(&self, unit: &Unit, native: &Booking) -> Option<Appointment> {
        mapping::appointment(native, &unit.id, &[], (&self.config.zone, self.ctx.clock.now()))
    }

    /// Who acts: the connection's user, else the caregiver whose booking it is.
    pub(super) fn acting_user<'b>(&'b self, caregiver: Option<&'b str>) -> Option<&'b str> {
        self.config.acting_user.as_deref().or(caregiver)
    }

    pub(super) async fn cancel(&self, unit: &Unit, id: &AppointmentId) -> EhrResult<Appointment> {
        let (native, _) = mapping::read_id(id);
        let _turn = self.take_turns([Turn::Booking(native.to_owned())]).await?;
        let present = self.booking(unit, id).await?;
        let missing = || EhrError::not_found(Thing::Appointment);
        let cancelled = self.answer(unit, &present).ok_or_else(missing)?;
        let Some(user) = self.acting_user(present.with()) else {
            return Err(EhrError::failed(
                "Webdoc wants to know who cancels, and the booking has no caregiver: set the connection's acting_user_id.",
            ));
        };
        match self.attempt(native::cancel(self.api(), &present.id, user)).await {
            Ok(()) => {}
            Err(Failed::Refused(refusal)) if refusal.status() == http::StatusCode::NOT_FOUND => {
                return Err(missing());
            }
            Err(Failed::Refused(refusal)) => {
                return Err(
                    refusal.told_as(EhrError::conflict("Webdoc does not let this booking be cancelled."))
                );
            }
            Err(Failed::Other(error)) => return Err(error),
            Err(Failed::InDoubt(doubt)) => {
                let day = present.date.unwrap_or_else(|| self.today());
                let look = self.booking_between(unit, &present.id, (day, day)).await;
                doubt.settle(look.map(|still| still.is_none().then_some(())))?;
            }
        }
        Ok(Appointment { status: AppointmentStatus::Cancelled, ..cancelled })
    }

    pub(super) fn today(&self) -> Date {
        self.config.zone.to_datetime(self.ctx.clock.now()).date()
    }
}

/// Where an appointment stands in a list: rows that come and go between two pages neither repeat nor hide others.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    at: Timestamp,
    native: String,
}

impl Place {
    fn of(appointment: &Appointment) -> Self {
        Self { at: appointment.start.timestamp(), native: appointment.emr_id.clone() }
    }

    fn cursor(&self) -> Cursor {
        Cursor(format!("{}.{}", self.at.as_second(), self.native))
    }

    fn day(&self, session: &Session<'_>) -> Date {
        session.config.zone.to_datetime(self.at).date()
    }
}

fn read_cursor(Cursor(text): &Cursor) -> EhrResult<Place> {
    let read = || {
        let (second, native) = text.split_once('.')?;
        let at = Timestamp::from_second(second.parse().ok()?).ok()?;
        // No calendar reaches further back, and Webdoc's days have no sign.
        (at >= Timestamp::UNIX_EPOCH).then(|| Place { at, native: native.to_owned() })
    };
    read().ok_or_else(|| {
        EhrError::fault("cursor", FaultCode::BadInput, "This cursor does not come from an earlier page.")
    })
}
