//! Pages of lists that TakeCare answers whole.

use vardbro_ehr::{EhrError, EhrResult};
use vardbro_model::error::FaultCode;
use vardbro_model::page::{Cursor, Page, PageRequest};

/// What a row is ordered by: a second, then its id, numbers by their value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    second: i64,
    number: Option<u64>,
    id: String,
}

impl Key {
    pub(super) fn new(second: i64, id: &str) -> Self {
        Self { second, number: id.parse().ok(), id: id.to_owned() }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Ascending,
    Descending,
}

/// One page. The cursor is the last row's key, so rows that come and go between two pages neither repeat nor hide others.
pub(super) fn page<T>(
    rows: Vec<T>,
    request: &PageRequest,
    order: Order,
    key: impl Fn(&T) -> Key,
) -> EhrResult<Page<T>> {
    let after = request.cursor.as_ref().map(read_cursor).transpose()?;
    let mut keyed: Vec<(Key, T)> = rows.into_iter().map(|row| (key(&row), row)).collect();
    keyed.sort_by(|(a, _), (b, _)| match order {
        Order::Ascending => a.cmp(b),
        Order::Descending => b.cmp(a),
    });
    keyed.retain(|(key, _)| {
        after.as_ref().is_none_or(|after| match order {
            Order::Ascending => key > after,
            Order::Descending => key < after,
        })
    });
    let more = keyed.len() > request.limit;
    keyed.truncate(request.limit);
    let next = keyed.last().filter(|_| more).map(|(key, _)| Cursor(format!("{}.{}", key.second, key.id)));
    Ok(Page { items: keyed.into_iter().map(|(_, row)| row).collect(), next })
}

fn read_cursor(Cursor(text): &Cursor) -> EhrResult<Key> {
    let read = text.split_once('.').and_then(|(second, id)| Some(Key::new(second.parse().ok()?, id)));
    read.ok_or_else(|| {
        EhrError::fault("cursor", FaultCode::BadInput, "This cursor does not come from an earlier page.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(order: Order) -> Vec<u32> {
        let rows: Vec<u32> = (0..25).collect();
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let request = PageRequest { limit: 4, cursor };
            // Several rows of one second, with ids that text would order otherwise.
            let key = |row: &u32| Key::new(i64::from(row / 15), &row.to_string());
            let page = page(rows.clone(), &request, order, key).unwrap();
            seen.extend(page.items);
            cursor = page.next;
            if cursor.is_none() {
                return seen;
            }
        }
    }

    #[test]
    fn pages_end_to_end_hold_every_row_once_in_order() {
        assert_eq!(pages(Order::Ascending), (0..25).collect::<Vec<_>>());
        assert_eq!(pages(Order::Descending), (0..25).rev().collect::<Vec<_>>());
    }

    #[test]
    fn a_foreign_cursor_is_refused() {
        for foreign in ["x", "", "x.1"] {
            let request = PageRequest { limit: 4, cursor: Some(Cursor(foreign.into())) };
            assert!(page(vec![1_u32], &request, Order::Ascending, |_| Key::new(0, "1")).is_err());
        }
    }
}
