//! Care units, case notes and documents, as we read services that are not published.

use vardbro_takecare_sandbox::SigningOrder;
use vardbro_takecare_sandbox::note_templates::{
    ACUTE_VISIT, ALL, ANAMNESIS, NoteTemplate, STATUS, UNSTRUCTURED, WEB_FORM,
};

use crate::client::{
    CARE_UNIT, CASE_NOTE, DOCUMENT, EHN, MIKAEL, Message, Sandbox, TOLVAN, UNIT, request, strings,
};

#[tokio::test]
async fn care_units_are_listed_by_the_kind_of_id_that_is_wanted() {
    let sandbox = Sandbox::start().await;
    for (id_type, ids) in
        [("takecareid", ["10", "11"]), ("hsaid", ["SE2321000016-1HZ4", "SE2321000016-1HZ3"])]
    {
        let children = request(&format!("<CareUnitIdType>{id_type}</CareUnitIdType>"));
        let answer =
            sandbox.ask(CARE_UNIT, "GetCareUnits", &strings(id_type, "", &children)).await.response();
        let units = answer.all("CareUnit");
        assert_eq!(units.iter().map(|unit| unit.one("CareUnitId")).collect::<Vec<_>>(), ids);
        assert_eq!(units[0].one("HSAID"), "SE2321000016-1HZ4");
        let rest = "<CareUnitName>Ekhagens vårdcentral</CareUnitName><HSAID>SE2321000016-1HZ4</HSAID><Telephone>0846500410</Telephone>\
             <Email>ekhagen@example.com</Email><Address><Street>Ekhagsgatan 10</Street><PostalCode>113 21</PostalCode><City>Stockholm</City></Address>";
        assert!(units[0].0.ends_with(rest), "{}", units[0].0);
    }
}

#[tokio::test]
async fn care_units_are_asked_for_without_naming_one() {
    let sandbox = Sandbox::start().await;
    for (id_type, id, children) in [
        ("takecareid", "10", "<CareUnitIdType>takecareid</CareUnitIdType>"),
        ("hsaid", "", "<CareUnitIdType>takecareid</CareUnitIdType>"),
        ("takecareid", "", ""),
        ("takecareid", "", UNIT),
        ("", "", "<CareUnitIdType></CareUnitIdType>"),
    ] {
        let answer = sandbox.ask(CARE_UNIT, "GetCareUnits", &strings(id_type, id, &request(children))).await;
        assert_eq!(answer.code(), 3001, "{id_type} {id} {children}");
    }
}

fn keyword(term: i32, note: &str) -> String {
    format!("<TextKeyWord><TermId>{term}</TermId><Note>{note}</Note></TextKeyWord>")
}

fn note(patient: &str, template: NoteTemplate, keywords: &str) -> String {
    format!(
        "<PatId>{patient}</PatId><UserId>{EHN}</UserId><EventTime>202603160855</EventTime><Signed>0</Signed><Signer>{EHN}</Signer>\
         <TemplateId>{}</TemplateId><TemplateType>1</TemplateType><UUID>f3b1</UUID>\
         <Keywords><TextKeywords>{keywords}</TextKeywords></Keywords>",
        template.id
    )
}

async fn notes(sandbox: &Sandbox, patient: &str) -> Vec<Message> {
    let children = format!("{UNIT}<PatId>{patient}</PatId>");
    sandbox.tell(CASE_NOTE, "GetCaseNotes", &children).await.response().all("CaseNote")
}

async fn write(sandbox: &Sandbox, children: &str) -> Message {
    sandbox.tell(CASE_NOTE, "CreateCaseNote", children).await
}

#[tokio::test]
async fn a_new_case_note_is_confirmed_and_read_back_in_full() {
    let sandbox = Sandbox::start().await;
    let before = notes(&sandbox, MIKAEL).await.len();
    let keywords = keyword(STATUS.id, "Opåverkad. 38 °").replace(" °", "µ")
        + &keyword(ANAMNESIS.id, "&lt;Frisk&gt; &amp; kry");

    let confirmation = write(&sandbox, &note(MIKAEL, ACUTE_VISIT, &keywords)).await.response();

    let id = confirmation.one("DocumentId");
    assert_eq!(
        (confirmation.one("UUID"), confirmation.one("DocCreatedTimestamp")),
        ("f3b1".into(), "20260316090000".into())
    );
    let notes = notes(&sandbox, MIKAEL).await;
    let expected = format!(
        "<DocumentId>{id}</DocumentId><UUID>f3b1</UUID><DocumentTitle>Akutbesök</DocumentTitle><TemplateId>{}</TemplateId>\
         <TemplateName>Akutbesök</TemplateName><EventDateTime>20260316085500</EventDateTime>\
         <DocCreatedByUserId>{EHN}</DocCreatedByUserId><DocCreatedTimestamp>20260316090000</DocCreatedTimestamp>\
         <DocSavedTimestamp>20260316090000</DocSavedTimestamp><SignerId>{EHN}</SignerId><Keywords>\
         <Keyword><TermId>{}</TermId><Name>Status</Name><Value>Opåverkad. 38µ</Value></Keyword>\
         <Keyword><TermId>{}</TermId><Name>Anamnes</Name><Value>&lt;Frisk&gt; &amp; kry</Value></Keyword></Keywords>",
        ACUTE_VISIT.id, STATUS.id, ANAMNESIS.id
    );
    assert_eq!((notes.len(), notes.last().unwrap().0.as_str()), (before + 1, expected.as_str()));
    assert_eq!(sandbox.running.ehr.state().notes, 4);
}

#[tokio::test]
async fn seeded_case_notes_are_signed_and_unsigned() {
    let sandbox = Sandbox::start().await;
    let signed: Vec<bool> =
        notes(&sandbox, MIKAEL).await.iter().map(|note| !note.all("SignedTimestamp").is_empty()).collect();
    assert_eq!(signed, [true, false]);
    assert_eq!(notes(&sandbox, TOLVAN).await.len(), 1);
    assert_eq!(notes(&sandbox, "197010632391").await, []);
}

#[tokio::test]
async fn every_template_takes_each_of_its_terms_and_no_others() {
    let sandbox = Sandbox::start().await;
    let terms: Vec<i32> = ALL.iter().flat_map(|template| template.terms).map(|term| term.id).collect();
    for template in ALL {
        for term in &terms {
            let answer = write(&sandbox, &note(TOLVAN, template, &keyword(*term, "Text"))).await;
            if template.terms.iter().any(|known| known.id == *term) {
                answer.response();
            } else {
                assert_eq!(answer.code(), 4061);
            }
        }
    }
    assert_eq!(WEB_FORM.id, 11934);
}

#[tokio::test]
async fn a_note_that_is_said_to_be_signed_is_signed() {
    let sandbox = Sandbox::start().await;
    let children = note(TOLVAN, UNSTRUCTURED, &keyword(WEB_FORM.id, "Text"));
    for (signing, signed) in [("<Signed>1</Signed>", true), ("<Signed>0</Signed>", false), ("", false)] {
        write(&sandbox, &children.replace("<Signed>0</Signed>", signing)).await.response();
        let note = notes(&sandbox, TOLVAN).await.pop().unwrap();
        let by: Vec<String> = note.all("SignedById").into_iter().map(|by| by.0).collect();
        let at: Vec<String> = note.all("SignedTimestamp").into_iter().map(|at| at.0).collect();
        let expected = |value: &str| if signed { vec![value.to_owned()] } else { Vec::new() };
        assert_eq!((by, at), (expected(EHN), expected("20260316090000")), "{signing}");
    }
}

#[tokio::test]
async fn signed_and_signer_come_in_the_order_that_is_set() {
    let first = note(TOLVAN, UNSTRUCTURED, &keyword(WEB_FORM.id, "Text"));
    let signer = format!("<Signer>{EHN}</Signer>");
    let second = first.replace(&signer, "").replace("<Signed>", &format!("{signer}<Signed>"));
    for (order, good, wrong) in
        [(SigningOrder::SignedThenSigner, &first, &second), (SigningOrder::SignerThenSigned, &second, &first)]
    {
        let sandbox = Sandbox::with(|options| options.signing_order = order).await;
        write(&sandbox, good).await.response();
        assert_eq!(write(&sandbox, wrong).await.code(), 3001);
    }
}

#[tokio::test]
async fn case_notes_that_cannot_be_are_refused() {
    let sandbox = Sandbox::start().await;
    let good = note(MIKAEL, UNSTRUCTURED, &keyword(WEB_FORM.id, "Text"));
    let before = sandbox.running.ehr.state();
    let numeric = "<NumericKeywords><NumericKeyword><TermId>11934</TermId><Value>1</Value></NumericKeyword></NumericKeywords></Keywords>";
    for (children, code) in [
        (good.replace("<Note>Text</Note>", ""), 3001),
        (good.replace("TextKeyWord>", "TextKeyword>"), 3001),
        (note(MIKAEL, UNSTRUCTURED, ""), 3001),
        (good.replace("<TextKeywords>", "").replace("</TextKeywords>", ""), 3001),
        (good.replace("</Keywords>", numeric), 3001),
        (good.replace("<TemplateType>1", "<TemplateType>2"), 3001),
        (good.replace("<Signed>0", "<Signed>2"), 3001),
        (good.replace("202603160855", "20260316"), 3001),
        (good.replace(MIKAEL, "7110021834"), 3001),
        (good.replace(MIKAEL, "197010632391"), 4013),
        (good.replace("<TemplateId>9001", "<TemplateId>123"), 4060),
        (good.replace("<TermId>11934", "<TermId>2811"), 4061),
        (good.replace(">Text<", ">två\nrader<"), 4062),
        (good.replace(">Text<", ">ett\tsteg<"), 4062),
        (good.replace(">Text<", ">“Text”<"), 4062),
        (good.replace(&format!("<UserId>{EHN}"), "<UserId>U1"), 4063),
        (good.replace(&format!("<Signer>{EHN}"), "<Signer>991890000018"), 4063),
    ] {
        assert_ne!(children, good);
        assert_eq!(write(&sandbox, &children).await.code(), code, "{children}");
    }
    assert_eq!(sandbox.running.ehr.state(), before);
    let anonymous =
        good.replace(&format!("<UserId>{EHN}"), "<UserId>").replace("202603160855", "20260316085501");
    write(&sandbox, &anonymous).await.response();
    let note = notes(&sandbox, MIKAEL).await.pop().unwrap();
    assert_eq!(
        (note.one("DocCreatedByUserId"), note.one("EventDateTime")),
        (String::new(), "20260316085501".to_owned())
    );
}

#[tokio::test]
async fn records_stay_at_their_care_unit() {
    let sandbox = Sandbox::start().await;
    let unit = UNIT.replace("10", "11");
    for (service, operation, patient, name) in [
        (CASE_NOTE, "GetCaseNotes", "PatId", "CaseNote"),
        (DOCUMENT, "GetDocuments", "PatientId", "Document"),
    ] {
        let children = request(&format!("{unit}<{patient}>{MIKAEL}</{patient}>"));
        let there = sandbox.ask(service, operation, &strings("takecareid", "11", &children)).await.response();
        assert_eq!(there.all(name), [], "{}", there.0);
    }
}

fn document(patient: &str) -> String {
    format!(
        "{UNIT}<PatientId>{patient}</PatientId><UserId>{EHN}</UserId><DocumentTitle>Remissvar</DocumentTitle>\
         <DocumentType>Remiss</DocumentType><Format>application/pdf</Format><Content>JVBERi0xLjQ=</Content>"
    )
}

async fn documents(sandbox: &Sandbox, patient: &str) -> Vec<Message> {
    let children = format!("{UNIT}<PatientId>{patient}</PatientId>");
    sandbox.tell(DOCUMENT, "GetDocuments", &children).await.response().all("Document")
}

#[tokio::test]
async fn a_new_document_is_confirmed_and_listed_in_full() {
    let sandbox = Sandbox::start().await;
    let confirmation = sandbox.tell(DOCUMENT, "CreateDocument", &document(MIKAEL)).await.response();
    let id = confirmation.one("DocumentId");
    assert_eq!(confirmation.one("CreatedTimestamp"), "20260316090000");
    let listed = documents(&sandbox, MIKAEL).await;
    let expected = format!(
        "<DocumentId>{id}</DocumentId><DocumentTitle>Remissvar</DocumentTitle><DocumentType>Remiss</DocumentType>\
         <Format>application/pdf</Format><Size>8</Size><CreatedByUserId>{EHN}</CreatedByUserId>\
         <CreatedTimestamp>20260316090000</CreatedTimestamp>"
    );
    assert_eq!((listed.len(), listed[1].0.as_str()), (2, expected.as_str()));
    assert_eq!(sandbox.running.ehr.state().documents, 3);

    let bare = document(TOLVAN).replace("<DocumentType>Remiss</DocumentType>", "").replace(EHN, "");
    sandbox.tell(DOCUMENT, "CreateDocument", &bare).await.response();
    let listed = documents(&sandbox, TOLVAN).await.pop().unwrap();
    assert!(
        listed.all("DocumentType").is_empty() && listed.all("CreatedByUserId").is_empty(),
        "{}",
        listed.0
    );
}

#[tokio::test]
async fn documents_that_cannot_be_are_refused() {
    let sandbox = Sandbox::start().await;
    let good = document(MIKAEL);
    let before = sandbox.running.ehr.state();
    for (children, code) in [
        (good.replace("application/pdf", "image/png"), 4070),
        (good.replace("JVBERi0xLjQ=", "no base64"), 4071),
        (good.replace("JVBERi0xLjQ=", ""), 4071),
        (good.replace("<Content>JVBERi0xLjQ=</Content>", ""), 3001),
        (good.replace("<DocumentTitle>Remissvar</DocumentTitle>", ""), 3001),
        (good.replace(MIKAEL, "197010632391"), 4013),
        (good.replace(EHN, "5"), 4063),
    ] {
        assert_eq!(sandbox.tell(DOCUMENT, "CreateDocument", &children).await.code(), code, "{children}");
    }
    assert_eq!(sandbox.running.ehr.state(), before);
}

#[tokio::test]
async fn a_document_of_many_megabytes_is_taken() {
    let sandbox = Sandbox::start().await;
    let content = "AAAA".repeat(4 * 1024 * 1024);
    let children = document(TOLVAN).replace("JVBERi0xLjQ=", &content);
    sandbox.tell(DOCUMENT, "CreateDocument", &children).await.response();
    assert_eq!(documents(&sandbox, TOLVAN).await.pop().unwrap().one("Size"), (12 * 1024 * 1024).to_string());
}
