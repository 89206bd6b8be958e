#!/usr/bin/env Rscript
# Make the oracle of the survival kernels: life tables, and what R says of them.
#
#     apt-get install r-cran-survival r-cran-etm
#     Rscript tests/oracle/survival/make.R
#
# Writes beside itself:
#
#     steps.csv      at each time with an event, in each group: at risk, events, competing events
#     expected.csv   estimate, standard error, limits; the log-rank test of all groups of a data set
#     versions.txt   what made them
#
# aml, lung and mgus2 are the classical data sets of the package `survival`; `steps` is made up
# here: five groups of unlike size and pace in eight coarse steps, so that ties are many. The
# expected numbers come from the single records, never from the life tables.

suppressMessages({
    library(survival)
    library(etm)
})
options(digits = 15)
seed <- 20240229
set.seed(seed)
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))

# Records: group, time, cause (0 censored, 1 event, 2 competing).
steps <- do.call(rbind, lapply(1:5, function(g) {
    n <- c(60, 45, 23, 14, 3)[g]
    first <- cbind(rgeom(n, 0.06 + 0.03 * g), rgeom(n, 0.10), rgeom(n, 0.08)) + 1
    time <- apply(first, 1, min)
    cause <- c(1, 2, 0)[apply(first, 1, which.min)]
    cause[time > 8] <- 0
    data.frame(group = letters[g], time = pmin(time, 8), cause = cause)
}))
ecog <- lung[!is.na(lung$ph.ecog), ]
sets <- list(
    aml = with(aml, data.frame(group = x, time = time, cause = status)),
    `lung-sex` = with(lung, data.frame(group = sex, time = time, cause = status - 1)),
    `lung-ecog` = with(ecog, data.frame(group = ph.ecog, time = time, cause = status - 1)),
    mgus2 = with(mgus2, data.frame(
        group = "all",
        time = ifelse(pstat == 0, futime, ptime),
        cause = ifelse(pstat == 1, 1, 2 * death)
    )),
    steps = steps
)
# Horizons of the restricted mean.
horizons <- c(aml = 30, `lung-sex` = 365, `lung-ecog` = 500, mgus2 = 240, steps = 8)

number <- function(x) ifelse(is.na(x), "NA", formatC(x, digits = 15, format = "g", width = 1))
row <- function(method, time, value, se, lo, hi) {
    data.frame(method = method, time = as.integer(time), value = number(value), se = number(se),
               lo = number(lo), hi = number(hi))
}

life_table <- function(d, times) {
    counts <- t(sapply(times, function(k) {
        c(k, sum(d$time >= k), sum(d$time == k & d$cause == 1), sum(d$time == k & d$cause == 2))
    }))
    counts <- counts[counts[, 2] > 0, , drop = FALSE]
    data.frame(time = counts[, 1], at_risk = counts[, 2], events = counts[, 3], competing = counts[, 4])
}

kaplan_meier <- function(d, times, horizon) {
    fit <- survfit(Surv(time, cause == 1) ~ 1, d, conf.type = "log-log")
    at <- summary(fit, times = times)
    # Where S is 0, R carries errors that are not numbers.
    se <- ifelse(at$surv > 0, at$std.err, NA)
    lo <- ifelse(at$surv > 0 & at$surv < 1, at$lower, NA)
    hi <- ifelse(at$surv > 0 & at$surv < 1, at$upper, NA)
    median <- quantile(fit, 0.5)
    # R takes the middle where the curve stays at one half; ours is the first time.
    half <- which(fit$surv <= 0.5 + 1e-9)
    first <- if (length(half)) fit$time[half[1]] else NA
    mean <- summary(fit, rmean = horizon)$table
    rbind(row("kaplan-meier", at$time, 1 - at$surv, se, 1 - hi, 1 - lo),
          row("median", 0, first, NA, median$lower, median$upper),
          row("restricted-mean", horizon, mean[["rmean"]], mean[["se(rmean)"]], NA, NA))
}

aalen_johansen <- function(d, times) {
    fit <- survfit(Surv(time, factor(cause, 0:2)) ~ 1, d, conf.type = "log-log")
    at <- summary(fit, times = times)
    column <- which(fit$states == "1")
    value <- at$pstate[, column]
    inside <- value > 0 & value < 1
    # The same variance by the matrix product of etm.
    tra <- matrix(FALSE, 3, 3)
    tra[1, 2:3] <- TRUE
    to <- ifelse(d$cause == 0, "cens", as.character(d$cause))
    records <- data.frame(id = seq_len(nrow(d)), from = "0", to = to, time = d$time)
    product <- etm(records, c("0", "1", "2"), tra, "cens", s = 0)
    place <- findInterval(at$time, product$time)
    stopifnot(all.equal(product$est["0", "1", place], value, tolerance = 1e-12, check.attributes = FALSE))
    stopifnot(all.equal(sqrt(trcov(product, "0 1")[place]), at$std.err[, column],
                        tolerance = 1e-12, check.attributes = FALSE))
    row("aalen-johansen", at$time, value, at$std.err[, column],
        ifelse(inside, at$lower[, column], NA), ifelse(inside, at$upper[, column], NA))
}

tables <- list()
expected <- list()
for (name in names(sets)) {
    d <- sets[[name]]
    times <- sort(unique(d$time[d$cause > 0]))
    for (group in sort(unique(as.character(d$group)))) {
        own <- d[d$group == group, ]
        table <- life_table(own, times)
        tables[[length(tables) + 1]] <- cbind(data = name, group = group, table)
        # Elsewhere the curves stand still.
        moves <- table$time[name == "steps" | table$events + table$competing > 0]
        rows <- kaplan_meier(own, moves, horizons[[name]])
        if (any(own$cause == 2) && any(own$cause == 1)) {
            rows <- rbind(rows, aalen_johansen(own, moves))
        }
        expected[[length(expected) + 1]] <- cbind(data = name, group = group, rows)
    }
    if (length(unique(d$group)) > 1) {
        test <- survdiff(Surv(time, cause == 1) ~ group, d)
        df <- sum(test$exp > 0) - 1
        p <- pchisq(test$chisq, df, lower.tail = FALSE)
        expected[[length(expected) + 1]] <-
            cbind(data = name, group = "-", row("log-rank", df, test$chisq, NA, p, NA))
    }
}
write.csv(do.call(rbind, tables), file.path(here, "steps.csv"), row.names = FALSE, quote = FALSE)
write.csv(do.call(rbind, expected), file.path(here, "expected.csv"), row.names = FALSE, quote = FALSE)
packages <- c("survival", "etm")
of_package <- sapply(packages, function(p) as.character(packageDescription(p)$Version))
versions <- c(paste("R", getRversion()), paste(packages, of_package), paste("seed", seed))
writeLines(versions, file.path(here, "versions.txt"))
