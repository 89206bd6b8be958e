//! Events to lines: people are made a block at a time on every core, and written in order.

use super::defects;
use super::draw::Draw;
use super::life::sent;
use super::settings::Settings;
use super::site::site_of;
use super::slips::SlipCounts;
use rayon::prelude::*;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io;

/// People made before any of them is written: about 8 MB of lines.
const BLOCK: u32 = 1024;

/// How much was written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Written {
    /// Events, each a line; broken records are not among them.
    pub events: u64,
    /// Bytes, line ends and broken records included.
    pub bytes: u64,
    /// What went wrong on purpose.
    pub slips: SlipCounts,
    /// Broken records, each a line, by the code of the reason for which they will be rejected.
    pub defects: BTreeMap<&'static str, u64>,
}

impl Written {
    fn add(&mut self, other: &Self) {
        self.events += other.events;
        self.bytes += other.bytes;
        self.slips.add(&other.slips);
        for (reason, n) in &other.defects {
            *self.defects.entry(reason).or_default() += n;
        }
    }
}

/// Writes all events as NDJSON, one a line. The caller buffers.
///
/// # Errors
/// Whatever the writer says.
pub fn write<W: io::Write>(settings: &Settings, out: &mut W) -> io::Result<Written> {
    write_by_site(settings, |_, lines| out.write_all(lines.as_bytes()))
}

/// Hands on the lines of everyone, person by person in the order of their index: the name of the
/// person's site, see [`site_of`], and whole lines.
///
/// # Errors
/// Whatever the receiver says.
pub fn write_by_site(
    settings: &Settings,
    mut out: impl FnMut(&str, &str) -> io::Result<()>,
) -> io::Result<Written> {
    let mut written = Written::default();
    for first in (0..settings.subjects).step_by(BLOCK as usize) {
        let block = first..first.saturating_add(BLOCK).min(settings.subjects);
        let made: Vec<Lines> = block.into_par_iter().map(|index| lines(settings, index)).collect();
        // Of some nobody ever writes anything down.
        for person in made.iter().filter(|person| !person.text.is_empty()) {
            out(&person.site, &person.text)?;
            written.add(&person.written);
        }
    }
    Ok(written)
}

/// The lines of one person.
struct Lines {
    site: String,
    text: String,
    written: Written,
}

fn lines(settings: &Settings, index: u32) -> Lines {
    let sent = sent(settings, index);
    let mut draw = Draw::of_defects(settings.seed, index);
    let mut text = String::new();
    let mut defects: BTreeMap<&'static str, u64> = BTreeMap::new();
    for event in &sent.events {
        text.push_str(&event.to_json());
        text.push('\n');
        if let Some((reason, broken)) = defects::behind(&mut draw, event, settings.slips.defects) {
            text.push_str(&broken);
            text.push('\n');
            *defects.entry(reason.code()).or_default() += 1;
        }
    }
    let written = Written {
        events: sent.events.len() as u64,
        bytes: text.len() as u64,
        slips: sent.counts,
        defects,
    };
    let site = sent.events.first().map_or("", site_of).to_owned();
    Lines { site, text, written }
}
