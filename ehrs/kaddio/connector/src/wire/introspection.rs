//! What a GraphQL server says about its own schema (GraphQL specification, section 4).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};
use vardbro_ehr::wire::{Call, Safety};

use super::lenient::list;
use super::{Api, REPEATS, Unreadable};

/// Types may be wrapped in lists and non-nulls; deeper than this nobody does.
const QUERY: &str = "query Introspection {
  __schema {
    queryType { name }
    mutationType { name }
    types {
      name
      kind
      fields(includeDeprecated: true) { name args { name defaultValue type { ...Wrapped } } type { ...Wrapped } }
      inputFields { name }
    }
  }
}
fragment Wrapped on __Type {
  name kind ofType { name kind ofType { name kind ofType { name kind ofType { name kind ofType { name kind } } } } }
}";

/// Asks for the schema.
pub fn introspection(api: &Api) -> Call {
    let request = api.post(QUERY, Map::new(), api.host());
    Call::new(Safety::Read, "POST /graphql introspection", request)
        .answer_up_to(super::MAX_ANSWER_BYTES)
        .repeated(REPEATS)
}

/// A schema, by the names of its types.
#[derive(Debug)]
pub struct Schema {
    /// The type that queries begin at.
    pub query: Option<String>,
    /// The type that mutations begin at.
    pub mutation: Option<String>,
    /// Every type.
    pub types: BTreeMap<String, TypeInfo>,
}

/// What is of interest of a type.
#[derive(Debug, Deserialize)]
pub struct TypeInfo {
    name: Option<String>,
    kind: String,
    #[serde(default, deserialize_with = "list")]
    fields: Vec<FieldInfo>,
    #[serde(default, rename = "inputFields", deserialize_with = "list")]
    inputs: Vec<Named>,
}

/// A field of a type.
#[derive(Debug, Deserialize)]
pub struct FieldInfo {
    name: String,
    #[serde(default, deserialize_with = "list")]
    args: Vec<ArgumentInfo>,
    #[serde(rename = "type")]
    of: TypeRef,
}

/// An argument of a field.
#[derive(Debug, Deserialize)]
pub struct ArgumentInfo {
    name: String,
    #[serde(default, rename = "defaultValue")]
    default: Option<String>,
    #[serde(rename = "type")]
    of: TypeRef,
}

#[derive(Debug, Deserialize)]
struct Named {
    name: String,
}

#[derive(Debug, Deserialize)]
struct TypeRef {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    kind: Option<String>,
    #[serde(default, rename = "ofType")]
    of: Option<Box<TypeRef>>,
}

impl TypeRef {
    fn named(&self) -> Option<&str> {
        match &self.of {
            Some(inner) => inner.named(),
            None => self.name.as_deref(),
        }
    }
}

impl TypeInfo {
    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&FieldInfo> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Whether something must be selected of it.
    pub fn has_parts(&self) -> bool {
        matches!(self.kind.as_str(), "OBJECT" | "INTERFACE" | "UNION")
    }

    /// Whether an input object has such a field.
    pub fn takes(&self, field: &str) -> bool {
        self.inputs.iter().any(|input| input.name == field)
    }
}

impl FieldInfo {
    /// The name of its type, unwrapped.
    pub fn type_name(&self) -> Option<&str> {
        self.of.named()
    }

    /// The name of an argument's type, unwrapped.
    pub fn argument_type(&self, argument: &str) -> Option<&str> {
        self.args.iter().find(|arg| arg.name == argument)?.of.named()
    }

    /// Whether it takes the argument.
    pub fn takes(&self, argument: &str) -> bool {
        self.args.iter().any(|arg| arg.name == argument)
    }

    /// The arguments without which it is refused.
    pub fn required(&self) -> impl Iterator<Item = &str> {
        let required =
            |arg: &&ArgumentInfo| arg.default.is_none() && arg.of.kind.as_deref() == Some("NON_NULL");
        self.args.iter().filter(required).map(|arg| arg.name.as_str())
    }
}

/// Reads the data of an answer. `None`: the server does not tell.
pub fn read_schema(data: Value) -> Result<Option<Schema>, Unreadable> {
    #[derive(Deserialize)]
    struct Data {
        #[serde(default, rename = "__schema")]
        schema: Option<Raw>,
    }
    #[derive(Deserialize)]
    struct Raw {
        #[serde(default, rename = "queryType")]
        query: Option<Named>,
        #[serde(default, rename = "mutationType")]
        mutation: Option<Named>,
        types: Vec<TypeInfo>,
    }

    let Some(raw) = super::reply::data::<Option<Data>>(data)?.and_then(|data| data.schema) else {
        return Ok(None);
    };
    Ok(Some(Schema {
        query: raw.query.map(|named| named.name),
        mutation: raw.mutation.map(|named| named.name),
        types: raw.types.into_iter().filter_map(|info| Some((info.name.clone()?, info))).collect(),
    }))
}
