//! [`Server`]: the listener, its threads, and and its end.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::connection::converse;
use crate::fault::Fault;
use crate::http::Wire;
use crate::shared::{SeenRequest, Service, Shared, lock};

/// A listener on the loopback interface, until dropped.
pub(crate) struct Server {
    shared: Arc<Shared>,
    address: SocketAddr,
    listener: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(
        listener: TcpListener,
        wire: Wire,
        service: Box<dyn Service>,
    ) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            service,
            wire: Mutex::new(wire),
            faults: Mutex::default(),
            seen: Mutex::default(),
            connections: Mutex::default(),
            stopped: Mutex::default(),
            wake: Condvar::new(),
            open: Mutex::default(),
        });
        let all = Arc::clone(&shared);
        let listener = std::thread::Builder::new().spawn(move || accept(&listener, &all))?;
        Ok(Self {
            shared,
            address,
            listener: Some(listener),
        })
    }

    pub(crate) fn set_wire(&self, wire: Wire) {
        *lock(&self.shared.wire) = wire;
    }

    pub(crate) fn fail(&self, fault: Fault) {
        lock(&self.shared.faults).push(fault);
    }

    pub(crate) fn mend(&self) {
        lock(&self.shared.faults).clear();
    }

    pub(crate) fn requests(&self) -> Vec<SeenRequest> {
        lock(&self.shared.seen).clone()
    }

    pub(crate) fn forget_requests(&self) {
        lock(&self.shared.seen).clear();
    }

    pub(crate) fn connections(&self) -> usize {
        *lock(&self.shared.connections)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        *lock(&self.shared.stopped) = true;
        self.shared.wake.notify_all();
        // The listener waits for a connection: this is one.
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_secs(1));
        if let Some(listener) = self.listener.take() {
            let _ = listener.join();
        }
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    let mut threads: Vec<JoinHandle<()>> = Vec::new();
    for (number, stream) in listener.incoming().enumerate() {
        if shared.stopped() {
            break;
        }
        threads.retain(|thread| !thread.is_finished());
        let Ok(stream) = stream else { continue };
        let Ok(copy) = stream.try_clone() else {
            continue;
        };
        *lock(&shared.connections) += 1;
        lock(&shared.open).push((number, copy));
        let all = Arc::clone(shared);
        let thread = std::thread::Builder::new().spawn(move || {
            let _ = converse(&all, stream);
            lock(&all.open).retain(|(other, _)| *other != number);
        });
        threads.extend(thread);
    }
    for (_, stream) in lock(&shared.open).iter() {
        let _ = stream.shutdown(Shutdown::Both);
    }
    for thread in threads {
        let _ = thread.join();
    }
}
