use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Signs what the storage may do. It need not be the vendor's algorithm: only this storage checks it.
#[derive(Clone)]
pub struct Signer {
    secret: [u8; 32],
}

impl Signer {
    pub fn seeded(seed: u64) -> Self {
        let mut secret = Sha256::new();
        secret.update(b"storage");
        secret.update(seed.to_be_bytes());
        Self { secret: secret.finalize().into() }
    }

    /// The secret goes around the text, so that a signature cannot be extended.
    pub fn sign(&self, text: &str) -> String {
        let mut digest = Sha256::new();
        digest.update(self.secret);
        digest.update(text.as_bytes());
        digest.update(self.secret);
        digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    pub fn signed(&self, text: &str, signature: &str) -> bool {
        self.sign(text).as_bytes().ct_eq(signature.as_bytes()).into()
    }
}
