//! How the program is asked to stop, and to look again.

use std::future::Future;
use std::io;
use std::process::ExitCode;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::timeout;
use tracing::{info, warn};

/// What a shell calls a program that Ctrl-C ended.
const INTERRUPTED: u8 = 130;

/// From its creation on, Ctrl-C and SIGTERM no longer end the process by themselves.
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    pub fn new() -> io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Somebody wants the program to end in good order.
    pub async fn stop(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// Waits until somebody wants the program to end, and then for what is in flight, but no longer than `grace`.
    pub async fn stop_after(mut self, drain: impl Future<Output = ()>, grace: Duration) -> ExitCode {
        self.stop().await;
        info!("stopping; what is in flight may finish");
        tokio::select! {
            drained = timeout(grace, drain) => {
                if drained.is_err() {
                    warn!("what was still in flight after {} seconds is left behind", grace.as_secs());
                }
                ExitCode::SUCCESS
            }
            () = self.insist() => ExitCode::from(INTERRUPTED),
        }
    }

    /// Somebody at the terminal wants it to end now. A second SIGTERM is no such wish: supervisors send it twice, to the
    /// process and to its group.
    async fn insist(&mut self) {
        self.interrupt.recv().await;
    }
}

/// From its creation on, SIGHUP no longer ends the process: it is the wish that files are read anew.
pub struct Hangups(Signal);

impl Hangups {
    pub fn new() -> io::Result<Self> {
        Ok(Self(signal(SignalKind::hangup())?))
    }

    pub async fn next(&mut self) {
        self.0.recv().await;
    }
}
