"""Writes a piece as a standard MIDI file (format 0, one tick a millisecond)."""

from __future__ import annotations

import struct

from .compose import Piece

TICKS_PER_BEAT = 500
MICROSECONDS_PER_BEAT = 500_000  # 120 beats a minute, so a tick is a millisecond whatever the piece's tempo


def to_midi(piece: Piece) -> bytes:
    """The bytes of a .mid file that any General MIDI player understands."""
    messages: list[tuple[int, int, bytes]] = []
    for channel, program in piece.programs.items():
        messages.append((0, 0, bytes((0xC0 | channel, program))))
        messages.append((0, 0, bytes((0xB0 | channel, 10, piece.pans.get(channel, 64)))))
        messages.append((0, 0, bytes((0xB0 | channel, 7, {0: 104, 1: 84, 2: 96, 3: 70}.get(channel, 96)))))
        messages.append((0, 0, bytes((0xB0 | channel, 91, 45))))
    for note in piece.notes:
        start = round(note.start * 1000)
        end = round((note.start + note.length) * 1000)
        messages.append((start, 2, bytes((0x90 | note.channel, note.pitch, note.velocity))))
        messages.append((max(end, start + 20), 1, bytes((0x80 | note.channel, note.pitch, 0))))
    track = bytearray(b"\x00\xff\x51\x03" + MICROSECONDS_PER_BEAT.to_bytes(3, "big"))
    now = 0
    for tick, _, message in sorted(messages, key=lambda entry: entry[:2]):
        track += variable_length(tick - now) + message
        now = tick
    track += variable_length(400) + b"\xff\x2f\x00"
    return b"MThd" + struct.pack(">IHHH", 6, 0, 1, TICKS_PER_BEAT) + b"MTrk" + struct.pack(">I", len(track)) + bytes(track)


def variable_length(value: int) -> bytes:
    """MIDI's variable-length quantity: 7 bits a byte, most significant first."""
    parts = [value & 0x7F]
    while value := value >> 7:
        parts.append((value & 0x7F) | 0x80)
    return bytes(reversed(parts))
