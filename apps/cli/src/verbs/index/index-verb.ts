import { SoundalikeError } from '@soundalike/core';
import { defineVerb, type Invocation } from '../../verb.ts';
import { VOLATILE_QUEUE } from '../../volatile-queue.ts';
import { create } from './create.ts';
import { drop } from './drop.ts';
import { list } from './list.ts';
import { promote } from './promote.ts';
import { repair } from './repair.ts';
import { rollback } from './rollback.ts';
import { verify } from './verify.ts';

const ACTIONS: Readonly<Record<string, (invocation: Invocation) => Promise<number>>> = {
  list,
  create,
  promote,
  rollback,
  verify,
  repair,
  drop,
};

export const index = defineVerb({
  usage:
    'list | create --model <name> | promote [space] | rollback [space] | verify [space] [--recall] | repair [space] | drop <space> --yes',
  takes: { list: 0, create: 0, promote: 1, rollback: 1, verify: 1, repair: 1, drop: 1 },
  options: {
    model: { type: 'string', value: 'name', help: 'create: the model of the new space' },
    hop: {
      type: 'string',
      value: 'seconds',
      help: 'create: from one clip to the next; the model says 2.678',
    },
    coverage: { type: 'string', value: 'full | sampled:N', help: 'create: how much of each track' },
    'queue-only': { type: 'boolean', help: 'create: leave the work to workers that run elsewhere' },
    wait: { type: 'boolean', help: 'promote: work off what is missing first' },
    golden: {
      type: 'string',
      value: 'file.jsonl',
      help: 'promote: queries that must find what they name: {"sample": file | link | track, "expect": track}',
    },
    'allow-missing': { type: 'string', value: 'n', help: 'promote: so many tracks may be missing (0)' },
    'min-recall': {
      type: 'string',
      value: '0..1',
      help: 'promote: least share of the nearest 10 that the index must find (0.9)',
    },
    ...VOLATILE_QUEUE,
    recall: { type: 'boolean', help: 'verify: also compare the index with exact search' },
    yes: { type: 'boolean', help: 'drop: yes, remove these vectors' },
  },
  examples: [
    'soundalike index list',
    'soundalike index create --model clmr',
    'soundalike index create --model clmr-synth --hop 1.339 --queue-only',
    'soundalike index promote --wait',
    'soundalike index rollback',
    'soundalike index verify --recall --json',
    'soundalike index repair',
    'soundalike index drop 0123456789abcdef --yes',
  ],
  run: async (invocation) => {
    const [name = 'list'] = invocation.positionals;
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (!action)
      throw new SoundalikeError(
        'INPUT_INVALID',
        `index ${name}: the actions are ${Object.keys(ACTIONS).join(', ')}`,
      );
    return action(invocation);
  },
});
