//! What the outside can ask the service: `GET /metrics` for Prometheus, `GET /healthz` for a load
//! balancer.
//!
//! The clients are jobs, too. Their pool is of the simplest kind: a fixed number of threads, and
//! the queue is the one that the operating system keeps for the port. A client that misbehaves
//! takes one thread, and not for long.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::str::FromStr;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use httparse::{EMPTY_HEADER, Request, Status};

use super::JobPool;
use super::prometheus::{self, to_text};

/// How long a client may take, whatever it does.
const PATIENCE: Duration = Duration::from_secs(2);
/// Clients at a time. The next one waits until one of them has gone.
const CLIENTS: usize = 64;
/// How long a request may be, in bytes and in headers.
const LONGEST: usize = 8 * 1024;
const HEADERS: usize = 64;

/// Where to answer, if at all: the flag `--metrics`.
#[derive(Clone, Copy)]
pub enum Endpoint {
    At(SocketAddr),
    Off,
}

impl FromStr for Endpoint {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Endpoint, Self::Err> {
        match text.parse::<SocketAddr>() {
            Ok(address) if address.port() != 0 => Ok(Endpoint::At(address)),
            _ if text == "off" => Ok(Endpoint::Off),
            _ => Err("neither \"off\" nor an IP address with a port above 0, like 127.0.0.1:9898"),
        }
    }
}

/// Answers on `address` from now on, on threads of its own, until the program ends.
///
/// # Errors
///
/// When nobody can listen there: the port is in use, or the address is not this machine's. When
/// the system refuses a thread.
pub fn serve(address: SocketAddr, pool: &Arc<JobPool>) -> io::Result<()> {
    let listener = Arc::new(TcpListener::bind(address)?);
    for _ in 0..CLIENTS {
        let (listener, pool) = (Arc::clone(&listener), Arc::clone(pool));
        thread::Builder::new().spawn(move || {
            for client in listener.incoming() {
                match client {
                    // A client that goes away in the middle has its reasons.
                    Ok(client) => drop(talk_to(&client, &pool)),
                    // The client has gone already, or too many files are open, which may pass.
                    Err(_) => thread::sleep(Duration::from_millis(100)),
                }
            }
        })?;
    }
    Ok(())
}

/// What a client sends up to this moment. A timeout for each read would be no limit for one that
/// sends a byte now and then.
struct Until<'a>(&'a TcpStream, Instant);

impl Read for Until<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.1.saturating_duration_since(Instant::now());
        self.0.set_read_timeout(Some(left))?; // fails when nothing is left
        self.0.read(buffer)
    }
}

fn talk_to(mut client: &TcpStream, pool: &JobPool) -> io::Result<()> {
    let mut input = Until(client, Instant::now() + PATIENCE);
    let mut bytes = [0; LONGEST];
    let mut len = 0;
    let answer = loop {
        let mut headers = [EMPTY_HEADER; HEADERS];
        let mut request = Request::new(&mut headers);
        match request.parse(&bytes[..len]) {
            Ok(Status::Complete(_)) => break answer(&request, pool),
            Ok(Status::Partial) => {}
            Err(_) => break response("400 Bad Request", PLAIN, ""),
        }
        match input.read(&mut bytes[len..])? {
            0 => return Ok(()), // the client hung up, or its request is too long
            more => len += more,
        }
    };
    // Short enough for the system to take it at once, whether the client reads it or not.
    client.write_all(answer.as_bytes())?;
    client.shutdown(Shutdown::Write)?;
    // Hung up on now, a client that still sends could lose the answer.
    io::copy(&mut input, &mut io::sink())?;
    Ok(())
}

fn answer(request: &Request, pool: &JobPool) -> String {
    let target = request.path.unwrap_or_default();
    let path = target.split_once('?').map_or(target, |(path, _)| path);
    match (request.method.unwrap_or_default(), path) {
        ("GET", "/metrics") => response("200 OK", prometheus::KIND, &to_text(&pool.metrics())),
        ("GET", "/healthz") if pool.is_open() => response("200 OK", PLAIN, "ok\n"),
        ("GET", "/healthz") => response("503 Service Unavailable", PLAIN, "shutting down\n"),
        ("GET", _) => response("404 Not Found", PLAIN, "try /metrics or /healthz\n"),
        // Without a body: the answer to HEAD must have none.
        _ => response("405 Method Not Allowed", PLAIN, ""),
    }
}

const PLAIN: &str = "text/plain; charset=utf-8";

fn response(status: &str, kind: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nallow: GET\r\nconnection: close\r\n\
         content-type: {kind}\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}
