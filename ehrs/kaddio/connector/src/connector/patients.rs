//! Patients: lookup, search, upsert.

use vardbro_ehr::{EhrError, EhrErrorKind, EhrResult, Thing};
use vardbro_model::error::{Fault, FaultCode};
use vardbro_model::national::SwedishNumber;
use vardbro_model::page::{Page, PageRequest};
use vardbro_model::patient::{Match, NewPatient, Patient, PatientSearch, Upserted, folded};
use vardbro_model::typed_id::PatientRef;

use super::session::Session;
use super::turns::turn;
use super::units::Unit;
use crate::mapping::patient::{self as mapping, Plan};
use crate::wire::Id;
use crate::wire::clients::{
    self, Client, Clients, Created, CustomField, CustomFieldValueInput, Updated, Wanted,
};

/// A client who is meant.
enum Meant {
    /// By id: whether there is one is not known yet.
    Id(Id),
    /// By number, which had to be looked up.
    Client(Box<Client>),
}

impl Session<'_> {
    /// The client of this id, archived or not.
    pub(super) async fn client_of(&self, id: &Id) -> EhrResult<Client> {
        let found = self.ask(clients::one(id)).await?.patient;
        found.filter(|client| client.id == *id).ok_or_else(|| EhrError::not_found(Thing::Patient))
    }

    /// The client who is meant, archived or not.
    pub(super) async fn client(&self, patient: &PatientRef) -> EhrResult<Client> {
        match self.meant(patient).await? {
            Meant::Client(client) => Ok(*client),
            Meant::Id(id) => self.client_of(&id).await,
        }
    }

    /// The id of the client who is meant; whether there is such a client is known only where a number had to be looked up.
    pub(super) async fn client_id(&self, patient: &PatientRef) -> EhrResult<Id> {
        match self.meant(patient).await? {
            Meant::Client(client) => Ok(client.id),
            Meant::Id(id) => Ok(id),
        }
    }

    async fn meant(&self, patient: &PatientRef) -> EhrResult<Meant> {
        let missing = || EhrError::not_found(Thing::Patient);
        match patient {
            PatientRef::Id(id) => Id::parse(id.as_str()).map(Meant::Id).ok_or_else(missing),
            PatientRef::Swedish(number) => {
                let found = self.client_of_number(number.digits()).await?;
                found.map(|client| Meant::Client(Box::new(client))).ok_or_else(missing)
            }
            _ => Err(EhrError::fault(
                "patient_id",
                FaultCode::PatientIdLookupTypeNotSupported,
                "Kaddio knows patients by its own id and by Swedish number only.",
            )),
        }
    }

    /// The client with this number, archived or not: numbers are unique in an organisation.
    async fn client_of_number(&self, digits: &str) -> EhrResult<Option<Client>> {
        let wanted = Wanted { personal_number: Some(digits.to_owned()), archived: true, ..Wanted::default() };
        let mut found = self.all(|offset| clients::list_of(&wanted, offset)).await?;
        found.retain(|client| has_number(client, digits));
        let first = found.pop();
        match (first, found.is_empty()) {
            (Some(_), false) => Err(ambiguous()),
            (first, _) => Ok(first),
        }
    }

    pub(super) fn read_patient(&self, unit: &Unit, native: &Client) -> Patient {
        mapping::patient(native, &self.config.custom_fields, &unit.id, self.today(&unit.zone))
    }

    pub(super) async fn search_patients(
        &self,
        unit: &Unit,
        search: PatientSearch,
        request: PageRequest,
    ) -> EhrResult<Page<Patient>> {
        let today = self.today(&unit.zone);
        let number = search.external_id.as_deref().map(str::trim).map(|text| {
            SwedishNumber::parse(text, today)
                .map_or_else(|_| text.to_owned(), |number| number.digits().to_owned())
        });
        let name = |name: &Option<String>| name.as_deref().map(str::trim).map(str::to_owned);
        let wanted = Wanted {
            personal_number: number.clone(),
            first_name: name(&search.first_name),
            last_name: name(&search.last_name),
            archived: false,
        };
        let same = |wanted: &Option<String>, found: &Option<String>| {
            wanted
                .as_ref()
                .is_none_or(|wanted| found.as_ref().is_some_and(|found| folded(found) == folded(wanted)))
        };
        let is_wanted = |row: &Client| {
            same(&wanted.first_name, &row.first_name)
                && same(&wanted.last_name, &row.last_name)
                && number.as_ref().is_none_or(|digits| has_number(row, digits))
        };
        let page =
            self.page::<Clients>(&request, |offset| clients::list_of(&wanted, offset), is_wanted).await?;
        Ok(page.map(|row| self.read_patient(unit, &row)))
    }

    pub(super) async fn upsert_patient(&self, unit: &Unit, mut new: NewPatient) -> EhrResult<Upserted> {
        let today = self.today(&unit.zone);
        let plan = mapping::plan(&new, &self.config.custom_fields, &self.config.documents, today)?;
        new.external_id.clone_from(&plan.client.personal_number);

        // Two that make the same person at the same moment take turns, so that the second one finds the first's.
        let _turn = self.turns.take(self.ctx.connection.id, turn(&new), self.ctx.deadline).await?;
        match new.find_among(self.candidates(unit, &new).await?) {
            Match::One(patient) => Ok(Upserted { patient: *patient, created: false }),
            Match::Several => Err(ambiguous()),
            Match::Nobody => self.create_patient(unit, &new, plan).await,
        }
    }

    /// Those who could be the new patient. By number archived ones too: Kaddio refuses a second client with it.
    async fn candidates(&self, unit: &Unit, new: &NewPatient) -> EhrResult<Vec<Patient>> {
        let found = match &new.external_id {
            Some(digits) => self.client_of_number(digits).await?.into_iter().collect(),
            // A name alone is no match: nothing to look for.
            None if new.emails.is_empty() && new.phones.is_empty() => Vec::new(),
            None if new.first_name.is_none() || new.last_name.is_none() => Vec::new(),
            None => {
                let name = |name: &Option<String>| name.as_deref().map(str::trim).map(str::to_owned);
                let wanted = Wanted {
                    first_name: name(&new.first_name),
                    last_name: name(&new.last_name),
                    ..Wanted::default()
                };
                self.all(|offset| clients::list_of(&wanted, offset)).await?
            }
        };
        Ok(found.iter().map(|client| self.read_patient(unit, client)).collect())
    }

    async fn create_patient(&self, unit: &Unit, new: &NewPatient, plan: Plan) -> EhrResult<Upserted> {
        let id = match self.exchange(clients::create(&plan.client), None).await {
            Ok(Ok(Created { patient_id: Some(id) })) => id,
            Ok(Ok(Created { patient_id: None })) => self.id_of_new(unit, new, no_id()).await?,
            Ok(Err(words)) => {
                // Somebody else may have made the same patient meanwhile.
                if let Ok(Some(client)) = self.client_of_plan(&plan).await {
                    return Ok(Upserted { patient: self.read_patient(unit, &client), created: false });
                }
                return Err(Self::refused(&words));
            }
            Err(error) if error.kind == EhrErrorKind::OutcomeUnknown => {
                self.id_of_new(unit, new, error).await?
            }
            Err(error) => return Err(error),
        };
        if !plan.custom_fields.is_empty() {
            self.write_custom_fields(&id, &plan).await.map_err(|error| half_made(&id, &plan, error))?;
        }
        // The patient is there, whatever becomes of reading it back.
        let client = self.client_of(&id).await.unwrap_or_else(|_| as_sent(id, plan));
        Ok(Upserted { patient: self.read_patient(unit, &client), created: true })
    }

    /// The answer was lost. Before, nobody could be the new patient: whoever can be now is the one.
    async fn id_of_new(&self, unit: &Unit, new: &NewPatient, lost: EhrError) -> EhrResult<Id> {
        let Ok(candidates) = self.candidates(unit, new).await else { return Err(lost) };
        match new.find_among(candidates) {
            Match::One(patient) => Id::parse(&patient.emr_id).ok_or(lost),
            Match::Nobody | Match::Several => Err(lost),
        }
    }

    /// Writes them once. If the answer is lost, the client tells.
    async fn write_custom_fields(&self, id: &Id, plan: &Plan) -> EhrResult<()> {
        let written: EhrResult<Updated> = self.ask(clients::update(id, &plan.custom_fields)).await;
        let Err(error) = written else { return Ok(()) };
        if error.kind != EhrErrorKind::OutcomeUnknown {
            return Err(error);
        }
        let Ok(client) = self.client_of(id).await else { return Err(error) };
        let has = |sent: &CustomFieldValueInput| {
            let holds = |found: &CustomField| found.value.as_deref() == Some(sent.value_string.as_str());
            client.custom_fields.iter().any(|found| found.field == sent.field && holds(found))
        };
        if plan.custom_fields.iter().all(has) { Ok(()) } else { Err(error) }
    }

    async fn client_of_plan(&self, plan: &Plan) -> EhrResult<Option<Client>> {
        match &plan.client.personal_number {
            Some(digits) => self.client_of_number(digits).await,
            None => Ok(None),
        }
    }
}

fn has_number(client: &Client, digits: &str) -> bool {
    let plain = |text: &str| text.chars().filter(|c| !matches!(c, '-' | '+' | ' ')).collect::<String>();
    client.personal_number.as_deref().is_some_and(|number| plain(number).eq_ignore_ascii_case(&plain(digits)))
}

fn ambiguous() -> EhrError {
    EhrError::invalid(vec![Fault::of_request(
        FaultCode::AmbiguousPatient,
        "Several patients match. Use external_id, or the patient's id.",
    )])
}

fn no_id() -> EhrError {
    EhrError::outcome_unknown(
        "Kaddio answered create_client without an id: the patient may or may not have been made. Look before you repeat it.",
    )
}

/// The patient is there and lacks something.
fn half_made(id: &Id, plan: &Plan, error: EhrError) -> EhrError {
    let unknown = EhrError::outcome_unknown(format!(
        "Patient {id} was created, but without {}, or that is not known: look at it. Repeating the call finds the patient and \
         changes nothing. {}",
        plan.kept.join(", "),
        error.detail
    ));
    EhrError { emr_error: error.emr_error, retry_after: error.retry_after, ..unknown }
}

fn as_sent(id: Id, plan: Plan) -> Client {
    let sent = plan.client;
    let custom = plan.custom_fields.into_iter();
    Client {
        id,
        first_name: sent.first_name,
        last_name: sent.last_name,
        personal_number: sent.personal_number,
        email: sent.email,
        phone: sent.phone,
        street: sent.street,
        postal_code: sent.postal_code,
        city: sent.city,
        custom_fields: custom
            .map(|custom| CustomField { field: custom.field, value: Some(custom.value_string) })
            .collect(),
    }
}
