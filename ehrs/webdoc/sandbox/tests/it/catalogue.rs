//! Clinics, users, types and codes: shapes and filters.

use serde_json::{Value, json};
use vardbro_webdoc_sandbox::RecordTemplateAnswer;
use vardbro_webdoc_sandbox::record_templates::{
    ACUTE_VISIT, ALL, CARE_STATUS, FOLLOW_UP, NEW_VISIT_PSYCHOLOGY, UNSTRUCTURED,
};

use crate::client::{
    ALMGREN, BJORKBACKEN, HAMNEN, NOBODY, RECEPTIONIST, SANDGREN, Sandbox, assert_fields, id,
};

const INVOICE_INFO: &str = "companyName,organisationNumber,companyTelephone,companyAddress,companyPost,companyPostArea,bankGiro,postGiro";

async fn ids(sandbox: &Sandbox, path: &str) -> Vec<String> {
    sandbox.rows(path).await.iter().map(id).collect()
}

#[tokio::test]
async fn clinics_have_their_shape_and_filters() {
    let sandbox = Sandbox::start().await;
    let clinics = sandbox.rows("/v1/clinics").await;
    assert_eq!(clinics.len(), 3);
    for clinic in &clinics {
        assert_fields(
            clinic,
            "id,name,hsaId,companyHsaId,organisationNumber,address,postNumber,postAddress,invoiceInfo",
        );
        assert_fields(&clinic["invoiceInfo"], INVOICE_INFO);
    }
    assert_eq!(ids(&sandbox, "/v1/clinics?hsaId=se2321000131-e000000000101").await, [BJORKBACKEN]);
    assert_eq!(ids(&sandbox, "/v1/clinics?companyHsaId=SE2021005489-H1").await, [HAMNEN]);
    assert_eq!(ids(&sandbox, "/v1/clinics?organisationNumber=2021005489").await, [HAMNEN]);
    assert!(sandbox.rows("/v1/clinics?hsaId=none").await.is_empty());
}

#[tokio::test]
async fn list_and_single_user_name_two_fields_differently() {
    let sandbox = Sandbox::start().await;
    let common = "id,firstName,lastName,personalNumber,hsaId,email,lastLoggedIn,clinics,settings";
    for user in sandbox.rows("/v1/users").await {
        assert_fields(&user, &format!("{common},phoneNumber"));
        assert_fields(&user["settings"], "defaultCostCentreId,defaultRecordTemplateId,defaultPatientTypeId");
        let single = sandbox.get(&format!("/v1/users/{}", id(&user))).await.expect(200);
        assert_fields(&single, &format!("{common},telephoneNumber"));
        assert_fields(
            &single["settings"],
            "defaultCostCenterId,defaultRecordTemplateId,defaultPatientTypeId",
        );
        for (setting, value) in user["settings"].as_object().unwrap() {
            let may_be_missing = setting == "defaultRecordTemplateId" && value.is_null();
            assert!(value.is_string() || may_be_missing, "{user}");
        }
        assert_eq!(single["settings"]["defaultPatientTypeId"], user["settings"]["defaultPatientTypeId"]);
        assert_eq!((&single["hsaId"], &single["clinics"]), (&user["hsaId"], &user["clinics"]));
        for clinic in user["clinics"].as_array().unwrap() {
            assert_fields(clinic, "id,name,hsaId,journalArchiveClinicId,invoiceInfo");
        }
    }
    sandbox.get(&format!("/v1/users/{NOBODY}")).await.refused(404, None);
    sandbox.get("/v1/users/none").await.refused(404, None);
}

#[tokio::test]
async fn users_are_found_by_each_filter() {
    let sandbox = Sandbox::start().await;
    for query in [
        "hsaId=SE2321000131-E000000012345",
        "hsaId=se2321000131-e000000012345",
        "personalNumber=19870207-2391",
        "personalNumber=198702072391",
        "firstName=Viktor",
        "lastName=almgren",
        "firstName=Viktor&lastName=Almgren",
        &format!("id={ALMGREN}"),
    ] {
        assert_eq!(ids(&sandbox, &format!("/v1/users?{query}")).await, [ALMGREN], "{query}");
    }
    assert!(sandbox.rows("/v1/users?firstName=Viktor&lastName=Sandgren").await.is_empty());
}

#[tokio::test]
async fn users_of_a_clinic_show_nothing_but_names() {
    let sandbox = Sandbox::start().await;
    let path = format!("/v1/clinics/{BJORKBACKEN}/users");
    let users = sandbox.rows(&path).await;
    users.iter().for_each(|user| assert_fields(user, "id,firstName,lastName"));
    let caregivers = ids(&sandbox, &format!("{path}?isCaregiver=true")).await;
    let others = ids(&sandbox, &format!("{path}?isCaregiver=false")).await;
    assert_eq!(caregivers.len() + others.len(), users.len());
    assert!(caregivers.contains(&ALMGREN.to_owned()) && others.contains(&RECEPTIONIST.to_owned()));
    assert!(ids(&sandbox, &format!("/v1/clinics/{HAMNEN}/users")).await.contains(&SANDGREN.to_owned()));
    sandbox.get(&format!("{path}?isCaregiver=1")).await.refused(400, Some("isCaregiver"));
    sandbox.get(&format!("/v1/clinics/{NOBODY}/users")).await.refused(404, None);
}

#[tokio::test]
async fn permissions_are_ones_and_zeroes_by_clinic() {
    let sandbox = Sandbox::start().await;
    let of = async |user: &str| sandbox.get(&format!("/v1/users/{user}/permissions")).await.expect(200);
    let (doctor, receptionist) = (of(SANDGREN).await, of(RECEPTIONIST).await);
    assert_fields(&doctor, &format!("{BJORKBACKEN},{HAMNEN}"));
    let map = doctor[BJORKBACKEN].as_object().unwrap();
    assert_eq!(map.len(), 44);
    assert!(map.values().all(|value| value == "1" || value == "0"));
    assert_eq!(doctor[BJORKBACKEN]["journalWrite"], "1");
    assert_eq!(receptionist[BJORKBACKEN]["journalWrite"], "0");
    sandbox.get(&format!("/v1/users/{NOBODY}/permissions")).await.refused(404, None);
}

#[tokio::test]
async fn booking_types_have_text_numbers_and_nulls() {
    let sandbox = Sandbox::start().await;
    let types = sandbox.rows("/v1/bookingTypes").await;
    for kind in &types {
        assert_fields(
            kind,
            "id,name,externallyVisibleName,backgroundColor,textColor,hasSelfService,recordType,actionCode,priceLevels",
        );
        assert!(kind["id"].is_string() && kind["hasSelfService"].is_boolean());
        for (within, number) in [("recordType", "latestId"), ("actionCode", "id")] {
            assert!(kind[within].is_null() || kind[within][number].is_i64(), "{kind}");
        }
        assert_fields(&kind["priceLevels"][0], "id,name,priceListed,priceUnlisted,priceNormal,priceReduced");
    }
    let closed = types.iter().filter(|kind| kind["hasSelfService"] == false).count();
    assert!(closed > 0 && closed < types.len());
    assert!(types.iter().any(|kind| kind["recordType"].is_null()));
    let acute = &types[0]["recordType"];
    assert_eq!(acute, &json!({"latestId": ACUTE_VISIT.id, "name": ACUTE_VISIT.title}));
}

#[tokio::test]
async fn patient_types_are_filtered_and_read_one_by_one() {
    let sandbox = Sandbox::start().await;
    let private = json!({"id": "3", "name": "Privat", "type": "private"});
    assert_eq!(sandbox.get("/v1/patientTypes/3").await.expect(200), private);
    assert_eq!(sandbox.rows("/v1/patientTypes?name=Privat").await, [private]);
    assert_eq!(sandbox.rows("/v1/patientTypes?type=private").await.len(), 2);
    assert_eq!(sandbox.rows("/v1/patientTypes?type=insurance&name=Privat").await.len(), 0);
    for unknown in ["99", "x"] {
        sandbox.get(&format!("/v1/patientTypes/{unknown}")).await.refused(404, None);
    }
}

#[tokio::test]
async fn codes_documents_and_payments_have_their_shapes() {
    let sandbox = Sandbox::start().await;
    for code in sandbox.rows("/v1/actionCodes").await {
        assert!(code["account"].is_i64());
        assert_fields(&code, "id,articleNo,codeName,codeDescription,account,fee,compensation,active");
        assert!(code["fee"].is_string() && code["compensation"].is_string());
        assert!(code["active"] == 0 || code["active"] == 1);
    }
    let types = sandbox.rows("/v1/documentTypes").await;
    types.iter().for_each(|kind| assert_fields(kind, "id,name,inreferral,active,signRequired"));
    assert!(types.iter().any(|kind| kind["name"] == "Lab Result" && kind["active"] == true));
    assert!(types.iter().any(|kind| kind["active"] == false));
    let methods = sandbox.rows(&format!("/v1/clinics/{BJORKBACKEN}/paymentMethods")).await;
    methods.iter().for_each(|row| assert_fields(row, "id,name,directPayment,active,assetsAccount"));
    assert!(methods.iter().all(|method| method["id"].is_string()));
    sandbox.get(&format!("/v1/clinics/{NOBODY}/paymentMethods")).await.refused(404, None);
}

#[tokio::test]
async fn record_templates_say_lengths_as_text() {
    let sandbox = Sandbox::start().await;
    let templates = sandbox.rows("/v1/recordTemplates").await;
    assert_eq!(templates.len(), ALL.len());
    for (shown, template) in templates.iter().zip(ALL) {
        assert_fields(shown, "id,title,templateType,previousVersions,keywords");
        assert_eq!((&shown["id"], &shown["title"]), (&json!(template.id), &json!(template.title)));
        for (shown, keyword) in shown["keywords"].as_array().unwrap().iter().zip(template.keywords) {
            assert_fields(
                shown,
                "id,title,type,maxLength,defaultValue,parentId,warnIfEmpty,information,repetitionTime,warningTime,visual",
            );
            assert_fields(&shown["visual"], "order,sizeX,sizeY");
            assert_eq!(shown["id"], json!(keyword.id));
            assert_eq!(shown["maxLength"], json!(keyword.max_length.map(|longest| longest.to_string())));
        }
    }
    let pulse =
        templates[1]["keywords"].as_array().unwrap().iter().find(|row| row["title"] == "Puls").unwrap();
    assert_eq!((&pulse["maxLength"], &pulse["defaultValue"]), (&json!("64"), &json!("70")));
    assert_eq!(pulse["parentId"], 110);
}

#[tokio::test]
async fn one_record_template_is_an_object_or_an_array() {
    let path = format!("/v1/recordTemplates/{}", UNSTRUCTURED.id);
    let (observed, documented) = (
        Sandbox::start().await,
        Sandbox::with(|options| options.record_template = RecordTemplateAnswer::Array).await,
    );
    let object = observed.get(&path).await.expect(200);
    assert_eq!(object["id"], UNSTRUCTURED.id);
    assert_eq!(documented.get(&path).await.expect(200), Value::Array(vec![object]));
    observed.get("/v1/recordTemplates/99").await.refused(404, None);
}

#[test]
fn templates_have_what_a_mapping_looks_for() {
    for (template, titles) in [
        (UNSTRUCTURED, &["Anteckning"][..]),
        (ACUTE_VISIT, &["Kontaktorsak", "Anamnes", "Status", "Bedömning", "Planering"]),
        (NEW_VISIT_PSYCHOLOGY, &["Kontaktorsak", "Anamnes", "Bedömning", "Planering"]),
        (FOLLOW_UP, &["Status", "Bedömning", "Planering"]),
        (CARE_STATUS, &["Status", "Planering"]),
    ] {
        for title in titles {
            let longest = template.keyword(title).unwrap().max_length.unwrap();
            assert_eq!(longest >= 10_000, *title != "Kontaktorsak", "{title}");
        }
    }
}
