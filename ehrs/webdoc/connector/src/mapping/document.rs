//! Documents: the formats that Webdoc takes, and file names.

/// MIME types and the endings of their files. The formats were seen in upload scripts of a clinic.
pub(crate) const FORMATS: &[(&str, &str)] = &[
    ("application/pdf", "pdf"),
    ("image/jpeg", "jpg"),
    ("image/png", "png"),
    ("image/gif", "gif"),
    ("image/tiff", "tif"),
    ("image/bmp", "bmp"),
    ("image/x-tga", "tga"),
    ("image/x-xcf", "xcf"),
];

/// 20 MB, seen in the same place.
pub(crate) const MAX_BYTES: u64 = 20 * 1000 * 1000;

/// What the file is called: the title, else `document`, with the ending of its format. `None`: the format is none of Webdoc's.
pub(crate) fn file_name(title: Option<&str>, format: &str) -> Option<String> {
    let (_, ending) = FORMATS.iter().find(|(known, _)| *known == format)?;
    let kept = |c: char| if c.is_control() || "/\\:*?\"<>|".contains(c) { '_' } else { c };
    let name: String = title.unwrap_or_default().trim().chars().map(kept).take(100).collect();
    let name = name.trim_matches(['.', ' ']);
    let name = if name.is_empty() { "document" } else { name };
    let has_ending = name.to_lowercase().ends_with(&format!(".{ending}"));
    Some(if has_ending { name.to_owned() } else { format!("{name}.{ending}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_by_its_title_and_format() {
        for (title, format, name) in [
            (Some("Provsvar – åter"), "application/pdf", "Provsvar – åter.pdf"),
            (Some("scan.PDF"), "application/pdf", "scan.PDF"),
            (Some("../../etc/passwd"), "image/png", "_.._etc_passwd.png"),
            (Some(" .. "), "image/jpeg", "document.jpg"),
            (None, "image/x-tga", "document.tga"),
        ] {
            assert_eq!(file_name(title, format).as_deref(), Some(name));
        }
        assert_eq!(file_name(None, "text/plain"), None);
    }
}
