//! TOML or JSON that an operator gives, in a file or on standard input.

use std::fs;
use std::io::{Read, stdin};
use std::path::Path;

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::Failure;

/// Names what is read from standard input.
const STDIN: &str = "-";

/// Reads it: TOML, or JSON if it begins with a brace. What is wrong is told without what stands there, which may be secret.
pub fn read(path: &Path) -> Result<Map<String, Value>, Failure> {
    let cannot_read = |source| Failure::Read { path: path.to_owned(), source };
    let mut text = Zeroizing::new(String::new());
    if path == Path::new(STDIN) {
        stdin().lock().read_to_string(&mut text).map_err(cannot_read)?;
    } else {
        fs::File::open(path).and_then(|mut file| file.read_to_string(&mut text)).map_err(cannot_read)?;
    }
    parse(&text).map_err(|fault| Failure::Faults(vec![format!("{}: {fault}", path.display())]))
}

fn parse(text: &str) -> Result<Map<String, Value>, String> {
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text)
            .map_err(|error| format!("this is not JSON, line {}", error.line()));
    }
    toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let line = text.get(..start).unwrap_or(text).matches('\n').count() + 1;
        format!("this is not TOML, line {line}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn toml_and_json_say_the_same() {
        let toml = parse("api_key = \"k\"\npage_size = 50\n").unwrap();
        let json = parse(" {\"api_key\": \"k\", \"page_size\": 50}").unwrap();
        assert_eq!(toml, json);
    }

    #[test]
    fn a_fault_names_the_line_and_nothing_that_stands_there() {
        for (wrong, line) in [("a = 1\napi_key = TOPSECRET\n", 2), ("{\"a\": 1,\n\"api_key\": TOPSECRET}", 2)]
        {
            let fault = parse(wrong).unwrap_err();
            assert!(fault.ends_with(&format!("line {line}")), "{fault}");
            assert!(!fault.contains("TOPSECRET"), "{fault}");
        }
    }
}
