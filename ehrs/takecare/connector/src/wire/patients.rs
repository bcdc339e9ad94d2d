//! Patients (assumed: `GetPatient`, `CreatePatient` of ASSUMED.md).

use jiff::civil::Date;
use vardbro_ehr::wire::Safety;

use super::{Api, Element, Endpoint, Kind, Native, UnitKey, Unreadable, times};

/// A patient. Does not print what it holds.
#[derive(Clone, PartialEq, Eq)]
pub struct Patient {
    /// `PatientId`: the 12-digit number.
    pub id: String,
    /// `FirstName`.
    pub first_name: Option<String>,
    /// `LastName`.
    pub last_name: Option<String>,
    /// `BirthDate`.
    pub birth_date: Option<Date>,
    /// `Sex`: `M` or `F`.
    pub sex: Option<String>,
    /// `Telephones/Telephone`.
    pub telephones: Vec<String>,
    /// `Emails/Email`.
    pub emails: Vec<String>,
    /// `Address`.
    pub address: Option<Address>,
}

/// An address. Does not print what it holds.
#[derive(Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields bear TakeCare's own names")]
pub struct Address {
    pub street: Option<String>,
    pub co_address: Option<String>,
    pub postal_code: Option<String>,
    pub city: Option<String>,
    pub country: Option<String>,
}

impl std::fmt::Debug for Patient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Patient { *** }")
    }
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Address { *** }")
    }
}

/// What a new patient has: the rest comes from the population register.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct NewPatient {
    /// The 12-digit number.
    pub id: String,
    /// `Telephones/Telephone`.
    pub telephones: Vec<String>,
    /// `Emails/Email`.
    pub emails: Vec<String>,
    /// `Address`.
    pub address: Option<Address>,
}

/// `GetPatient`. An empty list: there is no such patient.
pub fn get(api: &Api, endpoint: &Endpoint, unit: &UnitKey, patient: &str) -> Native<Vec<Patient>> {
    let kind = Kind { safety: Safety::Read, label: "Patient.GetPatient", read };
    let patient = Element::text("PatientId", patient);
    api.call(endpoint, kind, unit, unit.elements().into_iter().chain([patient]))
}

/// `CreatePatient`. A patient who is there already is answered unchanged.
pub fn create(api: &Api, endpoint: &Endpoint, unit: &UnitKey, new: &NewPatient) -> Native<Patient> {
    let kind = Kind { safety: Safety::Once, label: "Patient.CreatePatient", read: read_one };
    let list = |name: &str, row: &str, texts: &[String]| {
        let rows = texts.iter().map(|text| Element::text(row, text.as_str()));
        (!texts.is_empty()).then(|| Element::of(name, rows))
    };
    let children = [
        Some(Element::text("PatientId", new.id.as_str())),
        list("Telephones", "Telephone", &new.telephones),
        list("Emails", "Email", &new.emails),
        new.address.as_ref().map(Address::element),
    ];
    api.call(endpoint, kind, unit, unit.elements().into_iter().chain(children.into_iter().flatten()))
}

impl Address {
    fn element(&self) -> Element {
        let parts = [
            ("Street", &self.street),
            ("CoAddress", &self.co_address),
            ("PostalCode", &self.postal_code),
            ("City", &self.city),
            ("Country", &self.country),
        ];
        let told = parts.into_iter().filter_map(|(name, part)| Some(Element::text(name, part.as_deref()?)));
        Element::of("Address", told)
    }
}

pub(super) fn address(element: &Element) -> Address {
    Address {
        street: element.optional("Street"),
        co_address: element.optional("CoAddress"),
        postal_code: element.optional("PostalCode"),
        city: element.optional("City"),
        country: element.optional("Country"),
    }
}

pub(super) fn read(root: &Element) -> Result<Vec<Patient>, Unreadable> {
    root.need("Patients")?;
    super::rows(root, "Patients", "Patient", patient)
}

pub(super) fn read_one(root: &Element) -> Result<Patient, Unreadable> {
    patient(root.need("Patients")?.need("Patient")?)
}

fn patient(row: &Element) -> Result<Patient, Unreadable> {
    let texts = |name: &str, inside: &str| -> Vec<String> {
        let rows = row.child(name).into_iter().flat_map(|list| list.children());
        let texts = rows.filter(|row| row.name() == inside).map(|row| row.content().trim());
        texts.filter(|text| !text.is_empty()).map(str::to_owned).collect()
    };
    Ok(Patient {
        id: row.required("PatientId")?.to_owned(),
        first_name: row.optional("FirstName"),
        last_name: row.optional("LastName"),
        birth_date: times::optional(row, "BirthDate").map(|at| at.date()),
        sex: row.optional("Sex"),
        telephones: texts("Telephones", "Telephone"),
        emails: texts("Emails", "Email"),
        address: row.child("Address").map(address),
    })
}
