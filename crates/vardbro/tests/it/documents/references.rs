//! Files, tests and messages that are named are there.

use super::{PAGES, program, read, root, sources, spans};

/// Where links lead, without those to other places of the same page and to the web.
fn links(text: &str) -> Vec<&str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.starts_with('#') && !target.contains("://")).collect()
}

#[test]
fn every_link_leads_somewhere() {
    for path in PAGES {
        let directory = root().join(path).parent().unwrap().to_owned();
        for link in links(&read(path)) {
            let file = link.split('#').next().unwrap();
            assert!(directory.join(file).exists(), "{path}: {link}");
        }
    }
}

/// As GitHub makes them of headings.
#[test]
fn every_place_of_a_page_that_is_linked_is_there() {
    for path in PAGES {
        let text = read(path);
        let headings = text.lines().filter(|line| line.starts_with('#'));
        let places: Vec<String> = headings
            .map(|heading| {
                let kept = heading.trim_start_matches('#').trim().to_lowercase();
                let kept = kept.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
                kept.collect::<String>().replace(' ', "-")
            })
            .collect();
        for link in text.split("](#").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            assert!(places.iter().any(|place| place == link), "{path}: #{link} is none of {places:?}");
        }
    }
}

#[test]
fn every_file_and_test_that_the_threat_model_names_is_there() {
    let root = root();
    let tests: String = ["crates", "ehrs", "conformance", "e2e"]
        .into_iter()
        .flat_map(|place| sources(&root.join(place)))
        .map(|(_, text)| text)
        .collect();
    let (mut files, mut named) = (0, 0);
    for span in spans(&read("SECURITY.md")) {
        if ["crates/", "ehrs/", "conformance/", "e2e/"].iter().any(|place| span.starts_with(place)) {
            files += 1;
            assert!(root.join(&span).exists(), "{span}");
        }
        let sentence =
            span.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if sentence && span.matches('_').count() > 2 {
            named += 1;
            let there = tests.contains(&format!("fn {span}(")) || tests.contains(&format!("def {span}("));
            assert!(there, "there is no test {span}");
        }
    }
    assert!(files > 10 && named > 30, "{files} files, {named} tests");
}

/// In the troubleshooting table, by the pieces between what differs each time.
#[test]
fn every_message_that_is_explained_is_one_of_the_programs() {
    let program: String = program().into_iter().map(|(_, text)| text).collect();
    let joined: Vec<_> = program.split("\\\n").map(str::trim_start).collect();
    let program = joined.concat();
    let page = read("docs/operating.md");
    let table = page.split("## Troubleshooting").nth(1).unwrap();
    let messages = table.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let mut explained = 0;
    for message in messages {
        explained += 1;
        for piece in message.split('…').map(str::trim).filter(|piece| !piece.is_empty()) {
            assert!(program.contains(piece), "nothing says “{piece}”");
        }
    }
    assert!(explained > 10);
}
