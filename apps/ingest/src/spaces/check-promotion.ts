import type { Catalogue, MissingReason } from '@soundalike/catalogue';
import type { VectorStore } from '@soundalike/store';
import { measureRecall, type Recall } from './measure-recall.ts';

/** One question that a space must answer before it is searched. */
export interface Gate {
  readonly gate: 'complete' | 'counts' | 'golden' | 'recall';
  readonly ok: boolean;
  /** What was found, and where it is not well, the way out. */
  readonly words: string;
}

/** Queries whose answer is known: how many were asked, and the words of those that were answered wrongly. */
export interface GoldenOutcome {
  readonly asked: number;
  readonly wrong: readonly string[];
  /** Why fewer were asked than wanted. */
  readonly skipped: readonly string[];
}

export interface PromotionOptions {
  readonly catalogue: Catalogue;
  /** Of the space that is to be promoted. */
  readonly store: VectorStore;
  readonly live: string;
  /** Tracks of the live space that may be missing; 0 unless asked for. */
  readonly allowMissing: number;
  /** Least share of the exact nearest ten clips that the index must find, 0..1. */
  readonly minRecall: number;
  /** Asks the space queries whose answers are known. */
  readonly askGolden: () => Promise<GoldenOutcome>;
  readonly recallQueries: number;
  readonly maxTracks: number;
  readonly signal: AbortSignal;
}

/** Asks everything, cheap questions first; a space that is not complete is not asked for more. */
export const checkPromotion = async (
  options: PromotionOptions,
): Promise<{ gates: Gate[]; recall: Recall | undefined }> => {
  const { catalogue, store, live, allowMissing } = options;
  const reasons = await catalogue.missingReasons({ space: store.space, from: live });
  const missing = reasons.reduce((sum, { count }) => sum + count, 0);
  const complete: Gate = {
    gate: 'complete',
    ok: missing <= allowMissing,
    words:
      missing === 0
        ? 'every track of the live space is in it'
        : `${missing} tracks of the live space are not in it: ${reasons.map(sayReason).join('; ')}`,
  };
  const counts = await checkCounts(options);
  if (!complete.ok || !counts.ok) return { gates: [complete, counts], recall: undefined };
  const golden = await checkGoldenQueries(options);
  const recall = await measureRecall({ ...options, queries: options.recallQueries });
  return { gates: [complete, counts, golden, recallGate(recall, options.minRecall)], recall };
};

/** Database and store must agree: rows that were lost, or that nobody wrote down, are found here. */
const checkCounts = async ({ catalogue, store }: PromotionOptions): Promise<Gate> => {
  const [known, stored] = await Promise.all([catalogue.trackTotals(store.space), store.counts()]);
  const ok = known.tracks === stored.tracks && known.clips === stored.clips && stored.tracks > 0;
  const words = `${stored.tracks} tracks and ${stored.clips} clips in the store`;
  return {
    ok,
    gate: 'counts',
    words: ok
      ? `${words}, as the database has it`
      : `${words}, but ${known.tracks} and ${known.clips} in the database: soundalike index repair ${store.space}`,
  };
};

const checkGoldenQueries = async ({ askGolden }: PromotionOptions): Promise<Gate> => {
  const { asked, wrong, skipped } = await askGolden();
  const left = skipped.length > 0 ? ` (${skipped.length} could not be asked: ${skipped[0]})` : '';
  return {
    gate: 'golden',
    ok: wrong.length === 0,
    words:
      wrong.length === 0
        ? `${asked} of ${asked} queries found what they should${left}`
        : `${wrong.length} of ${asked} queries did not find what they should${left}: ${wrong.slice(0, 3).join('; ')}`,
  };
};

const recallGate = ({ recall, comparedTracks, tracks, index }: Recall, least: number): Gate => {
  const ok = recall.at10 >= least;
  const share = comparedTracks < tracks ? `, estimated from ${comparedTracks} of ${tracks} tracks` : '';
  return {
    ok,
    gate: 'recall',
    words: `${index} finds ${(100 * recall.at10).toFixed(1)} % of the nearest 10 and ${(100 * recall.at100).toFixed(1)} % of the nearest 100 clips${share}${ok ? '' : `; at least ${100 * least} % of 10 are asked for (--min-recall)`}`,
  };
};

const sayReason = ({ state, code, count }: MissingReason): string => {
  if (state === 'queued' || state === 'active')
    return `${count} on their way (run a worker, or wait with --wait)`;
  if (state === 'failed') return `${count} failed with ${code} (soundalike queue failures, queue retry)`;
  if (state === 'indexed')
    return `${count} not queued yet, or left out by a worker that lacks the model (promoting queues them)`;
  return `${count} whose files are gone (soundalike ingest <source> --prune, or --allow-missing ${count})`;
};
