//! `production_pool`: clients that misbehave. `docs/faults.md` has a row for each test.

mod common;
mod service;

use std::io::{ErrorKind, Read, Write};
use std::iter;
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use common::{LIMIT, Running, drip};
use service::{scrape, start_with_metrics};

/// More clients than the service serves at a time.
const CROWD: usize = 100;
/// A request without the empty line at its end.
const HEAD: &str = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n";

/// Starts a service that runs until a signal comes, and returns it and its address. Waits for the
/// first job, because before that, a signal would just kill the service.
#[track_caller]
fn start() -> (Running, String) {
    let flags = "--duration-secs 0 --rate 100 --work-ms 1 --grace-secs 3600";
    let (running, address) = start_with_metrics(flags);
    wait_for_more(&address, "accepted", 0);
    (running, address)
}

/// Waits until /metrics says that more jobs than `before` were accepted, or processed.
#[track_caller]
fn wait_for_more(address: &str, what: &str, before: u64) {
    let deadline = Instant::now() + LIMIT;
    while scrape(address)[&format!("worker_pool_jobs_{what}_total")] == before {
        assert!(Instant::now() < deadline, "no more jobs were {what}");
    }
}

/// Checks that /metrics answers, that the pool goes on, and that the service ends well.
#[track_caller]
fn assert_unharmed(running: Running, address: &str) {
    let before = scrape(address)["worker_pool_jobs_processed_total"];
    wait_for_more(address, "processed", before);
    assert_drains(running);
}

/// Sends a signal, and checks that the service drains: the last line adds up, and every accepted
/// job is done or failed.
#[cfg(unix)]
#[track_caller]
fn assert_drains(running: Running) {
    running.signal("TERM");
    let ended = running.end();
    assert_eq!(ended.status, Some(0), "{ended:#?}");
    let sum = service::sum(&ended);
    assert_eq!((sum.never_started, sum.interrupted), (0, 0), "{ended:#?}");
    // The default panic hook prints this. The service says it in other words when a job panics.
    let is_panic = |line: &String| line.contains(" panicked at ");
    assert!(!ended.stderr.iter().any(is_panic), "{ended:#?}");
}

/// Other systems have no such signal; there, dropping the service kills it.
#[cfg(not(unix))]
fn assert_drains(_running: Running) {}

fn connect(address: &str) -> TcpStream {
    let client = TcpStream::connect(address).expect("it listens");
    client.set_read_timeout(Some(LIMIT)).expect("a timeout");
    client.set_write_timeout(Some(LIMIT)).expect("a timeout");
    client
}

fn connect_and_send(address: &str, text: impl AsRef<[u8]>) -> TcpStream {
    let mut client = connect(address);
    client.write_all(text.as_ref()).expect("it reads");
    client
}

/// Connects many clients that take all the time that they get. Dropping a client hangs up.
type Crowd = fn(&str) -> Vec<TcpStream>;

fn silent(address: &str) -> Vec<TcpStream> {
    (0..CROWD).map(|_| connect(address)).collect()
}

/// They send their request one byte at a time.
fn slow(address: &str) -> Vec<TcpStream> {
    let clients = silent(address);
    for client in &clients {
        let client = client.try_clone().expect("a socket");
        thread::spawn(move || drip(client, HEAD.as_bytes(), b'x'));
    }
    clients
}

/// They send a request and do not read the answer.
fn not_reading(address: &str) -> Vec<TcpStream> {
    let request = format!("{HEAD}\r\n");
    let ask = |_| connect_and_send(address, &request);
    (0..CROWD).map(ask).collect()
}

/// They send nothing, and there are so many that even the queue of the operating system is full.
fn waiting(address: &str) -> Vec<TcpStream> {
    let address = address.parse().expect("an address");
    let connect = || TcpStream::connect_timeout(&address, Duration::from_millis(300));
    iter::from_fn(|| connect().ok()).take(1_000).collect()
}

/// Reads everything until the service hangs up. A reset counts as hanging up, silence does not.
#[track_caller]
fn read_all(mut client: &TcpStream) -> String {
    let mut bytes = Vec::new();
    if let Err(error) = client.read_to_end(&mut bytes) {
        let is_silent = matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
        assert!(!is_silent, "the service does not hang up");
    }
    String::from_utf8(bytes).expect("UTF-8")
}

/// Sends `part` again and again until the service hangs up.
#[track_caller]
fn send_without_end(mut client: &TcpStream, part: &str) {
    let parts = part.repeat(1 + (64 << 10) / part.len());
    let deadline = Instant::now() + LIMIT;
    while client.write_all(parts.as_bytes()).is_ok() {
        assert!(Instant::now() < deadline, "the service never hangs up");
    }
}

#[test]
fn a_crowd_of_slow_clients() {
    let crowds: [Crowd; 3] = [silent, slow, not_reading];
    // In parallel, because each takes until the service hangs up.
    thread::scope(|scope| {
        for crowd in crowds {
            scope.spawn(move || {
                let (running, address) = start();
                let clients = crowd(&address);
                assert_unharmed(running, &address);
                drop(clients);
            });
        }
    });
}

#[cfg(unix)] // other systems have no such signal
#[test]
fn a_stop_does_not_wait_for_clients() {
    let crowds: [Crowd; 4] = [silent, slow, not_reading, waiting];
    for crowd in crowds {
        let (running, address) = start();
        let clients = crowd(&address);
        assert_drains(running);
        drop(clients);
    }
}

#[test]
fn clients_that_hang_up_early() {
    let (running, address) = start();
    for _ in 0..500 {
        drop(connect(&address));
    }
    for _ in 0..CROWD {
        drop(connect_and_send(&address, HEAD));
    }
    assert_unharmed(running, &address);
}

#[test]
fn a_full_queue_of_clients() {
    let (running, address) = start();
    let clients = waiting(&address);
    assert!(clients.len() > CROWD, "{}", clients.len());
    drop(clients);
    assert_unharmed(running, &address);
}

#[test]
fn a_client_that_sends_byte_by_byte() {
    let (running, address) = start();
    let client = connect(&address);
    thread::spawn(move || drip(client, HEAD.as_bytes(), b'x'));
    assert_unharmed(running, &address);
}

#[test]
fn headers_without_end() {
    let (running, address) = start();
    for (head, part) in [("", "x"), (HEAD, "x"), (HEAD, "X: y\r\n")] {
        let client = connect_and_send(&address, head);
        send_without_end(&client, part);
        assert!(!read_all(&client).contains("200 OK"));
    }
    #[cfg(target_os = "linux")]
    assert!(running.peak_memory() < 64 << 20);
    assert_unharmed(running, &address);
}

#[test]
fn a_body_without_end() {
    let (running, address) = start();
    let send_and_read = |header: &str| {
        let client = connect_and_send(&address, format!("{HEAD}{header}\r\n\r\n"));
        // The service answers while the body is still coming, and hangs up after a while.
        thread::scope(|scope| {
            scope.spawn(|| send_without_end(&client, "1\r\nx\r\n"));
            assert!(read_all(&client).starts_with("HTTP/1.1 200 OK\r\n"));
        });
    };
    thread::scope(|scope| {
        scope.spawn(|| send_and_read("Content-Length: 99999999999999"));
        scope.spawn(|| send_and_read("Transfer-Encoding: chunked"));
    });
    #[cfg(target_os = "linux")]
    assert!(running.peak_memory() < 64 << 20);
    assert_unharmed(running, &address);
}

#[test]
fn a_body_that_never_comes() {
    let (running, address) = start();
    let request = format!("{HEAD}Content-Length: 10\r\n\r\n");
    let client = connect_and_send(&address, request);
    assert!(read_all(&client).starts_with("HTTP/1.1 200 OK\r\n"));
    assert_unharmed(running, &address);
}

#[test]
fn a_large_body() {
    let (running, address) = start();
    let request = format!("{HEAD}Content-Length: 1000000\r\n\r\n");
    let mut client = connect_and_send(&address, request);
    client.peek(&mut [0]).expect("an answer");
    // The client still sends the rest, and can read the answer afterwards.
    for _ in 0..10 {
        client.write_all(&[b'x'; 100_000]).expect("it reads");
    }
    client.shutdown(Shutdown::Write).expect("it is open");
    assert!(read_all(&client).starts_with("HTTP/1.1 200 OK\r\n"));
    assert_unharmed(running, &address);
}

#[test]
fn garbage() {
    let (running, address) = start();
    let every_byte: Vec<u8> = (0..=255).collect();
    let other_protocol = b"EHLO example.com\r\n".to_vec();
    for bytes in [every_byte, other_protocol] {
        let client = connect_and_send(&address, bytes);
        assert!(read_all(&client).starts_with("HTTP/1.1 400 "));
    }
    assert_unharmed(running, &address);
}

#[test]
fn a_request_without_a_host() {
    let (running, address) = start();
    let request = "GET /metrics HTTP/1.1\r\n\r\n";
    let client = connect_and_send(&address, request);
    assert!(read_all(&client).starts_with("HTTP/1.1 400 "));
    // HTTP/1.0 did not have the header.
    let client = connect_and_send(&address, request.replace("1.1", "1.0"));
    assert!(read_all(&client).starts_with("HTTP/1.1 200 "));
    assert_unharmed(running, &address);
}

#[test]
fn a_whole_url_as_the_target() {
    let (running, address) = start();
    for (target, status) in [
        ("http://localhost/healthz", 200),
        ("http://localhost/metrics?all", 200),
        ("http://localhost", 404),
        ("https://localhost/healthz", 404),
    ] {
        let request = format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let client = connect_and_send(&address, request);
        let expected = format!("HTTP/1.1 {status} ");
        assert!(read_all(&client).starts_with(&expected), "{target}");
    }
    assert_unharmed(running, &address);
}

#[cfg(unix)]
#[test]
fn a_stop_and_continue_within_a_request() {
    let (running, address) = start();
    for _ in 0..5 {
        let mut client = connect_and_send(&address, HEAD);
        // Long enough for the service to wait for the rest.
        thread::sleep(Duration::from_millis(50));
        running.signal("STOP");
        running.signal("CONT");
        thread::sleep(Duration::from_millis(50));
        client.write_all(b"\r\n").expect("the service still reads");
        assert!(read_all(&client).starts_with("HTTP/1.1 200 "));
    }
    assert_unharmed(running, &address);
}

#[test]
fn a_client_that_speaks_tls() {
    let (running, address) = start();
    // The first message of a TLS client. It announces a greeting of 512 bytes.
    let mut greeting = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec();
    greeting.resize(517, 0);
    let client = connect_and_send(&address, greeting);
    assert!(read_all(&client).starts_with("HTTP/1.1 400 "));
    assert_unharmed(running, &address);
}

#[test]
fn a_client_that_asks_for_a_tunnel() {
    let (running, address) = start();
    let request = "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n";
    let client = connect_and_send(&address, request);
    assert!(read_all(&client).starts_with("HTTP/1.1 405 "));
    assert_unharmed(running, &address);
}

/// A client resets the connection when it hangs up before it has read the answer.
#[test]
fn clients_that_reset() {
    let (running, address) = start();
    for _ in 0..CROWD {
        // The second request is not complete.
        let client = connect_and_send(&address, format!("{HEAD}\r\n{HEAD}"));
        client.peek(&mut [0]).expect("an answer");
    }
    assert_unharmed(running, &address);
}

#[test]
fn a_client_that_shuts_down_its_side() {
    let (running, address) = start();
    let client = connect_and_send(&address, format!("{HEAD}\r\n"));
    client.shutdown(Shutdown::Write).expect("it is open");
    let answer = read_all(&client);
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(
        answer.contains("\nworker_pool_jobs_never_started_total 0\n"),
        "{answer}"
    );

    let client = connect_and_send(&address, HEAD);
    client.shutdown(Shutdown::Write).expect("it is open");
    assert_eq!(read_all(&client), "");
    assert_unharmed(running, &address);
}

#[test]
fn a_client_that_pipelines_requests() {
    let (running, address) = start();
    let client = connect_and_send(&address, format!("{HEAD}\r\n").repeat(10));
    assert_eq!(read_all(&client).matches("HTTP/1.1 ").count(), 1);
    assert_unharmed(running, &address);
}
