"""Synthesised timbres: pieces played by oscillators, strings, formants and drum machines instead of a SoundFont."""
