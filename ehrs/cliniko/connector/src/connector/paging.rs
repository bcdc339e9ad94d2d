//! Pages of lists that can grow. The cursor is the last row's time and id, so that rows which come or go between two pages
//! neither repeat nor hide others.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use vardbro_ehr::{EhrError, EhrResult};
use vardbro_model::error::FaultCode;
use vardbro_model::page::{Cursor, Page, PageRequest};

use super::session::Session;
use crate::wire::{Api, Collection, Filters, Id, List, Native};

/// How a native list is ordered, and how it is asked for.
pub(super) struct Listing<T> {
    pub(super) list: fn(&Api, &Filters) -> Native<List<T>>,
    /// The date-time that it is sorted and filtered by.
    pub(super) field: &'static str,
    pub(super) order: Order,
    pub(super) at: fn(&T) -> Option<Timestamp>,
    pub(super) id: fn(&T) -> Id,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Ascending,
    Descending,
}

/// Whole seconds, because that is what filters can say.
type Key = (i64, Id);

impl<T: Collection> Listing<T> {
    /// The page that is asked for, of the rows that are wanted and whose time lies in `from..before`.
    pub(super) async fn page(
        &self,
        session: &Session<'_>,
        filters: Filters,
        (from, before): (Option<Timestamp>, Option<Timestamp>),
        request: &PageRequest,
        wanted: impl Fn(&T) -> bool,
    ) -> EhrResult<Page<T>> {
        let after = request.cursor.as_ref().map(read_cursor).transpose()?;
        let (from, before) = match (after, self.order) {
            (None, _) => (from, before),
            (Some((at, _)), Order::Ascending) => (from.max(Some(second(at))), before),
            (Some((at, _)), Order::Descending) => {
                let next = second(at.saturating_add(1));
                (from, Some(before.map_or(next, |before| before.min(next))))
            }
        };
        let filters = from.into_iter().fold(filters, |filters, at| filters.from(self.field, at));
        let filters = before.into_iter().fold(filters, |filters, at| filters.before(self.field, at));

        let mut pages = session.pages((self.list)(session.api(), &filters));
        let mut rows: BTreeMap<Key, T> = BTreeMap::new();
        while let Some(page) = pages.next().await? {
            let page = page.map_err(|refusal| session.refuse(&refusal))?;
            // Rows of the same second may continue on the next page: only what lies before them is complete.
            let edge = page.last().filter(|_| pages.has_more()).map(|row| self.key(row).0);
            for row in page {
                let key = self.key(&row);
                if after.is_none_or(|after| self.precedes(after, key)) && wanted(&row) {
                    rows.insert(key, row);
                }
            }
            let complete = match edge {
                None => rows.len(),
                Some(edge) => rows
                    .keys()
                    .filter(|(at, _)| match self.order {
                        Order::Ascending => *at < edge,
                        Order::Descending => *at > edge,
                    })
                    .count(),
            };
            if complete > request.limit {
                break;
            }
        }
        Ok(self.cut(rows, request.limit))
    }

    fn cut(&self, rows: BTreeMap<Key, T>, limit: usize) -> Page<T> {
        let more = rows.len() > limit;
        let mut ordered: Vec<(Key, T)> = match self.order {
            Order::Ascending => rows.into_iter().collect(),
            Order::Descending => rows.into_iter().rev().collect(),
        };
        ordered.truncate(limit);
        let next = ordered.last().filter(|_| more).map(|((at, id), _)| Cursor(format!("{at}.{id}")));
        Page { items: ordered.into_iter().map(|(_, row)| row).collect(), next }
    }

    fn key(&self, row: &T) -> Key {
        ((self.at)(row).map_or(0, Timestamp::as_second), (self.id)(row))
    }

    fn precedes(&self, a: Key, b: Key) -> bool {
        match self.order {
            Order::Ascending => a < b,
            Order::Descending => a > b,
        }
    }
}

fn second(at: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH.saturating_add(SignedDuration::from_secs(at)).unwrap_or(Timestamp::MAX)
}

fn read_cursor(Cursor(text): &Cursor) -> EhrResult<Key> {
    let read = || {
        let (at, id) = text.split_once('.')?;
        Some((at.parse().ok()?, Id::parse(id)?))
    };
    read().ok_or_else(|| {
        EhrError::fault("cursor", FaultCode::BadInput, "This cursor does not come from an earlier page.")
    })
}
