//! Keyed names for members. Owns the derivation and the key's own name; refuses to keep a table of who is who.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// A secret that turns member ids into pseudonyms: HMAC-SHA-256 (RFC 2104, FIPS 198-1). The same key gives the
/// same pseudonym every night; without it none can be traced back. Pseudonymised data are still patients' data.
#[derive(Clone)]
pub struct PseudonymKey {
    secret: Vec<u8>,
    id: String,
}

/// Shortest key accepted, in bytes.
pub const MIN_KEY_BYTES: usize = 32;

impl PseudonymKey {
    /// A key from the bytes of its file, a final line end left out; `None` when it is under
    /// [`MIN_KEY_BYTES`] long.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let secret = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let secret = secret.strip_suffix(b"\r").unwrap_or(secret).to_vec();
        if secret.len() < MIN_KEY_BYTES {
            return None;
        }
        let mut named = Sha256::new();
        named.update(b"lamplight pseudonym key\0");
        named.update(&secret);
        Some(Self { id: hex(&named.finalize()[..4]), secret })
    }

    /// Names the key in a manifest without telling it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The pseudonym of an id: `P` and 32 hexadecimal digits (128 bits).
    #[must_use]
    pub fn pseudonym(&self, member_id: &str) -> String {
        format!("P{}", hex(&keyed_hash(&self.secret, member_id.as_bytes())[..16]))
    }
}

fn keyed_hash(secret: &[u8], text: &[u8]) -> Vec<u8> {
    match Hmac::<Sha256>::new_from_slice(secret) {
        Ok(mut mac) => {
            mac.update(text);
            mac.finalize().into_bytes().to_vec()
        }
        // HMAC takes a key of any length: this arm is never entered, and would name nobody.
        Err(_) => vec![0; 32],
    }
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut s, b| {
        let _ = write!(s, "{b:02x}");
        s
    })
}

impl fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PseudonymKey({})", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 2.
    #[test]
    fn the_published_vector() {
        assert_eq!(
            hex(&keyed_hash(b"Jefe", b"what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn short_keys_are_refused_and_a_line_end_is_no_part_of_one() {
        assert!(PseudonymKey::new(&[7; 31]).is_none());
        let (plain, ended) = (PseudonymKey::new(&[b'k'; 32]), PseudonymKey::new(&[&[b'k'; 32][..], b"\n"].concat()));
        let (plain, ended) = (plain.expect("a key"), ended.expect("a key"));
        assert_eq!((plain.id(), plain.pseudonym("M1")), (ended.id(), ended.pseudonym("M1")));
        assert_ne!(plain.pseudonym("M1"), plain.pseudonym("M2"));
        assert!(!format!("{plain:?}").contains("kkk"));
    }
}
