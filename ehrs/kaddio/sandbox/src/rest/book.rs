use async_graphql::ID;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};

use super::reserve::reservation;
use super::suggestions::ClientZone;
use crate::booking::NewBooking;
use crate::client::NewClient;
use crate::problem::Problem;
use crate::refusal::Refusal;
use crate::state::{App, Session};
use crate::time::DateTime;

/// What is known of the body are the two ids.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WebBooking {
    bookable_time_id: ID,
    booking_type_id: ID,
    firstname: Option<String>,
    lastname: Option<String>,
    email: Option<String>,
    cellphone: Option<String>,
    pnr: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Booked {
    booking_id: ID,
    start: DateTime,
}

/// The body is JSON, whatever its content type says.
pub async fn book(
    State(app): State<App>,
    _: ClientZone,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Booked>, Refusal> {
    let asked: WebBooking = serde_json::from_slice(&body)
        .map_err(|_| Refusal::BadRequest("The body must be JSON with bookableTimeId and bookingTypeId"))?;
    let mut session = app.session();
    booked(&mut session, asked, reservation(&headers).as_ref()).map(Json).map_err(Refusal::Conflict)
}

fn booked(session: &mut Session<'_>, asked: WebBooking, reservation: Option<&ID>) -> Result<Booked, Problem> {
    let free = session.web_time(&asked.booking_type_id, &asked.bookable_time_id, reservation);
    let free = free.ok_or(Problem::TimeNotFree)?;
    let client = client(session, asked)?;
    let booking = session.create_booking(NewBooking {
        client: &client,
        host: &free.host_id,
        booking_type: &free.booking_type_id,
        start: free.start.instant(),
        comment: None,
        reservation,
    })?;
    if let Some(reservation) = reservation {
        session.release(reservation);
    }
    Ok(Booked { booking_id: booking.id, start: booking.start })
}

/// Whoever has the number already, or somebody new.
fn client(session: &mut Session<'_>, asked: WebBooking) -> Result<ID, Problem> {
    let known = asked.pnr.as_deref().and_then(|pnr| session.client_numbered(pnr));
    match known {
        Some(client) if client.archived => Err(Problem::ClientArchived),
        Some(client) => Ok(client.id.clone()),
        None => session.create_client(NewClient {
            firstname: asked.firstname,
            lastname: asked.lastname,
            pnr: asked.pnr,
            email: asked.email,
            cellphone: asked.cellphone,
            ..NewClient::default()
        }),
    }
}
