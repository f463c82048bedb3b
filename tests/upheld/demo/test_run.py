"""A second demo leaves the first one's folder alone; starting over needs no store that can be read."""

from pathlib import Path

import pytest

from db.engine import Use, open_database
from db.errors import StoreUnreadable
from upheld.demo.run import DemoRuns, only_one


@pytest.mark.parametrize("fresh", [False, True])
async def test_a_second_demo_in_the_folder_of_a_running_one_is_refused(tmp_path: Path, fresh: bool) -> None:
    running = await open_database(f"sqlite:///{tmp_path}/upheld.db", Use.SERVE)
    try:
        with pytest.raises(DemoRuns, match="another folder"):
            await only_one(tmp_path, fresh=fresh)
    finally:
        await running.close()
    await only_one(tmp_path, fresh=fresh)


async def test_only_starting_over_gets_past_a_store_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "upheld.db").write_bytes(b"no database at all, " * 100)
    with pytest.raises(StoreUnreadable):
        await only_one(tmp_path, fresh=False)
    await only_one(tmp_path, fresh=True)


async def test_a_folder_without_a_store_is_anybodys(tmp_path: Path) -> None:
    await only_one(tmp_path / "nothing", fresh=True)
    assert not (tmp_path / "nothing").exists()
