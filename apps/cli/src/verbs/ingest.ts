import { SoundalikeError } from '@soundalike/core';
import { createProgress, formatReport, openSource, runIngest } from '@soundalike/ingest';
import { ingestDeps } from '../ingest-deps.ts';
import { noteUntrained } from '../note-untrained.ts';
import { defineVerb } from '../verb.ts';

export const ingest = defineVerb({
  name: 'ingest',
  summary: 'take a folder, manifest or link into the catalogue',
  usage: '<folder | file | manifest.csv | manifest.jsonl | list.txt | https://…>',
  options: {
    force: { type: 'boolean', help: 'work on everything again, also what has not changed' },
  },
  examples: [
    'soundalike ingest ~/Music',
    'soundalike ingest label-export.csv',
    'soundalike ingest links.txt --json',
    'soundalike ingest https://example.org/song.mp3',
  ],
  run: async ({ positionals, options, context, output, signal }) => {
    const [argument, ...more] = positionals;
    if (argument === undefined || more.length > 0) {
      throw new SoundalikeError(
        'INPUT_INVALID',
        `ingest takes one source, got ${positionals.length}. See: soundalike ingest --help`,
      );
    }
    const { config } = context;
    // The source first: a mistyped path must not cost the start of the network.
    const catalogue = await context.catalogue();
    const source = await openSource({
      argument,
      workingDirectory: process.cwd(),
      catalogue,
      roots: config.roots,
    });
    const { deps, concurrency } = await ingestDeps(context);
    noteUntrained(deps.embedder.model, output);
    const progress = createProgress({ isTerminal: output.isTerminal, write: (line) => output.note(line) });
    try {
      const report = await runIngest({
        source,
        deps,
        concurrency,
        signal,
        queue: await context.queue(),
        catalogueName: config.catalogue,
        force: options.force === true,
        onProgress: progress.update,
      });
      progress.stop();
      output.print(formatReport(report));
      output.document(report);
      if (signal.aborted) return 130;
      return report.failed > 0 ? 3 : 0;
    } finally {
      progress.stop();
    }
  },
});
