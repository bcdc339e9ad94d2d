//! Text in paragraphs, as Cliniko keeps it: a little HTML.

/// The text as one HTML paragraph. Lines are divided by `<br>`, which survives under every reading of the rules.
pub(crate) fn from_text(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut html = String::with_capacity(text.len().saturating_add(7));
    html.push_str("<p>");
    for c in text.trim_end_matches('\n').chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '\n' => html.push_str("<br>"),
            c => html.push(c),
        }
    }
    html.push_str("</p>");
    html
}

/// The text of a piece of HTML: tags are dropped, blocks and breaks end lines.
pub(crate) fn to_text(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(c) = rest.chars().next() {
        if let Some((tag, after)) = tag(rest) {
            match tag_name(tag).as_str() {
                "br" => text.push('\n'),
                "p" | "div" | "li" | "ul" | "ol" | "blockquote" | "h1" | "h2" | "h3" | "tr"
                    if !text.is_empty() && !text.ends_with('\n') =>
                {
                    text.push('\n')
                }
                _ => {}
            }
            rest = after;
        } else if let Some((decoded, after)) = entity(rest) {
            text.push(decoded);
            rest = after;
        } else {
            // Line breaks of the source are layout, not text.
            match c {
                '\r' | '\n' => {}
                c => text.push(c),
            }
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
    }
    text.trim_end_matches('\n').to_owned()
}

/// A tag at the beginning, without its brackets.
fn tag(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('<')?;
    let named = inner.strip_prefix('/').unwrap_or(inner).starts_with(|c: char| c.is_ascii_alphabetic());
    if named { inner.split_once('>') } else { None }
}

fn tag_name(tag: &str) -> String {
    let name = tag.trim_start_matches('/');
    name.chars().take_while(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}

/// An entity at the beginning.
fn entity(text: &str) -> Option<(char, &str)> {
    let (name, after) = text.strip_prefix('&')?.split_once(';').filter(|(name, _)| name.len() <= 8)?;
    let decoded = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some((decoded, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_comes_back_as_it_was() {
        for text in [
            "ok",
            "a < b && c > d",
            "<script>alert(1)</script>",
            "one\ntwo\n\nfour",
            "&amp; \"å\" 'ö'",
            " x  y",
        ] {
            assert_eq!(to_text(&from_text(text)), text);
            assert!(!from_text(text).contains("<script"));
        }
    }

    #[test]
    fn what_people_wrote_in_the_editor_is_read() {
        assert_eq!(to_text("<p>one</p>\n<p>two &amp; <b>three</b></p>"), "one\ntwo & three");
        assert_eq!(to_text("<div>a<br/>b</div><ul><li>c</li><li>d&#233;&nbsp;</li></ul>"), "a\nb\nc\ndé ");
        assert_eq!(to_text("5 < 6 & 7 > 2 <unclosed"), "5 < 6 & 7 > 2 <unclosed");
    }
}
