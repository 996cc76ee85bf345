import { Button } from '@soundalike/design';
import { useState } from 'preact/hooks';
import { currentLink } from '../state/actions.ts';
import { sample } from '../state/session.ts';

/** Takes the search elsewhere as a link that brings it back. */
export const CopyLink = () => {
  const [said, setSaid] = useState('');
  const copy = async () => {
    await navigator.clipboard.writeText(currentLink());
    setSaid(sample.value?.kind === 'file' ? 'Copied; your file does not travel with it' : 'Link copied');
  };
  return (
    <div class="export">
      <span role="status">{said}</span>
      <Button small kind="quiet" icon="copy" onClick={() => void copy().catch(() => setSaid('Not copied'))}>
        Link
      </Button>
    </div>
  );
};
