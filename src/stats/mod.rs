//! Numeric kernels: slices and numbers in, numbers out.
//!
//! Layer 0, imports nothing of the crate. One method a file; each names its definition, its
//! reference and where it is undefined. Undefined is `None`, never 0 and never NaN.
//!
//! | file | method | reference |
//! |---|---|---|
//! | `proportion` | Wilson score interval | Wilson 1927, doi 10.1080/01621459.1927.10502953 |
//! | `mean` | mean, standard deviation, t interval | Student 1908, doi 10.1093/biomet/6.1.1 |
//! | `student` | quantile of Student's t | Abramowitz and Stegun 26.7.1, 26.7.5 |

pub mod interval;
pub mod mean;
pub mod proportion;
pub mod student;
