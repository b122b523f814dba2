//! What the outside can ask the service: `GET /metrics` for Prometheus, `GET /healthz` for a load
//! balancer.
//!
//! The clients are jobs, too. Their pool is of the simplest kind: a fixed number of threads, and
//! the queue is the one that the operating system keeps for the port. A client that misbehaves
//! takes one thread, and not for long.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::str::FromStr;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::JobPool;
use super::metrics::Metrics;

/// How long a client may take, whatever it does.
const PATIENCE: Duration = Duration::from_secs(2);
/// Clients at a time. The next one waits until one of them has gone.
const CLIENTS: usize = 64;
/// How long a request may be, in bytes.
const LONGEST: u64 = 8 * 1024;

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
            _ => Err("neither \"off\" nor an IP address and a port, such as 127.0.0.1:9898"),
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
            for client in listener.incoming().flatten() {
                // A client that goes away in the middle has its reasons.
                let _ = talk_to(&client, &pool);
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
    let mut request = BufReader::new(Until(client, Instant::now() + PATIENCE));
    let mut limited = request.by_ref().take(LONGEST);
    let mut head = String::new();
    // An empty line is its end.
    while !head.ends_with("\n\r\n") && !head.ends_with("\n\n") {
        if limited.read_line(&mut head)? == 0 {
            return Ok(()); // the client hung up, or its request is too long
        }
    }
    client.write_all(answer(&head, pool).as_bytes())?;
    client.shutdown(Shutdown::Write)?;
    // Hung up on now, a client that still sends could lose the answer.
    io::copy(&mut request, &mut io::sink())?;
    Ok(())
}

fn answer(head: &str, pool: &JobPool) -> String {
    let plain = "text/plain; charset=utf-8";
    let prometheus = "text/plain; version=0.0.4; charset=utf-8";
    let mut words = head.split_whitespace();
    let method = words.next().unwrap_or_default();
    let target = words.next().unwrap_or_default();
    let path = target.split_once('?').map_or(target, |(path, _)| path);
    let (status, kind, body) = match (method, path) {
        ("GET", "/metrics") => ("200 OK", prometheus, to_prometheus(&pool.metrics())),
        ("GET", "/healthz") if pool.is_open() => ("200 OK", plain, "ok\n".into()),
        ("GET", "/healthz") => ("503 Service Unavailable", plain, "shutting down\n".into()),
        ("GET", _) => ("404 Not Found", plain, "try /metrics or /healthz\n".into()),
        // Without a body: the answer to HEAD must have none.
        _ => ("405 Method Not Allowed", plain, String::new()),
    };
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nallow: GET\r\nconnection: close\r\n\
         content-type: {kind}\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

/// The metrics in Prometheus' [text format][1].
///
/// [1]: https://prometheus.io/docs/instrumenting/exposition_formats/
fn to_prometheus(metrics: &Metrics) -> String {
    let lines = |name, kind, help, value: u64| {
        let name = format!("worker_pool_{name}");
        format!("# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n")
    };
    let gauge = |name, help, value| lines(name, "gauge", help, value);
    let counter = |name, help, value| lines(name, "counter", help, value);
    [
        gauge(
            "jobs_queued",
            "Jobs that wait for a worker.",
            metrics.queued,
        ),
        gauge(
            "workers_active",
            "Workers that are busy with a job.",
            metrics.active,
        ),
        counter(
            "jobs_processed_total",
            "Jobs that ended, well or not.",
            metrics.processed,
        ),
        counter("jobs_failed_total", "Jobs that panicked.", metrics.failed),
        counter(
            "jobs_accepted_total",
            "Jobs that the pool took.",
            metrics.accepted,
        ),
        counter(
            "jobs_rejected_total",
            "Jobs that were handed back.",
            metrics.rejected,
        ),
        counter(
            "jobs_never_started_total",
            "Jobs that the pool took, and was stopped before it started them.",
            metrics.never_started,
        ),
    ]
    .concat()
}
