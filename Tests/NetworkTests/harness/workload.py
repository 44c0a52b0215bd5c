"""What the offices do while no line is up, and while a bad one is."""

OFFICERS = (("wang", "window"), ("zhao", "reviewer"), ("chen", "captain"))


def hire(office):
    desk = office.desk()
    for login, role in OFFICERS:
        desk.ask("officerAdd", {"login": f"{office.name}-{login}", "name": login, "roles": [role]})
    desk.close()


def units(office, count):
    """So many units registered in one import."""
    desk = office.desk()
    desk.ask("subjectImport", [
        {"code": "", "name": f"{office.name}第{number}劳务派遣有限公司", "kind": "company",
         "address": f"某某街道{number}号", "representative": "", "residentID": "", "line": number + 2}
        for number in range(count)])
    desk.close()


def cases(office, count, first=0):
    """So many cases opened, one by one."""
    desk = office.desk()
    for number in range(first, first + count):
        desk.ask("fileOpen", {
            "kind": "case", "pack": "renxian", "regime": "case-handling",
            "title": f"{office.name}第{number}号：某公司拖欠劳动者工资，劳动者来窗口投诉举报", "openedOn": "2026-01-05"})
    desk.close()


def titles(office):
    desk = office.desk()
    rows = desk.ask("fileList", {"openOnly": False, "limit": 1_000_000})["files"]["_0"]
    desk.close()
    return {row["title"] for row in rows}
