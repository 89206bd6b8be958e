#!/usr/bin/env Rscript
# Make the oracle of Gray's test: life tables of made-up groups, and what R's cmprsk says of them.
#
#     apt-get install r-cran-cmprsk
#     Rscript tests/oracle/gray/make.R
#
# Writes beside itself:
#
#     steps.csv      in each group at each time: at risk, events, competing events
#     expected.csv   statistic, degrees of freedom and p of cmprsk::cuminc, rho = 0
#     versions.txt   what made them
#
# All data are made up here, but for mgus2, a classical data set of the package `survival`. The
# expected numbers come from the single records, never from the life tables. Each data set is
# tested for both causes: `<name>/1` for the event, `<name>/2` with event and leaving swapped.

suppressMessages({
    library(survival)
    library(cmprsk)
})
options(digits = 15)
seed <- 20250607
set.seed(seed)
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))

# Records (cause 0 censored, 1 event, 2 leaving) of groups of geometric times in coarse steps.
made_up <- function(n, event, leave, censor, last = 8) {
    do.call(rbind, lapply(seq_along(n), function(g) {
        first <- cbind(rgeom(n[g], event[g]), rgeom(n[g], leave[g]), rgeom(n[g], censor[g])) + 1
        time <- apply(first, 1, min)
        cause <- c(1, 2, 0)[apply(first, 1, which.min)]
        cause[time > last] <- 0
        data.frame(group = letters[g], time = pmin(time, last), cause = cause)
    }))
}
records <- function(group, time, cause) data.frame(group = group, time = time, cause = cause)
sets <- list(
    two = made_up(c(60, 45), c(0.15, 0.25), c(0.1, 0.1), c(0.08, 0.05)),
    same = made_up(c(80, 80), c(0.2, 0.2), c(0.1, 0.1), c(0.1, 0.1)),
    four = made_up(c(300, 120, 41, 15), c(0.2, 0.15, 0.25, 0.1), c(0.05, 0.1, 0.15, 0.1),
                   c(0.05, 0.05, 0.1, 0.2)),
    uncensored = made_up(c(50, 70, 30), c(0.3, 0.2, 0.25), c(0.2, 0.2, 0.3), rep(1e-9, 3), 99),
    # Nobody of b is at risk after time 3, long before the last of a and c.
    `gone-late` = rbind(made_up(c(40), 0.15, 0.08, 0.05),
                        records("b", c(1, 1, 2, 2, 2, 3, 3), c(1, 0, 2, 1, 0, 1, 2)),
                        transform(made_up(c(35), 0.2, 0.15, 0.02), group = "c")),
    # All of the largest group have the event at once, so that the pooled incidence passes 1.
    exhausted = rbind(records("a", rep(1, 20), rep(1, 20)),
                      records("b", c(1, 1, 2, 2, 3, 4, 5, 5), c(1, 1, 1, 2, 1, 1, 1, 0)),
                      records("c", c(1, 2, 2, 3, 3, 4, 5, 6), c(1, 2, 1, 1, 1, 1, 1, 1))),
    mgus2 = with(mgus2, records(as.character(sex), ifelse(pstat == 0, futime, ptime),
                                ifelse(pstat == 1, 1, 2 * death)))
)

number <- function(x) formatC(x, digits = 15, format = "g", width = 1)
tables <- list()
expected <- list()
for (name in names(sets)) {
    for (swapped in c(FALSE, TRUE)) {
        d <- sets[[name]]
        if (swapped) d$cause <- c(0, 2, 1)[d$cause + 1]
        label <- paste0(name, if (swapped) "/2" else "/1")
        test <- cuminc(d$time, d$cause, d$group, rho = 0)$Tests["1", ]
        # cmprsk says -1 where its matrix is singular.
        if (test[["stat"]] >= 0) {
            expected[[length(expected) + 1]] <- data.frame(
                data = label, df = as.integer(test[["df"]]), chi_square = number(test[["stat"]]),
                p = number(pchisq(test[["stat"]], test[["df"]], lower.tail = FALSE)))
            stopifnot(abs(pchisq(test[["stat"]], test[["df"]], lower.tail = FALSE) - test[["pv"]]) < 1e-12)
        } else next
        times <- sort(unique(d$time[d$cause > 0]))
        for (group in sort(unique(d$group))) {
            own <- d[d$group == group, ]
            counts <- t(sapply(times, function(k) {
                c(k, sum(own$time >= k), sum(own$time == k & own$cause == 1),
                  sum(own$time == k & own$cause == 2))
            }))
            tables[[length(tables) + 1]] <- data.frame(
                data = label, group = group, time = counts[, 1], at_risk = counts[, 2],
                events = counts[, 3], competing = counts[, 4])
        }
    }
}
write.csv(do.call(rbind, tables), file.path(here, "steps.csv"), row.names = FALSE, quote = FALSE)
write.csv(do.call(rbind, expected), file.path(here, "expected.csv"), row.names = FALSE, quote = FALSE)
packages <- c("survival", "cmprsk")
of_package <- sapply(packages, function(p) as.character(packageDescription(p)$Version))
versions <- c(paste("R", getRversion()), paste(packages, of_package), paste("seed", seed))
writeLines(versions, file.path(here, "versions.txt"))
