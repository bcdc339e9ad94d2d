//! The values that were given for the keys: the default, the file over it, the environment over that.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, LazyLock};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::environment::{self, Environment, PREFIX, variable};
use super::fault::{Fault, Faults, Origin, Wrong};
use super::value::{Setting, Value};

/// The commented default.
pub const DEFAULT: &str = include_str!("vardbro.toml");

/// A value and where it was given.
#[derive(Clone)]
pub struct Sourced {
    pub value: Value,
    pub origin: Origin,
}

/// A value that is in force, as it is shown.
#[derive(Debug, Clone)]
pub struct InForce {
    pub key: &'static str,
    pub shown: toml::Value,
    pub origin: Origin,
}

/// By key; what cannot be used is noted while they are read.
pub struct Given {
    values: BTreeMap<&'static str, Sourced>,
    in_force: Vec<InForce>,
    faults: Vec<Fault>,
    refused: BTreeSet<&'static str>,
}

impl Given {
    /// All layers, one over the other.
    pub fn layers(file: Option<(&Path, &str)>, environment: &Environment) -> Self {
        let values = KEYS
            .iter()
            .map(|(key, value)| (key.as_str(), Sourced { value: value.clone(), origin: Origin::Default }));
        let mut given = Self {
            values: values.collect(),
            in_force: Vec::new(),
            faults: Vec::new(),
            refused: BTreeSet::new(),
        };
        if let Some((path, text)) = file {
            given.lay_file(path, text);
        }
        given.lay_environment(environment);
        given
    }

    fn lay_file(&mut self, path: &Path, text: &str) {
        let path: Arc<Path> = path.into();
        let origin = |offset: usize| Origin::in_file(&path, text, offset);
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let origin = origin(error.span().map_or(0, |span| span.start));
            self.fault(origin, Wrong::Syntax(error.message().to_owned()));
        }
        for (name, value) in table.as_ref() {
            let section = name.as_ref().as_ref();
            if !sections().any(|known| known == section) {
                let wrong =
                    Wrong::UnknownSection { section: section.to_owned(), nearest: nearest_section(section) };
                self.fault(origin(name.span().start), wrong);
                continue;
            }
            match value.as_ref() {
                DeValue::Table(keys) => self.lay_section(section, keys, &origin),
                _ => self.fault(origin(name.span().start), Wrong::Section(section.to_owned())),
            }
        }
    }

    fn lay_section(&mut self, section: &str, keys: &DeTable<'_>, origin: &impl Fn(usize) -> Origin) {
        for (name, value) in keys {
            let key = format!("{section}.{}", name.as_ref());
            match KEYS.get_key_value(&key) {
                Some((key, _)) => {
                    let origin = origin(start(value));
                    self.values.insert(key, Sourced { value: Value::of(value.as_ref()), origin });
                }
                None => {
                    let nearest = nearest_key(&key);
                    self.fault(origin(name.span().start), Wrong::UnknownKey { key, nearest });
                }
            }
        }
    }

    fn lay_environment(&mut self, environment: &Environment) {
        let keys: BTreeMap<String, &'static str> =
            KEYS.keys().map(|key| (variable(key), key.as_str())).collect();
        let filter = environment.get(environment::LOG).map(|words| (environment::LOG, words));
        for (name, words) in environment.iter().chain(filter) {
            let origin = Origin::Variable(name.to_owned());
            let key = if name == environment::LOG { Some(&"log.filter") } else { keys.get(name) };
            match (key, words.to_str()) {
                (Some(key), Some(words)) => {
                    self.values.insert(key, Sourced { value: Value::Words(words.to_owned()), origin });
                }
                (Some(_), None) => self.fault(origin, Wrong::NotText),
                (None, _) => {
                    let known = keys.keys().map(String::as_str).chain(environment::OTHERS);
                    self.fault(origin, Wrong::UnknownVariable { nearest: nearest_variable(name, known) });
                }
            }
        }
    }

    /// The value of a key; the default if it cannot be used, which is noted.
    pub fn read<T: Setting>(&mut self, key: &'static str) -> Option<T> {
        self.read_if(key, T::ALLOWED, |_| true)
    }

    /// The same of a key whose value lies between two others, which are written as in a variable.
    pub fn between<T: Setting + PartialOrd>(
        &mut self,
        key: &'static str,
        least: &str,
        most: &str,
    ) -> Option<T> {
        let bound = |text: &str| T::read(&Value::Words(text.to_owned()));
        let allowed = format!("{}, from {least} to {most}", T::ALLOWED);
        self.read_if(key, &allowed, |value: &T| {
            bound(least).is_some_and(|least| *value >= least)
                && bound(most).is_some_and(|most| *value <= most)
        })
    }

    fn read_if<T: Setting>(
        &mut self,
        key: &'static str,
        allowed: &str,
        holds: impl Fn(&T) -> bool,
    ) -> Option<T> {
        let Sourced { value, origin } = self.values.get(key)?.clone();
        if let Some(read) = T::read(&value).filter(holds) {
            self.in_force.push(InForce { key, shown: T::shown(&value), origin });
            return Some(read);
        }
        self.refuse(key, Wrong::Value { key, allowed: allowed.to_owned() });
        T::read(KEYS.get(key)?)
    }

    /// Notes what is wrong with a key.
    pub fn refuse(&mut self, key: &'static str, wrong: Wrong) {
        self.refused.insert(key);
        let origin = self.values.get(key).map_or(Origin::Default, |given| given.origin.clone());
        self.fault(origin, wrong);
    }

    /// Notes what is wrong somewhere.
    pub fn fault(&mut self, origin: Origin, wrong: Wrong) {
        self.faults.push(Fault { origin, wrong });
    }

    /// Whether something is wrong with any of these keys.
    pub fn is_refused(&self, keys: &[&str]) -> bool {
        keys.iter().any(|key| self.refused.contains(key))
    }

    /// Shows something else for a key than what was given.
    pub fn show(&mut self, key: &'static str, shown: impl Into<toml::Value>, origin: Option<Origin>) {
        if let Some(present) = self.in_force.iter_mut().find(|present| present.key == key) {
            present.shown = shown.into();
            present.origin = origin.unwrap_or_else(|| present.origin.clone());
        }
    }

    /// What was made of it and what is in force, or all that is wrong, by place. There is nothing without something being wrong.
    pub fn outcome<T>(self, made: Option<T>) -> Result<(T, Vec<InForce>), Faults> {
        let Self { mut faults, in_force, .. } = self;
        match made {
            Some(made) if faults.is_empty() => Ok((made, in_force)),
            _ => {
                faults.sort_by(|one, other| one.origin.cmp(&other.origin));
                say_once(&mut faults);
                Err(Faults::Content(faults))
            }
        }
    }
}

/// Leaves out that a line is not TOML where it is said what must stand there: a text without its quotes, most likely. What follows
/// the first such fault of a line is no news either.
fn say_once(faults: &mut Vec<Fault>) {
    let is_syntax = |fault: &Fault| matches!(fault.wrong, Wrong::Syntax(_));
    let mut told: BTreeSet<_> =
        faults.iter().filter(|fault| !is_syntax(fault)).filter_map(|fault| fault.origin.line()).collect();
    faults.retain(|fault| !is_syntax(fault) || fault.origin.line().is_none_or(|line| told.insert(line)));
}

/// Every key and its default, by key.
pub static KEYS: LazyLock<BTreeMap<String, Value>> = LazyLock::new(|| {
    let (table, _) = DeTable::parse_recoverable(DEFAULT);
    let sections = table.as_ref().iter().filter_map(|(name, value)| Some((name, value.as_ref().as_table()?)));
    let keys = sections.flat_map(|(section, keys)| {
        keys.iter().map(move |(name, value)| {
            (format!("{}.{}", section.as_ref(), name.as_ref()), Value::of(value.as_ref()))
        })
    });
    keys.collect()
});

fn sections() -> impl Iterator<Item = &'static str> {
    KEYS.keys().filter_map(|key| key.split_once('.').map(|(section, _)| section))
}

fn start(value: &Spanned<DeValue<'_>>) -> usize {
    value.span().start
}

/// A section, or a key that was written without one.
fn nearest_section(name: &str) -> Option<String> {
    nearest(name, sections()).map(|section| format!("[{section}]")).or_else(|| {
        let key = KEYS.keys().find(|key| bare(key) == name);
        key.cloned()
    })
}

/// A key whose name is alike, in the same section if possible.
fn nearest_key(key: &str) -> Option<String> {
    let section = key.strip_suffix(bare(key)).unwrap_or_default();
    let (same, other): (Vec<_>, Vec<_>) =
        KEYS.keys().map(String::as_str).partition(|known| known.starts_with(section));
    let in_section = nearest(bare(key), same.iter().map(|known| bare(known)));
    in_section.map(|name| format!("{section}{name}")).or_else(|| {
        let elsewhere = other.into_iter().find(|known| bare(known) == bare(key));
        elsewhere.map(str::to_owned)
    })
}

/// A variable that is alike, or one that was written without its section.
fn nearest_variable<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<String> {
    let own = |name: &'k str| name.strip_prefix(PREFIX).unwrap_or(name);
    let (name, known) = (name.strip_prefix(PREFIX).unwrap_or(name), known.map(own).collect::<Vec<_>>());
    let without_section = || {
        let rest = format!("_{name}");
        known.iter().find(|known| known.ends_with(&rest)).map(|known| (*known).to_owned())
    };
    let found = nearest(name, known.iter().copied()).or_else(without_section);
    found.map(|name| format!("{PREFIX}{name}"))
}

/// A key without its section.
fn bare(key: &str) -> &str {
    key.split_once('.').map_or(key, |(_, name)| name)
}

/// The one among the known that was probably meant.
fn nearest<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<String> {
    let likeness = |known: &str| strsim::jaro_winkler(name, known);
    let all = known.map(|known| (known, likeness(known))).filter(|(_, likeness)| *likeness > 0.8);
    all.max_by(|(_, one), (_, other)| one.total_cmp(other)).map(|(known, _)| known.to_owned())
}
