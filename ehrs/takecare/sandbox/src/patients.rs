//! `Patient`, a service that is assumed.

use jiff::civil::Date;

use crate::call::Call;
use crate::exchange::Answer;
use crate::message::{Fields, text};
use crate::number::{Person, Sex, person};
use crate::refusal::Refusal;
use crate::register;
use crate::state::Session;
use crate::time::date_digits;
use crate::xml::{Element, Markup};

pub struct Patient {
    /// Of 12 digits.
    pub number: String,
    pub first_name: String,
    pub last_name: String,
    pub born: Option<Date>,
    pub sex: Option<Sex>,
    pub contact: Contact,
}

/// How to reach somebody, as it was given.
#[derive(Default)]
pub struct Contact {
    pub telephones: Vec<String>,
    pub emails: Vec<String>,
    pub address: Option<Address>,
}

/// Parts that were not given are none.
pub struct Address {
    pub street: Option<String>,
    pub co_address: Option<String>,
    pub postal_code: Option<String>,
    pub city: Option<String>,
    /// Two letters, ISO 3166-1.
    pub country: Option<String>,
}

/// People born later are refused: "younger SSNs may fail validation".
const YOUNGEST: i16 = 1989;

/// GetPatient
pub fn get(session: &Session<'_>, mut call: Call<'_>) -> Answer {
    let place = call.place()?;
    let number = number(&mut call.fields)?;
    call.fields.end()?;
    Ok(place.container("Patients", session.patients.get(number).map(markup)))
}

/// CreatePatient: names, birth date and sex come from the population register. One who exists stays as he is.
pub fn create(session: &mut Session<'_>, mut call: Call<'_>) -> Answer {
    let place = call.place()?;
    let number = number(&mut call.fields)?;
    let contact = Contact::read(&mut call.fields)?;
    call.fields.end()?;
    let person = person(number).ok_or(Refusal::Number)?;
    if let Some(known) = session.patients.get(number) {
        return Ok(place.container("Patients", [markup(known)]));
    }
    if person.year.is_some_and(|year| year > YOUNGEST) {
        return Err(Refusal::NumberNotValidated);
    }
    let patient = Patient::registered(number, person, contact);
    let answer = markup(&patient);
    session.patients.insert(number.to_owned(), patient);
    Ok(place.container("Patients", [answer]))
}

impl Patient {
    fn registered(number: &str, person: Person, contact: Contact) -> Self {
        let (first_name, last_name) = register::name(number, person.sex);
        Self {
            number: number.to_owned(),
            first_name: first_name.to_owned(),
            last_name: last_name.to_owned(),
            born: person.born,
            sex: person.sex,
            contact,
        }
    }
}

/// 12 digits, whatever they mean.
pub fn number<'c>(fields: &mut Fields<'c>) -> Result<&'c str, Refusal> {
    twelve_digits(fields.text("PatientId")?)
}

pub fn twelve_digits(text: &str) -> Result<&str, Refusal> {
    let digits = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { Ok(text) } else { Err(Refusal::IllegalArgument) }
}

impl Contact {
    fn read(fields: &mut Fields<'_>) -> Result<Self, Refusal> {
        let telephones = fields.optional_element("Telephones").map(|list| texts(list, "Telephone"));
        let emails = fields.optional_element("Emails").map(|list| texts(list, "Email"));
        let address = fields.optional_element("Address").map(Address::read);
        Ok(Self {
            telephones: telephones.transpose()?.unwrap_or_default(),
            emails: emails.transpose()?.unwrap_or_default(),
            address: address.transpose()?,
        })
    }
}

fn texts(list: &Element, name: &str) -> Result<Vec<String>, Refusal> {
    let mut fields = Fields::of(list)?;
    let mut texts = Vec::new();
    while let Some(element) = fields.optional_element(name) {
        texts.push(text(element)?.to_owned());
    }
    fields.end()?;
    Ok(texts)
}

impl Address {
    fn read(element: &Element) -> Result<Self, Refusal> {
        let mut fields = Fields::of(element)?;
        let mut part = |name| Ok(fields.optional_text(name)?.map(str::to_owned));
        let address = Self {
            street: part("Street")?,
            co_address: part("CoAddress")?,
            postal_code: part("PostalCode")?,
            city: part("City")?,
            country: part("Country")?,
        };
        fields.end()?;
        let two_letters =
            |code: &String| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
        let country_holds = address.country.as_ref().is_none_or(|code| code.is_empty() || two_letters(code));
        if country_holds { Ok(address) } else { Err(Refusal::IllegalArgument) }
    }

    fn markup(&self) -> Markup {
        let part = |name, part: &Option<String>| part.as_ref().map(|text| Markup::text(name, text));
        let parts = [
            part("Street", &self.street),
            part("CoAddress", &self.co_address),
            part("PostalCode", &self.postal_code),
            part("City", &self.city),
            part("Country", &self.country),
        ];
        Markup::of("Address", parts.into_iter().flatten())
    }
}

fn markup(patient: &Patient) -> Markup {
    let sex = patient.sex.map(|sex| match sex {
        Sex::Male => "M",
        Sex::Female => "F",
    });
    let list = |container, name, texts: &[String]| {
        Markup::of(container, texts.iter().map(|text| Markup::text(name, text)))
    };
    let fields = [
        Some(Markup::text("PatientId", &patient.number)),
        Some(Markup::text("FirstName", &patient.first_name)),
        Some(Markup::text("LastName", &patient.last_name)),
        patient.born.map(|born| Markup::text("BirthDate", date_digits(born))),
        sex.map(|sex| Markup::text("Sex", sex)),
        Some(list("Telephones", "Telephone", &patient.contact.telephones)),
        Some(list("Emails", "Email", &patient.contact.emails)),
        patient.contact.address.as_ref().map(Address::markup),
    ];
    Markup::of("Patient", fields.into_iter().flatten())
}
