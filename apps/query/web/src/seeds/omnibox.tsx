import './omnibox.css';
import { Button, formatClock, Icon } from '@soundalike/design';
import { useEffect, useRef, useState } from 'preact/hooks';
import { findTracks } from '../api/client.ts';
import type { Track } from '../api/types.ts';
import { searchWith } from '../state/actions.ts';
import { bestNamed } from './best-named.ts';
import { recording, startRecording } from './recorder.ts';

const SUGGESTIONS = 8;
/** Tracks asked for, of which the best named are shown. */
const ASKED = 60;
/** Typing pauses this long before the catalogue is asked, ms. */
const PAUSE_MS = 120;

/** One field for everything that can be searched with: words find tracks, a link is fetched, files and the microphone have buttons. */
export const Omnibox = () => {
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const [isOpen, setOpen] = useState(false);
  const picker = useRef<HTMLInputElement>(null);
  const link = asLink(text);
  const { tracks, state } = useSuggestions(link ? '' : text);
  const shows = isOpen && text.trim() !== '';

  const finish = () => {
    setText('');
    setOpen(false);
  };
  const takeTrack = (track: Track) => {
    finish();
    searchWith({ kind: 'track', track });
  };
  const submit = () => {
    const track = tracks[active];
    if (link) {
      finish();
      searchWith({ kind: 'link', url: link });
    } else if (track) takeTrack(track);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      if (shows) setOpen(false);
      else (event.currentTarget as HTMLElement).blur();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setOpen(true);
      if (tracks.length > 0) setActive((active + step + tracks.length) % tracks.length);
    }
  };

  return (
    <search class="omnibox">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Icon name={link ? 'link' : 'search'} />
        <input
          id="omnibox"
          type="text"
          role="combobox"
          aria-label="Search with a track of the catalogue or a link"
          aria-expanded={shows}
          aria-controls="omnibox-list"
          aria-autocomplete="list"
          aria-activedescendant={shows && !link && tracks.length > 0 ? `suggestion-${active}` : undefined}
          placeholder="A title, an artist, or a link to audio"
          autocomplete="off"
          spellcheck={false}
          value={text}
          onInput={({ currentTarget }) => {
            setText(currentTarget.value);
            setActive(0);
            setOpen(true);
          }}
          onKeyDown={onKeyDown}
          onFocus={() => setOpen(true)}
          onBlur={() => setOpen(false)}
        />
        <Button icon="file" label="Choose an audio file" onClick={() => picker.current?.click()}>
          <span class="wide">File</span>
        </Button>
        <Button
          icon="microphone"
          label="Record from the microphone"
          disabled={recording.value !== null}
          onClick={() => void startRecording()}
        >
          <span class="wide">Record</span>
        </Button>
        <input
          ref={picker}
          id="file-picker"
          class="sr-only"
          type="file"
          tabIndex={-1}
          aria-label="An audio file to search with"
          accept="audio/*,video/*,.flac,.opus,.aiff,.wma"
          onChange={({ currentTarget }) => {
            const file = currentTarget.files?.[0];
            currentTarget.value = '';
            if (file) searchWith({ kind: 'file', file, isRecording: false });
          }}
        />
      </form>
      <div id="omnibox-list" class="suggestions" role="listbox" aria-label="Tracks" hidden={!shows}>
        {link && <LinkSuggestion url={link} onTake={submit} />}
        {!link && state === 'done' && tracks.length === 0 && (
          <p class="none">Nothing of that name in the catalogue.</p>
        )}
        {!link && state === 'failed' && <p class="none">The catalogue did not answer.</p>}
        {tracks.map((track, index) => (
          <div
            key={track.trackId}
            id={`suggestion-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            onMouseDown={(event) => {
              event.preventDefault();
              takeTrack(track);
            }}
            onMouseEnter={() => setActive(index)}
          >
            <strong dir="auto">{track.title ?? track.location.path}</strong>
            <span dir="auto">{[track.artist, track.genre].filter(Boolean).join(' · ')}</span>
            <span class="numeric">{formatClock(track.durationSeconds)}</span>
          </div>
        ))}
      </div>
    </search>
  );
};

const LinkSuggestion = ({ url, onTake }: { url: string; onTake(): void }) => (
  <div
    role="option"
    tabIndex={-1}
    aria-selected={true}
    onMouseDown={(event) => {
      event.preventDefault();
      onTake();
    }}
  >
    <strong>Listen to this link</strong>
    <span>{url}</span>
  </div>
);

const asLink = (text: string): string | null => {
  const trimmed = text.trim();
  return /^https?:\/\/\S+$/i.test(trimmed) && URL.canParse(trimmed) ? trimmed : null;
};

/** Tracks whose metadata has the words typed, a moment after the typing stops. */
const useSuggestions = (text: string) => {
  const [found, setFound] = useState<{ tracks: readonly Track[]; state: 'waiting' | 'done' | 'failed' }>({
    tracks: [],
    state: 'waiting',
  });
  useEffect(() => {
    const query = text.trim();
    setFound({ tracks: [], state: 'waiting' });
    if (query === '') return undefined;
    const controller = new AbortController();
    const timer = setTimeout(() => {
      findTracks(query, ASKED, controller.signal).then(
        ({ tracks }) => setFound({ tracks: bestNamed(tracks, query).slice(0, SUGGESTIONS), state: 'done' }),
        () => !controller.signal.aborted && setFound({ tracks: [], state: 'failed' }),
      );
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [text]);
  return found;
};
