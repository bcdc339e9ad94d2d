//! What comes back: data, errors, or both, with HTTP 200 or without.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The body of an answer.
#[derive(Clone, Deserialize)]
pub struct Reply {
    /// By our aliases. With errors it may be there in part.
    #[serde(default)]
    pub data: Option<Value>,
    /// Empty or missing: all went well.
    #[serde(default, deserialize_with = "super::lenient::list")]
    pub errors: Vec<Error>,
}

/// One error of GraphQL.
#[derive(Clone, Deserialize)]
#[serde(try_from = "Value")]
pub struct Error {
    /// Kaddio's words.
    pub message: String,
    /// How many steps below the root it happened; `None`: before anything was carried out, or nobody tells.
    pub depth: Option<usize>,
}

impl TryFrom<Value> for Error {
    type Error = &'static str;

    fn try_from(error: Value) -> Result<Self, Self::Error> {
        let message = match error.get("message").and_then(Value::as_str) {
            Some(message) => message.to_owned(),
            None => error.to_string(),
        };
        let depth = error.get("path").and_then(Value::as_array).map(Vec::len);
        Ok(Self { message, depth })
    }
}

/// Kaddio did not do what it was asked for.
pub struct Refusal {
    /// Its words.
    pub words: String,
    /// Whether it may have been done all the same: the error is about a part of the answer.
    pub done: bool,
}

/// Where an answer was not what it should be. Never holds a value of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Path of the field, by our aliases.
    pub path: String,
}

impl Unreadable {
    /// Whether it is no JSON, or none of the right kind.
    pub fn is_all(&self) -> bool {
        self.path == "."
    }
}

impl Reply {
    /// Reads the body of a 2xx answer.
    pub fn read(body: &[u8]) -> Result<Self, Unreadable> {
        serde_json::from_slice(body).map_err(|_| Unreadable { path: ".".to_owned() })
    }

    /// The data of an answer without errors.
    pub fn into_data(self) -> Result<Value, Refusal> {
        if self.errors.is_empty() {
            return Ok(self.data.unwrap_or_default());
        }
        let root_is_there = self
            .data
            .as_ref()
            .and_then(Value::as_object)
            .is_some_and(|data| data.values().any(|root| !root.is_null()));
        let below_the_root = self.errors.iter().any(|error| error.depth.is_some_and(|depth| depth > 1));
        let words: Vec<_> = self.errors.into_iter().map(|error| error.message).collect();
        Err(Refusal { words: words.join("; "), done: root_is_there || below_the_root })
    }
}

/// Reads the data of an answer.
pub fn data<T: DeserializeOwned>(data: Value) -> Result<T, Unreadable> {
    serde_path_to_error::deserialize(data).map_err(|error| Unreadable { path: error.path().to_string() })
}

/// Kaddio's words in the body of an answer that is not 2xx: `error` or `message`, else all of it.
pub fn words(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Body {
        error: Option<Value>,
        message: Option<Value>,
        #[serde(default, deserialize_with = "super::lenient::list")]
        errors: Vec<Error>,
    }

    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    let said = serde_json::from_slice::<Body>(body).ok().and_then(|body| {
        let errors: Vec<_> = body.errors.into_iter().map(|error| error.message).collect();
        let errors = (!errors.is_empty()).then(|| errors.join("; "));
        body.error.map(text).or(body.message.map(text)).or(errors)
    });
    said.unwrap_or_else(|| String::from_utf8_lossy(body).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(body: &str) -> Result<Value, Refusal> {
        Reply::read(body.as_bytes()).unwrap().into_data()
    }

    #[test]
    fn data_without_errors_is_an_answer() {
        for body in
            [r#"{"data":{"a":1}}"#, r#"{"data":{"a":1},"errors":[]}"#, r#"{"data":{"a":1},"errors":null}"#]
        {
            assert_eq!(reply(body).ok(), Some(serde_json::json!({"a": 1})), "{body}");
        }
    }

    #[test]
    fn errors_are_a_refusal_with_all_their_words() {
        let body = r#"{"data":{"a":null},"errors":[{"message":"Taken"},{"message":"Full","path":["a"]}]}"#;
        let refusal = reply(body).err().unwrap();
        assert_eq!((refusal.words.as_str(), refusal.done), ("Taken; Full", false));
        let bare = reply(r#"{"errors":["no"]}"#).err().unwrap();
        assert_eq!((bare.words.as_str(), bare.done), ("\"no\"", false));
    }

    #[test]
    fn an_error_in_a_part_of_the_answer_does_not_undo_what_was_done() {
        for body in [
            r#"{"data":{"a":{"id":"x","b":null}},"errors":[{"message":"m","path":["a","b"]}]}"#,
            r#"{"data":{"a":null},"errors":[{"message":"m","path":["a","b"]}]}"#,
            r#"{"data":{"a":{"id":"x"}},"errors":[{"message":"m"}]}"#,
        ] {
            assert!(reply(body).err().unwrap().done, "{body}");
        }
    }

    #[test]
    fn the_words_of_another_status_are_its_error_or_its_message() {
        for (body, said) in [
            (r#"{"error":"Unauthorized"}"#, "Unauthorized"),
            (r#"{"message":"Too many requests"}"#, "Too many requests"),
            (r#"{"error":{"code":5}}"#, r#"{"code":5}"#),
            (r#"{"errors":[{"message":"Cannot query field"}]}"#, "Cannot query field"),
            ("<html>", "<html>"),
            ("", ""),
        ] {
            assert_eq!(words(body.as_bytes()), said);
        }
    }
}
