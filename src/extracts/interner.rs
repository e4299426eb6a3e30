//! One number for each distinct text. Owns the shared tables of codes and words; refuses to let a
//! number's size mean anything: numbers depend on arrival order, so nothing may be sorted by them.

use std::sync::{PoisonError, RwLock};

use rustc_hash::FxHashMap;

/// A growing table of distinct texts, shared by reader threads. Number 0 is "none".
#[derive(Default)]
pub struct Interner {
    inner: RwLock<Inner>,
}

#[derive(Default)]
struct Inner {
    ids: FxHashMap<Box<str>, u32>,
    texts: Vec<Box<str>>,
}

impl Interner {
    /// The number of `text`, adding it when new.
    pub fn intern(&self, text: &str) -> u32 {
        if let Some(id) = self.inner.read().unwrap_or_else(PoisonError::into_inner).ids.get(text) {
            return *id;
        }
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = inner.ids.get(text) {
            return *id;
        }
        inner.texts.push(text.into());
        let id = u32::try_from(inner.texts.len()).unwrap_or(u32::MAX);
        inner.ids.insert(text.into(), id);
        id
    }

    /// As [`Interner::intern`], with 0 for an empty text.
    pub fn intern_nonempty(&self, text: &str) -> u32 {
        if text.is_empty() { 0 } else { self.intern(text) }
    }

    /// The text of a number while the table still grows; empty for 0.
    #[must_use]
    pub fn text_of(&self, id: u32) -> String {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        if id == 0 {
            String::new()
        } else {
            inner.texts.get(id as usize - 1).map_or_else(String::new, |t| t.to_string())
        }
    }

    /// The finished table, for reading without locks.
    #[must_use]
    pub fn freeze(self) -> Words {
        let inner = self.inner.into_inner().unwrap_or_else(PoisonError::into_inner);
        Words { ids: inner.ids, texts: inner.texts }
    }
}

/// A finished table of texts.
#[derive(Default)]
pub struct Words {
    ids: FxHashMap<Box<str>, u32>,
    texts: Vec<Box<str>>,
}

impl Words {
    /// The text of a number; empty for 0.
    #[must_use]
    pub fn text(&self, id: u32) -> &str {
        if id == 0 { "" } else { self.texts.get(id as usize - 1).map_or("", |t| t) }
    }

    /// The text of a number; `None` for 0.
    #[must_use]
    pub fn get(&self, id: u32) -> Option<&str> {
        (id != 0).then(|| self.text(id))
    }

    /// The number of a text; 0 when it never occurred.
    #[must_use]
    pub fn id(&self, text: &str) -> u32 {
        self.ids.get(text).copied().unwrap_or(0)
    }

    /// All texts, in order of their numbers (from 1).
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(|t| &**t)
    }
}
