//! Why a request failed, in plain words.

use std::io::{self, ErrorKind};
use std::time::Duration;

use rustls::CertificateError;
use ureq::Error;

/// Why a request with this timeout failed.
pub fn of(error: &Error, timeout: Duration) -> String {
    match error {
        Error::Timeout(_) => {
            format!("timed out after {} s", timeout.as_secs_f64())
        }
        Error::HostNotFound => "host not found".into(),
        Error::Http(error) => format!("ureq refuses the URL: {error}"),
        Error::Protocol(error) => format!("bad answer: {error}"),
        Error::LargeResponseHeader(..) => "bad answer: headers too long".into(),
        Error::Rustls(error) => of_tls(error),
        Error::Io(error) => of_io(error),
        other => other.to_string(),
    }
}

/// Whether the server closed the connection.
pub fn is_hang_up(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::UnexpectedEof
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
    )
    // macOS: a timeout was set on a connection that is closed.
    || cfg!(target_os = "macos") && error.kind() == ErrorKind::InvalidInput
}

fn of_io(error: &io::Error) -> String {
    // A TLS error is wrapped in an I/O error.
    let inner = error.get_ref();
    if let Some(error) =
        inner.and_then(|error| error.downcast_ref::<rustls::Error>())
    {
        return of_tls(error);
    }
    match error.kind() {
        ErrorKind::ConnectionRefused => "connection refused".into(),
        _ if is_hang_up(error) => "hung up without answering".into(),
        _ => error.to_string(),
    }
}

fn of_tls(error: &rustls::Error) -> String {
    let rustls::Error::InvalidCertificate(error) = error else {
        return format!("TLS: {error}");
    };
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "certificate expired".into()
        }
        CertificateError::NotValidForName
        | CertificateError::NotValidForNameContext { .. } => {
            "certificate for another host".into()
        }
        CertificateError::UnknownIssuer => {
            "certificate from an unknown issuer".into()
        }
        // webpki's own message for this is hard to understand.
        other if other.to_string().contains("CaUsedAsEndEntity") => {
            "certificate of an authority, not of a server (self-signed?)".into()
        }
        other => format!("certificate not valid: {other}"),
    }
}
