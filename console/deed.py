"""What a form asks for, carried out: done, or with what stands against it in the form."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from config.refusal import Refusal
from console.form import Form
from console.voice import Voice
from db.engine import Database
from incidents.decide import Refused
from incidents.store.incident import Conflict

T = TypeVar("T")


async def carried_out(database: Database, work: Callable[[Connection], T], form: Form, voice: Voice) -> T | None:
    """What `work` made; None where it was refused, and then the form is not good any more."""
    try:
        return await database.write(work)
    except (Refused, Refusal) as error:
        form.errors[""] = voice.refusal(error)
    except Conflict:
        form.errors[""] = voice.t("Somebody else changed it at the same moment. Look at it and repeat.")
    return None
