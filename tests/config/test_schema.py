"""What is generated from the typed model is what stands in the repository, and the starter shows every key."""

import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel
from ruamel.yaml import YAML

from config import fields, reference, schema
from config.load import load
from config.settings import Settings

STARTER = Path(schema.__file__).with_name("channelwatch.yaml")


def models(form: Any = Settings) -> set[type[BaseModel]]:
    found: set[type[BaseModel]] = {form} if fields.is_section(form) else set()
    inner = [field.annotation for field in form.model_fields.values()] if found else list(getattr(form, "__args__", ()))
    return found.union(*(models(part) for part in inner)) if inner else found


def test_the_schema_file_is_what_the_model_generates() -> None:
    assert schema.FILE.read_text(encoding="utf-8") == schema.text(), "run: python -m config.schema"


def test_the_reference_page_is_what_the_model_generates() -> None:
    assert reference.FILE.read_text(encoding="utf-8") == reference.page(), "run: python -m config.reference"


def test_the_starter_loads_without_any_environment() -> None:
    assert load(STARTER, {}).checks["marketing"].source == "exports"


def test_the_starter_still_loads_when_every_option_in_it_is_taken_up(tmp_path: Path) -> None:
    file = tmp_path / "channelwatch.yaml"
    file.write_text(
        re.sub(r"^( *)# (?=  |[a-z_]+:|- )", r"\1", STARTER.read_text(encoding="utf-8"), flags=re.MULTILINE),
        encoding="utf-8",
    )

    secrets = {
        "SLACK_WEBHOOK_URL": "https://example.invalid",
        "TEAMS_WORKFLOW_URL": "https://prod-1.westeurope.logic.azure.com/workflows/x",
        "SLACK_BOT_TOKEN": "xoxb-canary",
        "SLACK_APP_TOKEN": "xapp-canary",
        "ANSWERING_SECRET": "canary" * 6,
        "APPRISE_URL": "ntfy://ntfy.example.com/growth",
        "WAREHOUSE_URL": "sqlite:///shop.db",
        "PLAUSIBLE_KEY": "canary",
        "GOOGLE_KEY": "{}",
        "GOOGLE_ADS_DEVELOPER_TOKEN": "canary",
        **dict.fromkeys(("SMTP_PASSWORD", "SENDGRID_KEY", "MAILGUN_KEY", "POSTMARK_TOKEN", "RESEND_KEY"), "canary"),
        "HEARTBEAT_URL": "https://example.invalid/canary",
        **dict.fromkeys(("HOOK_URL", "HOOK_SECRET", "PAGERDUTY_KEY"), "canary"),
    }
    settings = load(file, secrets)

    assert {"growth", "inbox"} <= set(settings.destinations)
    assert {"shop", "media_plan", "traffic", "visits", "sessions", "ads_campaigns"} <= set(settings.checks)
    assert settings.calendar.files[0].path == "promotions.csv"


def test_the_starter_shows_every_key() -> None:
    text = STARTER.read_text(encoding="utf-8")

    missing = [
        f"{model.__name__}.{key}"
        for model in models()
        for key in model.model_fields
        if not re.search(rf"\b{key}:", text)
    ]

    assert len(models()) > 15
    assert missing == []


def test_the_starter_is_valid_by_the_schema_that_editors_use() -> None:
    text = STARTER.read_text(encoding="utf-8")
    Draft202012Validator.check_schema(schema.schema())

    problems = list(Draft202012Validator(schema.schema()).iter_errors(as_json(YAML(typ="safe", pure=True).load(text))))

    assert problems == []


def test_every_key_has_a_description_and_every_plain_key_an_example() -> None:
    for model in models():
        for key, field in model.model_fields.items():
            assert field.description, f"{model.__name__}.{key}"
            deeper = any(
                fields.kind_of(part) in (dict, list) or fields.is_section(part)
                for part in fields.parts(field.annotation)
            )
            assert field.examples or deeper, f"{model.__name__}.{key}"


@pytest.mark.parametrize("key", ["min_change", "cadence"])
def test_the_schema_describes_keys_in_words(key: str) -> None:
    assert f'"{key}": {{' in schema.text()


def as_json(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: as_json(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [as_json(item) for item in tree]
    return tree if isinstance(tree, str | int | float | bool | None) else str(tree)
