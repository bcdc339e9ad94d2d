//! Paging, order, the q[] grammar, hidden rows.

use serde_json::Value;

use crate::client::{HART, MELBOURNE, PATIENT, Sandbox, id, ids};

#[tokio::test]
async fn pages_are_fifty_by_default_and_a_hundred_at_most() {
    let sandbox = Sandbox::start().await;
    let first = sandbox.get("/individual_appointments").await.expect(200);
    let total = usize::try_from(first["total_entries"].as_u64().unwrap()).unwrap();
    assert!(total > 200);
    assert_eq!(first["individual_appointments"].as_array().unwrap().len(), 50);
    assert!(first["links"].get("previous").is_none());

    let hundred = sandbox.get("/individual_appointments?per_page=500").await.expect(200);
    assert_eq!(hundred["individual_appointments"].as_array().unwrap().len(), 100);

    let mut seen = Vec::new();
    let mut next = Some(format!("{}/individual_appointments?per_page=100", sandbox.running.native));
    while let Some(url) = next {
        let page = sandbox.get(&url).await.expect(200);
        seen.extend(ids(&page, "individual_appointments"));
        assert!(page["links"]["self"].as_str().unwrap().starts_with(&sandbox.running.native));
        next = page["links"].get("next").map(|next| next.as_str().unwrap().to_owned());
    }
    assert_eq!(seen.len(), total);
    let unique: std::collections::HashSet<_> = seen.iter().collect();
    assert_eq!(unique.len(), total);

    let beyond = sandbox.get("/individual_appointments?page=999").await.expect(200);
    assert_eq!(beyond["individual_appointments"], Value::Array(Vec::new()));
    assert!(beyond["links"].get("next").is_none() && beyond["links"].get("previous").is_some());
}

#[tokio::test]
async fn links_keep_their_filters() {
    let sandbox = Sandbox::start().await;
    let path = format!("/individual_appointments?q%5B%5D=practitioner_id:={HART}&per_page=10");
    let first = sandbox.get(&path).await.expect(200);
    let second = sandbox.get(first["links"]["next"].as_str().unwrap()).await.expect(200);

    assert_eq!(second["total_entries"], first["total_entries"]);
    for row in second["individual_appointments"].as_array().unwrap() {
        assert_eq!(crate::client::linked(row, "practitioner"), HART);
    }
}

#[tokio::test]
async fn order_is_by_creation_unless_said_otherwise() {
    let sandbox = Sandbox::start().await;
    let column = |list: &Value, key: &str| -> Vec<String> {
        let rows = list["patients"].as_array().unwrap().iter();
        rows.map(|row| row[key].as_str().unwrap().to_owned()).collect()
    };
    let plain = column(&sandbox.get("/patients").await.expect(200), "created_at");
    assert!(plain.is_sorted());
    let names = column(&sandbox.get("/patients?sort=first_name:desc,id").await.expect(200), "first_name");
    assert!(names.iter().rev().is_sorted());
    let born =
        column(&sandbox.get("/patients?sort=date_of_birth&order=desc").await.expect(200), "date_of_birth");
    assert!(born.iter().rev().is_sorted());
    sandbox.get("/patients?sort=shoe_size").await.expect(400);
}

#[tokio::test]
async fn filters_are_anded_and_refuse_what_they_do_not_know() {
    let sandbox = Sandbox::start().await;
    let found = sandbox.get("/patients?q[]=last_name:=lee&q[]=date_of_birth:=****-02-**").await.expect(200);
    assert_eq!(ids(&found, "patients"), [PATIENT]);
    assert_eq!(sandbox.total("/patients?q=old_reference_id:=LEGACY-0001").await, 1);
    assert_eq!(sandbox.total("/patients?q%5B%5D=email%3A~~patient1%25%40example.com").await, 4);
    assert_eq!(sandbox.total("/patients?q[]=accepted_privacy_policy:=true").await, 1);
    assert_eq!(sandbox.total(&format!("/patients?q[]=id:={PATIENT},1,2")).await, 1);

    let refused = sandbox.get("/patients?q[]=phone:=1").await.expect(400);
    assert_eq!(refused["message"], "phone is not filterable");
    let refused = sandbox.get("/patients?q[]=id:=x").await.expect(400);
    assert_eq!(refused["message"], "Filter value for id must be a number");
    sandbox.get("/services?q[]=id:=1").await.expect(400);
}

#[tokio::test]
async fn removed_rows_are_hidden_unless_asked_for() {
    let sandbox = Sandbox::start().await;
    let visible = sandbox.total("/individual_appointments").await;
    let archived = sandbox.total("/individual_appointments?q[]=archived_at:?").await;
    let cancelled = sandbox.total("/individual_appointments?q[]=cancelled_at:?").await;
    assert!(archived > 0 && cancelled > 0);
    assert_eq!(sandbox.total("/individual_appointments?q[]=archived_at:*").await, visible + archived);
    let all = "/individual_appointments?q[]=archived_at:*&q[]=cancelled_at:*";
    assert_eq!(sandbox.total(all).await, visible + archived + cancelled);

    assert_eq!(sandbox.total("/individual_appointments/deleted").await, archived);
    assert_eq!(sandbox.total("/individual_appointments/cancelled").await, cancelled);
    assert_eq!(sandbox.total("/attendees/cancelled").await, cancelled);
    assert_eq!(sandbox.total("/attendees/deleted").await, archived);
    assert_eq!(sandbox.total("/patients").await, 12);
    assert_eq!(sandbox.total("/patients/archived").await, 2);
    assert_eq!(sandbox.total("/patients/deleted").await, 2);
    assert_eq!(sandbox.total("/appointment_types/archived").await, 1);
    assert_eq!(sandbox.total("/unavailable_blocks/deleted").await, 0);
    assert_eq!(sandbox.total("/treatment_notes/deleted").await, 0);
}

#[tokio::test]
async fn single_reads_take_only_the_removal_filters() {
    let sandbox = Sandbox::start().await;
    let list = sandbox.get("/individual_appointments/cancelled").await.expect(200);
    let cancelled = id(&list["individual_appointments"][0]);
    let path = format!("/individual_appointments/{cancelled}");
    sandbox.get(&path).await.expect(404);
    let row = sandbox.get(&format!("{path}?q[]=cancelled_at:*")).await.expect(200);
    assert_eq!(row["cancellation_reason_description"], "Sick");
    sandbox.get(&format!("{path}?q[]=patient_id:=1")).await.expect(400);
    sandbox.get(&format!("/patients/{PATIENT}?q[]=cancelled_at:*")).await.expect(400);
}

#[tokio::test]
async fn array_filters_contain() {
    let sandbox = Sandbox::start().await;
    let businesses = sandbox.get("/businesses").await.expect(200);
    let offered = businesses["businesses"][0]["appointment_type_ids"][0].as_str().unwrap().to_owned();
    assert_eq!(sandbox.total(&format!("/businesses?q[]=appointment_type_ids:~{offered}")).await, 2);
    assert_eq!(sandbox.total("/businesses?q[]=appointment_type_ids:~1").await, 0);
    assert_eq!(sandbox.total(&format!("/businesses?q[]=id:!={MELBOURNE}")).await, 1);
}
