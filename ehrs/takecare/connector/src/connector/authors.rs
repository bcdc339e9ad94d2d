//! Who writes notes and files documents: users of TakeCare, whom we know as resources.

use std::collections::BTreeMap;

use vardbro_ehr::EhrResult;
use vardbro_ehr::{EhrError, EhrErrorKind};
use vardbro_model::error::FaultCode;
use vardbro_model::id::{PatientId, ResourceId};
use vardbro_model::national::SwedishNumber;
use vardbro_model::typed_id::ResourceRef;

use super::session::Session;
use super::units::Unit;
use crate::mapping::id;

/// The names of those who are resources.
pub(super) type Names = BTreeMap<u64, String>;

impl Session<'_> {
    /// The user that is meant: configured, or else of the resource's own number.
    pub(super) async fn author(&self, unit: &Unit, created_by: Option<&ResourceRef>) -> EhrResult<String> {
        let Some(created_by) = created_by else {
            return Ok(self.config.users.default_user().to_owned());
        };
        let nobody = || {
            let detail =
                "There is no such resource at this care unit; leave created_by_id out, or set user_ids.";
            EhrError::fault("created_by_id", FaultCode::InvalidCreatedById, detail)
        };
        let resource = unit.resource(created_by).map_err(|_| nobody())?;
        if let Some(user) = self.config.users.mapped(resource) {
            return Ok(user.to_owned());
        }
        match self.require_resource(unit, Some(resource)).await {
            Ok(()) => Ok(resource.to_string()),
            Err(error) if matches!(error.kind, EhrErrorKind::NotFound(_)) => Err(nobody()),
            Err(error) => Err(error),
        }
    }

    /// The resource that a user is.
    pub(super) fn resource_of(&self, unit: &Unit, user: Option<&str>) -> Option<(u64, ResourceId)> {
        let native = self.config.users.resource(user?)?;
        Some((native, id::resource(&unit.id, native)?))
    }

    /// The names of the care unit's resources. A note is worth reading without them too.
    pub(super) async fn names(&self, unit: &Unit) -> Names {
        match self.offered(unit).await {
            Ok(offered) => {
                let named = offered.iter().filter(|one| !one.resource.name.is_empty());
                named.map(|one| (one.resource.id, one.resource.name.clone())).collect()
            }
            Err(error) => {
                tracing::info!(detail = %error, "the names of authors could not be read");
                Names::new()
            }
        }
    }
}

/// A patient's number as an id of the model.
pub(super) fn patient_id(number: &SwedishNumber) -> EhrResult<PatientId> {
    PatientId::parse(number.digits()).map_err(|_| EhrError::failed("The patient's number is no id."))
}
