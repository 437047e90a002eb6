"""The shape of everything that leaves or enters as JSON."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Wire(BaseModel):
    """camelCase outside, snake_case inside; a reader ignores what it does not know."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        from_attributes=True,
        use_attribute_docstrings=True,
        extra="ignore",
    )


class Body(Wire):
    """A REST request body: an unknown member is a mistake its sender should hear of."""

    model_config = ConfigDict(extra="forbid")
