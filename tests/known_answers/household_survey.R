# Known answers on the project's own synthetic household survey, by R's package survey. From the top folder:
#
#     Rscript tests/known_answers/household_survey.R
#
# writes household_survey.csv beside this file; tests/methods/test_survey_known_answers.py reads it.
# Written by R 4.2.2 with survey 4.1-1 (Debian: r-base-core, r-cran-survey).

suppressMessages(library(survey))
people <- read.csv("data/raw/synthetic_household_survey/respondents.csv")
people <- subset(people, quarter %in% c("2011/12 Q3", "2011/12 Q4", "2012/13 Q1", "2012/13 Q2"))
people <- transform(people, worse = 100 * (asb == 1), together = 100 * (backgrounds == 1))
rows <- list()
keep <- function(case, part, value) {
  rows[[length(rows) + 1]] <<- data.frame(case = case, part = part, value = sprintf("%.15g", as.numeric(value)))
}
estimate <- function(case, e) {
  keep(case, "value", coef(e)[1])
  keep(case, "standard_error", SE(e)[1])
}
associated <- function(case, formula, design) {
  test <- svychisq(formula, design, statistic = "F")
  for (part in c("statistic", "p.value")) keep(case, part, test[[part]])
  keep(case, "ndf", test$parameter[1])
  keep(case, "ddf", test$parameter[2])
}

drawn <- svydesign(id = ~cluster, strata = ~interaction(quarter, stratum), weights = ~weight, data = people, nest = TRUE)
last <- subset(drawn, quarter == "2012/13 Q2")

# Percentages, parts, a change between two waves, a total, a ratio of two answers.
estimate("worse, mean", svymean(~worse, drawn, deff = "replace"))
keep("worse, mean", "design_effect", deff(svymean(~worse, drawn, deff = "replace")))
for (place in c("NWL", "NEL", "C&H")) {
  level <- svyciprop(~I(asb == 1), subset(drawn, area == place), method = "logit")
  keep(paste("worse, logit,", place), "value", 100 * coef(level))
  keep(paste("worse, logit,", place), "lower", 100 * attr(level, "ci")[1])
  keep(paste("worse, logit,", place), "upper", 100 * attr(level, "ci")[2])
}
by_wave <- svyby(~worse, ~quarter, drawn, svymean, covmat = TRUE)
estimate("worse, change on the quarter before", svycontrast(by_wave, c(0, 0, -1, 1)))
estimate("worse, total", svytotal(~worse, drawn))
estimate("worse over together", svyratio(~worse, ~together, drawn))

# Does an answer depend on the group? Rao and Scott's second-order test.
associated("worse by area", ~asb + area, drawn)
associated("worse by area, last wave", ~asb + area, last)
associated("together by worse, NEL", ~backgrounds + asb, subset(drawn, area == "NEL"))

# Weights raked to two margins: each wave a quarter of the households, and the households of each division.
raked <- calibrate(
  drawn, list(~quarter, ~area), calfun = "raking", epsilon = 1e-12,
  population = list(
    data.frame(quarter = sort(unique(people$quarter)), Freq = 80000),
    data.frame(area = c("NWL", "NEL", "C&H"), Freq = c(140000, 110000, 70000))
  )
)
keep("raked", "smallest weight", min(weights(raked)))
keep("raked", "largest weight", max(weights(raked)))
estimate("raked, worse", svymean(~worse, raked))
estimate("raked, worse, NEL", svymean(~worse, subset(raked, area == "NEL")))
estimate("raked, together, total", svytotal(~together, raked))
associated("raked, worse by area", ~asb + area, raked)
write.csv(do.call(rbind, rows), "tests/known_answers/household_survey.csv", row.names = FALSE, quote = 1:2)
