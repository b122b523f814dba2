//! The flags, and what they choose: the list of URLs and the client.

use std::env;
use std::path::PathBuf;
use std::time::Duration;

use ureq::Proxy;
use worker_pools::cli::{PictureFlags, count, seconds};
use worker_pools::output::fail;

use crate::client::{Client, web_url};
use crate::{demo_site, list};

/// Where ureq looks for a proxy; the first that is set counts.
const PROXIES: [&str; 6] = [
    "ALL_PROXY",
    "all_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
];

/// Fetch URLs, a few at a time
#[derive(clap::Parser)]
#[command(after_help = "It uses the proxy of ALL_PROXY, HTTPS_PROXY or \
                        HTTP_PROXY, except for the hosts in NO_PROXY.")]
pub struct Flags {
    /// What to fetch [default: a demo site on this machine]
    #[arg(value_name = "URL")]
    urls: Vec<String>,

    /// Read the URLs from this file, one per line; - is stdin
    #[arg(long, value_name = "FILE", conflicts_with = "urls")]
    file: Option<PathBuf>,

    /// Workers in the pool: requests at a time
    #[arg(long, value_name = "N", default_value = "3")]
    #[arg(value_parser = count::<usize>(1..=1_000))]
    pub workers: usize,

    #[command(flatten)]
    pub picture: PictureFlags,

    /// Timeout of a request, in seconds [default: 10; 2 for the demo site]
    #[arg(long, value_name = "SECS", value_parser = seconds(0.001))]
    timeout_secs: Option<Duration>,

    /// Time limit for the whole run, in seconds
    #[arg(long, value_name = "SECS", value_parser = seconds(0.001))]
    #[arg(default_value = "30")]
    pub deadline_secs: Duration,
}

impl Flags {
    fn is_demo(&self) -> bool {
        self.urls.is_empty() && self.file.is_none()
    }

    /// The URLs to fetch. Starts the demo site if there are none. If that or
    /// reading the list fails, it ends the program with status 1.
    pub fn urls(&self) -> Vec<String> {
        if let Some(file) = &self.file {
            list::read(file).unwrap_or_else(|error| {
                fail(format_args!("--file {}: {error}", file.display()))
            })
        } else if self.is_demo() {
            demo_site::start().unwrap_or_else(|error| {
                fail(format_args!("cannot start the demo site: {error}"))
            })
        } else {
            self.urls.clone()
        }
    }

    /// The client for these URLs.
    pub fn client(&self) -> Client {
        let (secs, proxy) = if self.is_demo() {
            (2, None) // no proxy can reach the demo site
        } else {
            (10, proxy())
        };
        let timeout = self.timeout_secs.unwrap_or(Duration::from_secs(secs));
        Client::new(self.workers, timeout, proxy)
    }
}

/// The proxy of the environment. ureq would ignore one that it cannot use, and
/// ask the server directly. This ends the program with status 1 instead.
fn proxy() -> Option<Proxy> {
    let is_set = |name: &&str| env::var(name).is_ok_and(|it| !it.is_empty());
    let name = PROXIES.into_iter().find(is_set)?;
    let url = env::var(name).unwrap_or_default();
    let reason = match Proxy::new(&url) {
        Ok(proxy) if web_url(None, &proxy.uri().to_string()).is_some() => {
            return Proxy::try_from_env();
        }
        Ok(_) => "not a URL for http or https".to_string(),
        Err(error) => error.to_string(),
    };
    fail(format_args!("cannot use the proxy of {name}: {reason}"));
}
