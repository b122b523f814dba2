//! `url_fetcher`: servers that misbehave. `docs/faults.md` has a row for each test.

mod common;
mod fetcher;

use std::io::Write;
use std::net::{Shutdown, TcpStream};
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use common::{LIMIT, drip, start_command};
use fetcher::site::{read_request, serve, serve_pages, status, wait_for_hang_up};
use fetcher::{command, lines, silent_site};
#[cfg(target_os = "linux")]
use {
    common::Ended,
    fetcher::{URL_FETCHER, file, site::Authority},
};

/// More bytes than the operating system buffers for a client that does not read.
const MAX_BUFFERED: usize = 64 << 20;

/// One worker fetches `url`, and then a page of a good server. Checks that each has its line, and
/// returns the line of `url` without the URL.
#[track_caller]
fn fetch_by(mut command: Command, url: &str) -> String {
    let good = http(serve_pages(|_| status("200 OK")));
    command.args(["--workers", "1", url, &good]);
    let ended = start_command(command).end();

    lines(&ended);
    let [line, next, _] = &ended.stdout[..] else {
        panic!("expected a line for each URL: {ended:#?}");
    };
    assert_eq!(*next, format!("OK {good}: 200"));
    let expected = if line.starts_with("OK") { 0 } else { 1 };
    assert_eq!(ended.status, Some(expected), "{line}");
    line.replace(&format!(" {url}: "), " ")
}

#[track_caller]
fn fetch_within(timeout_secs: &str, url: &str) -> String {
    let mut command = command();
    command.args(["--timeout-secs", timeout_secs]);
    fetch_by(command, url)
}

/// The timeout is so long that only a hang reaches it.
#[track_caller]
fn fetch(url: &str) -> String {
    fetch_within("20", url)
}

fn http(port: u16) -> String {
    format!("http://127.0.0.1:{port}/")
}

fn https(port: u16) -> String {
    format!("https://127.0.0.1:{port}/")
}

/// Starts a server that reads a request and then calls `then`.
fn serve_after_request(then: impl Fn(TcpStream) + Send + Sync + 'static) -> u16 {
    serve(move |mut client| {
        read_request(&mut client);
        then(client);
    })
}

/// Starts a server that reads a request, sends this answer, and then sends nothing more.
fn serve_text(answer: &'static str) -> u16 {
    serve_after_request(move |mut client| {
        let _ = client.write_all(answer.as_bytes());
        wait_for_hang_up(client);
    })
}

/// Starts a server that reads a request and sends `head`, and then `part` until the client hangs up
/// (2 GB at most). The channel receives how many bytes the server has sent: at the end, and after
/// each write once they are many.
fn serve_without_end(head: &'static str, part: &'static str) -> (u16, Receiver<usize>) {
    let (tell, sent) = channel();
    let parts = part.repeat(1 + (64 << 10) / part.len());
    let port = serve_after_request(move |mut client| {
        let mut bytes = 0;
        let mut next = head;
        while bytes < 2 << 30 && client.write_all(next.as_bytes()).is_ok() {
            bytes += next.len();
            next = &parts;
            if bytes > 2 * MAX_BUFFERED {
                let _ = tell.send(bytes);
            }
        }
        let _ = tell.send(bytes);
    });
    (port, sent)
}

/// Hangs up before anybody has read what the client sent. Then the operating system sends a reset.
fn reset(client: TcpStream) {
    let _ = client.peek(&mut [0]);
}

/// A server that accepts no connection, and the clients that fill its queue. Linux lets the next
/// client wait; other systems refuse it.
#[cfg(target_os = "linux")]
fn full_queue() -> (std::net::TcpListener, Vec<TcpStream>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address");
    let connect = || TcpStream::connect_timeout(&address, Duration::from_millis(300));
    let queue = std::iter::from_fn(|| connect().ok()).collect();
    (listener, queue)
}

#[test]
fn a_refused_connection() {
    // Nothing listens on port 1: nobody uses its service any more.
    assert_eq!(fetch(&http(1)), "FAIL connection refused");
}

#[test]
fn an_unknown_host() {
    // Names that end in .invalid never exist (RFC 2606).
    assert_eq!(fetch("http://nowhere.invalid/"), "FAIL host not found");
}

#[cfg(target_os = "linux")]
#[test]
fn a_refused_thread() {
    // A stack takes 200 MB of addresses here, so each of these limits has room for one thread more.
    // At one of them the system refuses the thread of every DNS lookup, and no other thread.
    let ended = (2..=9).map(|threads| {
        let limit = 100_000 + 200_000 * threads;
        let run = "exec timeout -s KILL 8 \"$0\" --workers 1 http://127.0.0.1:1 http://localhost:1";
        let mut limited = Command::new("sh");
        limited.args(["-c", &format!("ulimit -v {limit}; {run}"), URL_FETCHER]);
        limited.env("RUST_MIN_STACK", (200 << 20).to_string());
        limited
            .env("MALLOC_ARENA_MAX", "1")
            .env("RUST_BACKTRACE", "0");
        start_command(limited).end()
    });
    let refused = |line: &&String| line.contains(": no thread for the DNS lookup: ");
    let refused = |ended: &Ended| ended.stdout.iter().filter(refused).count() == 2;
    let ended: Vec<Ended> = ended.collect();
    assert!(ended.iter().any(refused), "{ended:#?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_connect_that_hangs() {
    let (listener, _queue) = full_queue();
    let port = listener.local_addr().expect("its address").port();
    assert_eq!(fetch_within("1", &http(port)), "FAIL timed out after 1 s");
}

#[cfg(target_os = "linux")]
#[test]
fn ctrl_c_does_not_wait_for_a_connect_that_hangs() {
    let (listener, _queue) = full_queue();
    let url = http(listener.local_addr().expect("its address").port());
    let (silent, requests) = silent_site(1);

    let mut command = command();
    command.args(["--timeout-secs", "3600", "--deadline-secs", "3600"]);
    command.arg(&url).args(&silent);
    let lesson = start_command(command);
    requests.recv_timeout(LIMIT).expect("a request");
    lesson.signal("INT");
    let ended = lesson.end();

    assert_eq!(ended.status, Some(130));
    // One request can be aborted and reports that at once. `main` does not wait for the other.
    assert_eq!(
        ended.stdout,
        [
            format!("FAIL {}: cancelled in flight", silent[0]),
            format!("FAIL {url}: cancelled in flight"),
            "2 URLs: 0 answered, 0 failed, 2 cancelled in flight, 0 never started".to_string(),
        ]
    );
}

#[test]
fn a_server_that_never_answers() {
    let port = serve(wait_for_hang_up);
    assert_eq!(fetch_within("1", &http(port)), "FAIL timed out after 1 s");
}

#[test]
fn a_server_that_never_answers_does_not_delay_the_others() {
    let (silent, requests) = silent_site(2);
    let good = serve_pages(|_| status("200 OK"));
    let mut command = command();
    command.args(["--timeout-secs", "3600", "--deadline-secs", "3600"]);
    command.args(silent);
    command.args((0..20).map(|page| format!("{}{page}", http(good))));
    let mut lesson = start_command(command);
    // All other URLs have their lines while two of the three workers wait.
    for _ in 0..20 {
        let line = lesson.line();
        assert!(line.starts_with("OK "), "{line}");
    }
    for _ in 0..2 {
        requests.recv_timeout(LIMIT).expect("a request");
    }
}

#[test]
fn headers_byte_by_byte() {
    let port = serve_after_request(|client| drip(client, b"HTTP/1.1 200 OK\r\nX-Endless: ", b'x'));
    // Only a limit for the whole request helps here.
    assert_eq!(fetch_within("1", &http(port)), "FAIL timed out after 1 s");
}

#[test]
fn a_header_without_end() {
    let (port, sent) = serve_without_end("HTTP/1.1 200 OK\r\nX-Endless: ", "x");
    assert_eq!(fetch(&http(port)), "FAIL bad answer: headers too long");
    assert!(sent.recv_timeout(LIMIT).expect("it hangs up") < MAX_BUFFERED);
}

#[test]
fn headers_without_end() {
    let (port, sent) = serve_without_end("HTTP/1.1 200 OK\r\n", "X: y\r\n");
    let line = fetch(&http(port));
    assert!(line.starts_with("FAIL bad answer: "), "{line}");
    assert!(line.ends_with("too many headers"), "{line}");
    assert!(sent.recv_timeout(LIMIT).expect("it hangs up") < MAX_BUFFERED);
}

#[test]
fn interim_answers_without_end() {
    let (port, sent) = serve_without_end("", "HTTP/1.1 100 Continue\r\n\r\n");
    assert_eq!(fetch(&http(port)), "FAIL bad answer: headers too long");
    assert!(sent.recv_timeout(LIMIT).expect("it hangs up") < MAX_BUFFERED);

    let one_by_one = serve_after_request(|mut client| {
        while client
            .write_all(b"HTTP/1.1 103 Early Hints\r\n\r\n")
            .is_ok()
        {
            thread::sleep(Duration::from_millis(50));
        }
    });
    let line = fetch_within("1", &http(one_by_one));
    assert_eq!(line, "FAIL timed out after 1 s");
}

/// A long body, which is not read, and a short one, which is.
const HEADS: [&str; 2] = [
    "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n",
];

/// Checks that the worker does not wait for the body until the request times out.
#[track_caller]
fn fetch_without_body(port: u16) {
    let start = Instant::now();
    assert_eq!(fetch(&http(port)), "OK 200");
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_body_that_never_comes() {
    for head in HEADS {
        fetch_without_body(serve_text(head));
    }
}

#[test]
fn a_body_byte_by_byte() {
    for head in HEADS {
        fetch_without_body(serve_after_request(|client| {
            drip(client, head.as_bytes(), b'x')
        }));
    }
}

#[test]
fn a_body_without_end() {
    let (port, sent) = serve_without_end("HTTP/1.1 200 OK\r\n\r\n", "x");
    assert_eq!(fetch(&http(port)), "OK 200");
    assert!(sent.recv_timeout(LIMIT).expect("it hangs up") < MAX_BUFFERED);
}

#[test]
fn a_redirect_with_a_body_without_end() {
    let good = serve_pages(|_| status("200 OK"));
    let head = format!("HTTP/1.1 302 Found\r\nLocation: {}\r\n\r\n", http(good));
    let (port, sent) = serve_without_end(head.leak(), "x");
    assert_eq!(fetch(&http(port)), "OK 200");
    assert!(sent.recv_timeout(LIMIT).expect("it hangs up") < MAX_BUFFERED);
}

/// Starts a server whose page `/dir/page` redirects to `location`. Of all other pages, it has only
/// `page`. Returns the URL of the first.
fn serve_redirect(location: &'static str, page: &'static str) -> String {
    let port = serve_pages(move |path| match path {
        "/dir/page" => status(&format!("302 Found\r\nLocation: {location}")),
        path if path == page => status("200 OK"),
        _ => status("404 Not Found"),
    });
    format!("{}dir/page", http(port))
}

#[test]
fn a_location_is_read_as_web_browsers_read_it() {
    for (location, page) in [
        ("other", "/dir/other"),
        ("../../ok", "/ok"),
        ("?query", "/dir/page?query"),
        ("/with blanks", "/with%20blanks"),
        ("/Bücher", "/B%C3%BCcher"),
        ("\\ok", "/ok"),
        ("http:other", "/dir/other"),
        ("/ok#part", "/ok"),
    ] {
        let line = fetch(&serve_redirect(location, page));
        assert_eq!(line, "OK 200", "{location}");
    }
}

#[test]
fn a_redirect_to_the_page_itself() {
    for location in ["", "#part", "page"] {
        let line = fetch(&serve_redirect(location, ""));
        assert_eq!(line, "FAIL too many redirects", "{location}");
    }
}

#[test]
fn a_redirect_that_leaves_the_web() {
    for location in [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:,x",
        "mailto:a@example.com",
        "ftp://127.0.0.1/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:+80/",
        "http://",
    ] {
        let line = fetch(&serve_redirect(location, ""));
        let expected = format!("FAIL redirected to {location}: not a URL for http or https");
        assert_eq!(line, expected);
    }
}

#[test]
fn a_chain_of_slow_redirects() {
    // No single answer is late, but all eleven together are.
    let port = serve_pages(|_| {
        thread::sleep(Duration::from_millis(200));
        status("302 Found\r\nLocation: /")
    });
    assert_eq!(fetch_within("1", &http(port)), "FAIL timed out after 1 s");
}

#[test]
fn a_server_that_hangs_up() {
    let at_once = serve(drop);
    let when_asked = serve_after_request(drop);
    let in_the_headers = serve_after_request(|mut client| {
        let _ = client.write_all(b"HTTP/1.1 200 OK\r\nContent-Le");
    });
    for url in [
        http(at_once),
        https(at_once),
        http(when_asked),
        http(in_the_headers),
    ] {
        assert_eq!(fetch(&url), "FAIL hung up without answering", "{url}");
    }
}

#[test]
fn a_server_that_hangs_up_in_the_body() {
    let port = serve_after_request(|mut client| {
        let _ = client.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx");
    });
    assert_eq!(fetch(&http(port)), "OK 200");
}

#[test]
fn a_server_that_resets() {
    let at_once = serve(reset);
    let in_the_headers = serve(|mut client| {
        let _ = client.write_all(b"HTTP/1.1 200 OK\r\nContent-Le");
        reset(client);
    });
    for url in [http(at_once), https(at_once), http(in_the_headers)] {
        assert_eq!(fetch(&url), "FAIL hung up without answering", "{url}");
    }
}

#[test]
fn a_server_that_shuts_down_its_side() {
    for start in ["", "HTTP/1.1 200 OK\r\nContent-Le"] {
        let port = serve_after_request(|mut client| {
            let _ = client.write_all(start.as_bytes());
            let _ = client.shutdown(Shutdown::Write);
            wait_for_hang_up(client);
        });
        assert_eq!(fetch(&http(port)), "FAIL hung up without answering");
    }
}

#[test]
fn a_server_that_speaks_another_protocol() {
    let port = serve(|mut client| {
        let _ = client.write_all(b"220 mail.example.com ready\r\n\r\n");
        wait_for_hang_up(client);
    });
    let line = fetch(&http(port));
    assert!(line.starts_with("FAIL bad answer"), "{line}");
    let line = fetch(&https(port));
    assert!(line.starts_with("FAIL TLS: "), "{line}");
}

#[test]
fn a_server_that_speaks_http_on_a_tls_port() {
    let port = serve(|mut client| {
        let _ = client.write_all(status("400 Bad Request").as_bytes());
        wait_for_hang_up(client);
    });
    let line = fetch(&https(port));
    assert!(line.starts_with("FAIL TLS: "), "{line}");
}

#[test]
fn a_server_that_speaks_tls_on_an_http_port() {
    // A TLS server sends such an alert when a request is not TLS.
    let port = serve_text("\x15\x03\x03\x00\x02\x02\x32");
    let line = fetch(&http(port));
    assert!(line.starts_with("FAIL bad answer: "), "{line}");
}

#[test]
fn garbage_without_end() {
    let (port, sent) = serve_without_end("", "\0\x01\x7f\u{fffd}");
    let line = fetch(&http(port));
    assert!(line.starts_with("FAIL bad answer: "), "{line}");
    assert!(sent.recv_timeout(LIMIT).expect("it hangs up") < MAX_BUFFERED);
}

#[test]
fn a_handshake_that_never_ends() {
    let port = serve(wait_for_hang_up);
    assert_eq!(fetch_within("1", &https(port)), "FAIL timed out after 1 s");
}

#[test]
fn a_handshake_byte_by_byte() {
    // The first message of the handshake announces 16 kB.
    let head = b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc";
    let port = serve(|client| drip(client, head, 0));
    assert_eq!(fetch_within("1", &https(port)), "FAIL timed out after 1 s");
}

#[cfg(target_os = "linux")]
#[test]
fn an_https_server_that_stalls_after_its_handshake() {
    let authority = Authority::new("a known one");
    let trusted = file("stalls.pem", &authority.pem());
    let fetch = |port: u16| {
        let mut command = command();
        command.args(["--timeout-secs", "1"]);
        command.env("SSL_CERT_FILE", &trusted);
        fetch_by(command, &format!("https://localhost:{port}/"))
    };
    let silent = authority.serve_with("localhost", 2999, |mut client| {
        read_request(&mut client);
        wait_for_hang_up(client.sock);
    });
    assert_eq!(fetch(silent), "FAIL timed out after 1 s");

    let byte_by_byte = authority.serve_with("localhost", 2999, |mut client| {
        read_request(&mut client);
        let answer = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(10_000));
        let mut records = Vec::new();
        let plain = client.conn.writer().write_all(answer.as_bytes());
        plain.expect("it has room");
        client.conn.write_tls(&mut records).expect("it has room");
        drip(client.sock, &records, 0);
    });
    assert_eq!(fetch(byte_by_byte), "FAIL timed out after 1 s");
}

#[test]
fn a_wrong_content_length() {
    let fetch = |headers: &'static str| fetch(&http(serve_text(headers)));
    // The lesson does not read the body, so a wrong length does no harm.
    let too_short = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n12345";
    assert_eq!(fetch(too_short), "OK 200");
    let not_a_number = "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n";
    let negative = "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n";
    let contradiction = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n";
    for answer in [not_a_number, negative, contradiction] {
        let line = fetch(answer);
        assert!(line.starts_with("FAIL bad answer: "), "{line}");
        assert!(line.contains("content-length"), "{line}");
    }
}

#[test]
fn invalid_chunks() {
    let answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n";
    assert_eq!(fetch(&http(serve_text(answer))), "OK 200");

    let redirect =
        "HTTP/1.1 302 Found\r\nLocation: /\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n";
    let line = fetch(&http(serve_text(redirect)));
    assert_eq!(line, "FAIL too many redirects");
}

/// The second answer must not become the answer to the next request.
#[test]
fn two_answers_to_one_request() {
    for body in ["", "hello"] {
        let rest = format!("Content-Length: {}\r\n\r\n{body}", body.len());
        let twice = format!("HTTP/1.1 200 OK\r\n{rest}HTTP/1.1 404 Not Found\r\n{rest}");
        let port = serve_after_request(move |mut client| {
            while client.write_all(twice.as_bytes()).is_ok() {
                // The next request on this connection, if the client keeps it.
                if read_request(&mut client).is_empty() {
                    return;
                }
            }
        });
        let mut command = command();
        command.args(["--workers", "1"]);
        command.args((0..10).map(|page| format!("{}{page}", http(port))));
        let ended = start_command(command).end();
        let all_right = |line: &&str| line.ends_with(": 200");
        assert_eq!(
            lines(&ended).iter().filter(|line| all_right(line)).count(),
            10
        );
    }
}
