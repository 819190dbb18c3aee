# Known answers on the project's own illustrative burglary counts: XmR charts, worked in base R from what is published.
# From the top folder:
#
#     Rscript tests/known_answers/burglary_charts.R
#
# writes burglary_charts.csv beside this file; tests/methods/test_control_charts.py reads it.
# Written by R 4.2.2 (Debian: r-base-core). The rules are those of the "Making Data Count" guides as NHSRplotthedots
# describes them: limits 2.66 average moving ranges either side of the mean, moving ranges of 3.267 times their average
# left out; a point is outside a limit, or in seven that rise or fall, or one of two in three in the outer third on
# one side, or in seven on one side of the mean: the first of these that holds. What the months of a season do to such a
# chart is beside the point here: the arithmetic is what is compared.

rows <- read.csv("data/raw/illustrative_burglary/leeds_domestic_burglary.csv")
series_of <- function(place, first, together) {
  part <- subset(rows, place == "Leeds" | area == place)
  counts <- sapply(split(part$count, part$month), sum)
  sums <- sapply(seq_along(counts), function(i) sum(counts[max(1, i - together + 1):i]))
  setNames(sums, names(counts))[names(counts) >= first]
}

chart <- function(y, better, target, screen, baseline) {
  n <- length(y)
  base <- y[seq_len(if (is.na(baseline)) n else baseline)]
  ranges <- abs(diff(base))
  if (screen) ranges <- ranges[ranges < 3.267 * mean(ranges)]
  centre <- mean(base)
  reach <- 2.66 * mean(ranges)
  high <- y > centre
  apart <- abs(y - centre)
  rule <- rep("none", n)
  for (i in seq_len(n)) {
    # The windows of so many points that hold this point, the last first.
    windows <- function(size) Filter(function(w) w[1] >= 1 && w[size] <= n, lapply(i:(i - size + 1), function(a) a:(a + size - 1)))
    rises <- Filter(function(w) all(diff(y[w]) > 0), windows(7))
    falls <- Filter(function(w) all(diff(y[w]) < 0), windows(7))
    starts <- c(rising = max(0, unlist(lapply(rises, min))), falling = max(0, unlist(lapply(falls, min))))
    one_side <- function(w) all(y[w] > centre) || all(y[w] < centre)
    outer <- apart <= reach & apart > reach * 2 / 3
    pair <- any(sapply(windows(3), function(w) one_side(w) && sum(outer[w]) >= 2))
    rule[i] <- if (apart[i] > reach) {
      if (high[i]) "above limit" else "below limit"
    } else if (any(starts > 0)) {
      names(which.max(starts))
    } else if (outer[i] && pair) {
      if (high[i]) "2 of 3 high" else "2 of 3 low"
    } else if (any(sapply(windows(7), one_side))) {
      if (high[i]) "7 above mean" else "7 below mean"
    } else {
      "none"
    }
  }
  upward <- rule %in% c("above limit", "rising", "2 of 3 high", "7 above mean")
  type <- ifelse(
    rule == "none", "common cause",
    if (better == "neither") ifelse(upward, "high", "low") else ifelse(upward == (better == "increase"), "improvement", "concern")
  )
  assurance <- ""
  if (!is.na(target) && better != "neither") {
    beyond <- if (target > centre + reach) "above" else if (target < centre - reach) "below" else ""
    assurance <- if (beyond == "") {
      "inconsistent"
    } else if ((beyond == "above") == (better == "decrease")) {
      "consistent pass"
    } else {
      "consistent fail"
    }
  }
  data.frame(
    period = names(y), value = as.integer(y), better, target, screen, baseline,
    mean = sprintf("%.15g", centre), lower = sprintf("%.15g", centre - reach), upper = sprintf("%.15g", centre + reach),
    rule, type, assurance
  )
}

# Area, first month, months added together (whose season rises and falls for long), better, target, screened, baseline.
cases <- list(
  list("Leeds", "2005-04", 1, "decrease", 588, TRUE, NA),
  list("Leeds", "2008-04", 1, "decrease", 900, FALSE, 24),
  list("Leeds", "2009-04", 1, "increase", 300, TRUE, 12),
  list("Hyde Park & Woodhouse", "2005-04", 1, "neither", 30, TRUE, NA),
  list("Headingley", "2006-04", 1, "increase", NA, FALSE, 36),
  list("Gipton & Harehills", "2005-04", 1, "decrease", 100, TRUE, 48),
  list("Middleton Park", "2005-04", 1, "decrease", 0, TRUE, NA),
  list("Chapel Allerton", "2005-04", 1, "neither", NA, FALSE, NA),
  list("Leeds", "2006-04", 5, "decrease", 9000, FALSE, 36),
  list("Hyde Park & Woodhouse", "2006-04", 6, "increase", NA, TRUE, NA),
  list("Headingley", "2006-04", 6, "neither", NA, FALSE, NA)
)
drawn <- lapply(cases, function(c) {
  cbind(area = c[[1]], together = c[[3]], do.call(chart, c(list(series_of(c[[1]], c[[2]], c[[3]])), c[4:7])))
})
drawn <- Map(function(case, frame) cbind(case, frame), seq_along(drawn), drawn)
write.csv(do.call(rbind, drawn), "tests/known_answers/burglary_charts.csv", row.names = FALSE, quote = 2, na = "")
