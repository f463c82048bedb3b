"""All of them, in groups that are asked at once."""

from collections.abc import Mapping, Sequence

from tests.probe.hostile.banner import BANNERS
from tests.probe.hostile.case import Case
from tests.probe.hostile.names import NAMES
from tests.probe.hostile.secret import SECRET
from tests.probe.hostile.sources import SOURCES
from tests.probe.hostile.web import FLOODS, REDIRECTS, WEB

CORPUS: Mapping[str, Sequence[Case]] = {
    "web": WEB,
    "floods": FLOODS,
    "redirects": REDIRECTS,
    "secret": SECRET,
    "banners": BANNERS,
    "names": NAMES,
    "sources": SOURCES,
}
