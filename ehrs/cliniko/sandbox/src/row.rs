use jiff::Timestamp;
use serde_json::Value;

use crate::filter::{Cell, Kind};
use crate::id::Id;
use crate::state::View;

/// What every record has.
#[derive(Clone, Debug)]
pub struct Stamps {
    pub id: Id,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// `deleted_at` is its older twin: both are set together.
    pub archived_at: Option<Timestamp>,
}

impl Stamps {
    pub fn new(id: Id, at: Timestamp) -> Self {
        Self { id, created_at: at, updated_at: at, archived_at: None }
    }

    pub fn touch(&mut self, now: Timestamp) {
        self.updated_at = now;
    }

    pub fn archive(&mut self, now: Timestamp) {
        self.archived_at = Some(now);
        self.touch(now);
    }

    pub fn unarchive(&mut self, now: Timestamp) {
        self.archived_at = None;
        self.touch(now);
    }
}

/// A record that can be listed, filtered and shown.
pub trait Row {
    /// Filterable fields besides id, created_at and updated_at.
    const FILTERS: &'static [(&'static str, Kind)];

    fn stamps(&self) -> &Stamps;

    /// The value of one of `FILTERS`.
    fn cell(&self, field: &str, view: &View<'_>) -> Cell;

    fn json(&self, view: &View<'_>) -> Value;

    /// Only individual appointments and attendees are ever cancelled.
    fn cancelled_at(&self) -> Option<Timestamp> {
        None
    }
}

impl<T: Row> Row for &T {
    const FILTERS: &'static [(&'static str, Kind)] = T::FILTERS;

    fn stamps(&self) -> &Stamps {
        T::stamps(self)
    }

    fn cell(&self, field: &str, view: &View<'_>) -> Cell {
        T::cell(self, field, view)
    }

    fn json(&self, view: &View<'_>) -> Value {
        T::json(self, view)
    }

    fn cancelled_at(&self) -> Option<Timestamp> {
        T::cancelled_at(self)
    }
}
