//! [`Server`]: a server on loopback that plays a script.

use std::collections::VecDeque;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::answer::Answer;
use super::request::Request;

type Script = Box<dyn FnMut(&Request) -> Answer + Send>;

/// A server on loopback, at a port that the system chose. It ends with the test.
pub(crate) struct Server {
    address: SocketAddr,
    inner: Arc<Inner>,
}

struct Inner {
    script: Mutex<Script>,
    requests: Mutex<Vec<Request>>,
    connections: AtomicUsize,
    only_heads: AtomicBool,
    over: AtomicBool,
}

impl Server {
    /// A server without a script: whatever it is asked, it answers 500.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let inner = Arc::new(Inner {
            script: Mutex::new(Box::new(off_script)),
            requests: Mutex::default(),
            connections: AtomicUsize::new(0),
            only_heads: AtomicBool::new(false),
            over: AtomicBool::new(false),
        });
        let accepting = Arc::clone(&inner);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if accepting.over.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let serving = Arc::clone(&accepting);
                let number = serving.connections.fetch_add(1, Ordering::SeqCst) + 1;
                thread::spawn(move || serving.serve(stream, number));
            }
        });
        Self { address, inner }
    }

    /// A server that gives these answers, one a request, in this order.
    pub(crate) fn playing(answers: impl IntoIterator<Item = Answer>) -> Self {
        let server = Self::start();
        server.plays(answers);
        server
    }

    /// A server that answers as the function says.
    pub(crate) fn answering(script: impl FnMut(&Request) -> Answer + Send + 'static) -> Self {
        let server = Self::start();
        server.answers(script);
        server
    }

    /// From now on these answers, one a request, in this order.
    pub(crate) fn plays(&self, answers: impl IntoIterator<Item = Answer>) {
        let mut answers: VecDeque<_> = answers.into_iter().collect();
        self.answers(move |request| answers.pop_front().unwrap_or_else(|| off_script(request)));
    }

    /// From now on what the function says.
    pub(crate) fn answers(&self, script: impl FnMut(&Request) -> Answer + Send + 'static) {
        *self
            .inner
            .script
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Box::new(script);
    }

    /// Answers as soon as the headers are there, and leaves bodies unread.
    pub(crate) fn reads_only_heads(&self) {
        self.inner.only_heads.store(true, Ordering::SeqCst);
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its address with that path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What it was asked so far, whole.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.inner
            .requests
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Method and target of what it was asked so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.requests().iter().map(Request::line).collect()
    }

    pub(crate) fn connections(&self) -> usize {
        self.inner.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.inner.over.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(self.address);
    }
}

impl Inner {
    fn serve(&self, mut stream: TcpStream, number: usize) {
        let _ = stream.set_nodelay(true);
        while let Some(request) = Request::read(&mut stream, self.only_heads.load(Ordering::SeqCst))
        {
            let request = Request {
                connection: number,
                ..request
            };
            self.requests
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(request.clone());
            let answer = {
                let mut script = self.script.lock().unwrap_or_else(PoisonError::into_inner);
                (*script)(&request)
            };
            if !answer.send(&mut stream) {
                return;
            }
        }
    }
}

fn off_script(request: &Request) -> Answer {
    Answer::new(
        500,
        format!("there is nothing in the script for {}", request.line()),
    )
}

/// An address where connections are refused, for as long as the first is kept:
/// the near end of a connection, so that nobody else can listen there.
pub(crate) fn refusing() -> (TcpStream, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let far = listener.local_addr().expect("an address");
    let near = TcpStream::connect(far).expect("a connection");
    let url = format!("http://{}", near.local_addr().expect("an address"));
    (near, url)
}
