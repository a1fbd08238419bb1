"""A badge that can be passed on: the emblem with the credential inside. Pure."""


def bake(emblem: bytes, credential: str) -> bytes:
    """The PNG with one more chunk, by which any reader of Open Badges finds the text.

    Source: Open Badges 3.0, "Baking PNG": iTXt, not compressed, before IEND.
    """
    # only where a badge is asked for, as it takes memory of each process
    from openbadgeslib.baking import ITXT_KEYWORD_OB3, bake_png

    return bake_png(emblem, credential, keyword=ITXT_KEYWORD_OB3)
