//! One TLS setup for all requests.

use ureq::Error;
use ureq::unversioned::transport::{
    ConnectionDetails, Connector, DefaultConnector,
};

/// ureq's own connections, except that all requests share one TLS setup. With
/// ureq, a request with its own timeout loads all trusted certificates again,
/// which takes longer than the request.
#[derive(Debug, Default)]
pub struct OneTls(DefaultConnector);

impl Connector for OneTls {
    type Out = <DefaultConnector as Connector>::Out;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<()>,
    ) -> Result<Option<Self::Out>, Error> {
        let details = ConnectionDetails {
            request_level: false,
            addrs: details.addrs.clone(),
            current_time: details.current_time.clone(),
            run_connector: details.run_connector.clone(),
            register_shutdown: details.register_shutdown.clone(),
            ..*details
        };
        self.0.connect(&details, chained)
    }
}
