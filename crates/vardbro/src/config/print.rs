//! What is in force, in words.

use std::fmt::Write;

use super::Loaded;
use super::given::InForce;

impl Loaded {
    /// Every value in force and where it was given, as a configuration file.
    pub fn in_words(&self) -> String {
        let mut text = String::new();
        let mut open = "";
        for InForce { key, shown, origin } in &self.in_force {
            let Some((section, name)) = key.split_once('.') else { continue };
            if section != open {
                let gap = if open.is_empty() { "" } else { "\n" };
                let _ = writeln!(text, "{gap}[{section}]");
                open = section;
            }
            let _ = writeln!(text, "{name} = {shown}  # {origin}");
        }
        text
    }
}
