"""What goes to the bank and comes back: accounts as they are typed, files in fixed columns, and answers."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funding.domain.bank_answers import Payment, mistakes, read_answer
from services.funding.domain.bank_details import (
    BankDetails,
    account_name_from,
    account_number_from,
    sort_code_from,
)
from services.funding.domain.bank_files import Payer, PaymentLine, bank_file
from shared.kernel.errors import Unprocessable
from shared.kernel.ids import InvoiceId, uuid7
from shared.kernel.money import Pence
from tests.component.harness import MONDAY_MORNING

PAYER = Payer("654321", "EXAMPLE CHARITY", "112233", "12345678")
TODAY = date(2026, 3, 9)
HEADING = "reference,amount,result,day,reason\n"


def a_file(*amounts: int) -> list[str]:
    lines = [
        PaymentLine(f"INV{number:06d}-1", Pence(amount), BankDetails("KIM EXAMPLE", "445566", "87654321"))
        for number, amount in enumerate(amounts, 1)
    ]
    text = bank_file(PAYER, lines, number=7, made_on=date(2026, 3, 2), pays_on=date(2026, 3, 6))
    return text.split("\r\n")[:-1]


def errors_in(*lines: str) -> list[tuple[int, str]]:
    _found, errors = read_answer(HEADING + "\n".join(lines), TODAY)
    return [(error.line, error.column) for error in errors]


@pytest.mark.parametrize("typed", ["12-34-56", "12 34 56", " 123456 "])
def test_a_sort_code_is_six_digits_however_they_are_grouped(typed: str) -> None:
    assert sort_code_from(typed) == "123456"


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12-34-5a", "١٢٣٤٥٦", "000000"])
def test_anything_else_is_no_sort_code(typed: str) -> None:
    with pytest.raises(ValueError, match="sort code"):
        sort_code_from(typed)


@pytest.mark.parametrize("typed", ["", "1234567", "123456789", "1234567x", "00000000", "１２３４５６７８"])
def test_an_account_number_is_eight_digits_and_nothing_is_filled_up(typed: str) -> None:
    assert account_number_from("1234 5678") == "12345678"
    with pytest.raises(ValueError, match="account number"):
        account_number_from(typed)


def test_a_name_is_written_as_payments_can_carry_it() -> None:
    assert account_name_from("  Kim  Example-Smith & Co ") == "KIM EXAMPLE-SMITH"
    for typed in ("", "Žižek", "=1+1", "a\nb;"):
        with pytest.raises(ValueError, match="name"):
            account_name_from(typed)


def test_labels_have_80_columns_and_payments_100() -> None:
    file = a_file(5_000, 12_345)

    assert [line[:4] for line in file[:4]] == ["VOL1", "HDR1", "HDR2", "UHL1"]
    assert [line[:4] for line in file[-3:]] == ["EOF1", "EOF2", "UTL1"]
    assert {len(line) for line in file[:4] + file[-3:]} == {80}
    assert {len(line) for line in file[4:-3]} == {100}


def test_each_field_stands_in_its_columns() -> None:
    file = a_file(5_000, 12_345)
    credit, contra, totals = file[5], file[6], file[-1]

    assert (credit[:6], credit[6:14], credit[14:17], credit[17:23], credit[23:31]) == (
        *("445566", "87654321", "099", "112233", "12345678"),
    )
    assert (credit[35:46], credit[46:64].rstrip(), credit[64:82].rstrip(), credit[82:].rstrip()) == (
        *("00000012345", "EXAMPLE CHARITY", "INV000002-1", "KIM EXAMPLE"),
    )
    assert (contra[:14], contra[15:17], contra[35:46], contra[64:70]) == (
        *("11223312345678", "17", "00000017345", "CONTRA"),
    )
    assert (totals[4:17], totals[17:30], totals[30:37], totals[37:44]) == (
        *("0000000017345", "0000000017345", "0000001", "0000002"),
    )
    assert file[0][41:47] == "654321"
    assert file[3][4:10] == " 26065"
    assert file[1][41:47] == " 26061"
    assert file[1][4:] == file[-3][4:]


@given(amounts=st.lists(st.integers(1, 10**9), min_size=1, max_size=20))
def test_credits_and_contra_balance_and_are_counted(amounts: list[int]) -> None:
    file = a_file(*amounts)

    assert sum(int(line[35:46]) for line in file[4:-4]) == int(file[-4][35:46]) == int(file[-1][4:17])
    assert int(file[-1][37:44]) == len(amounts)
    assert file == a_file(*amounts)


@pytest.mark.parametrize("payer", [Payer(), Payer("65432", "X", "112233", "12345678"), Payer("654321", "", "1", "2")])
def test_no_file_is_made_without_the_charitys_own_account(payer: Payer) -> None:
    with pytest.raises(Unprocessable, match="payer-not-set"):
        bank_file(payer, [], number=1, made_on=TODAY, pays_on=TODAY)


@pytest.mark.parametrize("amount", [0, -1, 10**11])
def test_amounts_that_do_not_fit_the_columns_are_refused(amount: int) -> None:
    with pytest.raises(Unprocessable, match="amount-out-of-range"):
        a_file(amount)


def test_an_answer_is_read_line_by_line() -> None:
    found, errors = read_answer(
        '\ufeffReason,Reference,Amount,Result,Day\r\n,inv000001-1,"£1,050.00",Paid,2026-03-06\r\n\r\n', TODAY
    )

    assert errors == []
    assert [(line.line, line.reference, line.amount, line.result) for line in found] == [
        (2, "INV000001-1", 105_000, "paid")
    ]


@pytest.mark.parametrize(
    ("line", "columns"),
    [
        (",1,paid,2026-03-06,", ["reference"]),
        ("A,-1,paid,2026-03-06,", ["amount"]),
        ("A,1.005,paid,2026-03-06,", ["amount"]),
        ("A,1,perhaps,2026-03-06,", ["result"]),
        ("A,1,paid,06/03/2026,", ["day"]),
        ("A,1,paid,2026-03-10,", ["day"]),
        ("A,1,returned,2026-03-06,", ["reason"]),
        (f"A,1,returned,2026-03-06,{'x' * 201}", ["reason"]),
        ("A,1,paid,2026-03-06", [""]),
        ('A,1,paid,2026-03-06,"x', [""]),
        (",-1,perhaps,never,", ["reference", "amount", "result", "day"]),
        ("", [""]),
    ],
)
def test_what_is_wrong_in_a_line_is_said_with_its_number(line: str, columns: list[str]) -> None:
    assert [column for _, column in errors_in(line)] == columns


def test_a_file_that_is_none_is_refused() -> None:
    for text in ("", "reference,amount\nA,1\n", "\0", HEADING):
        found, errors = read_answer(text, TODAY)
        assert (found, len(errors)) == ([], 1)


@given(text=st.text(max_size=200))
def test_no_text_at_all_breaks_the_reader(text: str) -> None:
    found, errors = read_answer(HEADING + text, TODAY)

    assert found or errors


def a_payment(**changes: object) -> Payment:
    plain: dict[str, object] = {
        "payment_id": uuid7(MONDAY_MORNING),
        "invoice_id": InvoiceId(uuid7(MONDAY_MORNING)),
        "reference": "A",
        "amount": Pence(100),
        "state": "waiting",
        "sent": True,
        "made_on": date(2026, 3, 5),
    }
    return Payment(**{**plain, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({}, None),
        ({"amount": 101}, "amount"),
        ({"state": "paid"}, "reference"),
        ({"state": "returned"}, "reference"),
        ({"sent": False}, "reference"),
        ({"reference": "B"}, "reference"),
        ({"made_on": date(2026, 3, 7)}, "day"),
    ],
)
def test_an_answer_fits_what_was_sent_or_says_why_not(changes: dict[str, object], column: str | None) -> None:
    found, _ = read_answer(f"{HEADING}A,1,paid,2026-03-06,", TODAY)
    payment = a_payment(**changes)

    assert [error.column for error in mistakes(found, {payment.reference: payment})] == ([column] if column else [])


def test_a_payment_answered_twice_is_a_mistake_in_its_second_line() -> None:
    found, _ = read_answer(f"{HEADING}A,1,paid,2026-03-06,\nA,1,paid,2026-03-06,", TODAY)

    assert [error.line for error in mistakes(found, {"A": a_payment()})] == [3]
