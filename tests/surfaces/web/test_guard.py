"""Who may see the page and steer the music."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livedshl.surfaces.web.guard import is_here, may_connect, new_token, page_headers


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:5299", "localhost:5299", "LOCALHOST", "[::1]:5299", "192.168.1.7:80", "stage:5299",
     "stage.local:5299"],
)  # fmt: skip
def test_addresses_and_the_names_of_this_machine_lead_here(host):
    assert is_here(host, "stage")


@pytest.mark.parametrize(
    "host",
    ["evil.example:5299", "127.0.0.1.evil.example", "evil@127.0.0.1", "stage.evil", "other.local",
     "", "localhost:x", "localhost:99999999", "127.0.0.1/x", "[fe80::1%25x]", "localhost ",
     "a" * 999],
)  # fmt: skip
def test_other_names_do_not_even_if_they_resolve_to_this_machine(host):
    assert not is_here(host, "stage")


@settings(max_examples=50)
@given(st.text(max_size=40))
def test_any_host_is_judged_without_an_error(host):
    assert is_here(host, "stage") in (True, False)


def test_only_the_page_itself_may_connect():
    host = "127.0.0.1:5299"
    assert may_connect("/live", f"http://{host}", host, "")
    for origin in ("", "null", "http://evil.example", f"https://{host}", "http://127.0.0.1:80"):
        assert not may_connect("/live", origin, host, "")


def test_with_a_token_only_a_page_that_names_it_may_connect():
    host, token = "192.168.1.7:5299", new_token()
    for named, may in ((token, True), ("", False), (token[:-1], False), (new_token(), False)):
        assert may_connect(f"/live?token={named}", f"http://{host}", host, token) is may
    assert not may_connect("/live", f"http://{host}", host, token)
    assert not may_connect("/live?token=\u00e9", f"http://{host}", host, token)


def test_two_tokens_are_never_alike():
    assert len({new_token() for _ in range(100)}) == 100
    assert len(new_token()) >= 20


def test_a_browser_is_told_to_load_nothing_from_elsewhere():
    policy = page_headers("127.0.0.1:5299")["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
