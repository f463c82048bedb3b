"""What a form asks for: done, or with what stands against it in the reader's language."""

import pytest
from sqlalchemy import Connection

from console.deed import carried_out
from console.form import Form
from console.voice import Voice
from incidents.decide import Refused
from incidents.store.incident import Conflict
from sla.word import Refused as NotAgreed
from tests.console.world import NOW, World


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Refused("there is nothing to merge"), "事件已解决，无可合并。"),
        (NotAgreed("{id} is countersigned by the customer already", id="X-1"), "X-1已由客户会签。"),
        (Conflict("INC-2026-0001"), "他人同时作了修改。请查看后重做。"),
    ],
)
async def test_whatever_stands_against_it_is_said_in_the_form_and_nothing_is_done(
    world: World, error: Exception, said: str
) -> None:
    voice = Voice(language="zh-CN", config=world.config, now=NOW)
    form = Form({}, voice)

    def work(tx: Connection) -> str:
        raise error

    assert await carried_out(world.database, work, form, voice) is None
    assert said in form.errors[""]
    assert await carried_out(world.database, lambda tx: "done", Form({}, voice), voice) == "done"
