//! One document: parsed, and held against what it must be.

use std::collections::BTreeSet;
use std::fmt;

use async_graphql_parser::types::{
    BaseType, Directive, ExecutableDocument, Field, OperationDefinition, OperationType, Selection,
    SelectionSet, Type, VariableDefinition,
};
use async_graphql_parser::{Error, Pos, Positioned, parse_query};
use async_graphql_value::Value;

use super::{Name, Spec};

/// Nobody writes longer ones; a gateway has to read it.
const MAX_BYTES: usize = 64 * 1024;

/// Fragments within fragments multiply.
const MAX_FRAGMENTS: usize = 500;

/// A document that the connector can use.
#[derive(Clone)]
pub struct Document {
    name: Name,
    text: String,
    parsed: ExecutableDocument,
    variables: BTreeSet<String>,
    selected: BTreeSet<String>,
}

impl Document {
    /// Reads a document; the error is everything that is wrong with it.
    pub fn read(name: Name, text: &str) -> Result<Self, Vec<String>> {
        let spec = name.spec();
        if text.len() > MAX_BYTES {
            return Err(vec![format!("it is longer than {MAX_BYTES} bytes")]);
        }
        let parsed = parse_query(text).map_err(|error| vec![unparsable(&error)])?;
        let operation = only_operation(&parsed).ok_or_else(|| {
            let count = parsed.operations.iter().count();
            vec![format!("it holds {count} operations and must hold one")]
        })?;
        let mut look = Look { parsed: &parsed, within: Vec::new(), opened: 0, seen: Seen::default() };
        look.directives(&operation.node.directives);
        look.selections(&operation.node.selection_set.node, "");
        let seen = look.seen;

        let mut faults = seen.faults;
        faults.extend(kind_fault(spec, operation));
        faults.extend(variable_faults(spec, &operation.node.variable_definitions, &seen.used));
        faults.extend(lacking_answers(spec, &seen.selected));
        faults.extend(answers_in_parts(spec, &seen.selected));
        if !faults.is_empty() {
            return Err(faults);
        }
        let taken = operation.node.variable_definitions.iter().map(|taken| taken.node.name.node.to_string());
        Ok(Self {
            name,
            text: without_leading_comments(text).to_owned(),
            variables: taken.collect(),
            selected: seen.selected,
            parsed,
        })
    }

    /// Which operation it is for.
    pub fn name(&self) -> Name {
        self.name
    }

    /// As it is sent.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it takes the variable.
    pub fn takes(&self, variable: &str) -> bool {
        self.variables.contains(variable)
    }

    /// Whether its answer has this, such as `timeslots.care_unit_id`.
    pub fn selects(&self, path: &str) -> bool {
        self.selected.contains(path)
    }

    /// What it selects, as aliases from the root on.
    pub fn selected(&self) -> impl Iterator<Item = &str> {
        self.selected.iter().map(String::as_str)
    }

    /// The operation itself.
    pub(crate) fn operation(&self) -> Option<&OperationDefinition> {
        only_operation(&self.parsed).map(|operation| &operation.node)
    }

    pub(crate) fn parsed(&self) -> &ExecutableDocument {
        &self.parsed
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The fields of a selection set, fragments opened, with the type that a fragment is on. A document that was read has no fragment
/// inside itself.
pub(crate) fn fields_of<'d>(
    parsed: &'d ExecutableDocument,
    set: &'d SelectionSet,
    on: &'d str,
) -> Vec<(&'d str, &'d Positioned<Field>)> {
    let mut fields = Vec::new();
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => fields.push((on, field)),
            Selection::InlineFragment(fragment) => {
                let on = fragment
                    .node
                    .type_condition
                    .as_ref()
                    .map_or(on, |condition| condition.node.on.node.as_str());
                fields.extend(fields_of(parsed, &fragment.node.selection_set.node, on));
            }
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = parsed.fragments.get(&spread.node.fragment_name.node) {
                    let on = fragment.node.type_condition.node.on.node.as_str();
                    fields.extend(fields_of(parsed, &fragment.node.selection_set.node, on));
                }
            }
        }
    }
    fields
}

/// The named type in a type such as `[HeadingValueInput!]!`.
pub(crate) fn input_type_of(of: &Type) -> &str {
    match &of.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => input_type_of(inner),
    }
}

fn only_operation(parsed: &ExecutableDocument) -> Option<&Positioned<OperationDefinition>> {
    let mut operations = parsed.operations.iter();
    let (_, only) = operations.next()?;
    operations.next().is_none().then_some(only)
}

fn unparsable(error: &Error) -> String {
    let place = error.positions().next().map(at).unwrap_or_default();
    match error {
        Error::Syntax { .. } => format!("syntax error{place}"),
        Error::MissingOperation => "it holds no operation".to_owned(),
        Error::RecursionLimitExceeded => "it is nested too deeply".to_owned(),
        Error::MultipleOperations { .. } | Error::OperationDuplicated { .. } => {
            format!("it holds several operations and must hold one{place}")
        }
        Error::FragmentDuplicated { fragment, .. } => {
            format!("the fragment {fragment} stands in it twice{place}")
        }
        other => format!("it is no operation of GraphQL: {other}"),
    }
}

fn at(place: Pos) -> String {
    format!(" at line {}, column {}", place.line, place.column)
}

fn kind_fault(spec: &Spec, operation: &Positioned<OperationDefinition>) -> Option<String> {
    let right = if spec.is_query() { OperationType::Query } else { OperationType::Mutation };
    let found = operation.node.ty;
    (found != right).then(|| format!("it is a {found} and must be a {right}{}", at(operation.pos)))
}

/// Of a whole that is not there, the parts are not missed one by one.
fn lacking_answers(spec: &Spec, selected: &BTreeSet<String>) -> impl Iterator<Item = String> {
    let whole_is_there = |path: &str| path.rsplit_once('.').is_none_or(|(whole, _)| selected.contains(whole));
    let lacking = spec.answers.iter().filter(|answer| answer.needed && !selected.contains(answer.path));
    lacking
        .filter(move |answer| whole_is_there(answer.path))
        .map(|answer| format!("it does not select {}", answer.path))
}

/// What is read as a plain value must not have parts. A root that is not needed is not read.
fn answers_in_parts(spec: &Spec, selected: &BTreeSet<String>) -> impl Iterator<Item = String> {
    let is_part = |path: &str, of: &str| path.strip_prefix(of).is_some_and(|rest| rest.starts_with('.'));
    let is_read = spec.answers.iter().filter(|answer| answer.needed || answer.path.contains('.'));
    let plain =
        is_read.filter(move |answer| !spec.answers.iter().any(|other| is_part(other.path, answer.path)));
    let in_parts = plain.filter(move |answer| selected.iter().any(|path| is_part(path, answer.path)));
    in_parts.map(|answer| format!("it selects parts of {}, which must be a plain value", answer.path))
}

fn variable_faults(
    spec: &Spec,
    taken: &[Positioned<VariableDefinition>],
    used: &[(String, Pos)],
) -> Vec<String> {
    let mut faults = Vec::new();
    let is_taken = |name: &str| taken.iter().any(|taken| taken.node.name.node == *name);
    for variable in taken {
        let name = variable.node.name.node.as_str();
        let place = at(variable.pos);
        match spec.offers(name) {
            None => {
                let offered: Vec<_> =
                    spec.variables.iter().map(|offered| format!("${}", offered.name)).collect();
                let offered = if offered.is_empty() { "none".to_owned() } else { offered.join(", ") };
                faults.push(format!("nothing is given for ${name}{place}; what is given: {offered}"));
            }
            Some(offered) => {
                let optional = variable.node.var_type.node.nullable || variable.node.default_value.is_some();
                if !offered.always && !optional {
                    faults
                        .push(format!("${name} must be nullable: not every call has a value for it{place}"));
                }
            }
        }
        if !used.iter().any(|(used, _)| used == name) {
            faults.push(format!("${name} is taken and not used{place}"));
        }
    }
    for (name, place) in used.iter().filter(|(name, _)| !is_taken(name)) {
        faults.push(format!("${name} is used and not taken{}", at(*place)));
    }
    let lacking = spec.variables.iter().filter(|variable| variable.needed && !is_taken(variable.name));
    faults.extend(lacking.map(|variable| format!("it does not take ${}", variable.name)));
    faults
}

/// Looks through everything that an operation selects.
struct Look<'d> {
    parsed: &'d ExecutableDocument,
    /// The fragments on the way here.
    within: Vec<&'d str>,
    /// How many fragments were opened.
    opened: usize,
    seen: Seen,
}

#[derive(Default)]
struct Seen {
    selected: BTreeSet<String>,
    used: Vec<(String, Pos)>,
    faults: Vec<String>,
}

impl<'d> Look<'d> {
    fn selections(&mut self, set: &'d SelectionSet, path: &str) {
        for selection in &set.items {
            self.directives(selection.node.directives());
            match &selection.node {
                Selection::Field(field) => self.field(&field.node, path),
                Selection::InlineFragment(fragment) => {
                    self.selections(&fragment.node.selection_set.node, path);
                }
                Selection::FragmentSpread(spread) => {
                    self.fragment(&spread.node.fragment_name.node, selection.pos, path);
                }
            }
        }
    }

    fn field(&mut self, field: &'d Field, path: &str) {
        for (_, value) in &field.arguments {
            self.value(&value.node, value.pos);
        }
        let alias = field.response_key().node.as_str();
        let path = if path.is_empty() { alias.to_owned() } else { format!("{path}.{alias}") };
        self.selections(&field.selection_set.node, &path);
        self.seen.selected.insert(path);
    }

    fn fragment(&mut self, name: &'d str, place: Pos, path: &str) {
        let Some(fragment) = self.parsed.fragments.get(name) else {
            self.seen.faults.push(format!("the fragment {name} is not in it{}", at(place)));
            return;
        };
        if self.within.contains(&name) {
            self.seen.faults.push(format!("the fragment {name} holds itself{}", at(place)));
            return;
        }
        self.opened = self.opened.saturating_add(1);
        if self.opened > MAX_FRAGMENTS {
            if self.opened == MAX_FRAGMENTS.saturating_add(1) {
                self.seen.faults.push(format!("it opens more than {MAX_FRAGMENTS} fragments{}", at(place)));
            }
            return;
        }
        self.within.push(name);
        self.directives(&fragment.node.directives);
        self.selections(&fragment.node.selection_set.node, path);
        self.within.pop();
    }

    fn directives(&mut self, directives: &[Positioned<Directive>]) {
        for directive in directives {
            let name = directive.node.name.node.as_str();
            if matches!(name, "skip" | "include") {
                let place = at(directive.pos);
                self.seen.faults.push(format!("@{name} may leave out what must always be answered{place}"));
            }
        }
        for (_, value) in directives.iter().flat_map(|directive| &directive.node.arguments) {
            self.value(&value.node, value.pos);
        }
    }

    fn value(&mut self, value: &Value, place: Pos) {
        match value {
            Value::Variable(name) => self.seen.used.push((name.to_string(), place)),
            Value::List(items) => items.iter().for_each(|item| self.value(item, place)),
            Value::Object(fields) => fields.values().for_each(|field| self.value(field, place)),
            _ => {}
        }
    }
}

/// Comments are for who reads the file.
fn without_leading_comments(text: &str) -> &str {
    let mut rest = text.trim_start();
    while let Some(comment) = rest.strip_prefix('#') {
        rest = comment.split_once('\n').map_or("", |(_, after)| after).trim_start();
    }
    rest.trim_end()
}

#[cfg(test)]
mod tests;
