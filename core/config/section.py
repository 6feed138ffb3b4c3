"""What every section of the config is: strict, frozen, without unknown keys."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A table of the config."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
