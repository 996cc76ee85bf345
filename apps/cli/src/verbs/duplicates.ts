import { SoundalikeError, visibleLine } from '@soundalike/core';
import { loadModel } from '@soundalike/embedder';
import { type DuplicatesView, type Evidence, listDuplicates } from '@soundalike/ingest';
import { defineVerb } from '../verb.ts';

/** Groups read at once. */
const PAGE = 500;

export const duplicates = defineVerb({
  usage: '',
  options: {
    'content-only': {
      type: 'boolean',
      help: 'only copies that are the same to the bit, without comparing signatures',
    },
  },
  examples: ['soundalike duplicates', 'soundalike duplicates --content-only --json'],
  run: async ({ options, context, output, signal }) => {
    const catalogue = await context.catalogue({ readOnly: true });
    const live = await catalogue.liveSpace();
    if (!live) throw new SoundalikeError('INDEX_EMPTY', 'Nothing is indexed yet');
    const store = await (await context.vectors({ readOnly: true })).openSpace(live.name);
    const kinds: Evidence[] =
      options['content-only'] === true ? ['same-content'] : ['same-content', 'same-recording'];
    // Signatures are the same in every space, so the model of the index will do, whether or not its space is the one it makes now.
    const limits = kinds.includes('same-recording')
      ? (await loadModel({ name: live.model, modelsFolder: context.config.modelsDir })).info.signature
      : undefined;
    const all: DuplicatesView[] = [];
    for (const evidence of kinds) {
      for (let cursor: string | undefined; !signal.aborted; ) {
        const page = await listDuplicates({
          catalogue,
          store,
          limits,
          evidence,
          cursor,
          limit: PAGE,
          signal,
        });
        for (const group of page.duplicates) output.print(formatDuplicates(group));
        if (output.json) all.push(...page.duplicates);
        if (page.nextCursor === null) break;
        cursor = page.nextCursor;
      }
    }
    output.document({ duplicates: all });
    return signal.aborted ? 130 : 0;
  },
});

/** A group for people; own ids tell one file under two of them apart. */
export const formatDuplicates = ({ evidence, copies, errorRate, offsetSeconds }: DuplicatesView): string =>
  [
    evidence === 'same-content'
      ? 'Same content:'
      : `Same recording (${((errorRate ?? 0) * 100).toFixed(1)} % of the signature differs, shifted by ${offsetSeconds} s):`,
    ...copies.map(({ location, externalId, artist, title }) =>
      visibleLine(
        `  ${location}${externalId === null ? '' : ` (${externalId})`}  ${[artist, title].filter(Boolean).join(' – ')}`,
      ).trimEnd(),
    ),
  ].join('\n');
