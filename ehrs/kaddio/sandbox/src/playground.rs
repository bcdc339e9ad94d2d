//! `GET /graphql`: where a person tries operations and reads the schema.

use axum::http::header;
use axum::response::{Html, IntoResponse};

/// Everything is in the page: it loads nothing from anywhere else.
pub async fn page() -> impl IntoResponse {
    let policy =
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'";
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(include_str!("playground.html")))
}
