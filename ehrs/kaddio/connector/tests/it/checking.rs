//! What a check tells of a connection.

use serde_json::{Value, json};
use vardbro_ehr::{CheckReport, Ehr, EhrErrorKind};
use vardbro_kaddio_sandbox::Options;
use vardbro_model::capabilities::Operation;

use crate::clinic::{Clinic, kind};
use crate::scripted::{Script, catalogue};

#[tokio::test]
async fn all_shipped_documents_fit_the_sandboxs_schema() {
    let clinic = Clinic::open().await;
    clinic.forget_calls();
    let report = clinic.kaddio.check(&clinic.fresh()).await.unwrap();
    assert_eq!((report.unavailable, report.warnings), (vec![], vec![]));
    assert!(report.findings.iter().any(|finding| finding.starts_with("13 operations fit")));
    assert!(report.findings.iter().any(|finding| finding.starts_with("The token works: ")));
    // The schema, the catalogue, the templates.
    assert_eq!(clinic.call_count(), 3, "{:?}", clinic.calls());
}

#[tokio::test]
async fn a_server_that_does_not_tell_its_schema_is_asked_one_harmless_question() {
    let closed = Options { introspection: false, ..Options::default() };
    let clinic = Clinic::open_with(closed, |settings| settings).await;
    let report = clinic.kaddio.check(&clinic.fresh()).await.unwrap();
    assert!(report.unavailable.is_empty());
    assert!(report.warnings[0].contains("does not tell its schema"), "{:?}", report.warnings);
    assert!(report.findings[0].starts_with("The token works"), "{:?}", report.findings);
}

#[tokio::test]
async fn a_wrong_token_fails_the_check_and_does_not_show() {
    for introspection in [true, false] {
        let options = Options { introspection, ..Options::default() };
        let wrong = "wrong-token-of-nobody";
        let clinic = Clinic::open_with(options, |s| s.with_secret("token", wrong)).await;
        let error = clinic.kaddio.check(&clinic.fresh()).await.unwrap_err();
        assert_eq!(error.kind, EhrErrorKind::Failed);
        assert!(!format!("{error:?}").contains(wrong));
        assert_eq!(kind(clinic.kaddio.care_units(&clinic.ctx()).await), EhrErrorKind::Failed);
    }
}

#[tokio::test]
async fn settings_and_mappings_that_name_nothing_are_warned_of() {
    let mut clinic = Clinic::open_with(Options::default(), |s| {
        s.with("default_author", "nobody").with("operation_contact", CONTACT_WITH_A_SLIP)
    })
    .await;
    let mapping = &mut std::sync::Arc::get_mut(&mut clinic.connection).unwrap().note_mapping;
    for (number, template) in mapping.0.values_mut().enumerate() {
        match number {
            0 => template.emr_id = "noTemplate".into(),
            1 => template.fields.values_mut().next().unwrap().emr_id = "noHeading".into(),
            _ => {}
        }
    }
    let warnings = clinic.kaddio.check(&clinic.fresh()).await.unwrap().warnings;
    assert_eq!(warnings.len(), 4, "{warnings:?}");
    for part in
        ["titel, which nothing reads", "default_author", "template that Kaddio does not have", "heading"]
    {
        assert!(warnings.iter().any(|warning| warning.contains(part)), "{part}: {warnings:?}");
    }
}

const CONTACT_WITH_A_SLIP: &str = "query($note_id: ID!) { note: contact(id: $note_id) { id patient_id: clientId
    template_id: contactTypeId titel: contactTypeName fields: headings { id: headingId name text } signed } }";

fn named(kind: &str, name: &str) -> Value {
    json!({"kind": kind, "name": name, "ofType": null})
}

fn field(name: &str, of: Value, args: &[(&str, Value)]) -> Value {
    let args = args.iter().map(|(name, of)| json!({"name": name, "type": of, "defaultValue": null}));
    json!({"name": name, "type": of, "args": args.collect::<Vec<_>>()})
}

/// Only clients: they have no `pnr` but a `ssn`, and a search needs a region.
fn another_schema() -> Value {
    let id = || named("SCALAR", "ID");
    let text = || named("SCALAR", "String");
    let required = |of: Value| json!({"kind": "NON_NULL", "name": null, "ofType": of});
    let list = |of: Value| json!({"kind": "LIST", "name": null, "ofType": of});
    let client = ["firstname", "lastname", "ssn", "email", "cellphone", "streetAdress", "zip", "city"];
    let mut fields: Vec<_> = client.iter().map(|name| field(name, text(), &[])).collect();
    fields.push(field("id", required(id()), &[]));
    fields.push(field("customProperties", list(named("OBJECT", "Value")), &[]));
    let query = [
        field("client", named("OBJECT", "Client"), &[("id", required(id()))]),
        field(
            "clients",
            required(list(named("OBJECT", "Client"))),
            &[
                ("pnr", text()),
                ("firstname", text()),
                ("skip", named("SCALAR", "Int")),
                ("region", required(text())),
            ],
        ),
    ];
    let inputs = json!([{"name": "field"}, {"name": "value"}]);
    let mutation = [field("updateUser", text(), &[("userId", required(id())), ("customProperties", text())])];
    json!({"data": {"__schema": {
        "queryType": {"name": "Query"},
        "mutationType": {"name": "Mutation"},
        "types": [
            {"kind": "OBJECT", "name": "Query", "fields": query, "inputFields": null},
            {"kind": "OBJECT", "name": "Mutation", "fields": mutation, "inputFields": null},
            {"kind": "OBJECT", "name": "Client", "fields": fields},
            {"kind": "OBJECT", "name": "Value", "fields": [field("field", id(), &[]), field("valueString", text(), &[])]},
            {"kind": "INPUT_OBJECT", "name": "CustomFieldValueInput", "fields": null, "inputFields": inputs},
            {"kind": "SCALAR", "name": "ID"}, {"kind": "SCALAR", "name": "String"}, {"kind": "SCALAR", "name": "Int"},
            {"kind": "SCALAR", "name": "Boolean"},
        ],
    }}})
}

async fn drifted() -> CheckReport {
    let script = Script::new(|settings| settings, &[("introspection", 200, another_schema())]);
    let report = script.kaddio.check(&script.ctx).await.unwrap();
    assert_eq!(script.asked(), ["introspection"], "no document is sent that does not fit");
    report
}

#[tokio::test]
async fn what_the_schema_does_not_have_is_named_by_operation_type_and_field() {
    let warnings = drifted().await.warnings;
    let told = |misfit: &str| warnings.contains(&format!("Not in Kaddio's schema: {misfit}."));
    for misfit in [
        "client: Client.pnr",
        "clients: Client.pnr",
        "clients: Query.clients(lastname)",
        "clients: Query.clients(region) is required and not given",
        "create_client: Mutation.createClient",
        "update_user: CustomFieldValueInput.valueString",
        "free_times: DateTime",
        "free_times: Query.freeTimes",
        "catalogue: Query.organization",
    ] {
        assert!(told(misfit), "{misfit}: {warnings:#?}");
    }
    assert!(!warnings.iter().any(|warning| warning.contains("Client.firstname")), "{warnings:#?}");
}

#[tokio::test]
async fn operations_whose_documents_do_not_fit_are_unavailable_from_then_on() {
    let report = drifted().await;
    let why = |operation: Operation| {
        let found = report.unavailable.iter().find(|(unavailable, _)| *unavailable == operation);
        found.map(|(_, why)| why.as_str())
    };
    let patient = why(Operation::GetPatient).unwrap();
    assert!(
        patient.contains("operation_client does not fit Kaddio's schema (client: Client.pnr)"),
        "{patient}"
    );
    assert!(why(Operation::ListCareUnits).is_some() && why(Operation::BookAppointment).is_some());
    assert_eq!(why(Operation::CancelAppointment), None, "it is not supported in any case");
}

#[tokio::test]
async fn a_scalar_with_fields_and_an_object_without_are_misfits() {
    let own = "query($note_id: ID!) { note: contact(id: $note_id) { id patient_id: clientId template_id: contactTypeId
               fields: headings { id: headingId name text kind: name { first } } signed hostId contact: headings } }";
    let clinic = Clinic::open_with(Options::default(), |s| s.with("operation_contact", own)).await;
    let report = clinic.kaddio.check(&clinic.fresh()).await.unwrap();
    let told: Vec<_> = report.warnings.iter().filter(|warning| warning.starts_with("Not in")).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("HeadingValue.name has no fields to select"), "{told:?}");
    assert!(told[1].contains("Contact.headings has fields and none is selected"), "{told:?}");
    let unavailable: Vec<_> = report.unavailable.iter().map(|(operation, _)| *operation).collect();
    assert_eq!(unavailable, [Operation::ReadNotes]);
}

#[tokio::test]
async fn a_variable_of_another_type_than_its_argument_is_a_misfit() {
    let own = "query($appointment_id: String!) { appointment: booking(id: $appointment_id) {
               id resource_id: hostId patient_id: clientId healthcare_service_id: bookingTypeId start end status } }";
    let clinic = Clinic::open_with(Options::default(), |s| s.with("operation_booking", own)).await;
    let report = clinic.kaddio.check(&clinic.fresh()).await.unwrap();
    let told =
        "Not in Kaddio's schema: booking: Query.booking(id) is of type ID, and $appointment_id of String.";
    assert!(report.warnings.iter().any(|warning| warning == told), "{:?}", report.warnings);
    let unavailable: Vec<_> = report.unavailable.iter().map(|(operation, _)| *operation).collect();
    assert_eq!(unavailable, [Operation::GetAppointment]);
}

#[tokio::test]
async fn who_has_no_times_in_the_public_list_is_counted() {
    let places = json!([{"id": "p1", "name": "Ett"}, {"id": "p2", "name": "Två"}]);
    let script = Script::new(
        |settings| settings.with("free_times", "rest").with("operation_contact_types", "off"),
        &[
            ("introspection", 400, json!({"errors": [{"message": "off"}]})),
            ("catalogue", 200, catalogue(places)),
        ],
    );
    let report = script.kaddio.check(&script.ctx).await.unwrap();
    assert!(
        report.warnings.iter().any(|warning| warning.starts_with("1 hosts have no free times")),
        "{report:?}"
    );
    assert!(report.findings.contains(&"Free times come from the public list.".to_owned()));
}
