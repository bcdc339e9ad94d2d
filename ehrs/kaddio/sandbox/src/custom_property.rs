//! The custom fields of users, and what they hold.

use async_graphql::{ID, InputObject, SimpleObject};

use crate::custom_fields;
use crate::problem::Problem;
use crate::state::World;

/// ASSUMED. What a custom field holds.
#[derive(Clone, Debug, Eq, PartialEq, SimpleObject)]
pub struct CustomFieldValue {
    pub field: ID,
    pub value_string: Option<String>,
}

/// KNOWN. What a custom field shall hold.
#[derive(InputObject)]
pub struct CustomFieldValueInput {
    field: Option<ID>,
    value_string: Option<String>,
}

impl World {
    /// Sets the given fields of a client or a host; null empties one.
    pub fn update_user(
        &mut self,
        user: &ID,
        values: Vec<Option<CustomFieldValueInput>>,
    ) -> Result<ID, Problem> {
        let properties = match (self.clients.get_mut(user), self.hosts.get_mut(user)) {
            (Some(client), _) => &mut client.custom_properties,
            (None, Some(host)) => &mut host.custom_properties,
            (None, None) => return Err(Problem::NoSuchUser),
        };
        let mut changed = properties.clone();
        for value in values.into_iter().flatten() {
            let field = value.field.filter(is_field).ok_or(Problem::NoSuchCustomField)?;
            changed.retain(|property| property.field != field);
            if value.value_string.is_some() {
                changed.push(CustomFieldValue { field, value_string: value.value_string });
            }
        }
        *properties = changed;
        Ok(user.clone())
    }
}

fn is_field(id: &ID) -> bool {
    custom_fields::ALL.iter().any(|field| field.id == id.as_str())
}
