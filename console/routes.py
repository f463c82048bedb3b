"""The pages behind a login, each with whom it lets in. `Console(…).routes()` is all the roof needs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web

from config.instant import Instant
from config.look.asset import assets
from config.model import Config
from console.agreement import AgreementPage
from console.answer import AnswerPage
from console.attachment import AttachmentPage
from console.budget import Budgets
from console.case import CasePage
from console.component import ComponentPage
from console.consent import ConsentPage
from console.contract import ContractPage
from console.countersigning import CountersigningPage
from console.desk import Desk
from console.door import Act, Door
from console.drill import DRILLS, DrillPage
from console.duty import DutyPage
from console.finding import FINDINGS, FindingPage
from console.incident import IncidentPage
from console.issued import Statements
from console.library import LIBRARY, LibraryPage
from console.login import DemoLogin, Login
from console.oncall import PLAN, OncallPage
from console.owed import Reports
from console.papers import PapersPage
from console.performance import PERFORMANCE, PerformancePage
from console.planning import PLANNING, PlanningPage
from console.receipt import ReceiptPage
from console.report import ReportPage
from console.review import ReviewPage
from console.room import RoomPage
from console.rules import Rules
from console.sample import SAMPLE, SamplePage
from console.settling import DESK as SETTLING
from console.settling import SettlingPage
from console.silence import SILENCES, SilencePage
from console.statement import StatementPage
from console.unrouted import UNROUTED_PAGE, UnroutedPage
from console.user import Access
from console.visit import STATIC, see_other
from console.voice import ROOM
from console.ways import WAYS, WaysPage
from console.wording import WordingPage
from db.engine import Database
from incidents.caseload import Caseload
from incidents.intake import Entrance
from incidents.service import Incidents
from sla.agreeing import Sealed, nothing_sealed

WITH_SLASH = r"/{place:(?:desk|room|login)(?:/[\w.-]+)*}/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One method of one address."""

    method: str
    path: str
    access: Access
    act: Act


class Console:
    """`config`, `incidents`, `caseload` give those in force; `secure`: pages are reached by https.

    `budgets` counts what a customer's running periods have used, `statements` issues what is sealed, `reports`
    writes reports. `address` says where a request comes from; without it the socket does. `demo` logins are offered on
    the login page, and every page says that its data is made up.
    """

    def __init__(
        self,
        database: Database,
        config: Callable[[], Config],
        incidents: Callable[[], Incidents],
        caseload: Callable[[], Caseload],
        now: Callable[[], Instant],
        *,
        secure: bool,
        budgets: Budgets | None = None,
        statements: Statements | None = None,
        reports: Reports | None = None,
        address: Callable[[web.Request], str] | None = None,
        sealed: Sealed = nothing_sealed,
        entrances: Callable[[], Mapping[str, Entrance]] = dict,
        demo: Sequence[DemoLogin] = (),
    ) -> None:
        self.door = Door(database=database, config=config, now=now, secure=secure, demo=bool(demo))
        rules = Rules(
            database=database,
            incidents=incidents,
            caseload=caseload,
            budgets=budgets,
            statements=statements,
            reports=reports,
            sealed=sealed,
            entrances=entrances,
        )
        self._login = Login(self.door, address or _socket, demo)
        self._answer = AnswerPage(rules)
        self._countersigning = CountersigningPage(rules)
        self._desk = Desk(rules)
        self._incident = IncidentPage(rules)
        self._drill = DrillPage(rules)
        self._performance = PerformancePage(rules)
        self._case = CasePage(rules)
        self._finding = FindingPage(rules)
        self._sample = SamplePage(rules)
        self._library = LibraryPage(rules)
        self._oncall = OncallPage(rules)
        self._duty = DutyPage(rules)
        self._ways = WaysPage(rules)
        self._silence = SilencePage(rules)
        self._unrouted = UnroutedPage(rules)
        self._component = ComponentPage(rules)
        self._report = ReportPage(rules)
        self._room = RoomPage(rules)
        self._receipt = ReceiptPage(rules)
        self._attachment = AttachmentPage(rules)
        self._review = ReviewPage(rules)
        self._papers = PapersPage(rules)
        self._settling = SettlingPage(rules)
        self._planning = PlanningPage(rules)
        self._agreement = AgreementPage(rules)
        self._contract = ContractPage(rules, self._agreement)
        self._consent = ConsentPage(rules, self._agreement)
        self._statement = StatementPage(rules)
        self._wording = WordingPage(rules)

    def pages(self) -> Sequence[Page]:
        """Every address with its access."""
        return (
            _page("GET", "/login", Access.PUBLIC, self._login.show),
            _page("POST", "/login", Access.PUBLIC, self._login.enter),
            _page("POST", "/logout", Access.MEMBER, self._login.leave),
            _page("GET", "/answer/{token}", Access.PUBLIC, self._answer.show),
            _page("POST", "/answer/{token}", Access.PUBLIC, self._answer.act),
            _page("GET", "/countersign/{token}", Access.PUBLIC, self._countersigning.show),
            _page("POST", "/countersign/{token}", Access.PUBLIC, self._countersigning.sign),
            _page("GET", "/oncall/{token}.ics", Access.PUBLIC, self._duty.calendar),
            _page("GET", "/oncall/swaps/{token}", Access.PUBLIC, self._duty.show),
            _page("POST", "/oncall/swaps/{token}", Access.PUBLIC, self._duty.accept),
            _page("GET", "/desk", Access.STAFF, self._desk.show),
            _page("GET", "/desk/incidents", Access.STAFF, self._desk.incidents),
            _page("GET", "/desk/incidents/{id}", Access.STAFF, self._incident.show),
            _page("POST", "/desk/incidents/{id}", Access.INCIDENTS, self._incident.act),
            _page("GET", DRILLS, Access.STAFF, self._drill.show),
            _page("POST", DRILLS, Access.INCIDENTS, self._drill.act),
            _page("GET", PERFORMANCE, Access.STAFF, self._performance.show),
            _page("GET", UNROUTED_PAGE, Access.STAFF, self._unrouted.show),
            _page("GET", "/desk/components/{id}", Access.STAFF, self._component.show),
            _page("GET", SILENCES, Access.STAFF, self._silence.show),
            _page("POST", SILENCES, Access.INCIDENTS, self._silence.act),
            _page("GET", PLAN, Access.STAFF, self._oncall.show),
            _page("POST", PLAN, Access.INCIDENTS, self._oncall.act),
            _page("GET", WAYS, Access.STAFF, self._ways.show),
            _page("POST", WAYS, Access.INCIDENTS, self._ways.act),
            _page("GET", "/desk/cases", Access.STAFF, self._desk.cases),
            _page("GET", "/desk/cases/new", Access.CASES, self._report.show),
            _page("POST", "/desk/cases/new", Access.CASES, self._report.act),
            _page("GET", "/desk/cases/{id}", Access.STAFF, self._case.show),
            _page("POST", "/desk/cases/{id}", Access.CASES, self._case.act),
            _page("GET", LIBRARY, Access.STAFF, self._library.show),
            _page("GET", FINDINGS, Access.STAFF, self._finding.show),
            _page("POST", FINDINGS, Access.CASES, self._finding.act),
            _page("GET", SAMPLE, Access.STAFF, self._sample.show),
            _page("POST", SAMPLE, Access.CASES, self._sample.act),
            _page("GET", SETTLING, Access.STAFF, self._settling.show),
            _page("POST", SETTLING, Access.CASES, self._settling.act),
            _page("GET", PLANNING, Access.CASES, self._planning.show),
            _page("POST", PLANNING, Access.CASES, self._planning.act),
            _page("GET", "/desk/agreements", Access.STAFF, self._agreement.every),
            _page("GET", "/desk/agreements/new", Access.AGREEMENTS, self._contract.show_new),
            _page("POST", "/desk/agreements/new", Access.AGREEMENTS, self._contract.act_new),
            _page("GET", "/desk/agreements/{of}/{name}", Access.STAFF, self._agreement.show),
            _page("POST", "/desk/agreements/{of}/{name}", Access.AGREEMENTS, self._agreement.act),
            _page("GET", "/desk/agreements/{of}/{name}/annex", Access.STAFF, self._agreement.annex),
            _page("GET", "/desk/agreements/{of}/{name}/next", Access.AGREEMENTS, self._contract.show_next),
            _page("POST", "/desk/agreements/{of}/{name}/next", Access.AGREEMENTS, self._contract.act_next),
            _page("GET", "/desk/reports/{kind}/{subject}", Access.STAFF, self._papers.desk),
            _page("GET", "/desk/reports/{kind}/{subject}/words", Access.CASES, self._wording.show),
            _page("POST", "/desk/reports/{kind}/{subject}/words", Access.CASES, self._wording.act),
            _page("GET", "/room/{customer}/reports/{kind}/{subject}", Access.ROOM, self._papers.room),
            _page("GET", "/room/{customer}", Access.ROOM, self._room.show),
            _page("POST", "/room/{customer}", Access.GUEST, self._room.act),
            _page("GET", "/desk/cases/{id}/files/{sha256}", Access.STAFF, self._attachment.show),
            _page("GET", "/room/{customer}/cases/{id}/files/{sha256}", Access.ROOM, self._attachment.show),
            _page("GET", "/desk/cases/{id}/review", Access.STAFF, self._review.show),
            _page("POST", "/desk/cases/{id}/review", Access.CASES, self._review.act),
            _page("GET", "/room/{customer}/cases/{id}/review", Access.ROOM, self._review.show),
            _page("POST", "/room/{customer}/cases/{id}/review", Access.GUEST, self._review.act),
            _page("GET", "/room/{customer}/receipts/{id}", Access.ROOM, self._receipt.show),
            _page("GET", "/room/{customer}/agreements/{name}", Access.ROOM, self._consent.show),
            _page("POST", "/room/{customer}/agreements/{name}", Access.GUEST, self._consent.word),
            _page("GET", "/room/{customer}/agreements/{name}/annex", Access.ROOM, self._agreement.annex),
            _page("GET", "/room/{customer}/exclusions", Access.ROOM, self._settling.show),
            _page("POST", "/room/{customer}/exclusions", Access.GUEST, self._settling.word),
            _page("GET", "/room/{customer}/statements/{file}", Access.ROOM, self._statement.download),
        )

    def routes(self) -> list[web.RouteDef]:
        guarded = [web.route(page.method, page.path, self.door.guard(page.access, page.act)) for page in self.pages()]
        return [*guarded, web.get(WITH_SLASH, _bare), web.get(STATIC + "{name}", _asset)]


def _page(method: str, path: str, access: Access, act: Act) -> Page:
    return Page(method=method, path=path, access=access, act=act)


def _socket(request: web.Request) -> str:
    return request.remote or ""


async def _bare(request: web.Request) -> web.Response:
    """An address typed with a slash behind it leads to the page."""
    return see_other("/" + request.match_info["place"])


async def _asset(request: web.Request) -> web.Response:
    """A style sheet or script under the name of its content; nothing in it concerns anybody."""
    name = request.match_info["name"]
    found = next((one for one in assets(ROOM).values() if one.name == name), None)
    if found is None:
        raise web.HTTPNotFound
    kind, _, charset = found.content_type.partition("; charset=")
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return web.Response(body=found.body, content_type=kind, charset=charset or None, headers=headers)
