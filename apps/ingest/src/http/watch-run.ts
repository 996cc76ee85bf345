import { PassThrough, type Readable } from 'node:stream';
import type { Catalogue } from '@soundalike/catalogue';
import { redactUrl } from '@soundalike/core';
import type { ViewRun } from './run-view.ts';
import type { RunView } from './schemas.ts';

/** A line that says nothing, so that proxies do not take a quiet stream for a dead one, ms. */
const KEEP_ALIVE_MS = 15_000;

/** Watches runs for any number of listeners with one look-up for all of them. */
export interface RunWatch {
  /** Server-sent events: `progress` with the run at once and at each change, `end` once it is over. */
  stream(runId: number): Readable;
  close(): void;
}

export const createRunWatch = (catalogue: Catalogue, viewRun: ViewRun, everyMs: number): RunWatch => {
  const watched = new Map<number, { listeners: Set<PassThrough>; last: string; timer: NodeJS.Timeout }>();
  const keepAlive = setInterval(() => {
    for (const { listeners } of watched.values())
      for (const listener of listeners) listener.write(': still here\n\n');
  }, KEEP_ALIVE_MS);
  keepAlive.unref();

  const look = async (runId: number) => {
    const entry = watched.get(runId);
    if (!entry) return;
    const run = await catalogue.getRun(runId).catch(() => undefined); // away for a moment: the next look may find it
    const view = run && (await viewRun(run).catch(() => undefined));
    const text = view ? event('progress', view) : '';
    if (text && text !== entry.last) for (const listener of entry.listeners) listener.write(text);
    entry.last = text || entry.last;
    if (view && view.finishedAt !== null) {
      for (const listener of entry.listeners) listener.end(event('end', view));
      return forget(runId);
    }
    entry.timer = setTimeout(() => void look(runId), everyMs);
    if (entry.listeners.size === 0) forget(runId);
  };
  const forget = (runId: number) => {
    clearTimeout(watched.get(runId)?.timer);
    watched.delete(runId);
  };

  return {
    stream: (runId) => {
      const listener = new PassThrough();
      const entry = watched.get(runId);
      if (entry) {
        entry.listeners.add(listener);
        if (entry.last) listener.write(entry.last);
      } else {
        const timer = setTimeout(() => void look(runId), 0);
        watched.set(runId, { listeners: new Set([listener]), last: '', timer });
      }
      listener.once('close', () => {
        const current = watched.get(runId);
        current?.listeners.delete(listener);
        if (current?.listeners.size === 0) forget(runId);
      });
      return listener;
    },
    close: () => {
      clearInterval(keepAlive);
      for (const [runId, { listeners }] of watched) {
        for (const listener of listeners) listener.end();
        forget(runId);
      }
    },
  };
};

const event = (name: string, data: RunView): string =>
  `event: ${name}\ndata: ${redactUrl(JSON.stringify(data))}\n\n`;
