import { SoundalikeError } from '@soundalike/core';
import { readNumber } from '../read-number.ts';
import { defineVerb } from '../verb.ts';

/** The length of excerpts that aims are stated for, seconds. */
const SECONDS = 6;

export const bench = defineVerb({
  usage: '--quality <folder>',
  options: {
    quality: {
      type: 'string',
      value: 'folder',
      help: 'audio to measure with; it is only read, in a catalogue of its own that is removed at the end',
    },
    tracks: { type: 'string', value: 'n', help: 'files taken, spread over the folder (200)' },
    queries: { type: 'string', value: 'n', help: 'tracks asked for by excerpts of themselves (60)' },
    seconds: {
      type: 'string',
      multiple: true,
      value: 'n',
      help: `length of the excerpts, 3 to 30 (${SECONDS}); repeatable`,
    },
    model: { type: 'string', value: 'name', help: 'the model to measure (MODEL, else the default one)' },
  },
  examples: [
    'soundalike bench --quality ~/Music',
    'soundalike bench --quality ~/Music --tracks 500 --seconds 3 --seconds 6 --json',
    'soundalike bench --quality ~/Music --model clmr',
  ],
  run: async (invocation) => {
    const { positionals, options } = invocation;
    if (typeof options.quality !== 'string' || options.quality === '' || positionals.length > 0)
      throw new SoundalikeError(
        'INPUT_INVALID',
        'bench measures one folder of your own audio: soundalike bench --quality <folder>',
      );
    const asked = Array.isArray(options.seconds) ? options.seconds : [];
    const lengths = asked.flatMap(
      (text) => readNumber('seconds', text, { from: 3, to: 30, whole: true }) ?? [],
    );
    const { benchQuality } = await import('./bench/bench-quality.ts');
    return benchQuality(invocation, {
      folder: options.quality,
      tracks: readNumber('tracks', options.tracks, { from: 10, to: 10_000, whole: true }) ?? 200,
      queries: readNumber('queries', options.queries, { from: 1, to: 10_000, whole: true }) ?? 60,
      lengths: [...new Set(lengths.length > 0 ? lengths : [SECONDS])],
      model: typeof options.model === 'string' ? options.model : invocation.context.config.model,
    });
  },
});
