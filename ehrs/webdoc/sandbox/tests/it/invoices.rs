//! Invoices and credit invoices, with money as text.

use serde_json::{Value, json};

use crate::client::{BJORKBACKEN, HAMNEN, NOBODY, SJOSTADEN, Sandbox, TOLVAN, assert_fields, id};

const CLINICS: [&str; 3] = [BJORKBACKEN, SJOSTADEN, HAMNEN];

fn path(clinic: &str) -> String {
    format!("/v1/clinics/{clinic}/invoices")
}

async fn visit(sandbox: &Sandbox) -> Value {
    let booking = sandbox.book_any().await;
    let body = json!({"bookingId": booking["id"], "visitDate": "2026-03-23 09:05:00"});
    sandbox.post("/v2/visits", body).await.expect(201)
}

#[tokio::test]
async fn a_new_invoice_comes_as_an_array_of_one_and_is_paid_by_a_patch() {
    let sandbox = Sandbox::start().await;
    let visit = visit(&sandbox).await;
    let body = json!({"visitId": visit["id"], "totalPayment": "0.00"});
    let made = sandbox.post(&path(BJORKBACKEN), body.clone()).await.expect(201);
    assert_eq!(made.as_array().unwrap().len(), 1);
    let made = &made[0];
    assert_fields(
        made,
        "invoiceId,invoiceNumber,invoiceStatus,currency,netAmount,totalAmount,VAT,VATPercentage,clinicName,paidDate,expiryDate,createdAt,payments,caregiver,patient,recipient",
    );
    assert_fields(&made["recipient"], "type,firstName,lastName,billingAddress,billingZipCode,billingCity");
    assert!(made["totalAmount"].is_string() && made["payments"][0]["amount"].is_string());
    assert_eq!((&made["paidDate"], &made["expiryDate"]), (&Value::Null, &json!("2026-04-22")));
    sandbox.post(&path(BJORKBACKEN), body).await.refused(400, Some("visitId"));

    let one = format!("{}/{}", path(BJORKBACKEN), made["invoiceId"].as_str().unwrap());
    let change = json!({"totalPayment": made["totalAmount"], "paymentMethod": "4"});
    let paid = sandbox.patch(&one, change).await.expect(200);
    assert_eq!((&paid["paidDate"], &paid["invoiceId"]), (&json!("2026-03-23"), &made["invoiceId"]));
    assert_eq!((&made["invoiceStatus"], &paid["invoiceStatus"]), (&json!("1"), &json!("2")));
    assert_eq!(paid["payments"][0]["account"], "1930");
    let undone = sandbox.patch(&one, json!({"totalPayment": "1"})).await.expect(200);
    assert_eq!(undone["paidDate"], Value::Null);
}

#[tokio::test]
async fn wrong_invoices_are_refused() {
    let sandbox = Sandbox::start().await;
    let visit = visit(&sandbox).await;
    for (payment, field) in
        [(json!(0), "totalPayment"), (json!("much"), "totalPayment"), (Value::Null, "totalPayment")]
    {
        let body = json!({"visitId": visit["id"], "totalPayment": payment});
        sandbox.post(&path(BJORKBACKEN), body).await.refused(400, Some(field));
    }
    let body = json!({"visitId": visit["id"], "totalPayment": "0"});
    sandbox.post(&path(HAMNEN), body.clone()).await.refused(404, None);
    sandbox.post(&path(NOBODY), body.clone()).await.refused(404, None);
    let made = sandbox.post(&path(BJORKBACKEN), body).await.expect(201);
    let number = made[0]["invoiceId"].as_str().unwrap();
    let one = format!("{}/{number}", path(BJORKBACKEN));
    for method in ["2", "99", "Swish"] {
        let change = json!({"paymentMethod": method});
        sandbox.patch(&one, change).await.refused(400, Some("paymentMethod"));
    }
    sandbox.patch(&format!("{}/{number}", path(HAMNEN)), json!({})).await.refused(404, None);
    sandbox.patch(&format!("{}/1", path(BJORKBACKEN)), json!({})).await.refused(404, None);
}

#[tokio::test]
async fn the_seed_has_paid_open_exported_and_credited_invoices() {
    let sandbox = Sandbox::start().await;
    let count = async |name: &str, query: &str| {
        let mut rows = 0;
        for clinic in CLINICS {
            rows += sandbox.rows(&format!("/v1/clinics/{clinic}/{name}?{query}")).await.len();
        }
        rows
    };
    let all = count("invoices", "").await;
    for (one, other) in [
        ("status=1", "status=2"),
        ("isExported=1", "isExported=0"),
        ("toDate=2026-03-12", "fromDate=2026-03-13"),
    ] {
        let (one, other) = (count("invoices", one).await, count("invoices", other).await);
        assert!(one > 0 && other > 0 && one + other == all, "{one} {other} {all}");
    }
    assert!(count("creditInvoices", "").await > 0);
    assert_eq!(count("creditInvoices", "toDate=2026-01-01").await, 0);
    for clinic in CLINICS {
        for row in sandbox.rows(&format!("/v1/clinics/{clinic}/creditInvoices")).await {
            assert!(row["totalAmount"].as_str().unwrap().starts_with(['-', '0']));
        }
    }
}

#[tokio::test]
async fn invoices_are_found_by_patient_and_day() {
    let sandbox = Sandbox::start().await;
    let visit = visit(&sandbox).await;
    let body = json!({"visitId": visit["id"], "totalPayment": "0"});
    let made = sandbox.post(&path(BJORKBACKEN), body).await.expect(201);
    let found = sandbox.rows(&format!("{}?date=2026-03-23&personalNumber={TOLVAN}", path(BJORKBACKEN))).await;
    assert_eq!(found, [made[0].clone()]);
    assert_eq!(id(&found[0]["patient"]), sandbox.tolvan().await);
    let none = format!("{}?date=2026-03-23&personalNumber=19711002-1834", path(BJORKBACKEN));
    assert!(sandbox.rows(&none).await.is_empty());
    sandbox.get(&format!("{}?isExported=true", path(BJORKBACKEN))).await.refused(400, Some("isExported"));
}
