//! An access log without any trace.

use jiff::{SignedDuration, Timestamp};
use vardbro_store::access_log::AccessRecords;
use vardbro_store::{Operator, StoreError};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// What is to be said if applications are older than a day and nothing was ever written of them, for a log that was deleted whole looks
/// like that.
pub async fn blank_log(
    records: &AccessRecords,
    operator: Operator<'_>,
) -> Result<Option<&'static str>, StoreError> {
    if !records.is_blank().await? {
        return Ok(None);
    }
    let now = Timestamp::now();
    let old = operator.applications().await?.iter().any(|one| now.duration_since(one.created_at) > DAY);
    Ok(old.then_some(
        "it is entirely empty, although there are applications that are older than a day: if a gateway has served them, the log was deleted",
    ))
}
