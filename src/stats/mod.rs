//! Numeric kernels: slices and numbers in, numbers out.
//!
//! Layer 0, imports nothing of the crate. One method a file; each names its definition, its
//! reference and where it is undefined. Undefined is `None` or a reason, never 0 and never NaN.
//!
//! | file | method | reference |
//! |---|---|---|
//! | `proportion` | Wilson score interval | Wilson 1927, doi 10.1080/01621459.1927.10502953 |
//! | `newcombe` | difference of two proportions | Newcombe 1998, doi `10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I` |
//! | `mean` | mean, standard deviation, t interval | Student 1908, doi 10.1093/biomet/6.1.1 |
//! | `quantile` | median, quartiles | Hyndman and Fan 1996, doi 10.1080/00031305.1996.10473566 |
//! | `effect_size` | change in standard deviations | Hedges 1981, doi 10.3102/10769986006002107 |
//! | `reliable_change` | more than the error of a scale? | Jacobson and Truax 1991, doi 10.1037/0022-006X.59.1.12 |
//! | `exact_bound` | at most how often | Clopper and Pearson 1934, doi 10.1093/biomet/26.4.404 |
//! | `student` | quantile of Student's t | Abramowitz and Stegun 26.7.1, 26.7.5 |
//! | `life_table` | what the next four share; the median | Brookmeyer and Crowley 1982, doi 10.2307/2530286 |
//! | `kaplan_meier` | cumulative incidence, leaving censored | Kaplan and Meier 1958, doi 10.1080/01621459.1958.10501452 |
//! | `aalen_johansen` | cumulative incidence, leaving competes | Aalen and Johansen 1978 |
//! | `restricted_mean` | mean time up to a horizon | Klein and Moeschberger 2003, doi 10.1007/b97377 |
//! | `log_rank` | test that groups have one pace | Mantel 1966 |
//! | `gray` | test that groups have one cumulative incidence | Gray 1988, doi 10.1214/aos/1176350951 |
//! | `score_test` | what the two tests share: from scores to chi-square | Mantel 1966 |
//! | `cholesky` | systems of symmetric equations | Golub and Van Loan 2013 |
//! | `design`, `contrast` | what the next three take: covariates; two arms of people | |
//! | `logistic` | log odds by covariates | McCullagh and Nelder 1989 |
//! | `weighting` | two arms weighted to all people | Rosenbaum and Rubin 1983, doi 10.1093/biomet/70.1.41 |
//! | `g_computation` | two arms standardised to all people | Robins 1986, doi 10.1016/0270-0255(86)90088-6 |
//! | `overlap` | whether two arms can be compared | Crump et al. 2009, doi 10.1093/biomet/asn055 |
//! | `bootstrap` | intervals by resampling people | Efron 1979, doi 10.1214/aos/1176344552 |
//! | `holm` | p values adjusted for their number | Holm 1979 |

pub mod aalen_johansen;
pub mod bootstrap;
mod cholesky;
pub mod contrast;
pub mod design;
pub mod effect_size;
pub mod exact_bound;
pub mod g_computation;
pub mod gray;
pub mod holm;
pub mod interval;
pub mod kaplan_meier;
pub mod life_table;
pub mod log_rank;
pub mod logistic;
pub mod mean;
pub mod newcombe;
pub mod overlap;
pub mod proportion;
pub mod quantile;
pub mod reliable_change;
pub mod restricted_mean;
pub mod score_test;
pub mod student;
pub mod weighting;

#[cfg(test)]
mod tests;
