"""All routes of the server in one list: what is not in it is not served, described or tested."""

from __future__ import annotations

from modelwatch.serve.endpoint import Endpoint
from modelwatch.serve.routes import events, health, incidents, local, models, rows
from modelwatch.serve.ui import assets, column, fleet, incident, model, pictures, rules, search, session
from modelwatch.serve.ui import events as event_page
from modelwatch.serve.ui import incidents as incident_list

ENDPOINTS: tuple[Endpoint, ...] = (
    *rows.ENDPOINTS,
    *events.ENDPOINTS,
    *models.ENDPOINTS,
    *incidents.ENDPOINTS,
    *health.ENDPOINTS,
    *local.ENDPOINTS,
    *assets.ENDPOINTS,
    *session.ENDPOINTS,
    *fleet.ENDPOINTS,
    *search.ENDPOINTS,
    *event_page.ENDPOINTS,
    *rules.ENDPOINTS,
    *incident.ENDPOINTS,
    *incident_list.ENDPOINTS,
    *model.ENDPOINTS,
    *column.ENDPOINTS,
    *pictures.ENDPOINTS,
)
