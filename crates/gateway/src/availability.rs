//! A short memory of free times, so that a calendar that is looked at twice is asked for once.
//!
//! Booking never trusts it: connectors verify with the EHR. Whatever this gateway changes forgets what it knew of the care unit.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use moka::future::Cache;
use uuid::Uuid;
use vardbro_ehr::{EhrError, EhrResult};
use vardbro_model::id::{CareUnitId, HealthcareServiceId};
use vardbro_model::time::Window;
use vardbro_model::timeslot::Timeslot;
use vardbro_model::typed_id::ResourceRef;

/// How long an answer is good.
const TIME_TO_LIVE: Duration = Duration::from_secs(30);

/// Timeslots kept at most, all answers together.
const MOST_SLOTS: u64 = 500_000;

/// Windows are widened to multiples of this, so that two calls a moment apart ask for the same.
const STEP: i64 = 300;

/// Which free times are meant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Question {
    pub(crate) connection: Uuid,
    pub(crate) care_unit: CareUnitId,
    pub(crate) window: Window,
    pub(crate) resource: Option<ResourceRef>,
    pub(crate) healthcare_service: Option<HealthcareServiceId>,
}

/// Free times, and how old the knowledge is.
pub(crate) struct Known {
    pub(crate) slots: Vec<Timeslot>,
    pub(crate) age: Duration,
}

impl Question {
    /// Whether the answer to this one holds the answer to the other.
    fn covers(&self, other: &Self) -> bool {
        self.connection == other.connection
            && self.care_unit == other.care_unit
            && self.window.start <= other.window.start
            && other.window.end <= self.window.end
            && (self.resource.is_none() || self.resource == other.resource)
            && (self.healthcare_service.is_none() || self.healthcare_service == other.healthcare_service)
    }

    fn wants(&self, slot: &Timeslot) -> bool {
        let resource = match &self.resource {
            None => true,
            Some(ResourceRef::Id(id)) => *id == slot.resource_id,
            Some(_) => false,
        };
        resource && self.healthcare_service.as_ref().is_none_or(|id| *id == slot.healthcare_service_id)
    }
}

type Place = (Uuid, CareUnitId);

struct Answer {
    asked: Instant,
    slots: Vec<Timeslot>,
}

impl Answer {
    fn within(&self, window: Window) -> Known {
        let slots =
            self.slots.iter().filter(|slot| window.contains(slot.start.timestamp())).cloned().collect();
        Known { slots, age: self.asked.elapsed() }
    }
}

pub(crate) struct Availability {
    answers: Cache<(u64, Question), Arc<Answer>>,
    changes: Mutex<HashMap<Place, u64>>,
}

impl Availability {
    pub(crate) fn new() -> Self {
        let weigh = |_: &(u64, Question), answer: &Arc<Answer>| {
            u32::try_from(answer.slots.len()).unwrap_or(u32::MAX).saturating_add(1)
        };
        Self {
            answers: Cache::builder()
                .max_capacity(MOST_SLOTS)
                .weigher(weigh)
                .time_to_live(TIME_TO_LIVE)
                .build(),
            changes: Mutex::default(),
        }
    }

    /// The free times from memory, or from `ask`, which is given a window at least as wide. `fresh` always asks.
    pub(crate) async fn free<F>(
        &self,
        question: Question,
        now: Timestamp,
        fresh: bool,
        ask: impl FnOnce(Window) -> F + Send,
    ) -> EhrResult<Known>
    where
        F: Future<Output = EhrResult<Vec<Timeslot>>> + Send,
    {
        let exact = question.window;
        let question = Question { window: widened(exact), ..question };
        let key = (self.changes_of(&question.connection, &question.care_unit), question);
        let from_now = Window { start: key.1.window.start.max(now), end: key.1.window.end };
        let ask = async {
            let asked = Instant::now();
            ask(from_now).await.map(|slots| Arc::new(Answer { asked, slots }))
        };
        let narrower = if fresh { None } else { self.narrowed(&key, exact) };
        if let Some(known) = narrower {
            return Ok(known);
        }
        let answer = if fresh {
            let answer = ask.await?;
            self.answers.insert(key, answer.clone()).await;
            answer
        } else {
            self.answers
                .try_get_with(key, ask)
                .await
                .map_err(|error: Arc<EhrError>| EhrError::clone(&error))?
        };
        Ok(answer.within(exact))
    }

    /// The free times out of an answer to a wider question. That none is left may mean that the resource or the service is
    /// none of the care unit's, which only the EHR can tell.
    fn narrowed(&self, (changes, question): &(u64, Question), exact: Window) -> Option<Known> {
        if self.answers.contains_key(&(*changes, question.clone())) {
            return None;
        }
        let (_, answer) = self.answers.iter().find(|(key, _)| key.0 == *changes && key.1.covers(question))?;
        let mut known = answer.within(exact);
        known.slots.retain(|slot| question.wants(slot));
        (!known.slots.is_empty()).then_some(known)
    }

    /// Something at the care unit was changed: what was known before is not true any more.
    pub(crate) fn forget(&self, connection: Uuid, care_unit: &CareUnitId) {
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        let count = changes.entry((connection, care_unit.clone())).or_default();
        *count = count.wrapping_add(1);
    }

    /// Nothing that was known is true any more.
    pub(crate) fn forget_everything(&self) {
        self.answers.invalidate_all();
    }

    fn changes_of(&self, connection: &Uuid, care_unit: &CareUnitId) -> u64 {
        let changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        changes.get(&(*connection, care_unit.clone())).copied().unwrap_or_default()
    }
}

/// The window with both ends moved outward to multiples of [`STEP`].
fn widened(window: Window) -> Window {
    let start = window.start.as_second().div_euclid(STEP).saturating_mul(STEP);
    let end = window.end.as_second().saturating_add(STEP - 1).div_euclid(STEP).saturating_mul(STEP);
    Window {
        start: Timestamp::from_second(start).unwrap_or(window.start),
        end: Timestamp::from_second(end).unwrap_or(window.end),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use vardbro_model::id::ResourceId;
    use vardbro_model::time::DateTime;

    use super::*;

    fn question(minute: i8) -> Question {
        let at = |hour, minute| {
            jiff::civil::date(2026, 1, 5).at(hour, minute, 0, 0).in_tz("UTC").unwrap().timestamp()
        };
        Question {
            connection: Uuid::nil(),
            care_unit: CareUnitId::parse("1").unwrap(),
            window: Window { start: at(8, minute), end: at(12, minute) },
            resource: None,
            healthcare_service: None,
        }
    }

    #[tokio::test]
    async fn what_was_asked_a_moment_ago_is_not_asked_again_until_something_changes() {
        let known = Availability::new();
        let asked = AtomicU32::new(0);
        let now = question(0).window.start;
        let ask = |_: Window| async {
            asked.fetch_add(1, Ordering::Relaxed);
            Ok(vec![])
        };
        known.free(question(1), now, false, ask).await.unwrap();
        known.free(question(2), now, false, ask).await.unwrap();
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        known.forget(Uuid::nil(), &CareUnitId::parse("1").unwrap());
        known.free(question(2), now, false, ask).await.unwrap();
        known.free(question(2), now, true, ask).await.unwrap();
        assert_eq!(asked.load(Ordering::Relaxed), 3);
    }

    #[tokio::test]
    async fn a_narrower_question_is_answered_from_a_wider_one() {
        let known = Availability::new();
        let asked = AtomicU32::new(0);
        let now = question(0).window.start;
        let slot = |resource: &str| Timeslot {
            start: DateTime::utc("2026-01-05T09:00:00Z".parse().unwrap()),
            end: DateTime::utc("2026-01-05T09:30:00Z".parse().unwrap()),
            resource_id: ResourceId::parse(resource).unwrap(),
            healthcare_service_id: HealthcareServiceId::parse("s").unwrap(),
            care_unit_id: CareUnitId::parse("1").unwrap(),
        };
        let ask = |_: Window| async {
            asked.fetch_add(1, Ordering::Relaxed);
            Ok(vec![slot("a"), slot("b")])
        };
        let of = |resource: &str| {
            let resource = ResourceId::parse(resource).unwrap();
            Question { resource: Some(ResourceRef::Id(resource)), ..question(0) }
        };
        known.free(question(0), now, false, ask).await.unwrap();

        let narrow = known.free(of("a"), now, false, ask).await.unwrap();

        assert_eq!(narrow.slots, [slot("a")]);
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        known.free(of("nobody"), now, false, ask).await.unwrap();
        assert_eq!(asked.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn a_failure_is_not_remembered() {
        let known = Availability::new();
        let now = question(0).window.start;
        let failed = known.free(question(1), now, false, |_| async { Err(EhrError::failed("down")) }).await;
        assert!(failed.is_err());
        assert!(known.free(question(1), now, false, |_| async { Ok(vec![]) }).await.is_ok());
    }
}
