//! What a call is counted as.

use async_graphql::parser::types::{ExecutableDocument, OperationType, Selection, SelectionSet};
use axum::body::{Body, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use vardbro_sandbox_kit::{Controls, MESSAGE_LIMIT};

use crate::graphql::{self, Body as GraphQlBody};
use crate::refusal::Refusal;

/// GraphQL is counted by its first root field, everything else by its path without the query:
/// `POST /graphql createClient`, `READ /graphql freeTimes`, `GET /api/next-free-time`.
pub async fn count_calls(State(controls): State<Controls>, request: Request, next: Next) -> Response {
    let template = request.extensions().get::<MatchedPath>().map_or("(unknown)", MatchedPath::as_str);
    if template != graphql::PATH || request.method() != Method::POST {
        let path = template.split_once("/{").map_or(template, |(path, _)| path).trim_end_matches('/');
        controls.count(&format!("{} {path}", request.method()));
        return next.run(request).await;
    }
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MESSAGE_LIMIT).await else {
        controls.count(&operation_name(None));
        return Refusal::TooLarge.into_response();
    };
    controls.count(&operation_name(graphql::read(&body).ok()));
    next.run(Request::from_parts(head, Body::from(body))).await
}

fn operation_name(body: Option<GraphQlBody>) -> String {
    let named = body.and_then(|body| {
        let document = graphql::document(&body.query)?;
        first_root_field(&document, body.operation_name.as_deref())
    });
    let (kind, field) = named.unwrap_or((OperationType::Query, "(unknown)".to_owned()));
    let verb = if kind == OperationType::Mutation { "POST" } else { "READ" };
    format!("{verb} {} {field}", graphql::PATH)
}

fn first_root_field(document: &ExecutableDocument, name: Option<&str>) -> Option<(OperationType, String)> {
    let operation = graphql::chosen(document, name)?;
    let field = first_field(document, &operation.selection_set.node, FRAGMENTS_DEEP)?;
    Some((operation.ty, field))
}

/// How deep fragments are followed: they may lead back to themselves.
const FRAGMENTS_DEEP: u8 = 8;

fn first_field(document: &ExecutableDocument, set: &SelectionSet, deep: u8) -> Option<String> {
    let deep = deep.checked_sub(1)?;
    match &set.items.first()?.node {
        Selection::Field(field) => Some(field.node.name.node.to_string()),
        Selection::InlineFragment(inline) => first_field(document, &inline.node.selection_set.node, deep),
        Selection::FragmentSpread(spread) => {
            let fragment = document.fragments.get(&spread.node.fragment_name.node)?;
            first_field(document, &fragment.node.selection_set.node, deep)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(query: &str, chosen: Option<&str>) -> String {
        operation_name(Some(GraphQlBody {
            query: query.to_owned(),
            variables: Default::default(),
            operation_name: chosen.map(str::to_owned),
        }))
    }

    #[test]
    fn a_call_is_named_by_its_first_root_field() {
        assert_eq!(named("{ a: places { id } organization { id } }", None), "READ /graphql places");
        assert_eq!(named("mutation { createClient }", None), "POST /graphql createClient");
        assert_eq!(named("query Q { __schema { types { name } } }", None), "READ /graphql __schema");
    }

    #[test]
    fn the_chosen_operation_counts_and_fragments_are_followed() {
        let document =
            "query A { places { id } } mutation B { ...F } fragment F on Mutation { ... { signContact } }";
        assert_eq!(named(document, Some("A")), "READ /graphql places");
        assert_eq!(named(document, Some("B")), "POST /graphql signContact");
        assert_eq!(named(document, None), "READ /graphql (unknown)");
    }

    #[test]
    fn what_cannot_be_read_is_unknown() {
        for query in ["", "{", "{ ...F } fragment F on Query { ...F }"] {
            assert_eq!(named(query, None), "READ /graphql (unknown)", "{query}");
        }
    }
}
