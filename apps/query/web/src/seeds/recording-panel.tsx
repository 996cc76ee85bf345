import './recording-panel.css';
import { Button, formatClock, Note } from '@soundalike/design';
import { dropRecording, LONGEST, recording, SHORTEST, stopRecording } from './recorder.ts';

/** What the microphone hears, while it records. */
export const RecordingPanel = () => {
  const now = recording.value;
  if (!now) return null;
  if (now.state === 'failed')
    return (
      <Note tone="bad">
        {now.failure}{' '}
        <Button small onClick={dropRecording}>
          Close
        </Button>
      </Note>
    );
  return (
    <section class="recording" aria-label="Recording">
      <p role="status">
        {now.state === 'asking' ? 'Waiting for the microphone …' : 'Listening'}
        <span class="numeric" aria-hidden="true">
          {formatClock(now.seconds)} / {formatClock(LONGEST)}
        </span>
      </p>
      <svg viewBox={`0 0 ${LONGEST * 10} 40`} preserveAspectRatio="none" aria-hidden="true">
        {now.levels.map((level, at) => (
          <rect key={at} x={at} width="0.6" y={20 - level * 19} height={Math.max(0.6, level * 38)} />
        ))}
      </svg>
      <Button kind="primary" icon="stop" disabled={now.seconds < SHORTEST} onClick={stopRecording}>
        {now.seconds < SHORTEST && now.state === 'running'
          ? `${Math.ceil(SHORTEST - now.seconds)} s more …`
          : 'Stop and search'}
      </Button>
      <Button kind="quiet" onClick={dropRecording}>
        Cancel
      </Button>
    </section>
  );
};
