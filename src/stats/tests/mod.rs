//! The survival kernels together: against R on whole data sets, and the identities between them.

mod identities;
mod records;
mod standards;
