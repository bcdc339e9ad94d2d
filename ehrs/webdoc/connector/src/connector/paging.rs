//! Lists of bookings: pages by offset, read to the end. There is no total and no next link: a page that is not full is the last.

use std::collections::BTreeSet;

use futures::future::try_join_all;
use vardbro_ehr::{EhrError, EhrResult};
use vardbro_model::error::{Fault, FaultCode};

use super::session::Session;
use super::units::Unit;
use crate::config::{FreeSlotQuery, TimeslotServices};
use crate::wire::Native;
use crate::wire::bookings::{self as native, Booking, Filter};

/// Pages asked for at once, once it is known that there are many.
const MOST_AT_ONCE: usize = 8;

/// Nobody means to read more than this.
const MOST_PAGES: usize = 500;

impl Session<'_> {
    /// The bookings of the clinic for which the filter holds.
    pub(super) async fn bookings(&self, unit: &Unit, filter: &Filter) -> EhrResult<Vec<Booking>> {
        self.all(unit, |offset| native::search(self.api(), unit.native(), filter, offset)).await
    }

    /// The free rows of the clinic for which the filter holds, wherever the connection looks for them.
    pub(super) async fn free_rows(&self, unit: &Unit, filter: Filter) -> EhrResult<Vec<Booking>> {
        let filter = Filter { is_booked: Some(false), ..filter };
        let mut rows = match self.config.free_slot_query {
            FreeSlotQuery::Bookings => self.bookings(unit, &filter).await?,
            FreeSlotQuery::ClinicBookings => {
                let for_patients = self.config.timeslot_services == TimeslotServices::SelfService;
                let page = |offset| {
                    let rows = (self.config.page_size, offset);
                    native::of_clinic(self.api(), unit.native(), (&filter, for_patients), rows)
                };
                self.all(unit, page).await?
            }
        };
        rows.retain(Booking::is_free);
        Ok(rows)
    }

    /// The bookings of the clinic's own list for which the filter holds, and whose patients have come: the search does not tell that.
    pub(super) async fn arrivals(&self, unit: &Unit, filter: Filter) -> EhrResult<Vec<Booking>> {
        let filter = Filter { is_booked: Some(true), arrived: Some(true), ..filter };
        let page = |offset| {
            native::of_clinic(self.api(), unit.native(), (&filter, false), (self.config.page_size, offset))
        };
        self.all(unit, page).await
    }

    /// Every page, twice as many at once each time, so that a long list takes few round trips. A row that stands on two pages,
    /// because others came or went meanwhile, counts once; a server that ignores the offset is found out by the second round.
    async fn all(
        &self,
        unit: &Unit,
        page: impl Fn(usize) -> Native<Vec<Booking>>,
    ) -> EhrResult<Vec<Booking>> {
        let full = self.config.page_size;
        let (mut seen, mut rows) = (BTreeSet::new(), Vec::new());
        let (mut asked, mut at_once) = (0_usize, 1_usize);
        loop {
            let offsets = (asked..asked.saturating_add(at_once)).map(|index| index.saturating_mul(full));
            let pages = try_join_all(offsets.map(|offset| self.run(page(offset)))).await?;
            asked = asked.saturating_add(at_once);
            let ended = pages.iter().any(|page| page.len() < full);
            let known = seen.len();
            for row in pages.into_iter().flatten() {
                if seen.insert(row.id.clone()) && row.at().is_none_or(|clinic| clinic == unit.native()) {
                    rows.push(row);
                }
            }
            if ended {
                return Ok(rows);
            }
            if seen.len() == known {
                tracing::warn!("Webdoc answers the same page at every offset: the list may lack rows");
                return Ok(rows);
            }
            if asked >= MOST_PAGES {
                return Err(too_many());
            }
            at_once = at_once.saturating_mul(2).min(MOST_AT_ONCE);
        }
    }
}

fn too_many() -> EhrError {
    EhrError::invalid(vec![Fault::at(
        "start",
        FaultCode::BadInput,
        "There are too many bookings to read them all: name a patient, or a shorter time with start and end.",
    )])
}
