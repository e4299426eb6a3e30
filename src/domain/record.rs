//! Values as compact bytes and back, for what one process leaves for another of the same build. Owns the encoding of the
//! plain types and the two macros that give a type its record; refuses to guess: bytes that are no record are an error.

use std::collections::BTreeMap;

use super::categories::PayerType;
use super::code::Short;
use super::day::Day;

/// The bytes are not what was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a record is damaged")]
pub struct BrokenRecord;

/// A value that can be written as bytes and read back equal in every bit.
pub trait Record: Sized {
    /// Adds the bytes to `out`.
    fn put(&self, out: &mut Vec<u8>);
    /// Reads the value that was written.
    ///
    /// # Errors
    /// [`BrokenRecord`] when the bytes are none.
    fn take(from: &mut RecordReader<'_>) -> Result<Self, BrokenRecord>;

    /// The bytes alone.
    #[must_use]
    fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.put(&mut out);
        out
    }

    /// The value of bytes that hold nothing else.
    ///
    /// # Errors
    /// [`BrokenRecord`].
    fn from_bytes(bytes: &[u8]) -> Result<Self, BrokenRecord> {
        let mut reader = RecordReader(bytes);
        let value = Self::take(&mut reader)?;
        if reader.is_at_end() { Ok(value) } else { Err(BrokenRecord) }
    }
}

/// Bytes on their way back into values.
pub struct RecordReader<'b>(pub &'b [u8]);

impl<'b> RecordReader<'b> {
    /// Nothing is left.
    #[must_use]
    pub fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }

    /// The next bytes.
    ///
    /// # Errors
    /// [`BrokenRecord`] when there are fewer.
    pub fn bytes(&mut self, count: usize) -> Result<&'b [u8], BrokenRecord> {
        let (head, rest) = self.0.split_at_checked(count).ok_or(BrokenRecord)?;
        self.0 = rest;
        Ok(head)
    }

    /// The next byte.
    ///
    /// # Errors
    /// [`BrokenRecord`] when there is none.
    pub fn byte(&mut self) -> Result<u8, BrokenRecord> {
        Ok(self.bytes(1)?[0])
    }

    /// How many items follow; never more than there are bytes, as every item takes one at least.
    ///
    /// # Errors
    /// [`BrokenRecord`].
    pub fn count(&mut self) -> Result<usize, BrokenRecord> {
        let count = usize::take(self)?;
        if count <= self.0.len() { Ok(count) } else { Err(BrokenRecord) }
    }

    /// A text, borrowed.
    ///
    /// # Errors
    /// [`BrokenRecord`].
    pub fn text(&mut self) -> Result<&'b str, BrokenRecord> {
        let count = self.count()?;
        std::str::from_utf8(self.bytes(count)?).map_err(|_| BrokenRecord)
    }
}

/// Adds a text as [`RecordReader::text`] reads it.
pub fn put_text(text: &str, out: &mut Vec<u8>) {
    text.len().put(out);
    out.extend_from_slice(text.as_bytes());
}

impl Record for u64 {
    fn put(&self, out: &mut Vec<u8>) {
        let mut v = *self;
        while v >= 0x80 {
            #[expect(clippy::cast_possible_truncation, reason = "masked to seven bits")]
            out.push(v as u8 | 0x80);
            v >>= 7;
        }
        #[expect(clippy::cast_possible_truncation, reason = "below 128")]
        out.push(v as u8);
    }
    fn take(from: &mut RecordReader<'_>) -> Result<Self, BrokenRecord> {
        let (mut v, mut shift) = (0_u64, 0);
        loop {
            let byte = from.byte()?;
            if shift > 63 || (shift == 63 && byte > 1) {
                return Err(BrokenRecord);
            }
            v |= Self::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Ok(v);
            }
            shift += 7;
        }
    }
}

impl Record for i64 {
    #[expect(clippy::cast_sign_loss, reason = "zigzag keeps every bit")]
    fn put(&self, out: &mut Vec<u8>) {
        ((*self << 1 ^ *self >> 63) as u64).put(out);
    }
    #[expect(clippy::cast_possible_wrap, reason = "undoes the zigzag")]
    fn take(from: &mut RecordReader<'_>) -> Result<Self, BrokenRecord> {
        let v = u64::take(from)?;
        Ok((v >> 1) as Self ^ -((v & 1) as Self))
    }
}

macro_rules! narrow_integers {
    ($($type:ty as $wide:ty),+) => { $(
        impl Record for $type {
            fn put(&self, out: &mut Vec<u8>) {
                <$wide>::from(*self).put(out);
            }
            fn take(from: &mut RecordReader<'_>) -> Result<Self, BrokenRecord> {
                Self::try_from(<$wide>::take(from)?).map_err(|_| BrokenRecord)
            }
        }
    )+ };
}
narrow_integers!(u8 as u64, u16 as u64, u32 as u64, i32 as i64);

impl Record for usize {
    fn put(&self, out: &mut Vec<u8>) {
        (*self as u64).put(out);
    }
    fn take(from: &mut RecordReader<'_>) -> Result<Self, BrokenRecord> {
        Self::try_from(u64::take(from)?).map_err(|_| BrokenRecord)
    }
}

impl Record for f64 {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_bits().to_le_bytes());
    }
    fn take(from: &mut RecordReader<'_>) -> Result<Self, BrokenRecord> {
        let bytes = from.bytes(8)?.try_into().map_err(|_| BrokenRecord)?;
        Ok(Self::from_bits(u64::from_le_bytes(bytes)))
    }
}

impl Record for bool {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }
    fn take(from: &mut RecordReader<'_>) -> Result<Self, BrokenRecord> {
        match from.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(BrokenRecord),
        }
    }
}

impl Record for String {
    fn put(&self, out: &mut Vec<u8>) {
        put_text(self, out);
    }
    fn take(from: &mut RecordReader<'_>) -> Result<Self, BrokenRecord> {
        from.text().map(Into::into)
    }
}

impl Record for Box<str> {
    fn put(&self, out: &mut Vec<u8>) {
        put_text(self, out);
    }
    fn take(from: &mut RecordReader<'_>) -> Result<Self, BrokenRecord> {
        from.text().map(Into::into)
    }
}

impl<T: Record> Record for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.is_some().put(out);
        if let Some(value) = self {
            value.put(out);
        }
    }
    fn take(from: &mut RecordReader<'_>) -> Result<Self, BrokenRecord> {
        if bool::take(from)? { T::take(from).map(Some) } else { Ok(None) }
    }
}

impl<T: Record> Record for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.len().put(out);
        for item in self {
            item.put(out);
        }
    }
    fn take(from: &mut RecordReader<'_>) -> Result<Self, BrokenRecord> {
        (0..from.count()?).map(|_| T::take(from)).collect()
    }
}

impl<K: Record + Ord, V: Record> Record for BTreeMap<K, V> {
    fn put(&self, out: &mut Vec<u8>) {
        self.len().put(out);
        for (key, value) in self {
            key.put(out);
            value.put(out);
        }
    }
    fn take(from: &mut RecordReader<'_>) -> Result<Self, BrokenRecord> {
        (0..from.count()?).map(|_| Ok((K::take(from)?, V::take(from)?))).collect()
    }
}

macro_rules! tuples {
    ($(($($part:ident $at:tt),+)),+) => { $(
        impl<$($part: Record),+> Record for ($($part,)+) {
            fn put(&self, out: &mut Vec<u8>) {
                $(self.$at.put(out);)+
            }
            fn take(from: &mut RecordReader<'_>) -> Result<Self, BrokenRecord> {
                Ok(($($part::take(from)?,)+))
            }
        }
    )+ };
}
tuples!((A 0, B 1), (A 0, B 1, C 2));

/// The record of a struct: its fields in the order named; one left out does not compile.
macro_rules! record {
    ($type:ident { $($field:ident),+ $(,)? }) => {
        impl $crate::domain::Record for $type {
            fn put(&self, out: &mut Vec<u8>) {
                $($crate::domain::Record::put(&self.$field, out);)+
            }
            fn take(from: &mut $crate::domain::RecordReader<'_>) -> Result<Self, $crate::domain::BrokenRecord> {
                Ok(Self { $($field: $crate::domain::Record::take(from)?),+ })
            }
        }
    };
    ($type:ident ( $inner:ty )) => {
        impl $crate::domain::Record for $type {
            fn put(&self, out: &mut Vec<u8>) {
                $crate::domain::Record::put(&self.0, out);
            }
            fn take(from: &mut $crate::domain::RecordReader<'_>) -> Result<Self, $crate::domain::BrokenRecord> {
                <$inner as $crate::domain::Record>::take(from).map(Self)
            }
        }
    };
}
pub(crate) use record;

/// The record of an enum without fields: the place of the variant in the order named; one left out does not compile.
macro_rules! record_choice {
    ($type:ident { $($variant:ident),+ $(,)? }) => {
        impl $crate::domain::Record for $type {
            fn put(&self, out: &mut Vec<u8>) {
                let all = [$(Self::$variant),+];
                let named = match self { $(Self::$variant => Self::$variant),+ };
                let at = all.iter().position(|one| *one == named).unwrap_or(all.len());
                $crate::domain::Record::put(&at, out);
            }
            fn take(from: &mut $crate::domain::RecordReader<'_>) -> Result<Self, $crate::domain::BrokenRecord> {
                let at = <usize as $crate::domain::Record>::take(from)?;
                [$(Self::$variant),+].get(at).copied().ok_or($crate::domain::BrokenRecord)
            }
        }
    };
}
pub(crate) use record_choice;

record!(Day(i32));
record!(Short(u64));
record_choice!(PayerType { Medicare, Medicaid, Commercial, Other });

#[cfg(test)]
mod tests {
    use super::*;

    fn back<T: Record>(value: &T) -> Result<T, BrokenRecord> {
        T::from_bytes(&value.to_bytes())
    }

    #[test]
    fn plain_values_come_back_in_every_bit() {
        for v in [0, 1, 127, 128, u64::MAX] {
            assert_eq!(back(&v), Ok(v));
        }
        for v in [0, -1, i64::MIN, i64::MAX] {
            assert_eq!(back(&v), Ok(v));
        }
        assert_eq!(back(&i32::MIN), Ok(i32::MIN));
        for v in [0.1, -0.0, f64::NAN, f64::INFINITY] {
            assert_eq!(back(&v).map(f64::to_bits), Ok(v.to_bits()));
        }
        let nested = (Some("é".to_owned()), vec![Some(Day(-3)), None], Short::of("0450"));
        assert_eq!(back(&nested), Ok(nested));
        let map = BTreeMap::from([("a".to_owned(), 1_u32), ("b".to_owned(), 2)]);
        assert_eq!(back(&map), Ok(map.clone()));
        assert_eq!(back(&PayerType::Commercial), Ok(PayerType::Commercial));
    }

    #[test]
    fn bytes_that_are_no_record_are_refused() {
        let whole = (vec![7_u64, 300], Some("text".to_owned())).to_bytes();
        for cut in 0..whole.len() {
            assert_eq!(<(Vec<u64>, Option<String>)>::from_bytes(&whole[..cut]), Err(BrokenRecord), "{cut}");
        }
        assert_eq!(Vec::<u8>::from_bytes(&[0xFF, 0xFF, 0xFF, 0x7F, 1]), Err(BrokenRecord), "a count past the end");
        assert_eq!(String::from_bytes(&[2, 0xC3, 0x28]), Err(BrokenRecord), "no UTF-8");
        assert_eq!(u64::from_bytes(&[0xFF; 10]), Err(BrokenRecord), "more than 64 bits");
        assert_eq!(u8::from_bytes(&300_u64.to_bytes()), Err(BrokenRecord));
        assert_eq!(PayerType::from_bytes(&[4]), Err(BrokenRecord));
        assert_eq!(bool::from_bytes(&[2]), Err(BrokenRecord));
        assert_eq!(u64::from_bytes(&[1, 1]), Err(BrokenRecord), "something left");
    }
}
