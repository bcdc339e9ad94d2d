//! What a user may do at a clinic. That there are about 44 permissions is documented, their names here are not Webdoc's.

use serde_json::{Map, Value};

use crate::resources::user::User;

/// (the area, whether only caregivers may change it)
const AREAS: [(&str, bool); 11] = [
    ("journal", true),
    ("prescription", true),
    ("labResult", true),
    ("referral", true),
    ("certificate", true),
    ("document", false),
    ("booking", false),
    ("patient", false),
    ("invoice", false),
    ("statistics", false),
    ("settings", false),
];
const ACTIONS: [&str; 4] = ["Read", "Write", "Delete", "Sign"];

/// Everybody reads; caregivers may do everything but delete, others only what needs no licence.
pub fn of(user: &User) -> Value {
    let mut permissions = Map::new();
    for (area, licensed) in AREAS {
        for action in ACTIONS {
            let may = match action {
                "Read" => true,
                "Delete" => false,
                "Sign" => user.caregiver && licensed,
                _ => user.caregiver || !licensed,
            };
            permissions.insert(format!("{area}{action}"), if may { "1" } else { "0" }.into());
        }
    }
    permissions.into()
}
