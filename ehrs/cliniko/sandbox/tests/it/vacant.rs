//! Lists without records, and the former lists that records still link to.

use serde_json::{Value, json};
use vardbro_cliniko_sandbox::note_templates;

use crate::client::{HART, MELBOURNE, PATIENT, Sandbox, id, ids, linked};

#[tokio::test]
async fn what_the_account_has_none_of_is_an_empty_list() {
    let sandbox = Sandbox::start().await;
    let native = sandbox.running.native.clone();
    for name in [
        "billable_items",
        "communications",
        "concession_types",
        "contacts",
        "group_appointments",
        "invoices",
        "medical_alerts",
        "patient_cases",
        "patient_forms",
        "referral_sources",
        "relationships",
        "taxes",
    ] {
        let list = sandbox.get(&format!("/{name}?per_page=10")).await.expect(200);
        let itself = format!("{native}/{name}?page=1&per_page=10");
        assert_eq!(list, json!({name: [], "total_entries": 0, "links": {"self": itself}}));
        sandbox.get(&format!("/{name}/1")).await.expect(404);
    }
    assert_eq!(sandbox.total("/patient_cases/active").await, 0);
    assert_eq!(sandbox.total("/medical_alerts/deleted").await, 0);
}

#[tokio::test]
async fn empty_lists_know_their_filters_and_parents() {
    let sandbox = Sandbox::start().await;
    sandbox.get("/medical_alerts?q[]=patient_id:=1&q[]=archived_at:*&sort=created_at:desc").await.expect(200);
    sandbox
        .get("/group_appointments?q[]=patient_ids:~1&q[]=starts_at:>2026-01-01T00:00:00Z")
        .await
        .expect(200);
    let refused = sandbox.get("/relationships?q[]=name:=x").await.expect(400);
    assert_eq!(refused["message"], "name is not filterable");
    sandbox.get("/contacts?sort=shoe_size").await.expect(400);
    sandbox.get("/patients/1/medical_alerts").await.expect(404);
    sandbox.get("/attendees/1/invoices").await.expect(404);
}

/// Every link of a record leads somewhere.
#[tokio::test]
async fn records_link_to_lists_that_are_there() {
    let sandbox = Sandbox::start().await;
    let mut followed = 0;
    for name in [
        "appointment_types",
        "attendees",
        "businesses",
        "individual_appointments",
        "patients",
        "practitioners",
    ] {
        let list = sandbox.get(&format!("/{name}?per_page=1")).await.expect(200);
        let Value::Object(record) = &list[name][0] else { panic!("no {name}") };
        for link in record.values().filter_map(|value| value.pointer("/links/self")?.as_str()) {
            sandbox.get(link).await.expect(200);
            followed += 1;
        }
    }
    assert!(followed > 20, "{followed}");
}

#[tokio::test]
async fn former_appointments_are_individual_ones_under_other_names() {
    let sandbox = Sandbox::start().await;
    let individual =
        sandbox.get(&format!("/individual_appointments?q[]=patient_id:={PATIENT}")).await.expect(200);
    let former = sandbox.get(&format!("/patients/{PATIENT}/appointments")).await.expect(200);
    assert_eq!(ids(&former, "appointments"), ids(&individual, "individual_appointments"));
    let row = &former["appointments"][0];
    assert_eq!(row["appointment_start"], individual["individual_appointments"][0]["starts_at"]);
    assert_eq!(row["appointment_end"], individual["individual_appointments"][0]["ends_at"]);
    let one = sandbox.get(&format!("/appointments/{}", id(row))).await.expect(200);
    assert_eq!(&one, row);

    assert_eq!(sandbox.total("/appointments").await, sandbox.total("/individual_appointments").await);
    for (parent, key, of) in [("practitioners", "practitioner", HART), ("businesses", "business", MELBOURNE)]
    {
        let list = sandbox.get(&format!("/{parent}/{of}/appointments")).await.expect(200);
        assert!(list["appointments"].as_array().unwrap().iter().all(|row| linked(row, key) == of));
    }
    sandbox.get("/patients/1/appointments").await.expect(404);
}

#[tokio::test]
async fn a_patients_attachments_are_listed_under_the_patient() {
    let sandbox = Sandbox::start().await;
    assert_eq!(sandbox.total(&format!("/patients/{PATIENT}/patient_attachments")).await, 1);
    sandbox.get("/patients/1/patient_attachments").await.expect(404);
}

#[tokio::test]
async fn named_note_templates_are_the_seeded_ones() {
    let sandbox = Sandbox::start().await;
    let list = sandbox.get("/treatment_note_templates").await.expect(200);
    let names = |values: &Value| -> Vec<String> {
        values.as_array().unwrap().iter().map(|value| value["name"].as_str().unwrap().to_owned()).collect()
    };
    let served = list["treatment_note_templates"].as_array().unwrap();
    assert_eq!(served.len(), note_templates::ALL.len());
    for (template, record) in note_templates::ALL.iter().zip(served) {
        assert_eq!(
            (record["id"].as_str(), record["name"].as_str()),
            (Some(template.id), Some(template.name))
        );
        let sections = &record["content"]["sections"];
        assert_eq!(names(sections), Vec::from_iter(template.sections.iter().map(|section| section.name)));
        for (section, served) in template.sections.iter().zip(sections.as_array().unwrap()) {
            assert_eq!(names(&served["questions"]), section.questions);
        }
    }
}
