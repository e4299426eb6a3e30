//! One number for each distinct text. Owns the shared tables of codes and words; refuses to let a
//! number's size mean anything: numbers depend on arrival order, so nothing may be sorted by them.

use std::marker::PhantomData;
use std::sync::{PoisonError, RwLock};

use rustc_hash::FxHashMap;

use crate::domain::InternedId;

/// A growing table of distinct texts, shared by reader threads. Number 0 is "none".
pub struct Interner<I> {
    inner: RwLock<Inner>,
    ids: PhantomData<fn() -> I>,
}

#[derive(Default)]
struct Inner {
    ids: FxHashMap<Box<str>, u32>,
    texts: Vec<Box<str>>,
}

impl<I> Default for Interner<I> {
    fn default() -> Self {
        Self { inner: RwLock::default(), ids: PhantomData }
    }
}

impl<I: InternedId> Interner<I> {
    /// The id of `text`, adding it when new.
    pub fn intern(&self, text: &str) -> I {
        if let Some(id) = self.inner.read().unwrap_or_else(PoisonError::into_inner).ids.get(text) {
            return I::from_number(*id);
        }
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = inner.ids.get(text) {
            return I::from_number(*id);
        }
        inner.texts.push(text.into());
        let id = u32::try_from(inner.texts.len()).unwrap_or(u32::MAX);
        inner.ids.insert(text.into(), id);
        I::from_number(id)
    }

    /// As [`Interner::intern`], with none for an empty text.
    pub fn intern_nonempty(&self, text: &str) -> I {
        if text.is_empty() { I::default() } else { self.intern(text) }
    }

    /// The text of an id while the table still grows; empty for none.
    #[must_use]
    pub fn text_of(&self, id: I) -> String {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        place_of(id).and_then(|at| inner.texts.get(at)).map_or_else(String::new, |t| t.to_string())
    }

    /// The finished table, for reading without locks.
    #[must_use]
    pub fn freeze(self) -> Words<I> {
        let inner = self.inner.into_inner().unwrap_or_else(PoisonError::into_inner);
        Words { numbers: inner.ids, texts: inner.texts, ids: PhantomData }
    }
}

/// Where an id's text stands; nowhere for none.
fn place_of<I: InternedId>(id: I) -> Option<usize> {
    (id.number() as usize).checked_sub(1)
}

/// A finished table of texts.
pub struct Words<I> {
    numbers: FxHashMap<Box<str>, u32>,
    texts: Vec<Box<str>>,
    ids: PhantomData<fn() -> I>,
}

impl<I> Default for Words<I> {
    fn default() -> Self {
        Self { numbers: FxHashMap::default(), texts: Vec::new(), ids: PhantomData }
    }
}

impl<I: InternedId> Words<I> {
    /// The text of an id; empty for none.
    #[must_use]
    pub fn text(&self, id: I) -> &str {
        self.get(id).unwrap_or("")
    }

    /// The text of an id; `None` for none.
    #[must_use]
    pub fn get(&self, id: I) -> Option<&str> {
        let at = place_of(id)?;
        Some(self.texts.get(at).map_or("", |t| t))
    }

    /// The id of a text, adding it when new; none for an empty one.
    pub fn add(&mut self, text: &str) -> I {
        if text.is_empty() {
            return I::default();
        }
        if let Some(number) = self.numbers.get(text) {
            return I::from_number(*number);
        }
        self.texts.push(text.into());
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.numbers.insert(text.into(), number);
        I::from_number(number)
    }

    /// The id of a text; none when it never occurred.
    #[must_use]
    pub fn id(&self, text: &str) -> I {
        I::from_number(self.numbers.get(text).copied().unwrap_or(0))
    }

    /// All texts, in order of their numbers (from 1).
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(|t| &**t)
    }

    /// All texts with their ids.
    pub fn entries(&self) -> impl Iterator<Item = (I, &str)> {
        (1_u32..).map(I::from_number).zip(self.texts())
    }
}
