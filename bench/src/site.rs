//! A website on this machine. It always answers, and it keeps its connections open.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

/// Starts the site on a free port of the loopback interface, and returns its URL, which ends with a
/// slash. The site answers each request after `delay`.
///
/// # Errors
///
/// When no port is free.
pub fn start(delay: Duration) -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            // A client may hang up at any time. The others do not notice.
            thread::spawn(move || serve_client(client, delay).ok());
        }
    });
    Ok(format!("http://{address}/"))
}

/// Answers one request after the other until the client closes the connection.
fn serve_client(mut client: TcpStream, delay: Duration) -> io::Result<()> {
    client.set_nodelay(true)?;
    let mut requests = BufReader::new(client.try_clone()?);
    let mut line = String::new();
    loop {
        line.clear();
        if requests.read_line(&mut line)? == 0 {
            return Ok(()); // the client has closed the connection
        }
        // A request ends with an empty line.
        if line == "\r\n" {
            thread::sleep(delay);
            client.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")?;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn it_answers_every_request_of_a_connection() {
        let url = start(Duration::ZERO).expect("a free port");
        let address = url.trim_start_matches("http://").trim_end_matches('/');
        let mut connection = TcpStream::connect(address).expect("the site listens");
        let timeout = Some(Duration::from_secs(20));
        let set = connection.set_read_timeout(timeout);
        set.expect("the timeout is not zero");
        let mut answers = BufReader::new(connection.try_clone().expect("a second handle"));

        for _ in 0..3 {
            let sent = connection.write_all(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n");
            sent.expect("the site reads the request");
            let mut lines = [(); 3].map(|()| String::new());
            for line in &mut lines {
                answers.read_line(line).expect("an answer");
            }
            assert_eq!(lines[0], "HTTP/1.1 200 OK\r\n");
            assert_eq!(lines[2], "\r\n");
            let mut body = [0; 5];
            answers.read_exact(&mut body).expect("a body");
            assert_eq!(&body, b"hello");
        }
    }
}
