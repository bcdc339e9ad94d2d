//! The content of notes and templates: sections of questions.

use serde_json::{Map, Value};

/// What survives in the answer to a paragraph question.
const TAGS: [&str; 13] = ["p", "div", "br", "ul", "ol", "li", "blockquote", "h1", "h2", "b", "i", "u", "a"];

const TYPES: [&str; 6] = ["text", "paragraph", "date", "radiobuttons", "checkboxes", "bodycharts"];

/// The content with its HTML cleaned, or none if it breaks a rule. No sections at all are null.
pub fn checked(content: &Map<String, Value>) -> Option<Value> {
    let Some(sections) = content.get("sections") else {
        return content.is_empty().then_some(Value::Null);
    };
    let sections = filled(sections)?.iter().map(section).collect::<Option<Vec<_>>>()?;
    Some(Map::from_iter([("sections".to_owned(), Value::from(sections))]).into())
}

fn section(section: &Value) -> Option<Value> {
    let mut section = section.as_object()?.clone();
    named(&section, "name", 255)?;
    if section.contains_key("description") {
        section.get("description")?.as_str().filter(|text| text.chars().count() <= 10_000)?;
    }
    if let Some(questions) = section.get("questions") {
        let questions = filled(questions)?.iter().map(question).collect::<Option<Vec<_>>>()?;
        section.insert("questions".to_owned(), questions.into());
    }
    Some(section.into())
}

fn question(question: &Value) -> Option<Value> {
    let mut question = question.as_object()?.clone();
    named(&question, "name", 10_000)?;
    let kind = question.get("type")?.as_str().filter(|kind| TYPES.contains(kind))?.to_owned();
    if let Some(answer) = question.get("answer") {
        let answer = answer.as_str().filter(|answer| !answer.is_empty())?;
        match kind.as_str() {
            "paragraph" => {
                let cleaned = clean(answer);
                question.insert("answer".to_owned(), cleaned.into());
            }
            "text" => {}
            "date" => drop(answer.parse::<jiff::civil::Date>().ok()?),
            _ => return None,
        }
    }
    let mut selected: usize = 0;
    if let Some(answers) = question.get("answers") {
        for answer in filled(answers)? {
            answer.get("value")?.as_str()?;
            match answer.get("selected") {
                None => {}
                Some(Value::Bool(true)) => selected = selected.saturating_add(1),
                Some(_) => return None,
            }
        }
    }
    let other = question.get("other");
    let flag = |key: &str| other.and_then(|other| other.get(key)) == Some(&Value::Bool(true));
    if flag("selected") && !flag("enabled") {
        return None;
    }
    let single = kind == "radiobuttons";
    if single && selected.saturating_add(usize::from(flag("selected"))) > 1 {
        return None;
    }
    Some(question.into())
}

fn named<'v>(object: &'v Map<String, Value>, key: &str, longest: usize) -> Option<&'v str> {
    let name = object.get(key)?.as_str()?;
    (1..=longest).contains(&name.chars().count()).then_some(name)
}

/// An array with something in it: empty ones are invalid.
fn filled(value: &Value) -> Option<&Vec<Value>> {
    value.as_array().filter(|items| !items.is_empty())
}

/// Drops unknown tags and keeps what is between them.
fn clean(html: &str) -> String {
    let mut cleaned = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, from_tag)) = rest.split_once('<') {
        cleaned.push_str(before);
        let Some((tag, after)) = from_tag.split_once('>') else {
            // A lone sign is text.
            cleaned.push_str("&lt;");
            rest = from_tag;
            continue;
        };
        let name = tag
            .trim_start_matches('/')
            .split(|c: char| !c.is_ascii_alphanumeric())
            .next()
            .unwrap_or_default();
        if TAGS.contains(&name.to_ascii_lowercase().as_str()) {
            cleaned.push('<');
            cleaned.push_str(tag);
            cleaned.push('>');
        }
        rest = after;
    }
    cleaned.push_str(rest);
    cleaned
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(content: Value) -> Option<Value> {
        checked(content.as_object().unwrap())
    }

    fn with(question: Value) -> Option<Value> {
        check(json!({"sections": [{"name": "S", "questions": [question]}]}))
    }

    #[test]
    fn no_sections_are_null_and_empty_ones_invalid() {
        assert_eq!(check(json!({})), Some(Value::Null));
        assert_eq!(check(json!({"sections": []})), None);
        assert_eq!(check(json!({"sections": [{"name": "S", "questions": []}]})), None);
        assert_eq!(check(json!({"text": "x"})), None);
    }

    #[test]
    fn answers_follow_their_type() {
        assert!(with(json!({"name": "Q", "type": "text", "answer": "7"})).is_some());
        assert!(with(json!({"name": "Q", "type": "date", "answer": "2026-01-31"})).is_some());
        assert!(with(json!({"name": "Q", "type": "text", "answer": ""})).is_none());
        assert!(with(json!({"name": "Q", "type": "essay", "answer": "x"})).is_none());
        assert!(with(json!({"type": "text", "answer": "x"})).is_none());
    }

    #[test]
    fn one_radio_button_is_selected_at_most() {
        let chosen = json!({"value": "L", "selected": true});
        assert!(
            with(json!({"name": "Q", "type": "radiobuttons", "answers": [chosen, {"value": "R"}]})).is_some()
        );
        assert!(with(json!({"name": "Q", "type": "radiobuttons", "answers": [chosen, chosen]})).is_none());
        assert!(with(json!({"name": "Q", "type": "checkboxes", "answers": [chosen, chosen]})).is_some());
        assert!(
            with(json!({"name": "Q", "type": "checkboxes", "answers": [{"value": "L", "selected": false}]}))
                .is_none()
        );
        assert!(with(json!({"name": "Q", "type": "checkboxes", "other": {"selected": true}})).is_none());
    }

    #[test]
    fn paragraphs_keep_known_tags_only() {
        assert_eq!(clean("<p>a<br>b</p><script x=\"1\">c</script> 1 < 2"), "<p>a<br>b</p>c 1 &lt; 2");
    }
}
