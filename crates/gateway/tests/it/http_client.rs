//! A client that can misbehave.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io;
use std::net::{IpAddr, SocketAddr};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// A request's head.
#[derive(Clone)]
pub struct Request {
    head: String,
}

impl Request {
    pub fn new(method: &str, path: &str) -> Self {
        Self { head: format!("{method} {path} HTTP/1.1\r\nhost: vardbro.test\r\n") }
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        write!(self.head, "{name}: {value}\r\n").unwrap();
        self
    }

    pub fn with_credentials(self, id: &str, secret: &str) -> Self {
        self.with("x-leyr-client-id", id).with("x-leyr-client-secret", secret)
    }

    /// As it is sent, up to the body.
    pub fn bytes(&self) -> Vec<u8> {
        format!("{}\r\n", self.head).into_bytes()
    }
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    headers: BTreeMap<String, Vec<String>>,
    pub body: Vec<u8>,
}

impl Answer {
    /// The first header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.first().map(String::as_str)
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
}

/// A connection.
pub struct Client<S = TcpStream> {
    pub stream: S,
    received: Vec<u8>,
}

impl Client {
    pub async fn connect(to: SocketAddr) -> Self {
        Self::over(TcpStream::connect(to).await.unwrap())
    }

    pub async fn connect_from(from: IpAddr, to: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::new(from, 0)).unwrap();
        Self::over(socket.connect(to).await.unwrap())
    }

    /// One that can hold few bytes which nobody has read.
    pub async fn connect_narrow(to: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        Self::over(socket.connect(to).await.unwrap())
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    pub fn over(stream: S) -> Self {
        Self { stream, received: Vec::new() }
    }

    pub async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await?;
        self.stream.flush().await
    }

    pub async fn ask(&mut self, request: &Request) -> Answer {
        self.send(&request.bytes()).await.unwrap();
        self.answer().await.unwrap()
    }

    pub async fn ask_with(&mut self, request: Request, body: &[u8]) -> Answer {
        let request = request.with("content-length", &body.len().to_string());
        self.send(&[&request.bytes(), body].concat()).await.unwrap();
        self.answer().await.unwrap()
    }

    /// The next answer, to the end of its body.
    pub async fn answer(&mut self) -> io::Result<Answer> {
        let head = loop {
            if let Some(end) = self.received.windows(4).position(|four| four == b"\r\n\r\n") {
                break self.received.drain(..end + 4).collect::<Vec<_>>();
            }
            self.receive().await?;
        };
        let head = String::from_utf8(head).unwrap();
        let mut lines = head.trim_end().split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let mut headers = BTreeMap::<String, Vec<String>>::new();
        for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
            headers.entry(name.to_owned()).or_default().push(value.to_owned());
        }
        let length = headers.get("content-length").map_or(0, |length| length[0].parse().unwrap());
        while self.received.len() < length {
            self.receive().await?;
        }
        Ok(Answer { status, headers, body: self.received.drain(..length).collect() })
    }

    /// Reads on, once.
    pub async fn receive(&mut self) -> io::Result<usize> {
        match self.stream.read_buf(&mut self.received).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            bytes => Ok(bytes),
        }
    }

    /// Waits until the gateway ends the connection; what it says before counts for nothing.
    pub async fn closed(&mut self) {
        while self.receive().await.is_ok() {}
    }
}
