//! Over HTTP: what an `.asmx` answers to POST and GET.

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, MatchedPath, RawQuery, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::post;
use vardbro_sandbox_kit::{Controls, DOCUMENT_LIMIT, Faulty, MESSAGE_LIMIT, meet_fate};

use crate::exchange::exchange;
use crate::refusal::rate_limited;
use crate::service::{Effect, Operation, Service};
use crate::soap::{Fault, Head, TEMPURI, head, reply, strings};
use crate::state::App;
use crate::wsdl;

/// The path of the node, as in the published address.
pub const NODE: &str = "/xchange_node_kus";

/// The services at `origin`. A call is counted, then meets its fate: who asks stands in its body.
pub fn routes(app: App, controls: Controls, origin: &str) -> Router {
    let mut router = Router::new();
    for service in Service::ALL {
        let address = format!("{origin}{NODE}{}", service.path());
        let describe = move |query: RawQuery| async move { describe(service, &address, query) };
        let call = move |app: State<App>, headers: HeaderMap, body: Result<Bytes, BytesRejection>| async move {
            body.map_or_else(IntoResponse::into_response, |body| call(&app, service, &headers, &body))
        };
        let limit = if service == Service::Document { DOCUMENT_LIMIT } else { MESSAGE_LIMIT };
        let route = post(call).get(describe).layer(DefaultBodyLimit::max(limit));
        router = router.route(&format!("{NODE}{}", service.path()), route);
    }
    let faulty = Faulty { controls: controls.clone(), rate_limited };
    router
        .fallback(StatusCode::NOT_FOUND)
        .layer(from_fn_with_state(faulty, meet_fate))
        .layer(from_fn_with_state(controls, count))
        .with_state(app)
}

fn call(app: &App, service: Service, headers: &HeaderMap, body: &[u8]) -> Response {
    let Some(head) = head(headers) else { return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response() };
    let read = operation(service, &head)
        .and_then(|operation| Ok((operation, strings(head.version, operation.name(), body)?)));
    match read {
        Ok((operation, strings)) => {
            let inner = exchange(app, operation, &strings);
            reply(head.version, operation.response(), operation.result(), &inner, app.options.inner_xml)
        }
        Err(fault) => fault.response(head.version),
    }
}

/// Only the action says which operation is meant.
fn operation(service: Service, head: &Head) -> Result<Operation, Fault> {
    let Some(action) = &head.action else {
        return Err(Fault::client("The request has no SOAP action."));
    };
    let name = action.strip_prefix(TEMPURI);
    name.and_then(|name| service.operation(name))
        .ok_or_else(|| Fault::client(format!("The server did not recognize the SOAP action {action}.")))
}

fn describe(service: Service, address: &str, RawQuery(query): RawQuery) -> Response {
    if query.is_some_and(|query| query.eq_ignore_ascii_case("wsdl")) {
        let content_type = [(header::CONTENT_TYPE, "text/xml; charset=utf-8")];
        return (content_type, wsdl::describe(service, address)).into_response();
    }
    let operations: String =
        service.operations().map(|operation| format!("<li>{}</li>", operation.name())).collect();
    let name = service.name();
    Html(format!(
        "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>{name}</title></head><body><h1>{name}</h1>\
         <p>A sandbox of TakeCare. Its <a href=\"?wsdl\">description</a>. Operations:</p><ul>{operations}</ul></body></html>"
    ))
    .into_response()
}

/// Counts each call under its service and operation; those that change something begin with `POST`, others with
/// `READ` or `GET`.
async fn count(State(controls): State<Controls>, request: Request, next: Next) -> Response {
    controls.count(&counted(&request));
    next.run(request).await
}

fn counted(request: &Request) -> String {
    let matched = request.extensions().get::<MatchedPath>().map_or("(unknown)", MatchedPath::as_str);
    let path = matched.strip_prefix(NODE).unwrap_or(matched);
    let service = Service::ALL.into_iter().find(|service| service.path() == path);
    let Some(service) = service.filter(|_| request.method() == Method::POST) else {
        return format!("{} {path}", request.method());
    };
    let meant = head(request.headers()).and_then(|head| operation(service, &head).ok());
    match meant.map(|operation| (operation.effect(), operation.name())) {
        Some((Effect::Writes, name)) => format!("POST {path} {name}"),
        Some((Effect::Reads, name)) => format!("READ {path} {name}"),
        None => format!("READ {path} (unknown)"),
    }
}
