//! Kernels together: survival against R on whole data sets, and the identities between them; the
//! adjusted comparison where the truth is known.

pub(in crate::stats) mod adjusted;
mod confounding;
mod identities;
pub(in crate::stats) mod oracle;
mod records;
mod standards;
