"""The kind `slack`: each message as blocks to an incoming webhook of Slack.

Slack knows no ids: a message that is sent again stands there twice, with the same mark at its end.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modelwatch.act.outline import Fact, facts, headline, limited, links, mark
from modelwatch.act.post import Posting, post
from modelwatch.catalog import Catalog, ChannelKind, Form, Setting
from modelwatch.domain.errors import DeliveryError

LONGEST_HEADER = 150  # characters, as Slack's reference of each block says
LONGEST_SECTION = 3_000
LONGEST_OF_ALL = 8_000  # Slack has refused 11,000 in all, and documents no limit
_LONGEST_ITEM = 400
_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_LONGEST_LINK = 1_000
_OK = "ok"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackChannel(Posting):
    """Posts to one incoming webhook, whose address is a secret."""

    def send(self, message: Mapping[str, Any], *, key: str) -> None:
        """Post the message.

        Raises
        ------
        DeliveryError
            If Slack does not answer with `ok`.
        InputError
            If the address cannot be read.
        """
        content = json.dumps(payload(message, mark(key))).encode()
        answer = post(
            self.url.reveal(), content, {"Content-Type": "application/json"}, allow_private=self.allow_private
        )
        if answer != _OK:
            raise DeliveryError(f"{self.where} answered {limited(answer, 60)!r}, which is not Slack's {_OK!r}")


def register(catalog: Catalog, home: Path) -> None:
    """Add the kind `slack`."""
    del home
    catalog.channel_kinds.add(
        ChannelKind(
            name="slack",
            help="Blocks to an incoming webhook of Slack.",
            settings=(
                Setting(name="url", form=Form.ADDRESS, required=True, help="The incoming webhook; it is a secret."),
                Setting(name="allow_private", form=Form.FLAG, default=False, help="Allow private addresses."),
            ),
            make=lambda name, given: SlackChannel(name=name, **given),
        )
    )


def payload(message: Mapping[str, Any], sign: str) -> dict[str, Any]:
    """What is posted: a text for places that show no blocks, and the blocks.

    Parameters
    ----------
    message
        As the pipeline writes it.
    sign
        The message's mark.
    """
    title = headline(message)
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": limited(title, LONGEST_HEADER), "emoji": False}}
    ]
    left = LONGEST_OF_ALL
    for fact in facts(message):
        text = limited(_told(fact), LONGEST_SECTION)
        left -= len(text)
        if left < 0:
            blocks.append(_section("_More does not fit here._"))
            break
        blocks.append(_section(text))
    told = (f"<{_address(address)}|{_plain(name, 60)}>" for name, address in links(message))
    addresses = " · ".join(link for link in told if len(link) <= _LONGEST_LINK)
    if addresses:
        blocks.append(_section(limited(addresses, LONGEST_SECTION)))
    blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": f"{message['at']} · {sign}"}]})
    return {"text": escaped(limited(title, LONGEST_SECTION)), "blocks": blocks}


def escaped(text: str) -> str:
    """A text that Slack shows as it is: nobody is mentioned, nothing becomes a link or bold.

    Examples
    --------
    >>> escaped("<!channel> & co")
    '&lt;!channel&gt; &amp; co'
    """
    return text.translate(_ESCAPED)


def _told(fact: Fact) -> str:
    if not fact.items:
        return f"*{escaped(fact.label)}* {_plain(fact.text, LONGEST_SECTION // 6)}"
    lines = [f"• {_plain(item, _LONGEST_ITEM)}" for item in fact.items]
    while len("\n".join(lines)) > LONGEST_SECTION - 100:
        lines.pop()
    more = len(fact.items) - len(lines)
    return "\n".join([f"*{escaped(fact.label)}*", *lines, *([f"and {more} more"] if more else [])])


def _plain(text: str, runes: int) -> str:
    """Cut before it is escaped: an escape cut in two would show."""
    return escaped(limited(text, runes))


def _address(address: str) -> str:
    return escaped(address).replace("|", "%7C")


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}
