//! The schema that is served is the one that is written down.

use std::collections::BTreeMap;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{FieldDefinition, InputValueDefinition, TypeKind, TypeSystemDefinition};
use async_graphql::{EmptySubscription, Schema};

use super::mutation::Mutation;
use super::query::Query;

const WRITTEN: &str = include_str!("../../../schema.graphql");

fn served() -> String {
    Schema::new(Query, Mutation, EmptySubscription).sdl()
}

/// Every member as one line, such as `Query.client(id: ID!): Client`, with its description.
fn members(sdl: &str) -> BTreeMap<String, String> {
    let mut members = BTreeMap::new();
    for definition in parse_schema(sdl).unwrap().definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let definition = definition.node;
        let name = definition.name.node;
        let mut add = |member: String, description: Option<String>| {
            members.insert(format!("{name}{member}"), description.unwrap_or_default());
        };
        let description = definition.description.map(|text| text.node);
        match definition.kind {
            TypeKind::Scalar => add(": scalar".to_owned(), description),
            TypeKind::Object(object) => {
                add(": type".to_owned(), description);
                for field in object.fields {
                    add(field_line(&field.node), field.node.description.map(|text| text.node));
                }
            }
            TypeKind::InputObject(input) => {
                add(": input".to_owned(), description);
                for field in input.fields {
                    add(format!(".{}", input_line(&field.node)), None);
                }
            }
            TypeKind::Enum(kind) => {
                add(": enum".to_owned(), description);
                for value in kind.values {
                    add(format!(".{}", value.node.value.node), None);
                }
            }
            TypeKind::Interface(_) | TypeKind::Union(_) => panic!("there is none"),
        }
    }
    members
}

fn field_line(field: &FieldDefinition) -> String {
    let mut arguments: Vec<_> = field.arguments.iter().map(|argument| input_line(&argument.node)).collect();
    arguments.sort();
    format!(".{}({}): {}", field.name.node, arguments.join(", "), field.ty.node)
}

fn input_line(input: &InputValueDefinition) -> String {
    assert!(input.default_value.is_none());
    format!("{}: {}", input.name.node, input.ty.node)
}

/// Without its flag and however its lines are broken.
fn words(description: &str) -> String {
    let text = description.trim_start_matches("KNOWN.").trim_start_matches("ASSUMED.");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_server_has_exactly_the_members_that_are_written_down() {
    let (served, written) = (served(), members(WRITTEN));
    let served = members(&served);
    assert!(written.len() > 100, "{}", written.len());
    assert_eq!(Vec::from_iter(served.keys()), Vec::from_iter(written.keys()));
}

#[test]
fn descriptions_are_those_that_are_written_down() {
    let served = members(&served());
    for (member, written) in members(WRITTEN) {
        if !written.is_empty() {
            assert_eq!(words(&served[&member]), words(&written), "{member}");
        }
    }
}

#[test]
fn only_two_operations_are_flagged_as_known() {
    let mut known = Vec::new();
    for (member, description) in members(&served()) {
        let root = member.starts_with("Query.") || member.starts_with("Mutation.");
        if root && description.starts_with("KNOWN.") {
            known.push(member.split_once('(').unwrap().0.to_owned());
        } else if root {
            assert!(description.starts_with("ASSUMED."), "{member}");
        }
    }
    assert_eq!(known, ["Mutation.createClient", "Mutation.updateUser"]);
}
