use crate::diary::Row;
use crate::id::Id;
use crate::query::{Days, Query, admits};
use crate::refusal::Refusal;
use crate::resources::patient::PatientFilter;
use crate::state::World;

/// The filters that both lists of bookings have. What asks for something of a booking lets no free row in.
pub struct RowFilter {
    days: Days,
    user: Option<Id>,
    booking_type: Option<i64>,
    organization: Option<i64>,
    department: Option<i64>,
    patients: PatientFilter,
}

impl RowFilter {
    pub fn read(query: &Query, days: Days, world: &World) -> Result<Self, Refusal> {
        Ok(Self {
            days,
            user: query.id("userId"),
            booking_type: query.integer("bookingTypeId")?,
            organization: query.integer("reservedForOrganizationId")?,
            department: query.integer("reservedForDepartmentId")?,
            patients: world.patients_filtered(query),
        })
    }

    pub fn admits(&self, row: &Row<'_>) -> bool {
        let organization = row.booking.and_then(|booking| booking.reserved_organization);
        let department = row.booking.and_then(|booking| booking.reserved_department);
        self.days.include(row.period.date)
            && admits(self.user, row.period.user)
            && admits(self.booking_type, row.booking_type)
            && (self.organization.is_none() || self.organization == organization)
            && (self.department.is_none() || self.department == department)
            && self.patients.admit(row.booking.map(|booking| booking.patient))
    }
}
