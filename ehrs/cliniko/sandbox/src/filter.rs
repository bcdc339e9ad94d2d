//! The `q[]=FIELD:OPVALUE` grammar.

use std::cmp::Ordering;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::id::Id;
use crate::refusal::Refusal;

/// What a filterable field holds, which decides its operators.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    Date,
    Instant,
    Number,
    Text,
    Flag,
    /// An array of ids or words.
    Many,
}

/// A field's value in one record.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Cell {
    Null,
    Date(Date),
    Instant(Timestamp),
    Number(i64),
    Text(String),
    Flag(bool),
    Many(Vec<String>),
}

/// One parsed `q[]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    pub field: String,
    test: Test,
}

#[derive(Clone, Debug, PartialEq)]
enum Test {
    Anything,
    Present,
    Absent,
    /// The cell's order against the operand is one of these.
    Compared(&'static [Ordering], Cell),
    Differs(Cell),
    OneOf(Vec<i64>),
    DateLike(String),
    Like(String),
    Contains(String),
    Holds(String),
}

/// Longer operators come first: `>=` before `>`, `!?` before `?`, `~~` before `~`.
const OPERATORS: [&str; 11] = [">=", "<=", "!=", "!?", "~~", "=", ">", "<", "?", "~", "*"];

impl Filter {
    pub fn parse(raw: &str, fields: &[(&str, Kind)]) -> Result<Self, Refusal> {
        let (field, rest) = raw.split_once(':').unwrap_or((raw, ""));
        let Some((_, kind)) = fields.iter().find(|(name, _)| *name == field) else {
            return Err(Refusal::BadRequest(format!("{field} is not filterable")));
        };
        let operator = OPERATORS.into_iter().find(|operator| rest.starts_with(operator));
        let value = operator.and_then(|operator| rest.strip_prefix(operator)).unwrap_or(rest);
        let test = test(*kind, operator.unwrap_or_default(), value).map_err(|wrong| match wrong {
            Wrong::Operator => Refusal::BadRequest(format!("Filter operator for {field} is not valid")),
            Wrong::Value(what) => Refusal::BadRequest(format!("Filter value for {field} must be a {what}")),
        })?;
        Ok(Self { field: field.to_owned(), test })
    }

    pub fn admits(&self, cell: &Cell) -> bool {
        match (&self.test, cell) {
            (Test::Anything, _) => true,
            (Test::Absent, cell) => *cell == Cell::Null,
            // As in SQL, a comparison with null is never true.
            (_, Cell::Null) => false,
            (Test::Present, _) => true,
            (Test::Compared(orders, operand), cell) => orders.contains(&order(cell, operand)),
            (Test::Differs(operand), cell) => order(cell, operand) != Ordering::Equal,
            (Test::OneOf(numbers), Cell::Number(number)) => numbers.contains(number),
            (Test::DateLike(pattern), Cell::Date(date)) => date_like(pattern, *date),
            (Test::Like(pattern), Cell::Text(text)) => like(&pattern.to_lowercase(), &text.to_lowercase()),
            (Test::Contains(part), Cell::Text(text)) => text.to_lowercase().contains(&part.to_lowercase()),
            (Test::Holds(item), Cell::Many(items)) => items.contains(item),
            (Test::OneOf(_) | Test::DateLike(_) | Test::Like(_) | Test::Contains(_) | Test::Holds(_), _) => {
                false
            }
        }
    }
}

enum Wrong {
    Operator,
    Value(&'static str),
}

fn test(kind: Kind, operator: &str, value: &str) -> Result<Test, Wrong> {
    let nullable = !matches!(kind, Kind::Flag | Kind::Many);
    match (kind, operator) {
        (_, "?") if nullable && value.is_empty() => Ok(Test::Present),
        (_, "!?") if nullable && value.is_empty() => Ok(Test::Absent),
        (Kind::Instant, "*") if value.is_empty() => Ok(Test::Anything),
        (Kind::Instant, ">=" | ">" | "<=" | "<") => {
            let operand = instant(value).ok_or(Wrong::Value("date time"))?;
            Ok(Test::Compared(orders(operator), Cell::Instant(operand)))
        }
        (Kind::Date, "=") if value.contains('*') => {
            if is_date_pattern(value) {
                Ok(Test::DateLike(value.to_owned()))
            } else {
                Err(Wrong::Value("date"))
            }
        }
        (Kind::Date, "=" | ">=" | ">" | "<=" | "<") => {
            let operand = value.parse().map_err(|_| Wrong::Value("date"))?;
            Ok(Test::Compared(orders(operator), Cell::Date(operand)))
        }
        (Kind::Number, "=") => {
            let numbers: Result<Vec<i64>, _> = value.split(',').map(|number| number.trim().parse()).collect();
            numbers.map(Test::OneOf).map_err(|_| Wrong::Value("number"))
        }
        (Kind::Number, ">=" | ">" | "<=" | "<") => {
            let operand = value.parse().map_err(|_| Wrong::Value("number"))?;
            Ok(Test::Compared(orders(operator), Cell::Number(operand)))
        }
        (Kind::Number, "!=") => value
            .parse()
            .map(|number| Test::Differs(Cell::Number(number)))
            .map_err(|_| Wrong::Value("number")),
        (Kind::Text, "=") => Ok(Test::Compared(orders("="), Cell::Text(value.to_owned()))),
        (Kind::Text, "!=") => Ok(Test::Differs(Cell::Text(value.to_owned()))),
        (Kind::Text, "~") => Ok(Test::Contains(value.to_owned())),
        (Kind::Text, "~~") => Ok(Test::Like(value.to_owned())),
        (Kind::Flag, "=" | "!=") => {
            let operand = value.parse().map(Cell::Flag).map_err(|_| Wrong::Value("boolean"))?;
            Ok(if operator == "=" { Test::Compared(orders("="), operand) } else { Test::Differs(operand) })
        }
        (Kind::Many, "~") => Ok(Test::Holds(value.to_owned())),
        _ => Err(Wrong::Operator),
    }
}

fn orders(operator: &str) -> &'static [Ordering] {
    match operator {
        ">=" => &[Ordering::Greater, Ordering::Equal],
        ">" => &[Ordering::Greater],
        "<=" => &[Ordering::Less, Ordering::Equal],
        "<" => &[Ordering::Less],
        _ => &[Ordering::Equal],
    }
}

/// Text compares without regard to case.
fn order(cell: &Cell, operand: &Cell) -> Ordering {
    match (cell, operand) {
        (Cell::Text(cell), Cell::Text(operand)) => cell.to_lowercase().cmp(&operand.to_lowercase()),
        (cell, operand) => cell.cmp(operand),
    }
}

/// An instant in UTC; a bare date is its midnight.
fn instant(value: &str) -> Option<Timestamp> {
    value.parse().ok().or_else(|| {
        let date: Date = value.parse().ok().filter(|_| value.len() == "2026-01-31".len())?;
        date.to_zoned(TimeZone::UTC).ok().map(|midnight| midnight.timestamp())
    })
}

fn is_date_pattern(value: &str) -> bool {
    value.len() == 10
        && value.chars().zip("****-**-**".chars()).all(|(given, form)| match form {
            '-' => given == '-',
            _ => given == '*' || given.is_ascii_digit(),
        })
}

fn date_like(pattern: &str, date: Date) -> bool {
    pattern.chars().zip(date.to_string().chars()).all(|(wanted, given)| wanted == '*' || wanted == given)
}

/// SQL's LIKE with `%` alone: the parts between the signs occur in this order, the ends anchored.
fn like(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('%') else {
        return pattern == text;
    };
    let Some(mut left) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = rest.split('%').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some((_, after)) = left.split_once(part) else {
            return false;
        };
        left = after;
    }
    left.ends_with(last)
}

impl From<Id> for Cell {
    fn from(id: Id) -> Self {
        Self::Number(id.number())
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<Timestamp> for Cell {
    fn from(instant: Timestamp) -> Self {
        Self::Instant(instant)
    }
}

impl From<Date> for Cell {
    fn from(date: Date) -> Self {
        Self::Date(date)
    }
}

impl From<bool> for Cell {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: &[(&str, Kind)] = &[
        ("id", Kind::Number),
        ("starts_at", Kind::Instant),
        ("date_of_birth", Kind::Date),
        ("email", Kind::Text),
        ("draft", Kind::Flag),
        ("appointment_type_ids", Kind::Many),
    ];

    fn admits(raw: &str, cell: impl Into<Cell>) -> bool {
        Filter::parse(raw, FIELDS).unwrap().admits(&cell.into())
    }

    fn message(raw: &str) -> String {
        match Filter::parse(raw, FIELDS).unwrap_err() {
            Refusal::BadRequest(message) => message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn numbers_compare_and_take_lists() {
        assert!(admits("id:=1,2,3", 2) && !admits("id:=1,2,3", 4));
        assert!(admits("id:!=1", 2) && !admits("id:!=2", 2));
        assert!(admits("id:>=9007199254740993", 9_007_199_254_740_993));
        assert!(!admits("id:>9007199254740993", 9_007_199_254_740_993));
        assert!(admits("id:<5", 4) && admits("id:<=5", 5) && !admits("id:<5", 5));
        assert!(admits("id:?", 1) && !admits("id:!?", 1) && admits("id:!?", None::<Id>));
    }

    #[test]
    fn instants_have_no_equality_but_a_star() {
        let at: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
        assert!(
            admits("starts_at:>=2026-03-02T09:00:00Z", at) && !admits("starts_at:>2026-03-02T09:00:00Z", at)
        );
        assert!(admits("starts_at:<2026-03-02T20:00:01+11:00", at));
        assert!(admits("starts_at:>2026-03-02", at));
        assert!(admits("starts_at:*", at) && admits("starts_at:*", None::<Timestamp>));
        assert_eq!(message("starts_at:=2026-03-02T09:00:00Z"), "Filter operator for starts_at is not valid");
        assert_eq!(message("starts_at:>soon"), "Filter value for starts_at must be a date time");
    }

    #[test]
    fn dates_take_wildcards() {
        let may: Date = "1990-05-31".parse().unwrap();
        assert!(admits("date_of_birth:=****-05-**", may) && !admits("date_of_birth:=****-06-**", may));
        assert!(admits("date_of_birth:=1990-05-31", may) && admits("date_of_birth:<1990-06-01", may));
        assert_eq!(message("date_of_birth:=may"), "Filter value for date_of_birth must be a date");
        assert_eq!(message("date_of_birth:=*"), "Filter value for date_of_birth must be a date");
    }

    #[test]
    fn text_contains_and_matches_wildcards_without_case() {
        assert!(
            admits("email:=ANN@example.com", "ann@example.com") && !admits("email:=ann", "ann@example.com")
        );
        assert!(admits("email:~EXAMPLE", "ann@example.com") && !admits("email:~a%m", "ann@example.com"));
        assert!(admits("email:~~ann@%.com", "ann@example.com") && !admits("email:~~ann", "ann@example.com"));
        assert!(admits("email:~~%e%e%", "ann@example.com") && !admits("email:~~%z%", "ann@example.com"));
        assert!(
            admits("email:!=bo", "ann")
                && !admits("email:!=bo", None::<&str>)
                && admits("email:!?", None::<&str>)
        );
    }

    #[test]
    fn flags_and_arrays_have_their_own_operators() {
        assert!(admits("draft:=true", true) && admits("draft:!=true", false));
        assert!(admits("appointment_type_ids:~7", Cell::Many(vec!["7".into()])));
        assert!(!admits("appointment_type_ids:~7", Cell::Many(vec!["77".into()])));
        assert_eq!(message("draft:>true"), "Filter operator for draft is not valid");
        assert_eq!(message("draft:=yes"), "Filter value for draft must be a boolean");
    }

    #[test]
    fn what_cannot_be_filtered_is_named() {
        assert_eq!(message("phone:=1"), "phone is not filterable");
        assert_eq!(message("id:=one"), "Filter value for id must be a number");
        assert_eq!(message("id:like:1"), "Filter operator for id is not valid");
        assert_eq!(message("id"), "Filter operator for id is not valid");
    }
}
