"""Words for what the stores hold as codes: reasons, results, kinds. English sentences, keys of the catalogue."""

from collections.abc import Mapping

TROUBLES: Mapping[str, str] = {
    "unreachable": "could not be reached",
    "tls": "no trusted encrypted line",
    "clear-line": "no password over a clear line",
    "login": "our login was refused",
    "timeout": "no answer in time",
    "throttled": "asked us to come later",
    "unavailable": "the receiver has trouble",
    "rejected": "refused by the receiver",
    "bad-address": "no such address",
    "gone": "wants no more messages",
    "no-channel": "no such channel any more",
    "interrupted": "interrupted while sending",
    "defect": "a mistake in the channel",
}
"""Why a message did not get through (notify.channel.Reason)."""

UNFILED: Mapping[str, str] = {
    "unknown_sender": "no contact of the customer wrote it",
    "machine": "a program wrote it, not a person",
    "our_own": "it is a mail of our own that came back",
    "unreadable": "it cannot be read",
    "identity_number": "it holds an identity number and was not kept; have it sent again without",
    "too_many": "too many cases came by mail within an hour",
    "refused": "no case could be opened for it",
    "files_left": "not all of its files could be kept",
}
"""Why a mail waits for a person (incidents.mailing.Why)."""

BECAME: Mapping[str, str] = {
    "queued": "being sent",
    "sending": "being sent",
    "unknown": "unknown whether it arrived",
    "sent": "taken by the receiver",
    "failed": "refused by the receiver",
    "expired": "never got through",
    "suppressed": "not sent",
}
"""How far a message is (notify.decision.State)."""

HEARD: Mapping[str, str] = {
    "delivered": "arrived",
    "answered": "the call was answered",
    "key": "a key was pressed",
    "failed": "did not arrive, the gateway says",
}
"""What a gateway reported later (notify.channel.What)."""

OUTCOMES: Mapping[str, str] = {
    "it came back": "it came back",
    "snoozed": "put off before",
    "held": "held before",
    "merged": "merged before",
    "acknowledged": "acknowledged before",
    "the incident is acknowledged": "acknowledged before",
    "resolved": "resolved before",
    "the incident is resolved": "resolved before",
    "somebody has the case": "taken before",
    "the channel does not deliver": "waits for its channel, reached another way",
}
"""Why a message was not sent."""

PURPOSES: Mapping[str, str] = {
    "page": "called",
    "resolved": "told that it is over",
    "clock": "warned of a clock",
    "customer": "the customer’s contact",
    "statement": "sent a statement",
    "report": "sent a report",
    "agreement": "reminded of an agreement",
}

PROGRESS: Mapping[str, str] = {
    "triggered": "Nobody has it",
    "acknowledged": "Acknowledged",
    "merged": "Part of another one",
    "resolved": "Resolved",
    "open": "Not resolved yet",
    "waiting": "Waits for the customer",
    "confirmed": "Confirmed",
    "testing": "Plan under test",
    "third-party": "Waits for a third party",
    "maintenance": "Waits for agreed maintenance",
}
"""Of an incident or a case."""

WAITS: Mapping[str, str] = {
    "customer": "Waits for the customer",
    "third-party": "Waits for a third party",
    "maintenance": "Waits for agreed maintenance",
}
"""What a clock stands still for."""

AIMS: Mapping[str, str] = {
    "prevent": "so that it does not happen again",
    "detect": "so that it is noticed earlier",
    "mitigate": "so that it does less harm",
}
"""What a corrective action is for."""

GRADES: Mapping[str, str] = {
    "major": "Major nonconformity",
    "minor": "Minor nonconformity",
    "observation": "Observation",
}
"""How grave an audit finds what it found."""

REVIEWS: Mapping[str, str] = {
    "none": "Not begun",
    "draft": "Being written",
    "presented": "Waits for the customer’s word",
    "contested": "Contested by the customer",
    "confirmed": "Confirmed by the customer",
}

KINDS: Mapping[str, str] = {
    "fault": "Fault",
    "question": "Question",
    "complaint": "Complaint",
    "request": "Request",
}

TIERS: Mapping[str, str] = {
    "core": "core",
    "important": "important",
    "minor": "minor",
}

CLOCKS: Mapping[str, str] = {
    "respond": "Respond",
    "resolve": "Resolve",
    "engage": "Engage",
    "accept": "Accept",
    "workaround": "Workaround",
    "escalate": "Escalate",
    "report": "Report",
    "review": "Review",
    "register": "Register",
    "trigger": "Start the emergency process",
    "on_site": "On site",
    "propose": "Proposed solution",
    "reply": "Reply",
    "hand_over": "Hand over",
    "answer": "First answer",
    "update": "Progress written",
    "reassess": "Reassess",
    "confirm": "Confirm",
}
"""Commitments; one that an agreement names otherwise is shown as it is named."""

SCOPES: Mapping[str, str] = {"many": "Many people", "some": "Some people", "one": "One person"}
URGENCIES: Mapping[str, str] = {
    "stopped": "They cannot work",
    "hampered": "They can work in part",
    "slight": "They can work",
}
"""What a fault concerns, and how it hampers work."""

SCORES: Mapping[str, str] = {
    "overall": "Overall",
    "speed": "Speed",
    "skill": "Skill",
    "manner": "Manner",
}
"""What a customer rates, in the order in which it is asked."""

UNSAID: Mapping[str, str] = {
    "cause": "What caused it",
    "handling": "What was done",
    "verification": "How it was verified",
    "prevention": "How a repeat is prevented",
}
"""What people write into a report because no stored fact says it."""

REFUSALS: tuple[str, ...] = (
    "there is nothing to acknowledge",
    "a drill ends with its result: say how it went, and what is done about it",
    "has no escalation: a drill would call nobody",
    "is a drill of it that is not over; end it first, with its result",
    "there is nothing to put off",
    "let that end first",
    "there is nothing to merge",
    "there is nothing to split",
    "do it there",
    "an incident is no part of itself",
    "there is no such incident",
    "a drill is a fault of its own; nothing is merged with it",
    "is part of no other incident",
    "no alert of that number fires on it",
    "is so; choose at least one",
    "leave at least one alert with it",
    "say what makes the two one fault, or two faults",
    "a silence says what it is for, such as component=shop; what fits everything silences too much",
    "the severity of an incident is 1, 2 or 3",
    "who was called already was called; let it begin now or later",
    "a silence ends after it begins, and lasts 31 days at most",
    "say why nobody needs to be called; whoever looks for a call that did not come wants to know",
    "is over already",
    "it is put off until a time to come, and for a day at most",
    "say why nobody needs to be called until then",
    "its severity stays as it was",
    "a severity needs a reason: what makes it better or worse than it looks",
    "a note needs a text",
    "say what was done; the customer reads it",
    "say which plan is tested; the customer reads it",
    "say why; the other side reads it",
    "is there already, byte for byte",
    "its files would have more than 25 MiB together",
    "is empty",
    "the review is the supplier's to write; a customer confirms or contests it",
    "the customer has confirmed the review; it stays as it is",
    "nobody chooses the sample",
    "the sample and the findings are the supplier's to write",
    "it is a finding already",
    "a finding names the audit and the clause",
    "no finding is open in it",
    "a finding is closed with evidence: where it can be seen",
    "a finding is closed by what was done; agree a corrective action",
    "a finding is closed once all its corrective actions are done",
    "it is in no sample that waits to be read",
    "say what was found",
    "only a resolved case is reviewed",
    "the review waits for the customer's word already",
    "no review waits for a word",
    "say what is missing in the review",
    "a review says why it happened, in one row at least",
    "a review has a corrective action at least",
    "a corrective action is due on a day to come; write which",
    "an identity number is never stored; take it out and name the person instead",
    "a fact cannot lie in the future; write when it happened",
    "a report cannot lie in the future; write when it was made",
    "only an open case can wait",
    "only of an open case a plan is tested",
    "whether it waits is the supplier's to say; a customer contests it",
    "say what is awaited; the customer reads it",
    "the agreement does not leave that out of what counts; the clock runs on",
    "say where it can be seen: a number of theirs, or a file of the case",
    "a stop is the customer's to contest, in the room",
    "it is over; he has confirmed it",
    "say why the clock should not have stopped",
    "no clock of it stopped then, or that is contested already",
    "the case does not wait for anything",
    "the case is resolved already",
    "only a resolved case can be confirmed",
    "the case is open; there is no result to contest",
    "the level is the supplier's to say; a customer confirms or contests it",
    "another level needs a reason; the customer reads it",
    "that is its level already",
    "its level is the customer's to confirm, in the room",
    "no other level waits for a word",
    "only a resolved case is rated",
    "the customer rated it; nobody else changes that",
    "a low rating is the supplier's to follow up",
    "no low rating waits for a follow-up",
    "a follow-up names the cause and the measure",
    "what was served already cannot be changed; let it begin now or later",
    "what was served already cannot be changed; that change is over",
    "a change ends after it begins, and lasts a year at most",
    "nobody takes his own place",
    "the plan has changed since; ask again",
    "has no address of his own to ask him at",
    "say why; whoever reads the plan wants to know",
    "says otherwise for that time; withdraw it first, or choose another time",
    "is withdrawn already",
    "one shift of this swap has begun; change the other one by itself",
    "has no shift that begins within a year",
    "began later than that; write when it happened",
    "has no agreement in force",
    "the agreement defines no levels; name a profile in it",
)
"""How what incidents/ refuses ends; what stands before is the number."""

ROLES: Mapping[str, str] = {
    "admin": "Administrator",
    "engineer": "Engineer",
    "account-manager": "Account manager",
    "auditor": "Auditor",
    "customer": "Customer",
}
