import { useEffect, useRef, useState } from 'preact/hooks';
import { get } from './api.ts';

export interface Polled<T> {
  /** The last answer; undefined before the first. */
  readonly data: T | undefined;
  readonly error: string | undefined;
  reload(): void;
}

/** A document of the API, looked up again and again while the page is seen. What was shown stays when the server is away. */
export const usePolled = <T>(path: string, everyMs: number): Polled<T> => {
  const [answer, setAnswer] = useState<{ path: string; data?: T; error?: string }>({ path });
  const load = useRef(() => undefined as unknown);
  useEffect(() => {
    let isOver = false;
    let timer = 0;
    const look = async () => {
      clearTimeout(timer);
      if (!document.hidden) {
        await get<T>(path).then(
          (data) => !isOver && setAnswer({ path, data }),
          (error: Error) =>
            !isOver &&
            setAnswer((before) => ({
              path,
              ...(before.path === path && before.data !== undefined ? { data: before.data } : {}),
              error: error.message,
            })),
        );
      }
      if (!isOver) timer = window.setTimeout(look, everyMs);
    };
    load.current = look;
    void look();
    const onSeen = () => void (document.hidden || look());
    document.addEventListener('visibilitychange', onSeen);
    return () => {
      isOver = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onSeen);
    };
  }, [path, everyMs]);
  const isCurrent = answer.path === path;
  return {
    data: isCurrent ? answer.data : undefined,
    error: isCurrent ? answer.error : undefined,
    reload: () => void load.current(),
  };
};
