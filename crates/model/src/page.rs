//! Pages of lists that can grow.

use std::fmt;

/// Where a page begins, as the connector wrote it: opaque to everybody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(pub String);

/// Which page is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// At most this many items, 1 to 500.
    pub limit: usize,
    /// Where to go on; `None`: at the beginning.
    pub cursor: Option<Cursor>,
}

/// Some items, and where the next ones begin.
#[derive(Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// Where to go on; `None`: that was all.
    pub next: Option<Cursor>,
}

impl<T> fmt::Debug for Page<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page").field("items", &self.items.len()).field("next", &self.next.is_some()).finish()
    }
}

impl<T> Page<T> {
    /// The page of a list that is wholly at hand, with the offset as cursor. `None`: the cursor is not one of ours.
    pub fn of_all(all: Vec<T>, request: &PageRequest) -> Option<Self> {
        let offset = match &request.cursor {
            None => 0,
            Some(Cursor(text)) => text.parse::<usize>().ok()?,
        };
        let end = offset.saturating_add(request.limit);
        let next = (end < all.len()).then(|| Cursor(end.to_string()));
        Some(Self { items: all.into_iter().skip(offset).take(request.limit).collect(), next })
    }

    /// The same page of other things.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next: self.next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_end_to_end_hold_every_item_once() {
        let all: Vec<u8> = (0..25).collect();
        let mut seen = Vec::new();
        let mut cursor = None;
        loop {
            let page = Page::of_all(all.clone(), &PageRequest { limit: 10, cursor }).unwrap();
            seen.extend(page.items);
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, all);
    }

    #[test]
    fn a_foreign_cursor_is_refused() {
        let request = PageRequest { limit: 10, cursor: Some(Cursor("x".into())) };
        assert_eq!(Page::of_all(vec![1], &request), None);
    }
}
