//! Estimates to figures as data, then SVG and PNG.
//!
//! Layer 4. A figure is built and tested as a value ([`figure::Figure`]); [`layout`] places it on
//! a page as lines, areas and texts; [`draw`] alone knows the libraries that write them. Figures
//! are made from [`crate::privacy::disclosed::Disclosed`] tables only and work out nothing that
//! such a table does not hold.

pub mod at_session;
pub mod axis;
pub mod bar_chart;
mod by_route;
pub mod codes;
pub mod completeness;
pub mod cumulative_response;
pub mod dot_plot;
mod dot_words;
pub mod draw;
pub mod durability;
pub mod figure;
pub mod forest;
pub mod frame;
pub mod go_on;
mod headline;
pub mod heat_map;
pub mod kept_together;
mod key;
mod lasting;
mod lay_bars;
mod lay_dots;
mod lay_heat_map;
mod lay_lines;
mod lay_panels;
pub mod layout;
pub mod line_chart;
pub mod marking;
pub mod mean_change;
pub mod number;
pub mod onset;
mod page;
mod rate_by_infusion;
pub mod remission_rate;
pub mod response_rate;
pub mod route_comparison;
pub mod scene;
pub mod severity_shift;
pub mod side_effects;
pub mod theme;
pub mod time_on_treatment;
mod words;

#[cfg(test)]
pub(crate) mod completeness_fixture;
#[cfg(test)]
pub(crate) mod cumulative_fixture;
#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
pub(crate) mod sheet_fixture;
