"""The kind `email`: each message as text and HTML by SMTP, those about one incident as one thread.

A message that is sent again has the same Message-ID: mail programs show it once.
"""

from __future__ import annotations

import html
import smtplib
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from hashlib import blake2b
from pathlib import Path
from textwrap import wrap
from typing import Any

from modelwatch.act.deliver import wall_clock
from modelwatch.act.outline import Fact, facts, headline, limited, links, mark, model_of, printable
from modelwatch.act.post import TIMEOUT_SECONDS
from modelwatch.catalog import Catalog, ChannelKind, Form, Setting
from modelwatch.domain.errors import DeliveryError, InputError
from modelwatch.domain.instants import to_datetime
from modelwatch.domain.secret import Secret, hide

TLS_PORT = 465  # RFC 8314: encrypted from the first byte
SUBMISSION_PORT = 587
LONGEST_SUBJECT = 200
PICTURE_WIDTH = 680
WIDTH = 78
_TOLD = 200
_FINAL = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailChannel:
    """Hands messages to one SMTP server, for one sender and some recipients."""

    name: str
    to: tuple[str, ...]
    sender: str
    server: str
    port: int = SUBMISSION_PORT
    starttls: bool = True
    user: str | None = None
    password: Secret | None = None
    clock: Callable[[], int] = wall_clock
    pictures: bool = True

    @property
    def where(self) -> str:
        return f"{', '.join(self.to)} by {self.server}:{self.port}"

    def check(self) -> None:
        """Refuse what is no address of a mailbox."""
        for address in (self.sender, *self.to):
            if "@" not in parseaddr(address)[1] or not address.isprintable():
                raise InputError(f"{printable(address)!r} is no address of a mailbox; allowed: name@example.org")

    def send(self, message: Mapping[str, Any], *, key: str) -> None:
        """Hand the message over.

        Raises
        ------
        DeliveryError
            If the server cannot be reached, does not encrypt as it should, or refuses sender or recipient.
        InputError
            If the password cannot be read, or an address is none.
        """
        self.check()
        password = "" if self.password is None else self.password.reveal()
        try:
            mail = compose(message, key, sender=self.sender, to=self.to, now=self.clock())
            with self._connected() as server:
                if self.user:
                    server.login(self.user, password)
                refused = server.send_message(mail)
        except (smtplib.SMTPException, OSError, ValueError, MessageError) as error:
            raise _failure(self.server, error, password) from None
        if refused:
            taken = len(self.to) - len(refused)
            codes = {address: code for address, (code, _) in refused.items()}
            told = f"{_refused(self.server, codes)}; {taken} of {len(self.to)} have it"
            raise DeliveryError(told, final=min(codes.values()) >= _FINAL)

    def _connected(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.port == TLS_PORT:
            return smtplib.SMTP_SSL(self.server, self.port, timeout=TIMEOUT_SECONDS, context=context)
        server = smtplib.SMTP(self.server, self.port, timeout=TIMEOUT_SECONDS)
        if self.starttls:
            try:
                server.starttls(context=context)
            except BaseException:
                server.close()
                raise
        return server


def register(catalog: Catalog, home: Path) -> None:
    """Add the kind `email`."""
    del home
    catalog.channel_kinds.add(
        ChannelKind(
            name="email",
            help="Mail by an SMTP server.",
            settings=(
                Setting(name="to", form=Form.TEXTS, required=True, help="Who gets it."),
                Setting(name="from", form=Form.TEXT, required=True, help="Who sends it."),
                Setting(name="server", form=Form.TEXT, required=True, help="The host of the SMTP server."),
                Setting(name="port", form=Form.WHOLE, default=SUBMISSION_PORT, help="465: encrypted from the start."),
                Setting(name="starttls", form=Form.FLAG, default=True, help="Encrypt before anything is said."),
                Setting(name="user", form=Form.TEXT, help="Who logs in; left out: nobody."),
                Setting(name="password", form=Form.SECRET, help="The user's password."),
            ),
            make=lambda name, given: EmailChannel(
                name=name, sender=given["from"], **{each: given[each] for each in given if each != "from"}
            ),
        )
    )


def compose(message: Mapping[str, Any], key: str, *, sender: str, to: tuple[str, ...], now: int) -> EmailMessage:
    """The mail of a message: text, the same as HTML, and the headers that make a thread of an incident.

    Parameters
    ----------
    message
        As the pipeline writes it, with a PNG as `picture` where there is one.
    key
        The message's key, of which the Message-ID is made.
    sender, to
        Addresses, each with or without a name.
    now
        When it is sent: in a replay long after what it tells of.
    """
    domain = parseaddr(sender)[1].rpartition("@")[2]
    thread = f"<incident.{_thread(message)}@{domain}>"
    subject = limited(f"{model_of(message)}: {printable(message['title'])}", LONGEST_SUBJECT)
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, ", ".join(to)
    # The same words for the whole thread: mail programs part what has another subject.
    mail["Subject"] = subject if message["change"] == "opened" else f"Re: {subject}"
    mail["Date"] = format_datetime(to_datetime(now))
    mail["Message-ID"] = f"<{mark(key)}@{domain}>"
    mail["In-Reply-To"] = mail["References"] = thread
    mail["Auto-Submitted"] = "auto-generated"
    mail["List-Id"] = f"modelwatch <modelwatch.{domain}>"
    mail["X-Modelwatch-Severity"] = str(message["severity"])
    mail.set_content(_text(message), cte="quoted-printable")
    picture = message.get("picture")
    name = f"{mark(key)}.picture@{domain}" if picture else ""
    mail.add_alternative(_page(message, name), subtype="html", cte="quoted-printable")
    if picture:
        # Inside the mail: it is seen without asking a server, which may not be reached from there.
        _, page = mail.iter_parts()
        assert isinstance(page, EmailMessage)
        page.add_related(picture, "image", "png", cid=f"<{name}>", disposition="inline", filename="incident.png")
    return mail


def _thread(message: Mapping[str, Any]) -> str:
    parts = (message["project"], message["model"], message["env"], str(message["incident"]))
    return blake2b("|".join(parts).encode("utf-8", "backslashreplace"), digest_size=8).hexdigest()


def _text(message: Mapping[str, Any]) -> str:
    lines = [headline(message), ""]
    for fact in facts(message):
        lines += _wrapped(f"{fact.label}: {fact.text}" if fact.text else f"{fact.label}:")
        lines += [line for item in fact.items for line in _wrapped(f"- {item}")]
    lines += [f"{name}: {address}" for name, address in links(message)]
    return "\n".join([*lines, "", f"Sent by modelwatch at {message['at']}."]) + "\n"


def _wrapped(text: str) -> list[str]:
    return wrap(text, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def _page(message: Mapping[str, Any], picture: str) -> str:
    """The message as HTML; `picture` is the name by which its picture goes in the mail, empty without one."""
    rows = "".join(f"<tr><th align=left valign=top>{_h(f.label)}</th><td>{_cell(f)}</td></tr>" for f in facts(message))
    addresses = " · ".join(f'<a href="{_h(address)}">{_h(name)}</a>' for name, address in links(message))
    shown = (
        f'<p><img src="cid:{_h(picture)}" width="{PICTURE_WIDTH}" alt="The chart of the cause"></p>' if picture else ""
    )
    return (
        f"<!doctype html><html><body><h3>{_h(headline(message))}</h3>{shown}"
        f"<table cellpadding=4>{rows}</table><p>{addresses}</p>"
        f"<p><small>Sent by modelwatch at {_h(message['at'])}.</small></p></body></html>\n"
    )


def _cell(fact: Fact) -> str:
    return "".join(_lines(fact)) if fact.items else _h(fact.text)


def _lines(fact: Fact) -> Iterator[str]:
    yield "<ul>"
    yield from (f"<li>{_h(item)}</li>" for item in fact.items)
    yield "</ul>"


def _h(text: str) -> str:
    return html.escape(text)


def _failure(server: str, error: Exception, password: str) -> DeliveryError:
    match error:
        case smtplib.SMTPRecipientsRefused():
            codes = {address: code for address, (code, _) in error.recipients.items()}
            return DeliveryError(_refused(server, codes), final=min(codes.values()) >= _FINAL)
        case smtplib.SMTPResponseException():
            answer = (
                error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
            )
            told = hide(limited(printable(answer), _TOLD), [password])
            return DeliveryError(f"{server} answered {error.smtp_code}: {told}", final=error.smtp_code >= _FINAL)
        case _:
            told = hide(limited(printable(str(error)), _TOLD), [password]) or "no answer"
            return DeliveryError(f"{server} did not take it: {type(error).__name__}: {told}")


def _refused(server: str, codes: Mapping[str, int]) -> str:
    return f"{server} refused {', '.join(f'{address} ({code})' for address, code in codes.items())}"
