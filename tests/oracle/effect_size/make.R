#!/usr/bin/env Rscript
# Make the oracle of effect sizes and quartiles: made-up paired scores, and what R says of them.
#
#     apt-get install r-cran-metafor
#     Rscript tests/oracle/effect_size/make.R
#
# Writes beside itself:
#
#     scores.csv     set, baseline, score of each made-up person
#     expected.csv   mean change over the SD at baseline (escalc, SMCR) and over the SD of the change
#                    (dz; SMCC), both with the exact correction; quartiles of the scores, type 7
#     versions.txt   what made them

suppressMessages(library(metafor))
options(digits = 15)
seed <- 20250608
set.seed(seed)
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))

# Whole scores from 0 to 27 that fall by about a third, as those of a PHQ-9.
paired <- function(n, step = 1) {
    baseline <- round(pmin(pmax(rnorm(n, 17, 4), 5), 27) / step) * step
    score <- round(pmin(pmax(baseline * runif(n, 0.1, 1.2), 0), 27) / step) * step
    data.frame(baseline = baseline, score = score)
}
sets <- list(
    two = paired(2), three = paired(3), five = paired(5), thirty = paired(30),
    fractions = paired(64, 0.25), many = paired(1400),
    # No spread at baseline, and none in the change.
    alike = data.frame(baseline = rep(15, 6), score = c(3, 4, 8, 9, 12, 16)),
    shifted = data.frame(baseline = c(10, 12, 15, 20), score = c(10, 12, 15, 20) - 4),
    worse = data.frame(baseline = c(8, 9, 13, 14), score = c(10, 9, 18, 22))
)
number <- function(x) ifelse(is.finite(x), formatC(x, digits = 15, format = "g", width = 1), "NA")
size <- function(measure, d) {
    suppressWarnings(escalc(measure, m1i = mean(d$score), m2i = mean(d$baseline),
        sd1i = if (measure == "SMCR") sd(d$baseline) else sd(d$score), sd2i = sd(d$baseline),
        ri = cor(d$score, d$baseline), ni = nrow(d))$yi[1])
}
expected <- lapply(names(sets), function(name) {
    d <- sets[[name]]
    change <- d$score - d$baseline
    # escalc takes the correlation; where there is none it cannot answer, and a spread of 0 has no size.
    flat <- sd(d$baseline) == 0
    baseline_size <- if (flat) NA else size("SMCR", d)
    change_size <- if (sd(change) == 0) NA else if (flat) {
        # Nothing correlates with a constant: the spread of the change is that of the score.
        escalc("SMCC", m1i = mean(d$score), m2i = mean(d$baseline), sd1i = sd(d$score),
               sd2i = 0, ri = 0, ni = nrow(d))$yi[1]
    } else size("SMCC", d)
    q <- quantile(d$score, c(0.25, 0.5, 0.75), type = 7)
    data.frame(set = name, n = nrow(d), over_baseline = number(baseline_size),
               over_change = number(change_size), lower = number(q[[1]]), median = number(q[[2]]),
               upper = number(q[[3]]))
})
scores <- do.call(rbind, lapply(names(sets), function(name) cbind(set = name, sets[[name]])))
write.csv(scores, file.path(here, "scores.csv"), row.names = FALSE, quote = FALSE)
write.csv(do.call(rbind, expected), file.path(here, "expected.csv"), row.names = FALSE, quote = FALSE)
versions <- c(paste("R", getRversion()), paste("metafor", packageDescription("metafor")$Version),
              paste("seed", seed))
writeLines(versions, file.path(here, "versions.txt"))
