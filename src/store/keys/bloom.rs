//! A Bloom filter over key digests: most new keys are told from stored ones without a look at the
//! disk.
//!
//! Blocked: all bits of a key lie in one cache line (Putze, Sanders, Singler, "Cache-, hash- and
//! space-efficient Bloom filters", J. Exp. Algorithmics 14, 2009). A digest is a hash already, so
//! none is computed.

use std::io::{self, Read, Write};

/// Bits of the filter for each key. With [`PROBES`] about one new key in a hundred is looked up in
/// vain.
const BITS_PER_KEY: usize = 12;
/// Bits set for each key.
const PROBES: u32 = 7;
/// Bits that choose a bit within a block.
const BITS_OF_PROBE: u32 = 9;
const WORDS: usize = 8;
const BITS_PER_BLOCK: usize = WORDS * 64;
const BYTES_PER_BLOCK: usize = WORDS * 8;

/// Which keys may be among those added. Never says no of one that is.
#[derive(Debug, Clone)]
pub(super) struct Bloom {
    blocks: Vec<[u64; WORDS]>,
}

impl Bloom {
    /// An empty filter with room for this many keys; more make it say yes more often.
    pub(super) fn for_keys(n: usize) -> Self {
        let blocks = (n * BITS_PER_KEY).div_ceil(BITS_PER_BLOCK).max(1);
        Self { blocks: vec![[0; WORDS]; blocks] }
    }

    /// Bytes of the filter on the disk.
    pub(super) fn n_bytes(&self) -> usize {
        self.blocks.len() * BYTES_PER_BLOCK
    }

    /// Adds a key.
    pub(super) fn add(&mut self, key: u128) {
        let at = self.block(key);
        for (word, bit) in probes(key) {
            self.blocks[at][word] |= bit;
        }
    }

    /// Whether a key may have been added.
    pub(super) fn may_hold(&self, key: u128) -> bool {
        let block = &self.blocks[self.block(key)];
        probes(key).all(|(word, bit)| block[word] & bit != 0)
    }

    /// The upper half of a digest chooses the block: keys in order fill the blocks in order.
    #[allow(clippy::cast_possible_truncation, reason = "below the number of blocks")]
    fn block(&self, key: u128) -> usize {
        (((key >> 64) * self.blocks.len() as u128) >> 64) as usize
    }

    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        for word in self.blocks.iter().flatten() {
            out.write_all(&word.to_le_bytes())?;
        }
        Ok(())
    }

    /// Reads a filter of so many bytes, as [`Bloom::n_bytes`] told them.
    pub(super) fn read(from: &mut impl Read, n_bytes: usize) -> io::Result<Self> {
        let (n_blocks, rest) = (n_bytes / BYTES_PER_BLOCK, n_bytes % BYTES_PER_BLOCK);
        if n_blocks == 0 || rest > 0 {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut blocks = vec![[0; WORDS]; n_blocks];
        let mut bytes = [0; BYTES_PER_BLOCK];
        for block in &mut blocks {
            from.read_exact(&mut bytes)?;
            let (words, _) = bytes.as_chunks();
            block.iter_mut().zip(words).for_each(|(own, word)| *own = u64::from_le_bytes(*word));
        }
        Ok(Self { blocks })
    }
}

/// The bits of a key within its block: word and mask, from the lower half of the digest.
#[allow(clippy::cast_possible_truncation, reason = "the lower half, nine bits at a time")]
fn probes(key: u128) -> impl Iterator<Item = (usize, u64)> {
    let low = key as u64;
    (0..PROBES).map(move |probe| {
        let bit = (low >> (probe * BITS_OF_PROBE)) & (BITS_PER_BLOCK as u64 - 1);
        ((bit / 64) as usize, 1 << (bit % 64))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(from: u32, n: u32) -> impl Iterator<Item = u128> {
        let digest = |at: u32| blake3::hash(&at.to_le_bytes());
        (from..from + n).map(move |at| {
            let mut half = [0; 16];
            half.copy_from_slice(&digest(at).as_bytes()[..16]);
            u128::from_be_bytes(half)
        })
    }

    #[test]
    fn what_was_added_is_found_and_little_else() {
        let n = 100_000;
        let mut bloom = Bloom::for_keys(n as usize);
        keys(0, n).for_each(|key| bloom.add(key));
        let mut bytes = Vec::new();
        bloom.write(&mut bytes).expect("memory");
        assert_eq!(bytes.len(), bloom.n_bytes());
        let bloom = Bloom::read(&mut bytes.as_slice(), bytes.len()).expect("a filter");
        assert!(keys(0, n).all(|key| bloom.may_hold(key)));
        let in_vain = keys(n, n).filter(|key| bloom.may_hold(*key)).count();
        assert!(in_vain < n as usize / 50, "{in_vain} of {n}");
    }

    #[test]
    fn an_empty_filter_holds_nothing() {
        let bloom = Bloom::for_keys(0);
        assert!(keys(0, 100).all(|key| !bloom.may_hold(key)));
        assert!(Bloom::read(&mut &[][..], 0).is_err());
    }
}
