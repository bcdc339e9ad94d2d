//! Connections whose sealed settings cannot be opened, alone and beside others.

use serde_json::json;
use vardbro_model::capabilities::Operation;

use crate::case::cases;
use crate::clinic::{Clinic, text};
use crate::refusal::sample;
use crate::subject::{Subject, Tenant};

cases! {
    "a broken connection beside a good one is named, and the good one works" => beside_a_good_one,
    "a broken plain connection leaves the tagged one" => plain_one,
    "where all connections are broken that is the answer to everything" => all,
    "a broken connection and one that fails are told together" => beside_a_failing_one,
    "a connection that is put right works again" => put_right,
}

const WORDS: &str =
    "The connection to this EHR cannot be used until the operator has put it right. Nothing was sent.";

async fn two(subject: &Subject) -> Tenant {
    subject.with_installations("two", &[None, Some("north")]).await
}

fn care_units(subject: &Subject) -> String {
    format!("{}/care-units", subject.emr())
}

/// The calls that each installation has had.
fn calls(tenant: &Tenant) -> Vec<u64> {
    tenant.sandboxes.iter().map(|sandbox| sandbox.controls.calls().values().sum()).collect()
}

/// Checks that whatever is asked of this care unit is answered with what the operator has to do, and not sent.
async fn is_broken(subject: &Subject, tenant: &Tenant, care_unit: &str) {
    let before = calls(tenant);
    for operation in Operation::ALL.iter().filter(|operation| **operation != Operation::ListCareUnits) {
        let (method, rest, body) = sample(subject, *operation);
        let path = format!("{}/{care_unit}{rest}", care_units(subject));
        let answer = tenant.client.send_json(tenant.client.request(method, &path), &body).await;
        let problem = answer.problem(502, "EMR_ERROR");
        assert_eq!(problem["detail"], WORDS, "{answer}");
        assert_eq!(problem["errors"][0]["emr_error"], json!(null), "{answer}");
    }
    assert_eq!(calls(tenant), before, "nothing was sent");
}

async fn beside_a_good_one(subject: &Subject) {
    let two = two(subject).await;
    let whole = two.client.get(&care_units(subject)).await;
    assert_eq!(whole.header("vardbro-incomplete"), None);
    subject.spoil(&two, Some("north")).await;
    let answer = two.client.get(&care_units(subject)).await;
    let units = answer.list();
    assert_eq!(answer.header("vardbro-incomplete"), Some("north; EMR_ERROR"), "{answer}");
    assert_eq!(2 * units.len(), whole.list().len(), "the other half");
    assert!(units.iter().all(|unit| !text(unit, "id").starts_with("north~")), "{answer}");
    let clinic = Clinic::new(subject, &two.client, &units[0]);
    clinic.new_patient().await;
    is_broken(subject, &two, &format!("north~{}", clinic.id)).await;
}

async fn plain_one(subject: &Subject) {
    let two = two(subject).await;
    subject.spoil(&two, None).await;
    let answer = two.client.get(&care_units(subject)).await;
    let units = answer.list();
    assert_eq!(answer.header("vardbro-incomplete"), Some("first; EMR_ERROR"), "{answer}");
    assert!(units.iter().all(|unit| text(unit, "id").starts_with("north~")), "{answer}");
    let clinic = Clinic::new(subject, &two.client, &units[0]);
    clinic.new_patient().await;
    let (_, native) = clinic.id.split_once('~').expect("a tag");
    is_broken(subject, &two, native).await;
}

async fn all(subject: &Subject) {
    let two = two(subject).await;
    subject.spoil(&two, None).await;
    subject.spoil(&two, Some("north")).await;
    let answer = two.client.get(&care_units(subject)).await;
    assert_eq!(answer.problem(502, "EMR_ERROR")["detail"], WORDS, "{answer}");
    assert_eq!(answer.header("vardbro-incomplete"), None, "{answer}");
    is_broken(subject, &two, "1").await;
    is_broken(subject, &two, "north~1").await;
}

async fn beside_a_failing_one(subject: &Subject) {
    let two = two(subject).await;
    subject.spoil(&two, Some("north")).await;
    let switches = json!({"error_rate": 1});
    let switches = switches.as_object().expect("switches");
    two.sandboxes[0].controls.set_faults(switches).expect("a switch that there is");
    let answer = two.client.get(&care_units(subject)).await;
    let problem = answer.problem(502, "EMR_ERROR");
    assert_eq!(problem["detail"], "None of the application's connections to this EHR answered.", "{answer}");
}

async fn put_right(subject: &Subject) {
    let two = two(subject).await;
    subject.spoil(&two, Some("north")).await;
    assert!(two.client.get(&care_units(subject)).await.header("vardbro-incomplete").is_some());
    subject.put_right(&two, Some("north")).await;
    let answer = two.client.get(&care_units(subject)).await;
    assert_eq!(answer.header("vardbro-incomplete"), None, "{answer}");
    let back = answer.list().into_iter().find(|unit| text(unit, "id").starts_with("north~"));
    let clinic = Clinic::new(subject, &two.client, &back.expect("a tagged care unit"));
    clinic.new_patient().await;
}
