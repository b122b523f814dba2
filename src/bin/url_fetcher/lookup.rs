//! How host names become addresses.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::http::uri::{Authority, Scheme};
use ureq::unversioned::resolver::{
    DefaultResolver, ResolvedSocketAddrs, Resolver,
};
use ureq::unversioned::transport::NextTimeout;

/// An address depends on the host and its port; without a port, on the scheme.
type Host = (Option<Scheme>, Option<Authority>);

/// ureq's own lookup, with two differences. It remembers the addresses of a
/// host, because each lookup starts a thread and a list often has many URLs on
/// one host. And a name that cannot be resolved is always `HostNotFound`,
/// whatever the operating system calls it.
#[derive(Debug, Default)]
pub struct Lookup {
    resolver: DefaultResolver,
    known: Mutex<HashMap<Host, ResolvedSocketAddrs>>,
}

impl Lookup {
    fn known(&self) -> MutexGuard<'_, HashMap<Host, ResolvedSocketAddrs>> {
        self.known.lock().expect("nothing panics under this lock")
    }
}

impl Resolver for Lookup {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let host = (uri.scheme().cloned(), uri.authority().cloned());
        if let Some(addresses) = self.known().get(&host) {
            return Ok(addresses.clone());
        }
        match self.resolver.resolve(uri, config, timeout) {
            Ok(addresses) => {
                self.known().insert(host, addresses.clone());
                Ok(addresses)
            }
            Err(Error::Io(_)) => Err(Error::HostNotFound),
            Err(other) => Err(other),
        }
    }
}
