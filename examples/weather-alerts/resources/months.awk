# awk -v table=FILE -f months.awk MONTHS DAYS: writes the figures of all whole months of DAYS into the table, and prints
# what is new beside MONTHS: "month 2012-01", "enough_days 2012-03-31", "whole_year 2012-12-31".
BEGIN {
  FS = ","
  enough = 90
  split("31 28 31 30 31 30 31 31 30 31 30 31", lengths, " ")
  print "month,days,precipitation,temp_max,temp_min,frosts" > table
}

FILENAME == ARGV[1] { known[$1] = 1; next }
FNR == 1 { next }

{
  days++
  rain += $2
  highs += $3
  lows += $4
  if ($4 <= 0) frosts++
  if (isLastOfMonth($1)) close_month(substr($1, 1, 7), $1)
}

function close_month(month, date) {
  printf "%s,%d,%.1f,%.2f,%.2f,%d\n", month, days, rain, highs / days, lows / days, frosts > table
  isNew = !(month in known)
  if (isNew) print "month", month
  since += days
  total += days
  if (total >= 365 && !hadYear++ && isNew) print "whole_year", date
  if (since >= enough) {
    since = 0
    if (isNew) print "enough_days", date
  }
  days = rain = highs = lows = frosts = 0
}

function isLastOfMonth(date,   year, month, day) {
  year = substr(date, 1, 4) + 0
  month = substr(date, 6, 2) + 0
  day = substr(date, 9, 2) + 0
  if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)) return day == 29
  return day == lengths[month]
}
