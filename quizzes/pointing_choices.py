"""Choices that speak of the other choices alone, such as "All of the above". Pure.

All languages are tried: a track may be written in another one than it says. A sentence
that only begins like one of these is none: a miss is better than a false alarm.
"""

import re
from unicodedata import normalize

from courses.markdown import plain


def points_at_others(text: str) -> bool:
    """Whether the whole choice does, as a reader sees it; "All of the above ground" is not.

    Capitals, quotation marks, apostrophes and punctuation do not count.
    """
    seen = normalize("NFC", plain(text)).casefold()
    words = " ".join(re.sub(r"[\"'“”„‚‘’«»*.!,;:()]", " ", seen).split())
    return any(kind.fullmatch(words) is not None for kind in (_ALONE, _JUDGED))


# By language: what says nothing of its own as it stands.
_POINTING = {
    "en": r"""(?:(?:all|more\ than)\ )?
        (?:all|none|both|neither|either|any|each|some|one|two|three|four|five|every\ one)
        \ of\ (?:the\ |these\ |those\ )?
        (?:above|preceding|these|those|them|other\ )?\ ?
        (?:answers?|options?|choices?|statements?|ones?)?(?:\ (?:above|listed|given))?
      | (?:every|no|each)\ (?:answer|option|choice|statement)\ (?:above|listed|given)
      | everything\ (?:listed\ )?above
      | all\ (?:the\ |these\ |of\ )?(?:above|answers|options|choices|statements)(?:\ above)?""",
    "de": r"""(?:alle|alles|keine[rs]?|beides?|sämtliche|nichts)
        \ (?:der\ |von\ den\ |die\ |dieser\ )?
        (?:oben\ |zuvor\ )?(?:genannte[ns]?|obige[ns]?|vorige[ns]?|davon|oben|antworten|antwort
        |möglichkeiten|aussagen|optionen|antwortmöglichkeiten)
        (?:\ (?:antworten|antwort|möglichkeiten|aussagen|optionen|dinge))?""",
    "fr": r"""tout\ ce\ qui\ précède|rien\ de\ ce\ qui\ précède
      | (?:toutes\ ces|tous\ ces|aucune\ de\ ces|aucun\ de\ ces)\ (?:réponses|options|choix)
      | (?:toutes\ les|aucune\ des|tous\ les|aucun\ des|les\ deux)\ (?:(?:réponses|options
        |propositions|affirmations|choix)\ )?(?:ci-dessus|précédente?s|premi(?:ère|er)s)""",
    "es": r"""(?:todo|nada\ de)\ lo\ anterior
      | (?:todas\ las|todos\ los|ninguna\ de\ las|ninguno\ de\ los|las\ dos|los\ dos)
        \ (?:(?:respuestas|opciones)\ )?anteriores
      | ninguna\ de\ (?:estas|las)(?:\ respuestas|\ opciones)""",
    "it": r"""(?:tutte\ le|tutti\ i|nessuna\ delle|nessuno\ dei|entrambe\ le)
        \ (?:(?:risposte|opzioni)\ )?precedenti
      | nessuna\ di\ queste(?:\ risposte|\ opzioni)?""",
    "pt": r"""(?:todas\ as|todos\ os|nenhuma\ das|nenhum\ dos|ambas\ as)
        \ (?:(?:respostas|alternativas|opções|afirmações)\ )?(?:anteriores|acima)
      | nenhuma\ d(?:as|estas|essas)\ (?:respostas|alternativas|opções)""",
    "nl": r"""(?:alle|geen|beide)(?:\ van)?(?:\ de)?\ bovenstaande(?:\ antwoorden|\ opties)?
      | al\ het\ bovenstaande|geen\ van\ (?:deze|beide)(?:\ antwoorden|\ opties)?""",
    "pl": r"""(?:wszystkie|obie|oba)\ powyższe(?:\ odpowiedzi|\ opcje)?
      | żadn[ae]\ z\ (?:powyższych|tych)(?:\ odpowiedzi|\ opcji)?""",
    "letters": r"""(?:(?:both|neither|only|sowohl|weder|nur|à\ la\ fois)\ )?
        (?:(?:answers|options|choices|statements)\ )?
        [a-h](?:\ [a-h])*\ (?:and|or|nor|&|und|oder|noch|als\ auch|et|ou|y|e|en|i)\ [a-h]
        (?:\ only)?
      | ni\ [a-h]\ ni\ [a-h]|tanto\ [a-h]\ (?:como|quanto)\ [a-h]|sia\ [a-h]\ (?:che|sia)\ [a-h]
      | né\ [a-h]\ né\ [a-h]|nem\ [a-h]\ nem\ [a-h]|zowel\ [a-h]\ als\ [a-h]
      | noch\ [a-h]\ noch\ [a-h]|zarówno\ [a-h]\ jak\ i\ [a-h]|ani\ [a-h]\ ani\ [a-h]""",
}

# What does so once it is called right or wrong: "all answers" alone may be one.
_ANSWERS = r"""all|both|(?:no|every|each)\ (?:answer|option|choice|statement)
  | (?:toutes\ les|les\ deux)\ (?:réponses|options|propositions|affirmations)
  | (?:todas\ las|ambas|las\ dos)\ (?:respuestas|opciones|afirmaciones)|ninguna\ respuesta
  | (?:tutte\ le|entrambe\ le)\ (?:risposte|opzioni|affermazioni)|nessuna\ risposta
  | (?:todas\ as|ambas\ as)\ (?:respostas|alternativas|opções|afirmações)|nenhuma\ resposta
  | (?:alle|beide)\ (?:antwoorden|opties|beweringen)|geen\ antwoord
  | (?:wszystkie|obie)\ (?:odpowiedzi|opcje)|żadna\ odpowiedź\ nie
  | aucune\ réponse\ n"""
_IS = "is|are|ist|sind|trifft|treffen|est|sont|es|son|è|sono|é|são|está|estão|zijn|jest|są"
_RIGHT = r"""right|correct|true|wrong|false|incorrect|richtig|falsch|korrekt|wahr|zu|zutreffend
  | correctes?|justes?|exactes?|bonnes?|vraies?|fausses?|correctas?|ciertas?|verdaderas?|falsas?
  | corrett[ae]|esatt[ae]|giust[ae]|ver[ae]|fals[ae]|corretas?|certas?|verdadeiras?
  | juist|goed|waar|onjuist|fout|poprawn[ae]|prawidłow[ae]|prawdziw[ae]|błędn[ae]"""

_ALONE = re.compile(
    rf"(?:{'|'.join(_POINTING.values())})(?:\ (?:{_IS}))?(?:\ (?:{_RIGHT}))?",
    re.VERBOSE,
)
_JUDGED = re.compile(rf"(?:{_ANSWERS})\ (?:{_IS})\ (?:{_RIGHT})", re.VERBOSE)
