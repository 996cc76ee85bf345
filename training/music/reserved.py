"""What only the samples and the evaluation may use. Training refuses all of it, so that results on it mean something."""

from __future__ import annotations

from pathlib import Path

RESERVED_SOUNDFONTS = frozenset({"timgm6mb"})
RESERVED_STYLES = frozenset({"tango", "gamelan", "bossa-nova", "celtic", "ragtime", "lullaby", "march", "chiptune"})
RESERVED_SEEDS = range(900_000, 1_000_000)


def refuse_reserved(*, soundfont: Path | str, style: str, seed: int) -> None:
    """Raises ValueError when training data would use what is reserved for samples and evaluation."""
    if Path(soundfont).stem.lower() in RESERVED_SOUNDFONTS:
        raise ValueError(f"the SoundFont {Path(soundfont).name} is reserved for samples and evaluation (samples/RESERVED.md)")
    if style in RESERVED_STYLES:
        raise ValueError(f"the style {style} is reserved for samples and evaluation (samples/RESERVED.md)")
    if seed in RESERVED_SEEDS:
        raise ValueError(f"seeds {RESERVED_SEEDS.start} to {RESERVED_SEEDS.stop - 1} are reserved, got {seed} (samples/RESERVED.md)")
