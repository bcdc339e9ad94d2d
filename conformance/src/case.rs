//! Cases: sentences that must be true of every EHR that can do what they need.

use futures::future::LocalBoxFuture;
use vardbro_model::capabilities::{Capabilities, Operation};
use vardbro_model::typed_id::{PatientIdType, ResourceIdType};

use crate::subject::Subject;

/// One behaviour of the API.
pub struct Case {
    /// A sentence.
    pub name: &'static str,
    /// What the EHR must be able to do. Where it lacks any of it, the case checks that it is refused.
    pub needs: &'static [Need],
    /// Panics where the sentence is not true.
    pub check: for<'a> fn(&'a Subject) -> LocalBoxFuture<'a, ()>,
}

/// Something that not every EHR can do.
#[derive(Debug, Clone, Copy)]
pub enum Need {
    /// An operation.
    Can(Operation),
    /// A filter of a list, at least together with others.
    FilterBy(Operation, &'static str),
    /// A filter of a list that works alone.
    FilterByAlone(Operation, &'static str),
    /// A field of a body that may be left out.
    DoesWithout(Operation, &'static str),
    /// A field of a body that is not refused.
    Takes(Operation, &'static str),
    /// A type of patient id beside the EHR's own.
    FindsPatientsBy(PatientIdType),
    /// A type of resource id beside the EHR's own.
    FindsResourcesBy(ResourceIdType),
}

impl Need {
    pub fn is_met_by(self, capabilities: &Capabilities) -> bool {
        match self {
            Self::Can(operation) => capabilities.of(operation).supported,
            Self::FilterBy(operation, filter) => {
                let known = capabilities.of(operation);
                known.filters.contains(&filter) || known.filters_not_alone.contains(&filter)
            }
            Self::FilterByAlone(operation, filter) => {
                let known = capabilities.of(operation);
                known.filters.contains(&filter) && !known.filters_not_alone.contains(&filter)
            }
            Self::DoesWithout(operation, field) => {
                let known = capabilities.of(operation);
                known.supported && !known.fields_required.contains(&field)
            }
            Self::Takes(operation, field) => {
                let known = capabilities.of(operation);
                known.supported && !known.fields_not_supported.contains(&field)
            }
            Self::FindsPatientsBy(id_type) => capabilities.patient_id_types.contains(&id_type),
            Self::FindsResourcesBy(id_type) => capabilities.resource_id_types.contains(&id_type),
        }
    }
}

/// The cases of one file: `"sentence" [what it needs] => function,`.
macro_rules! cases {
    ($($sentence:literal $([$($need:expr),+ $(,)?])? => $check:ident,)+) => {
        pub(super) const CASES: &[$crate::case::Case] = &[$($crate::case::Case {
            name: $sentence,
            needs: &[$($($need),+)?],
            check: |subject| Box::pin($check(subject)),
        },)+];
    };
}

pub(crate) use cases;
