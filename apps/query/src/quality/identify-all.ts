import { evenly } from './evenly.ts';
import { type IdentifyOptions, identify, type Subject } from './identify.ts';
import { type IdentifiedRow, summariseIdentified } from './summarise-identified.ts';
import { TREATMENTS } from './treatments.ts';

/** Table A in full. */
export interface IdentifiedTable {
  readonly rows: readonly IdentifiedRow[];
  /** Pieces asked for that are in no catalogue, */
  readonly strangers: number;
  /** and what they were answered, over all treatments. */
  readonly strangerVerdicts: Readonly<Record<string, number>>;
}

export interface IdentifyAllOptions
  extends Pick<IdentifyOptions, 'search' | 'ffmpeg' | 'workOf' | 'signal' | 'onAnswer'> {
  readonly own: readonly Subject[];
  readonly strangers: readonly Subject[];
  /** Lengths of excerpts, seconds. */
  readonly lengths: readonly number[];
  /** The length that is asked with every subject and with the strangers; the others with a third of the subjects. */
  readonly aimSeconds: number;
  onLength?(seconds: number, excerpts: number): void;
}

/** Asks for everything, at every length, under every treatment. */
export const identifyAll = async (options: IdentifyAllOptions): Promise<IdentifiedTable> => {
  const { own, strangers, lengths, aimSeconds, onLength, ...more } = options;
  const answers = [];
  for (const seconds of lengths) {
    const subjects = seconds === aimSeconds ? [...own, ...strangers] : evenly(own, Math.ceil(own.length / 3));
    onLength?.(seconds, subjects.length * TREATMENTS.length);
    answers.push(...(await identify({ ...more, subjects, treatments: TREATMENTS, seconds, seed: seconds })));
  }
  const verdicts = answers.filter(({ isStranger }) => isStranger).map(({ verdict }) => verdict);
  return {
    rows: summariseIdentified(answers),
    strangers: strangers.length,
    strangerVerdicts: Object.fromEntries(
      [...new Set(verdicts)].map((verdict) => [
        verdict,
        verdicts.filter((other) => other === verdict).length,
      ]),
    ),
  };
};
