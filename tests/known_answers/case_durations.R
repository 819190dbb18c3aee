# Known answers on how long cases take, by R's package survival: the median with its interval and the log-rank test, on data that
# the package brings (lung, aml, veteran) and on cases that are made by a seed, in whole days with many ties. From the top folder:
#
#     Rscript tests/known_answers/case_durations.R
#
# writes case_durations.csv (a row a case) and case_durations_said.csv beside this file; tests/methods/test_known_durations.py reads them.
# Written by R 4.2.2 with survival 3.5-3 (Debian: r-base-core, r-recommended).

suppressMessages(library(survival))
set.seed(20121005)
made <- function(n, half, until) {
  lasted <- rexp(n, log(2) / half)
  open <- runif(n, 0, until)
  data.frame(days = floor(pmin(lasted, open)), closed = as.integer(lasted <= open))
}
set <- function(name, group, d) data.frame(set = name, group = group, d)
cases <- rbind(
  with(lung, set("lung", sex, data.frame(days = time, closed = as.integer(status == 2)))),
  with(aml, set("aml", as.integer(x), data.frame(days = time, closed = status))),
  with(veteran, set("veteran", trt, data.frame(days = time, closed = status))),
  set("alike", 1, made(150, 40, 365)), set("alike", 2, made(150, 40, 365)),
  set("quicker", 1, made(200, 60, 365)), set("quicker", 2, made(250, 35, 365)),
  set("slower and few", 1, made(20, 15, 365)), set("slower and few", 2, made(25, 60, 365)),
  set("too long to tell", 1, made(60, 300, 365)), set("too long to tell", 2, made(60, 900, 365)),
  set("all closed", 1, data.frame(days = seq(2, 80, 2), closed = 1)),
  set("all closed", 2, data.frame(days = rep(1:11, each = 4), closed = 1))
)
said <- do.call(rbind, lapply(unique(cases$set), function(name) {
  own <- subset(cases, set == name)
  test <- survdiff(Surv(days, closed) ~ group, own)
  p <- pchisq(test$chisq, 1, lower.tail = FALSE)
  do.call(rbind, lapply(1:2, function(g) {
    q <- quantile(survfit(Surv(days, closed) ~ 1, subset(own, group == g), conf.type = "log-log"), 0.5)
    data.frame(
      set = name, group = g, cases = sum(own$group == g), closed = sum(own$closed[own$group == g]), median = q$quantile[[1]],
      lower = q$lower[[1]], upper = q$upper[[1]], chisq = sprintf("%.12g", test$chisq), p = sprintf("%.12g", p),
      more_than_expected = sprintf("%.12g", test$obs[2] - test$exp[2])
    )
  }))
}))
write.csv(cases, "tests/known_answers/case_durations.csv", row.names = FALSE, quote = FALSE)
write.csv(said, "tests/known_answers/case_durations_said.csv", row.names = FALSE, na = "")
