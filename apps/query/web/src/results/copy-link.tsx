import { Button } from '@soundalike/design';
import { useState } from 'preact/hooks';
import { exportSearch } from '../api/export-search.ts';
import { currentLink } from '../state/actions.ts';
import { currentRequest, UPLOAD_NAME } from '../state/request.ts';
import { sample } from '../state/session.ts';

const FORMATS = [
  { format: 'm3u8', label: 'Playlist' },
  { format: 'csv', label: 'CSV' },
  { format: 'json', label: 'JSON' },
] as const;

/** Takes the result elsewhere: as a link, or as a file that other programs read. */
export const ExportMenu = () => {
  const [said, setSaid] = useState('');
  const copy = async () => {
    await navigator.clipboard.writeText(currentLink());
    setSaid(sample.value?.kind === 'file' ? 'Copied; your file does not travel with it' : 'Link copied');
  };
  const save = async (format: (typeof FORMATS)[number]['format']) => {
    const request = currentRequest();
    if (!request) return;
    const uploads = sample.value?.kind === 'file' ? [{ name: UPLOAD_NAME, file: sample.value.file }] : [];
    await exportSearch(request, format, uploads).then(
      () => setSaid(''),
      (error: Error) => setSaid(error.message),
    );
  };
  return (
    <div class="export">
      <span role="status">{said}</span>
      <Button small kind="quiet" icon="copy" onClick={() => void copy().catch(() => setSaid('Not copied'))}>
        Link
      </Button>
      {FORMATS.map(({ format, label }) => (
        <Button key={format} small kind="quiet" icon="download" onClick={() => void save(format)}>
          {label}
        </Button>
      ))}
    </div>
  );
};
