"""What every channel promises: receipts that only move forward, errors that say what to do next."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.channels import base
from integrations.channels.base import ReceiptStatus, from_status, later

statuses = st.sampled_from(ReceiptStatus)


@given(statuses, statuses)
def test_receipts_end_the_same_in_either_order(a: ReceiptStatus, b: ReceiptStatus) -> None:
    assert later(a, b) == later(b, a)


@given(statuses, statuses, statuses)
def test_receipts_end_the_same_however_they_are_grouped(a: ReceiptStatus, b: ReceiptStatus, c: ReceiptStatus) -> None:
    assert later(later(a, b), c) == later(a, later(b, c))


@given(statuses, statuses)
def test_a_receipt_never_moves_a_message_back(a: ReceiptStatus, b: ReceiptStatus) -> None:
    assert later(a, b).rank >= a.rank
    assert later(a, a) == a


def test_a_failure_is_the_last_word() -> None:
    for failure in (ReceiptStatus.FAILED, ReceiptStatus.UNDELIVERED):
        assert failure.final
        assert later(failure, ReceiptStatus.READ) == failure


def test_the_way_of_a_message() -> None:
    way = [ReceiptStatus.QUEUED, ReceiptStatus.SENT, ReceiptStatus.DELIVERED, ReceiptStatus.READ]
    assert sorted(way, key=lambda status: status.rank) == way


@given(st.text())
def test_a_status_we_do_not_know_is_unknown_and_never_an_error(word: str) -> None:
    assert ReceiptStatus(word) in ReceiptStatus
    assert ReceiptStatus("partially_delivered") is ReceiptStatus.UNKNOWN


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504])
def test_what_may_pass_is_temporary(status: int) -> None:
    error = from_status(status, timedelta(seconds=7))
    assert isinstance(error, base.Temporary)
    assert error.retry_after == timedelta(seconds=7)


@pytest.mark.parametrize("status", [301, 400, 403, 404, 413, 422])
def test_what_will_not_pass_is_refused_and_nobody_counts_as_opted_out(status: int) -> None:
    assert type(from_status(status)) is base.Refused


def test_a_key_that_is_not_taken_is_no_fault_of_the_message_and_may_be_mended() -> None:
    error = from_status(401)
    assert (type(error), error.code) == (base.KeyRefused, "401")
    assert isinstance(error, base.Temporary)
    assert not isinstance(error, base.Unanswered), "nothing was taken"


def test_an_error_says_what_happened_in_its_own_words_and_keeps_the_vendors_code() -> None:
    error = base.OptedOut("21610")
    assert str(error) == "The person wants no messages on this channel. (21610)"
    assert error.code == "21610"
    assert str(base.Unanswered()) == "No answer came: the message may have been taken or not."
