"""README.txt of an audit pack: what each file holds, in both languages."""

from collections.abc import Iterable

from sla.period import Period

_HOLDS = (
    (
        "incidents.json",
        "every incident of the components concerned, with all its events",
        "相关组件的全部事件及其所有记录",
    ),
    ("cases.json", "your cases: events, clocks, and what you were told when", "贵方全部工单：记录、时限及通知情况"),
    ("transitions.json", "the measured states each availability figure is counted from", "可用性计算所依据的状态变化"),
    (
        "observations.json",
        "runs of observations by check, place and UTC day, and every failing answer; kept for 120 days unless "
        "agreed otherwise",
        "按检查、地点和UTC日列出的观测段及全部失败应答；除另有约定外保存120天",
    ),
    (
        "exclusions.json",
        "time that does not count: who asked, approved, confirmed it, and when; of other customers nothing",
        "不计入时间及其申请、批准、确认；不含其他客户的内容",
    ),
    ("corrections.json", "intervals judged otherwise than measured, with evidence", "更正及其依据"),
    ("agreements.json", "every version of the agreements, and who confirmed it", "协议各版本及双方确认"),
    ("calendars.json", "official days off and make-up days, as published", "官方公布的放假与调休安排"),
    ("remedies.json", "what was booked, the months' outcomes, obligations", "违约责任入账、各月结果与后续义务"),
    ("checkpoints.txt", "signed heads of the ledger (C2SP signed notes)", "账本的签名检查点"),
    (
        "ledger.jsonl",
        "the ledger's leaves of these facts, a line each: index and the hashed bytes",
        "上述事实在账本中的记录，每行一条：序号及参与哈希的原文",
    ),
    (
        "statements/",
        "every sealed revision: its record (.json), seal, evidence it is composed from, page, and bundle where "
        "this version has it",
        "各封存修订：记录（.json）、封存信息、计算依据、网页，以及本版本支持时的验证包",
    ),
    ("reports/", "reports that were issued to you, as they were issued", "已发出的报告（按发出时的内容）"),
    (
        "SHA256SUMS",
        "the hash of every other file; check with: sha256sum -c SHA256SUMS",
        "其他各文件的哈希；核对：sha256sum -c SHA256SUMS",
    ),
)


def readme(name: str, chinese: str, period: Period, files: Iterable[str]) -> bytes:
    """Only what is in the pack is named. Instants are milliseconds since 1970 UTC, or RFC 3339 where they are texts."""
    there = [*files, "SHA256SUMS"]
    held = [one for one in _HOLDS if any(file == one[0] or file.startswith(one[0]) for file in there)]
    width = max(len(one) for one, _, _ in held) + 2
    lines = [
        f"Audit pack: {name}, {period}",
        "",
        "Whole numbers of time are milliseconds since 1970-01-01 UTC; texts of time are RFC 3339.",
        "",
        *(f"{file:<{width}}{text}" for file, text, _ in held),
        "",
        "",
        f"审计资料包：{chinese}，{period}",
        "",
        "时间若为整数，即自1970-01-01 UTC起的毫秒数；若为文字，则按RFC 3339。",
        "",
        *(f"{file:<{width}}{text}" for file, _, text in held),
        "",
    ]
    return "\n".join(lines).encode()
