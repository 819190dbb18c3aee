# Known answers on the project's own illustrative burglary counts, by R's package stats: rates, shares, ratios, funnels.
# From the top folder:
#
#     Rscript tests/known_answers/burglary_rates.R
#
# writes burglary_rates.csv and burglary_funnels.csv beside this file; tests/methods/test_known_rates.py reads them.
# Written by R 4.2.2 (Debian: r-base-core). Where R has no function of that name, the published formula stands here:
# Byar's limits (Breslow and Day 1987), the difference of two counts (Zou and Donner 2008), and the funnels of UKHSA's
# technical guide, whose Poisson limits are the counts of which Garwood's limits (by qchisq) are the expected count.

rows <- read.csv("data/raw/illustrative_burglary/leeds_domestic_burglary.csv")
counted <- function(first, last) {
  part <- subset(rows, month >= first & month <= last)
  sapply(split(part$count, part$area), sum)
}
before <- counted("2005-04", "2011-03")
last_year <- counted("2011-04", "2012-03")
year <- counted("2012-04", "2013-03")
autumn <- counted("2012-10", "2012-12")
months <- subset(rows, month >= "2011-04")$count
december <- counted("2012-12", "2012-12")
write <- function(table, name) {
  texts <- which(sapply(table, is.character))
  numbers <- sapply(table, is.double)
  table[numbers] <- lapply(table[numbers], function(x) ifelse(is.na(x), NA, sprintf("%.15g", x)))
  write.csv(table, file.path("tests/known_answers", name), row.names = FALSE, quote = texts, na = "")
}

# Counts, rates, shares and ratios.
answers <- list()
keep <- function(kind, method, level, x1, n1, x2, n2, value, limits, p_value = NA) {
  answers[[length(answers) + 1]] <<- data.frame(
    kind, method, level, x1 = as.integer(x1), n1 = as.numeric(n1), x2 = as.integer(x2), n2 = as.numeric(n2),
    value = as.numeric(value), lower = as.numeric(limits[1]), upper = as.numeric(limits[2]), p_value = as.numeric(p_value)
  )
}
garwood <- function(x, level) poisson.test(x, conf.level = level)$conf.int
byar <- function(x, level) {
  z <- qnorm(1 - (1 - level) / 2)
  at <- function(o, sign) o * (1 - 1 / (9 * o) + sign * z / (3 * sqrt(o)))^3
  c(if (x > 0) max(at(x, -1), 0) else NA, at(x + 1, 1))
}
usual <- function(x, level) if (x < 10) garwood(x, level) else byar(x, level)
less <- function(x1, x2, level) {
  one <- usual(x1, level)
  other <- usual(x2, level)
  x1 - x2 + c(-1, 1) * sqrt((x1 - one)^2 + (rev(other) - x2)^2)
}
for (level in c(0.95, 0.998)) {
  for (x in sort(unique(c(months, year, sum(year))))) {
    keep("count", "exact Poisson", level, x, NA, NA, NA, x, garwood(x, level))
    if (x > 0) keep("count", "Byar", level, x, NA, NA, NA, x, byar(x, level))
    # The rule of the house, and of UKHSA: exact limits for fewer than ten, Byar's from ten.
    rate <- poisson.test(x, T = 320596 / 1000, conf.level = level)
    if (x < 10) keep("rate", "exact Poisson", level, x, 320596, NA, NA, rate$estimate, rate$conf.int)
    if (x >= 10) keep("rate", "Byar", level, x, 320596, NA, NA, rate$estimate, byar(x, level) / 320.596)
  }
  shares <- unique(rbind(cbind(x = autumn, n = year), cbind(december, autumn)))
  for (i in seq_len(nrow(shares))) {
    x <- shares[i, "x"]
    n <- shares[i, "n"]
    # R's correction is at most the distance from the share that is tested, so one far off is tested.
    far <- if (x > n / 2) 1e-9 else 1 - 1e-9
    tests <- suppressWarnings(list(
      "Wilson" = prop.test(x, n, conf.level = level, correct = FALSE),
      "Wilson, continuity corrected" = prop.test(x, n, p = far, conf.level = level, correct = TRUE),
      "Clopper-Pearson" = binom.test(x, n, conf.level = level)
    ))
    for (method in names(tests)) keep("proportion", method, level, x, n, NA, NA, x / n, tests[[method]]$conf.int)
  }
  for (i in seq_along(year)) {
    j <- i %% length(year) + 1
    pairs <- rbind(c(year[i], before[i], year[j], before[j]), c(december[i], autumn[i], december[j], autumn[j]))
    for (k in 1:2) {
      p <- pairs[k, ]
      test <- poisson.test(p[c(1, 3)], p[c(2, 4)], conf.level = level)
      if (p[3] > 0) keep("ratio", "exact", level, p[1], p[2], p[3], p[4], test$estimate, test$conf.int, test$p.value)
      if (all(p[c(1, 3)] > 0)) {
        fit <- glm(p[c(1, 3)] ~ c(1, 0) + offset(log(p[c(2, 4)])), family = poisson, epsilon = 1e-11)
        keep(
          "ratio", "log-normal", level, p[1], p[2], p[3], p[4], exp(coef(fit)[2]),
          exp(confint.default(fit, level = level)[2, ]), coef(summary(fit))[2, 4]
        )
      }
    }
    keep("difference", "MOVER", level, year[i], 1, last_year[i], 1, year[i] - last_year[i], less(year[i], last_year[i], level))
    keep("difference", "MOVER", level, december[i], 1, autumn[i], 1, december[i] - autumn[i], less(december[i], autumn[i], level))
  }
}
write(do.call(rbind, answers), "burglary_rates.csv")

# Funnels of the 33 wards: the year on the six years before (a rate), on last year's share of the city's count (a ratio),
# and the share of the year that fell in the autumn (a proportion).
solve_for <- function(limit, expected) {
  if (limit(0) >= expected) return(0)
  uniroot(function(x) limit(x) - expected, c(0, 3 * expected + 60), tol = 1e-12, maxiter = 10000)$root
}
poisson_funnel <- function(expected, tail) {
  c(
    solve_for(function(x) qchisq(1 - tail, 2 * (x + 1)) / 2, expected),
    solve_for(function(x) qchisq(tail, 2 * x) / 2, expected)
  )
}
funnel <- function(kind, count, size, average, per) {
  limits <- sapply(c(0.025, 0.001), function(tail) {
    if (kind == "proportion") {
      share <- average / per
      reach <- qnorm(1 - tail) * sqrt(share * (1 - share) / size)
      return(per * cbind(pmax(share - reach, 0), pmin(share + reach, 1)))
    }
    per * t(sapply(average / per * size, poisson_funnel, tail = tail)) / size
  }, simplify = FALSE)
  value <- per * count / size
  place <- ifelse(
    value < limits[[2]][, 1], "below the 99.8% limits", ifelse(
      value < limits[[1]][, 1], "below the 95% limits", ifelse(
        value > limits[[2]][, 2], "above the 99.8% limits", ifelse(
          value > limits[[1]][, 2], "above the 95% limits", "within the limits"
        )
      )
    )
  )
  data.frame(
    kind, area = names(count), count = as.integer(count), denominator = as.numeric(size), per, average,
    lower_95 = limits[[1]][, 1], upper_95 = limits[[1]][, 2], lower_998 = limits[[2]][, 1], upper_998 = limits[[2]][, 2],
    position = place
  )
}
write(rbind(
  funnel("rate", year, before, 1000 * sum(year) / sum(before), 1000),
  funnel("rate", december, before, 1000 * sum(december) / sum(before), 1000),
  funnel("ratio", year, last_year * sum(year) / sum(last_year), 100, 100),
  funnel("proportion", autumn, year, 100 * sum(autumn) / sum(year), 100)
), "burglary_funnels.csv")
