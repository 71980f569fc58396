from __future__ import annotations

from bench.plain import MESSAGES, NUMBER, TOLD, Customer, Sounds, database, extension, extensions, modules

MOMENT = "2026-01-31T08:00:00+00:00"
SOUNDS = Sounds(
    {name: (f"/sounds/en/{name}",) for name in MESSAGES},
    {("123.45 CNY", MOMENT): ("/sounds/en/your-balance-is", "/sounds/en/123")},
)


def dialplan() -> str:
    return extensions({"en": SOUNDS}, "http://127.0.0.1:8097", "token")


def steps(context: str) -> list[str]:
    lines = dialplan().split(f"[{context}]\n")[1].split("\n[")[0].splitlines()
    return [line.split(",", 1)[-1].split(",", 1)[-1] if line.startswith("exten") else line for line in lines if line]


def test_its_number_lies_among_the_hotlines_numbers() -> None:
    assert f"[hotline-numbers]\nexten => {NUMBER},1,Answer()" in dialplan()


def test_a_caller_hears_welcome_and_menu_the_question_for_the_pin_and_what_else() -> None:
    played = [line.split(",", 2)[1].split("(")[-1] for line in steps("plain-en") if "Read(" in line]
    assert played == ["KEY", "PIN", "KEY"]
    assert "Read(KEY,/sounds/en/welcome&/sounds/en/main-menu,1,,1,5)" in dialplan()
    assert "Read(PIN,/sounds/en/ask-pin,6,,1,6)" in dialplan()
    assert "Read(KEY,/sounds/en/anything-else,1,,1,4)" in dialplan()


def test_pin_and_balance_are_asked_of_the_same_addresses_as_the_hotline_asks() -> None:
    base = "http://127.0.0.1:8097/v1/accounts/${ACCOUNT}"
    assert f'${{CURL({base}/check,{{"pin":"${{PIN}}"}})}}' in dialplan()
    assert f"${{CURL({base}/balance)}}" in dialplan()
    assert "CURLOPT(httpheader)=Authorization: token" in dialplan()


def test_a_balance_is_said_whole_and_only_then_counted_as_told() -> None:
    said = steps("plain-balance-en")
    assert said[0] == "Playback(/sounds/en/your-balance-is&/sounds/en/123)"
    assert said[1] == " same => n,Goto(plain-en,s,told)"
    assert f"n(told),Log(NOTICE,{TOLD})" in dialplan()


def test_a_balance_it_has_no_words_for_is_never_guessed() -> None:
    assert "exten => i,1,Goto(plain-en,s,sorry)" in dialplan()


def test_the_name_of_a_balance_is_what_the_dialplan_makes_of_the_answer() -> None:
    """FILTER(0-9.,…) keeps the digits of `123.45 CNY`."""
    assert extension("123.45 CNY", MOMENT) == f"123.45@{MOMENT}"
    assert f"exten => 123.45@{MOMENT},1,Playback(" in dialplan()


def test_customers_are_written_into_asterisks_own_database() -> None:
    assert database([Customer("13800138000", "755", "en", "4711")]) == [
        "database put plain-language 13800138000 en",
        "database put plain-account 13800138000 755",
    ]


def test_no_pin_is_written_anywhere() -> None:
    assert "4711" not in "".join(database([Customer("13800138000", "755", "en", "4711")]))


def test_the_shipped_modules_stay_and_three_are_added() -> None:
    assert modules("[modules]\nload = app_read.so\n").splitlines() == [
        "[modules]",
        "load = app_read.so",
        "load = res_curl.so",
        "load = func_curl.so",
        "load = func_json.so",
    ]
