//! Native lists page by page, and the pages that are asked of us.

use vardbro_ehr::{EhrError, EhrResult};
use vardbro_model::error::FaultCode;
use vardbro_model::page::{Cursor, Page, PageRequest};

use super::session::Session;
use crate::wire::{Asked, Id, PAGE, Rows};

/// A list with more pages than this is not one of Kaddio's.
const MAX_PAGES: usize = 1_000;

/// A native list on its way.
pub(super) struct Pages<'a, F> {
    session: &'a Session<'a>,
    ask: F,
    offset: usize,
    read: usize,
    more: bool,
    first_of_last: Option<Id>,
}

impl<'a, F, R> Pages<'a, F>
where
    F: Fn(usize) -> Asked<R>,
    R: Rows,
{
    /// A list from its `offset`th row on.
    pub(super) fn from(session: &'a Session<'a>, offset: usize, ask: F) -> Self {
        Self { session, ask, offset, read: 0, more: true, first_of_last: None }
    }

    /// Whether another page may follow.
    pub(super) fn has_more(&self) -> bool {
        self.more
    }

    /// The next page's rows; `None` after the last one.
    ///
    /// A document that takes no `$offset` answers the whole list at once. One that takes no `$limit` has pages of a length of its own,
    /// and the last one is empty.
    pub(super) async fn next(&mut self) -> EhrResult<Option<Vec<R::Row>>> {
        if !self.more {
            return Ok(None);
        }
        let asked = (self.ask)(self.offset);
        let name = asked.name;
        let takes = |variable| self.session.config.documents.take(name, variable);
        let (pages, sized) = (takes("offset"), takes("limit"));
        let mut rows = self.session.ask(asked).await?.rows();
        self.read = self.read.saturating_add(1);
        if !pages {
            self.more = false;
            return Ok(Some(rows.split_off(self.offset.min(rows.len()))));
        }
        let first = rows.first().map(R::id).cloned();
        if self.read >= MAX_PAGES || first.is_some() && first == self.first_of_last {
            return Err(EhrError::failed(format!("Kaddio's pages of {} have no end.", name.spec().name)));
        }
        self.first_of_last = first;
        self.offset = self.offset.saturating_add(rows.len());
        self.more = if sized { rows.len() >= PAGE } else { !rows.is_empty() };
        Ok(Some(rows))
    }
}

impl Session<'_> {
    /// Reads a list to its end.
    pub(super) async fn all<R: Rows>(&self, ask: impl Fn(usize) -> Asked<R>) -> EhrResult<Vec<R::Row>> {
        let mut pages = Pages::from(self, 0, ask);
        let mut all = Vec::new();
        while let Some(rows) = pages.next().await? {
            all.extend(rows);
        }
        Ok(all)
    }

    /// The page that is asked for, of the rows that are wanted. The cursor counts native rows.
    pub(super) async fn page<R: Rows>(
        &self,
        request: &PageRequest,
        ask: impl Fn(usize) -> Asked<R>,
        wanted: impl Fn(&R::Row) -> bool,
    ) -> EhrResult<Page<R::Row>> {
        let mut at = match &request.cursor {
            None => 0,
            Some(Cursor(text)) => read_offset(text).ok_or_else(foreign_cursor)?,
        };
        let mut pages = Pages::from(self, at, ask);
        let mut items = Vec::new();
        while let Some(rows) = pages.next().await? {
            for row in rows {
                if wanted(&row) {
                    if items.len() == request.limit {
                        return Ok(Page { items, next: Some(Cursor(at.to_string())) });
                    }
                    items.push(row);
                }
                at = at.saturating_add(1);
            }
        }
        Ok(Page { items, next: None })
    }
}

/// An `Int` of GraphQL has 32 bits.
fn read_offset(text: &str) -> Option<usize> {
    text.parse::<i32>().ok().and_then(|offset| usize::try_from(offset).ok())
}

pub(super) fn foreign_cursor() -> EhrError {
    EhrError::fault("cursor", FaultCode::BadInput, "This cursor does not come from an earlier page.")
}
