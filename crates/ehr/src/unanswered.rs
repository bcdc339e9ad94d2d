//! What an operator can do about an EHR that cannot be reached.

use url::Url;

use crate::EhrError;
use crate::wire::WireErrorKind;

impl EhrError {
    /// The error of a call that got no answer, in words for the operator: the setting that says where the call went, the host, what is
    /// wrong and what to do. Any other error stays as it is.
    #[must_use]
    pub fn at(self, setting: &str, url: &Url) -> Self {
        match self.unanswered {
            Some(kind) => Self { detail: plight(kind, setting, &place(url)), ..self },
            None => self,
        }
    }
}

/// Host, and port if it is a special one.
fn place(url: &Url) -> String {
    let host = url.host_str().unwrap_or("no host");
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn plight(kind: WireErrorKind, setting: &str, place: &str) -> String {
    let advice = match kind {
        WireErrorKind::Name => {
            "its name could not be resolved. Look for a misspelling, and whether this machine's DNS knows the name".to_owned()
        }
        WireErrorKind::Connect => {
            "it takes no connection. Look whether host and port are right, and whether a firewall stands between".to_owned()
        }
        WireErrorKind::NoTls => {
            "it does not answer with TLS. Look whether the port is one for https, and whether a proxy stands between".to_owned()
        }
        WireErrorKind::Timeout | WireErrorKind::Deadline => {
            "it did not answer in time. Look whether host and port are right, whether a firewall stands between, and whether the EHR \
             is up"
                .to_owned()
        }
        WireErrorKind::Dropped => {
            "it broke the connection off. Look whether the port is right, and whether it wants https instead of http".to_owned()
        }
        WireErrorKind::ServerCertificate(why) => format!("its certificate does not hold ({why}). {}", remedy(why)),
        WireErrorKind::CertificateMissing => {
            "it wants a client certificate, and the connection has none. Look whether this is the right host".to_owned()
        }
        WireErrorKind::CertificateRefused(why) => {
            format!("it refused the connection's client certificate ({why}). Have the EHR's vendor allow it, or give another one")
        }
        WireErrorKind::Egress(refusal) => format!("{refusal}. To change that, {}", refusal.remedy()),
        WireErrorKind::TooLarge => {
            "it answered with more than the EHR ever does. Look whether this is the EHR's API".to_owned()
        }
        WireErrorKind::Malformed => "it makes no address that can be called. Look for a misspelling".to_owned(),
        WireErrorKind::CircuitOpen => {
            "it has been failing, and is given half a minute to recover. Try again then".to_owned()
        }
        WireErrorKind::Quota => "its quota is used up for now. Try again in a minute".to_owned(),
    };
    format!("The EHR cannot be reached at {place}, where the setting {setting} sends calls: {advice}.")
}

fn remedy(why: &str) -> &'static str {
    match why {
        "expired" | "not valid yet" => {
            "Its owner must renew it: tell the EHR's vendor. Look at this machine's clock too"
        }
        "it belongs to another name" => {
            "Look whether the host is the EHR's own name, and no alias or address"
        }
        "of an authority that is not trusted" => {
            "Look whether the host is right, whether a proxy opens TLS on the way, and whether this machine trusts the EHR's authority"
        }
        _ => "Look whether the host is right, and tell the EHR's vendor",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Refusal, Safety, WireError};

    fn told(kind: WireErrorKind) -> String {
        let url = Url::parse("https://ehr.example:8443/v1?key=hidden").unwrap();
        EhrError::from_wire(WireError::not_sent(kind), Safety::Read).at("base_url", &url).detail
    }

    #[test]
    fn every_reason_names_the_setting_and_the_host_and_nothing_behind_it() {
        for kind in [
            WireErrorKind::Name,
            WireErrorKind::Connect,
            WireErrorKind::NoTls,
            WireErrorKind::Timeout,
            WireErrorKind::Deadline,
            WireErrorKind::Dropped,
            WireErrorKind::ServerCertificate("expired"),
            WireErrorKind::CertificateMissing,
            WireErrorKind::CertificateRefused("revoked"),
            WireErrorKind::Egress(Refusal::Private),
            WireErrorKind::TooLarge,
            WireErrorKind::Malformed,
        ] {
            let words = told(kind);
            assert!(words.contains("base_url") && words.contains("ehr.example:8443"), "{words}");
            assert!(!words.contains("hidden"), "{words}");
        }
    }

    #[test]
    fn a_refused_address_is_told_with_the_key_that_allows_it() {
        assert!(told(WireErrorKind::Egress(Refusal::Private)).contains("egress.allow_private_networks"));
        assert!(told(WireErrorKind::Egress(Refusal::Http)).contains("egress.allow_http"));
        assert!(!told(WireErrorKind::Egress(Refusal::Nowhere)).contains("egress."));
    }

    #[test]
    fn an_expired_certificate_is_the_vendors_to_renew_and_one_of_another_name_a_wrong_host() {
        assert!(told(WireErrorKind::ServerCertificate("expired")).contains("renew"));
        assert!(told(WireErrorKind::ServerCertificate("it belongs to another name")).contains("own name"));
    }

    #[test]
    fn what_the_ehr_answered_stays_as_it_is() {
        let url = Url::parse("https://ehr.example/").unwrap();
        assert_eq!(EhrError::failed("Refused.").at("base_url", &url).detail, "Refused.");
    }
}
