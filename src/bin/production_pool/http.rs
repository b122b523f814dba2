//! What the outside can ask the service: `GET /metrics` for Prometheus, `GET /healthz` for a load
//! balancer.

use std::io;
use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use oxhttp::Server;
use oxhttp::model::header::{ALLOW, CONNECTION, CONTENT_TYPE, HeaderValue};
use oxhttp::model::{Body, Method, Request, Response};

use super::JobPool;
use super::metrics::Metrics;

/// A client that says nothing for so long is hung up on.
const PATIENCE: Duration = Duration::from_secs(2);
/// Clients at a time. The next one waits until one of them has gone.
const CLIENTS: usize = 64;

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
/// When nobody can listen there: the port is in use, or the address is not this machine's.
pub fn serve(address: SocketAddr, pool: &Arc<JobPool>) -> io::Result<()> {
    let pool = Arc::clone(pool);
    let on_request = move |request: &mut Request<Body>| {
        // Hangs up after the answer. If the server kept the connection, it would send a client
        // that is silent for too long an error that nobody has asked for.
        let close = HeaderValue::from_static("close");
        request.headers_mut().insert(CONNECTION, close);
        answer(request, &pool)
    };
    Server::new(on_request)
        .bind(address)
        .with_global_timeout(PATIENCE)
        .with_max_concurrent_connections(CLIENTS)
        .spawn()?;
    Ok(())
}

fn answer(request: &Request<Body>, pool: &JobPool) -> Response<Body> {
    let plain = "text/plain; charset=utf-8";
    let prometheus = "text/plain; version=0.0.4; charset=utf-8";
    let (status, kind, body) = match (request.method(), request.uri().path()) {
        (&Method::GET, "/metrics") => (200, prometheus, to_prometheus(&pool.metrics())),
        (&Method::GET, "/healthz") if pool.is_open() => (200, plain, "ok\n".into()),
        (&Method::GET, "/healthz") => (503, plain, "shutting down\n".into()),
        (&Method::GET, _) => (404, plain, "try /metrics or /healthz\n".into()),
        // Without a body: the answer to HEAD must have none.
        _ => (405, plain, String::new()),
    };
    Response::builder()
        .status(status)
        .header(ALLOW, "GET")
        .header(CONTENT_TYPE, kind)
        .body(Body::from(body))
        .expect("status and headers are valid")
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
