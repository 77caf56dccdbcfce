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


def test_two_members_become_one_and_two_again(garden: Cli) -> None:
    before = garden("balances", "-c", "garden").ok().text
    merged = garden("members", "merge", "chat:ana", "chat:bo", "-c", "garden", "--reason", "one phone").ok()
    assert merged.text == "garden: member #1 acts for #2; undo it with: members unmerge 32\n"
    why = garden("explain", "--position", "32", "-c", "garden", "--lang", "en").ok().text.splitlines()
    assert [line for line in why if "move with" in line] == [
        "18 points move with Ana 安; the balance is 39.",
    ], "once, since both are called the same now"
    rows = garden("balances", "-c", "garden").ok().rows
    assert [(row["member"], row["balance"]) for row in rows] == [("ana", "39")]
    then = garden("balances", "-c", "garden", "--at", "2024-03-04T23:00:00Z", "--left").ok().rows
    assert [row["member"] for row in then].count("ana") == 1, "who are one person now are one row then, too"
    at_last = garden("balances", "-c", "garden", "--at", "2100-01-01").ok().rows
    assert [(row["member"], row["balance"], row["earned"]) for row in at_last] == [
        (row["member"], row["balance"], row["earned"]) for row in rows
    ]
    again = garden("members", "merge", "chat:ana", "#2", "-c", "garden", "--reason", "one phone")
    assert (again.code, "one person already" in again.said) == (1, True)
    garden("members", "unmerge", "32", "-c", "garden", "--reason", "two").ok()
    assert garden("balances", "-c", "garden").ok().text == before
    assert garden("verify", "-c", "garden").ok()
    assert garden("members", "unmerge", "32", "-c", "garden", "--reason", "two").code == 1
