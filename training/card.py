"""The model's card as Markdown, from the numbers in card.json."""

from __future__ import annotations

TEXT = """# {name}

CLMR's SampleCNN encoder, trained from nothing by `training/` on composed and rendered music. Licence: as the repository.
sha256 of `encoder.safetensors`: `{sha256}`

## How it was made

Hardware: {hardware}

```
{commands}
```

| part | minutes of wall time | steps | clips |
| --- | --- | --- | --- |
{parts}

Audio: {data}

## What it reaches

Same-track retrieval, R@1, on pieces that are not in the training data: a track's half against the other halves, and one window
against one window of each track's other half (transforms fitted on training renders only).

| audio | tracks | embedding | transform | halves | windows |
| --- | --- | --- | --- | --- | --- |
{table}

{notes}
"""


def write_card(card: dict, name: str, data: str, notes: str) -> str:
    """card: what export.py writes to card.json."""
    parts = "\n".join(f"| {part} | {card['minutes'][part]} | {card['steps'].get(part, '')} | {card['clips'].get(part, '')} |" for part in card["minutes"])
    table = "\n".join(f"| {row.get('data', 'validation')} | {row['tracks']} | {row['embedding']} | {row['transform']} | {row['halves']:.2f} | {row['windows']:.2f} |" for row in card["validation"])
    return TEXT.format(name=name, sha256=card["sha256"], hardware=card["hardware"], commands="\n".join(card["commands"]), parts=parts, table=table, data=data, notes=notes)
