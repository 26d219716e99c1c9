//! Experiments as files: what the page saves and loads.
//!
//! A document holds the page's address, which says what is on screen, and the
//! [checkpoint](crate::Checkpoint) of each flow, so that nothing has to be trained again. Its bytes are
//!
//! 1. the eight bytes `flowexp` and 0,
//! 2. the format's version, a little-endian u32,
//! 3. the address, a zero for each flow, and then each flow's name and checkpoint; every one of these
//!    as a little-endian u32 with its length in bytes, and the bytes,
//! 4. the FNV-1a hash of all bytes before it, a little-endian u64.

use crate::{Error, Result, fingerprint::fnv_1a};

const MAGIC: &[u8; 8] = b"flowexp\0";
const VERSION: u32 = 1;
const HASH_LENGTH: usize = 8;
const MOST_FLOWS: usize = 8;

/// A page's experiments with all they have learned.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The part of the page's address after `#`.
    pub address: String,
    /// The flows, in the page's order; at most eight.
    pub flows: Vec<SavedFlow>,
}

/// One flow of a [`Document`].
#[derive(Debug, Clone, PartialEq)]
pub struct SavedFlow {
    /// The page's name for it.
    pub name: String,
    /// The bytes of its checkpoint.
    pub checkpoint: Vec<u8>,
}

impl Document {
    /// The bytes.
    ///
    /// # Errors
    /// [`Error::Document`] when a part is longer than 4 GB.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(VERSION.to_le_bytes());
        let mut add = |part: &[u8]| {
            let length =
                u32::try_from(part.len()).map_err(|_| Error::Document("a part is too long".into()))?;
            bytes.extend(length.to_le_bytes());
            bytes.extend(part);
            Ok(())
        };
        add(self.address.as_bytes())?;
        add(&vec![0; self.flows.len()])?;
        for flow in &self.flows {
            add(flow.name.as_bytes())?;
            add(&flow.checkpoint)?;
        }
        bytes.extend(fnv_1a(bytes.iter().copied()).to_le_bytes());
        Ok(bytes)
    }

    /// The document in `bytes`.
    ///
    /// # Errors
    /// [`Error::Document`] when the bytes are of something else, of another version, damaged or
    /// incomplete. Checkpoints are not looked into; [`Checkpoint::from_bytes`](crate::Checkpoint::from_bytes) does that.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let refuse = |reason: &str| Error::Document(reason.to_owned());
        let after_magic = bytes.strip_prefix(MAGIC).ok_or_else(|| refuse("it was not saved by the lab"))?;
        let (version, rest) =
            after_magic.split_first_chunk().ok_or_else(|| refuse("it ends before its version"))?;
        let version = u32::from_le_bytes(*version);
        if version != VERSION {
            return Err(Error::Document(format!("its version is {version}, this lab reads {VERSION}")));
        }
        let damaged = || refuse("it is damaged or incomplete");
        let (mut rest, hash) = rest.split_last_chunk::<HASH_LENGTH>().ok_or_else(damaged)?;
        let hashed = &bytes[..bytes.len() - HASH_LENGTH];
        if fnv_1a(hashed.iter().copied()) != u64::from_le_bytes(*hash) {
            return Err(damaged());
        }
        let mut part = || -> Result<Vec<u8>> {
            let (length, after) = rest.split_first_chunk().ok_or_else(damaged)?;
            let length = u32::from_le_bytes(*length) as usize;
            let (part, after) = after.split_at_checked(length).ok_or_else(damaged)?;
            rest = after;
            Ok(part.to_vec())
        };
        let text = |bytes| String::from_utf8(bytes).map_err(|_| damaged());
        let address = text(part()?)?;
        let count = part()?.len();
        if count > MOST_FLOWS {
            return Err(damaged());
        }
        let flow = |_| Ok(SavedFlow { name: text(part()?)?, checkpoint: part()? });
        let flows = (0..count).map(flow).collect::<Result<_>>()?;
        if !rest.is_empty() {
            return Err(damaged());
        }
        Ok(Self { address, flows })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Checkpoint, Config, Coupling, Experiment, Rng};

    fn example() -> Document {
        let flow = |name: &str, coupling| {
            let mut config = Config { coupling, ..Config::default() };
            config.network.width = 8;
            config.network.depth = 1;
            config.network.harmonics = 1;
            config.training.batch_size = 4;
            config.sampling.particles = 4;
            let mut experiment = Experiment::new(config).unwrap();
            experiment.train(2).unwrap();
            SavedFlow { name: name.to_owned(), checkpoint: experiment.checkpoint().unwrap() }
        };
        let small = Coupling::MinibatchOt { batch_size: 4, reuse: 1, pool: 2, even: true };
        let flows = vec![flow("straight", small), flow("curved", Coupling::Independent)];
        Document { address: "dataset=five-modes&n=2&seed=1".to_owned(), flows }
    }

    /// The hash made right again, so that a reader must look at what comes before it.
    fn rehashed(bytes: &mut [u8]) {
        if let Some((content, hash)) = bytes.split_last_chunk_mut::<HASH_LENGTH>() {
            *hash = fnv_1a(content.iter().copied()).to_le_bytes();
        }
    }

    #[test]
    fn a_document_survives_a_round_trip() {
        for document in [example(), Document { address: String::new(), flows: vec![] }] {
            assert_eq!(Document::from_bytes(&document.to_bytes().unwrap()).unwrap(), document);
        }
    }

    #[test]
    fn what_is_no_document_is_refused_with_the_reason() {
        let bytes = example().to_bytes().unwrap();
        let message = |bytes: &[u8]| Document::from_bytes(bytes).unwrap_err().to_string();
        assert!(message(b"PK\x03\x04 something else").contains("not saved by the lab"));
        assert!(message(&example().flows[0].checkpoint).contains("not saved by the lab"));
        let mut newer = bytes.clone();
        newer[8] = 2;
        assert!(message(&newer).contains("its version is 2, this lab reads 1"));
        for length in [0, 7, 8, 11, 12, 19, 20, 40, bytes.len() - 1] {
            message(&bytes[..length]);
        }
        let mut longer = bytes.clone();
        longer.splice(bytes.len() - 8..bytes.len() - 8, [0; 5]);
        rehashed(&mut longer);
        assert!(message(&longer).contains("damaged"));
    }

    /// Every mutation is refused with a reason or, where it only changes names, harmless.
    #[test]
    fn ten_thousand_mutations_are_refused_or_harmless() {
        let document = example();
        let bytes = document.to_bytes().unwrap();
        let mut rng = Rng::stream(1, "mutations");
        let (mut refused, mut resumed) = (0, 0);
        for round in 0..10_000 {
            let mut mutated = bytes.clone();
            for _ in 0..=rng.below(3) {
                let at = rng.below(mutated.len());
                match rng.below(4) {
                    0 => mutated[at] ^= 1 << rng.below(8),
                    1 => mutated[at] = rng.below(256) as u8,
                    2 => mutated.truncate(at.max(bytes.len() / 2)),
                    _ => mutated.splice(at..at, [0xff; 3]).for_each(drop),
                }
            }
            // Two of three are signed anew, so that the hash alone does not decide.
            if round % 3 > 0 {
                rehashed(&mut mutated);
            }
            let flows = Document::from_bytes(&mutated).map(|read| read.flows);
            let read = flows.and_then(|flows| {
                flows
                    .iter()
                    .map(|flow| Experiment::resume(&flow.checkpoint)?.train(1))
                    .collect::<Result<Vec<()>>>()
            });
            match read {
                Ok(_) => resumed += 1,
                Err(error) => {
                    assert!(error.to_string().len() > 20, "{error}");
                    refused += 1;
                }
            }
        }
        assert!(refused > 9_000 && resumed > 0, "{refused} {resumed}");
    }

    proptest! {
        #[test]
        fn any_bytes_at_all_are_read_without_harm(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(Document::from_bytes(&bytes).is_err());
            let mut signed = [&MAGIC[..], &VERSION.to_le_bytes(), &bytes, &[0; 8]].concat();
            rehashed(&mut signed);
            let _ = Document::from_bytes(&signed);
            prop_assert!(Checkpoint::from_bytes(&signed).is_err());
        }
    }
}
