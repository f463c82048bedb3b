"""Rows on a terminal: times of the site's clock, words instead of our reasons; nothing else is touched."""

from upheld.cli.reading import readable


def test_times_are_of_the_sites_clock_and_reasons_are_words() -> None:
    row = {
        "title": "certificate_expiring",
        "opened_at": "2026-11-27T15:14:30.759Z",
        "resolved_at": None,
        "facts": {"reported_at": 1795792470759, "since": 1795792470759, "level": 1, "text": "2026-11-27T15:14:30Z"},
    }
    assert readable(row, "Asia/Shanghai", "en") == {
        "title": "Certificate expires soon",
        "opened_at": "2026-11-27 23:14:30",
        "resolved_at": None,
        "facts": {
            "reported_at": "2026-11-27 23:14:30",
            "since": "2026-11-27 23:14:30",
            "level": 1,
            "text": "2026-11-27T15:14:30Z",
        },
    }
    assert readable({"title": "登录页空白"}, "UTC", "zh-CN") == {"title": "登录页空白"}


def test_without_a_zone_instants_are_rfc_3339() -> None:
    row = {"started_at": 1795792470759, "facts": {"until": 1795792470759}, "summary": "one_channel", "paged": ("li",)}
    assert readable(row, None, "en") == {
        "started_at": "2026-11-27T15:14:30.759Z",
        "facts": {"until": "2026-11-27T15:14:30.759Z"},
        "summary": "Called for severity 1 over one channel alone",
        "paged": ("li",),
    }


def test_a_senders_label_that_is_called_as_a_time_stays_as_it_is() -> None:
    row = {"starts_at": "2026-11-27T15:14:30Z", "labels": {"started_at": "boot", "at": "rack 4", "since": ""}}
    assert readable(row, "UTC", "en") == {**row, "starts_at": "2026-11-27 15:14:30"}


def test_times_in_a_list_are_of_the_sites_clock_too() -> None:
    row = {"notices": [{"customer": "acme", "delivered_at": "2026-11-27T15:14:30Z"}]}
    told = {"notices": [{"customer": "acme", "delivered_at": "2026-11-27 23:14:30"}]}
    assert readable(row, "Asia/Shanghai", "en") == told
