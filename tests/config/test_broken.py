"""Every mistake of `broken/`, one in each file, and the exact sentence it earns."""

import pytest

from config.load import load
from config.node import ConfigError
from tests.config.installed import BROKEN, ENVIRONMENT, INSTALLED

EXPECTED = {
    "a-list": "1:1: a list is not a configuration; write `components: …`",
    "address-of-unknown-scheme": "1:18: 'postgres://' is not in this version; known: http, https, tcp",
    "address-with-odd-port": (
        "1:20: 'https://shop.example.com:port/' is no address; write an address such as "
        "https://shop.example.com/ or tcp://db.example.com:5432"
    ),
    "address-without-port": (
        "1:18: 'tcp://db.example.com' names no port; write an address such as https://shop.example.com/ "
        "or tcp://db.example.com:5432"
    ),
    "address-without-scheme": (
        "1:20: 'shop.example.com' is no address; write an address such as https://shop.example.com/ or "
        "tcp://db.example.com:5432"
    ),
    "after-dangling": "1:29: no component is named 'databse'; did you mean 'database'?",
    "after-in-a-circle": "2:10: shop -> api -> database -> shop is a circle; one of them must come first",
    "after-itself": "1:21: shop -> shop is a circle; one of them must come first",
    "agreement-calendar-dangling": (
        "8:70: no calendar is named 'office'; write 24x7, a calendar's name, or {mon-fri: [\"09:00-18:00\"]}"
    ),
    "agreement-currency": "9:43: a currency is its three letters, such as CNY or EUR",
    "agreement-fee": '9:23: an amount is a number in quotes, exact: "120000" or "1999.50"',
    "agreement-level-calendar": "10:76: no calendar is named 'offce'; write 24x7, service_hours or a calendar's name",
    "agreement-level-limit": (
        "10:61: a limit is a length of time like 30m or 4h, working days like 3wd, `the earlier of 24h and 1wd`, "
        "or `by plan`"
    ),
    "agreement-of-unknown-component": "6:22: no component is named 'shp'; did you mean 'shop'?",
    "agreement-partial-weight": '8:137: a weight lies between 0 and 1 and is exact: "0", "1/2" or "1" in quotes',
    "agreement-period": "8:48: 'week' is none of 'month', 'quarter' or 'year'",
    "agreement-profile-unknown": (
        "9:18: 'sla-standart@1' is not shipped with this version; known: after-sales@1, "
        "assurance-pledge@1, service-process@1, sla-standard@1, support-agreement@1; did you mean 'sla-standard@1'?"
    ),
    "agreement-profile-version": (
        "9:18: 'sla-standard@2' is not shipped with this version; known: after-sales@1, "
        "assurance-pledge@1, service-process@1, sla-standard@1, support-agreement@1; did you mean 'sla-standard@1'?"
    ),
    "agreement-terms-alone-unknown": (
        "6:96: 'strict@1' is not shipped with this version; known: strict-7x24@1, total-time@1, working-hours@1; "
        "did you mean 'strict-7x24@1'?"
    ),
    "step-torn": '3:43: a mapping is not a text; write "rota:primary" in quotes',
    "step-of-no-kind": "2:43: 'team:primary' is nobody; write a person's id, rota:<id> or role:<role>",
    "list-as-text": "2:42: 'li' is not a list [… , …]; write [li]",
    "colon-full-width-above": ("3:16: not YAML: line 2 holds a full-width colon ：; write `: `, with a space after it"),
    "colon-forgotten": "3:1: not YAML: the key in line 2 has no `:`; write `key: value`",
    "agreement-short-and-long": (
        "9:9: 'target' is short for 'availability: {target: …}', which stands here too; keep one"
    ),
    "agreement-remedy-cap-of-unknown": "13:63: no remedy that gives money is named 'damage'; did you mean 'damages'?",
    "agreement-remedy-due": (
        "12:13: an obligation needs its due date; write `due: 15d`, or `due: 15wd` for working days"
    ),
    "agreement-remedy-formless": (
        "12:13: what this remedy does is not said; one of its keys tells its form: tiers, each, cap, missed, "
        "same_outage; or write it as a sentence"
    ),
    "agreement-remedy-missed-month": (
        "12:13: the target is not a month's: what is a missed month? write `missed_month: month` (its own "
        "figure) or `missed_month: year_so_far`"
    ),
    "agreement-remedy-named-twice": "13:18: 'damages' names two remedies; give each its own",
    "agreement-remedy-of-nothing": (
        "12:13: the remedy does not say what its percentage is taken of; write `of: fee`, or the name of an "
        "entry of `amounts`"
    ),
    "agreement-remedy-of-unknown-amount": (
        "12:61: the agreement states no amount 'contract-total'; write `amounts: {contract-total: {name: …, "
        'amount: "120000", currency: CNY}}`'
    ),
    "agreement-remedy-out-of-range": "12:53: 12 % lies outside the range 5 to 10 %",
    "agreement-remedy-percent": '12:52: a percentage is a number in quotes, exact: "5" or "99.5"',
    "agreement-remedy-tiers-rising": "12:32: tiers stand in falling order of `below`, each once",
    "agreement-remedy-twice": (
        "12:11: one outage can miss the target and its time limit: does it cost twice? write an entry `- "
        "{same_outage: highest}`, or both"
    ),
    "agreement-remedy-unknown-breach": (
        "12:42: 'respnd' is no breach and no time limit of a level; did you mean 'respond'?"
    ),
    "agreement-remedy-working-days": "12:67: working days need a calendar; write `calendar: …` with its name beside it",
    "agreement-start-no-date": "7:24: a date is written 2026-01-01, a time 2026-01-01 09:00",
    "agreement-start-not-in-calendar": "7:24: '2026-02-30' is not in the calendar",
    "agreement-target-above-100": "8:32: a target lies above 0 and is at most 100, not 100.1",
    "agreement-target-as-float": '8:32: a target is a percentage in quotes, exact: "99.9"',
    "agreement-target-only-proposed": (
        '6:9: the agreement does not say its target; write `availability: {target: "99.9"}`'
    ),
    "agreement-terms-unknown": (
        "9:16: 'strict@1' is not shipped with this version; known: strict-7x24@1, total-time@1, working-hours@1; "
        "did you mean 'strict-7x24@1'?"
    ),
    "agreement-unknown-term": "8:144: unknown key 'exclusion_efect'; did you mean 'exclusion_effect'?",
    "agreement-version-earlier": "9:9: version 2 of acme/agreement is in force no later than version 1",
    "agreement-version-twice": (
        "9:9: version 1 of acme/agreement stands twice; give each its own version, or its own `id:` "
        "where they are two agreements"
    ),
    "agreement-versions-overlap": "13:9: version 2 of acme/agreement overlaps version 1; move one's dates",
    "agreement-without-components": "6:9: 'components' is missing; write `components: …` here",
    "agreement-without-effect": (
        "6:9: the agreement does not say its exclusion_effect; write `availability: {exclusion_effect: "
        "removed}` or name a term sheet, `terms: strict-7x24@1`"
    ),
    "agreement-without-period": (
        "6:9: the agreement does not say its period; write `availability: {period: month}` or name a "
        "term sheet, `terms: strict-7x24@1`"
    ),
    "agreement-without-start": (
        "6:9: the agreement does not say from when it is measured; write `measured_from: 2026-01-01`, "
        "not before the facts began"
    ),
    "alias-to-nothing": "1:13: *all names nothing above it; write &all at what it shall repeat",
    "attempts-as-text": "4:73: '4' is not a whole number",
    "attempts-longer-than-interval": (
        "4:102: timeout x attempts is 40s, the interval only 30s; lower timeout or attempts, or raise the interval"
    ),
    "calendar-date": "2:21: '2026-02-30' is no date; write 2026-10-01",
    "calendar-days": "2:29: 'weekdays' names no days; write mon, or a range like mon-fri",
    "calendar-hours": "2:29: '9:00-18:00' is no piece of a day; write 09:00-18:00, at most up to 24:00",
    "calendar-over-midnight": "2:28: '22:00-06:00' ends before it begins; write a piece over midnight as two",
    "anchor-kind-unknown": "2:23: kind 'rfc3162' is not in this version; known: rfc3161; did you mean 'rfc3161'?",
    "anchor-option-missing": "2:16: 'ca_file' is missing; write `ca_file: …` here",
    "checkpoints-channel-dangling": "3:26: no channel is named 'hok'; did you mean 'hook'?",
    "checkpoints-mail-word": "2:52: 'hourly' is none of 'daily', 'weekly' or 'none'",
    "channel-dangling": "2:43: no channel is named 'mial'; did you mean 'mail'?",
    "components-as-list": "1:13: a list is not a mapping of names; write `components: {name: …}`",
    "contact-unknown-kind": "2:60: 'main' is none of 'primary', 'technical', 'billing', 'emergency' or 'signer'",
    "down-when-more-than-there-are": "5:32: fewer than 2 are always up: there are 1 checks",
    "down-when-unknown": "1:32: 'some' is none of 'any', 'all' or 'fewer_than_up'",
    "env-misspelt": "1:14: '${SMTP_PASSWORD}' is not understood; write ${env:NAME} or ${file:path}",
    "env-unclosed": "1:14: `${` without its `}`; write ${env:NAME} or ${file:path}, or $${ for the signs themselves",
    "env-undefined": (
        "1:14: the environment has no SMTP_PASWORD; set it before starting; did you mean 'SMTP_PASSWORD'?"
    ),
    "escalation-dangling": "1:33: no escalation is named 'night'; write it under `escalations:`",
    "exclusion-backwards": "2:88: the exclusion ends before it begins",
    "exclusion-category": (
        "2:51: 'maintainance' is none of 'maintenance', 'third-party', 'customer', 'force-majeure', "
        "'government-action' or 'network-operator'; did you mean 'maintenance'?"
    ),
    "exclusion-every": (
        "2:71: 'on Sundays' is no recurring time; write Sun 01:00, day 01:00 for each day, or 1 01:00 "
        "for the first of the month"
    ),
    "exclusion-naming-another": (
        "5:12: the customers whom it concerns read it, and it names brook, which is not theirs; say it without"
    ),
    "exclusion-of-unknown-component": "2:34: no component is named 'shp'; did you mean 'shop'?",
    "exclusion-without-window": (
        "2:20: when the exclusion holds is not clear; write start and end, start and duration, or every and duration"
    ),
    "fall-of-zero": "4:69: '0' is too small; at least 1",
    "file-missing": "1:14: cannot read the file 'nowhere/secret': No such file or directory",
    "id-with-a-slash": "1:14: 'shop/eu' is no id; use letters, digits, - and _",
    "id-written-inside": "2:10: unknown key 'id'; the name 'shop' before the colon is the id",
    "interval-in-words": (
        "4:73: a length of time is a whole number with a unit, like 500ms, 30s, 5m, 1h30m, 21d or 2y"
    ),
    "interval-too-short": "4:73: an interval is at least 1s",
    "interval-unit-twice": "4:73: each unit may stand once in a length of time, like 1h30m",
    "interval-without-unit": "4:73: a length of time needs a unit, like 30s, 5m, 1h or 21d",
    "key-twice": "3:1: 'site' stands twice; the first is in line 1, keep one",
    "kind-missing": "4:13: 'kind' is missing; write `kind: …` here",
    "kind-unknown": "4:20: kind 'htp' is not in this version; known: heartbeat, http, tcp; did you mean 'http'?",
    "language-unknown": "1:20: 'zh' is none of 'zh-CN' or 'en'",
    "listen-without-port": "1:19: 'localhost' is no address to listen on; write 127.0.0.1:8080",
    "location-name": "2:14: 'Branch Office' is no name of a location; write small letters, digits and -, at most 60",
    "location-owner": "2:31: 'client' is none of 'supplier', 'customer' or 'third-party'",
    "listen-mail-to-all": (
        "1:16: '0.0.0.0:25' is no address of this machine for itself; write one like 127.0.0.1:8024"
    ),
    "mailbox-of-a-contact": "4:31: 'chen@acme.example' is a contact's own address; write the one they report to",
    "mailbox-twice": "5:31: 'Help@example.com' is two customers' mailbox; the first is in line 4",
    "mailbox-unheard": (
        "3:31: nothing listens for the mail of a mailbox; write `listen: {mail: 127.0.0.1:8024}`, where the mail "
        "server hands its mail over"
    ),
    "mails-unknown-occasion": "3:30: unknown key 'closed'; did you mean 'called'?",
    "mails-unknown-value": (
        "3:45: a template knows no 'numbr'; known: number, title, level, customer, component, owner, runbook, "
        "dashboard, room, link, recorded_at, due_at, said, site, text, subject"
    ),
    "mail-twice": "2:1: 'mail' is short for the channel 'mail', which stands under channels too; keep one",
    "mail-without-sender": "2:7: 'sender' is missing; write `sender: …` here",
    "no-components": "1:1: there are no components; write `components: {shop: https://shop.example.com/}`",
    "nothing": "1:1: there is nothing here; write at least `components: {name: https://…}`",
    "number-with-exponent": "4:69: 1e3 is a number to some and a text to others; write it out, or in quotes",
    "number-with-leading-zero": "4:69: 03 is a number to some and a text to others; write it out, or in quotes",
    "on-call-twice": "2:1: 'on_call' is short for the person 'on_call', who stands under people too; keep one",
    "only-a-comment": "1:1: there is nothing here; write at least `components: {name: https://…}`",
    "option-of-two-types": "4:81: a list is not a whole number or a text",
    "option-required-by-the-kind": "4:15: 'period' is missing; write `period: …` here",
    "owner-dangling": "1:28: no person is named 'lee'; known: li",
    "page-of-unknown-component": "2:58: no component is named 'shp'; did you mean 'shop'?",
    "page-path-twice": "4:15: '/' is the path of two pages; the first is in line 3",
    "page-path": "2:24: 'shop' is no path of a page; write / or /shop",
    "person-dangling": "3:43: no person is named 'lii'; did you mean 'li'?",
    "period-too-long": "4:38: '400d' is too large; at most 366d",
    "quorum-of-too-many": "2:3: the quorum needs 3 locations, there are 2",
    "quorum-without-fresh": "3:11: of 1 fresh votes 2 cannot be bad; write `fresh: 2`, or more",
    "recheck-longer-than-interval": "4:72: a recheck is at least 1s and at most the interval",
    "repeat-of-zero": "3:58: '0' is too small; at least 1",
    "resolver-name": (
        "1:23: 'ns.example.com' is no name server; write its address, like 192.0.2.53, or system for this machine's"
    ),
    "retention-below-the-agreement": (
        "2:22: retention.records is too short: agreement acme/after-sales demands 1825 days; write 1825d or longer"
    ),
    "retention-below-the-audit": (
        "2:22: retention.results is too short: agreement acme/sla-standard demands 120 days; write 120d or longer"
    ),
    "retention-without-unit": "2:22: a length of time needs a unit, like 30s, 5m, 1h or 21d",
    "fallback-missing": (
        "3:24: 'fallback' is missing; write `fallback: [li]`, whom to call when the steps are used up or reach nobody"
    ),
    "role-of-nobody": "3:43: nobody has the role 'legal'; write `role: legal` for one of the people",
    "role-unknown": "3:43: no role is named 'leagl'; did you mean 'legal'?",
    "step-calendar-dangling": "3:67: no calendar is named 'cn'; write it under `calendars:`",
    "heartbeat-without-scheme": "2:18: write an address like https://hc.example.com/ping/…",
    "peer-without-scheme": "2:22: write the address of its pages, like https://other.example.com/",
    "rota-dangling": "4:43: no rota is named 'primry'; did you mean 'rota:primary'?",
    "rota-handoff": "3:42: 'Monday morning' is no hand-over; write Mon 09:00 for turns of weeks",
    "rota-handoff-monthly": "3:59: 'Mon 09:00' is no hand-over; write 1 09:00 for turns of months",
    "rota-layer-calendar": "3:53: no calendar is named 'office'; write it under `calendars:`",
    "rota-of-nobody": "2:27: 'people' must not be empty",
    "rota-rotate": (
        "3:41: 'fortnightly' is no rotation; write hourly, daily, weekly, monthly, or {every: 2, unit: weeks}"
    ),
    "rota-short-and-long": "3:19: 'people' belongs to one of the 'layers', which stand here too",
    "secret-of-wrong-type": (
        "2:22: a length of time is a whole number with a unit, like 500ms, 30s, 5m, 1h30m, 21d or 2y"
    ),
    "severity-of-unknown-component": "2:39: no component is named 'shp'; did you mean 'shop'?",
    "inhibition-without-target": "2:54: 'target' must not be empty",
    "inhibition-unreadable": "2:33: bad matcher format: alertname",
    "work-that-calls-for-nothing": "2:81: people are called for an incident; write open: true, too",
    "fault-that-opens": "2:87: only maintenance holds calls and incidents; leave out page and open",
    "severity-out-of-range": "2:51: '4' is too large; at most 3",
    "source-kind-unknown": "2:26: kind 'zabbix' is not in this version; known: alertmanager",
    "store-unknown": "1:14: a store is sqlite:///upheld.db or postgresql://user@host/upheld",
    "store-without-file": "1:14: the database has no file; write sqlite:///upheld.db",
    "tab": "2:1: not YAML: a tab; indent with spaces",
    "tag": "1:14: the tag tag:yaml.org,2002:python/object:os.system is not used here; remove it",
    "target-missing": "4:13: 'target' is missing; a check of kind 'http' asks one",
    "target-that-the-kind-refuses": "4:33: 'db.example.com' names no port; write db.example.com:5432",
    "text-as-number": "1:14: a text is a quoted string, or one for each language: {zh-CN: …, en: …}",
    "text-in-unknown-language": "1:14: 'zh' is not a language of the pages; write zh-CN or en",
    "tier-unknown": "1:27: 'cor' is none of 'core', 'important' or 'minor'; did you mean 'core'?",
    "timeout-longer-than-interval": (
        "4:87: timeout x attempts is 20s, the interval only 10s; lower timeout or attempts, or raise the interval"
    ),
    "two-documents": "2:1: one file holds one document; remove `---`",
    "unclosed": "2:1: not YAML: `,` or `}` is missing; `{` stands in line 1; a text with `: ` needs quotes",
    "unknown-channel-option": "2:79: unknown key 'pasword'; did you mean 'password'?",
    "unknown-check-key": "4:63: unknown key 'intervall'; did you mean 'interval'?",
    "unknown-check-option": "4:72: unknown key 'stats'; did you mean 'status'?",
    "unknown-section": "2:1: unknown key 'compnents'; did you mean 'components'?",
    "site-without-scheme": (
        "1:39: 'status.example.com' is no address of a page; write one like https://status.example.com"
    ),
    "unknown-site-key": "1:20: unknown key 'time_zone'; did you mean 'timezone'?",
    "zone-unknown": "1:18: 'Asia/Peking' is not a time zone; write one like Asia/Shanghai, Europe/Berlin or UTC",
    "tab-later": "3:1: not YAML: a tab; indent with spaces",
    "colon-full-width-key": "1:1: 'site：{name' holds a full-width colon ：; write `: `, with a space after it",
    "colon-full-width-value": (
        "2:3: 'shop： https://shop.example.com/' is not a mapping of names; write `components: "
        "{name: …}`; this holds a full-width colon ：; write `: `, with a space after it"
    ),
    "colon-twice": "1:15: not YAML: `,` or `}` is missing; `{` stands in line 1; a text with `: ` needs quotes",
    "quote-unclosed": "2:1: not YAML: the quotation mark of line 1 is not closed",
    "text-begins-with-a-sign": "1:20: not YAML: @ cannot begin a text; write the text in quotes",
    "indented-askew": "3:2: not YAML: no key; indent it like the keys from line 1 on, and close what was opened",
    "listen-as-port": "1:9: '8080' is not a mapping; write {address: …, mail: …}",
    "on-call-as-name": "1:10: 'Li' is not a mapping; write {name: …}",
    "mail-as-host": "1:7: 'smtp.example.com' is not a mapping; write `mail: {host: …, sender: …}`",
    "person-with-odd-mail": "1:32: 'li' is not a mail address; write one like li@example.com",
    "contact-with-odd-mail": (
        "2:61: 'chen@acme.example, eve@evil.example' is not a mail address; write one like li@example.com"
    ),
}


def test_every_broken_file_has_its_sentence() -> None:
    assert sorted(file.stem for file in BROKEN.glob("*.yaml")) == sorted(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_one_mistake_earns_one_sentence_at_its_place(name: str) -> None:
    file = BROKEN / f"{name}.yaml"
    with pytest.raises(ConfigError) as caught:
        load(file, kinds=INSTALLED, environ=ENVIRONMENT)
    assert [str(problem) for problem in caught.value.problems] == [f"{file}:{EXPECTED[name]}"]
