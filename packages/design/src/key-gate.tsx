import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Button } from './button.tsx';
import { Masthead } from './masthead.tsx';
import { Note } from './note.tsx';

interface Session {
  readonly keysNeeded: boolean;
  readonly name: string | null;
  readonly scopes: readonly string[];
}

type Scope = 'search' | 'ingest';

/** What opens a page that asks for a scope. */
const OPENS: Record<Scope, readonly string[]> = {
  search: ['search', 'ingest', 'admin'],
  ingest: ['ingest', 'admin'],
};

/** Set when the server says that a key is needed (any more). */
const isLockedOut = signal(false);

/** To be called when a request was answered with 401: the session or its key has ended. */
export const askForKey = (): void => {
  isLockedOut.value = true;
};

/** Shows a page only to who may use it: asks for a key where the server needs one. The browser keeps a cookie, never the key. */
export const KeyGate = ({ scope, children }: { scope: Scope; children: ComponentChildren }) => {
  const [session, setSession] = useState<Session | 'unknown'>();
  useEffect(() => {
    // A server that cannot say is shown with its own errors.
    readSession().then(setSession, () => setSession('unknown'));
  }, []);
  if (session === undefined) return null;
  const isOpen = session === 'unknown' || session.scopes.some((given) => OPENS[scope].includes(given));
  if (isOpen && !isLockedOut.value) return <>{children}</>;
  const enter = (opened: Session) => {
    isLockedOut.value = false;
    setSession(opened);
  };
  return <KeyPrompt scope={scope} known={session === 'unknown' ? null : session.name} onEnter={enter} />;
};

const KeyPrompt = ({
  scope,
  known,
  onEnter,
}: {
  scope: Scope;
  known: string | null;
  onEnter(session: Session): void;
}) => {
  const [failure, setFailure] = useState('');
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const key = String(new FormData(event.target as HTMLFormElement).get('key') ?? '').trim();
    const opened = await openSession(key).catch((error: Error) => error);
    if (opened instanceof Error) return setFailure(opened.message);
    if (!opened.scopes.some((given) => OPENS[scope].includes(given)))
      setFailure(
        `This key may ${opened.scopes.join(', ')} only; this page needs one with the scope ${scope}.`,
      );
    else onEnter(opened);
  };
  return (
    <>
      <Masthead places={[{ label: 'Search', href: '/', current: scope === 'search' }]} />
      <main id="main" class="key-gate">
        <form onSubmit={(event) => void submit(event as SubmitEvent)}>
          <h1>This catalogue asks for a key</h1>
          <p>
            {known === null
              ? 'Whoever runs this server makes one with '
              : `You are here as “${known}”, which does not open this page. An operator makes another key with `}
            <code>soundalike keys create{scope === 'ingest' && ' --scope ingest'}</code>.
          </p>
          <label for="key">Key</label>
          <div class="key-row">
            {/* A password field, so that the browser's own store can keep it. */}
            <input id="key" name="key" type="password" autocomplete="current-password" required autofocus />
            <Button kind="primary" submit>
              Enter
            </Button>
          </div>
          {failure && <Note tone="bad">{failure}</Note>}
        </form>
      </main>
    </>
  );
};

const readSession = async (): Promise<Session> => {
  const response = await fetch('/v1/session');
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  return (await response.json()) as Session;
};

const openSession = async (key: string): Promise<Session> => {
  const response = await fetch('/v1/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-soundalike': '1' },
    body: JSON.stringify({ key }),
  }).catch(() => {
    throw new Error('The server does not answer.');
  });
  if (response.ok) return (await response.json()) as Session;
  throw new Error(
    response.status === 401 ? 'This key is wrong or revoked.' : `The server answered ${response.status}.`,
  );
};
