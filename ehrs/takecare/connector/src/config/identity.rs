//! Who the connection is to TakeCare's servers: a client certificate, in one of two forms.

use vardbro_ehr::EhrResult;
use vardbro_ehr::wire::{ClientIdentity, Tls};

use super::{Given, wrong};

/// The client certificate, if one is given.
pub(super) fn read(given: Given<'_>) -> EhrResult<Option<ClientIdentity>> {
    let (certificate, key) = (given.plain("client_certificate"), given.secret("client_key"));
    let (file, password) = (given.secret("client_pkcs12"), given.secret("client_pkcs12_password"));
    let pem = certificate.is_some() || key.is_some();
    if pem && file.is_some() {
        return Err(wrong(
            "client_pkcs12",
            "is given together with client_certificate or client_key: give one kind",
        ));
    }
    match (certificate, key, file, password) {
        (Some(_), None, ..) => Err(wrong("client_key", "is missing: client_certificate is given")),
        (None, Some(_), ..) => Err(wrong("client_certificate", "is missing: client_key is given")),
        (.., None, Some(_)) => Err(wrong("client_pkcs12", "is missing: client_pkcs12_password is given")),
        (Some(certificate), Some(key), ..) => {
            ClientIdentity::from_pem(certificate, key).map(Some).map_err(|fault| {
                wrong("client_certificate", &format!("cannot be used with client_key: {fault}"))
            })
        }
        (_, _, Some(file), password) => {
            let none = secrecy::SecretString::default();
            ClientIdentity::from_pkcs12(file, password.unwrap_or(&none))
                .map(Some)
                .map_err(|fault| wrong("client_pkcs12", &format!("cannot be used: {fault}")))
        }
        (None, None, None, None) => Ok(None),
    }
}

/// Who the connection is, and whom it trusts.
pub(super) fn tls(given: Given<'_>, identity: Option<ClientIdentity>) -> EhrResult<Tls> {
    let tls = Tls::default();
    let tls = match identity {
        Some(identity) => tls.presenting(identity),
        None => tls,
    };
    match given.plain("authorities") {
        Some(authorities) => tls
            .trusting(authorities)
            .map_err(|fault| wrong("authorities", &format!("cannot be used: {fault}"))),
        None => Ok(tls),
    }
}
