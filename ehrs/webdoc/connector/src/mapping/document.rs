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

/// Whether a file begins as files of its format do: Webdoc is known to break on others. A TGA file may begin in any way.
pub(crate) fn begins_as(content: &[u8], format: &str) -> bool {
    let begins = |beginnings: &[&[u8]]| beginnings.iter().any(|beginning| content.starts_with(beginning));
    match format {
        // Something else may stand before it.
        "application/pdf" => content.windows(5).take(1024).any(|five| five == b"%PDF-"),
        "image/jpeg" => begins(&[b"\xff\xd8\xff"]),
        "image/png" => begins(&[b"\x89PNG\r\n\x1a\n"]),
        "image/gif" => begins(&[b"GIF87a", b"GIF89a"]),
        "image/tiff" => begins(&[b"II*\0", b"MM\0*"]),
        "image/bmp" => begins(&[b"BM"]),
        "image/x-xcf" => begins(&[b"gimp xcf "]),
        _ => true,
    }
}

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

    #[test]
    fn what_is_not_of_its_format_is_seen_by_its_beginning() {
        assert!(begins_as(b"\n%PDF-1.7", "application/pdf") && !begins_as(b"%PD", "application/pdf"));
        assert!(begins_as(b"\xff\xd8\xff\xe0", "image/jpeg") && !begins_as(b"%PDF-1.7", "image/jpeg"));
        assert!(begins_as(b"MM\0*", "image/tiff") && begins_as(b"GIF89a", "image/gif"));
        assert!(begins_as(b"whatever", "image/x-tga"));
    }
}
