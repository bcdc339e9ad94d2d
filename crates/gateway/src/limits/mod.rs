//! What one gateway bears, and from whom: rates, room, times, and guessing.
//!
//! A connection asks the [`Gate`] for leave to stay open, a request to be worked on, an application to be served; each is refused at
//! once or let through, nothing waits in a queue. What was granted belongs to the request's [`Admission`] and is given back when the
//! answer has been taken and nothing goes on for it any more.

mod address;
mod admission;
mod bodies;
mod gate;
mod logins;
mod pace;
mod rate;
mod refusal;
mod settings;
mod shares;
mod standing;
mod turn;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::CONNECTION;
use http_body::Body as _;

pub(crate) use admission::Admission;
pub(crate) use bodies::BodyRefusal;
pub(crate) use gate::Gate;
pub(crate) use pace::Paced;
pub(crate) use refusal::Refusal;
pub use settings::{Forwarded, Limits, Pace, Rate};
pub(crate) use standing::{Standing, whole_seconds};
pub(crate) use turn::{Connection, Turn};

use crate::exchange::Exchange;
use crate::gateway::Gateway;
use crate::problem::Problem;
use bodies::{Arriving, Leaving};

/// Lets a request of the API in, or refuses it before anything is done.
pub(crate) async fn admit(State(gateway): State<Gateway>, request: Request, next: Next) -> Response {
    let Some(Exchange { admission, .. }) = request.extensions().get::<Exchange>().cloned() else {
        return Problem::bug().into_response();
    };
    let connection = request.extensions().get::<Connection>();
    let (peer, turn) = connection.map(|Connection { peer, turn }| (*peer, turn.clone())).unzip();
    let gate = gateway.gate();
    let request = request.map(|body| Body::new(Arriving::new(body, gate.clone(), admission.clone(), turn)));
    match gate.admit(&admission, peer, request.headers()) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// A request on its way through, as far as its answer must know of it.
pub(crate) struct Passage {
    admission: Admission,
    turn: Option<Turn>,
    announced: u64,
}

/// Bytes of a body that are read to keep a connection, though nobody wants them.
const WORTH_READING: u64 = 8 * 1024;

impl Passage {
    pub(crate) fn of(request: &Request, admission: &Admission) -> Self {
        let turn = request.extensions().get::<Connection>().map(|connection| connection.turn.clone());
        let announced = request.body().size_hint().exact().unwrap_or(u64::MAX);
        Self { admission: admission.clone(), turn, announced }
    }

    /// The answer as it leaves: it tells of quotas, and what the request was granted is held until it has been taken.
    pub(crate) fn end(self, mut response: Response) -> Response {
        let Self { admission, turn, announced } = self;
        let headers = response.headers_mut();
        admission.tell(headers);
        admission.settle();
        if announced > WORTH_READING && turn.as_ref().is_some_and(Turn::is_unread) {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response.map(|body| Body::new(Leaving::new(body, admission, turn)))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use vardbro_store::ApplicationId;

    use super::*;

    fn admitted(gate: &Gate) -> Admission {
        let admission = Admission::default();
        gate.admit(&admission, None, &http::HeaderMap::new()).unwrap();
        admission
    }

    fn answered(admission: Admission) -> Response {
        let passage = Passage::of(&Request::default(), &admission);
        drop(admission);
        passage.end("an answer".into_response())
    }

    #[test]
    fn an_applications_request_is_in_flight_until_its_answer_has_been_taken() {
        let gate = Gate::new(Limits { requests_in_flight: Some(1), ..Limits::unlimited() });
        let admission = admitted(&gate);
        admission.belongs_to(ApplicationId(Uuid::nil()));

        let answer = answered(admission);

        gate.admit(&Admission::default(), None, answer.headers()).unwrap_err();
        drop(answer);
        admitted(&gate);
    }

    #[test]
    fn a_strangers_request_is_in_flight_until_it_is_answered() {
        let gate = Gate::new(Limits { requests_in_flight: Some(1), ..Limits::unlimited() });
        let _answer = answered(admitted(&gate));
        admitted(&gate);
    }
}
