"""A certificate is named by its code or its address, however they are written."""

import pytest

from certificates.links import Named, is_of, read_named

CODE = "7K4M-9QXT-2HWD-5VPN"
HOST = "gradus.example"


@pytest.mark.parametrize(
    "typed",
    [CODE, CODE.lower(), f" {CODE} ", CODE.replace("-", " / "), "7k4m9qxt2hwd5vpn"],
)
def test_a_code_is_no_link(typed):
    assert read_named(typed) == Named(CODE)


@pytest.mark.parametrize(
    "typed",
    [
        f"https://{HOST}/certificates/{CODE}/",
        f"https://{HOST}/certificates/{CODE}",
        f"http://{HOST}/certificates/{CODE}/",
        f"HTTPS://Gradus.Example/certificates/{CODE}/",
        f"{HOST}/certificates/{CODE}",
        f"//{HOST}/certificates/{CODE}",
        f"https://{HOST}:443/certificates/{CODE}/",
        f"https://{HOST}/certificates/{CODE.lower().replace('-', '')}/",
        f"https://{HOST}/certificates/{CODE.replace('-', '%2D')}/",
        f"https://{HOST}/certificates/{CODE}.json",
        f"https://{HOST}/certificates/{CODE}.pdf?paper=letter#page=1",
        f"https://{HOST}/certificates/{CODE}.PNG",
        f"https://{HOST}/certificates/{CODE}/picture.png",
        f"https://{HOST}/certificates/{CODE}/?utm_source=linkedin",
        f"https://{HOST}//certificates//{CODE}/",
        f"https://{HOST}/verify/?code={CODE}",
        f"  https://{HOST}/certificates/{CODE}/\n",
        f"<https://{HOST}/certificates/{CODE}/>",
        f"“https://{HOST}/certificates/{CODE}/”",
        f"\ufeffhttps://{HOST}/certificates/{CODE}/",
        f"\u202ahttps://{HOST}/certificates/{CODE}/\u202c",
    ],
)
def test_a_link_of_any_kind_holds_code_and_site(typed):
    assert read_named(typed) == Named(CODE, HOST)


def test_an_address_without_its_site_is_as_good_as_a_code():
    assert read_named(f"/certificates/{CODE}/") == Named(CODE)
    assert read_named(f"certificates/{CODE}.pdf") == Named(CODE)


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        (f"https://evil.example/certificates/{CODE}/", "evil.example"),
        (f"https://{HOST}@evil.example/certificates/{CODE}/", "evil.example"),
        (f"https://{HOST}:8443/certificates/{CODE}/", f"{HOST}:8443"),
        (f"localhost:8000/certificates/{CODE}/", "localhost:8000"),
    ],
)
def test_the_site_of_a_link_is_where_it_leads(typed, host):
    assert read_named(typed) == Named(CODE, host)


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("", ""),
        ("nonsense", ""),
        ("x" * 5000, ""),
        (f"https://{HOST}/", HOST),
        (f"https://{HOST}/tracks/soil/", HOST),
        (f"https://{HOST}/certificates/", HOST),
        (f"https://{HOST}/verify/?code=", HOST),
        ("https://[::/certificates/", ""),
        (f"https://{HOST}:x/certificates/{CODE}/", ""),
        (f"https://{HOST}/certificates/{'x' * 3000}", ""),
    ],
)
def test_where_there_is_no_code_there_is_none(typed, host):
    assert read_named(typed) == Named(None, host)


def test_a_site_is_told_by_host_and_port():
    assert is_of("gradus.example", "https://gradus.example")
    assert is_of("localhost:8000", "http://localhost:8000")
    assert not is_of("localhost", "http://localhost:8000")
    assert not is_of("", "https://gradus.example")
    assert not is_of("x.gradus.example", "https://gradus.example")
