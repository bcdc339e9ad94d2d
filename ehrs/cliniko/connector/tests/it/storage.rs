//! Addresses that stand in Cliniko's answers are judged like that of Cliniko itself. Cliniko is at 127.0.0.1, which the operator
//! allows; somebody else listens at 127.0.0.2, which he does not.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use serde_json::json;
use tokio::net::TcpListener;
use vardbro_ehr::environment::Machine;
use vardbro_ehr::wire::{CallContext, Egress, Refusal, Wire, WireErrorKind, WireFactory};
use vardbro_ehr::{Ctx, Ehr, EhrErrorKind};
use vardbro_model::document::{Content, NewDocument};

use crate::clinic::{Clinic, reference};

fn letter() -> NewDocument {
    NewDocument {
        content: Content(b"%PDF-1.7 of nobody".to_vec()),
        format: "application/pdf".into(),
        title: None,
        kind: None,
        created_by: None,
    }
}

/// Counts who comes, and says nothing.
struct SomebodyElse {
    address: String,
    visitors: Arc<AtomicUsize>,
}

impl SomebodyElse {
    async fn listen() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.2:0").await?;
        let address = listener.local_addr()?.to_string();
        let visitors = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&visitors);
        tokio::spawn(async move {
            while listener.accept().await.is_ok() {
                seen.fetch_add(1, Ordering::SeqCst);
            }
        });
        Ok(Self { address, visitors })
    }

    /// Where an answer may lead, and why a call does not go there.
    fn addresses(&self) -> [(String, WireErrorKind); 5] {
        let private = WireErrorKind::Egress(Refusal::Private);
        let nowhere = WireErrorKind::Egress(Refusal::Nowhere);
        [
            (format!("http://{}/", self.address), private),
            ("http://10.0.0.1/".to_owned(), private),
            ("http://169.254.169.254/latest/".to_owned(), nowhere),
            ("http://[::ffff:169.254.169.254]/".to_owned(), nowhere),
            (format!("http://127.0.0.1@{}/", self.address), WireErrorKind::Malformed),
        ]
    }
}

/// A context in which calls to this path are answered so, and others go to Cliniko alone.
fn answering(clinic: &Clinic, path: &'static str, answer: http::Response<Bytes>) -> Ctx {
    let cliniko = "127.0.0.1/32".parse().unwrap();
    let egress = Egress { allow_http: true, allow_private_networks: vec![cliniko] };
    let factory = WireFactory::new(egress, Arc::new(Machine), Arc::new(Machine)).unwrap();
    let inner = factory.wire(&clinic.cliniko.wire_profile(&clinic.connection).unwrap()).unwrap();
    let wire = Wire::new(tower::service_fn(move |request: http::Request<Bytes>| {
        let (inner, answer) = (inner.clone(), answer.clone());
        async move {
            if request.uri().path().ends_with(path) {
                return Ok(answer);
            }
            let context = request.extensions().get::<CallContext>().cloned().unwrap();
            inner.send(request, context).await
        }
    }));
    Ctx { wire, ..clinic.ctx() }
}

#[tokio::test]
async fn a_ticket_for_a_storage_that_may_not_be_called_is_not_used() {
    let clinic = Clinic::open_now().await;
    let unit = clinic.unit().await;
    let id = reference(&clinic.patient(&unit).await);
    let before = clinic.running.ehr.state().documents;
    let elsewhere = SomebodyElse::listen().await.unwrap();
    for (address, why) in elsewhere.addresses() {
        let ticket = json!({"url": address, "fields": {"key": "temp/1/${filename}"}}).to_string();
        let answer = http::Response::new(Bytes::from(ticket));
        let ctx = answering(&clinic, "/attachment_presigned_post", answer);

        let error = clinic.cliniko.create_document(&ctx, &unit, &id, letter()).await.unwrap_err();

        assert_eq!((error.kind, error.unanswered), (EhrErrorKind::Failed, Some(why)), "{address}");
    }
    let documents = clinic.running.ehr.state().documents;
    assert_eq!((elsewhere.visitors.load(Ordering::SeqCst), documents), (0, before));
}

#[tokio::test]
async fn content_is_not_fetched_from_where_calls_may_not_go() {
    let clinic = Clinic::open_now().await;
    let unit = clinic.unit().await;
    let id = reference(&clinic.patient(&unit).await);
    let filed =
        clinic.cliniko.create_document(&clinic.ctx(), &unit, &id, letter()).await.unwrap().id.unwrap();
    let elsewhere = SomebodyElse::listen().await.unwrap();
    for (address, why) in elsewhere.addresses() {
        let redirect = http::Response::builder().status(302).header("location", &address);
        let ctx = answering(&clinic, "/content", redirect.body(Bytes::new()).unwrap());

        let error = clinic.cliniko.document(&ctx, &unit, &id, &filed).await.map(|_| ()).unwrap_err();

        assert_eq!((error.kind, error.unanswered), (EhrErrorKind::Failed, Some(why)), "{address}");
    }
    assert_eq!(elsewhere.visitors.load(Ordering::SeqCst), 0);
}
