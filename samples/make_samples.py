"""Composes and renders the sample catalogue and the held-out pieces. Run from the root of the checkout:

    python3 samples/make_samples.py --soundfont /usr/share/sounds/sf2/TimGM6mb.sf2

Needs Python 3.11 or newer, fluidsynth and ffmpeg with libopus, and nothing from PyPI. The same seeds give the same scores;
the audio bytes depend on the versions of FluidSynth and libopus.
"""

from __future__ import annotations

import argparse
import csv
import random
import re
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from training.music.compose import compose  # noqa: E402
from training.music.render import render  # noqa: E402
from training.music.styles import STYLES  # noqa: E402

HERE = Path(__file__).resolve().parent
FIRST_SEED = 900_000
HELD_OUT_SEED = 950_000
OPUS = ["-c:a", "libopus", "-b:a", "52k", "-vbr", "on", "-compression_level", "10"]


@dataclass(frozen=True)
class Artist:
    """An invented artist: where their music lives in style, when they made it, and one take recorded again."""

    name: str
    album: str
    year: int
    styles: tuple[str, ...]
    titles: tuple[str, ...]
    second_take_of: int | None = None


ARTISTS = (
    Artist("Clavier Hallam", "Eleven Inventions", 1998, ("baroque",), ("Invention on a Falling Line", "Lesser Gigue", "Postlude for Marta", "Canon at the Window"), 0),
    Artist("Orford Road Quartet", "Rooms", 2011, ("string-quartet",), ("Corridor", "North Light", "The Long Table", "Varnish")),
    Artist("Søren Ålund", "Vinterlys", 2016, ("ambient",), ("Isfjord", "Ånde", "Lys gennem rim", "Stilhed II"), 1),
    Artist("Núria Àvila", "Camí de mar", 2009, ("flamenco", "bossa-nova"), ("Camí de mar", "Tarda a Cadaqués", "La sal", "Vent de garbí"), 2),
    Artist("北の窓", "夜の線路", 2019, ("lullaby", "synthwave"), ("雪の駅", "ガラスの橋", "夜の線路", "遠い灯")),
    Artist("The Copper Kettles", "Pick Your Road", 1987, ("country", "folk"), ("Mile Marker Nine", "Kettle Song", "Pick Your Road", "Two Lanterns"), 1),
    Artist("Dexter Quill Five", "After the Set", 1962, ("bebop",), ("Quill Pen", "Five to Four", "Basement Weather", "Ninety Cents")),
    Artist("Marrow & Reed", "Low Country", 1974, ("blues", "soul-ballad"), ("Low Country", "Salt in the Sugar", "Reed's Lament", "Borrowed Coat"), 0),
    Artist("Kofi Asante Express", "Market Day", 1978, ("afrobeat", "funk"), ("Market Day", "Lorry Park", "Seven Drums", "Ask the Driver")),
    Artist("Basswerk 9", "Substation", 2004, ("techno", "drum-and-bass"), ("Substation", "Phase Meter", "Kilowatt", "Night Shift 04:10")),
    Artist("Lumen Drive", "Chrome Coast", 2015, ("synthwave", "trance"), ("Chrome Coast", "Second Sunrise", "Rear-view", "Autobahn Heart"), 3),
    Artist("Pixel Aviary", "8 Birds", 2013, ("chiptune",), ("Sparrow.exe", "Heron Level", "Kingfisher Boss", "Nest Select")),
    Artist("Hollow Anvil", "Iron Season", 2001, ("metal", "rock"), ("Iron Season", "Ashfall", "The Quench", "Temper Line")),
    Artist("Static Parade", "Loud on Tuesdays", 1995, ("punk", "rock"), ("Loud on Tuesdays", "Curb", "Broken Amp Waltz", "No Encore"), 0),
    Artist("Island Telegraph", "Slow Signals", 1983, ("reggae",), ("Slow Signals", "Harbour Mouth", "Yard Light", "Telegraph Hill")),
    Artist("Velvet Turnstile", "Last Train Out", 1979, ("disco", "house"), ("Last Train Out", "Mirrorball Season", "Turn Me Around", "Platform Two"), 2),
    Artist("Ensemble Gong Kembar", "Dua Belas", 2007, ("gamelan",), ("Hujan Pagi", "Dua Belas", "Jalan Batu", "Kembar")),
    Artist("Ó Broin & Daughters", "The Turf Boat", 1992, ("celtic",), ("The Turf Boat", "Brigid's Slip", "The Lame Heron", "Eleven Gates"), 1),
    Artist("Orquesta Río Oscuro", "Milonga del Puerto", 1955, ("tango", "waltz"), ("Milonga del Puerto", "Sombra y Farol", "La Última Lancha", "Vals de la Esquina")),
    Artist("Professor Tib Ames", "Parlor Stuff", 1921, ("ragtime", "march"), ("Peanut Vendor's Rag", "Parlor Stuff", "Brass Button Two-Step", "Elm Street Parade"), 0),
    Artist("Saint Odile Voices", "Vesper Hours", 2003, ("choir",), ("First Hour", "Lux Manet", "Hora Sexta", "Nunc Cantemus")),
    Artist("Mello Cartography", "Small Maps", 2018, ("hip-hop",), ("Legend & Scale", "Contour 12", "River Not Shown", "Fold Here")),
)

HELD_OUT = ("baroque", "bossa-nova", "metal", "gamelan", "techno", "folk", "march", "ambient")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--soundfont", type=Path, required=True)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    rows, tasks = plan()
    with ThreadPoolExecutor(options.jobs) as pool:
        list(pool.map(lambda task: render(task[0], options.soundfont, HERE / task[1], encoder=OPUS, tags=task[2]), tasks))
    with open(HERE / "manifest.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    print(f"{len(rows)} tracks in {HERE / 'catalogue'}, {len(HELD_OUT)} pieces in {HERE / 'held-out'}")


def plan():
    """The manifest's rows and what must be rendered, in a fixed order."""
    rows: list[dict] = []
    tasks: list[tuple] = []
    for artist_index, artist in enumerate(ARTISTS):
        performances = [(number, 0) for number in range(len(artist.titles))]
        if artist.second_take_of is not None:
            performances.append((artist.second_take_of, 1))
        for number, take in performances:
            style = artist.styles[number % len(artist.styles)]
            seed = FIRST_SEED + artist_index * 100 + number
            taste = random.Random(f"artist-{artist.name}-{style}")
            seconds = 20.0 + random.Random(seed + take).randrange(0, 9)
            piece = compose(style, seed, take=take, seconds=seconds, taste=taste)
            title = artist.titles[number] + (" (second take)" if take else "")
            path = f"catalogue/{slug(artist.name)}/{number + 1 if not take else 9:02d} {slug(title)}.opus"
            genre = style.replace("-", " ")
            tasks.append((piece, path, {"title": title, "artist": artist.name, "album": artist.album, "genre": genre, "date": str(artist.year)}))
            rows.append({
                "id": f"SL-{artist_index + 1:02d}{number + 1:02d}{'B' if take else 'A'}", "path": path, "title": title, "artist": artist.name,
                "album": artist.album, "genre": genre, "tags": ";".join(STYLES[style].tags), "year": artist.year, "tempo": piece.tempo,
                "key": piece.key, "piece": f"{style}-{seed}", "take": take + 1,
            })
    for index, style in enumerate(HELD_OUT):
        piece = compose(style, HELD_OUT_SEED + index, seconds=22.0)
        tasks.append((piece, f"held-out/{style}-{HELD_OUT_SEED + index}.opus", {"title": f"Held-out {style}"}))
    return rows, tasks


def slug(text: str) -> str:
    """A file name that keeps letters of any script (NFC, as most file systems store them)."""
    return re.sub(r"[^\w .&'()-]+", "", unicodedata.normalize("NFC", text)).strip()


if __name__ == "__main__":
    main()
