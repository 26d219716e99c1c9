//! Own data as a short text for a link.
//!
//! The first letter names the form, and with it its version.
//!
//! `m`: modes, in plain sight: `x_y_sd`, or `x_y_sd_weight` where the weight is not 1, modes set
//! apart by `*`, as in `m-2_0_0.3*2_0_0.3`.
//!
//! `p`: points, six bits a letter (the alphabet of base64url, most significant bit first):
//! the count less 1 (11 bits), the Rice parameter k (5 bits), left, bottom and side of the square
//! around them (three f32), then, in the order along Hilbert's curve of a 1024 x 1024 grid, the
//! steps from each point to the next: the step divided by 2^k as so many ones and a zero, the
//! remainder as k bits (Rice 1979). The rest of the last letter is zeros; four letters of checksum
//! end the code. Steps sum to less than 2^20, so with the best k no cloud of n points needs more
//! than n (k + 2) bits where 2^k <= 2^20 / n < 2^(k + 1): 11 to 12 bits a point for 2,048.

use super::fit::{Frame, GRID};
use super::{FARTHEST, LARGEST_CLOUD, Mode, OwnData};
use crate::{Error, Result};

/// The most characters a code has.
pub const LONGEST_CODE: usize = 3_840;

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const CHECKSUM_LETTERS: usize = 4;
const COUNT_BITS: u32 = 11;
const RICE_BITS: u32 = 5;
const LARGEST_RICE: u32 = 20;

/// What a code is not, when it is not one.
fn refused(reason: &str) -> Error {
    Error::invalid("the code of your data", reason, "whole and unchanged, as the page wrote it")
}

pub(super) fn read(code: &str) -> Result<OwnData> {
    if code.len() > LONGEST_CODE {
        return Err(refused("too long"));
    }
    match code.split_at_checked(1) {
        Some(("p", rest)) => OwnData::points(read_points(code, rest)?),
        Some(("m", rest)) => OwnData::modes(read_modes(rest)?),
        _ => Err(refused("of no known form")),
    }
}

// --- modes ------------------------------------------------------------------------------------------

pub(super) fn write_modes(modes: &[Mode]) -> String {
    let short = |x: f64| {
        // Without the sign of a rounded zero.
        let rounded = libm::round(x * 1000.0) / 1000.0 + 0.0;
        format!("{rounded}")
    };
    let texts: Vec<String> = modes
        .iter()
        .map(|mode| {
            let mut numbers = vec![short(mode.center[0]), short(mode.center[1]), short(mode.sd)];
            let weight = short(mode.weight);
            if weight != "1" {
                numbers.push(weight);
            }
            numbers.join("_")
        })
        .collect();
    format!("m{}", texts.join("*"))
}

fn read_modes(text: &str) -> Result<Vec<Mode>> {
    text.split('*')
        .map(|mode| {
            let numbers: Option<Vec<f64>> = mode.split('_').map(decimal).collect();
            match numbers.as_deref() {
                Some(&[x, y, sd]) => Ok(Mode { center: [x, y], sd, weight: 1.0 }),
                Some(&[x, y, sd, weight]) => Ok(Mode { center: [x, y], sd, weight }),
                _ => Err(refused("changed or cut")),
            }
        })
        .collect()
}

/// A number in digits alone: what `f64` accepts beyond that has no place in a link.
fn decimal(text: &str) -> Option<f64> {
    let is_plain = text.len() <= 12 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-'));
    is_plain.then(|| text.parse().ok()).flatten()
}

// --- points -----------------------------------------------------------------------------------------

pub(super) fn write_points(points: &[[f64; 2]]) -> String {
    let exact = Frame::around(points);
    let [left, bottom, side] = [exact.corner[0], exact.corner[1], exact.side].map(|x| x as f32);
    let frame = Frame::square([f64::from(left), f64::from(bottom)], f64::from(side));
    let mut places: Vec<u32> = points.iter().map(|&point| frame.index_of(point)).collect();
    places.sort_unstable();
    let steps: Vec<u32> =
        std::iter::once(0).chain(places.iter().copied()).zip(&places).map(|(from, to)| to - from).collect();
    let cost = |k: u32| steps.iter().map(|&step| u64::from((step >> k) + 1 + k)).sum::<u64>();
    let k = (0..=LARGEST_RICE).min_by_key(|&k| cost(k)).unwrap_or(0);

    let mut writer = Writer { text: "p".to_owned(), buffer: 0, held: 0 };
    writer.put((points.len() - 1) as u32, COUNT_BITS);
    writer.put(k, RICE_BITS);
    for number in [left, bottom, side] {
        writer.put(number.to_bits(), 32);
    }
    for step in steps {
        for _ in 0..step >> k {
            writer.put(1, 1);
        }
        writer.put(0, 1);
        writer.put(step & ((1 << k) - 1), k);
    }
    writer.finish()
}

fn read_points(code: &str, rest: &str) -> Result<Vec<[f64; 2]>> {
    let split = rest.len().checked_sub(CHECKSUM_LETTERS).ok_or_else(|| refused("cut short"))?;
    let (body, given) = rest.split_at_checked(split).ok_or_else(|| refused("changed"))?;
    if checksum(&code[..=split]) != given {
        return Err(refused("changed or cut"));
    }
    let mut reader = Reader { letters: body.as_bytes(), buffer: 0, held: 0 };
    let points = read_body(&mut reader).ok_or_else(|| refused("not a list of points"))?;
    if !reader.letters.is_empty() || reader.buffer != 0 {
        return Err(refused("longer than its points"));
    }
    Ok(points)
}

fn read_body(reader: &mut Reader) -> Option<Vec<[f64; 2]>> {
    let count = reader.take(COUNT_BITS)? as usize + 1;
    let k = reader.take(RICE_BITS)?;
    let [left, bottom, side] =
        [reader.take(32)?, reader.take(32)?, reader.take(32)?].map(|bits| f64::from(f32::from_bits(bits)));
    let inside = -FARTHEST..=FARTHEST;
    let is_frame =
        inside.contains(&left) && inside.contains(&bottom) && (0.0..=2.0 * FARTHEST).contains(&side);
    if !is_frame || k > LARGEST_RICE || count > LARGEST_CLOUD {
        return None;
    }
    let frame = Frame::square([left, bottom], side);
    let mut place = 0_u32;
    (0..count)
        .map(|_| {
            let mut quotient = 0_u32;
            while reader.take(1)? == 1 {
                quotient += 1;
            }
            let step = quotient.checked_mul(1 << k)?.checked_add(reader.take(k)?)?;
            place = place.checked_add(step).filter(|&place| place < GRID * GRID)?;
            // A point just inside the limit may have been rounded to a grid point just outside.
            Some(frame.point_at(place).map(|x| x.min(FARTHEST)))
        })
        .collect()
}

/// Twenty-four bits of FNV-1a, as letters.
pub(super) fn checksum(text: &str) -> String {
    let hash =
        text.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let folded = (hash ^ (hash >> 24)) & 0xff_ffff;
    [18, 12, 6, 0].map(|shift| char::from(LETTERS[(folded >> shift & 63) as usize])).iter().collect()
}

struct Writer {
    text: String,
    buffer: u64,
    held: u32,
}

impl Writer {
    /// Appends the lowest `bits` bits of `value`.
    fn put(&mut self, value: u32, bits: u32) {
        self.buffer = self.buffer << bits | u64::from(value);
        self.held += bits;
        while self.held >= 6 {
            self.held -= 6;
            self.text.push(char::from(LETTERS[(self.buffer >> self.held & 63) as usize]));
        }
        self.buffer &= (1 << self.held) - 1;
    }

    /// Fills the last letter and appends the checksum.
    fn finish(mut self) -> String {
        self.put(0, (6 - self.held) % 6);
        let sum = checksum(&self.text);
        self.text + &sum
    }
}

struct Reader<'a> {
    letters: &'a [u8],
    buffer: u64,
    held: u32,
}

impl Reader<'_> {
    /// The next `bits` bits, at most 32; `None` at the end or at a letter that is none.
    fn take(&mut self, bits: u32) -> Option<u32> {
        while self.held < bits {
            let (&letter, rest) = self.letters.split_first()?;
            let value = LETTERS.iter().position(|&known| known == letter)?;
            self.letters = rest;
            self.buffer = self.buffer << 6 | value as u64;
            self.held += 6;
        }
        self.held -= bits;
        let value = self.buffer >> self.held;
        self.buffer &= (1 << self.held) - 1;
        Some(value as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_written_in_plain_sight() {
        let code = "m-2_0_0.3*2_0.125_0.3_2.5";
        let data = OwnData::read(code).unwrap();
        let modes = [
            Mode { center: [-2.0, 0.0], sd: 0.3, weight: 1.0 },
            Mode { center: [2.0, 0.125], sd: 0.3, weight: 2.5 },
        ];
        assert_eq!(data, OwnData::Modes(modes.to_vec()));
        assert_eq!(data.code().unwrap(), code);
        assert_eq!(data.spec().build("target").unwrap().mode_count(), 2);
    }

    #[test]
    fn a_full_cloud_fits_into_the_stated_length_wherever_its_points_lie() {
        let clouds: [fn(f64) -> [f64; 2]; 4] = [
            |i| [8.0 * (i * 0.754_877_666) % 8.0 - 4.0, 8.0 * (i * 0.569_840_291) % 8.0 - 4.0],
            |i| [i % 2.0 * 8.0 - 4.0, i % 3.0],
            |i| [libm::sin(i), libm::cos(i)],
            |_| [3.0, 3.0],
        ];
        for cloud in clouds {
            let points: Vec<_> = (0..LARGEST_CLOUD).map(|i| cloud(i as f64)).collect();
            let code = OwnData::points(points.clone()).unwrap().code().unwrap();
            assert!(code.len() <= LONGEST_CODE, "{}", code.len());
            let OwnData::Points(read) = OwnData::read(&code).unwrap() else { panic!("modes") };
            let resolution = Frame::around(&points).side / 1023.0;
            let sorted = |points: &[[f64; 2]], axis: usize| {
                let mut values: Vec<f64> = points.iter().map(|point| point[axis]).collect();
                values.sort_by(f64::total_cmp);
                values
            };
            for axis in [0, 1] {
                for (a, b) in sorted(&points, axis).iter().zip(sorted(&read, axis)) {
                    assert!((a - b).abs() <= 0.501 * resolution + 1e-6, "{a} {b}");
                }
            }
        }
    }

    #[test]
    fn what_is_not_a_code_is_refused_in_words() {
        let good = OwnData::points(vec![[1.0, 2.0], [3.0, -1.0]]).unwrap().code().unwrap();
        let long = "p".repeat(5_000);
        for text in [
            "",
            "p",
            "pAAAA",
            "x1",
            "m",
            "m1_2",
            "m1_2_0",
            "m1_2_nan",
            "m1_2_1e1",
            "mé",
            "pé",
            &good[..good.len() - 1],
            &long,
        ] {
            let message = OwnData::read(text).unwrap_err().to_string();
            assert!(message.contains(", but must be "), "{text}: {message}");
        }
        assert!(OwnData::read(&format!("{good}A")).is_err());
        assert_eq!(OwnData::read(&good).unwrap().code().unwrap(), good);
    }
}
