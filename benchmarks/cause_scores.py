"""What was said of generated incidents, against what was planted: places, probabilities, confusions."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path

import numpy as np

from benchmarks.cause_cases import BUSINESSES
from benchmarks.intervals import share
from benchmarks.results import headline
from config.causes import CauseKind
from daemon.causes_file import causes_for

# Causes that the figures of a marketing table cannot tell apart: only a log, a status or an independent count of orders could.
_ALIKE = (
    {"budget_cut_or_pause", "ads_account_stopped", "ad_disapproved", "budget_exhausted"},
    {"checkout_failure", "tracking_conversion_only"},
    {"tracking_break_site", "consent_change"},
    {"seo_algorithm", "deindexed"},
    {"landing_page_broken", "release_bug", "site_slow"},
    {"auction_competition", "bid_strategy_change"},
    {"utm_misattribution", "attribution_change"},
    {"bot_traffic", "invalid_clicks"},
    {"data_late", "partial_bucket", "source_empty"},
    {"competitor_offer", "out_of_stock", "site_slow"},
    {"flight_start", "direct_mail_drop", "news_or_viral"},
    {"email_deliverability", "list_fatigue", "send_missed"},
)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What was said of one case: cause -> probability; empty where no incident overlapped the problem. two: two causes at once."""

    business: str
    kind: str | None
    seed: int
    look: int
    said: Mapping[str, float]
    two: bool = False

    @property
    def found(self) -> bool:
        """Whether anything was said."""
        return bool(self.said)

    @property
    def ranked(self) -> list[str]:
        """Causes, likeliest first."""
        return sorted(self.said, key=lambda c: -self.said[c])

    def rank(self, *, alike: bool) -> int | None:
        """The place of a right cause, 1 = first."""
        right = accepted(self.kind or "") if alike else {self.kind}
        return next((place for place, cause in enumerate(self.ranked, 1) if cause in right), None)


def accepted(kind: str) -> set[str]:
    """Causes that explain what a kind does to the figures."""
    return {kind}.union(*(group for group in _ALIKE if kind in group))


def report(told: Sequence[Verdict], null: Sequence[Verdict]) -> list[str]:
    """The lines on verdicts, and on incidents of accounts in which nothing happened."""
    found = [v for v in told if v.found]
    n = len(found)
    first = share(sum(v.rank(alike=True) == 1 for v in found), n)
    three = share(sum((v.rank(alike=True) or 99) <= 3 for v in found), n)
    gap, rows = reliability(found)
    rivals = {"ours": found, "always unknown": [_told(v, {"unknown": 1.0}) for v in found]}
    rivals["uniform"] = [_told(v, dict.fromkeys(_names(), 1 / len(_names()))) for v in found]
    sure = sum(_is_sure_business(v) for v in null)
    return [
        "## Causes of generated incidents",
        "",
        f"{len(told)} incidents of {len({v.business for v in told})} kinds of business and {len({v.kind for v in told})} causes, seeds "
        f"{min(v.seed for v in told)} to {max(v.seed for v in told)}; {share(n, len(told))} were found and are asked for their cause.",
        "",
        headline("Generated incidents: cause first", ">= .80", first),
        headline("Generated incidents: cause among the first three", ">= .95", three),
        headline(
            "Generated incidents: expected calibration error of the likeliest cause", "<= .08", f"{gap:.3f} over {n}"
        ),
        headline(
            "Generated incidents of one planted cause: two at once claimed",
            "<= .02",
            share(sum(v.two for v in found), n),
        ),
        headline(
            "Accounts without a problem: a business cause above .5 on a false incident",
            "<= .05",
            share(sure, len(null)),
        ),
        "",
        "Right is the planted cause, or one that the same figures cannot tell from it. The planted cause alone is first in "
        f"{share(sum(v.rank(alike=False) == 1 for v in found), n)}, among three in {share(sum((v.rank(alike=False) or 99) <= 3 for v in found), n)}.",
        "",
        "| said by | log loss | Brier |",
        "|---|---|---|",
        *(f"| {name} | {_log_loss(of):.2f} | {_brier(of):.2f} |" for name, of in rivals.items()),
        "",
        "| likeliest cause's probability | incidents | said | right |",
        "|---|---|---|---|",
        *rows,
        "",
        "| business | found | first | among three |",
        "|---|---|---|---|",
        *(_row(b, [v for v in told if v.business == b]) for b in BUSINESSES),
        "",
        "| looked at on day | found | first | among three |",
        "|---|---|---|---|",
        *(_row(str(day), [v for v in told if v.look == day]) for day in sorted({v.look for v in told})),
        "",
        "| planted | found | first | among three | else told as |",
        "|---|---|---|---|---|",
        *(_confused(kind, [v for v in told if v.kind == kind]) for kind in sorted({v.kind or "" for v in told})),
        "",
    ]


def reliability(found: Sequence[Verdict], bins: int = 5) -> tuple[float, list[str]]:
    """The expected calibration error of the likeliest cause, in bins of equal width, and the table (Naeini et al. 2015)."""
    sure = np.array([max(v.said.values()) for v in found])
    right = np.array([v.ranked[0] == v.kind for v in found], dtype=float)
    bin_of = np.minimum((sure * bins).astype(int), bins - 1)
    gap, rows = 0.0, []
    for at in range(bins):
        mine = bin_of == at
        if mine.any():
            gap += float(mine.mean() * abs(sure[mine].mean() - right[mine].mean()))
            rows.append(
                f"| {at / bins:.1f} to {(at + 1) / bins:.1f} | {int(mine.sum())} | {sure[mine].mean():.2f} | {right[mine].mean():.2f} |"
            )
    return gap, rows


def _names() -> list[str]:
    return [*causes_for(Path()).causes, "unknown"]


def _told(v: Verdict, said: Mapping[str, float]) -> Verdict:
    return Verdict(business=v.business, kind=v.kind, seed=v.seed, look=v.look, said=said)


def _log_loss(of: Sequence[Verdict]) -> float:
    """Mean of -log p(planted), p never below one in a thousand: shares below a hundredth are told as unknown."""
    return float(np.mean([-log(max(v.said.get(v.kind or "", 0.0), 1e-3)) for v in of]))


def _brier(of: Sequence[Verdict]) -> float:
    """Mean squared distance of the probabilities from the truth (Brier 1950), 0 to 2."""
    return float(
        np.mean([sum((p - (c == v.kind)) ** 2 for c, p in v.said.items()) + (v.kind not in v.said) for v in of])
    )


def _is_sure_business(v: Verdict) -> bool:
    kinds = causes_for(Path()).causes
    return any(p > 0.5 and c in kinds and kinds[c].kind is CauseKind.BUSINESS for c, p in v.said.items())


def _row(name: str, of: Sequence[Verdict]) -> str:
    found = [v for v in of if v.found]
    hits = [v.rank(alike=True) or 99 for v in found]
    return f"| {name} | {share(len(found), len(of))} | {share(sum(h == 1 for h in hits), len(hits))} | {share(sum(h <= 3 for h in hits), len(hits))} |"


def _confused(kind: str, of: Sequence[Verdict]) -> str:
    found = [v for v in of if v.found]
    wrong = Counter(v.ranked[0] for v in found if v.rank(alike=True) != 1).most_common(4)
    hits = [v.rank(alike=True) or 99 for v in found]
    told = ", ".join(f"{cause} {n}" for cause, n in wrong)
    return (
        f"| {kind} | {len(found)} of {len(of)} | {sum(h == 1 for h in hits)} | {sum(h <= 3 for h in hits)} | {told} |"
    )
