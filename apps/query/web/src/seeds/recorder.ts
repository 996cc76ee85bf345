import { signal } from '@preact/signals';
import { searchWith } from '../state/actions.ts';
import { pause } from '../state/player.ts';
import { toWav } from './to-wav.ts';

/** Longest recording, seconds; more does not make the answer better. */
export const LONGEST = 30;
/** Below this there is not one whole window, seconds. */
export const SHORTEST = 3;
const LEVELS_PER_SECOND = 10;

export interface Recording {
  readonly state: 'asking' | 'running' | 'failed';
  readonly seconds: number;
  /** Loudness so far, ten a second, 0..1. */
  readonly levels: readonly number[];
  readonly failure?: string | undefined;
}

/** The recording under way; null where none is. */
export const recording = signal<Recording | null>(null);

let finish: ((isWanted: boolean) => void) | undefined;

/** Records until it is stopped or long enough, then searches with it. */
export const startRecording = async (): Promise<void> => {
  pause();
  recording.value = { state: 'asking', seconds: 0, levels: [] };
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      // What the browser does for calls would take the music out.
      audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
    });
    await record(stream);
  } catch (error) {
    recording.value = { state: 'failed', seconds: 0, levels: [], failure: wordsFor(error) };
  }
};

export const stopRecording = (): void => finish?.(true);

export const dropRecording = (): void => {
  finish?.(false);
  recording.value = null;
};

const record = async (stream: MediaStream): Promise<void> => {
  const chunks: Blob[] = [];
  const recorder = new MediaRecorder(stream);
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 2048 });
  context.createMediaStreamSource(stream).connect(analyser);
  recorder.ondataavailable = ({ data }) => chunks.push(data);
  const stopped = new Promise<void>((resolve) => {
    recorder.onstop = () => resolve();
  });
  const isWanted = new Promise<boolean>((resolve) => {
    finish = resolve;
  });
  recorder.start();
  recording.value = { state: 'running', seconds: 0, levels: [] };
  const meter = setInterval(() => measure(analyser), 1000 / LEVELS_PER_SECOND);
  const wanted = await isWanted;
  clearInterval(meter);
  finish = undefined;
  recorder.stop();
  await stopped;
  for (const track of stream.getTracks()) track.stop();
  await context.close();
  if (!wanted) return;
  // A WAV file can be played from any offset and its length is known, unlike what MediaRecorder writes.
  const file = await toWav(new Blob(chunks, { type: recorder.mimeType }), 'recording.wav');
  recording.value = null;
  searchWith({ kind: 'file', file, isRecording: true });
};

const measure = (analyser: AnalyserNode) => {
  const now = recording.value;
  if (now?.state !== 'running') return;
  const samples = new Float32Array(analyser.fftSize);
  analyser.getFloatTimeDomainData(samples);
  const peak = Math.min(
    1,
    samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0),
  );
  const levels = [...now.levels, peak];
  const seconds = levels.length / LEVELS_PER_SECOND;
  recording.value = { ...now, levels, seconds };
  if (seconds >= LONGEST) stopRecording();
};

const wordsFor = (error: unknown): string => {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError') return 'The browser was not allowed to use the microphone.';
  if (name === 'NotFoundError') return 'There is no microphone.';
  if (!navigator.mediaDevices)
    return 'The browser gives the microphone only to pages over HTTPS or from this machine.';
  return 'The recording could not be read.';
};
