//! Whether an operation's variables have values that fit, before anything is carried out (GraphQL specification, 6.1.2). The schema
//! looks at most of them too late: when the field that needs one has its turn.

use async_graphql::parser::types::{
    BaseType, DocumentOperations, ExecutableDocument, OperationDefinition, Type, VariableDefinition,
};
use async_graphql::{InputType, Positioned, ServerError, Value, Variables};

use crate::time::DateTime;

/// What is wrong with them.
pub fn check(document: &ExecutableDocument, name: Option<&str>, given: &Variables) -> Vec<ServerError> {
    let Some(operation) = chosen(document, name) else { return Vec::new() };
    operation.variable_definitions.iter().filter_map(|variable| fault(variable, given)).collect()
}

/// The operation that is meant, if anybody can tell.
pub fn chosen<'d>(document: &'d ExecutableDocument, name: Option<&str>) -> Option<&'d OperationDefinition> {
    let operation = match (&document.operations, name) {
        (DocumentOperations::Single(operation), _) => operation,
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name)?,
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => {
            operations.values().next()?
        }
        (DocumentOperations::Multiple(_), None) => return None,
    };
    Some(&operation.node)
}

fn fault(variable: &Positioned<VariableDefinition>, given: &Variables) -> Option<ServerError> {
    let VariableDefinition { name, var_type, default_value, .. } = &variable.node;
    let (name, wanted) = (&name.node, &var_type.node);
    let text = match given.get(name) {
        None if wanted.nullable || default_value.is_some() => return None,
        None => format!("Variable \"${name}\" of required type \"{wanted}\" was not provided."),
        Some(value) if fits(value, wanted) => return None,
        Some(Value::Null) => format!("Variable \"${name}\" of non-null type \"{wanted}\" must not be null."),
        Some(_) => format!("Variable \"${name}\" got an invalid value; expected type \"{wanted}\"."),
    };
    Some(ServerError::new(text, Some(variable.pos)))
}

/// Plain texts and numbers are left to the schema, which looks at them in time.
fn fits(value: &Value, wanted: &Type) -> bool {
    match (value, &wanted.base) {
        (Value::Null, _) => wanted.nullable,
        (Value::List(items), BaseType::List(wanted)) => items.iter().all(|item| fits(item, wanted)),
        // One value stands for a list of one.
        (value, BaseType::List(wanted)) => fits(value, wanted),
        (value, BaseType::Named(name)) => match name.as_str() {
            "DateTime" => DateTime::parse(Some(value.clone())).is_ok(),
            "HeadingValueInput" | "CustomFieldValueInput" => matches!(value, Value::Object(_)),
            _ => true,
        },
    }
}
