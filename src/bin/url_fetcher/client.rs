//! The HTTP client that all workers share.

use std::io;
use std::time::{Duration, Instant};

use ureq::config::Config;
use ureq::http::Response;
use ureq::http::header::LOCATION;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body, Error, Proxy};
use url::Url;

use crate::lookup::Lookup;
use crate::one_tls::OneTls;
use crate::reason;

const MAX_REDIRECTS: usize = 10;
/// A body that is longer than this, in bytes, or takes longer, is not worth the
/// wait: its connection is closed.
const SHORT_BODY: u64 = 64 * 1024;
const BODY_TIMEOUT: Duration = Duration::from_millis(100);

/// An HTTP client. Clones share their connections.
#[derive(Clone)]
pub struct Client {
    agent: Agent,
    timeout: Duration,
}

impl Client {
    /// A client for `workers` threads. A request takes at most `timeout`,
    /// lookup and redirects included. The client trusts the certificates that
    /// this machine trusts.
    pub fn new(
        workers: usize,
        timeout: Duration,
        proxy: Option<Proxy>,
    ) -> Client {
        let trusted =
            TlsConfig::builder().root_certs(RootCerts::PlatformVerifier);
        let config = Config::builder()
            // `get` follows redirects, because ureq reads their targets by its
            // own rules: it takes `file:///x` for the name of a page.
            .max_redirects(0)
            .max_redirects_will_error(false)
            // Each worker may keep a connection for its next request.
            .max_idle_connections(workers)
            .max_idle_connections_per_host(workers)
            .timeout_recv_body(Some(BODY_TIMEOUT))
            // A 404 is an answer like any other.
            .http_status_as_error(false)
            .tls_config(trusted.build())
            .proxy(proxy)
            .build();
        let agent =
            Agent::with_parts(config, OneTls::default(), Lookup::default());
        Client { agent, timeout }
    }

    /// Gets `url`, follows redirects, and returns the status of the last
    /// answer. The body is not used.
    ///
    /// # Errors
    ///
    /// If there was no answer: why, in plain words.
    pub fn get(&self, url: &str) -> Result<u16, String> {
        let mut url =
            web_url(None, url).ok_or("not a URL for http or https")?;
        let deadline = Instant::now() + self.timeout;
        for _ in 0..=MAX_REDIRECTS {
            let mut answer = self
                .ask(&url, deadline)
                .map_err(|error| reason::of(&error, self.timeout))?;
            read_short_body(&mut answer);
            let Some(location) = location(&answer) else {
                return Ok(answer.status().as_u16());
            };
            url = web_url(Some(&url), &location).ok_or_else(|| {
                format!("redirected to {location}: not a URL for http or https")
            })?;
        }
        Err("too many redirects".into())
    }

    /// Sends one request.
    fn ask(
        &self,
        url: &Url,
        deadline: Instant,
    ) -> Result<Response<Body>, Error> {
        let request = || {
            let left = deadline.saturating_duration_since(Instant::now());
            self.agent
                .get(url.as_str())
                .config()
                .timeout_global(Some(left))
        };
        match request().build().call() {
            // The server may have closed a connection that was kept from an
            // earlier request. ureq does not tell, so ask again on a new one.
            Err(Error::Io(error)) if reason::is_hang_up(&error) => {
                request().max_idle_age(Duration::ZERO).build().call()
            }
            answer => answer,
        }
    }

    /// Makes all requests fail, those in flight at once. Only a DNS lookup or
    /// a TCP connect goes on until it ends or times out; on Windows, so does a
    /// read, because there a shutdown does not wake a thread that waits in one.
    pub fn abort(&self) {
        self.agent.clone().shutdown();
    }
}

/// Reads the body of an answer if its length is known and small. Then the
/// connection can be kept, whereas a body that is dropped unread closes it.
fn read_short_body(answer: &mut Response<Body>) {
    let body = answer.body_mut();
    let length = body.content_length();
    if length.is_some_and(|bytes| bytes <= SHORT_BODY) {
        // An error does no harm: the answer counts, and its connection closes.
        let _ = io::copy(&mut body.as_reader(), &mut io::sink());
    }
}

/// Where this answer redirects to, if it does.
fn location(answer: &Response<Body>) -> Option<String> {
    let is_redirect =
        [301, 302, 303, 307, 308].contains(&answer.status().as_u16());
    let location = answer.headers().get(LOCATION).filter(|_| is_redirect)?;
    Some(String::from_utf8_lossy(location.as_bytes()).into_owned())
}

/// The URL that a web browser reads from `text` on the page `base`, if it is
/// for http or https.
pub fn web_url(base: Option<&Url>, text: &str) -> Option<Url> {
    // `�` stands for bytes that were not text.
    if text.contains('�') {
        return None;
    }
    let url = Url::options().base_url(base).parse(text).ok()?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}
