//! Working and blocked time.

use futures::try_join;
use jiff::SignedDuration;
use vardbro_ehr::{EhrError, EhrResult};
use vardbro_model::error::FaultCode;
use vardbro_model::schedule::{BlockKind, NewScheduleBlock, ScheduleBlock};
use vardbro_model::time::{DateTime, Window};

use super::session::Session;
use super::units::Unit;
use crate::mapping::schedule::{covers, working_hours};
use crate::mapping::{id, text};
use crate::wire::schedule::{self as native, AvailabilityBlock, Block, DailyAvailability, NewBlock};
use crate::wire::{Filters, Id};

/// Extra openings can be filtered by their start only: none is taken to be longer than this.
const LONGEST_OPENING: SignedDuration = SignedDuration::from_hours(7 * 24);

impl Session<'_> {
    pub(super) async fn schedule(
        &self,
        unit: &Unit,
        practitioner: Id,
        window: Window,
    ) -> EhrResult<Vec<ScheduleBlock>> {
        let blocked = Filters::default()
            .is("business_id", unit.native())
            .is("practitioner_id", practitioner)
            .before("starts_at", window.end)
            .after("ends_at", window.start);
        let (hours, openings, blocked, ()) = try_join!(
            self.hours(unit, practitioner),
            self.openings(unit, practitioner, window),
            self.all(native::unavailable_blocks(self.api(), &blocked)),
            self.require_resource(unit, None, practitioner),
        )?;

        let mut blocks: Vec<ScheduleBlock> = self
            .open_hours(unit, &hours, window)
            .into_iter()
            .map(|hours| self.block(unit, practitioner, None, hours, BlockKind::Available, None))
            .collect();
        let rows = openings.iter().map(|opening| (&opening.0, BlockKind::Available));
        let rows = rows.chain(blocked.iter().map(|blocked| (&blocked.0, BlockKind::Blocked)));
        for (row, kind) in rows.filter(|(row, _)| is_live(row)) {
            let span = Window { start: row.starts_at, end: row.ends_at };
            if span.start < window.end && window.start < span.end {
                blocks.push(self.block(
                    unit,
                    practitioner,
                    Some(row.id),
                    span,
                    kind,
                    text(row.notes.as_ref()),
                ));
            }
        }
        blocks.sort_by_key(|block| (block.start, block.end));
        Ok(blocks)
    }

    async fn hours(&self, unit: &Unit, practitioner: Id) -> EhrResult<Vec<DailyAvailability>> {
        let filters = Filters::default().is("business_id", unit.native()).is("practitioner_id", practitioner);
        self.all(native::daily_availabilities(self.api(), &filters)).await
    }

    async fn openings(
        &self,
        unit: &Unit,
        practitioner: Id,
        window: Window,
    ) -> EhrResult<Vec<AvailabilityBlock>> {
        let filters = Filters::default()
            .is("business_id", unit.native())
            .is("practitioner_id", practitioner)
            .before("starts_at", window.end)
            .from("starts_at", window.start.saturating_sub(LONGEST_OPENING).unwrap_or(window.start));
        self.all(native::availability_blocks(self.api(), &filters)).await
    }

    fn open_hours(&self, unit: &Unit, hours: &[DailyAvailability], window: Window) -> Vec<Window> {
        working_hours(hours, self.config.day_of_week_base, &unit.zone, window)
    }

    /// Whether the practitioner works at this care unit for the whole window.
    pub(super) async fn works(&self, unit: &Unit, practitioner: Id, window: Window) -> EhrResult<bool> {
        let (hours, openings) =
            try_join!(self.hours(unit, practitioner), self.openings(unit, practitioner, window))?;
        let mut open = self.open_hours(unit, &hours, window);
        let openings = openings.iter().map(|opening| &opening.0).filter(|row| is_live(row));
        open.extend(openings.map(|row| Window { start: row.starts_at, end: row.ends_at }));
        Ok(covers(open, window))
    }

    pub(super) async fn create_block(
        &self,
        unit: &Unit,
        practitioner: Id,
        block: NewScheduleBlock,
    ) -> EhrResult<ScheduleBlock> {
        let comment = block.comment.as_deref().map(str::trim).filter(|comment| !comment.is_empty());
        if block.kind == BlockKind::Available && comment.is_some() {
            return Err(EhrError::fault(
                "comment",
                FaultCode::NotSupported,
                "Cliniko has no place for a comment on available time.",
            ));
        }
        self.require_resource(unit, None, practitioner).await?;
        let new = NewBlock {
            business_id: unit.native(),
            practitioner_id: practitioner,
            starts_at: block.window.start,
            ends_at: block.window.end,
            notes: comment,
        };
        let created = match block.kind {
            BlockKind::Available => native::create_availability_block(self.api(), &new),
            BlockKind::Blocked => native::create_unavailable_block(self.api(), &new),
        };
        let created = self.run(created).await?;
        let span = Window { start: created.starts_at, end: created.ends_at };
        let comment = text(created.notes.as_ref());
        Ok(self.block(unit, practitioner, Some(created.id), span, block.kind, comment))
    }

    fn block(
        &self,
        unit: &Unit,
        practitioner: Id,
        row: Option<Id>,
        span: Window,
        kind: BlockKind,
        comment: Option<String>,
    ) -> ScheduleBlock {
        ScheduleBlock {
            id: row.map(id::schedule_block),
            care_unit_id: unit.id.clone(),
            resource_id: id::resource(practitioner),
            start: DateTime::in_zone(span.start, &unit.zone),
            end: DateTime::in_zone(span.end, &unit.zone),
            kind,
            comment,
        }
    }
}

fn is_live(block: &Block) -> bool {
    block.archived_at.is_none() && block.deleted_at.is_none()
}
