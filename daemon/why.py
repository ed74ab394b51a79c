"""Why an incident happened: the ranked causes in words, what stands still, and whether money or only records are lost."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from config.causes import CauseKind, Causes, CauseText
from config.settings import Settings
from daemon.alerts import deciding_words, reasons
from daemon.alerts.reason_words import Speaker
from daemon.alerts.titles import in_sentence, kpi_title
from daemon.alerts.untrusted import clean
from daemon.grouping import DATA_SHAPES, is_data_fault
from daemon.model import Cause, Incident
from detectors.causes.deciding import deciding
from detectors.causes.evidence import Evidence
from detectors.causes.pair import best_pair
from detectors.causes.rank import Ranked, rank
from detectors.causes.record import UNKNOWN, CauseRecord
from detectors.finding import Shape

# A cause less likely than this is not worth a reader's time: its share goes to unknown.
LEAST_PROBABILITY = 0.01
# Two at once are told when they are likelier than all single causes together.
TOGETHER = 0.5
_UNKNOWN_TITLE = "no known cause fits"
_UNKNOWN_VERIFY = ("What changed that day: site, prices, campaigns, tracking", "Whether the number itself is right")
# Where values stand still, what happened that day is no question yet.
_STUCK_VERIFY = (
    "The raw rows of those days: whether the source says the same value",
    "When the export and the tag last brought something new",
)
_UNKNOWN_ACTIONS = ("Name the cause in causes.yaml once you have found it",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """Causes, best first; `steady`: sentences on what did not move; `loses`: money, records or none, by the likeliest.

    decides: what would tell the two likeliest known causes apart. together: ids of two causes at once, where those are likelier than
    any one.
    """

    causes: tuple[Cause, ...]
    steady: tuple[str, ...]
    loses: str
    decides: tuple[str, ...]
    together: tuple[str, ...] = ()


def explain(
    causes: Causes, evidence: Evidence, incident: Incident, settings: Settings, tree_tells: frozenset[str] = frozenset()
) -> Explained:
    """The causes of an incident; their probabilities sum to 1, `unknown` is among them.

    What befell the data is explained by the data alone, whatever else is wrong with the business on that day. tree_tells: the
    measures of which the KPI tree says that they are as usual; where only records are lost, it is silent.
    """
    worst = incident.findings[0]
    is_data = evidence.lead_shape in DATA_SHAPES or is_data_fault(worst)
    records = [r for r in causes.records() if not is_data or causes.causes[r.id].kind is CauseKind.DATA]
    ranked = rank(records, evidence)
    speaker = Speaker(
        evidence=evidence,
        started_at=incident.started_at,
        zone=ZoneInfo(settings.timezone),
        currency=settings.currency,
        title=_titles(causes, settings),
    )
    two = best_pair(records, ranked, evidence)
    together = (two.first, two.second) if two is not None and two.probability > TOGETHER else ()
    told = [r for r in ranked if r.id != UNKNOWN and (r.probability >= LEAST_PROBABILITY or r.id in together)]
    found = [_cause(r, causes.causes[r.id], speaker) for r in told]
    found.append(
        Cause(
            id=UNKNOWN,
            title=_UNKNOWN_TITLE,
            probability=1 - sum(c.probability for c in found),
            verify=_STUCK_VERIFY if is_data and worst.shape is Shape.FLATLINE else _UNKNOWN_VERIFY,
            actions=_UNKNOWN_ACTIONS,
        )
    )
    found.sort(key=lambda c: -c.probability)
    loses = _loses(ranked, causes)
    steady = reasons.steady(evidence, speaker, frozenset() if loses == "records" else tree_tells)
    return Explained(
        causes=tuple(found), steady=steady, loses=loses, decides=_decides(told[:2], records, causes, speaker)
    )


def _decides(
    two: Sequence[Ranked], records: Sequence[CauseRecord], causes: Causes, speaker: Speaker
) -> tuple[str, ...]:
    """The most telling observation that nobody has made; where all are made, the first step of each that the other does not ask for."""
    if len(two) < 2:
        return ()
    first, second = two
    texts = [causes.causes[r.id] for r in two]
    by_id = {record.id: record for record in records}
    shares = (first.probability, second.probability)
    found = deciding(by_id[first.id], by_id[second.id], shares, speaker.evidence)
    if found is not None:
        return (deciding_words.sentence(found, texts[0].title, texts[1].title, speaker.title),)
    steps = []
    for own, other in (texts, texts[::-1]):
        step = next((step for step in own.verify if step not in other.verify), None)
        if step is not None:
            steps.append(f"{step} (if it is {in_sentence(own.title)})")
    return tuple(steps)


def _cause(ranked: Ranked, text: CauseText, speaker: Speaker) -> Cause:
    return Cause(
        id=ranked.id,
        title=text.title,
        probability=ranked.probability,
        supporting=reasons.supporting(ranked.supporting, speaker),
        against=reasons.against(ranked.against, ranked.unobserved, speaker),
        verify=tuple(text.verify),
        actions=tuple(text.actions),
    )


def _loses(ranked: tuple[Ranked, ...], causes: Causes) -> str:
    """What is lost by the weight of the causes together: five data faults at 15 % each outweigh one business cause at 20 %."""
    weight: dict[str, float] = {}
    for r in ranked:
        loses = "money" if r.id == UNKNOWN else str(causes.causes[r.id].loses)
        weight[loses] = weight.get(loses, 0.0) + r.probability
    records = weight.get("records", 0.0)
    if records > 1 - records:
        return "records"
    return "none" if weight.get("none", 0.0) > weight.get("money", 0.0) else "money"


def _titles(causes: Causes, settings: Settings) -> Callable[[str], str]:
    """What to call a role: the configuration's title of the KPI that holds it, else the catalogue's, else our own."""
    own = {kpi.role or name: clean(kpi.title) for name, kpi in settings.kpis.items() if kpi.title}

    def title(role: str) -> str:
        return own.get(role) or causes.measures.get(role) or kpi_title(role)

    return title
