"""`ledger members`: what operators do about one member."""

from __future__ import annotations

from tests.schema.cli import Cli


def test_an_erased_member_is_in_no_list_and_verify_says_what_is_gone(garden: Cli) -> None:
    assert "ana" in garden("balances", "-c", "garden").ok().text
    ran = garden("members", "erase", "chat:ana", "-c", "garden", "--yes").ok()
    assert ran.text == "garden: member #1 is nobody now\n"
    assert "ana" not in garden("balances", "-c", "garden", "--left").ok().text
    verified = garden("verify", "-c", "garden").ok().text
    assert "private parts were erased" in verified
    garden("rebuild", "-c", "garden").ok()
    assert garden("verify", "-c", "garden").ok().text == verified
    assert '"ana"' not in garden("export", "-c", "garden").ok().text
    garden("members", "erase", "#1", "-c", "garden", "--yes").ok()
    again = garden("members", "erase", "chat:ana", "-c", "garden", "--yes")
    assert (again.code, "there is no member 'chat:ana'" in again.said) == (1, True)
