//! Servers on the loopback interface that do what a test needs, right or wrong.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair,
    date_time_ymd,
};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// Starts a server that calls `answer` with each connection, on a new thread, and returns its port.
pub fn serve(answer: impl Fn(TcpStream) + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("its address").port();
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            thread::spawn(move || answer(client));
        }
    });
    port
}

/// Starts a server that reads each request and sends back what `answer` returns for its path.
pub fn serve_pages(answer: impl Fn(&str) -> String + Send + Sync + 'static) -> u16 {
    serve(move |mut client| {
        let path = read_request(&mut client);
        // The client may have hung up meanwhile.
        let _ = client.write_all(answer(&path).as_bytes());
    })
}

/// Reads a request to its end and returns the path that it asks for.
pub fn read_request(client: impl Read) -> String {
    let mut lines = BufReader::new(client).lines().map_while(Result::ok);
    let first = lines.next().unwrap_or_default();
    lines.find(String::is_empty);
    first.split(' ').nth(1).unwrap_or_default().to_string()
}

/// An answer without a body.
pub fn status(status: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
}

/// Reads until the client hangs up.
pub fn wait_for_hang_up(mut client: TcpStream) {
    let _ = std::io::copy(&mut client, &mut std::io::sink());
}

/// An authority that signs the certificates of one test.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// Starts an HTTPS server with a certificate as people make it by hand: signed by itself, and that of
/// an authority.
pub fn serve_self_signed(host: &str) -> u16 {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new([host.to_string()]).expect("a host name");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let certificate = params.self_signed(&key).expect("a certificate");
    serve_tls(certificate, &key, |mut client| {
        read_request(&mut client);
    })
}

fn serve_tls(
    certificate: Certificate,
    key: &KeyPair,
    answer: impl Fn(StreamOwned<ServerConnection, TcpStream>) + Send + Sync + 'static,
) -> u16 {
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.into()], key)
        .expect("the key fits the certificate");
    let config = Arc::new(config);
    serve(move |client| {
        let connection = ServerConnection::new(Arc::clone(&config)).expect("a good config");
        answer(StreamOwned::new(connection, client));
    })
}

impl Authority {
    pub fn new(name: &str) -> Authority {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        Authority(CertifiedIssuer::self_signed(params, key).expect("a certificate"))
    }

    /// Its certificate, for the clients that should trust it.
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// Starts an HTTPS server whose certificate is for `host` and valid until the end of `year`.
    /// It answers 200.
    pub fn serve(&self, host: &str, year: i32) -> u16 {
        self.serve_with(host, year, |mut client| {
            read_request(&mut client);
            let _ = client.write_all(status("200 OK").as_bytes());
        })
    }

    /// Like [`Authority::serve`], but the server calls `answer` with each connection.
    pub fn serve_with(
        &self,
        host: &str,
        year: i32,
        answer: impl Fn(StreamOwned<ServerConnection, TcpStream>) + Send + Sync + 'static,
    ) -> u16 {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new([host.to_string()]).expect("a host name");
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(year, 12, 31);
        let certificate = params.signed_by(&key, &self.0).expect("a certificate");
        serve_tls(certificate, &key, answer)
    }
}
