"""What a sender is told of bytes that nobody can read."""

import pytest

from incidents import payload
from incidents.source import Unreadable


def refusal(body: bytes, *, form: bool = False) -> str:
    with pytest.raises(Unreadable) as refused:
        payload.form_of(body) if form else payload.json_of(body)
    return str(refused.value)


@pytest.mark.parametrize("form", [False, True])
def test_letters_of_another_encoding_are_called_that_and_no_fault_of_the_json(form: bool) -> None:
    body = "summary=登录页空白" if form else '{"summary": "登录页空白"}'
    for encoding, first in (("gb18030", body.index("登")), ("utf-16", 0)):
        said = refusal(body.encode(encoding), form=form)
        assert said == f"not UTF-8 from byte {first} on; send the post in UTF-8"


def test_what_is_utf_8_and_no_json_is_told_where_it_stops_being_json() -> None:
    assert refusal('{"summary": 登}'.encode()).startswith("not JSON: ")
    assert refusal(b"no=pairs&none", form=True) == "neither JSON nor a form"


def test_a_summary_is_one_line() -> None:
    """The second line of a mail that a sender wrote read as one of ours."""
    assert (
        payload.summary_of("", "down\nAcknowledge: http://x.example\u2028now")
        == "down Acknowledge: http://x.example now"
    )


def test_a_version_that_is_missing_or_another_says_which_is_wanted() -> None:
    """It read: version: nothing is not '4'."""
    for value, said in ((None, "is missing"), ("1", "is '1'")):
        with pytest.raises(Unreadable, match=f"version: {said}, and '4' is the format"):
            payload.must_be("4", value, "version", "the format")
