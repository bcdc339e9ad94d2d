use std::sync::Arc;

use vardbro_sandbox_kit::{Clock, SystemClock};

/// How a sandbox is started.
#[derive(Clone)]
pub struct Options {
    pub clock: Arc<dyn Clock>,
    /// The seed data is the same for the same seed and day; the fault dice start from it too.
    pub seed: u64,
    /// The external user that may call.
    pub external_user: String,
    /// The invoking system that may call.
    pub invoking_system: String,
    /// None: whatever stands in `tcusername` and `tcpassword` is ignored.
    pub account: Option<Account>,
    /// None: plain HTTP.
    pub tls: Option<MutualTls>,
    /// The id type of TakeCare's own care-unit ids. Its real name is not known.
    pub own_id_type: String,
    pub inner_xml: InnerXml,
    pub signing_order: SigningOrder,
}

/// A TakeCare user who must sign in with each call.
#[derive(Clone)]
pub struct Account {
    pub username: String,
    pub password: String,
}

/// TLS with certificates on both sides, all in PEM.
#[derive(Clone)]
pub struct MutualTls {
    /// The sandbox's own certificate, and those between it and its authority.
    pub certificate_chain: String,
    pub private_key: String,
    /// One of them must have signed the client's certificate, or the handshake fails.
    pub client_authorities: String,
}

/// How answers carry the inner XML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InnerXml {
    Escaped,
    Cdata,
}

/// In which order a new case note says `Signed` and `Signer`; the public copies of the message disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SigningOrder {
    SignedThenSigner,
    SignerThenSigned,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            seed: 0,
            external_user: "EXTUSER".to_owned(),
            invoking_system: "INVSYS".to_owned(),
            account: None,
            tls: None,
            own_id_type: "takecareid".to_owned(),
            inner_xml: InnerXml::Escaped,
            signing_order: SigningOrder::SignedThenSigner,
        }
    }
}
