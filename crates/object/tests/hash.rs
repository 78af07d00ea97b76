//! The hash of text is SipHash-1-3, whatever its length.

use std::hash::Hasher;

#[test]
fn same_as_the_hasher_that_takes_pieces() {
    let bytes: Vec<u8> = (0..200u32).map(|n| (n * 37 % 251) as u8).collect();
    for len in 0..bytes.len() {
        let mut hasher = siphasher::sip::SipHasher13::new_with_keys(7, u64::MAX - len as u64);
        hasher.write(&bytes[..len]);
        let ours = taipan_object::hash::sip13(7, u64::MAX - len as u64, &bytes[..len]);
        assert_eq!(ours, hasher.finish(), "length {len}");
    }
}
