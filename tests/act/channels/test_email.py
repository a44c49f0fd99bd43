"""The kind `email`: text and HTML, one thread for an incident, encrypted unless told otherwise."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modelwatch.act.channels.email import EmailChannel
from modelwatch.act.outline import mark
from modelwatch.domain.errors import DeliveryError, InputError
from modelwatch.domain.instants import parse_instant
from modelwatch.domain.secret import Secret

NOW = parse_instant("2024-05-06T07:08:09Z")
MakeMailbox = Callable[..., Any]


def channel(mailbox: Any, **changed: Any) -> EmailChannel:
    given: dict[str, Any] = {
        "to": ("a@example.org", "B <b@example.org>"),
        "sender": "Watch <watch@example.com>",
        "server": "127.0.0.1",
        "port": mailbox.port,
        "starttls": False,
        "clock": lambda: NOW,
    }
    return EmailChannel(name="team", **(given | changed))


@pytest.fixture
def mailbox(make_mailbox: MakeMailbox) -> Any:
    """An SMTP server that does not encrypt."""
    return make_mailbox()


def test_a_mail_has_text_and_html_and_every_header(mailbox: Any, message: dict[str, Any]) -> None:
    channel(mailbox).send(message, key="k")
    [mail] = mailbox.mails
    assert mailbox.recipients == [["a@example.org", "b@example.org"]]
    assert mail["From"] == "Watch <watch@example.com>"
    assert mail["To"] == "a@example.org, B <b@example.org>"
    assert mail["Subject"] == "flight-delay: Weather feed missing, 8 columns empty"
    assert mail["Date"] == "Mon, 06 May 2024 07:08:09 +0000"
    assert mail["Message-ID"] == f"<{mark('k')}@example.com>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Id"] == "modelwatch <modelwatch.example.com>"
    assert mail["X-Modelwatch-Severity"] == "critical"
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


def test_both_parts_say_everything(mailbox: Any, message: dict[str, Any]) -> None:
    channel(mailbox).send(message, key="k")
    [mail] = mailbox.mails
    text, page = (part.get_content().replace("\r\n", "\n") for part in mail.iter_parts())
    assert text.startswith("CRITICAL  flight-delay  Weather feed missing, 8 columns empty\n\nNew: incident 12")
    assert max(map(len, text.splitlines())) <= 78
    assert "- the other 6 columns are complete\n" in text
    for said in (message["how_bad"], message["links"]["runbook"], message["effect"], "origin EWR"):
        assert said in text
        assert said in page
    assert '<a href="https://watch.example.org/incidents/12">Incident</a>' in page


def test_a_picture_lies_in_the_mail_where_its_words_are(mailbox: Any, message: dict[str, Any]) -> None:
    channel(mailbox).send({**message, "picture": b"\x89PNG drawn"}, key="k")
    [mail] = mailbox.mails
    plain, related = mail.iter_parts()
    assert (plain.get_content_type(), related.get_content_type()) == ("text/plain", "multipart/related")
    page, picture = related.iter_parts()
    name = f"{mark('k')}.picture@example.com"
    assert f'src="cid:{name}"' in page.get_content()
    assert (picture["Content-ID"], picture.get_content()) == (f"<{name}>", b"\x89PNG drawn")


def test_all_that_is_said_of_an_incident_is_one_thread(mailbox: Any, message: dict[str, Any]) -> None:
    to = channel(mailbox)
    to.send(message, key="a")
    to.send(message | {"change": "resolved", "severity": "ok"}, key="b")
    to.send(message | {"incident": 13}, key="c")
    begin, end, other = mailbox.mails
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 3
    assert begin["References"] == begin["In-Reply-To"] == end["References"] == end["In-Reply-To"]
    assert begin["References"] != other["References"]
    assert end["Subject"] == f"Re: {begin['Subject']}"


def test_data_is_no_header_and_no_markup(mailbox: Any, message: dict[str, Any]) -> None:
    hostile = "x\r\nBcc: all@example.org\r\n\r\n<script>alert(1)</script>"
    channel(mailbox).send(message | {"title": hostile, "evidence": [hostile], "links": {"a": 'x"><b>'}}, key="k")
    [mail] = mailbox.mails
    assert mail["Bcc"] is None
    assert mailbox.recipients == [["a@example.org", "b@example.org"]]
    page = mail.get_body(("html",)).get_content()
    assert "<script>" not in page
    assert '"><b>' not in page


def test_a_long_subject_is_cut(mailbox: Any, message: dict[str, Any]) -> None:
    channel(mailbox).send(message | {"title": "é" * 5_000}, key="k")
    assert len(mailbox.mails[0]["Subject"]) == 200


@pytest.mark.parametrize(("answer", "final"), [("550 No such user", True), ("451 Later", False)])
def test_a_refusal_of_all_is_told(mailbox: Any, message: dict[str, Any], answer: str, final: bool) -> None:
    mailbox.refused = dict.fromkeys(("a@example.org", "b@example.org"), answer)
    with pytest.raises(DeliveryError, match=f"refused a@example.org \\({answer[:3]}\\), b@example.org") as failure:
        channel(mailbox).send(message, key="k")
    assert failure.value.final is final
    assert mailbox.mails == []


def test_a_refusal_of_one_does_not_keep_the_others_from_it(mailbox: Any, message: dict[str, Any]) -> None:
    mailbox.refused = {"b@example.org": "550 No such user"}
    with pytest.raises(DeliveryError, match=r"refused b@example.org \(550\); 1 of 2 have it") as failure:
        channel(mailbox).send(message, key="k")
    assert failure.value.final
    assert mailbox.recipients == [["a@example.org"]]


@pytest.mark.parametrize(("answer", "final"), [("554 Spam", True), ("452 Full", False)])
def test_a_refusal_of_the_content_is_told(mailbox: Any, message: dict[str, Any], answer: str, final: bool) -> None:
    mailbox.answer = answer
    with pytest.raises(DeliveryError, match=f"127.0.0.1 answered {answer[:3]}: {answer[4:]}") as failure:
        channel(mailbox).send(message, key="k")
    assert failure.value.final is final


def test_a_server_that_does_not_encrypt_gets_nothing_unless_told_so(mailbox: Any, message: dict[str, Any]) -> None:
    with pytest.raises(DeliveryError, match="STARTTLS"):
        channel(mailbox, starttls=True).send(message, key="k")
    assert mailbox.mails == []


def test_nobody_there_is_told(mailbox: Any, message: dict[str, Any]) -> None:
    with pytest.raises(DeliveryError, match=r"127\.0\.0\.1 did not take it: ") as failure:
        channel(mailbox, port=1).send(message, key="k")
    assert not failure.value.final


@pytest.mark.parametrize("address", ["", "a", "a\n@b", "Name <x>"])
def test_what_is_no_address_is_refused(mailbox: Any, message: dict[str, Any], address: str) -> None:
    for wrong in ({"to": (address,)}, {"sender": address}):
        with pytest.raises(InputError, match="is no address of a mailbox"):
            channel(mailbox, **wrong).check()


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A certificate for this machine that is trusted within the test."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl to make a certificate")
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    made = f"req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=here -keyout {key}"
    subprocess.run(
        [openssl, *made.split(), "-out", str(cert), "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True,
        capture_output=True,
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


def test_mail_is_encrypted_and_the_user_logs_in(
    make_mailbox: MakeMailbox, certificate: ssl.SSLContext, message: dict[str, Any]
) -> None:
    smtp = pytest.importorskip("aiosmtpd.smtp")
    seen: list[tuple[bytes, bytes, bool]] = []

    def authenticate(server: Any, session: Any, _: Any, __: str, given: Any) -> Any:
        seen.append((given.login, given.password, session.ssl is not None))
        return smtp.AuthResult(success=given.password == b"p4ssw0rd", handled=False)

    options = {"tls_context": certificate, "require_starttls": True, "authenticator": authenticate}
    mailbox = make_mailbox(auth_required=True, **options)
    channel(mailbox, starttls=True, user="me", password=Secret(text="p4ssw0rd")).send(message, key="k")
    assert seen == [(b"me", b"p4ssw0rd", True)]
    assert len(mailbox.mails) == 1
    with pytest.raises(DeliveryError, match="answered 535") as failure:
        channel(mailbox, starttls=True, user="me", password=Secret(text="wr0ng")).send(message, key="k")
    assert failure.value.final
    assert "wr0ng" not in str(failure.value)


def test_a_server_that_nobody_vouches_for_gets_nothing(
    make_mailbox: MakeMailbox,
    certificate: ssl.SSLContext,
    message: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    mailbox = make_mailbox(tls_context=certificate)
    with pytest.raises(DeliveryError, match="CERTIFICATE_VERIFY_FAILED"):
        channel(mailbox, starttls=True).send(message, key="k")
    assert mailbox.mails == []
