/** What is done to an excerpt before it is asked with. */
export interface Treatment {
  readonly name: string;
  /** ffmpeg's audio filters. */
  readonly filters?: string;
  /** White noise so far below the signal, dB. */
  readonly noiseDb?: number;
  /** Coded in between, ffmpeg's output options. */
  readonly codec?: readonly string[];
  /** Playing speed, pitch with it. */
  readonly speed?: number;
}

/** A short, dense room: early reflections that ffmpeg's `aecho` adds up. */
const ROOM = 'aecho=0.8:0.7:29|47|71|97:0.45|0.35|0.25|0.15';

/** The ways in which a passage reaches a listener, each applied to every excerpt. */
export const TREATMENTS: readonly Treatment[] = [
  { name: 'as it is' },
  { name: 'MP3 64 kbit/s', codec: ['-c:a', 'libmp3lame', '-b:a', '64k', '-f', 'mp3'] },
  { name: 'gain -12 dB', filters: 'volume=-12dB' },
  { name: 'band 300–3400 Hz', filters: 'highpass=f=300,lowpass=f=3400' },
  { name: 'noise 20 dB', noiseDb: 20 },
  { name: 'noise 10 dB', noiseDb: 10 },
  { name: 'room', filters: ROOM },
  { name: 'speed +2 %', speed: 1.02 },
  { name: 'speed -2 %', speed: 0.98 },
];
