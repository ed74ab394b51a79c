"""Numbers and codes that name a thing: never a KPI, and a dimension only where no name exists."""

import re
from typing import TYPE_CHECKING

from config.vocabulary import normal, role_of

if TYPE_CHECKING:
    from daemon.initialise.profile import Column

_IDENTIFIER = re.compile(
    r"(^|_)(id|ids|uuid|guid|gid|token|hash|fivetran|synced)$|^fivetran_|_key$|"
    r"^(customer|order|account|invoice|phone|contact|ticket|user|booking)_(number|no|nr)$|^number$"
)


def is_identifier(column: "Column") -> bool:
    """Numbers and codes that name a thing: never a KPI."""
    if _IDENTIFIER.search(normal(column.name)) or re.search(r"[a-z]I[dD]s?$", column.name):
        return True
    if any(re.match(r"[a-z]+/\d+", value, re.IGNORECASE) for value in column.values[:5]):
        return True  # resource names, e.g. customers/123/campaigns/456
    return role_of(column.name) is None and column.is_whole and column.minimum >= 1e9
