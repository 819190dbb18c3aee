# Known answers on the last five waves of the project's own synthetic household survey, by R's package survey: ways of
# drawing a sample, corrections for a population that is finite, intervals, rules for a stratum of one unit, windows that
# overlap. From the top folder:
#
#     Rscript tests/known_answers/survey_designs.R
#
# writes survey_designs.csv beside this file; tests/methods/test_known_survey_designs.py reads it.
# Written by R 4.2.2 with survey 4.1-1 (Debian: r-base-core, r-cran-survey). The survey does not say how many
# neighbourhoods and households there were to be drawn from: the numbers below are made up, and the test makes the same.

suppressMessages(library(survey))
people <- read.csv("data/raw/synthetic_household_survey/respondents.csv")
waves <- c("2011/12 Q2", "2011/12 Q3", "2011/12 Q4", "2012/13 Q1", "2012/13 Q2")
people <- subset(people, quarter %in% waves)
people <- transform(
  people,
  worse = 100 * (asb == 1), together = 100 * (backgrounds == 1), household = seq_len(nrow(people)),
  places = ifelse(substr(stratum, 2, 2) == "1", 40, 24), homes = 100 + 10 * (cluster %% 3), everybody = 9000
)
people$homes_of_stratum <- c(C1 = 900, C2 = 1100, E1 = 1500, E2 = 1700, N1 = 2000, N2 = 1800)[people$stratum]
last <- subset(people, quarter == "2012/13 Q2")

rows <- list()
keep <- function(design, case, ...) {
  parts <- c(...)
  rows[[length(rows) + 1]] <<- data.frame(design, case, part = names(parts), value = sprintf("%.15g", as.numeric(parts)))
}
estimate <- function(design, case, e, df) {
  reach <- confint(e, df = df)
  keep(design, case, value = coef(e)[[1]], standard_error = SE(e)[[1]], lower = reach[1], upper = reach[2], degrees_of_freedom = df)
}
# The package has no Wilson limits: here they are R's own of a simple sample that tells as much (Korn and Graubard 1998).
# In a part of a sample whose weights are fitted R keeps the rest with weight 0, and two intervals count them as asked.
share <- function(design, case, formula, d) {
  for (method in c("logit", "asin", "mean", "xlogit", if (all(weights(d) > 0)) c("likelihood", "beta"))) {
    e <- svyciprop(formula, d, method = method)
    keep(
      design, paste0(case, ", ", method), value = 100 * coef(e)[[1]], standard_error = 100 * sqrt(vcov(e)[1]),
      lower = 100 * attr(e, "ci")[[1]], upper = 100 * attr(e, "ci")[[2]], degrees_of_freedom = degf(d)
    )
  }
  if (all(weights(d) > 0)) {
    n <- nrow(d)
    base <- n / deff(svymean(~worse, d, deff = "replace"))[[1]] * (qt(0.975, n - 1) / qt(0.975, degf(d)))^2
    limits <- 100 * prop.test(coef(e)[[1]] * base, base, correct = FALSE)$conf.int
    keep(design, paste0(case, ", wilson"), value = 100 * coef(e)[[1]], lower = limits[1], upper = limits[2])
  }
}
# The mean of those who are in b less the mean of those who are in a, who may be the same people in part.
apart <- function(d, a, b) {
  d$variables <- transform(d$variables, a = as.numeric(a), b = as.numeric(b), ya = worse * a, yb = worse * b)
  svycontrast(svytotal(~ ya + a + yb + b, d), quote(yb / b - ya / a))
}
all_of <- function(name, d) {
  df <- degf(d)
  worse <- svymean(~worse, d, deff = "replace")
  estimate(name, "mean", worse, df)
  keep(name, "mean", design_effect = deff(worse)[[1]])
  estimate(name, "mean, normal", worse, Inf)
  estimate(name, "total", svytotal(~worse, d), df)
  estimate(name, "ratio", svyratio(~worse, ~together, d), df)
  estimate(name, "difference of two answers", svycontrast(svymean(~ worse + together, d), c(1, -1)), df)
  estimate(name, "difference of two areas", apart(d, d$variables$area == "NEL", d$variables$area == "NWL"), df)
  share(name, "share", ~I(asb == 1), d)
  share(name, "share in NEL", ~I(asb == 1), subset(d, area == "NEL"))
}
drawn <- function(...) svydesign(weights = ~weight, data = last, ...)
all_of("households", drawn(ids = ~1))
all_of("households of few", drawn(ids = ~1, fpc = ~everybody))
all_of("strata", drawn(ids = ~1, strata = ~stratum))
all_of("strata of few", drawn(ids = ~1, strata = ~stratum, fpc = ~homes_of_stratum))
all_of("clusters", drawn(ids = ~cluster, strata = ~stratum, nest = TRUE))
all_of("clusters of few", drawn(ids = ~cluster, strata = ~stratum, fpc = ~places, nest = TRUE))
all_of("two stages", drawn(ids = ~ cluster + household, strata = ~stratum, fpc = ~ places + homes, nest = TRUE))

# Weighted to how many households each division has.
divisions <- data.frame(area = c("NWL", "NEL", "C&H"), Freq = c(140000, 110000, 70000))
few <- drawn(ids = ~cluster, strata = ~stratum, fpc = ~places, nest = TRUE)
all_of("post-stratified", postStratify(few, ~area, divisions))

# A stratum of which one neighbourhood is left, by the rules that there are for it.
lonely <- subset(last, stratum != "E2" | cluster == 3)
for (rule in c("certainty", "adjust", "average")) {
  options(survey.lonely.psu = rule)
  d <- svydesign(ids = ~cluster, strata = ~stratum, weights = ~weight, fpc = ~places, nest = TRUE, data = lonely)
  estimate(paste("one unit:", rule), "mean", svymean(~worse, d), degf(d))
  estimate(paste("one unit:", rule), "total", svytotal(~worse, d), degf(d))
}
options(survey.lonely.psu = "fail")

# Two windows of four waves of which three are shared, a window, and a change on the wave before, of all and of NEL.
five <- svydesign(ids = ~cluster, strata = ~interaction(quarter, stratum), weights = ~weight, nest = TRUE, data = people)
for (place in c("Leeds", "NEL")) {
  d <- if (place == "Leeds") five else subset(five, area == place)
  moved <- apart(d, d$variables$quarter != waves[5], d$variables$quarter != waves[1])
  keep(place, "window on the window before", value = coef(moved)[[1]], standard_error = SE(moved)[[1]])
  four <- subset(d, quarter != waves[1])
  window <- svymean(~worse, four)
  keep(place, "window", value = coef(window)[[1]], standard_error = SE(window)[[1]], degrees_of_freedom = degf(four))
  waves_of <- svyby(~worse, ~quarter, d, svymean, covmat = TRUE)
  moved <- svycontrast(waves_of, c(0, 0, 0, -1, 1))
  keep(place, "quarter on the quarter before", value = coef(moved)[[1]], standard_error = SE(moved)[[1]])
}
write.csv(do.call(rbind, rows), "tests/known_answers/survey_designs.csv", row.names = FALSE, quote = 1:3)
