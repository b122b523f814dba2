//! How host names become addresses.

use std::collections::HashMap;
use std::io;
use std::net::ToSocketAddrs;
use std::sync::{Mutex, MutexGuard};
use std::thread;

use crossbeam_channel::bounded;
use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{
    DefaultResolver, ResolvedSocketAddrs, Resolver,
};
use ureq::unversioned::transport::NextTimeout;

/// Finds the addresses of a host, with three differences to ureq's own lookup.
/// It remembers them, because each lookup starts a thread and a list often has
/// many URLs on one host. A name that cannot be resolved is always
/// `HostNotFound`, whatever the operating system calls it. And if the system
/// refuses the thread, that is an error, not a panic.
#[derive(Debug, Default)]
pub struct Lookup {
    known: Mutex<HashMap<String, ResolvedSocketAddrs>>,
}

impl Lookup {
    fn known(&self) -> MutexGuard<'_, HashMap<String, ResolvedSocketAddrs>> {
        self.known.lock().expect("nothing panics under this lock")
    }
}

impl Resolver for Lookup {
    fn resolve(
        &self,
        uri: &Uri,
        _config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let host = uri.scheme().zip(uri.authority());
        let host = host.and_then(|(scheme, authority)| {
            DefaultResolver::host_and_port(scheme, authority)
        });
        let host = host.ok_or_else(|| Error::BadUri(uri.to_string()))?;
        if let Some(addresses) = self.known().get(&host) {
            return Ok(addresses.clone());
        }

        // Nothing can interrupt a lookup, so a separate thread waits for it.
        let (found_tx, found_rx) = bounded(1);
        let name = host.clone();
        let lookup = move || found_tx.send(name.to_socket_addrs());
        thread::Builder::new().spawn(lookup).map_err(|error| {
            io::Error::other(format!("no thread for the DNS lookup: {error}"))
        })?;
        let found = found_rx
            .recv_timeout(*timeout.after)
            .map_err(|_| Error::Timeout(timeout.reason))?;

        let mut addresses = self.empty();
        for address in found.map_err(|_| Error::HostNotFound)?.take(16) {
            addresses.push(address);
        }
        if addresses.is_empty() {
            return Err(Error::HostNotFound);
        }
        self.known().insert(host, addresses.clone());
        Ok(addresses)
    }
}
