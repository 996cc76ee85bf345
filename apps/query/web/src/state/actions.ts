import { batch } from '@preact/signals';
import { asApiError, getTrack, postSearch } from '../api/client.ts';
import type { SearchAnswer, Track, Waveform } from '../api/types.ts';
import { currentState } from './current-state.ts';
import { loadLinkAudio } from './link-audio.ts';
import type { FilterState, LinkState, SearchOptions, View } from './link-state.ts';
import { DEFAULT_OPTIONS, NO_FILTER, readLink, writeLink } from './link-state.ts';
import { loadCatalogue } from './load-catalogue.ts';
import { cueMatch, pause, play, setSource } from './player.ts';
import { currentRequest, UPLOAD_NAME } from './request.ts';
import { loadSampleWaveform } from './sample-waveform.ts';
import * as session from './session.ts';

/** A search that takes longer than this is said to be slow, ms. */
const SLOW_MS = 5_000;

let running: AbortController | undefined;

/** Reads what the server holds and the address; call once. */
export const start = (): void => {
  addEventListener('popstate', () => void restore(readLink(location.search)));
  void loadCatalogue();
  void restore(readLink(location.search));
};

/** A new sample: everything that belonged to the one before goes, filters stay. */
export const searchWith = (
  sample: session.Sample,
  passage: session.Passage | null = null,
  refinements: readonly session.Refinement[] = [],
): void => {
  batch(() => {
    session.refinements.value = refinements;
    takeSample(sample, passage);
  });
  void search();
};

/** Only a part of the sample, or with null all of it again. */
export const searchPassage = (passage: session.Passage | null): void => {
  batch(() => {
    session.passage.value = passage;
    session.selection.value = null;
  });
  void search();
};

/** More (1) or less (-1) like a track; the same again takes it back. */
export const refine = (track: Track, weight: 1 | -1): void => {
  const others = session.refinements.value.filter((one) => one.track.trackId !== track.trackId);
  const before = session.refinements.value.find((one) => one.track.trackId === track.trackId);
  session.refinements.value = before?.weight === weight ? others : [...others, { track, weight }];
  if (!session.sample.value && session.refinements.value.length === 0) reset();
  else void search();
};

export const changeFilter = (change: Partial<FilterState>): void => {
  session.filter.value = { ...session.filter.value, ...change };
  void search();
};

export const changeOptions = (change: Partial<SearchOptions>): void => {
  session.options.value = { ...session.options.value, ...change };
  void search();
};

/** Puts a result on side B; with `play` from the first passage that matches. */
export const choose = (trackId: string, { match = 0, listen = false } = {}): void => {
  const isNew = session.chosenId.value !== trackId;
  batch(() => {
    session.chosenId.value = trackId;
    session.matchIndex.value = match;
    if (session.selection.value?.side === 'b' && isNew) session.selection.value = null;
  });
  const result = session.chosen.value;
  if (!result) return;
  setSource('b', result.trackId);
  const passage = result.matches[match];
  cueMatch(passage ?? null);
  if (listen) play('b');
  replaceAddress();
};

/** Back to the start page. */
export const reset = (): void => {
  running?.abort();
  pause();
  batch(() => {
    session.sample.value = null;
    session.passage.value = null;
    session.refinements.value = [];
    session.answer.value = null;
    session.chosenId.value = null;
    session.selection.value = null;
    session.sampleWaveform.value = null;
    session.progress.value = { kind: 'idle' };
    session.filter.value = NO_FILTER;
    session.options.value = DEFAULT_OPTIONS;
    session.view.value = 'search';
  });
  pushAddress();
};

export const show = (view: View): void => {
  // Map and duplicates play on side B as well: the opened result takes it back.
  if (view === 'search' && session.chosen.value) {
    pause();
    setSource('b', session.chosen.value.trackId);
  }
  session.view.value = view;
  pushAddress();
};

/** Asks again, as after a failure. */
export const search = async (): Promise<void> => {
  running?.abort();
  const controller = new AbortController();
  running = controller;
  const request = currentRequest();
  pushAddress();
  if (!request) return;
  const { sample } = session;
  const file = sample.value?.kind === 'file' ? sample.value.file : undefined;
  const listening = (isSlow: boolean) => {
    if (!controller.signal.aborted) session.progress.value = { kind: 'listening', isSlow };
  };
  listening(false);
  const slow = setTimeout(() => listening(true), SLOW_MS);
  try {
    const answer = await postSearch(request, {
      uploads: file ? [{ name: UPLOAD_NAME, file }] : [],
      signal: controller.signal,
      onProgress: (share) => {
        if (file && share < 1) session.progress.value = { kind: 'sending', share, bytes: file.size };
        else if (session.progress.value.kind === 'sending') listening(false);
      },
    });
    if (controller.signal.aborted) return;
    batch(() => {
      session.answer.value = answer;
      session.progress.value = { kind: 'idle' };
      session.sampleWaveform.value ??= wholeWaveform(answer);
    });
    openBest();
    void loadLinkAudio(sample.value);
  } catch (error) {
    if (!controller.signal.aborted) session.progress.value = { kind: 'failed', error: asApiError(error) };
  } finally {
    clearTimeout(slow);
  }
};

/** The sample as the server heard it, where that was all of it. */
const wholeWaveform = ({ query }: SearchAnswer): Waveform | null => {
  const heard = session.passage.value ? undefined : query?.[0];
  return heard && heard.peaks.length > 0 ? heard : null;
};

/** The link to what is shown. */
export const currentLink = (): string => `${location.origin}/${writeLink(currentState())}`;

const takeSample = (sample: session.Sample, passage: session.Passage | null) => {
  pause();
  session.view.value = 'search';
  session.sample.value = sample;
  session.passage.value = passage;
  session.selection.value = null;
  session.answer.value = null;
  session.chosenId.value = null;
  session.sampleWaveform.value = null;
  session.linkAudio.value = 'none';
  session.options.value = { ...session.options.value, belowFloor: false };
  setSource(
    'a',
    sample.kind === 'track' ? sample.track.trackId : sample.kind === 'file' ? sample.file : null,
  );
  void loadSampleWaveform(sample);
};

/** Keeps the opened result where it is still there, else opens the best one. */
const openBest = () => {
  const results = session.answer.value?.results ?? [];
  const open = results.find(({ trackId }) => trackId === session.chosenId.value) ?? results[0];
  if (open) choose(open.trackId);
  else session.chosenId.value = null;
};

const restore = async (state: LinkState): Promise<void> => {
  running?.abort();
  try {
    const [sample, refinements] = await Promise.all([
      restoreSample(state),
      Promise.all(
        state.refinements.map(async ({ trackId, weight }) => ({ track: await getTrack(trackId), weight })),
      ),
    ]);
    batch(() => {
      if (sample) takeSample(sample, state.passage);
      else if (refinements.length === 0) Object.assign(session.answer, { value: null });
      if (!sample) session.sample.value = null;
      session.refinements.value = refinements;
      session.filter.value = state.filter;
      session.options.value = state.options;
      session.chosenId.value = state.open;
      session.view.value = state.view;
    });
    if (currentRequest()) await search();
  } catch (error) {
    session.progress.value = { kind: 'failed', error: asApiError(error) };
  }
};

const restoreSample = async ({ sample }: LinkState): Promise<session.Sample | null> => {
  if (sample?.kind === 'track') return { kind: 'track', track: await getTrack(sample.trackId) };
  if (sample?.kind === 'link') return { kind: 'link', url: sample.url };
  if (sample?.kind !== 'file') return null;
  const known = session.sample.value;
  // Going back within the page: the file is still here.
  if (known?.kind === 'file' && session.nameOfSample(known) === sample.name) return known;
  return { kind: 'missing-file', name: sample.name };
};

const pushAddress = () => {
  const address = `/${writeLink(currentState())}`;
  if (address !== location.pathname + location.search) history.pushState(null, '', address);
};
const replaceAddress = () => history.replaceState(null, '', `/${writeLink(currentState())}`);
