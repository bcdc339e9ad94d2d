//! Patients.

use http::StatusCode;
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use vardbro_model::capabilities::Operation;
use vardbro_model::care_unit::Address;
use vardbro_model::error::{Fault, FaultCode};
use vardbro_model::national::{NhsNumber, NorwegianNumber, Strictness, SwedishNumber};
use vardbro_model::patient::{ExternalIdType, Gender, NewPatient, Patient, PatientChanges, PatientSearch};
use vardbro_model::phone::{Phone, PhoneFault};

use super::emrs::{Nothing, no_parameters};
use super::paths::{CareUnitPath, EmrPath, PatientPath};
use crate::answer::{Answer, OfCareUnit};
use crate::problem::Problem;
use crate::request::{Body, Faults, Given, Limit, Query, page_request};
use crate::scope::CareUnitScope;

/// Characters of a name, a number or a line of an address.
const LONGEST_TEXT: usize = 255;

/// Phones or e-mail addresses of one patient.
const MOST_CONTACTS: usize = 20;

#[derive(Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct PatientsQuery {
    /// Given name, in any case.
    #[param(value_type = Option<String>, max_length = 255)]
    first_name: Given<String>,
    /// Family name, in any case.
    #[param(value_type = Option<String>, max_length = 255)]
    last_name: Given<String>,
    /// Date of birth.
    #[param(value_type = Option<String>, format = Date, example = "1990-02-03")]
    date_of_birth: Given<Date>,
    /// The number under which somebody outside the EHR knows the patient.
    #[param(value_type = Option<String>, max_length = 255)]
    external_id: Given<String>,
    /// A phone number, in E.164 or the national form of the care unit's country.
    #[param(value_type = Option<String>, max_length = 40)]
    phone: Given<String>,
    /// An e-mail address, in any case.
    #[param(value_type = Option<String>, max_length = 255)]
    email: Given<String>,
    /// Items of a page, 1 to 500.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 500, default = 100)]
    limit: Given<Limit>,
    /// Where the page begins, from the `Link` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Given<String>,
}

/// What may be written about a patient.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct PatientRequest {
    /// The number under which somebody outside the EHR knows the patient.
    #[schema(value_type = Option<String>, max_length = 255, example = "booking-site-4711")]
    external_id: Given<String>,
    /// What kind of number that is; a national number is checked.
    #[schema(value_type = Option<ExternalIdType>, example = json!(null))]
    external_id_type: Given<ExternalIdType>,
    /// Given name.
    #[schema(value_type = Option<String>, max_length = 255, example = "Ada")]
    first_name: Given<String>,
    /// Family name.
    #[schema(value_type = Option<String>, max_length = 255, example = "Berg")]
    last_name: Given<String>,
    /// Date of birth.
    #[schema(value_type = Option<String>, format = Date, example = "1990-02-03")]
    date_of_birth: Given<Date>,
    /// Gender.
    #[schema(value_type = Option<Gender>, example = "female")]
    gender: Given<Gender>,
    /// Phone numbers, in E.164 or the national form of the care unit's country.
    #[schema(value_type = Option<Vec<String>>, max_items = 20, example = json!(["+61491570006"]))]
    phones: Given<Vec<String>>,
    /// E-mail addresses.
    #[schema(value_type = Option<Vec<String>>, max_items = 20, example = json!(["ada.berg@example.com"]))]
    emails: Given<Vec<String>>,
    /// Home address.
    #[schema(value_type = Option<Address>)]
    address: Given<Address>,
}

/// Search patients
///
/// All given fields must hold; at least one is needed.
#[utoipa::path(
    get, path = "/api/emrs/{emr}/care-units/{care_unit_id}/patients", tag = "Patients", operation_id = "search_patients",
    params(EmrPath, CareUnitPath, PatientsQuery),
    responses((status = 200, description = "The patients.", body = Vec<Patient>)),
)]
pub(crate) async fn search(
    scope: CareUnitScope,
    Query { fields, unknown }: Query<PatientsQuery>,
) -> Result<Answer<Vec<Patient>>, Problem> {
    const OPERATION: Operation = Operation::SearchPatients;
    scope.require(OPERATION)?;
    let mut faults = Faults::from(unknown);
    let PatientsQuery { first_name, last_name, date_of_birth, external_id, phone, email, limit, cursor } =
        fields;
    let filters = [
        ("first_name", first_name.is_given()),
        ("last_name", last_name.is_given()),
        ("date_of_birth", date_of_birth.is_given()),
        ("external_id", external_id.is_given()),
        ("phone", phone.is_given()),
        ("email", email.is_given()),
    ];
    scope.check_filters(OPERATION, &filters, &mut faults);
    let page = page_request(limit, cursor, &mut faults);
    let phone_text = phone.text("phone", LONGEST_TEXT, &mut faults);
    let search = PatientSearch {
        first_name: first_name.text("first_name", LONGEST_TEXT, &mut faults),
        last_name: last_name.text("last_name", LONGEST_TEXT, &mut faults),
        date_of_birth: date_of_birth.optional("date_of_birth", &mut faults),
        external_id: external_id.text("external_id", LONGEST_TEXT, &mut faults),
        phone: None,
        email: email.text("email", LONGEST_TEXT, &mut faults),
    };
    if search == PatientSearch::default() && phone_text.is_none() && faults.is_empty() {
        let detail = "Give at least one of first_name, last_name, date_of_birth, external_id, phone, email.";
        faults.add(Fault::of_request(FaultCode::MissingRequiredField, detail));
    }
    let phones = phones(&scope, phone_text.into_iter().collect(), |_| "phone".to_owned(), faults).await?;
    let search = PatientSearch { phone: phones.into_iter().next(), ..search };
    let page = scope
        .read(OPERATION, |ehr, ctx, care_unit| async move {
            ehr.search_patients(&ctx, &care_unit, search, page).await
        })
        .await?;
    Ok(Answer::page(page.map(|patient| patient.seen_from(&scope)), &scope))
}

/// Get a patient
#[utoipa::path(
    get, path = "/api/emrs/{emr}/care-units/{care_unit_id}/patients/{patient_id}", tag = "Patients",
    operation_id = "get_patient", params(EmrPath, CareUnitPath, PatientPath),
    responses((status = 200, description = "The patient.", body = Patient)),
)]
pub(crate) async fn get(scope: CareUnitScope, query: Query<Nothing>) -> Result<Answer<Patient>, Problem> {
    no_parameters(query)?;
    scope.require(Operation::GetPatient)?;
    let id = scope.patient_in_path()?;
    let patient = scope
        .read(
            Operation::GetPatient,
            |ehr, ctx, care_unit| async move { ehr.patient(&ctx, &care_unit, &id).await },
        )
        .await?;
    Ok(Answer::ok(patient.seen_from(&scope)))
}

/// Find or create a patient
///
/// Looks for the patient by `external_id`, else by first and last name plus one equal e-mail or phone, where differing birth
/// dates exclude a match. A patient that is found is answered as the EHR has it and not changed (200); else one is created (201).
#[utoipa::path(
    post, path = "/api/emrs/{emr}/care-units/{care_unit_id}/patients", tag = "Patients", operation_id = "create_patient",
    params(EmrPath, CareUnitPath), request_body = PatientRequest,
    responses(
        (status = 200, description = "The patient existed; nothing was changed.", body = Patient),
        (status = 201, description = "The patient was created.", body = Patient),
    ),
)]
pub(crate) async fn create(
    scope: CareUnitScope,
    query: Query<Nothing>,
    Body { fields, unknown }: Body<PatientRequest>,
) -> Result<Answer<Patient>, Problem> {
    const OPERATION: Operation = Operation::CreatePatient;
    no_parameters(query)?;
    scope.require(OPERATION)?;
    let (changes, mut not_stored) = read(&scope, OPERATION, fields, Faults::from(unknown)).await?;
    let PatientChanges {
        external_id,
        external_id_type,
        first_name,
        last_name,
        date_of_birth,
        gender,
        phones,
        emails,
        address,
    } = changes;
    let patient = NewPatient {
        external_id: external_id.flatten(),
        external_id_type: external_id_type.flatten(),
        first_name: first_name.flatten(),
        last_name: last_name.flatten(),
        date_of_birth: date_of_birth.flatten(),
        gender,
        phones: phones.unwrap_or_default(),
        emails: emails.unwrap_or_default(),
        address: address.flatten(),
    };
    if patient == NewPatient::default() {
        return Err(nothing_given());
    }
    let names = (patient.first_name.clone(), patient.last_name.clone());
    let upserted = scope
        .write(
            OPERATION,
            |ehr, ctx, care_unit| async move { ehr.create_patient(&ctx, &care_unit, patient).await },
        )
        .await?;
    // Where names come from a register they may still be the ones that were sent, or there is no register for this patient.
    let kept = (&upserted.patient.first_name, &upserted.patient.last_name) == (&names.0, &names.1);
    not_stored.retain(|field| !(kept && matches!(*field, "first_name" | "last_name")));
    let status = if upserted.created { StatusCode::CREATED } else { StatusCode::OK };
    Ok(Answer::ok(upserted.patient.seen_from(&scope)).status(status).not_stored(&not_stored))
}

/// Change a patient
///
/// Changes the given fields; null empties one.
#[utoipa::path(
    patch, path = "/api/emrs/{emr}/care-units/{care_unit_id}/patients/{patient_id}", tag = "Patients",
    operation_id = "update_patient", params(EmrPath, CareUnitPath, PatientPath), request_body = PatientRequest,
    responses((status = 200, description = "The patient as it is now.", body = Patient)),
)]
pub(crate) async fn update(
    scope: CareUnitScope,
    query: Query<Nothing>,
    Body { fields, unknown }: Body<PatientRequest>,
) -> Result<Answer<Patient>, Problem> {
    const OPERATION: Operation = Operation::UpdatePatient;
    no_parameters(query)?;
    scope.require(OPERATION)?;
    let id = scope.patient_in_path()?;
    let (changes, not_stored) = read(&scope, OPERATION, fields, Faults::from(unknown)).await?;
    if changes == PatientChanges::default() {
        return Err(nothing_given());
    }
    let patient = scope
        .write(OPERATION, |ehr, ctx, care_unit| async move {
            ehr.update_patient(&ctx, &care_unit, &id, changes).await
        })
        .await?;
    Ok(Answer::ok(patient.seen_from(&scope)).not_stored(&not_stored))
}

fn nothing_given() -> Problem {
    Problem::faults(vec![Fault::of_request(
        FaultCode::MissingRequiredField,
        "Give at least one field of the patient.",
    )])
}

/// The given fields, each one right, and those that the EHR has no place for.
async fn read(
    scope: &CareUnitScope,
    operation: Operation,
    fields: PatientRequest,
    mut faults: Faults,
) -> Result<(PatientChanges, Vec<&'static str>), Problem> {
    let PatientRequest {
        external_id,
        external_id_type,
        first_name,
        last_name,
        date_of_birth,
        gender,
        phones,
        emails,
        address,
    } = fields;
    let given = [
        ("external_id", external_id.is_given()),
        ("external_id_type", external_id_type.is_given()),
        ("first_name", first_name.is_given()),
        ("last_name", last_name.is_given()),
        ("date_of_birth", date_of_birth.is_given()),
        ("gender", gender.is_given()),
        ("phones", phones.is_given()),
        ("emails", emails.is_given()),
        ("address", address.is_given()),
    ];
    let not_stored = scope.check_fields(operation, &given, &mut faults);
    let external_id_type = external_id_type.change("external_id_type", &mut faults);
    let external_id_type = if external_id.is_given() {
        known_type(scope, external_id_type, &mut faults)
    } else {
        external_id_type
    };
    let external_id = external_id.text_change("external_id", LONGEST_TEXT, &mut faults);
    let changes = PatientChanges {
        external_id: external_id.map(|id| national(scope, id?, external_id_type.flatten(), &mut faults)),
        external_id_type,
        first_name: first_name.text_change("first_name", LONGEST_TEXT, &mut faults),
        last_name: last_name.text_change("last_name", LONGEST_TEXT, &mut faults),
        date_of_birth: date_of_birth
            .change("date_of_birth", &mut faults)
            .map(|date| born(scope, date?, &mut faults)),
        gender: gender.change("gender", &mut faults).map(|gender| gender.unwrap_or(Gender::Unknown)),
        phones: None,
        emails: emails
            .change("emails", &mut faults)
            .map(|emails| checked_emails(emails.unwrap_or_default(), &mut faults)),
        address: address.change("address", &mut faults).map(|address| checked_address(address?, &mut faults)),
    };
    let texts = phones.change("phones", &mut faults).map(Option::unwrap_or_default);
    if texts.as_ref().is_some_and(|texts| texts.len() > MOST_CONTACTS) {
        faults.at(
            "phones",
            FaultCode::MaxItemsExceeded,
            format!("A patient has at most {MOST_CONTACTS} phones."),
        );
    }
    let given = texts.is_some();
    let phones =
        self::phones(scope, texts.unwrap_or_default(), |index| format!("phones.{index}"), faults).await?;
    Ok((PatientChanges { phones: given.then_some(phones), ..changes }, not_stored))
}

/// The type that is given, or the only one that the EHR takes.
fn known_type(
    scope: &CareUnitScope,
    given: Option<Option<ExternalIdType>>,
    faults: &mut Faults,
) -> Option<Option<ExternalIdType>> {
    let taken = &scope.capabilities().external_id_types;
    match (given.flatten(), taken.as_slice()) {
        (None, [only]) => Some(Some(*only)),
        (Some(other), taken) if !taken.is_empty() && !taken.contains(&other) => {
            let detail = "This EHR cannot hold numbers of that type (external_id_types).";
            faults.at("external_id_type", FaultCode::NotSupported, detail);
            given
        }
        _ => given,
    }
}

/// A number of a national type in its canonical form.
fn national(
    scope: &CareUnitScope,
    text: String,
    id_type: Option<ExternalIdType>,
    faults: &mut Faults,
) -> Option<String> {
    let canonical = match id_type {
        None | Some(ExternalIdType::Other) => return Some(text),
        Some(ExternalIdType::SePersonalNumber) => {
            SwedishNumber::parse(&text, scope.emr.today()).map(|number| number.digits().to_owned())
        }
        Some(ExternalIdType::NoPersonalNumber) => {
            NorwegianNumber::parse(&text, Strictness::Checksum).map(|number| number.digits().to_owned())
        }
        Some(ExternalIdType::NhsNumber) => NhsNumber::parse(&text).map(|number| number.digits().to_owned()),
    };
    canonical
        .map_err(|fault| {
            faults.at("external_id", FaultCode::InvalidPatientId, format!("Not such a number: {fault}."))
        })
        .ok()
}

fn born(scope: &CareUnitScope, date: Date, faults: &mut Faults) -> Option<Date> {
    // Somewhere on Earth it is already tomorrow.
    let latest = scope.emr.today().tomorrow().unwrap_or(Date::MAX);
    if date.year() < 1850 || date > latest {
        faults.at("date_of_birth", FaultCode::BadInput, "Nobody was born that day.");
        return None;
    }
    Some(date)
}

fn checked_emails(emails: Vec<String>, faults: &mut Faults) -> Vec<String> {
    if emails.len() > MOST_CONTACTS {
        faults.at(
            "emails",
            FaultCode::MaxItemsExceeded,
            format!("A patient has at most {MOST_CONTACTS} e-mail addresses."),
        );
    }
    for (index, email) in emails.iter().enumerate().take(MOST_CONTACTS) {
        let whole = email.len() <= 254 && !email.chars().any(|c| c.is_whitespace() || c.is_control());
        let parts = email.rsplit_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.')
        });
        if !whole || !parts {
            faults.at(format!("emails.{index}"), FaultCode::BadInput, "Expected an e-mail address.");
        }
    }
    emails
}

fn checked_address(address: Address, faults: &mut Faults) -> Option<Address> {
    let Address { street, co_address, postal_code, city, country } = address;
    let two_letters = |code: &String| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    if country.as_ref().is_some_and(|code| !two_letters(code)) {
        faults.at("address.country", FaultCode::BadInput, "Expected an ISO 3166-1 alpha-2 code such as SE.");
    }
    let mut line = |text: Option<String>, name: &str| {
        Given::from(text).text(&format!("address.{name}"), LONGEST_TEXT, faults)
    };
    let address = Address {
        street: line(street, "street"),
        co_address: line(co_address, "co_address"),
        postal_code: line(postal_code, "postal_code"),
        city: line(city, "city"),
        country,
    };
    (address != Address::default()).then_some(address)
}

/// Where the EHR is used, if that is one country.
fn only_country(scope: &CareUnitScope) -> Option<String> {
    match scope.emr.ehr.about().countries {
        [only] => Some((*only).to_owned()),
        _ => None,
    }
}

/// The phones in E.164, and with them the end of reading: all faults are known. The care unit is asked for its country only when
/// a number is in national form.
async fn phones(
    scope: &CareUnitScope,
    texts: Vec<String>,
    path: impl Fn(usize) -> String + Send,
    mut faults: Faults,
) -> Result<Vec<Phone>, Problem> {
    let international = |text: &str| text.trim_start().starts_with('+');
    // A plus that a client forgot to encode in a URL arrives as a space.
    let texts: Vec<_> = texts
        .into_iter()
        .map(|text| if text.starts_with(' ') { text.replacen(' ', "+", 1) } else { text })
        .collect();
    let country = if !texts.iter().all(|text| international(text)) {
        let unit = scope
            .read(Operation::ListCareUnits, |ehr, ctx, care_unit| async move {
                ehr.care_unit(&ctx, &care_unit).await
            })
            .await?;
        unit.address.and_then(|address| address.country).or_else(|| only_country(scope))
    } else {
        None
    };
    let mut phones = Vec::new();
    for (index, text) in texts.iter().enumerate().take(MOST_CONTACTS) {
        match Phone::parse(text, country.as_deref()) {
            Ok(phone) if phones.contains(&phone) => {}
            Ok(phone) => phones.push(phone),
            Err(fault @ PhoneFault) => {
                faults.at(path(index), FaultCode::BadInput, crate::request::sentence(&fault.to_string()))
            }
        }
    }
    faults.finish()?;
    Ok(phones)
}
