//! Whether a document fits the schema that a server tells of.

use async_graphql_parser::Positioned;
use async_graphql_parser::types::Field;
use async_graphql_value::Value;

use crate::operations::{Document, Name, fields_of, input_type_of};
use crate::wire::introspection::Schema;

/// The fields of the input objects that we send, by operation and variable: aliases do not reach into those.
const INPUTS: &[(Name, &str, &[&str])] = &[
    (Name::UpdateUser, "custom_fields", &["field", "valueString"]),
    (Name::CreateContact, "fields", &["headingId", "text"]),
];

/// Everything in the document that the schema does not have, as `operation: Type.field`.
pub(crate) fn misfits(document: &Document, schema: &Schema) -> Vec<String> {
    let spec = document.name().spec();
    let Some(operation) = document.operation() else { return Vec::new() };
    let root = if spec.is_query() { &schema.query } else { &schema.mutation };
    let Some(root) = root else {
        return vec![format!("{}: the schema has nothing of its kind", spec.name)];
    };
    let mut fitting = Fitting { document, schema, misfits: Vec::new() };
    for variable in &operation.variable_definitions {
        fitting.variable(&variable.node.name.node, input_type_of(&variable.node.var_type.node));
    }
    for (on, field) in fields_of(document.parsed(), &operation.selection_set.node, root) {
        fitting.field(on, field);
    }
    fitting.misfits
}

struct Fitting<'d> {
    document: &'d Document,
    schema: &'d Schema,
    misfits: Vec<String>,
}

impl<'d> Fitting<'d> {
    fn miss(&mut self, what: String) {
        self.misfits.push(format!("{}: {what}", self.document.name().spec().name));
    }

    fn variable(&mut self, variable: &str, type_name: &str) {
        let Some(info) = self.schema.types.get(type_name) else {
            return self.miss(type_name.to_owned());
        };
        let is_it = |(name, of, _): &&(Name, &str, &[&str])| *name == self.document.name() && *of == variable;
        let sent = INPUTS.iter().find(is_it).map_or(&[][..], |(_, _, fields)| *fields);
        for field in sent.iter().filter(|field| !info.takes(field)) {
            self.miss(format!("{type_name}.{field}"));
        }
    }

    /// The named type of a variable, if the schema has it: one that it lacks is told of already.
    fn type_of(&self, variable: &str) -> Option<&'d str> {
        let variables = &self.document.operation()?.variable_definitions;
        let found = variables.iter().find(|taken| taken.node.name.node == *variable)?;
        Some(input_type_of(&found.node.var_type.node)).filter(|name| self.schema.types.contains_key(*name))
    }

    fn field(&mut self, on: &str, field: &'d Positioned<Field>) {
        let field = &field.node;
        let name = field.name.node.as_str();
        if name.starts_with("__") {
            return;
        }
        let Some(info) = self.schema.types.get(on).and_then(|of| of.field(name)) else {
            return self.miss(format!("{on}.{name}"));
        };
        let given = |argument: &str| field.arguments.iter().any(|(given, _)| given.node == *argument);
        for (argument, _) in field.arguments.iter().filter(|(argument, _)| !info.takes(&argument.node)) {
            self.miss(format!("{on}.{name}({})", argument.node));
        }
        for (argument, value) in &field.arguments {
            let Value::Variable(variable) = &value.node else { continue };
            let (wanted, given) = (info.argument_type(&argument.node), self.type_of(variable));
            if let (Some(wanted), Some(given)) = (wanted, given)
                && wanted != given
            {
                self.miss(format!(
                    "{on}.{name}({}) is of type {wanted}, and ${variable} of {given}",
                    argument.node
                ));
            }
        }
        for argument in info.required().filter(|argument| !given(argument)) {
            self.miss(format!("{on}.{name}({argument}) is required and not given"));
        }
        let Some((type_name, of)) =
            info.type_name().and_then(|name| Some((name, self.schema.types.get(name)?)))
        else {
            return;
        };
        let parts = &field.selection_set.node;
        match (of.has_parts(), parts.items.is_empty()) {
            (true, true) => self.miss(format!("{on}.{name} has fields and none is selected")),
            (false, false) => self.miss(format!("{on}.{name} has no fields to select")),
            _ => {}
        }
        if of.has_parts() {
            for (on, part) in fields_of(self.document.parsed(), parts, type_name) {
                self.field(on, part);
            }
        }
    }
}
