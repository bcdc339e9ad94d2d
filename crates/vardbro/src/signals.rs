//! How the program is asked to stop.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

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

    /// Somebody at the terminal wants it to end now. A second SIGTERM is no such wish: supervisors send it twice, to the
    /// process and to its group.
    pub async fn insist(&mut self) {
        self.interrupt.recv().await;
    }
}
