"""Two network namespaces joined by one cable that can be pulled: a world with the targets, a house with the prober.

Works as root; as an ordinary user where the kernel lets users make namespaces.
"""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from typing_extensions import override

from tests.servers.program import PATIENCE, NotReady, Program, find_program, scratch

WORLD_ADDRESS = "10.77.0.1"
HOUSE_ADDRESS = "10.77.0.2"


class Namespace(Program):
    """Held open by a sleeping process and gone with it. `prefix` put before a command runs it inside."""

    def __init__(self, name: str, folder: Path, *, inside: Sequence[str] = ()) -> None:
        self.name = name
        unshare = find_program("unshare", "util-linux")
        as_user = [] if os.geteuid() == 0 or inside else ["--user", "--map-root-user"]
        hold = f"exec {find_program('sleep', 'coreutils')} 3600"
        super().__init__(
            [*inside, unshare, *as_user, "--net", "sh", "-c", f"ip link set lo up && touch {folder}/{name}; {hold}"],
            folder,
        )
        self.environment["PATH"] = f"{self.environment.get('PATH', '')}:/usr/sbin:/sbin"

    @property
    def prefix(self) -> list[str]:
        as_user = [] if os.geteuid() == 0 else ["--user", "--preserve-credentials"]
        return [find_program("nsenter", "util-linux"), "--target", str(self.pid), "--net", *as_user, "--"]

    @override
    def start(self) -> None:
        super().start()
        self.wait_until(
            (self.folder / self.name).exists, f"the namespace {self.name} is there (needs root or user namespaces)"
        )

    def run(self, *argv: str, timeout: float = PATIENCE) -> str:
        """Runs a command inside to its end. Raises NotReady with what it said when it fails."""
        done = subprocess.run([*self.prefix, *argv], capture_output=True, text=True, timeout=timeout, check=False)
        if done.returncode:
            raise NotReady(f"{' '.join(argv)} in {self.name}: {done.stdout}{done.stderr}")
        return done.stdout


class Network:
    """The world at WORLD_ADDRESS, the house at HOUSE_ADDRESS, and the cable between them."""

    def __init__(self, world: Namespace, house: Namespace) -> None:
        self.world = world
        self.house = house
        self._ip = find_program("ip", "iproute2")
        world.run(self._ip, "link", "add", "cable", "type", "veth", "peer", "name", "uplink", "netns", str(house.pid))
        world.run(self._ip, "addr", "add", f"{WORLD_ADDRESS}/30", "dev", "cable")
        world.run(self._ip, "link", "set", "cable", "up")
        house.run(self._ip, "addr", "add", f"{HOUSE_ADDRESS}/30", "dev", "uplink")
        self.plug()

    def unplug(self) -> None:
        """The house's interface goes down: its kernel answers ENETUNREACH from now on."""
        self.house.run(self._ip, "link", "set", "uplink", "down")

    def plug(self) -> None:
        self.house.run(self._ip, "link", "set", "uplink", "up")


@contextmanager
def network() -> Iterator[Network]:
    """Both namespaces and the cable, gone afterwards."""
    with ExitStack() as stack:
        folder = stack.enter_context(scratch("network"))
        world = stack.enter_context(Namespace("world", folder))
        inside = [] if os.geteuid() == 0 else world.prefix
        house = stack.enter_context(Namespace("house", folder, inside=inside))
        yield Network(world, house)
