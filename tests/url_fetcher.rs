//! `url_fetcher`: every URL gets its line, whenever the run is stopped. The servers that misbehave
//! are in `url_fetcher_faults.rs`.

mod common;
mod fetcher;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use common::{Ended, numbers, run, start_command, within_limit};
use fetcher::site::{read_request, serve, serve_pages, status};
use fetcher::{URL_FETCHER, command, fetch, file, lines, silent_site};

#[test]
fn the_demo_site_shows_every_kind_of_answer() {
    let ended = run(URL_FETCHER, "");

    assert_eq!(ended.status, Some(1), "not every page answers");
    let mut seen: Vec<String> = Vec::new();
    for line in lines(&ended) {
        let (fate, rest) = line.split_once(" http://127.0.0.1:").expect("a URL");
        let (_port, page) = rest.split_once('/').expect("a page");
        seen.push(format!("{fate} {page}"));
    }
    assert_eq!(
        seen.join("\n"),
        "FAIL hang-up: hung up without answering\n\
         FAIL silent: timed out after 2 s\n\
         OK broken: 500\n\
         OK missing: 404\n\
         OK moved: 200\n\
         OK ok: 200\n\
         OK slow: 200"
    );
}

#[test]
fn the_demo_site_needs_no_proxy() {
    let mut command = Command::new(URL_FETCHER);
    command
        .env("HTTP_PROXY", "http://127.0.0.1:1")
        .args(["--timeout-secs", "1.5"]);
    let ended = start_command(command).end();
    assert_eq!(numbers(ended.stdout.last().expect("some output"))[1], 5);
}

#[test]
fn an_invalid_url_gets_a_line_that_says_so() {
    for url in [
        "example.com",
        "ftp://example.com/",
        "mailto:a@example.com",
        "http://",
        "http://exa mple.com/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:+8080/",
        "http://9:99999",
        "http://user@127.0.0.1:99999/",
        "http://[::1/",
        "//example.com/",
        "nonsense",
    ] {
        assert_eq!(fetch(url), "FAIL not a URL for http or https", "{url}");
    }
}

#[test]
fn up_to_ten_redirects_are_followed() {
    // Page 3 leads to page 2, and so on to page 0.
    let port = serve_pages(|path| match path {
        "/0" => status("204 No Content"),
        "/round" => status("302 Found\r\nLocation: /round"),
        "/nowhere" => status("302 Found"),
        page => {
            let next = numbers(page)[0] - 1;
            status(&format!("302 Found\r\nLocation: /{next}"))
        }
    });
    let fetch = |page: &str| fetch(&format!("http://127.0.0.1:{port}/{page}"));
    assert_eq!(fetch("10"), "OK 204");
    assert_eq!(fetch("11"), "FAIL too many redirects");
    assert_eq!(fetch("round"), "FAIL too many redirects");
    assert_eq!(fetch("nowhere"), "OK 302");
}

#[test]
fn the_last_line_counts_one_url() {
    let port = serve_pages(|_| status("200 OK"));
    let mut command = command();
    command.arg(format!("http://127.0.0.1:{port}/"));
    let ended = start_command(command).end();
    let last = ended.stdout.last().expect("some output");
    assert_eq!(
        last,
        "1 URL: 1 answered, 0 failed, 0 cancelled in flight, 0 never started"
    );
}

/// Fetches a URL through a proxy that answers every request with a redirect to `location`. Returns
/// the line without the URL, and the host and port that the first request was for.
fn fetch_through_proxy(url: &str, location: &'static str) -> (String, String) {
    let (tell, hosts) = crossbeam_channel::unbounded();
    let proxy = serve(move |mut client| {
        // First the client asks for a tunnel to a host: `CONNECT host:port`.
        let _ = tell.send(read_request(&mut client));
        let _ = client.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        read_request(&mut client);
        let redirect = status(&format!("302 Found\r\nLocation: {location}"));
        let _ = client.write_all(redirect.as_bytes());
    });
    let mut command = command();
    command.env_remove("NO_PROXY").env_remove("no_proxy");
    command.env("ALL_PROXY", format!("http://127.0.0.1:{proxy}"));
    command.arg(url);
    let ended = start_command(command).end();
    let line = lines(&ended)[0].replace(&format!(" {url}: "), " ");
    (line, hosts.recv_timeout(common::LIMIT).expect("a request"))
}

#[test]
fn urls_are_read_as_web_browsers_read_them() {
    for (url, expected) in [
        ("http://a.invalid", "a.invalid:80"),
        ("https://a.invalid/", "a.invalid:443"),
        ("http://a.invalid:/", "a.invalid:80"),
        ("http:///a.invalid/path", "a.invalid:80"),
        ("http://bücher.invalid/", "xn--bcher-kva.invalid:80"),
        ("HTTP://A.invalid/ü x", "a.invalid:80"),
    ] {
        let (_, host) = fetch_through_proxy(url, "/");
        assert_eq!(host, expected, "{url}");
    }
    // Browsers take this for the name of a host, but ureq does not.
    let line = fetch("http://a{b.invalid/");
    assert!(line.starts_with("FAIL ureq refuses the URL: "), "{line}");
}

#[test]
fn behind_a_proxy_the_targets_of_redirects_are_checked_too() {
    for target in ["http://b.invalid:99999/", "file:///b"] {
        let (line, _) = fetch_through_proxy("http://a.invalid/", target);
        let expected = format!("FAIL redirected to {target}: not a URL for http or https");
        assert_eq!(line, expected);
    }
}

#[test]
fn a_proxy_that_cannot_be_used_is_no_silent_direct_request() {
    for proxy in [
        "socks5://127.0.0.1:1",
        "nonsense://127.0.0.1:1",
        "http://127.0.0.1:99999",
        "127.0.0.1:99999",
    ] {
        let mut command = Command::new(URL_FETCHER);
        command.env("ALL_PROXY", proxy).arg("http://127.0.0.1:1/");
        let ended = start_command(command).end();
        assert_eq!(ended.status, Some(1), "{proxy}: {ended:#?}");
        assert_eq!(ended.stdout, [""; 0], "{proxy}");
        let [line] = &ended.stderr[..] else {
            panic!("expected one line for {proxy}: {ended:#?}");
        };
        let says = "error: cannot use the proxy of ALL_PROXY: ";
        assert!(line.starts_with(says), "{proxy}: {line}");
    }
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let list = file(
        "control.txt",
        &format!("http://\u{1b}[2J{}\n", "x".repeat(30_000)),
    );
    let mut command = command();
    command.arg("--file").arg(&list);
    let ended = start_command(command).end();
    for line in ended.stdout.iter().chain(&ended.stderr) {
        assert!(!line.contains(char::is_control), "{line:?}");
        assert!(line.chars().count() < 3_000, "{} letters", line.len());
    }
}

/// On Linux, `SSL_CERT_FILE` names the certificates to trust. Other operating systems have a store
/// for them, which a test should not change.
#[cfg(target_os = "linux")]
#[test]
fn https_trusts_the_same_issuers_as_the_machine() {
    let known = fetcher::site::Authority::new("the known one");
    let unknown = fetcher::site::Authority::new("somebody");
    let trusted = file("trusted.pem", &known.pem());

    let good = known.serve("localhost", 2999);
    let expired = known.serve("localhost", 2001);
    let other_host = known.serve("example.com", 2999);
    let unknown_issuer = unknown.serve("localhost", 2999);

    let fetch = |port: u16| {
        let mut command = command();
        command.env("SSL_CERT_FILE", &trusted);
        command.arg(format!("https://localhost:{port}/"));
        let ended = start_command(command).end();
        lines(&ended)[0].replace(&format!(" https://localhost:{port}/: "), " ")
    };
    assert_eq!(fetch(good), "OK 200");
    assert_eq!(fetch(expired), "FAIL certificate expired");
    assert_eq!(fetch(other_host), "FAIL certificate for another host");
    assert_eq!(
        fetch(unknown_issuer),
        "FAIL certificate from an unknown issuer"
    );
    let self_signed = fetcher::site::serve_self_signed("localhost");
    assert_eq!(
        fetch(self_signed),
        "FAIL certificate of an authority, not of a server (self-signed?)"
    );
}

#[test]
fn a_list_comes_from_a_file_or_from_stdin() {
    let port = serve_pages(|_| status("200 OK"));
    let site = format!("http://127.0.0.1:{port}");
    // Editors leave all this in files: a byte order mark, CRLF, spaces, a last line without an end.
    let list =
        format!("\u{feff}{site}/a\r\n\r\n# {site}/comment\n  {site}/b  \nnonsense\n{site}/c");
    let expected = [
        "FAIL nonsense: not a URL for http or https".to_string(),
        format!("OK {site}/a: 200"),
        format!("OK {site}/b: 200"),
        format!("OK {site}/c: 200"),
    ];

    let mut from_file = command();
    from_file.arg("--file").arg(file("list.txt", &list));
    assert_eq!(lines(&start_command(from_file).end()), expected);

    let mut from_stdin = command();
    from_stdin.args(["--file", "-"]).stdin(Stdio::piped());
    let mut lesson = start_command(from_stdin);
    lesson.write(list);
    assert_eq!(lines(&lesson.end()), expected);
}

#[test]
fn an_empty_list_gets_no_lines() {
    let mut command = command();
    command.args(["--file", "-"]);
    let ended = start_command(command).end();
    assert_eq!(ended.status, Some(0));
    assert!(lines(&ended).is_empty());
}

#[test]
fn a_missing_file_gets_one_clear_line() {
    let ended = run(URL_FETCHER, "--file no-such-file.txt");
    assert_eq!(ended.status, Some(1));
    assert_eq!(ended.stdout, [""; 0]);
    assert_eq!(ended.stderr.len(), 1);
    assert!(ended.stderr[0].starts_with("error: --file no-such-file.txt: "));
}

#[test]
fn a_hundred_thousand_urls_get_their_lines() {
    let mut command = command();
    command
        .args(["--file", "-", "--workers", "8"])
        .stdin(Stdio::piped());
    let mut lesson = start_command(command);
    let urls: Vec<String> = (0..100_000).map(|n| format!("nonsense-{n}\n")).collect();
    lesson.write(urls.concat());
    let ended = lesson.end();

    let mut seen: Vec<usize> = lines(&ended).iter().map(|line| numbers(line)[0]).collect();
    seen.sort();
    assert!(seen.into_iter().eq(0..100_000));
}

/// Starts the lesson with this many URLs and does not read its stdout. Waits until it makes no more
/// requests. Returns it, and how many requests it has made.
fn start_unread(urls: usize) -> (Child, usize) {
    let (asked, requests) = crossbeam_channel::unbounded();
    let port = serve_pages(move |_| {
        let _ = asked.send(());
        status("200 OK")
    });
    // The lines are so long that no pipe holds a hundred of them.
    let path = "x".repeat(4_000);
    let list: Vec<String> = (0..urls)
        .map(|n| format!("http://127.0.0.1:{port}/{n}/{path}"))
        .collect();
    let name = format!("unread-{urls}.txt");
    let mut command = command();
    command.arg("--file").arg(file(&name, &list.join("\n")));
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let lesson = command.spawn().expect("the lesson was built");

    let mut asked = 0;
    while requests.recv_timeout(Duration::from_secs(1)).is_ok() {
        asked += 1;
    }
    (lesson, asked)
}

/// Reads the output of a lesson to its end, a little at a time.
fn read_slowly(mut lesson: Child) -> Ended {
    within_limit(move || {
        let mut stdout = lesson.stdout.take().expect("piped");
        let mut bytes = Vec::new();
        let mut some = [0; 4096];
        loop {
            match stdout.read(&mut some).expect("a pipe") {
                0 => break,
                read => bytes.extend_from_slice(&some[..read]),
            }
            thread::sleep(Duration::from_millis(2));
        }
        let output = lesson.wait_with_output().expect("our child");
        let lines = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).expect("UTF-8");
            text.lines().map(String::from).collect()
        };
        Ended {
            stdout: lines(bytes),
            stderr: lines(output.stderr),
            status: output.status.code(),
        }
    })
}

#[test]
fn a_slow_reader_slows_the_workers_down() {
    let (mut lesson, asked) = start_unread(1_000);
    assert!(asked < 1_000, "the workers did not wait for the reader");
    assert_eq!(lesson.try_wait().expect("our child"), None);

    let ended = read_slowly(lesson);
    assert_eq!(ended.status, Some(0));
    let counts = numbers(ended.stdout.last().expect("some output"));
    assert_eq!(counts, [1_000, 1_000, 0, 0, 0]);
    assert_eq!(lines(&ended).len(), 1_000);
}

#[test]
fn a_request_on_a_closed_connection_is_sent_again() {
    // The server closes each connection after one answer, but the answer does not say so. It closes
    // the connection at once, when the next request has come, or with that request unread, which
    // resets the connection.
    let ends: [fn(TcpStream); 3] = [
        drop,
        |mut client| drop(read_request(&mut client)),
        |client| drop(client.peek(&mut [0])),
    ];
    for end in ends {
        let port = serve(move |mut client| {
            read_request(&mut client);
            let _ = client.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            end(client);
        });
        let mut command = command();
        command.args(["--workers", "4"]);
        command.args((0..100).map(|page| format!("http://127.0.0.1:{port}/{page}")));
        let ended = start_command(command).end();

        let mut others = lines(&ended);
        assert_eq!(others.len(), 100);
        others.retain(|line| !line.starts_with("OK "));
        assert_eq!(others, [""; 0]);
    }
}

#[test]
fn a_connection_is_kept_after_a_short_body() {
    for (body, kept) in [(0, true), (5, true), (64 << 10, true), (65 << 10, false)] {
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        let port = serve(move |mut client| {
            count.fetch_add(1, Ordering::SeqCst);
            let body = "x".repeat(body);
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
            while !read_request(&mut client).is_empty()
                && client.write_all((head.clone() + &body).as_bytes()).is_ok()
            {}
        });
        let mut command = command();
        command.args(["--workers", "2"]);
        command.args((0..20).map(|page| format!("http://127.0.0.1:{port}/{page}")));
        assert_eq!(lines(&start_command(command).end()).len(), 20);

        let connections = connections.load(Ordering::SeqCst);
        // A body that takes longer than 100 ms costs its connection, so there may be a few more.
        let expected = if kept { 1..=10 } else { 20..=20 };
        assert!(
            expected.contains(&connections),
            "{body} bytes: {connections}"
        );
    }
}

#[test]
fn each_host_gets_only_its_own_requests() {
    let sites: Vec<u16> = [
        "201 Created",
        "202 Accepted",
        "203 Non-Authoritative Information",
    ]
    .map(|answer| serve_pages(move |_| status(answer)))
    .into();
    let urls = (0..60).map(|n| format!("http://127.0.0.1:{}/{n}", sites[n % 3]));
    let mut expected: Vec<String> = urls
        .clone()
        .enumerate()
        .map(|(n, url)| format!("OK {url}: {}", 201 + n % 3))
        .collect();
    expected.sort();
    let mut command = command();
    command.args(urls);
    assert_eq!(lines(&start_command(command).end()), expected);
}

#[test]
fn as_many_requests_run_at_a_time_as_there_are_workers() {
    let together = Arc::new(Barrier::new(5));
    let (running, max) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let copy = Arc::clone(&max);
    let port = serve_pages(move |_| {
        let now = running.fetch_add(1, Ordering::SeqCst) + 1;
        copy.fetch_max(now, Ordering::SeqCst);
        // The server answers nobody before it has five requests.
        together.wait();
        running.fetch_sub(1, Ordering::SeqCst);
        status("200 OK")
    });
    let mut command = command();
    command.args(["--workers", "5"]);
    command.args((0..20).map(|page| format!("http://127.0.0.1:{port}/{page}")));
    let ended = start_command(command).end();

    assert_eq!(ended.status, Some(0), "{ended:#?}");
    assert_eq!(max.load(Ordering::SeqCst), 5);
}

#[test]
fn the_deadline_stops_running_and_waiting_requests() {
    let (urls, _requests) = silent_site(10);
    let mut command = command();
    command.args(["--deadline-secs", "1"]).args(urls);
    let ended = start_command(command).end();

    assert_eq!(ended.status, Some(1));
    assert_eq!(ended.stderr[0], "stopped: deadline exceeded");
    assert_eq!(lines(&ended).len(), 10);
    let counts = numbers(ended.stdout.last().expect("some output"));
    assert_eq!(counts, [10, 0, 0, 3, 7]);
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_running_and_waiting_requests() {
    for signal in ["INT", "TERM"] {
        let (urls, requests) = silent_site(10);
        let mut command = command();
        command.args(["--timeout-secs", "3600", "--deadline-secs", "3600"]);
        command.args(urls);
        let lesson = start_command(command);
        for _ in 0..3 {
            requests.recv_timeout(common::LIMIT).expect("a request");
        }
        lesson.signal(signal);
        let ended = lesson.end();

        assert_eq!(ended.status, Some(130));
        assert_eq!(ended.stderr[0], "stopped: cancelled");
        assert_eq!(lines(&ended).len(), 10);
        let counts = numbers(ended.stdout.last().expect("some output"));
        assert_eq!(counts, [10, 0, 0, 3, 7]);
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_at_any_moment_loses_no_url() {
    let port = serve_pages(|_| status("200 OK"));
    let urls: Vec<String> = (0..3000)
        .map(|page| format!("http://127.0.0.1:{port}/{page}"))
        .collect();
    let list = file("many.txt", &urls.join("\n"));
    for round in 0..20 {
        let mut command = command();
        command.args(["--workers", "8", "--file"]).arg(&list);
        let mut lesson = start_command(command);
        let mut before: Vec<String> = (0..1 + round * 20).map(|_| lesson.line()).collect();
        lesson.signal("INT");
        let mut ended = lesson.end();

        before.append(&mut ended.stdout);
        ended.stdout = before;
        assert_eq!(ended.status, Some(130), "{:?}", ended.stdout.last());
        let seen = lines(&ended);
        let cancelled = numbers(ended.stdout.last().expect("some output"))[3];
        assert!(cancelled <= 8, "more requests in flight than workers");
        let mut seen: Vec<&str> = seen
            .iter()
            .map(|line| line.split(' ').nth(1).expect("a URL").trim_end_matches(':'))
            .collect();
        let mut all: Vec<&str> = urls.iter().map(String::as_str).collect();
        seen.sort();
        all.sort();
        assert_eq!(seen, all);
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_works_while_stdout_is_blocked() {
    let (lesson, _) = start_unread(300);
    common::signal("INT", &lesson);

    let ended = read_slowly(lesson);
    assert_eq!(ended.status, Some(130));
    assert_eq!(ended.stderr[0], "stopped: cancelled");
    assert_eq!(lines(&ended).len(), 300);
}
