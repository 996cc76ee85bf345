import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Search } from '../search/create-search.ts';
import { cutExcerpt } from './cut-excerpt.ts';
import { seededRandom } from './seeded-random.ts';
import type { Treatment } from './treatments.ts';

/** A track to ask for, or a stranger that is in no catalogue. */
export interface Subject {
  /** Its id in the catalogue; null for a stranger. */
  readonly trackId: string | null;
  readonly path: string;
  readonly durationSeconds: number;
  /** The composition: takes and borrowed loops share it. */
  readonly work: string;
}

/** What one excerpt was answered with. */
export interface Identified {
  readonly treatment: string;
  readonly seconds: number;
  readonly isStranger: boolean;
  /** Rank of the right track among the answers, 1 first; undefined: not among them. */
  readonly rank: number | undefined;
  /** The right track was called the same recording. */
  readonly isIdentified: boolean;
  /** Distance of the offset found from the true one, seconds; undefined where it was not identified. */
  readonly offsetError: number | undefined;
  /** Other recordings of the same work (takes, borrowed loops), and of other works, called the same. */
  readonly falseRelatives: number;
  readonly falseStrangers: number;
  readonly verdict: string;
}

export interface IdentifyOptions {
  readonly search: Search;
  readonly ffmpeg: string;
  readonly subjects: readonly Subject[];
  readonly treatments: readonly Treatment[];
  /** Length of the excerpts, seconds. */
  readonly seconds: number;
  /** The work of an answer, by its track id. */
  workOf(trackId: string): string | undefined;
  readonly seed: number;
  readonly signal: AbortSignal;
  onAnswer?(answer: Identified): void;
}

const LIMIT = 10;

/**
 * Table A: every subject is asked for by an excerpt of itself, at an offset that lies on nothing, under every treatment, through the search
 * that answers everybody.
 */
export const identify = async (options: IdentifyOptions): Promise<Identified[]> => {
  const { subjects, treatments, seed, seconds } = options;
  const random = seededRandom(seed);
  const folder = await mkdtemp(join(tmpdir(), 'soundalike-quality-'));
  try {
    const answers: Identified[] = [];
    for (const subject of subjects) {
      const room = subject.durationSeconds - seconds * 1.03;
      if (room < 0) continue;
      const from = Math.round(random() * room * 1000) / 1000;
      for (const treatment of treatments) {
        const answer = await ask(subject, from, treatment, join(folder, 'excerpt'), random, options);
        answers.push(answer);
        options.onAnswer?.(answer);
      }
    }
    return answers;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const ask = async (
  subject: Subject,
  from: number,
  treatment: Treatment,
  target: string,
  random: () => number,
  { search, ffmpeg, seconds, workOf, signal }: IdentifyOptions,
): Promise<Identified> => {
  const path = await cutExcerpt({
    path: subject.path,
    from,
    seconds,
    treatment,
    target,
    ffmpeg,
    random,
    signal,
  });
  const { results, verdict } = await search(
    { seeds: [{ upload: 'excerpt' }], limit: LIMIT, belowFloor: true },
    { uploads: new Map([['excerpt', path]]), signal },
  );
  const at = results.findIndex(({ trackId }) => trackId === subject.trackId);
  const own = results[at];
  const isIdentified = own?.verdict === 'same-recording';
  const [match] = own?.matches ?? [];
  const wrong = results.filter(
    ({ trackId, verdict: called }) => called === 'same-recording' && trackId !== subject.trackId,
  );
  const relatives = wrong.filter(({ trackId }) => workOf(trackId) === subject.work).length;
  return {
    treatment: treatment.name,
    seconds,
    isStranger: subject.trackId === null,
    rank: at < 0 ? undefined : at + 1,
    isIdentified,
    offsetError:
      isIdentified && match
        ? Math.abs(match.trackFrom - (from + match.queryFrom * (treatment.speed ?? 1)))
        : undefined,
    falseRelatives: relatives,
    falseStrangers: wrong.length - relatives,
    verdict,
  };
};
