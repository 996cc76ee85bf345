import './results.css';
import { Button, Note, Progress } from '@soundalike/design';
import type { SearchResult } from '../api/types.ts';
import { search } from '../state/actions.ts';
import * as session from '../state/session.ts';
import { CopyLink } from './copy-link.tsx';
import { NothingClose, NothingPasses } from './nothing.tsx';
import { ResultRow } from './result-row.tsx';

/** What the search found, or honestly that it found nothing. */
export const ResultList = () => {
  const answer = session.answer.value;
  const results = answer?.results ?? [];
  const close = results.filter(isClose);
  const guesses = results.filter((result) => !isClose(result));
  return (
    <section class="results" aria-label="Results" aria-busy={session.isBusy.value}>
      <Working />
      {answer && <Headline />}
      <Rows results={close} before={0} />
      {close.length > 0 && guesses.length > 0 && (
        <header class="floor">
          <h3>Below the floor</h3>
          <p>Not close enough to be called alike. Read them as guesses.</p>
        </header>
      )}
      <Rows results={guesses} before={close.length} />
    </section>
  );
};

/** `before`: how many rows stand above these. */
const Rows = ({ results, before }: { results: readonly SearchResult[]; before: number }) => {
  if (results.length === 0) return null;
  return (
    <ol start={before + 1} class={session.isBusy.value ? 'stale' : undefined}>
      {results.map((result, index) => (
        <ResultRow key={result.trackId} result={result} place={before + index + 1} />
      ))}
    </ol>
  );
};

const isClose = ({ verdict }: SearchResult): boolean => verdict !== 'nothing-close';

const Working = () => {
  const now = session.progress.value;
  if (now.kind === 'idle') return null;
  if (now.kind === 'failed')
    return (
      <Note tone="bad">
        <p>{now.error.message}</p>
        {ADVICE[now.error.code] && <p>{ADVICE[now.error.code]}</p>}
        <p class="actions">
          <Button small onClick={() => void search()}>
            Try again
          </Button>
        </p>
      </Note>
    );
  if (now.kind === 'sending')
    return (
      <div class="working">
        <p role="status">
          Sending {megabytes(now.bytes * now.share)} of {megabytes(now.bytes)} MB
        </p>
        <Progress label="Upload" share={now.share} />
      </div>
    );
  return (
    <div class="working">
      <p role="status">
        {now.isSlow ? 'Still listening. Long samples and a busy machine take their time …' : 'Listening …'}
      </p>
      <Progress label="Search" />
    </div>
  );
};

const Headline = () => {
  const { answer } = session;
  const { verdict, results } = answer.value ?? { verdict: 'nothing-close', results: [] };
  if (answer.value?.reason === 'no-track-passes') return <NothingPasses />;
  const shown = results.filter(isClose).length;
  if (verdict === 'nothing-close') return <NothingClose hasCandidates={results.length > 0} />;
  const same = results.filter((result) => result.verdict === 'same-recording').length;
  return (
    <header class="headline">
      <h2>
        {same > 0
          ? same === 1
            ? 'Found the recording'
            : `Found ${same} copies of the recording`
          : `${shown} that sound${shown === 1 ? 's' : ''} alike`}
      </h2>
      {same > 0 && shown > same && (
        <p>
          and {shown - same} that sound{shown - same === 1 ? 's' : ''} alike
        </p>
      )}
      <CopyLink />
    </header>
  );
};

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

/** What a person can do about a failure that the server named. */
const ADVICE: Readonly<Record<string, string>> = {
  AUDIO_TOO_SHORT: 'Give it three seconds at the least; ten are better.',
  AUDIO_SILENT: 'There is nothing to hear in it. Is the microphone on?',
  SOURCE_TOO_LARGE: 'Cut the part you mean, or use a compressed format.',
  TOO_MANY_REQUESTS: 'Others are searching as well. It is worth trying again in a moment.',
};
