"""Frames of the control socket (page 10): JSON, choices, requests and answers."""

import json

from .cbor import Refused

KINDS = (1, 64, 65, 69, 74, 76, 77, 78)
UNITS = ("entries", "bytes", "rows", "files", "none")


class Unreadable(Exception):
    """What a reader has nothing to make of; on the socket it is one refusal."""


def need(is_right):
    if not is_right:
        raise Unreadable


def text(value):
    need(isinstance(value, str))
    return value


def figure(value):
    need(isinstance(value, int) and not isinstance(value, bool) and -(1 << 63) <= value < 1 << 63)
    return value


def flag(value):
    need(isinstance(value, bool))
    return value


def texts(value):
    return list_of(text)(value)


def texts_by_name(value):
    need(isinstance(value, dict))
    return {name: text(value[name]) for name in value}


def word(*words):
    def read(value):
        need(type(value) is type(words[0]) and value in words)
        return value

    return read


def list_of(read):
    def read_all(value):
        need(isinstance(value, list))
        return [read(one) for one in value]

    return read_all


def members(**readers):
    """An object of these keys, `__` after one that may be absent; others are left out."""

    def read(value):
        need(isinstance(value, dict))
        found = {}
        for name, reader in readers.items():
            key = name.removesuffix("__")
            need(key in value or key != name)
            if key in value:
                found[key] = reader(value[key])
        return found

    return read


def choice(**readers):
    def read(value):
        need(isinstance(value, dict))
        known = [name for name in value if name in readers]
        need(len(known) == 1)
        return {known[0]: readers[known[0]](value[known[0]])}

    return read


def draft(**readers):
    return members(_0=members(**readers))


NOTHING = members()
BILINGUAL = members(zh=text, en=text)
SIZE = choice(count=members(_0=figure), percent=members(_0=figure))
SINCE = choice(
    acknowledged=NOTHING, last=NOTHING, whole=NOTHING, day=members(_0=text), file=members(_0=text)
)
PASSPHRASE = members(bytes=list_of(figure))
SUBJECT = members(
    code=text, name=text, kind=text, address=text, representative=text, residentID=text, line__=figure
)
FILE = members(
    kind=text, pack=text, regime=text, workflow__=text, title=text, subject__=text, openedOn__=text, addressee__=text,
    relatesTo__=text, checkKind__=text, complainantName__=text, complainantPhone__=text, overCeilingReason__=text,
)
ACT = members(file=text, act=text, officers=texts, date__=text, facts=texts_by_name)
BACKUP = members(path=text, passphrase__=PASSPHRASE, keep__=figure, isAudited=flag)
REASON = word("recusal", "unavailable", "closed", "not-found", "elsewhere", "other")

REQUEST = choice(
    **{
        name: NOTHING
        for name in (
            "status verify officeList officerList subjectDuplicates regimeList indicatorList numberList drawList board "
            "coverage tallies overdue conflicts quarantine keyList adopt peers"
        ).split()
    },
    invite=draft(office=text, name=text, address=text, hours=figure, until__=text, powers__=texts),
    officeRenew=draft(office=text, until=text, powers__=texts),
    officerAdd=draft(
        login=text, name=text, roles=texts, certificateNumber__=text, certificateKind__=text, validFrom__=text, validTo__=text
    ),
    subjectAdd=members(_0=SUBJECT),
    subjectImport=members(_0=list_of(SUBJECT)),
    subjectList=members(contains__=text),
    subjectShow=members(_0=text),
    subjectMerge=draft(**{"from": text, "into": text, "reason": text, "officer": text}),
    subjectUnmerge=draft(subject=text, reason=text, officer=text),
    subjectReveal=members(subject=text, purpose=text, officer=text),
    regimePublish=members(yaml=text),
    regimeShow=members(pack=text, regime__=text),
    regimeDiff=members(yaml=text),
    referSuggest=members(text=text, pack__=text),
    calendarImport=draft(csv=text, notice=text, isApplied=flag),
    calendarYear=members(_0=figure),
    calendarDue=draft(
        **{"from": text, "unit": word("day", "working-day", "month", "year"), "count": figure, "roll": flag}
    ),
    indicatorSet=draft(
        pack=text, regime=text, indicator=text, value=figure, document=text, effective=text, office__=text
    ),
    numberLease=draft(pack=text, series=text, year=figure, first=figure, last=figure, office__=text),
    numberVoid=draft(pack=text, series=text, year=figure, number=figure, reason=text, officer=text),
    numberRegister=members(pack=text, series=text, year=figure, office__=text),
    fileOpen=members(_0=FILE),
    fileAct=members(_0=ACT),
    orderIssue=members(_0=FILE, _1=ACT),
    fileList=draft(kind__=text, office__=text, openOnly=flag, limit=figure),
    fileShow=members(file=text),
    fileReveal=members(file=text, purpose=text, officer=text),
    drawCommit=draft(
        title=text, pack=text, regime=text, checkKind=text, size=SIZE,
        minimums=list_of(members(stratum=text, atLeast=SIZE)), officersPerSubject__=figure, kinds=texts,
        recusals=list_of(members(subject=text, officer=text)), officers=texts,
    ),
    drawReveal=members(_0=text),
    drawRedraw=draft(
        draw=text, reason=REASON, note=text, replaces=list_of(members(subject=text, officer__=text)), officers=texts
    ),
    drawShow=members(_0=text),
    attachAdd=draft(
        file=text, path=text, name__=text, note__=text, takenOn__=text, mediaType__=text, officer__=text
    ),
    attachList=members(file=text),
    attachGet=draft(file=text, attachment=text, path=text, wait__=figure),
    attachLimits=draft(quota__=figure, largest__=figure, eager__=figure),
    conflictResolve=members(record=text, field=text, choice=figure),
    ratify=draft(office=text, stream=text, first=figure, last=figure),
    keyRotate=draft(suite__=text, only__=text),
    keyProtect=members(_0__=PASSPHRASE),
    keyRevoke=draft(office=text, reason=text, text=text, notAfter__=text),
    outbox=members(office__=text),
    explain=members(_0=texts),
    log=members(limit=figure),
    sync=members(office__=text),
    bundleCreate=draft(office=text, since=SINCE, partBytes__=figure, path=text),
    bundleApply=members(paths=texts),
    doctor=members(rebuild=flag),
    backupCreate=members(_0=BACKUP),
    backupDrill=members(_0=BACKUP, isKept=flag),
)


def listed(value):
    need(isinstance(value, list))
    return value


def printed(value):
    need(isinstance(value, dict))
    return value


# What the command prints as a list under one key, and what as an object.
LISTS = (
    "offices officers subjects duplicates regimes referrals indicators leases numberRegister files draws attachments "
    "coverage tallies conflicts held keys peers log"
).split()
OBJECTS = (
    "status verified invitation subject subjectRevealed imported regime pack packDiff calendarImport calendarYear due file "
    "acted revealed draw attached attachmentTaken attachmentLimits board outbox entry office synced bundleMade "
    "bundlesApplied doctor backupMade backupDrilled"
).split()

REPLY = choice(
    done=NOTHING,
    **{name: members(_0=listed) for name in LISTS},
    **{name: members(_0=printed) for name in OBJECTS},
)
ANSWER = choice(
    progress=draft(work=BILINGUAL, done=figure, total=figure, unit=word(*UNITS), bytes__=figure),
    reply=members(_0=REPLY),
    failure=draft(kind=word(*KINDS), code=text, message=BILINGUAL, remedy=BILINGUAL, article__=text),
)


def read(reader, data):
    try:
        return reader(json.loads(data.decode("utf-8")))
    except (Unreadable, ValueError):
        raise Refused("unexpected") from None


def read_request(data):
    return {"request": read(REQUEST, data)}


def read_answer(data):
    return {"answer": read(ANSWER, data)}
