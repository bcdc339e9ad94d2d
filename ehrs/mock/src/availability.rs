//! Free times and schedules of the care units.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use vardbro_ehr::EhrResult;
use vardbro_model::healthcare_service::HealthcareService;
use vardbro_model::id::{AppointmentId, CareUnitId, HealthcareServiceId, ResourceId, ScheduleBlockId};
use vardbro_model::schedule::{BlockKind, NewScheduleBlock, ScheduleBlock};
use vardbro_model::time::{DateTime, Window};
use vardbro_model::timeslot::{Timeslot, sort};
use vardbro_model::typed_id::ResourceRef;

use crate::calendar::{self, overlap};
use crate::state::{Bookable, State, Unit, certain, length};

/// How far ahead recurring hours can be booked, and how far back they can be read.
const DAYS_AHEAD: i32 = 60;
const DAYS_BACK: i32 = 30;

/// A block that was added to a schedule beside the recurring hours.
pub(crate) struct Block {
    pub(crate) id: ScheduleBlockId,
    pub(crate) resource: ResourceId,
    pub(crate) window: Window,
    pub(crate) kind: BlockKind,
    pub(crate) comment: Option<String>,
}

impl State {
    pub(crate) fn timeslots(
        &self,
        care_unit: &CareUnitId,
        window: Window,
        resource: Option<&ResourceRef>,
        service: Option<&HealthcareServiceId>,
        now: Timestamp,
    ) -> EhrResult<Vec<Timeslot>> {
        let unit = self.unit(care_unit)?;
        let only_resource = resource.map(|named| self.resource(care_unit, named)).transpose()?;
        let only_service = service.map(|id| self.service(care_unit, id)).transpose()?;
        let resources = self.resources.iter().filter(|bookable| {
            bookable.resource.care_unit_id == *care_unit
                && only_resource.is_none_or(|only| only.resource.id == bookable.resource.id)
        });
        let services: Vec<&HealthcareService> = self
            .services
            .iter()
            .filter(|service| only_service.is_none_or(|only| only.id == service.id))
            .filter(|service| service.care_unit_id == *care_unit && service.bookable_online == Some(true))
            .collect();
        let ahead = Window { start: window.start.max(now), end: window.end };
        let mut slots = Vec::new();
        for bookable in resources {
            let open = self.open(unit, bookable, ahead, now);
            let busy = self.busy(bookable, ahead.start, None);
            for service in services.iter().filter(|service| bookable.offers(&service.id)) {
                let free = calendar::free(&open, &busy, length(service), ahead);
                slots.extend(free.into_iter().map(|slot| Timeslot {
                    start: DateTime::in_zone(slot.start, &unit.zone),
                    end: DateTime::in_zone(slot.end, &unit.zone),
                    resource_id: bookable.resource.id.clone(),
                    healthcare_service_id: service.id.clone(),
                    care_unit_id: care_unit.clone(),
                }));
            }
        }
        sort(&mut slots);
        Ok(slots)
    }

    /// Whether the resource works through the whole window and nobody else has it then; the appointment that is being moved
    /// counts as free time.
    pub(crate) fn is_free(
        &self,
        unit: &Unit,
        bookable: &Bookable,
        window: Window,
        moved: &AppointmentId,
        now: Timestamp,
    ) -> bool {
        let open = self.open(unit, bookable, window, now);
        let busy = self.busy(bookable, window.start, Some(moved));
        window.start >= now && calendar::is_free(&open, &busy, window)
    }

    pub(crate) fn schedule(
        &self,
        care_unit: &CareUnitId,
        resource: &ResourceRef,
        window: Window,
        now: Timestamp,
    ) -> EhrResult<Vec<ScheduleBlock>> {
        let unit = self.unit(care_unit)?;
        let bookable = self.resource(care_unit, resource)?;
        let recurring = calendar::shifts(bookable.week, &unit.zone, self.calendar(unit, now), window)
            .into_iter()
            .map(|shift| ScheduleBlock {
                id: None,
                care_unit_id: care_unit.clone(),
                resource_id: bookable.resource.id.clone(),
                start: DateTime::in_zone(shift.start, &unit.zone),
                end: DateTime::in_zone(shift.end, &unit.zone),
                kind: BlockKind::Available,
                comment: None,
            });
        let added = self
            .blocks
            .iter()
            .filter(|block| block.resource == bookable.resource.id && overlap(block.window, window))
            .map(|block| block.view(unit));
        let mut blocks: Vec<ScheduleBlock> = recurring.chain(added).collect();
        blocks.sort_by(|a, b| (a.start, a.end, &a.id).cmp(&(b.start, b.end, &b.id)));
        Ok(blocks)
    }

    pub(crate) fn create_schedule_block(
        &mut self,
        care_unit: &CareUnitId,
        resource: &ResourceRef,
        new: NewScheduleBlock,
    ) -> EhrResult<ScheduleBlock> {
        self.unit(care_unit)?;
        let resource = self.resource(care_unit, resource)?.resource.id.clone();
        let id = certain(ScheduleBlockId::parse(&format!("blk-{}", self.next_number())));
        let block = Block { id, resource, window: new.window, kind: new.kind, comment: new.comment };
        let view = block.view(self.unit(care_unit)?);
        self.blocks.push(block);
        Ok(view)
    }

    /// The time that overlaps the window and that the resource works, blocked or not.
    fn open(&self, unit: &Unit, bookable: &Bookable, window: Window, now: Timestamp) -> Vec<Window> {
        let mut open = calendar::shifts(bookable.week, &unit.zone, self.calendar(unit, now), window);
        open.extend(self.blocks_of(bookable, BlockKind::Available).filter(|block| overlap(*block, window)));
        open
    }

    /// The time that ends after `from` and is blocked, booked, or kept for a booking that awaits its code.
    fn busy(&self, bookable: &Bookable, from: Timestamp, except: Option<&AppointmentId>) -> Vec<Window> {
        let booked = self
            .appointments
            .values()
            .filter(|held| held.resource == bookable.resource.id && held.is_live())
            .filter(|held| except != Some(&held.id))
            .map(|held| held.window);
        booked.chain(self.blocks_of(bookable, BlockKind::Blocked)).filter(|taken| taken.end > from).collect()
    }

    fn blocks_of<'a>(
        &'a self,
        bookable: &'a Bookable,
        kind: BlockKind,
    ) -> impl Iterator<Item = Window> + use<'a> {
        self.blocks
            .iter()
            .filter(move |block| block.resource == bookable.resource.id && block.kind == kind)
            .map(|block| block.window)
    }

    /// The first and the last day on which recurring hours are laid out.
    fn calendar(&self, unit: &Unit, now: Timestamp) -> (Date, Date) {
        let today = unit.zone.to_datetime(now).date();
        (self.seeded_on.saturating_sub(DAYS_BACK.days()), today.saturating_add(DAYS_AHEAD.days()))
    }
}

impl Block {
    fn view(&self, unit: &Unit) -> ScheduleBlock {
        ScheduleBlock {
            id: Some(self.id.clone()),
            care_unit_id: unit.unit.id.clone(),
            resource_id: self.resource.clone(),
            start: DateTime::in_zone(self.window.start, &unit.zone),
            end: DateTime::in_zone(self.window.end, &unit.zone),
            kind: self.kind,
            comment: self.comment.clone(),
        }
    }
}
