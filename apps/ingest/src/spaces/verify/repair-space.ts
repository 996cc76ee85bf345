import type { SpaceState } from '@soundalike/catalogue';
import { filterFieldsOf } from '@soundalike/core';
import type { JobQueue } from '@soundalike/queue';
import { type BackfillResult, backfillSignatures } from '../../work/backfill-signatures.ts';
import { feedQueue } from '../../work/feed-queue.ts';
import type { IngestDeps } from '../../work/ingest-deps.ts';
import { createTally, type FindingCount, type FindingKind } from './finding.ts';
import { type Verified, type VerifyOptions, verifySpace } from './verify-space.ts';

/** What was done about the faults of one kind. */
export interface Repair {
  readonly kind: FindingKind;
  readonly did: 'removed' | 'rewritten' | 'queued' | 'unlisted' | 'made' | 'pointed' | 'left';
  readonly count: number;
  /** Why it was left. */
  readonly reason?: string | undefined;
}

/** What reading audio needs of a worker's parts. */
export type AudioDeps = Pick<
  IngestDeps,
  'ffmpeg' | 'roots' | 'fetchPolicy' | 'temporaryFolder' | 'maxSeconds' | 'nice'
>;

export interface RepairOptions extends Omit<VerifyOptions, 'onFinding'> {
  readonly queue: JobQueue;
  readonly catalogueName: string;
  readonly state: SpaceState;
  /** For signatures, which need the audio; undefined: they are left. */
  readonly audio: AudioDeps | undefined;
}

export interface Repaired extends Verified {
  readonly findings: readonly FindingCount[];
  readonly repairs: readonly Repair[];
  /** The run of what was queued. */
  readonly run: number | undefined;
}

/** Why rows that look unknown are not removed while work goes on. */
const IN_HAND =
  'items are in hand, whose rows may look so until they are done: soundalike queue pause, then again';

/**
 * Verifies a space and mends what it finds: removes what the database does not know, rewrites what differs from it, queues what is missing so
 * that workers embed it again, makes missing signatures. Run twice, the second finds nothing that could be mended at once.
 */
export const repairSpace = async (options: RepairOptions): Promise<Repaired> => {
  const { catalogue, vectors, store, queue, state, signal } = options;
  const tally = createTally();
  const repairs = new Map<string, Repair>();
  const note = (kind: FindingKind, did: Repair['did'], count: number, reason?: string) => {
    if (count === 0) return;
    const before = repairs.get(`${kind} ${did}`)?.count ?? 0;
    repairs.set(`${kind} ${did}`, { kind, did, count: before + count, ...(reason ? { reason } : {}) });
  };
  let run: number | undefined;
  let hasSignatureGap = false;

  const remove = async (kind: FindingKind, ids: readonly string[]) => {
    if ((await catalogue.stateCounts()).active > 0) return note(kind, 'left', ids.length, IN_HAND);
    // Once more: what looked unknown a moment ago may have been written down since.
    const known = await catalogue.presenceOf(store.space, ids);
    const unknown = ids.filter((id) => !known.has(id));
    await store.removeTracks(unknown, { signal });
    note(kind, 'removed', unknown.length);
  };

  const rewrite = async (kind: FindingKind, ids: readonly string[]) => {
    for (const track of (await catalogue.getTracks(ids)).values())
      await store.updateFields(track.id, filterFieldsOf(track, track.durationSeconds), { signal });
    note(kind, 'rewritten', ids.length);
  };

  const queueAgain = async (kind: FindingKind, ids: readonly string[]) => {
    await catalogue.removeFromSpace(store.space, ids);
    // A kept space is brought up to date when it is gone back to.
    if (state === 'kept' || state === 'idle') return note(kind, 'unlisted', ids.length);
    run ??= (
      await catalogue.createRun({
        catalogue: options.catalogueName,
        source: `index repair ${store.space}`,
      })
    ).id;
    const { length } = await catalogue.queueTracks(ids, run);
    note(kind, 'queued', length);
    note(
      kind,
      'left',
      ids.length - length,
      'they are on their way already, or no indexed item holds them: soundalike queue status, queue failures, ingest --prune',
    );
  };

  const MEND: Record<FindingKind, (kind: FindingKind, ids: readonly string[]) => Promise<void>> = {
    'unknown-track': remove,
    'stray-clips': remove,
    'stale-clips': rewrite,
    'wrong-fields': rewrite,
    'missing-track': queueAgain,
    'unlisted-track': queueAgain,
    'stale-track': queueAgain,
    'missing-clips': queueAgain,
    'wrong-alias': async (kind) => {
      await vectors.setLive(store.space);
      note(kind, 'pointed', 1);
    },
    'missing-signature': async () => {
      hasSignatureGap = true;
    },
  };

  const verified = await verifySpace({
    ...options,
    onFinding: async (kind, ids) => {
      if (ids.length === 0) return;
      tally.add(kind, ids);
      await MEND[kind](kind, ids);
    },
  });
  if (run !== undefined) {
    await catalogue.setRunState(run, 'running');
    await feedQueue(catalogue, queue);
  }
  const gap = tally.list().find(({ kind }) => kind === 'missing-signature')?.count ?? 0;
  if (hasSignatureGap) await makeSignatures(options, gap, note);
  return { ...verified, run, findings: tally.list(), repairs: [...repairs.values()] };
};

const makeSignatures = async (
  { catalogue, audio, signal }: RepairOptions,
  gap: number,
  note: (kind: FindingKind, did: Repair['did'], count: number, reason?: string) => void,
): Promise<void> => {
  const kind = 'missing-signature';
  if (!audio) return note(kind, 'left', gap, 'they need the audio');
  const { made, failed }: BackfillResult = await backfillSignatures({ ...audio, catalogue }, signal);
  note(kind, 'made', made);
  note(kind, 'left', failed.length, failed[0] && `${failed[0].code}: ${failed[0].message}`);
};
