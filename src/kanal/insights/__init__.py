"""Read-only queries behind dashboards, reports and figures; nothing here writes."""
