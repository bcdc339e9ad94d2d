//! What a request may touch: an EHR of its own application, and a care unit of that.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::{Arc, OnceLock};

use axum::extract::{FromRequestParts, MatchedPath, RawPathParams};
use http::header::{CACHE_CONTROL, HeaderName};
use http::request::Parts;
use http::{HeaderMap, Method, Uri};
use jiff::Zoned;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use secrecy::ExposeSecret;
use tracing::Instrument;
use vardbro_ehr::{Ctx, Ehr, EhrError, EhrErrorKind, EhrResult, Thing};
use vardbro_model::capabilities::{Capabilities, Operation};
use vardbro_model::error::{ErrorCode, Fault, FaultCode};
use vardbro_model::id::{AppointmentId, CareUnitId, DocumentId, HealthcareServiceId, IdFault, NoteId};
use vardbro_model::typed_id::{PatientRef, ResourceRef, TypedIdFault};

use crate::access::{self, Access};
use crate::answer::Touches;
use crate::caller::Caller;
use crate::exchange::{Asked, Exchange};
use crate::gateway::Gateway;
use crate::links::Link;
use crate::problem::Problem;
use crate::request::{self, Faults, Given};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// One EHR, as the calling application reaches it.
#[derive(Clone)]
pub(crate) struct EmrScope {
    pub(crate) gateway: Gateway,
    pub(crate) ehr: Arc<dyn Ehr>,
    pub(crate) links: Vec<Arc<Link>>,
    /// Name and tag of connections that cannot be used.
    pub(crate) broken: Vec<(String, Option<String>)>,
    pub(crate) uri: Uri,
    pub(crate) exchange: Exchange,
    asked: Arc<OnceLock<Asked>>,
    path: Vec<(String, String)>,
    fresh: bool,
}

/// One care unit of one connection.
#[derive(Clone)]
pub(crate) struct CareUnitScope {
    pub(crate) emr: EmrScope,
    pub(crate) link: Arc<Link>,
    /// As the connector knows it.
    pub(crate) care_unit: CareUnitId,
    /// As the client knows it.
    pub(crate) public: CareUnitId,
}

impl FromRequestParts<Gateway> for EmrScope {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, Problem> {
        let Caller { application, reach } = Caller::authenticated(parts, gateway).await?;
        let path = RawPathParams::from_request_parts(parts, gateway).await.map_err(|_| unknown_path())?;
        let path: Vec<_> = path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let code =
            path.iter().find(|(name, _)| name == "emr").map(|(_, code)| code.as_str()).unwrap_or_default();
        let Some(ehr) = gateway.ehr(code) else {
            return Err(Problem::new(ErrorCode::NotFound, "There is no EHR of that code; see /api/emrs."));
        };
        let exchange = parts.extensions.get::<Exchange>().cloned().ok_or_else(Problem::bug)?;
        let route = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
        if let Some(action) = access::touches_patients(&parts.method, route) {
            let (log, ehr) = (gateway.access_log(), ehr.about().code);
            exchange.access.begin(log, &application, ehr, action, exchange.id)?;
            note_path(&exchange.access, &path, today(gateway));
            if let Some(actor) = access::actor(&parts.headers)? {
                exchange.access.on_behalf_of(actor);
            }
        }
        request::refuse_unacceptable(&parts.headers)?;
        let links: Vec<_> =
            reach.links.iter().filter(|link| link.connection.ehr.as_str() == code).cloned().collect();
        let broken = reach.broken.iter().filter(|broken| broken.ehr == code);
        let broken: Vec<_> = broken.map(|broken| (broken.name.clone(), broken.tag.clone())).collect();
        if links.is_empty() {
            return Err(if broken.is_empty() {
                Problem::new(ErrorCode::Forbidden, "This EHR is off for the application.")
            } else {
                needs_the_operator()
            });
        }
        refuse_idempotency_key(parts)?;
        Ok(Self {
            gateway: gateway.clone(),
            ehr: ehr.clone(),
            links,
            broken,
            uri: parts.uri.clone(),
            exchange,
            asked: parts.extensions.get::<Arc<OnceLock<Asked>>>().cloned().unwrap_or_default(),
            path,
            fresh: asks_for_fresh(&parts.headers),
        })
    }
}

impl FromRequestParts<Gateway> for CareUnitScope {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, Problem> {
        let emr = EmrScope::from_request_parts(parts, gateway).await?;
        let public = CareUnitId::parse(emr.in_path(Thing::CareUnit)?)
            .map_err(|_| Problem::not_found(Thing::CareUnit))?;
        emr.at(public)
    }
}

/// Where and whom the path names, so that a refusal tells it, too.
fn note_path(access: &Access, path: &[(String, String)], today: Date) {
    for (name, value) in path {
        if name == Thing::CareUnit.parameter()
            && let Ok(care_unit) = CareUnitId::parse(value)
        {
            access.at(&care_unit);
        }
        if name == Thing::Patient.parameter()
            && let Ok(patient) = PatientRef::parse(value, today)
        {
            access.names(&patient);
        }
    }
}

/// Today in UTC: decides the century of ten-digit numbers.
fn today(gateway: &Gateway) -> Date {
    Zoned::new(gateway.now(), TimeZone::UTC).date()
}

fn needs_the_operator() -> Problem {
    let detail =
        "The connection to this EHR cannot be used until the operator has put it right. Nothing was sent.";
    Problem::new(ErrorCode::EmrError, detail)
}

pub(crate) fn unknown_path() -> Problem {
    Problem::new(ErrorCode::NotFound, "There is nothing at this path; see /docs.")
}

/// Nobody may believe himself protected by a key that nobody looks at.
fn refuse_idempotency_key(parts: &Parts) -> Result<(), Problem> {
    let writes = matches!(parts.method, Method::POST | Method::PATCH);
    if writes && parts.headers.contains_key(IDEMPOTENCY_KEY) {
        let detail = "Idempotency keys are not supported yet: send the request without one, and look before you repeat it.";
        return Err(Problem::faults(vec![Fault::at("Idempotency-Key", FaultCode::NotSupported, detail)]));
    }
    Ok(())
}

fn asks_for_fresh(headers: &HeaderMap) -> bool {
    let directives = headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    directives.flat_map(|list| list.split(',')).any(|directive| {
        matches!(directive.trim().to_ascii_lowercase().as_str(), "no-cache" | "no-store" | "max-age=0")
    })
}

impl EmrScope {
    pub(crate) fn capabilities(&self) -> &Capabilities {
        self.ehr.capabilities()
    }

    /// The care unit of that id, if one of the application's connections can have it.
    pub(crate) fn at(self, public: CareUnitId) -> Result<CareUnitScope, Problem> {
        self.exchange.access.at(&public);
        let tagged = public.as_str().split_once('~');
        let tagged = tagged.filter(|(tag, _)| self.link(Some(*tag)).is_some() || self.is_broken(Some(*tag)));
        let (tag, native) = match tagged {
            Some((tag, native)) => (Some(tag), CareUnitId::parse(native).ok()),
            None => (None, Some(public.clone())),
        };
        match (self.link(tag).cloned(), native) {
            (Some(link), Some(care_unit)) => {
                self.exchange.access.through(link.connection.id);
                Ok(CareUnitScope { emr: self, link, care_unit, public })
            }
            (None, Some(_)) if self.is_broken(tag) => Err(needs_the_operator()),
            _ => Err(Problem::not_found(Thing::CareUnit)),
        }
    }

    fn link(&self, tag: Option<&str>) -> Option<&Arc<Link>> {
        self.links.iter().find(|link| link.connection.tag.as_deref() == tag)
    }

    fn is_broken(&self, tag: Option<&str>) -> bool {
        self.broken.iter().any(|(_, broken)| broken.as_deref() == tag)
    }

    /// Notes what is asked for, and refuses what the EHR cannot do, before anything is sent.
    pub(crate) fn require(&self, operation: Operation) -> Result<(), Problem> {
        // The first one names the request in logs; a later one is part of it.
        let _ = self.asked.set(Asked { ehr: self.ehr.about().code, operation });
        self.exchange.access.asks(operation);
        let capability = self.capabilities().of(operation);
        if capability.supported {
            return Ok(());
        }
        Err(self.not_supported(operation, capability.note.as_deref().unwrap_or_default()))
    }

    fn not_supported(&self, operation: Operation, why: &str) -> Problem {
        let detail = format!("{} does not support {operation}. {why}", self.ehr.about().name);
        Problem::faults(vec![Fault::of_request(FaultCode::NotSupported, detail.trim_end())])
    }

    pub(crate) fn ctx(&self, link: &Link, operation: Operation) -> Ctx {
        Ctx {
            connection: link.connection.clone(),
            operation,
            clock: self.gateway.clock().clone(),
            deadline: self.exchange.deadline,
            fresh: self.fresh,
            meter: self.exchange.meter.clone(),
            wire: link.wire.clone(),
        }
    }

    pub(crate) fn fresh(&self) -> bool {
        self.fresh
    }

    pub(crate) fn today(&self) -> Date {
        today(&self.gateway)
    }

    fn in_path(&self, thing: Thing) -> Result<&str, Problem> {
        let of_thing = |(name, _): &&(String, String)| name == thing.parameter();
        self.path.iter().find(of_thing).map(|(_, value)| value.as_str()).ok_or_else(Problem::bug)
    }

    fn things_in_path(&self) -> Vec<Thing> {
        const ALL: [Thing; 7] = [
            Thing::CareUnit,
            Thing::Resource,
            Thing::HealthcareService,
            Thing::Patient,
            Thing::Appointment,
            Thing::Note,
            Thing::Document,
        ];
        ALL.into_iter().filter(|thing| self.in_path(*thing).is_ok()).collect()
    }

    /// The problem that an EHR's failure is for this request.
    pub(crate) fn problem(&self, link: &Link, mut error: EhrError) -> Problem {
        let silence = |words: &mut Option<String>| {
            for secret in link.connection.settings.secrets() {
                if let Some(words) = words.as_mut().filter(|_| !secret.expose_secret().is_empty()) {
                    *words = words.replace(secret.expose_secret(), "***");
                }
            }
        };
        silence(&mut error.emr_error);
        if let EhrErrorKind::Invalid(faults) = &mut error.kind {
            faults.iter_mut().for_each(|fault| silence(&mut fault.emr_error));
        }
        Problem::of_ehr(error, &self.things_in_path()).with_quota(link.calls_per_minute)
    }
}

impl CareUnitScope {
    pub(crate) fn capabilities(&self) -> &Capabilities {
        self.emr.capabilities()
    }

    pub(crate) fn require(&self, operation: Operation) -> Result<(), Problem> {
        self.emr.require(operation)?;
        match self.link.unavailable(operation) {
            Some(why) => Err(self.emr.not_supported(operation, why)),
            None => Ok(()),
        }
    }

    /// Asks the EHR. The client going away ends it.
    pub(crate) async fn read<T, F>(
        &self,
        operation: Operation,
        ask: impl FnOnce(Arc<dyn Ehr>, Ctx, CareUnitId) -> F + Send,
    ) -> Result<T, Problem>
    where
        F: Future<Output = EhrResult<T>> + Send,
    {
        let asking = ask(self.link.ehr.clone(), self.emr.ctx(&self.link, operation), self.care_unit.clone());
        match tokio::time::timeout_at(self.emr.exchange.deadline + GRACE, asking).await {
            Ok(answer) => answer.map_err(|error| self.emr.problem(&self.link, error)),
            Err(_) => Err(Problem::new(ErrorCode::EmrTimeout, "The EHR did not answer in time.")),
        }
    }

    /// Has the EHR change something. Once begun it goes on to its end, whether the client waits or not.
    pub(crate) async fn write<T, F>(
        &self,
        operation: Operation,
        change: impl FnOnce(Arc<dyn Ehr>, Ctx, CareUnitId) -> F + Send,
    ) -> Result<T, Problem>
    where
        T: Touches + Send + 'static,
        F: Future<Output = EhrResult<T>> + Send + 'static,
    {
        let changing =
            change(self.link.ehr.clone(), self.emr.ctx(&self.link, operation), self.care_unit.clone());
        let scope = self.clone();
        let changes_free_time = changes_free_time(operation);
        let admission = self.emr.exchange.admission.clone();
        let task = async move {
            // While it goes on, with or without its client, it is in flight.
            let _admission = admission;
            let outcome = changing.await;
            if let Ok(written) = &outcome {
                // Known here even if nobody waits for the answer any more.
                written.patients().into_iter().for_each(|patient| scope.emr.exchange.access.touches(patient));
            }
            // A refusal, too, may come from what others changed meanwhile; only a care unit that is none cannot.
            let nowhere =
                matches!(&outcome, Err(error) if error.kind == EhrErrorKind::NotFound(Thing::CareUnit));
            if changes_free_time && !nowhere {
                scope.emr.gateway.availability().forget(scope.link.connection.id, &scope.care_unit);
            }
            outcome
        };
        let task = self.emr.gateway.writes().spawn(task.in_current_span());
        match tokio::time::timeout_at(self.emr.exchange.deadline + GRACE, task).await {
            Ok(Ok(outcome)) => outcome.map_err(|error| self.emr.problem(&self.link, error)),
            Ok(Err(_panicked)) => Err(Problem::new(
                ErrorCode::OutcomeUnknown,
                "Something went wrong inside the gateway while it wrote. Look before you repeat it.",
            )),
            Err(_) => Err(Problem::new(
                ErrorCode::OutcomeUnknown,
                "The EHR did not answer in time: the write may or may not have happened. Look before you repeat it.",
            )),
        }
    }

    pub(crate) fn patient_in_path(&self) -> Result<PatientRef, Problem> {
        let text = self.emr.in_path(Thing::Patient)?;
        if let Err(TypedIdFault::Id(_)) = PatientRef::parse(text, self.emr.today()) {
            return Err(Problem::not_found(Thing::Patient));
        }
        request::patient(text, self.emr.today(), self.capabilities(), "patient_id")
            .map_err(|fault| Problem::faults(vec![fault]))
    }

    pub(crate) fn resource_in_path(&self) -> Result<ResourceRef, Problem> {
        let text = self.emr.in_path(Thing::Resource)?;
        if let Err(TypedIdFault::Id(_)) = ResourceRef::parse(text, self.emr.today()) {
            return Err(Problem::not_found(Thing::Resource));
        }
        request::resource(text, self.emr.today(), self.capabilities(), "resource_id")
            .map_err(|fault| Problem::faults(vec![fault]))
    }

    pub(crate) fn healthcare_service_in_path(&self) -> Result<HealthcareServiceId, Problem> {
        self.plain_in_path(Thing::HealthcareService, HealthcareServiceId::parse)
    }

    pub(crate) fn appointment_in_path(&self) -> Result<AppointmentId, Problem> {
        self.plain_in_path(Thing::Appointment, AppointmentId::parse)
    }

    pub(crate) fn note_in_path(&self) -> Result<NoteId, Problem> {
        self.plain_in_path(Thing::Note, NoteId::parse)
    }

    pub(crate) fn document_in_path(&self) -> Result<DocumentId, Problem> {
        self.plain_in_path(Thing::Document, DocumentId::parse)
    }

    /// The resource that a query or a body names.
    pub(crate) fn resource(&self, given: Given<String>, faults: &mut Faults) -> Option<ResourceRef> {
        let (today, capabilities) = (self.emr.today(), self.capabilities());
        given.read("resource_id", faults, |text, path| request::resource(text, today, capabilities, path))
    }

    /// The patient that a query or a body names.
    pub(crate) fn patient(&self, given: Given<String>, faults: &mut Faults) -> Option<PatientRef> {
        let (today, capabilities) = (self.emr.today(), self.capabilities());
        given.read("patient_id", faults, |text, path| {
            if let Ok(named) = PatientRef::parse(text, today) {
                self.emr.exchange.access.names(&named);
            }
            request::patient(text, today, capabilities, path)
        })
    }

    /// The patient that the query or the body of an alias names.
    pub(crate) fn patient_named(&self, text: String) -> Result<PatientRef, Problem> {
        let mut faults = Faults::default();
        let patient = self.patient(Given::Value(text), &mut faults);
        faults.unless_faulty(patient)
    }

    fn plain_in_path<T>(&self, thing: Thing, parse: fn(&str) -> Result<T, IdFault>) -> Result<T, Problem> {
        parse(self.emr.in_path(thing)?).map_err(|_| Problem::not_found(thing))
    }

    /// Refuses the filters that this EHR cannot apply, and those that it cannot apply alone.
    pub(crate) fn check_filters(
        &self,
        operation: Operation,
        given: &[(&'static str, bool)],
        faults: &mut Faults,
    ) {
        let capability = self.capabilities().of(operation);
        let given: BTreeSet<_> = given.iter().filter(|(_, given)| *given).map(|(name, _)| *name).collect();
        for name in &given {
            let alone = capability.filters_not_alone.contains(name);
            if !alone && !capability.filters.contains(name) {
                faults.at(
                    *name,
                    FaultCode::NotSupported,
                    format!("This EHR cannot filter by {name} ({operation}.filters)."),
                );
            } else if alone && given.iter().all(|other| capability.filters_not_alone.contains(other)) {
                let detail = format!(
                    "This EHR can filter by {name} only together with another filter ({operation}.filters_not_alone)."
                );
                faults.at(*name, FaultCode::NotSupported, detail);
            }
        }
    }

    /// Refuses the fields that this EHR cannot hold, and the lack of those that it needs; names those that it accepts without
    /// holding them.
    pub(crate) fn check_fields(
        &self,
        operation: Operation,
        given: &[(&'static str, bool)],
        faults: &mut Faults,
    ) -> Vec<&'static str> {
        let capability = self.capabilities().of(operation);
        let mut not_stored = Vec::new();
        for (name, _) in
            given.iter().filter(|(name, given)| !given && capability.fields_required.contains(name))
        {
            let detail = format!("This EHR needs {name} ({operation}.fields_required).");
            faults.at(*name, FaultCode::MissingRequiredField, detail);
        }
        for (name, _) in given.iter().filter(|(_, given)| *given) {
            if capability.fields_not_supported.contains(name) {
                let detail = format!("This EHR cannot hold {name} ({operation}.fields_not_supported).");
                faults.at(*name, FaultCode::NotSupported, detail);
            } else if capability.fields_not_stored.contains(name) {
                not_stored.push(*name);
            }
        }
        not_stored
    }
}

/// An operation that minds its deadline ends before this; one that does not is left behind.
const GRACE: std::time::Duration = std::time::Duration::from_secs(2);

fn changes_free_time(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::BookAppointment
            | Operation::MoveAppointment
            | Operation::CommentAppointment
            | Operation::CancelAppointment
            | Operation::ConfirmAppointment
            | Operation::CreateSchedule
    )
}
