import { Button, formatClock, Masthead, Note } from '@soundalike/design';
import { useRef, useState } from 'preact/hooks';
import { audioUrl, findTracks, postSearch } from './api/client.ts';
import type { SearchAnswer, Track } from './api/types.ts';

export const App = () => {
  const [answer, setAnswer] = useState<SearchAnswer>();
  const [tracks, setTracks] = useState<readonly Track[]>([]);
  const [failure, setFailure] = useState<string>();
  const audio = useRef<HTMLAudioElement>(null);

  const attempt = (work: Promise<void>) => {
    setFailure(undefined);
    work.catch((error: Error) => setFailure(error.message));
  };
  const searchFile = async (file: File) =>
    setAnswer(await postSearch({ seeds: [{ upload: 'file' }] }, { uploads: [{ name: 'file', file }] }));
  const searchTrack = async (trackId: string) => setAnswer(await postSearch({ seeds: [{ trackId }] }));
  const playFrom = (trackId: string, seconds: number) => {
    const element = audio.current;
    if (!element) return;
    element.src = audioUrl(trackId);
    element.currentTime = seconds;
    attempt(element.play());
  };

  return (
    <>
      <Masthead places={[{ label: 'Search', href: '/', current: true }]} />
      <main
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          const file = event.dataTransfer?.files[0];
          if (file) attempt(searchFile(file));
        }}
      >
        <label>
          A file to search with, or drop one anywhere
          <input
            type="file"
            accept="audio/*"
            onChange={({ currentTarget }) => {
              const file = currentTarget.files?.[0];
              if (file) attempt(searchFile(file));
            }}
          />
        </label>
        <label>
          A track of the catalogue
          <input
            type="search"
            onInput={({ currentTarget }) =>
              attempt(findTracks(currentTarget.value, 8).then((page) => setTracks(page.tracks)))
            }
          />
        </label>
        <ul>
          {tracks.map((track) => (
            <li key={track.trackId}>
              <Button small onClick={() => attempt(searchTrack(track.trackId))}>
                {track.artist} – {track.title}
              </Button>
            </li>
          ))}
        </ul>
        {failure && <Note tone="bad">{failure}</Note>}
        {answer && <p>{answer.verdict}</p>}
        <ol>
          {answer?.results.map((result) => (
            <li key={result.trackId}>
              {result.artist} – {result.title} {result.score.toFixed(2)}
              {result.matches.map((match) => (
                <Button small key={match.trackFrom} onClick={() => playFrom(result.trackId, match.trackFrom)}>
                  {formatClock(match.queryFrom)} → {formatClock(match.trackFrom)}
                </Button>
              ))}
            </li>
          ))}
        </ol>
        {/* biome-ignore lint/a11y/useMediaCaption: music of the user's own catalogue has no captions */}
        <audio ref={audio} controls />
      </main>
    </>
  );
};
