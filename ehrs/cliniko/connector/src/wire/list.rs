//! Lists: one page of a collection, and how the next one is asked for.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::{Api, Filters, Native, Unreadable, json};

/// The most rows that Cliniko puts on a page.
const PER_PAGE: usize = 100;

/// One page of a collection.
#[derive(Debug)]
pub struct List<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// The query of the next page, without its address: credentials go nowhere else because a link says so.
    pub next_query: Option<String>,
}

/// A kind of record that is listed.
pub trait Collection: DeserializeOwned {
    /// The key of the array in the envelope.
    const KEY: &'static str;
}

/// Where a list begins.
pub(super) fn first_page<T: Collection>(
    api: &Api,
    endpoint: &'static str,
    path: &str,
    filters: &Filters,
    sort: Option<&str>,
) -> Native<List<T>> {
    let mut url = api.url(path);
    filters.append_to(&mut url);
    if let Some(sort) = sort {
        url.query_pairs_mut().append_pair("sort", sort);
    }
    page(api, endpoint, url)
}

/// A page with this address.
pub(super) fn page<T: Collection>(api: &Api, endpoint: &'static str, mut url: Url) -> Native<List<T>> {
    url.query_pairs_mut().append_pair("per_page", &PER_PAGE.to_string());
    let call = api.read::<()>(endpoint, &url).call;
    Native { call, read: envelope::<T> }
}

impl<T: Collection> Native<List<T>> {
    /// A further page of the list at this path of our own host.
    pub fn at(api: &Api, endpoint: &'static str, path: &str, query: &str) -> Self {
        let mut url = api.base().clone();
        url.set_path(path);
        url.set_query(Some(query));
        Native { call: api.read::<()>(endpoint, &url).call, read: envelope::<T> }
    }
}

fn envelope<T: Collection>(body: &[u8]) -> Result<List<T>, Unreadable> {
    #[derive(Deserialize)]
    struct Envelope {
        #[serde(default)]
        links: Option<Links>,
        #[serde(flatten)]
        rest: serde_json::Map<String, serde_json::Value>,
    }
    #[derive(Deserialize)]
    struct Links {
        #[serde(default)]
        next: Option<String>,
    }

    let mut envelope: Envelope = json(body)?;
    let rows = envelope.rest.remove(T::KEY).ok_or_else(|| Unreadable { path: T::KEY.to_owned() })?;
    let rows = serde_path_to_error::deserialize(rows)
        .map_err(|error| Unreadable { path: format!("{}{}", T::KEY, error.path()) })?;
    let next = envelope.links.and_then(|links| links.next);
    let next_query = match next.as_deref().map(|next| next.split_once('?')) {
        None => None,
        Some(Some((_, query))) => Some(query.to_owned()),
        Some(None) => return Err(Unreadable { path: "links.next".to_owned() }),
    };
    Ok(List { rows, next_query })
}
