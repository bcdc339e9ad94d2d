//! Lists: which rows are hidden, filters, order, pages.

use std::cmp::Ordering;
use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use crate::answer::{Answer, ok};
use crate::filter::{Cell, Filter, Kind};
use crate::refusal::Refusal;
use crate::row::Row;
use crate::state::View;

/// The path and query of a call, as lists and single reads need them.
pub struct Query {
    /// Without `/v1/`.
    path: String,
    pairs: Vec<(String, String)>,
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let path = parts.uri.path();
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self {
            path: path.strip_prefix("/v1/").unwrap_or(path).to_owned(),
            pairs: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        })
    }
}

const PER_PAGE: usize = 50;
const MOST_PER_PAGE: usize = 100;

/// The fields whose filter brings removed rows back into sight, where the resource has them.
const REMOVALS: [&str; 3] = ["archived_at", "deleted_at", "cancelled_at"];

impl Query {
    /// A value of the query; the last one counts.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The list of `rows` under their resource name. Removed rows are left out unless a filter asks for them.
    pub fn list<R: Row>(&self, name: &str, rows: impl Iterator<Item = R>, view: &View<'_>) -> Answer {
        self.list_any(name, rows, view, false)
    }

    /// The legacy lists of removed rows only, which `rows` already are.
    pub fn list_removed<R: Row>(&self, name: &str, rows: impl Iterator<Item = R>, view: &View<'_>) -> Answer {
        self.list_any(name, rows, view, true)
    }

    fn list_any<R: Row>(
        &self,
        name: &str,
        rows: impl Iterator<Item = R>,
        view: &View<'_>,
        removed: bool,
    ) -> Answer {
        let fields = fields::<R>();
        let filters = self.filters(&fields)?;
        let order = self.order(&fields)?;
        let mut rows: Vec<R> = rows
            .filter(|row| removed || in_sight(row, &filters))
            .filter(|row| filters.iter().all(|filter| filter.admits(&cell(row, &filter.field, view))))
            .collect();
        rows.sort_by(|a, b| {
            let by = |(field, descending): &(String, bool)| {
                let order = cell(a, field, view).cmp(&cell(b, field, view));
                if *descending { order.reverse() } else { order }
            };
            let ordered = order.iter().map(by).find(|order| *order != Ordering::Equal);
            ordered.unwrap_or_else(|| a.stamps().id.cmp(&b.stamps().id))
        });
        self.page(
            name,
            rows.len(),
            |skip, take| rows.iter().skip(skip).take(take).map(|row| row.json(view)).collect(),
            view,
        )
    }

    /// The list of a resource without records, which refuses the same filters as a full one. `filters` are as in `Row`.
    pub fn none(&self, name: &str, filters: &[(&'static str, Kind)], view: &View<'_>) -> Answer {
        let fields = with_stamps(filters);
        self.filters(&fields)?;
        self.order(&fields)?;
        self.page(name, 0, |_, _| Vec::new(), view)
    }

    /// One record, or 404 if it is removed and no filter asks for such.
    pub fn single<R: Row>(&self, row: Option<R>, view: &View<'_>) -> Answer {
        let row = row.ok_or(Refusal::NotFound)?;
        let removals: Vec<_> =
            fields::<R>().into_iter().filter(|(name, _)| REMOVALS.contains(name)).collect();
        let filters = self.filters(&removals)?;
        let hidden = view.options.hide_removed_records && !in_sight(&row, &filters);
        if hidden || !filters.iter().all(|filter| filter.admits(&cell(&row, &filter.field, view))) {
            return Err(Refusal::NotFound);
        }
        ok(row.json(view))
    }

    /// The envelope around one page: `show` gives the rows after skipping the first and taking at most the second.
    pub fn page(
        &self,
        name: &str,
        total: usize,
        show: impl FnOnce(usize, usize) -> Vec<Value>,
        view: &View<'_>,
    ) -> Answer {
        let page = self.number("page").unwrap_or(1).max(1);
        let per_page = self.number("per_page").unwrap_or(PER_PAGE).clamp(1, MOST_PER_PAGE);
        let skip = page.saturating_sub(1).saturating_mul(per_page);

        let mut links = Map::new();
        links.insert("self".to_owned(), self.link(page, view));
        if page > 1 {
            links.insert("previous".to_owned(), self.link(page.saturating_sub(1), view));
        }
        if skip.saturating_add(per_page) < total {
            links.insert("next".to_owned(), self.link(page.saturating_add(1), view));
        }
        let mut envelope = Map::new();
        envelope.insert(name.to_owned(), show(skip, per_page).into());
        envelope.insert("total_entries".to_owned(), json!(total));
        envelope.insert("links".to_owned(), links.into());
        ok(envelope.into())
    }

    fn number(&self, name: &str) -> Option<usize> {
        self.get(name)?.parse().ok()
    }

    fn link(&self, page: usize, view: &View<'_>) -> Value {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("page", &page.to_string());
        query.extend_pairs(self.pairs.iter().filter(|(key, _)| key != "page"));
        view.links.url(format!("{}?{}", self.path, query.finish())).into()
    }

    fn filters(&self, fields: &[(&str, Kind)]) -> Result<Vec<Filter>, Refusal> {
        let filters = self.pairs.iter().filter(|(key, _)| matches!(key.as_str(), "q[]" | "q"));
        filters.map(|(_, raw)| Filter::parse(raw, fields)).collect()
    }

    /// The columns to order by and whether each descends. `order` sets those that say nothing themselves.
    fn order(&self, fields: &[(&str, Kind)]) -> Result<Vec<(String, bool)>, Refusal> {
        let descending = self.get("order") == Some("desc");
        let columns = self.get("sort").filter(|sort| !sort.is_empty()).unwrap_or("created_at");
        let column = |column: &str| {
            let (field, direction) = column.trim().split_once(':').unwrap_or((column.trim(), ""));
            if !fields.iter().any(|(name, _)| *name == field) {
                return Err(Refusal::BadRequest(format!("{field} is not sortable")));
            }
            match direction {
                "" => Ok((field.to_owned(), descending)),
                "asc" => Ok((field.to_owned(), false)),
                "desc" => Ok((field.to_owned(), true)),
                _ => Err(Refusal::BadRequest(format!("Sort direction for {field} must be asc or desc"))),
            }
        };
        columns.split(',').map(column).collect()
    }
}

fn fields<R: Row>() -> Vec<(&'static str, Kind)> {
    with_stamps(R::FILTERS)
}

/// The fields of every record, then those of its kind.
fn with_stamps(filters: &[(&'static str, Kind)]) -> Vec<(&'static str, Kind)> {
    let always = [("id", Kind::Number), ("created_at", Kind::Instant), ("updated_at", Kind::Instant)];
    always.into_iter().chain(filters.iter().copied()).collect()
}

fn cell<R: Row>(row: &R, field: &str, view: &View<'_>) -> Cell {
    let stamps = row.stamps();
    match field {
        "id" => stamps.id.into(),
        "created_at" => stamps.created_at.into(),
        "updated_at" => stamps.updated_at.into(),
        "archived_at" | "deleted_at" => stamps.archived_at.into(),
        "cancelled_at" => row.cancelled_at().into(),
        other => row.cell(other, view),
    }
}

fn in_sight<R: Row>(row: &R, filters: &[Filter]) -> bool {
    let asked = |field: &str| filters.iter().any(|filter| filter.field == field);
    (row.stamps().archived_at.is_none() || asked("archived_at") || asked("deleted_at"))
        && (row.cancelled_at().is_none() || asked("cancelled_at"))
}
