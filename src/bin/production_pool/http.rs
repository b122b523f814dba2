//! What others can ask the service: `GET /metrics` for Prometheus and `GET
//! /healthz` for a load balancer.
//!
//! It is written by hand, on `TcpListener` and the parser `httparse`: the small
//! HTTP servers that we tried have no limit for a whole request, so a few dozen
//! slow clients lock everybody out. `docs/faults.md` lists what clients can do,
//! and the test of each fault.
//!
//! The clients are jobs as well. Their pool is the simplest of all: a fixed
//! number of threads, and the queue that the operating system keeps for the
//! port. A client that misbehaves takes one thread, and not for long.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use httparse::{EMPTY_HEADER, Request, Status};

use crate::prometheus::{self, Watched, to_text};

/// How long a client may take in all.
const CLIENT_TIMEOUT: Duration = Duration::from_secs(2);
/// The most clients at a time. More clients wait until one of them has gone.
const MAX_CLIENTS: usize = 64;
/// The most bytes and headers in a request.
const MAX_REQUEST_BYTES: usize = 8 * 1024;
const MAX_HEADERS: usize = 64;

/// Serves on `address` until the program ends. Returns at once: the clients
/// have their own threads.
///
/// # Errors
///
/// If the program cannot listen there, because the port is in use or the
/// address is not this machine's; or if the system refuses a thread.
pub fn serve(address: SocketAddr, watched: Watched) -> io::Result<()> {
    let listener = Arc::new(TcpListener::bind(address)?);
    let watched = Arc::new(watched);
    for _ in 0..MAX_CLIENTS {
        let (listener, watched) = (Arc::clone(&listener), Arc::clone(&watched));
        thread::Builder::new().spawn(move || {
            for client in listener.incoming() {
                match client {
                    // A client may go away at any time; that is no error.
                    Ok(client) => drop(serve_client(&client, &watched)),
                    // The client has gone already, or too many files are open,
                    // which may pass.
                    Err(_) => thread::sleep(Duration::from_millis(100)),
                }
            }
        })?;
    }
    Ok(())
}

/// Reads from a client until a deadline. A timeout for each read would not
/// limit a client that sends a byte now and then.
struct DeadlineReader<'a> {
    client: &'a TcpStream,
    deadline: Instant,
}

impl Read for DeadlineReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let left = self.deadline.saturating_duration_since(Instant::now());
            self.client.set_read_timeout(Some(left))?; // fails at the deadline
            match self.client.read(buffer) {
                // The program was stopped and continued, as Ctrl-Z and `fg` do.
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => return read,
            }
        }
    }
}

fn serve_client(mut client: &TcpStream, watched: &Watched) -> io::Result<()> {
    let mut input = DeadlineReader {
        client,
        deadline: Instant::now() + CLIENT_TIMEOUT,
    };
    let mut bytes = [0; MAX_REQUEST_BYTES];
    let mut len = 0;
    let answer = loop {
        let mut headers = [EMPTY_HEADER; MAX_HEADERS];
        let mut request = Request::new(&mut headers);
        match request.parse(&bytes[..len]) {
            Ok(Status::Complete(_)) => break answer(&request, watched),
            Ok(Status::Partial) => {}
            Err(_) => break response("400 Bad Request", PLAIN_TEXT, ""),
        }
        match input.read(&mut bytes[len..])? {
            0 => return Ok(()), // the client hung up, or sent too much
            more => len += more,
        }
    };
    // So short that the system takes it at once, even if the client never
    // reads it.
    client.write_all(answer.as_bytes())?;
    client.shutdown(Shutdown::Write)?;
    // A client that is still sending could lose the answer if we closed now.
    io::copy(&mut input, &mut io::sink())?;
    Ok(())
}

fn answer(request: &Request, watched: &Watched) -> String {
    let has_host = request
        .headers
        .iter()
        .any(|header| header.name.eq_ignore_ascii_case("host"));
    if request.version == Some(1) && !has_host {
        // RFC 9112, section 3.2: HTTP/1.1 demands it.
        return response("400 Bad Request", PLAIN_TEXT, "no Host header\n");
    }
    let target = request.path.unwrap_or_default();
    // Section 3.2.2: the target may be a whole URL.
    let target = match target.strip_prefix("http://") {
        Some(rest) => rest.find('/').map_or("/", |slash| &rest[slash..]),
        None => target,
    };
    let path = target.split_once('?').map_or(target, |(path, _)| path);
    match (request.method.unwrap_or_default(), path) {
        ("GET", "/metrics") => {
            let text = to_text(watched);
            response("200 OK", prometheus::CONTENT_TYPE, &text)
        }
        ("GET", "/healthz") if watched.pool.is_open() => {
            response("200 OK", PLAIN_TEXT, "ok\n")
        }
        ("GET", "/healthz") => {
            let status = "503 Service Unavailable";
            response(status, PLAIN_TEXT, "shutting down\n")
        }
        ("GET", _) => {
            let hint = "try /metrics or /healthz\n";
            response("404 Not Found", PLAIN_TEXT, hint)
        }
        // Without a body: the answer to HEAD must have none.
        _ => response("405 Method Not Allowed", PLAIN_TEXT, ""),
    }
}

const PLAIN_TEXT: &str = "text/plain; charset=utf-8";

fn response(status: &str, content_type: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nallow: GET\r\nconnection: close\r\n\
         content-type: {content_type}\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}
