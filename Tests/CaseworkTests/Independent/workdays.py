"""Working days of China a second time, apart from the Swift code, for IndependentCalendarTests.

    python3 workdays.py holidays.csv kinds          every day: working day or not
    python3 workdays.py holidays.csv after 5        5th working day after every day
    python3 workdays.py holidays.csv working-day 5  the same
    python3 workdays.py holidays.csv before 7       7th working day before every day
    python3 workdays.py holidays.csv day 60         60 days after every day, rolled to a working day
    python3 workdays.py holidays.csv month 6        so many months, rolled
    python3 workdays.py holidays.csv year 2         so many years, rolled
    python3 workdays.py holidays.csv between 1500   working days between that many pairs of days

Every line is tab-separated. "Every day" is every day of the years with a notice and of a year on either side.
A mark of 1 says provisional: a day that was looked up lies in a year without a notice.

Everything is read off one list of all working days, written from the definition: Saturday and Sunday are
off, unless the file says that one is worked; other days are worked, unless the file says that one is off.
Standard library only.
"""

import csv
import sys
from bisect import bisect_left, bisect_right
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)


def each_day(first, last):
    while first <= last:
        yield first
        first += ONE_DAY


class Calendar:
    def __init__(self, path):
        days_off, days_on, self.noticed = set(), set(), set()
        with open(path, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                kind = {"0": days_off, "1": days_on}[row["is_workday"]]
                kind.add(date.fromisoformat(row["date"]))
                self.noticed.add(int(row["notice_year"]))
        self.first = date(min(self.noticed) - 1, 1, 1)
        self.last = date(max(self.noticed) + 1, 12, 31)
        saturday, sunday = 5, 6
        # Wide enough for every count asked for from the first and from the last day.
        self.working = [
            day
            for day in each_day(date(self.first.year - 3, 1, 1), date(self.last.year + 5, 12, 31))
            if day in days_on or (day.weekday() not in (saturday, sunday) and day not in days_off)
        ]

    def days(self):
        return each_day(self.first, self.last)

    def mark(self, first, last):
        """1 when any of these days lies in a year without a notice."""
        return int(any(day.year not in self.noticed for day in each_day(first, last)))

    def after(self, anchor, count):
        due = self.working[bisect_right(self.working, anchor) + count - 1]
        return due, self.mark(anchor + ONE_DAY, due)

    def before(self, anchor, count):
        due = self.working[bisect_left(self.working, anchor) - count]
        return due, self.mark(due, anchor - ONE_DAY)

    def rolled(self, last):
        due = self.working[bisect_left(self.working, last)]
        return due, self.mark(last, due)

    def between(self, start, end):
        """Days worked after the earlier, up to and with the later; negative when the end comes first."""
        if end < start:
            return -self.between(end, start)
        return len([day for day in self.working if start < day <= end])


def corresponding_day(year, month, day):
    """The day of that name, or the last day of a month that has none (Civil Code art. 202)."""
    while True:
        try:
            return date(year, month, day)
        except ValueError:
            day -= 1


def months_later(anchor, count):
    year, month = anchor.year, anchor.month
    for _ in range(count):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return corresponding_day(year, month, anchor.day)


def pairs(calendar, count):
    """A fixed list that looks random; the numbers are those of C's textbook `rand`."""
    days = list(calendar.days())
    state = 2026

    def pick():
        nonlocal state
        state = (state * 1103515245 + 12345) % 2**31
        return days[state // 65536 % len(days)]

    for _ in range(count):
        start = pick()
        yield start, pick()


def main(path, what, count="0"):
    calendar, count = Calendar(path), int(count)
    if what == "kinds":
        working = set(calendar.working)
        for day in calendar.days():
            print(day, int(day in working), calendar.mark(day, day), sep="\t")
    elif what == "between":
        for start, end in pairs(calendar, count):
            print(start, end, calendar.between(start, end), sep="\t")
    else:
        due = {
            "after": lambda day: calendar.after(day, count),
            "working-day": lambda day: calendar.after(day, count),
            "before": lambda day: calendar.before(day, count),
            "day": lambda day: calendar.rolled(day + timedelta(days=count)),
            "month": lambda day: calendar.rolled(months_later(day, count)),
            "year": lambda day: calendar.rolled(corresponding_day(day.year + count, day.month, day.day)),
        }[what]
        for day in calendar.days():
            print(day, *due(day), sep="\t")


main(*sys.argv[1:])
