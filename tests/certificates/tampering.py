"""What a forger may try on a signed credential: each changes one thing."""

import copy
from collections.abc import Callable
from typing import Any

type Credential = dict[str, Any]


def name(credential: Credential) -> None:
    identity = credential["credentialSubject"]["identifier"][0]
    identity["identityHash"] = other(identity["identityHash"])


def address_fingerprint(credential: Credential) -> None:
    identity = credential["credentialSubject"]["identifier"][1]
    identity["identityHash"] = other(identity["identityHash"])


def score(credential: Credential) -> None:
    result = credential["credentialSubject"]["result"][0]
    result["value"] = other(result["value"])


def coverage(credential: Credential) -> None:
    result = credential["credentialSubject"]["result"][1]
    result["value"] = other(result["value"])


def issue_time(credential: Credential) -> None:
    credential["validFrom"] = earlier(credential["validFrom"])


def day_of_award(credential: Credential) -> None:
    credential["awardedDate"] = earlier(credential["awardedDate"])


def day_of_finishing(credential: Credential) -> None:
    subject = credential["credentialSubject"]
    subject["activityEndDate"] = earlier(subject["activityEndDate"])


def criteria(credential: Credential) -> None:
    stated = credential["credentialSubject"]["achievement"]["criteria"]
    stated["narrative"] = other(stated["narrative"])


def title(credential: Credential) -> None:
    credential["name"] = other(credential["name"])


def title_of_the_achievement(credential: Credential) -> None:
    achievement = credential["credentialSubject"]["achievement"]
    achievement["name"] = other(achievement["name"])


def issuer_name(credential: Credential) -> None:
    credential["issuer"]["name"] = other(credential["issuer"]["name"])


def time_of_the_proof(credential: Credential) -> None:
    credential["proof"]["created"] = earlier(credential["proof"]["created"])


def proof_value(credential: Credential) -> None:
    value = credential["proof"]["proofValue"]
    middle = len(value) // 2
    changed = "3" if value[middle] == "2" else "2"
    credential["proof"]["proofValue"] = value[:middle] + changed + value[middle + 1 :]


def lesson_title(credential: Credential) -> None:
    lesson = credential["evidence"][-1]
    lesson["name"] = other(lesson["name"])


def one_lesson_less(credential: Credential) -> None:
    credential["evidence"].pop()


def one_lesson_more(credential: Credential) -> None:
    last = credential["evidence"][-1]
    credential["evidence"].append(last | {"id": f"{last['id']}x"})


def status_index(credential: Credential) -> None:
    """To an entry that is not revoked, as whoever was revoked would like."""
    status = credential["credentialStatus"]
    status["statusListIndex"] = str((int(status["statusListIndex"]) + 1) % 131_072)


def no_status(credential: Credential) -> None:
    del credential["credentialStatus"]


def unknown_term(credential: Credential) -> None:
    credential["honours"] = "summa cum laude"


def no_proof(credential: Credential) -> None:
    del credential["proof"]


FORGERIES: list[Callable[[Credential], None]] = [
    name,
    address_fingerprint,
    score,
    coverage,
    issue_time,
    day_of_award,
    day_of_finishing,
    criteria,
    title,
    title_of_the_achievement,
    issuer_name,
    time_of_the_proof,
    proof_value,
    lesson_title,
    one_lesson_less,
    one_lesson_more,
    status_index,
    no_status,
    unknown_term,
    no_proof,
]


def forged(credential: Credential, forgery: Callable[[Credential], None]) -> Credential:
    """A copy in which one thing is changed."""
    changed = copy.deepcopy(credential)
    forgery(changed)
    assert changed != credential
    return changed


def other(text: str) -> str:
    """The text with another last letter or digit."""
    return text[:-1] + ("1" if text[-1] == "0" else "0")


def earlier(instant: str) -> str:
    """A second sooner or later within the minute, years ago: never in the future."""
    return f"{int(instant[:4]) - 1}{instant[4:]}"
