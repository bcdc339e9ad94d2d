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
    /// In the head of a request: what is read of it, and whether its first line is over.
    Head { read: Vec<u8>, line_over: bool },
    /// In a body, with so many bytes left.
    Body(u64),
    /// Anything: a body of unknown length, or a head too long to follow.
    Unknown,
}

const LONGEST_HEAD: usize = 64 * 1024;
const NEW_HEAD: Framing = Framing::Head { read: Vec::new(), line_over: false };

impl Framing {
    fn pass(&mut self, mut input: &[u8], output: &mut Vec<u8>) {
        while let Some((byte, rest)) = input.split_first() {
            match self {
                Self::Head { read, line_over } => {
                    match byte {
                        b'<' if !*line_over => output.extend(b"%3C"),
                        b'>' if !*line_over => output.extend(b"%3E"),
                        b'"' if !*line_over => output.extend(b"%22"),
                        byte => output.push(*byte),
                    }
                    *line_over |= *byte == b'\n';
                    read.push(*byte);
                    if read.ends_with(b"\r\n\r\n") {
                        *self = after_head(read);
                    } else if read.len() > LONGEST_HEAD {
                        *self = Self::Unknown;
                    }
                    input = rest;
                }
                Self::Body(left) => {
                    let here = usize::try_from(*left).unwrap_or(usize::MAX).min(input.len());
                    let (body, rest) = input.split_at(here);
                    output.extend(body);
                    *left = left.saturating_sub(u64::try_from(here).unwrap_or(u64::MAX));
                    if *left == 0 {
                        *self = NEW_HEAD;
                    }
                    input = rest;
                }
                Self::Unknown => {
                    output.extend(input);
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
        None | Some(Ok(0)) => NEW_HEAD,
        Some(Ok(length)) => Framing::Body(length),
        Some(Err(_)) => Framing::Unknown,
    }
}

impl<S> Lenient<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, framing: NEW_HEAD, ready: Vec::new(), handed: 0 }
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
            let mut framing = NEW_HEAD;
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
