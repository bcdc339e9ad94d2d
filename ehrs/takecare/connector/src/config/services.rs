//! The operations that CGM does not publish: each is where a setting says, or off.

use std::collections::BTreeMap;

use url::Url;
use vardbro_ehr::{EhrError, EhrResult};
use vardbro_model::capabilities::Operation;

use super::{Given, wrong};
use crate::wire::Endpoint;

/// The value of a setting that turns its operation off.
const OFF: &str = "off";

/// An operation whose place is a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Service {
    GetCareUnits,
    GetPatient,
    CreatePatient,
    GetCaseNotes,
    CreateCaseNote,
    GetDocuments,
    CreateDocument,
}

impl Service {
    const ALL: [Self; 7] = [
        Self::GetCareUnits,
        Self::GetPatient,
        Self::CreatePatient,
        Self::GetCaseNotes,
        Self::CreateCaseNote,
        Self::GetDocuments,
        Self::CreateDocument,
    ];

    pub(crate) const fn setting(self) -> &'static str {
        match self {
            Self::GetCareUnits => "get_care_units",
            Self::GetPatient => "get_patient",
            Self::CreatePatient => "create_patient",
            Self::GetCaseNotes => "get_case_notes",
            Self::CreateCaseNote => "create_case_note",
            Self::GetDocuments => "get_documents",
            Self::CreateDocument => "create_document",
        }
    }

    /// As ASSUMED.md has it.
    pub(super) const fn default_place(self) -> &'static str {
        match self {
            Self::GetCareUnits => "careunit/careunit.asmx#GetCareUnits",
            Self::GetPatient => "patient/patient.asmx#GetPatient",
            Self::CreatePatient => "patient/patient.asmx#CreatePatient",
            Self::GetCaseNotes => "casenote/casenote.asmx#GetCaseNotes",
            Self::CreateCaseNote => "casenote/casenote.asmx#CreateCaseNote",
            Self::GetDocuments => "document/document.asmx#GetDocuments",
            Self::CreateDocument => "document/document.asmx#CreateDocument",
        }
    }

    /// What cannot be done without it.
    const fn operations(self) -> &'static [Operation] {
        match self {
            // With the setting care_units they are listed all the same.
            Self::GetCareUnits => &[],
            Self::GetPatient => &[Operation::GetPatient, Operation::SearchPatients, Operation::CreatePatient],
            Self::CreatePatient => &[Operation::CreatePatient],
            Self::GetCaseNotes => &[Operation::ReadNotes],
            Self::CreateCaseNote => &[Operation::CreateNote],
            Self::GetDocuments => &[Operation::ListDocuments],
            Self::CreateDocument => &[Operation::CreateDocument],
        }
    }
}

/// Where each operation is.
#[derive(Debug)]
pub(crate) struct Services(BTreeMap<Service, Endpoint>);

impl Services {
    pub(super) fn read(given: Given<'_>, booking: &Url) -> EhrResult<Self> {
        let mut places = BTreeMap::new();
        for service in Service::ALL {
            let place = given.plain(service.setting()).unwrap_or(service.default_place());
            if place != OFF {
                places.insert(service, endpoint(service.setting(), place, booking)?);
            }
        }
        Ok(Self(places))
    }

    /// Where the operation is; an error that names its setting where it is off.
    pub(crate) fn at(&self, service: Service) -> EhrResult<&Endpoint> {
        self.0.get(&service).ok_or_else(|| EhrError::not_offered(off(service)))
    }

    /// Whether the operation is on.
    pub(crate) fn has(&self, service: Service) -> bool {
        self.0.contains_key(&service)
    }

    /// What cannot be done because an operation is off, and why.
    pub(crate) fn unavailable(&self) -> Vec<(Operation, String)> {
        let off_ones = Service::ALL.into_iter().filter(|service| !self.has(*service));
        off_ones
            .flat_map(|service| service.operations().iter().map(move |operation| (*operation, off(service))))
            .collect()
    }
}

fn off(service: Service) -> String {
    format!("The connection's setting {} is off.", service.setting())
}

/// `path#Operation`. The path hangs on the node: the Booking service's address without its last two segments.
fn endpoint(setting: &str, place: &str, booking: &Url) -> EhrResult<Endpoint> {
    let shape = || wrong(setting, "is not path#Operation, nor off");
    let (path, operation) = place.rsplit_once('#').ok_or_else(shape)?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if path.is_empty() || !operation.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return Err(shape());
    }
    if !operation.chars().all(is_name) {
        return Err(shape());
    }
    let address = if path.contains("://") {
        super::service_url(setting, path)?
    } else {
        let mut node = booking.clone();
        if let Ok(mut segments) = node.path_segments_mut() {
            segments.pop_if_empty().pop().pop().extend(path.split('/').filter(|part| !part.is_empty()));
        }
        node
    };
    Ok(Endpoint { address, operation: operation.to_owned() })
}
