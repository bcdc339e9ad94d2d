use vardbro_gateway::Limits;

use crate::served::{Served, code};

const DOCUMENTS: &str = "/api/emrs/mock/care-units/cu-1/patients/pat-1/documents";

const MIB: usize = 1024 * 1024;

#[tokio::test]
async fn a_body_of_countless_values_is_refused_before_they_are_built() {
    let served = Served::start(Limits::unlimited()).await;
    for values in [10_000, MIB] {
        let body = format!("{{\"x\":[1{}]}}", ",1".repeat(values));
        let refused = served.client().await.ask_with(served.clinic.post(DOCUMENTS), body.as_bytes()).await;
        assert_eq!((refused.status, code(&refused).as_str()), (400, "BAD_REQUEST"));
        assert!(refused.text().contains("The body has more than 10000 values."), "{}", refused.text());
        assert!(!refused.text().contains("There is no such field."), "{}", refused.text());
    }
    served.stop().await;
}

#[tokio::test]
async fn a_large_document_is_one_value() {
    let served = Served::start(Limits::unlimited()).await;
    let body = format!("{{\"content\":\"{}\",\"x\":1}}", ",[{:".repeat(MIB));
    let read = served.client().await.ask_with(served.clinic.post(DOCUMENTS), body.as_bytes()).await;
    assert_eq!(read.status, 400);
    assert!(read.text().contains("There is no such field."), "{}", read.text());
    served.stop().await;
}
