//! Requests as careless clients send them.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A stream whose request lines may hold `<`, `>` and `"` unencoded, as vendors' own examples do
/// (`?q[]=starts_at:>2026-01-31`). Their servers accept that; hyper does not, so they are encoded on the way.
pub(crate) struct Lenient<S> {
    stream: S,
    framing: Framing,
    /// What was read and not yet handed on, from `handed` on.
    ready: Vec<u8>,
    handed: usize,
}

/// Where in the stream of requests the next byte belongs.
enum Framing {
    /// In the head of a request; all of it so far.
    Head(Vec<u8>),
    /// In a body, with so many bytes left.
    Body(u64),
    /// Anything: a body of unknown length, or a head too long to follow.
    Unknown,
}

const LONGEST_HEAD: usize = 64 * 1024;

impl Framing {
    fn pass(&mut self, input: &[u8], output: &mut Vec<u8>) {
        for (at, byte) in input.iter().enumerate() {
            match self {
                Self::Head(head) => {
                    let in_request_line = !head.contains(&b'\n');
                    match byte {
                        b'<' if in_request_line => output.extend(b"%3C"),
                        b'>' if in_request_line => output.extend(b"%3E"),
                        b'"' if in_request_line => output.extend(b"%22"),
                        byte => output.push(*byte),
                    }
                    head.push(*byte);
                    if head.ends_with(b"\r\n\r\n") {
                        *self = after_head(head);
                    } else if head.len() > LONGEST_HEAD {
                        *self = Self::Unknown;
                    }
                }
                Self::Body(left) => {
                    output.push(*byte);
                    *left = left.saturating_sub(1);
                    if *left == 0 {
                        *self = Self::Head(Vec::new());
                    }
                }
                Self::Unknown => {
                    output.extend(input.get(at..).unwrap_or_default());
                    return;
                }
            }
        }
    }
}

fn after_head(head: &[u8]) -> Framing {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let header = |name: &str| {
        let mut fields = head.lines().filter_map(|line| line.split_once(':'));
        fields.find(|(field, _)| *field == name).map(|(_, value)| value.trim().to_owned())
    };
    if header("transfer-encoding").is_some() {
        return Framing::Unknown;
    }
    match header("content-length").map(|length| length.parse()) {
        None | Some(Ok(0)) => Framing::Head(Vec::new()),
        Some(Ok(length)) => Framing::Body(length),
        Some(Err(_)) => Framing::Unknown,
    }
}

impl<S> Lenient<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, framing: Framing::Head(Vec::new()), ready: Vec::new(), handed: 0 }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Lenient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.handed == this.ready.len() {
            let mut chunk = [0; 8 * 1024];
            let mut read = ReadBuf::new(&mut chunk);
            ready!(Pin::new(&mut this.stream).poll_read(context, &mut read))?;
            this.ready.clear();
            this.handed = 0;
            this.framing.pass(read.filled(), &mut this.ready);
        }
        let waiting = this.ready.get(this.handed..).unwrap_or_default();
        let taken = waiting.get(..into.remaining()).unwrap_or(waiting);
        into.put_slice(taken);
        this.handed = this.handed.saturating_add(taken.len());
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Lenient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However the bytes arrive.
    fn passed(input: &str) -> String {
        let outputs = [1, 3, input.len()].map(|size| {
            let mut framing = Framing::Head(Vec::new());
            let mut output = Vec::new();
            input.as_bytes().chunks(size).for_each(|chunk| framing.pass(chunk, &mut output));
            String::from_utf8(output).unwrap()
        });
        assert!(outputs.iter().all(|output| *output == outputs[0]));
        outputs[0].clone()
    }

    #[test]
    fn signs_are_encoded_in_request_lines_only() {
        let post = "POST /a?b=<1 HTTP/1.1\r\nX: <y>\r\nContent-Length: 9\r\n\r\nGET /<>\r\n";
        let get = "GET /c?d=>\"2\" HTTP/1.1\r\n\r\n";

        let passed = passed(&format!("{post}{get}{get}"));

        let post = post.replace("b=<1", "b=%3C1");
        let get = "GET /c?d=%3E%222%22 HTTP/1.1\r\n\r\n";
        assert_eq!(passed, format!("{post}{get}{get}"));
    }

    #[test]
    fn after_a_body_of_unknown_length_nothing_is_touched() {
        let rest = "2\r\n<>\r\n0\r\n\r\nGET /<> HTTP/1.1\r\n\r\n";
        let chunked = format!("POST /> HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n{rest}");
        assert_eq!(passed(&chunked), chunked.replace("/> HTTP/1.1\r\nT", "/%3E HTTP/1.1\r\nT"));
    }
}
