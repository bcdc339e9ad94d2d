use std::sync::Arc;
use std::time::Duration;

use vardbro_sandbox_kit::{Clock, SystemClock};

/// How a sandbox is started. What Cliniko's documentation leaves open can be set here.
#[derive(Clone)]
pub struct Options {
    pub clock: Arc<dyn Clock>,
    /// The seed data is the same for the same seed and day; the fault dice start from it too.
    pub seed: u64,
    /// None is a fixed key. One without a `-shard` suffix is taken as it is.
    pub api_key: Option<String>,
    /// Refuse calls whose `User-Agent` names no contact e-mail.
    pub strict_user_agent: bool,
    /// How long an uploaded attachment is processed.
    pub attachment_delay: Duration,
    pub key_user: KeyUser,
    pub day_of_week: DayOfWeek,
    pub online_bookings: OnlineBookings,
    /// Whether reading one archived or cancelled record answers 404 unless `q[]` asks for such records.
    pub hide_removed_records: bool,
}

/// Whose key it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyUser {
    /// An administrator who is a practitioner, and so may write notes.
    AdministratorPractitioner,
    /// A practitioner without the administrator's rights.
    Practitioner,
    /// No practitioner and no administrator: may neither write notes nor read other users.
    Receptionist,
}

/// How `day_of_week` counts; Cliniko's documents disagree.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DayOfWeek {
    /// 0 to 6, as the enumeration of the OpenAPI description has it; that 0 is Sunday is assumed.
    SundayIsZero,
    /// 0 to 6 from Monday, as one independent client has it.
    MondayIsZero,
    /// 1 to 7 from Monday, as the older documentation has it.
    Iso,
}

/// The account's online booking settings that decide which times are offered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct OnlineBookings {
    /// 1 to 5 in the morning, in the afternoon and in the evening; none is unlimited.
    pub max_appointments_per_day_segment: Option<u8>,
    pub min_hours_advance_required_to_book: u16,
    /// Cliniko offers 28, 84, 182 or 365.
    pub allow_bookings_days_in_advance: u16,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            seed: 0,
            api_key: None,
            strict_user_agent: true,
            attachment_delay: Duration::from_millis(300),
            key_user: KeyUser::AdministratorPractitioner,
            day_of_week: DayOfWeek::SundayIsZero,
            online_bookings: OnlineBookings::default(),
            hide_removed_records: true,
        }
    }
}

impl Default for OnlineBookings {
    fn default() -> Self {
        Self {
            max_appointments_per_day_segment: None,
            min_hours_advance_required_to_book: 1,
            allow_bookings_days_in_advance: 84,
        }
    }
}
