//! Shares: the subjects, dealt into a fixed number of parts by a hash.
//!
//! One part can be read without the others, which keeps memory flat and lets cores share the work.

use crate::event::ids::Subject;

/// Number of shares. Part of the format of the store: it never changes.
pub const SHARES: i32 = 64;

/// The share of a subject, `0..SHARES`: the first eight bytes of the BLAKE3 of its text, read as a
/// big-endian number, modulo [`SHARES`].
#[must_use]
pub fn share_of(subject: &Subject) -> i32 {
    let hash = blake3::hash(subject.as_str().as_bytes());
    let mut first = [0; 8];
    first.copy_from_slice(&hash.as_bytes()[..8]);
    let share = u64::from_be_bytes(first) % u64::from(SHARES.unsigned_abs());
    i32::try_from(share).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_even_and_never_change() {
        let mut counts = [0_u32; 64];
        for n in 0..6_400 {
            let subject = Subject::new(&format!("s-{n}")).expect("a subject");
            counts[usize::try_from(share_of(&subject)).expect("not negative")] += 1;
        }
        assert!(counts.iter().all(|count| (50..170).contains(count)), "{counts:?}");
        let subject = Subject::new("s-7f3a9c").expect("a subject");
        assert_eq!(share_of(&subject), 52);
    }
}
