import './duplicates.css';
import { Button, Chip, Note, Progress } from '@soundalike/design';
import { useEffect } from 'preact/hooks';
import type { Evidence } from '../api/types.ts';
import { DuplicateGroup } from './duplicate-group.tsx';
import * as state from './duplicates-state.ts';

const KINDS: readonly { readonly evidence: Evidence; readonly label: string; readonly none: string }[] = [
  {
    evidence: 'same-content',
    label: 'Same audio to the bit',
    none: 'No two files hold the same audio.',
  },
  {
    evidence: 'same-recording',
    label: 'Same recording, coded anew',
    none: 'No recording is here in two codings.',
  },
];

/** Copies that belong together, and what says so. */
export const DuplicatesView = () => {
  useEffect(() => void state.load(state.evidence.value), []);
  const groups = state.groups.value;
  const isOver = !state.isLoading.value && state.cursor.value === null && !state.failure.value;
  return (
    <div class="duplicates">
      <header>
        <h1>Here more than once</h1>
        <p>
          Copies that belong together, with what says so. Each keeps its own words, and words in which they
          differ are underlined; nothing is merged or deleted.
        </p>
      </header>
      <fieldset class="chips">
        <legend class="sr-only">What says so</legend>
        {KINDS.map(({ evidence, label }) => (
          <Chip
            key={evidence}
            pressed={state.evidence.value === evidence}
            onClick={() => void state.load(evidence)}
          >
            {label}
          </Chip>
        ))}
      </fieldset>
      {state.failure.value && (
        <Note tone="bad">
          {state.failure.value.message}{' '}
          <Button small onClick={() => void state.more()}>
            Try again
          </Button>
        </Note>
      )}
      <ol class="duplicate-groups">
        {groups.map((group) => (
          <DuplicateGroup key={group.copies.map(({ location }) => location).join('\n')} group={group} />
        ))}
      </ol>
      {state.isLoading.value && (
        <div class="working">
          <p role="status">
            {state.evidence.value === 'same-recording' ? 'Comparing recordings …' : 'Looking for copies …'}
          </p>
          <Progress label="Looking for duplicates" />
        </div>
      )}
      {isOver && groups.length === 0 && (
        <Note>{KINDS.find(({ evidence }) => evidence === state.evidence.value)?.none}</Note>
      )}
      {!state.isLoading.value && state.cursor.value !== null && (
        <p>
          <Button onClick={() => void state.more()}>Look further</Button>
        </p>
      )}
    </div>
  );
};
