//! A connection's stream, which ends when nothing moves.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use super::refusal::Refusal;
use super::settings::{Limits, Pace};
use super::turn::{Phase, Turn};

/// How long a client that was answered early may go on sending, so that it reads the answer before it sees the end.
const LINGER: Duration = Duration::from_secs(5);

/// Any stream, with limits to how slowly the client sends and takes.
pub(crate) struct Paced<S> {
    stream: S,
    turn: Turn,
    header_time: Option<Duration>,
    idle_time: Option<Duration>,
    slowest_reader: Option<Pace>,
    reading: Timer,
    writing: Timer,
    /// Taken by the client since `writing` was set.
    taken: usize,
    lingering: Timer,
}

impl<S> Paced<S> {
    pub(crate) fn new(stream: S, turn: Turn, limits: &Limits) -> Self {
        Self {
            stream,
            turn,
            header_time: limits.header_time,
            idle_time: limits.idle_time,
            slowest_reader: limits.slowest_reader,
            reading: Timer::default(),
            writing: Timer::default(),
            taken: 0,
            lingering: Timer::default(),
        }
    }

    /// Waits for the client to send; `Err` if it does not in time.
    fn wait_to_read(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let (late, is_header) = match self.turn.phase() {
            Phase::Idle(since) => (self.idle_time.map(|time| since + time), false),
            Phase::Header(since) => (self.header_time.map(|time| since + time), true),
            Phase::Answering | Phase::Answered => (None, false),
        };
        let Some(late) = late else { return Poll::Pending };
        ready!(self.reading.poll_at(late, cx));
        if is_header {
            Refusal::HeaderTime.count();
        }
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    /// Waits for the client to take; `Err` if it takes too little.
    fn wait_to_write(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some(Pace { bytes, period }) = self.slowest_reader else { return Poll::Pending };
        let mut end = self.writing.at().unwrap_or_else(|| {
            self.taken = 0;
            Instant::now() + period
        });
        while self.writing.poll_at(end, cx).is_ready() {
            if self.taken < bytes {
                Refusal::SlowReader.count();
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            self.taken = 0;
            end = Instant::now() + period;
        }
        Poll::Pending
    }

    fn wrote(&mut self, written: Poll<io::Result<usize>>, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(Ok(bytes)) => {
                self.taken = self.taken.saturating_add(bytes);
                Poll::Ready(Ok(bytes))
            }
            Poll::Ready(error) => Poll::Ready(error),
            Poll::Pending => self.wait_to_write(cx).map_ok(|()| 0),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Paced<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        match Pin::new(&mut this.stream).poll_read(cx, buffer) {
            Poll::Ready(outcome) => {
                if buffer.filled().len() > before {
                    this.turn.received();
                }
                Poll::Ready(outcome)
            }
            Poll::Pending => this.wait_to_read(cx),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(cx, bytes);
        this.wrote(written, cx)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write_vectored(cx, slices);
        this.wrote(written, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        match Pin::new(&mut this.stream).poll_flush(cx) {
            Poll::Ready(Ok(())) => {
                this.writing.stop();
                this.turn.taken();
                // Whoever waits for the next request may have looked before this was taken, and then no timer runs.
                match this.wait_to_read(cx) {
                    Poll::Ready(Err(late)) => Poll::Ready(Err(late)),
                    _ => Poll::Ready(Ok(())),
                }
            }
            Poll::Ready(error) => Poll::Ready(error),
            Poll::Pending => this.wait_to_write(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.lingering.at().is_none() {
            match Pin::new(&mut this.stream).poll_shutdown(cx) {
                Poll::Ready(Ok(())) if this.turn.is_unread() => {}
                Poll::Ready(outcome) => return Poll::Ready(outcome),
                Poll::Pending => return this.wait_to_write(cx),
            }
        }
        let end = this.lingering.at().unwrap_or_else(|| Instant::now() + LINGER);
        if this.lingering.poll_at(end, cx).is_ready() {
            return Poll::Ready(Ok(()));
        }
        let mut rest = [0; 8192];
        loop {
            let mut rest = ReadBuf::new(&mut rest);
            match ready!(Pin::new(&mut this.stream).poll_read(cx, &mut rest)) {
                Ok(()) if !rest.filled().is_empty() => {}
                _ => return Poll::Ready(Ok(())),
            }
        }
    }
}

/// Set and polled at once; made when it is first needed.
#[derive(Default)]
struct Timer {
    sleep: Option<Pin<Box<Sleep>>>,
    running: bool,
}

impl Timer {
    fn at(&self) -> Option<Instant> {
        self.sleep.as_ref().filter(|_| self.running).map(|sleep| sleep.deadline())
    }

    fn poll_at(&mut self, at: Instant, cx: &mut Context<'_>) -> Poll<()> {
        self.running = true;
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(sleep_until(at)));
        if sleep.deadline() != at {
            sleep.as_mut().reset(at);
        }
        sleep.as_mut().poll(cx)
    }

    fn stop(&mut self) {
        self.running = false;
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio::time::{sleep, timeout};

    use super::*;
    use crate::limits::admission::Admission;

    const SECOND: Duration = Duration::from_secs(1);

    /// A client, and the server's end of its connection, with room for a few bytes between them.
    fn connected(room: usize) -> (DuplexStream, Paced<DuplexStream>, Turn) {
        let limits = Limits {
            header_time: Some(5 * SECOND),
            idle_time: Some(60 * SECOND),
            slowest_reader: Some(Pace { bytes: 100, period: 10 * SECOND }),
            ..Limits::unlimited()
        };
        let (client, server) = duplex(room);
        let turn = Turn::new();
        (client, Paced::new(server, turn.clone(), &limits), turn)
    }

    async fn read(server: &mut Paced<DuplexStream>) -> io::Result<usize> {
        server.read(&mut [0; 64]).await
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_on_which_nothing_comes_ends_when_it_was_idle_too_long() {
        let (_client, mut server, _) = connected(64);
        let began = Instant::now();
        assert_eq!(read(&mut server).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert_eq!(began.elapsed(), 60 * SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn a_header_has_its_time_from_its_first_byte_however_it_drips() {
        let (mut client, mut server, _) = connected(64);
        sleep(30 * SECOND).await;
        let began = Instant::now();
        tokio::spawn(async move {
            while client.write_all(b"x").await.is_ok() {
                sleep(SECOND).await;
            }
        });
        while read(&mut server).await.is_ok() {}
        assert_eq!(began.elapsed(), 5 * SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn while_a_request_is_answered_nothing_need_come_and_then_the_idle_time_begins() {
        let (_client, mut server, turn) = connected(64);
        turn.began();
        timeout(600 * SECOND, read(&mut server)).await.unwrap_err();

        let began = Instant::now();
        turn.answered(Admission::default());
        server.flush().await.unwrap();
        read(&mut server).await.unwrap_err();
        assert_eq!(began.elapsed(), 60 * SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_nothing_is_cut() {
        let (_client, mut server, turn) = connected(64);
        turn.began();
        let began = Instant::now();
        let error = server.write_all(&[0; 1000]).await.unwrap_err();
        assert_eq!((error.kind(), began.elapsed()), (io::ErrorKind::TimedOut, 10 * SECOND));
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_a_little_is_cut_and_one_that_takes_enough_is_not() {
        for (a_second, cut) in [(9, true), (11, false)] {
            let (mut client, mut server, turn) = connected(8);
            turn.began();
            let reading = tokio::spawn(async move {
                let mut taken = vec![0; a_second];
                while client.read_exact(&mut taken).await.is_ok() {
                    sleep(SECOND).await;
                }
            });
            let written = server.write_all(&[0; 1000]).await;
            assert_eq!(written.is_err(), cut, "{a_second} bytes a second");
            drop(server);
            reading.await.unwrap();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn time_between_two_answers_is_not_the_readers() {
        let (mut client, mut server, turn) = connected(64);
        turn.began();
        for _ in 0..5 {
            let (written, _) = tokio::join!(server.write_all(&[0; 100]), async {
                sleep(9 * SECOND).await;
                client.read_exact(&mut [0; 100]).await.unwrap()
            });
            written.unwrap();
            server.flush().await.unwrap();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_was_answered_before_he_had_sent_all_may_send_on_for_a_while() {
        let (mut client, mut server, turn) = connected(8);
        turn.began();
        turn.leave_unread();
        let sending = tokio::spawn(async move { client.write_all(&[0; 1000]).await });
        server.shutdown().await.unwrap();
        sending.await.unwrap().unwrap();

        let (mut endless, mut server, turn) = connected(8);
        turn.began();
        turn.leave_unread();
        tokio::spawn(async move {
            while endless.write_all(b"x").await.is_ok() {
                sleep(Duration::from_millis(100)).await;
            }
        });
        let began = Instant::now();
        server.shutdown().await.unwrap();
        assert_eq!(began.elapsed(), LINGER);
    }

    #[tokio::test(start_paused = true)]
    async fn who_sent_all_is_not_waited_for() {
        let (_client, mut server, turn) = connected(8);
        turn.began();
        let began = Instant::now();
        server.shutdown().await.unwrap();
        assert_eq!(began.elapsed(), Duration::ZERO);
    }
}
