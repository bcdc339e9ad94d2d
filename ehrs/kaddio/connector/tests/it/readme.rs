//! The README's table of operations is what the code says.

use vardbro_kaddio::SETTINGS;
use vardbro_kaddio::operations::{Name, Spec, Variable};

fn row(spec: &Spec) -> String {
    let variable = |variable: &Variable| {
        let name = variable.name;
        if variable.needed { format!("**{name}**") } else { name.to_owned() }
    };
    let mut variables: Vec<String> = spec.variables.iter().map(variable).collect();
    if variables.is_empty() {
        variables.push("–".to_owned());
    }
    let begin = spec.shipped.trim_start_matches(['#', ' ']);
    let evidence = begin.split(['.', ',', ' ']).next().unwrap().to_lowercase();
    format!("| `{}` | {} | {evidence} | {} | {} |", spec.name, spec.what, variables.join(", "), answers(spec))
}

/// Paths grouped by what they are a part of, needed ones in bold.
fn answers(spec: &Spec) -> String {
    let mut wholes: Vec<(&str, Vec<String>)> = Vec::new();
    let bold = |name: &str, needed: bool| if needed { format!("**{name}**") } else { name.to_owned() };
    for answer in spec.answers {
        let has_parts = spec.answers.iter().any(|part| part.path.starts_with(&format!("{}.", answer.path)));
        if has_parts {
            wholes.push((answer.path, Vec::new()));
        }
        let (whole, name) = answer.path.rsplit_once('.').unwrap_or(("", answer.path));
        if let Some((_, parts)) = wholes.iter_mut().find(|(path, _)| *path == whole)
            && !has_parts
        {
            parts.push(bold(name, answer.needed));
        }
    }
    if wholes.is_empty() {
        return spec.answers.iter().map(|answer| bold(answer.path, answer.needed)).collect();
    }
    let shown = wholes.into_iter().map(|(path, parts)| {
        let needed = spec.answers.iter().any(|answer| answer.path == path && answer.needed);
        format!("{} ({})", bold(path, needed), parts.join(", "))
    });
    shown.collect::<Vec<_>>().join("; ")
}

const README: &str = include_str!("../../../README.md");

#[test]
fn the_table_of_operations_is_that_of_the_code() {
    let rows: Vec<String> = Name::ALL.iter().map(|name| row(name.spec())).collect();
    let lacking: Vec<&String> = rows.iter().filter(|row| !README.contains(row.as_str())).collect();
    assert!(lacking.is_empty(), "ehrs/kaddio/README.md must have:\n{}", rows.join("\n"));
}

#[test]
fn every_setting_is_explained() {
    let own = SETTINGS.iter().filter(|setting| !setting.name.starts_with("operation_"));
    for setting in own {
        assert!(README.contains(&format!("| `{}`", setting.name)), "{}", setting.name);
    }
    assert!(README.contains("`operation_<name>`"));
}
