#!/usr/bin/env Rscript
# Make the oracle of the exact upper bound.
#
#     Rscript tests/oracle/exact_bound/make.R
#
# Writes beside itself:
#
#     expected.csv   k of n seen, and the one-sided exact 95 % upper bound of binom.test
#     versions.txt   what made them

here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
pairs <- expand.grid(n = c(1, 2, 5, 11, 64, 300, 4127, 250000), share = c(0, 0.004, 0.03, 0.5, 0.9, 1))
pairs$k <- round(pairs$n * pairs$share)
pairs <- unique(rbind(pairs[, c("k", "n")], data.frame(k = 1:3, n = c(10, 100, 100000))))
bound <- mapply(function(k, n) binom.test(k, n, alternative = "less")$conf.int[2], pairs$k, pairs$n)
pairs$upper <- formatC(bound, digits = 15, format = "g", width = 1)
pairs$n <- format(pairs$n, scientific = FALSE, trim = TRUE)
pairs$k <- format(pairs$k, scientific = FALSE, trim = TRUE)
write.csv(pairs, file.path(here, "expected.csv"), row.names = FALSE, quote = FALSE)
writeLines(paste("R", getRversion()), file.path(here, "versions.txt"))
