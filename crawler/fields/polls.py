def read_option(text: str) -> str:
    return text


def read_share(text: str) -> float | None:
    return None
