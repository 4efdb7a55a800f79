from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from domain.field_type import Enumeration, FieldType, Value
from domain.filter_expression import (
    MAX_CONDITIONS,
    MAX_LENGTH,
    Blank,
    Compare,
    Equal,
    Expression,
    FilterSyntaxError,
    Like,
    OneOf,
    Range,
    Term,
    exactly,
    matches,
    parse,
)

CODE, TEXT, INTEGER, DECIMAL = FieldType.CODE, FieldType.TEXT, FieldType.INTEGER, FieldType.DECIMAL
DATE, TIME, INSTANT, BOOLEAN = FieldType.DATE, FieldType.TIME, FieldType.INSTANT, FieldType.BOOLEAN
CORRESPONDENCE = Enumeration(("hard_copy", "email", "fax"))

WORK_DATE = date(2024, 3, 31)


def read(text: str, field: FieldType = TEXT) -> Expression:
    return parse(text, field, work_date=WORK_DATE)


def term(text: str, field: FieldType = TEXT) -> Term:
    ((only,),) = read(text, field).alternatives
    return only


class TestTerms:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("Arnhem", Equal("Arnhem")),
            ("<>Arnhem", Equal("Arnhem", negated=True)),
            ("@Arnhem", Equal("Arnhem", ignore_case=True)),
            ("<>@Arnhem", Equal("Arnhem", ignore_case=True, negated=True)),
            ("A*", Like("A*")),
            ("A**", Like("A*")),
            ("<>?r*", Like("?r*", negated=True)),
            ("@*em", Like("*em", ignore_case=True)),
            ("<> @ *em", Like("*em", ignore_case=True, negated=True)),
            ("a..b", Range("a", "b")),
            ("..b", Range(None, "b")),
            ("a..", Range("a", None)),
            ("@a..b", Range("a", "b", ignore_case=True)),
            ("<a", Compare("<", "a")),
            ("<=a", Compare("<=", "a")),
            (">a", Compare(">", "a")),
            (">=@a", Compare(">=", "a", ignore_case=True)),
            ("''", Blank()),
            ("<>''", Blank(negated=True)),
        ],
    )
    def test_each_form_of_the_language_is_read(self, text: str, expected: Term) -> None:
        assert term(text) == expected

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("O'Brien", "O'Brien"),
            ("'O''Brien'", "O'Brien"),
            ("'A|B'", "A|B"),
            ("'a..b'", "a..b"),
            ("'<>a&b'", "<>a&b"),
            ("'A*?'", "A*?"),
            ("'@a'", "@a"),
            ("' a '", " a "),
            ("''''", "'"),
            ("bo@example.org", "bo@example.org"),
            ("a<b", "a<b"),
            ("a.b", "a.b"),
            ("%_\\", "%_\\"),
        ],
    )
    def test_a_value_is_what_is_written_and_quotes_make_anything_plain(self, text: str, value: str) -> None:
        assert term(text) == Equal(value)

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            ("CT00042", "CT00042"),
            ("A-1. (B)=%", "A-1. (B)=%"),
            ("R&D1", "'R&D1'"),
            ("A|B", "'A|B'"),
            ("A*", "'A*'"),
            ("A?", "'A?'"),
            ("<>A", "'<>A'"),
            (">A", "'>A'"),
            ("@X", "'@X'"),
            ("A..B", "'A..B'"),
            ("'T1", "'''T1'"),
            ("O'B", "'O''B'"),
        ],
    )
    def test_the_filter_that_a_very_value_meets_has_quotes_only_where_a_sign_would_mean_something(
        self, value: str, text: str
    ) -> None:
        assert exactly(value) == text
        assert term(text, CODE) == Equal(value)

    @pytest.mark.parametrize("text", ["  Den Haag ", "Den Haag\t", "\nDen Haag", " 'Den Haag' "])
    def test_blanks_around_a_value_do_not_count(self, text: str) -> None:
        assert term(text) == Equal("Den Haag")

    @pytest.mark.parametrize("text", ["a .. b", " a..b ", "'a' .. 'b'", "a..'b'"])
    def test_blanks_around_the_ends_of_a_range_do_not_count(self, text: str) -> None:
        assert term(text) == Range("a", "b")


class TestStructure:
    def test_and_binds_stronger_than_or(self) -> None:
        assert read("a|b&c|d").alternatives == (
            (Equal("a"),),
            (Equal("b"), Equal("c")),
            (Equal("d"),),
        )

    def test_alternatives_hold_ranges_and_wildcards(self) -> None:
        assert read("01|03..04|0*&<>02").alternatives == (
            (Equal("01"),),
            (Range("03", "04"),),
            (Like("0*"), Equal("02", negated=True)),
        )

    def test_separators_inside_quotes_are_text(self) -> None:
        assert read("'a|b'|'c&d'").alternatives == ((Equal("a|b"),), (Equal("c&d"),))

    def test_a_list_of_thousands_of_values_is_read_whole(self) -> None:
        expression = read("|".join(f"C{number}" for number in range(15_000)), CODE)
        assert len(expression.alternatives) == 15_000
        assert expression.conditions == 0

    def test_a_list_of_thousands_of_unwanted_values_counts_as_one_condition(self) -> None:
        expression = read("&".join(f"<>C{number}" for number in range(10_000)), CODE)
        assert expression.conditions == 1


class TestValues:
    @pytest.mark.parametrize(
        ("field", "text", "value"),
        [
            (CODE, " sm1 ", "SM1"),
            (CODE, "'sm 1'", "SM 1"),
            (INTEGER, "10000", 10_000),
            (INTEGER, "-5", -5),
            (INTEGER, "9223372036854775807", 2**63 - 1),
            (DECIMAL, "12.50", Decimal("12.50")),
            (DECIMAL, "-.5", Decimal("-0.5")),
            (DECIMAL, "+7.", Decimal(7)),
            (DATE, "2026-11-24", date(2026, 11, 24)),
            (DATE, "'2026-11-24'", date(2026, 11, 24)),
            (TIME, "09:30", time(9, 30)),
            (TIME, "09:30:15", time(9, 30, 15)),
            (INSTANT, "2026-11-24T09:30:00Z", datetime(2026, 11, 24, 9, 30, tzinfo=UTC)),
            (INSTANT, "2026-11-24T10:30+01:00", datetime(2026, 11, 24, 9, 30, tzinfo=UTC)),
            (BOOLEAN, "true", True),
            (BOOLEAN, "false", False),
            (CORRESPONDENCE, "email", "email"),
        ],
    )
    def test_a_value_has_the_type_of_its_field(self, field: FieldType, text: str, value: Value) -> None:
        found = term(text, field)
        assert found == Equal(value)
        assert type(value) is type(found.value if isinstance(found, Equal) else None)

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("0D", date(2024, 3, 31)),
            ("-30D", date(2024, 3, 1)),
            ("+2W", date(2024, 4, 14)),
            ("2w", date(2024, 4, 14)),
            ("-1M", date(2024, 2, 29)),
            ("+1M", date(2024, 4, 30)),
            ("-3M", date(2023, 12, 31)),
            ("+9M", date(2024, 12, 31)),
            ("-13M", date(2023, 2, 28)),
            ("-1Y", date(2023, 3, 31)),
        ],
    )
    def test_a_relative_date_counts_from_the_work_date(self, text: str, expected: date) -> None:
        assert term(text, DATE) == Equal(expected)

    def test_a_year_from_a_leap_day_is_the_last_of_february(self) -> None:
        expression = parse("+1Y", DATE, work_date=date(2024, 2, 29))
        assert expression.alternatives == ((Equal(date(2025, 2, 28)),),)

    def test_a_range_of_dates_may_be_relative(self) -> None:
        assert term("-30D..0D", DATE) == Range(date(2024, 3, 1), WORK_DATE)

    def test_a_range_of_negative_decimals_is_not_taken_for_something_else(self) -> None:
        assert term("-1.5..-.5", DECIMAL) == Range(Decimal("-1.5"), Decimal("-0.5"))

    def test_codes_are_upper_case_so_ignoring_case_changes_nothing(self) -> None:
        assert term("@sm*", CODE) == Like("SM*")

    @pytest.mark.parametrize(
        ("text", "members"),
        [
            ("hard_copy..email", ("hard_copy", "email")),
            ("email..", ("email", "fax")),
            ("..email", ("hard_copy", "email")),
            ("fax..hard_copy", ()),
            ("<email", ("hard_copy",)),
            (">=email", ("email", "fax")),
        ],
    )
    def test_members_of_an_enumeration_have_its_order(self, text: str, members: tuple[str, ...]) -> None:
        assert term(text, CORRESPONDENCE) == OneOf(members)


class TestErrors:
    @pytest.mark.parametrize(
        ("field", "text", "place", "message"),
        [
            (TEXT, "", 1, "the filter is empty (write '' for blank)"),
            (TEXT, "  ", 1, "the filter is empty"),
            (TEXT, "a|'b", 3, "the quote that opens here is never closed"),
            (TEXT, "'''", 1, "the quote that opens here is never closed"),
            (TEXT, "'a'b", 4, "only |, & or .. may follow a closing quote"),
            (TEXT, "'a'*", 4, "only |, & or .. may follow a closing quote"),
            (TEXT, "a|", 3, "a value is missing "),
            (TEXT, "a||b", 3, "a value is missing "),
            (TEXT, "&a", 1, "a value is missing "),
            (TEXT, "a|<>", 5, "a value is missing "),
            (TEXT, "@", 2, "a value is missing "),
            (TEXT, "..", 1, "a range needs at least one end"),
            (TEXT, "a..b..c", 5, "a range has two ends, and here is a third"),
            (TEXT, "x|<a..b", 3, "< can not stand before a range"),
            (TEXT, "<>a..b", 1, "<> can not stand before a range"),
            (TEXT, "a*..b", 1, "* and ? do not go with a range or with < and >"),
            (TEXT, ">a?", 2, "* and ? do not go with a range or with < and >"),
            (TEXT, "a..''", 4, "blank is neither more nor less than a value"),
            (TEXT, "<''", 2, "blank is neither more nor less than a value"),
            (TEXT, "ab\0", 3, "the character NUL can not be used"),
            (TEXT, "ab\ud800", 3, "this is half of a character"),
            (TEXT, "a" * (MAX_LENGTH + 1), MAX_LENGTH + 1, "the filter is longer than 100,000 characters"),
            (TEXT, "|".join(["a..b"] * (MAX_CONDITIONS + 1)), 1, "more than 1,000 ranges, comparisons"),
            (TEXT, "|".join(["a&b"] * MAX_CONDITIONS), 1, "more than 1,000 ranges, comparisons"),
            (TEXT, "|".join(["<>a"] * (MAX_CONDITIONS + 1)), 1, "more than 1,000 ranges, comparisons"),
            (INTEGER, "5|five", 3, "'five' is not a whole number"),
            (INTEGER, "@5", 1, "'@5' is not a whole number"),
            (INTEGER, "1_000", 1, "'1_000' is not a whole number"),
            (INTEGER, "٣", 1, "'٣' is not a whole number"),
            (INTEGER, "9223372036854775808", 1, "is too large a number (it must fit in 64 bits)"),
            (INTEGER, "9" * 10_000, 1, f"'{'9' * 50}…' is not a whole number"),
            (DECIMAL, "12,50", 1, "'12,50' is not a number (write 1250.75, with a point)"),
            (DECIMAL, "1e400000", 1, "is not a number"),
            (DECIMAL, "NaN", 1, "is not a number"),
            (DECIMAL, ".", 1, "is not a number"),
            (
                DATE,
                "Maybe",
                1,
                "'Maybe' is not a date (write 2026-11-24, or count from the work date: -30D, -2W",
            ),
            (DATE, "0D..2026-02-30", 5, "'2026-02-30' is not a date"),
            (DATE, "20260101", 1, "is not a date"),
            (DATE, "2026*", 1, "is not a date"),
            (DATE, "-9999999D", 1, "'-9999999D' lies outside the calendar"),
            (DATE, "+9000Y", 1, "'+9000Y' lies outside the calendar"),
            (TIME, "25:00", 1, "'25:00' is not a time (write 09:30 or 09:30:15)"),
            (TIME, "9", 1, "is not a time"),
            (INSTANT, "2026-11-24", 1, "is not an instant (write 2026-11-24T09:30:00Z)"),
            (INSTANT, "2026-13-24T09:30:00Z", 1, "is not an instant"),
            (BOOLEAN, "yes", 1, "unknown value 'yes'; one of: true, false"),
            (BOOLEAN, "false..true", 1, "true and false have no order"),
            (CORRESPONDENCE, "<>pigeon", 3, "unknown value 'pigeon'; one of: hard_copy, email, fax"),
            (CORRESPONDENCE, "email..pigeon", 8, "unknown value 'pigeon'"),
            (CORRESPONDENCE, "e*", 1, "unknown value 'e*'"),
        ],
    )
    def test_a_wrong_filter_is_refused_with_its_place(
        self, field: FieldType, text: str, place: int, message: str
    ) -> None:
        with pytest.raises(FilterSyntaxError) as caught:
            read(text, field)
        assert caught.value.place == place
        assert str(caught.value).startswith(f"at character {place}: ")
        assert message in str(caught.value)


class TestMatches:
    @pytest.mark.parametrize(
        ("text", "wanted", "unwanted"),
        [
            ("A", ["A"], ["a", "AB", "", None]),
            ("<>A", ["B", "a", None], ["A"]),
            ("@ä", ["ä", "Ä"], ["a", None]),
            ("<>@ä", ["a", None], ["ä", "Ä"]),
            ("A*", ["A", "AB", "A\nB"], ["BA", "a", None]),
            ("<>A*", ["B", None], ["A", "AB"]),
            ("*", ["", "A"], [None]),
            ("<>*", [None], ["", "A"]),
            ("A?", ["AB", "A?"], ["A", "ABC"]),
            ("?*?", ["AB", "ABC"], ["", "A"]),
            ("*a*b", ["ab", "xaxb", "abab"], ["a", "ba", "abx"]),
            ("@*EM", ["Arnhem", "em"], ["Breda"]),
            ("A%|B_", ["A%", "B_"], ["AB", "BB"]),
            ("A..C", ["A", "B", "C"], ["CA", "a", None]),
            ("..C", ["", "A", "C"], ["D", None]),
            ("Z..", ["Z", "a", "ä"], ["A", None]),
            ("<b", ["a", "Z"], ["b", None]),
            (">=@B", ["b", "B", "c"], ["a", "A", None]),
            ("@B..D", ["b", "C", "D"], ["a", "e", None]),
            ("''", [None], ["", "A"]),
            ("<>''", ["", "A"], [None]),
            ("A*&<>AB|X", ["A", "AC", "X"], ["AB", "B", None]),
        ],
    )
    def test_texts(self, text: str, wanted: list[str | None], unwanted: list[str | None]) -> None:
        expression = read(text)
        assert [value for value in wanted + unwanted if matches(expression, value)] == wanted

    @pytest.mark.parametrize(
        ("field", "text", "wanted", "unwanted"),
        [
            (CODE, "sm1|sm2", ["SM1", "SM2"], ["sm1", None]),
            (INTEGER, "<>5", [4, None], [5]),
            (DECIMAL, "1.50", [Decimal("1.5")], [Decimal("1.51"), None]),
            (DATE, "-30D..", [WORK_DATE, date(2024, 3, 1)], [date(2024, 2, 29), None]),
            (TIME, "<12:00", [time(11, 59, 59)], [time(12), None]),
            (BOOLEAN, "true", [True], [False, None]),
            (BOOLEAN, "<>true", [False, None], [True]),
            (BOOLEAN, "True|FALSE", [True, False], [None]),
            (CORRESPONDENCE, "<>email", ["fax", None], ["email"]),
            (CORRESPONDENCE, ">hard_copy", ["email", "fax"], ["hard_copy", None]),
        ],
    )
    def test_other_types(
        self, field: FieldType, text: str, wanted: list[object], unwanted: list[object]
    ) -> None:
        expression = read(text, field)
        assert [value for value in wanted + unwanted if matches(expression, value)] == wanted

    def test_text_compares_by_code_point_beyond_the_first_plane(self) -> None:
        assert matches(read("\uffff.."), "\U0001f600")

    def test_many_wildcards_on_a_long_text_still_come_to_an_end(self) -> None:
        assert not matches(read("*a" * 200 + "*b"), "a" * 2_000)
