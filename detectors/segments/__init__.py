"""Where a change sits: which segments carry it, and which factor of the KPI tree."""
