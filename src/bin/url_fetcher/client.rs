//! The HTTP client that all workers share.

use std::time::{Duration, Instant};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Error, Proxy};

use crate::lookup::Lookup;
use crate::reason;

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
            .timeout_global(Some(timeout))
            .max_redirects(10)
            // Each worker may keep a connection for its next request.
            .max_idle_connections(workers)
            .max_idle_connections_per_host(workers)
            // A 404 is an answer like any other.
            .http_status_as_error(false)
            .tls_config(trusted.build())
            .proxy(proxy)
            .build();
        let agent = Agent::with_parts(
            config,
            DefaultConnector::default(),
            Lookup::default(),
        );
        Client { agent, timeout }
    }

    /// Gets `url` and returns the status of the answer. The body is not read.
    ///
    /// # Errors
    ///
    /// If there was no answer: why, in plain words.
    pub fn get(&self, url: &str) -> Result<u16, String> {
        // `�` stands for bytes of the list that were not text.
        if url.contains('�') || !url.parse().is_ok_and(|uri| is_url(&uri)) {
            return Err("not a URL for http or https".into());
        }
        let deadline = Instant::now() + self.timeout;
        let mut answer = self.agent.get(url).call();

        let again = || {
            let left = deadline.saturating_duration_since(Instant::now());
            self.agent.get(url).config().timeout_global(Some(left))
        };
        match &answer {
            // The server may have closed a connection that was kept from an
            // earlier request. ureq does not tell, so ask again on a new one.
            Err(Error::Io(error)) if reason::is_hang_up(error) => {
                answer = again().max_idle_age(Duration::ZERO).build().call();
            }
            // A redirect without a location is an answer as well, but ureq
            // returns it only if it follows no redirects.
            Err(Error::Protocol(error))
                if error.to_string() == "missing a location header" =>
            {
                let as_it_is =
                    again().max_redirects(0).max_redirects_will_error(false);
                answer = as_it_is.build().call();
            }
            _ => {}
        }
        match answer {
            Ok(answer) => Ok(answer.status().as_u16()),
            Err(error) => Err(reason::of(&error, self.timeout)),
        }
    }

    /// Makes all requests fail, those in flight at once. Only a DNS lookup or
    /// a TCP connect goes on until it ends or times out.
    pub fn abort(&self) {
        self.agent.clone().shutdown();
    }
}

/// Stricter than ureq, which replaces an invalid port such as 99999 with
/// the default port.
pub fn is_url(uri: &Uri) -> bool {
    let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
    is_http
        && uri.authority().is_some_and(|authority| {
            let host_and_port = authority.as_str().rsplit('@').next();
            authority.port().is_some()
                || host_and_port == Some(authority.host())
        })
}
