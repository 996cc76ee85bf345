import { SoundalikeError } from '@soundalike/core';
import { checkPromotion, type Gate } from '@soundalike/ingest';
import { readNumber } from '../../read-number.ts';
import type { Invocation } from '../../verb.ts';
import { fill } from './fill.ts';
import { askGolden } from './golden-queries.ts';
import { openFlip } from './open-flip.ts';

/** Searches for the recall gate, and tracks compared exactly for them. */
const RECALL_QUERIES = 20;
const RECALL_TRACKS = 5_000;

const MIN_RECALL = 0.9;

/** `index promote`: asks the gates, then flips the pointer while queries run. */
export const promote = async (invocation: Invocation): Promise<number> => {
  const { context, output, options, signal } = invocation;
  const { catalogue, live, chosen, from, to, flip } = await openFlip(invocation, 'building');
  refuseOtherPin(context.config.model, to.model.name);
  await fill(invocation, { from, to, work: options.wait === true });
  const { gates, recall } = await checkPromotion({
    catalogue,
    store: to.store,
    live: live.name,
    allowMissing: readNumber('allow-missing', options['allow-missing'], { from: 0, whole: true }) ?? 0,
    minRecall: readNumber('min-recall', options['min-recall'], { from: 0, to: 1 }) ?? MIN_RECALL,
    askGolden: () => askGolden(invocation, to),
    recallQueries: RECALL_QUERIES,
    maxTracks: RECALL_TRACKS,
    signal,
  });
  for (const { gate, ok, words } of gates) output.print(`${ok ? 'ok ' : 'NOT'} ${gate}: ${words}`);
  signal.throwIfAborted();
  refuse(chosen.name, gates);
  const after = await flip();
  output.document({ live: chosen.name, model: chosen.model, former: live.name, gates, recall, after });
  output.print(
    `${chosen.name} (${chosen.model}) is live. ${live.name} is kept: soundalike index rollback goes back, soundalike index drop ${live.name} --yes frees its room.`,
  );
  return 0;
};

/** A pointer that MODEL contradicts would stop every worker that is set so. */
const refuseOtherPin = (pinned: string | undefined, model: string): void => {
  if (pinned === undefined || pinned === model) return;
  throw new SoundalikeError(
    'CONFIG_INVALID',
    `MODEL=${pinned} is set here, so searches of model ${model} would be refused. Unset MODEL where workers and servers run: they follow the live space`,
    { fields: { setting: 'MODEL' } },
  );
};

const refuse = (space: string, gates: readonly Gate[]): void => {
  const closed = gates.filter(({ ok }) => !ok);
  if (closed.length === 0) return;
  throw new SoundalikeError(
    'PROMOTION_REFUSED',
    `${space} is not promoted: ${closed.map(({ gate, words }) => `${gate}: ${words}`).join('. ')}`,
    { fields: { space, gates } },
  );
};
