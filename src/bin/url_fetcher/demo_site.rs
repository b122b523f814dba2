//! A web site on this machine that misbehaves as real sites do, so that the
//! lesson runs without a network.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

const PAGES: [&str; 7] = [
    "ok", "missing", "broken", "moved", "slow", "silent", "hang-up",
];

/// Starts the site on a free port of the loopback interface. Returns the URLs
/// of its pages.
///
/// # Errors
///
/// If no port is free.
pub fn start() -> io::Result<Vec<String>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            // The site ignores clients that go away in the middle.
            thread::spawn(|| answer(client).ok());
        }
    });
    Ok(PAGES.map(|page| format!("http://{address}/{page}")).into())
}

fn answer(mut client: TcpStream) -> io::Result<()> {
    let mut request = BufReader::new(client.try_clone()?);
    let mut first_line = String::new();
    request.read_line(&mut first_line)?;
    // The rest of the request ends with an empty line.
    while request.read_line(&mut String::new())? > 2 {}

    let answer = match first_line.split(' ').nth(1) {
        Some("/ok") => "200 OK",
        Some("/broken") => "500 Internal Server Error",
        Some("/moved") => "302 Found\r\nLocation: /ok",
        Some("/slow") => {
            thread::sleep(Duration::from_secs(1));
            "200 OK"
        }
        Some("/silent") => {
            // Never answers, and waits until the client gives up.
            io::copy(&mut request, &mut io::sink())?;
            return Ok(());
        }
        Some("/hang-up") => return Ok(()),
        _ => "404 Not Found",
    };
    write!(
        client,
        "HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )
}
