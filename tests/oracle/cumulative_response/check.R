# What R's survfit says of the people on standard input: called by make.py, which compares.
#
# For all of them and for each route: a line of estimate, standard error and limits at each infusion
# by Kaplan-Meier; a line of restricted mean and its error; the first again by Aalen-Johansen. Last
# come the versions.

suppressMessages(library(survival))
horizon <- as.integer(commandArgs(trailingOnly = TRUE)[1])
people <- read.csv(file("stdin"))
people$cause <- factor(people$cause, 0:2)

line <- function(...) cat(sub("NA", "nan", sprintf("%.17g", c(...))), sep = c(rep(",", ...length() - 1), "\n"))

for (route in c("all", unique(people$route))) {
    chosen <- people[route == "all" | people$route == route, ]
    risk <- chosen[chosen$time > 0, ]
    meier <- survfit(Surv(time, event) ~ 1, risk, conf.type = "log-log")
    at <- summary(meier, times = 1:horizon, extend = TRUE)
    for (k in 1:horizon) line(1 - at$surv[k], at$std.err[k], 1 - at$upper[k], 1 - at$lower[k])
    mean <- summary(meier, rmean = horizon)$table
    line(mean[["rmean"]], mean[["se(rmean)"]])
    risk <- chosen[chosen$leaving > 0, ]
    johansen <- survfit(Surv(leaving, cause) ~ 1, risk, conf.type = "log-log")
    at <- summary(johansen, times = 1:horizon, extend = TRUE)
    for (k in 1:horizon) line(at$pstate[k, 2], at$std.err[k, 2], at$lower[k, 2], at$upper[k, 2])
}
cat(as.character(getRversion()), packageDescription("survival")$Version, "\n")
