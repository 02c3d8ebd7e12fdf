//! [`Server`]: accepts connections and runs a handler for each.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use super::Connection;

/// A server on the loopback interface. Dropping it closes every connection and
/// waits for the handlers to return.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: Arc<Stop>,
    acceptor: Option<JoinHandle<()>>,
}

/// The state that the threads of a server share.
#[derive(Debug, Default)]
pub(super) struct Stop {
    stopped: Mutex<bool>,
    wake: Condvar,
    connections: Mutex<usize>,
    /// The open connections and their numbers.
    open: Mutex<Vec<(usize, TcpStream)>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Stop {
    /// Removes a closed connection.
    pub(super) fn closed(&self, number: usize) {
        lock(&self.open).retain(|(other, _)| *other != number);
    }

    /// Waits, or returns early when the server stops.
    pub(super) fn pause(&self, time: Duration) {
        let stopped = lock(&self.stopped);
        let running = |stopped: &mut bool| !*stopped;
        drop(self.wake.wait_timeout_while(stopped, time, running));
    }
}

impl Server {
    /// Starts a server. The handler runs once for each connection, on a thread
    /// of its own. An error that it returns closes the connection.
    ///
    /// # Errors
    ///
    /// If no thread can be started.
    pub fn start<F>(listener: TcpListener, handler: F) -> io::Result<Self>
    where
        F: Fn(&mut Connection) -> io::Result<()> + Send + Sync + 'static,
    {
        let address = listener.local_addr()?;
        let stop = Arc::<Stop>::default();
        let shared = Arc::clone(&stop);
        let handler = Arc::new(handler);
        let acceptor = Builder::new().spawn(move || accept(&listener, &shared, &handler))?;
        Ok(Self {
            address,
            stop,
            acceptor: Some(acceptor),
        })
    }

    /// The address of the listener.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many connections were accepted.
    #[must_use]
    pub fn connections(&self) -> usize {
        *lock(&self.stop.connections)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        *lock(&self.stop.stopped) = true;
        self.stop.wake.notify_all();
        // This connection wakes the acceptor.
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_secs(1));
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
    }
}

fn accept<F>(listener: &TcpListener, stop: &Arc<Stop>, handler: &Arc<F>)
where
    F: Fn(&mut Connection) -> io::Result<()> + Send + Sync + 'static,
{
    let mut threads: Vec<JoinHandle<Option<()>>> = Vec::new();
    for stream in listener.incoming() {
        if *lock(&stop.stopped) {
            break;
        }
        threads.retain(|thread| !thread.is_finished());
        let Ok(stream) = stream else { continue };
        let Ok(copy) = stream.try_clone() else {
            continue;
        };
        let number = {
            let mut connections = lock(&stop.connections);
            *connections += 1;
            *connections
        };
        lock(&stop.open).push((number, copy));
        let mut connection = Connection::new(stream, number, Arc::clone(stop));
        let handler = Arc::clone(handler);
        threads.extend(Builder::new().spawn(move || handler(&mut connection).ok()));
    }
    for (_, stream) in lock(&stop.open).iter() {
        let _ = stream.shutdown(Shutdown::Both);
    }
    for thread in threads {
        let _ = thread.join();
    }
}
