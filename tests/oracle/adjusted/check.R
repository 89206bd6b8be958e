#!/usr/bin/env Rscript
# A second witness of the models: R's glm on the rows of people.csv, weighted by their counts, against
# what statsmodels said of the single people. Stops where they differ by 1e-9.
#
#     Rscript tests/oracle/adjusted/check.R

here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
d <- read.csv(file.path(here, "people.csv"))
expected <- read.csv(file.path(here, "expected.csv"))
said <- function(name) expected$value[match(name, expected$name)]
exact <- glm.control(epsilon = 1e-15, maxit = 100)
covariates <- "severity_1 + severity_2 + severity_3 + trials_1 + trials_2 + decades"
fit <- function(of) glm(as.formula(paste(of, "~", covariates)), binomial, d, weights = d$people, control = exact)
d$a <- as.numeric(d$arm == "a")
same <- function(found, names) stopifnot(max(abs(found - said(names))) < 1e-9)
same(coef(fit("a")), paste0("propensity/", 0:6))
same(coef(fit("outcome")), paste0("outcome/", 0:6))
score <- fitted(fit("a"))
weight <- d$people * ifelse(d$a == 1, 1 / score, 1 / (1 - score))
same(sapply(1:0, function(arm) weighted.mean(d$outcome[d$a == arm], weight[d$a == arm])),
     c("weighted/a", "weighted/b"))
model <- glm(as.formula(paste("outcome ~ a +", covariates)), binomial, d, weights = d$people, control = exact)
mean_if <- function(value) {
    d$a <- value
    weighted.mean(predict(model, d, type = "response"), d$people)
}
same(c(mean_if(1), mean_if(0)), c("standardised/a", "standardised/b"))
cat("R", as.character(getRversion()), "agrees with statsmodels\n")
