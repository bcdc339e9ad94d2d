//! Patients, as we read a service that is not published.

use crate::client::{MIKAEL, Message, PATIENT, Sandbox, UNIT};

async fn get(sandbox: &Sandbox, number: &str) -> Message {
    sandbox.tell(PATIENT, "GetPatient", &format!("{UNIT}<PatientId>{number}</PatientId>")).await
}

async fn create(sandbox: &Sandbox, number: &str, contact: &str) -> Message {
    sandbox.tell(PATIENT, "CreatePatient", &format!("{UNIT}<PatientId>{number}</PatientId>{contact}")).await
}

const CONTACT: &str = "<Telephones><Telephone>+46701740640</Telephone><Telephone>08-465 004 40</Telephone></Telephones>\
     <Emails><Email>ny@example.com</Email></Emails>\
     <Address><Street>Nygatan 1</Street><CoAddress>Å &amp; Ö</CoAddress><PostalCode>113 23</PostalCode><City>Stockholm</City><Country>SE</Country></Address>";

/// Number and check digit, by arithmetic of the test's own.
fn with_check_digit(eleven: &str) -> String {
    let digits = eleven[2..].bytes().map(|byte| u32::from(byte - b'0'));
    let sum: u32 = digits
        .zip([2, 1].iter().cycle())
        .map(|(digit, weight)| digit * weight)
        .map(|n| n / 10 + n % 10)
        .sum();
    format!("{eleven}{}", (10 - sum % 10) % 10)
}

#[tokio::test]
async fn a_patient_is_told_in_full() {
    let sandbox = Sandbox::start().await;
    let answer = get(&sandbox, MIKAEL).await.response();
    let expected = "<Patients CareUnitIdType=\"takecareid\" CareUnitId=\"10\" CareUnitName=\"Ekhagens vårdcentral\"><Patient>\
         <PatientId>197110021834</PatientId><FirstName>Mikael</FirstName><LastName>Testlund</LastName>\
         <BirthDate>19711002</BirthDate><Sex>M</Sex><Telephones><Telephone>0701740632</Telephone></Telephones>\
         <Emails><Email>mikael.testlund@example.com</Email></Emails><Address><Street>Mallgatan 2</Street>\
         <CoAddress>Provmark</CoAddress><PostalCode>113 22</PostalCode><City>Stockholm</City><Country>SE</Country></Address>\
         </Patient></Patients>";
    assert!(answer.0.contains(expected), "{}", answer.0);
    assert_eq!(answer.attribute("ProfdocHISMessage", "Method").as_deref(), Some("Patient.GetPatient"));
}

#[tokio::test]
async fn the_seven_patients_are_there() {
    let sandbox = Sandbox::start().await;
    let numbers = [
        "191212121212",
        "197110021834",
        "194010126672",
        "195003042222",
        "194912062306",
        "195008121856",
        "198702072391",
    ];
    for number in numbers {
        assert_eq!(get(&sandbox, number).await.response().one("PatientId"), number);
    }
    assert_eq!(sandbox.running.ehr.state().patients, numbers.len());
}

#[tokio::test]
async fn nobody_is_an_empty_list_and_no_number_an_illegal_argument() {
    let sandbox = Sandbox::start().await;
    let nobody = get(&sandbox, "197010632391").await.response();
    assert!(
        nobody.0.contains("CareUnitName=\"Ekhagens vårdcentral\" /></ProfdocHISMessage>"),
        "{}",
        nobody.0
    );
    for wrong in ["", "7110021834", "19711002-1834", "19810829M071", "1971100218345"] {
        assert_eq!(get(&sandbox, wrong).await.code(), 3001, "{wrong}");
        assert_eq!(create(&sandbox, wrong, "").await.code(), 3001, "{wrong}");
    }
}

#[tokio::test]
async fn a_new_patient_has_a_name_from_the_register_and_the_contact_that_was_given() {
    let sandbox = Sandbox::start().await;
    let number = with_check_digit("19750615982");

    let created = create(&sandbox, &number, CONTACT).await.response();

    assert_eq!((created.one("BirthDate"), created.one("Sex")), ("19750615".to_owned(), "F".to_owned()));
    assert!(!created.one("FirstName").is_empty() && !created.one("LastName").is_empty());
    assert!(created.0.contains(&format!("</Sex>{CONTACT}</Patient>")), "{}", created.0);
    let read = get(&sandbox, &number).await.response();
    assert_eq!(read.all("Patient"), created.all("Patient"));
    assert_eq!(sandbox.running.ehr.state().patients, 8);
}

#[tokio::test]
async fn contact_may_be_left_out_in_whole_or_part() {
    let sandbox = Sandbox::start().await;
    let contacts = [
        ("", "<Telephones /><Emails /></Patient>"),
        ("<Telephones/><Emails></Emails>", "<Telephones /><Emails /></Patient>"),
        ("<Address/>", "<Telephones /><Emails /><Address /></Patient>"),
        ("<Address><City>Lund</City></Address>", "<Emails /><Address><City>Lund</City></Address></Patient>"),
    ];
    for (serial, (contact, shown)) in (0..).zip(contacts) {
        let created =
            create(&sandbox, &with_check_digit(&format!("1975061598{serial}")), contact).await.response();
        assert!(created.0.contains(shown), "{}", created.0);
    }
    for wrong in [
        "<Emails/><Telephones/>",
        "<Telephones><Email>a@example.com</Email></Telephones>",
        "<Address><City>Lund</City><Street>Stora gatan</Street></Address>",
        "<Address><Country>Sverige</Country></Address>",
        "<FirstName>Anna</FirstName>",
    ] {
        assert_eq!(create(&sandbox, &with_check_digit("19750615989"), wrong).await.code(), 3001, "{wrong}");
    }
}

#[tokio::test]
async fn creating_a_patient_who_exists_answers_and_changes_nothing() {
    let sandbox = Sandbox::start().await;
    let before = get(&sandbox, MIKAEL).await;
    let created = create(&sandbox, MIKAEL, CONTACT).await.response();
    assert_eq!(created.all("Patient"), before.all("Patient"));
    assert_eq!(get(&sandbox, MIKAEL).await, before);
    assert_eq!(sandbox.running.ehr.state().patients, 7);
}

#[tokio::test]
async fn coordination_and_reserve_numbers_are_taken() {
    let sandbox = Sandbox::start().await;
    let coordination = create(&sandbox, "197010632391", "").await.response();
    assert_eq!(
        (coordination.one("BirthDate"), coordination.one("Sex")),
        ("19701003".to_owned(), "M".to_owned())
    );
    for number in ["191500722390", "191500882392"] {
        let unknown_day = create(&sandbox, number, "").await.response();
        assert!(unknown_day.all("BirthDate").is_empty());
        assert_eq!(unknown_day.all("Sex").len(), 1);
    }
    let reserve = create(&sandbox, "991981000010", "").await.response();
    assert!(reserve.all("BirthDate").is_empty() && reserve.all("Sex").is_empty());
}

#[tokio::test]
async fn numbers_that_are_none_or_too_young_are_refused() {
    let sandbox = Sandbox::start().await;
    for none in ["197110021835", "197010632394", "197102301839", "197110020000"] {
        assert_eq!(create(&sandbox, none, "").await.code(), 4050, "{none}");
    }
    for young in ["19900101980", "20100101980", "19900161980"] {
        let answer = create(&sandbox, &with_check_digit(young), "").await;
        assert_eq!(answer.code(), 4051, "{young}");
        assert!(answer.one("Msg").contains("befolkningsregistret"));
    }
    create(&sandbox, &with_check_digit("19891231980"), "").await.response();
    assert_eq!(sandbox.running.ehr.state().patients, 8);
}
