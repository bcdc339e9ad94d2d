//! How much one operation may ask.

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use async_graphql::{EmptySubscription, SchemaBuilder};

use super::mutation::Mutation;
use super::query::Query;

/// The schema itself is four deep; tools that ask for it go down to fifteen.
const DEPTH: usize = 16;
const FIELDS: usize = 1_000;
/// To look through all calendars is as much as so many fields.
pub const CALENDAR: usize = 50;
const DIRECTIVES: usize = 4;
const QUERY_BYTES: usize = 64 * 1024;
/// Fragments within fragments multiply before depth and fields are counted.
const SPREADS: usize = 24;

pub fn applied(
    schema: SchemaBuilder<Query, Mutation, EmptySubscription>,
) -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    schema.limit_depth(DEPTH).limit_complexity(FIELDS).limit_directives(DIRECTIVES)
}

/// The document, unless it is too long to look at or cannot be parsed.
pub fn document(query: &str) -> Option<ExecutableDocument> {
    if query.len() > QUERY_BYTES { None } else { parse_query(query).ok() }
}

/// What must hold before an operation is looked at more closely.
pub fn check(query: &str, introspection: bool) -> Result<(), &'static str> {
    if query.len() > QUERY_BYTES {
        return Err("The query is too long");
    }
    // What cannot be parsed is reported in full by the schema.
    let Some(document) = document(query) else { return Ok(()) };
    let content = Content::of(&document);
    if content.spreads > SPREADS {
        return Err("The query has too many fragments");
    }
    if content.introspection && !introspection {
        return Err("Introspection is turned off");
    }
    Ok(())
}

#[derive(Default)]
struct Content {
    spreads: usize,
    introspection: bool,
}

impl Content {
    fn of(document: &ExecutableDocument) -> Self {
        let mut content = Self::default();
        for (_, operation) in document.operations.iter() {
            content.add(&operation.node.selection_set.node);
        }
        for fragment in document.fragments.values() {
            content.add(&fragment.node.selection_set.node);
        }
        content
    }

    fn add(&mut self, set: &SelectionSet) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    self.introspection |= ["__schema", "__type"].contains(&field.node.name.node.as_str());
                    self.add(&field.node.selection_set.node);
                }
                Selection::InlineFragment(inline) => self.add(&inline.node.selection_set.node),
                Selection::FragmentSpread(_) => self.spreads += 1,
            }
        }
    }
}
