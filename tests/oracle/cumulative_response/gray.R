# Gray's test of the people on standard input, by R's cmprsk: called by make.py. A line of statistic,
# degrees of freedom and p for each pair of the routes given, then for all of them; then the version.

suppressMessages(library(cmprsk))
routes <- commandArgs(trailingOnly = TRUE)
people <- read.csv(file("stdin"))
people <- people[people$leaving > 0, ]

test <- function(of) {
    chosen <- people[people$route %in% of, ]
    found <- cuminc(chosen$leaving, chosen$cause, chosen$route, cencode = 0)$Tests["1", ]
    cat(sprintf("%.17g", found[c("stat", "df", "pv")]), sep = c(",", ",", "\n"))
}

for (pair in combn(routes, 2, simplify = FALSE)) test(pair)
test(routes)
cat(packageDescription("cmprsk")$Version, "\n")
