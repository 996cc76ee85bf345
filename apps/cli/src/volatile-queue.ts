import type { VerbOption } from './verb.ts';

/** The option of every verb that takes work from a queue which may be Redis. */
export const VOLATILE_QUEUE = {
  'allow-volatile-queue': {
    type: 'boolean',
    help: 'go on with a Redis that may evict or forget jobs; the database feeds them again',
  },
} satisfies Record<string, VerbOption>;
