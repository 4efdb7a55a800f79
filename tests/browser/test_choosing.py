"""Choosing contacts: conditions, a preview that follows, actions in words, undo and redo, saved criteria."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from application.field_words import Language
from tests.api.crm import Crm, ok
from tests.browser.conftest import Reader, Visit

both_languages = pytest.mark.parametrize("language", ["en", "nl"])


def condition(reader: Reader, number: int, field: str, filter_: str, *, holds: bool = True) -> None:
    """Fill in a row of the form; the first is there already."""
    if number > 1:
        reader.press("more_conditions")
    row = reader.page.locator(".condition").nth(number - 1)
    row.locator("[name=field]").select_option(field)
    row.locator("[name=holds]").select_option("yes" if holds else "not")
    row.locator("[name=filter]").fill(filter_)


@both_languages
def test_contacts_are_previewed_added_refined_undone_and_redone(
    visit: Visit, crm: Crm, language: Language
) -> None:
    no = crm.segment(description="Spring letter")["no"]
    reader = visit(language)
    reader.go(f"/segments/{no}/choose")
    condition(reader, 1, "contact.no", "C*")
    condition(reader, 2, "mailing_group.code", "NEWS", holds=False)
    preview = reader.page.locator("#preview")
    expect(preview).to_contain_text(reader.t("would_add", n=200))
    expect(preview.locator(".sample li")).to_have_count(20)
    assert ok(crm.client.get(f"/v1/segments/{no}"))["number_of_lines"] == 0
    reader.press("do_it")
    taken = reader.page.locator(".actions li")
    expect(taken).to_have_count(1)
    assert ok(crm.client.get(f"/v1/segments/{no}"))["number_of_lines"] == 200

    reader.page.locator("[value=refine]").check()
    condition(reader, 1, "contact.city", "Arnhem")
    expect(preview).to_contain_text(reader.t("would_remove", n=100))
    reader.press("do_it")
    expect(taken).to_have_count(2)
    assert ok(crm.client.get(f"/v1/segments/{no}"))["number_of_lines"] == 100

    reader.page.get_by_role("button", name=reader.t("go_back")).click()
    expect(taken).to_have_count(1)
    assert ok(crm.client.get(f"/v1/segments/{no}"))["number_of_lines"] == 200
    reader.page.get_by_role("button", name=reader.t("redo")).click()
    expect(taken).to_have_count(2)
    assert ok(crm.client.get(f"/v1/segments/{no}"))["number_of_lines"] == 100
    reader.press("reset")
    expect(taken).to_have_count(0)
    assert ok(crm.client.get(f"/v1/segments/{no}"))["number_of_lines"] == 100


@both_languages
def test_groups_hold_if_any_all_or_none_of_their_parts_do(visit: Visit, crm: Crm, language: Language) -> None:
    no = crm.segment()["no"]
    reader = visit(language)
    reader.go(f"/segments/{no}/choose")
    condition(reader, 1, "contact.city", "Arnhem")
    reader.press("more_groups")
    group = reader.page.locator("fieldset.group")
    group.locator("[name=field]").select_option("contact.no")
    group.locator("[name=filter]").fill("C0001..C0004")
    reader.press("more_in_group")
    second = group.locator(".condition").nth(1)
    second.locator("[name=field]").select_option("contact.name")
    second.locator("[name=filter]").fill("Juniper 009|Birch 011")
    preview = reader.page.locator("#preview")
    # In Arnhem are the even numbers: C0002 and C0004 of the first, none of the second.
    expect(preview).to_contain_text(reader.t("would_add", n=2))
    reader.page.locator("#joins").select_option("any")
    expect(preview).to_contain_text(reader.t("would_add", n=127))
    reader.page.locator("#joins").select_option("all")
    group.locator("[name=group-joins]").select_option("none")
    expect(preview).to_contain_text(reader.t("would_add", n=121))
    group.get_by_role("button", name=reader.t("group_in_group")).click()
    inner = group.locator("fieldset.group")
    inner.locator("[name=filter]").fill("Arnhem")
    expect(preview).to_contain_text(reader.t("would_add", n=0))
    inner.get_by_role("button", name=reader.t("remove_group")).click()
    expect(preview).to_contain_text(reader.t("would_add", n=121))
    reader.press("do_it")
    expect(reader.page.locator(".actions li")).to_have_count(1)
    actions = ok(crm.client.get(f"/v1/segments/{no}/criteria-actions"))["items"]
    assert actions[0]["filters"] == {
        "all": [
            {"contact": {"city": "Arnhem"}},
            {
                "not": {
                    "any": [
                        {"contact": {"no": "C0001..C0004"}},
                        {"contact": {"name": "Juniper 009|Birch 011"}},
                    ]
                }
            },
        ]
    }


def test_the_preview_says_who_is_left_out_and_why(visit: Visit, crm: Crm) -> None:
    no = crm.segment()["no"]
    crm.line(no, "C0030")
    reader = visit()
    reader.go(f"/segments/{no}/choose")
    condition(reader, 1, "mailing_group.code", "NEWS")
    condition(reader, 2, "contact.no", "C*")
    preview = reader.page.locator("#preview")
    expect(preview).to_contain_text("47 contacts would be added")
    for reason in ("already_on_segment", "excluded", "privacy_blocked"):
        expect(preview).to_contain_text(reader.t(reason, n=1))
    reader.page.get_by_text(reader.t("options"), exact=True).click()
    reader.page.locator("[name=ignore_exclusion]").check()
    expect(preview).to_contain_text("48 contacts would be added")


@both_languages
def test_codes_are_suggested_and_a_wrong_filter_is_explained_while_it_is_typed(
    visit: Visit, crm: Crm, language: Language
) -> None:
    no = crm.segment()["no"]
    signs = crm.record("mailing-groups", f"{crm.code()}&")
    one = crm.contact(mailing_groups=[signs])["no"]
    reader = visit(language)
    reader.go(f"/segments/{no}/choose")
    condition(reader, 1, "mailing_group.code", "a..b..c")
    suggested = reader.page.locator(".condition datalist")
    expect(suggested.locator("option[value=NEWS]")).to_have_text("Newsletter")
    expect(suggested.locator(f"""option[value="'{signs}'"]""")).to_have_text("of a test")
    expect(reader.page.locator("#preview .problem li")).to_have_text(
        {
            "en": "Mailing group › Code: at character 5: a range has two ends, and here is a third",
            "nl": "Mailinggroep › Code: bij teken 5: een bereik heeft twee einden, en hier staat een derde",
        }[language]
    )
    reader.page.locator("[name=filter]").fill(f"'{signs}'")
    expect(reader.page.locator("#preview")).to_contain_text(reader.t("would_add", n=1))
    expect(reader.page.locator("#preview")).to_contain_text(one)
    expect(reader.page.locator("#preview .problem")).to_have_count(0)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "contact type is company and contact exclude from segment is no"),
        ("nl", "contact soort is bedrijf en contact uitsluiten van segmenten is nee"),
    ],
)
def test_the_actions_taken_are_told_with_their_options_and_in_words(
    visit: Visit, crm: Crm, language: Language, said: str
) -> None:
    lines = [
        {"line_no": 10_000, "type": "question", "description": "How many?"},
        {"line_no": 20_000, "type": "answer", "description": "A few"},
    ]
    questionnaire = crm.record("profile-questionnaires", lines=lines)
    no, other = crm.segment()["no"], crm.segment()["no"]
    filters = {
        "contact": {"type": "company", "exclude_from_segment": "false"},
        "profile_answer": {"questionnaire_code": questionnaire, "line_no": "20000"},
    }
    action = {"action": "add_contacts", "filters": filters, "exclude": {"segments": [other]}}
    ok(crm.client.post(f"/v1/segments/{no}/criteria-actions", json=action | {"expand_companies": True}))
    reader = visit(language)
    reader.go(f"/segments/{no}/choose")
    taken = reader.page.locator(".actions li")
    expect(taken).to_contain_text(said)
    expect(taken).to_contain_text("20000 “How many? A few”")
    expect(taken).to_contain_text(reader.t("without_segment", no=other))
    expect(taken).to_contain_text({"en": "with everybody of their", "nl": "met iedereen van hun"}[language])
    reader.page.locator(".condition [name=field]").select_option("profile_answer.line_no")
    suggested = reader.page.locator(".condition datalist option[value='20000']").last
    expect(suggested).to_have_text(f"{questionnaire}: How many? A few")


@both_languages
def test_everybody_is_added_only_after_a_question(visit: Visit, crm: Crm, language: Language) -> None:
    no = crm.segment()["no"]
    reader = visit(language)
    reader.go(f"/segments/{no}/choose")
    asked = reader.answers(yes=False)
    reader.press("do_it")
    assert asked == [reader.t("sure_everybody")]
    assert ok(crm.client.get(f"/v1/segments/{no}"))["number_of_lines"] == 0
    condition(reader, 1, "contact.no", "C0001")
    one = {"en": "1 contact would be added", "nl": "1 contact zou erbij komen"}[language]
    expect(reader.page.locator("#preview .big")).to_have_text(one)
    reader.press("do_it")
    expect(reader.page.locator(".actions li")).to_have_count(1)
    expect(reader.page.locator("main > p").filter(has_text="·")).to_contain_text(
        {"en": "1 line ·", "nl": "1 regel ·"}[language]
    )


def test_a_condition_is_taken_away_by_keyboard_and_the_preview_follows(visit: Visit, crm: Crm) -> None:
    no = crm.segment()["no"]
    reader = visit()
    reader.go(f"/segments/{no}/choose")
    condition(reader, 1, "contact.no", "C*")
    condition(reader, 2, "contact.city", "Breda")
    expect(reader.page.locator("#preview")).to_contain_text("125 contacts")
    reader.page.locator("[data-remove-condition]").nth(1).focus()
    reader.page.keyboard.press("Enter")
    expect(reader.page.locator("#preview")).to_contain_text("248 contacts")
    expect(reader.page.locator("[name=filter]")).to_be_focused()


def test_criteria_are_saved_and_used_on_another_segment(visit: Visit, crm: Crm, letter: str) -> None:
    reader = visit()
    reader.go(f"/segments/{letter}/choose")
    code = crm.code()
    reader.page.get_by_text(reader.t("save_criteria"), exact=True).click()
    reader.page.locator("#save-code").fill(code)
    with reader.page.expect_navigation():
        reader.press("save")
    other = crm.segment()["no"]
    reader.go(f"/segments/{other}/choose")
    reader.page.get_by_text(reader.t("reuse_criteria"), exact=True).click()
    reader.page.locator("#saved-code").select_option(code)
    reader.page.get_by_role("button", name=reader.t("use"), exact=True).first.click()
    expect(reader.page.locator(".actions li")).to_have_count(1)
    assert ok(crm.client.get(f"/v1/segments/{other}"))["number_of_lines"] == 248


def test_the_contacts_of_a_logged_segment_are_taken_over(visit: Visit, crm: Crm) -> None:
    logged = crm.logged(2)
    no = crm.segment()["no"]
    reader = visit()
    reader.go(f"/segments/{no}/choose")
    reader.page.get_by_text(reader.t("reuse_logged"), exact=True).click()
    reader.page.locator("#reuse-entry").fill(str(logged["entry_no"]))
    reader.page.get_by_role("button", name=reader.t("use"), exact=True).click()
    expect(reader.page.locator(".actions li")).to_have_count(1)
    assert ok(crm.client.get(f"/v1/segments/{no}"))["number_of_lines"] == 2


@both_languages
def test_what_was_done_stays_said_while_the_preview_is_made_anew(
    visit: Visit, crm: Crm, language: Language
) -> None:
    no = crm.segment()["no"]
    reader = visit(language)
    reader.go(f"/segments/{no}/choose")
    condition(reader, 1, "contact.no", "C*")
    condition(reader, 2, "contact.city", "Breda")
    with reader.page.expect_navigation():
        reader.page.locator(".condition").nth(1).locator("[name=filter]").press("Enter")
    saved = reader.page.locator("#done").filter(has_text=reader.t("were_added", n=125))
    # The condition that had the focus is gone; no other field gets it.
    expect(reader.page.locator("#main")).to_be_focused()
    expect(reader.page.locator("#preview .sample, #preview .problem, #preview .big").first).to_be_visible()
    expect(saved).to_be_visible()


@both_languages
def test_what_an_action_came_to_is_said_and_what_undoing_it_came_to(
    visit: Visit, crm: Crm, language: Language
) -> None:
    no = crm.segment()["no"]
    reader = visit(language)
    reader.go(f"/segments/{no}/choose")
    done = reader.page.locator("#done")
    condition(reader, 1, "contact.no", "C0001|C0002|C0003")
    reader.press("do_it")
    expect(done).to_have_text(reader.t("were_added", n=3))
    reader.page.locator("[value=reduce]").check()
    condition(reader, 1, "contact.no", "C0002")
    reader.press("do_it")
    expect(done).to_have_text(reader.t("were_taken_off", n=1))
    reader.page.get_by_role("button", name=reader.t("go_back")).click()
    expect(done).to_have_text(reader.t("has_lines_now", n=3))
    reader.page.get_by_role("button", name=reader.t("redo")).click()
    expect(done).to_have_text(reader.t("has_lines_now", n=2))


def test_a_preview_that_is_not_about_what_was_typed_pales_until_the_next_is_there(
    visit: Visit, crm: Crm
) -> None:
    no = crm.segment()["no"]
    reader = visit()
    reader.go(f"/segments/{no}/choose")
    preview = reader.page.locator("#preview")
    expect(preview).to_contain_text("contacts would be added")
    held: list[Route] = []
    reader.page.route("**/preview", lambda route: held.append(route))
    condition(reader, 1, "contact.no", "C0001")
    expect(preview).to_have_css("opacity", "0.45")
    # Whoever types slowly is asked for in between.
    reader.until(lambda: held and "C0001" in (held[-1].request.post_data or ""))
    held[-1].continue_()
    expect(preview).to_contain_text(reader.t("would_add", n=1))
    expect(preview).to_have_css("opacity", "1")
