"""A person's time becomes an instant."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from core.errors import ConfigError


def instant_of(text: str, zone: ZoneInfo, option: str) -> datetime:
    """`2026-05-01T08:00` or `2026-05-01` as aware UTC; without an offset it counts in `zone`.

    Raises `ConfigError` that names the option it was given to.
    """
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ConfigError(
            f"{option} {text!r}: allowed is a time such as 2026-05-01T08:00 or 2026-05-01"
        ) from error
