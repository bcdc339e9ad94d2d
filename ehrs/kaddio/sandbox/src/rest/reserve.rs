//! The page behind a `reserveLink`: opening it keeps the time for five minutes, for the browser that did.

use async_graphql::ID;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use crate::state::App;

pub async fn reserve(
    State(app): State<App>,
    Path((kind, time)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let mut session = app.session();
    let mine = reservation(&headers);
    let Some(free) = session.web_time(&kind.into(), &time.into(), mine.as_ref()) else {
        return (StatusCode::CONFLICT, Html(page("Tiden är inte längre ledig."))).into_response();
    };
    if let Some(mine) = mine {
        session.release(&mine);
    }
    let id = session.reserve(&free);
    let cookie = format!("{COOKIE}={}; Path=/; Max-Age=300; HttpOnly; SameSite=Lax", id.as_str());
    ([(header::SET_COOKIE, cookie)], Html(page("Tiden är reserverad i fem minuter."))).into_response()
}

const COOKIE: &str = "reservation";

/// The reservation that the browser presents.
pub fn reservation(headers: &HeaderMap) -> Option<ID> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    let mut cookies = cookies.split(';').filter_map(|cookie| cookie.trim().split_once('='));
    cookies.find(|(name, _)| *name == COOKIE).map(|(_, value)| value.into())
}

fn page(text: &str) -> String {
    format!(
        "<!doctype html><html lang=\"sv\"><meta charset=\"utf-8\"><title>Bokning</title><p>{text}</p></html>"
    )
}
