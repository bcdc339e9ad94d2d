//! A body of several parts, one of them a file (RFC 7578).

use bytes::Bytes;
use http::HeaderValue;

/// Parts as they are written one after another.
pub struct Form {
    boundary: String,
    body: Vec<u8>,
}

impl Form {
    /// The boundary must not occur in any part: give it enough chance.
    pub fn new(boundary: u128) -> Self {
        Self { boundary: format!("vardbro-{boundary:032x}"), body: Vec::new() }
    }

    /// A part that is a text.
    #[must_use]
    pub fn text(self, name: &str, value: &str) -> Self {
        self.part(&format!("name=\"{name}\""), None, value.as_bytes())
    }

    /// A part that is a file.
    #[must_use]
    pub fn file(self, name: &str, file_name: &str, content_type: &str, content: &[u8]) -> Self {
        let file_name = escaped(file_name);
        self.part(&format!("name=\"{name}\"; filename=\"{file_name}\""), Some(content_type), content)
    }

    fn part(mut self, disposition: &str, content_type: Option<&str>, content: &[u8]) -> Self {
        let mut head = format!("--{}\r\nContent-Disposition: form-data; {disposition}\r\n", self.boundary);
        if let Some(content_type) = content_type {
            head.push_str(&format!("Content-Type: {content_type}\r\n"));
        }
        head.push_str("\r\n");
        self.body.extend_from_slice(head.as_bytes());
        self.body.extend_from_slice(content);
        self.body.extend_from_slice(b"\r\n");
        self
    }

    /// The content type and the whole body.
    pub fn finish(mut self) -> (HeaderValue, Bytes) {
        self.body.extend_from_slice(format!("--{}--\r\n", self.boundary).as_bytes());
        let content_type = format!("multipart/form-data; boundary={}", self.boundary);
        // Letters and hexadecimal digits always make a header.
        let content_type = HeaderValue::try_from(content_type)
            .unwrap_or_else(|_| HeaderValue::from_static("multipart/form-data"));
        (content_type, self.body.into())
    }
}

/// A file name inside quotes, as browsers write it.
fn escaped(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_written_one_after_another() {
        let form = Form::new(7).text("userId", "u").file("file", "a\"b\r.pdf", "application/pdf", b"%PDF");
        let (content_type, body) = form.finish();
        let boundary = "vardbro-00000000000000000000000000000007";
        assert_eq!(content_type, format!("multipart/form-data; boundary={boundary}"));
        let expected = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"userId\"\r\n\r\nu\r\n\
             --{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a%22b%0D.pdf\"\r\n\
             Content-Type: application/pdf\r\n\r\n%PDF\r\n--{boundary}--\r\n"
        );
        assert_eq!(body, expected.as_bytes());
    }
}
