"""Seeded procedural composer: a style and a seed give a piece, a SoundFont gives its sound."""
