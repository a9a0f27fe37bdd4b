"""Alerts: new papers of one thing to one place."""

from __future__ import annotations

from .model import Operation, limit

_ACT = (403, 422)

ALERTING: tuple[Operation, ...] = (
    Operation("alerts", "GET", "/me/alerts", "Alerts", "The reader's alerts", "Alerts", "alerting.mine", "follow"),
    Operation("make_alert", "POST", "/me/alerts", "Alerts", "Make an alert", "Alert", "alerting.make", "follow",
              body="AlertBody", status=201, problems=_ACT,
              detail="The secret of a new webhook stands in the answer, and nowhere afterwards. The same alert again "
                     "is answered as it is, without the secret."),
    Operation("alert", "GET", "/me/alerts/{alert}", "Alerts", "One alert", "Alert", "alerting.one", "follow"),
    Operation("change_alert", "PATCH", "/me/alerts/{alert}", "Alerts", "Change an alert, pause it, resume it", "Alert",
              "alerting.change", "follow", body="AlertPatch", problems=_ACT),
    Operation("remove_alert", "DELETE", "/me/alerts/{alert}", "Alerts", "Remove an alert", "", "alerting.remove",
              "follow", status=204, problems=_ACT),
    Operation("deliveries", "GET", "/me/alerts/{alert}/deliveries", "Alerts", "The last messages, newest first",
              "Deliveries", "alerting.deliveries", "follow", params=(limit(100, 20),)),
    Operation("test_alert", "POST", "/me/alerts/{alert}/test", "Alerts", "Send a test now", "Delivery",
              "alerting.test", "follow", problems=(*_ACT, 429)),
    Operation("renew_alert_secret", "POST", "/me/alerts/{alert}/secret", "Alerts", "A new secret for a webhook",
              "Alert", "alerting.renew", "follow", problems=_ACT),
)
