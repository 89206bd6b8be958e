//! Numeric kernels: slices and numbers in, numbers out.
//!
//! Layer 0, imports nothing of the crate. One method a file; each names its definition, its
//! reference and where it is undefined. Undefined is `None`, never 0 and never NaN.
//!
//! | file | method | reference |
//! |---|---|---|
//! | `proportion` | Wilson score interval | Wilson 1927, doi 10.1080/01621459.1927.10502953 |
//! | `newcombe` | difference of two proportions | Newcombe 1998, doi `10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I` |
//! | `mean` | mean, standard deviation, t interval | Student 1908, doi 10.1093/biomet/6.1.1 |
//! | `student` | quantile of Student's t | Abramowitz and Stegun 26.7.1, 26.7.5 |
//! | `life_table` | what the next four share; the median | Brookmeyer and Crowley 1982, doi 10.2307/2530286 |
//! | `kaplan_meier` | cumulative incidence, leaving censored | Kaplan and Meier 1958, doi 10.1080/01621459.1958.10501452 |
//! | `aalen_johansen` | cumulative incidence, leaving competes | Aalen and Johansen 1978 |
//! | `restricted_mean` | mean time up to a horizon | Klein and Moeschberger 2003, doi 10.1007/b97377 |
//! | `log_rank` | test that groups have one pace | Mantel 1966 |
//! | `holm` | p values adjusted for their number | Holm 1979 |

pub mod aalen_johansen;
pub mod holm;
pub mod interval;
pub mod kaplan_meier;
pub mod life_table;
pub mod log_rank;
pub mod mean;
pub mod newcombe;
pub mod proportion;
pub mod restricted_mean;
pub mod student;

#[cfg(test)]
mod tests;
