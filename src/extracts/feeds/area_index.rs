//! The extract `area_index`: indices of counties, ZIP codes and tracts. Owns its contract and row; refuses to read an index as
//! a person's need.

use super::feed::feed;
use crate::domain::{GeoLevel, OrderedNumber};
use crate::extracts::contract::Kind::{IndexValue, Word};
use crate::extracts::contract::{req, req_word};

feed! {
    /// One value of an area index.
    AreaValue, "area_index", one row a "area and index",
    without it "no area context beside the county poverty decile",
    sorted by [level, code, name] {
        /// Which areas.
        level: words GeoLevel = req_word("geo_level", GeoLevel::WORDS),
        /// Code of the area.
        code: Box<str> = req("geo_code", Word),
        /// Name of the index.
        name: Box<str> = req("index_name", Word),
        /// Its value; none where its publisher suppresses it.
        value: Option<OrderedNumber> = req("value", IndexValue),
    }
}
