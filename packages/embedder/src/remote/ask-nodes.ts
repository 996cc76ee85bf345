import { setTimeout as sleep } from 'node:timers/promises';
import { SoundalikeError } from '@soundalike/core';
import type { ModelInfo } from '../embedder.ts';
import { type Answer, type Exchange, failureOf } from './exchange.ts';
import type { EmbedderNode, EmbedderNodes } from './nodes.ts';
import type { ServiceFacts } from './wire.ts';

/** A node of another model is asked again after so long whether it still is, ms. */
const OTHER_MODEL_MS = 15_000;

/** One that came back as another model is asked what it is after this long, ms. */
const CHANGED_MS = 500;

export interface AskOptions {
  readonly nodes: EmbedderNodes;
  readonly exchange: Exchange;
  /** Only nodes of its network are asked. */
  readonly model: ModelInfo;
  /** The addresses, for people. */
  readonly shown: string;
  readonly patienceMs: number;
  readonly closed: AbortSignal;
}

export interface Asked {
  readonly answer: Answer;
  readonly facts: ServiceFacts;
}

export type AskNodes = (path: string, body?: Buffer, signal?: AbortSignal) => Promise<Asked>;

/**
 * Asks until a node of the model answers, whichever it is: nodes of several models may stand behind the same addresses, as they do while one
 * model takes another's place.
 *
 * @throws from the function: SoundalikeError `EMBEDDER_UNAVAILABLE` where none answers for `patienceMs`, `SPACE_MISMATCH` where all are of
 *   other models, `CANCELLED`
 */
export const createAskNodes = (options: AskOptions): AskNodes => {
  const { nodes, exchange, model, shown, patienceMs, closed } = options;
  const isOurs = ({ facts }: EmbedderNode) => facts?.weights === model.weightsSha256;

  /** What to do with one node: its answer, or why it has none and when to come back. */
  const askOne = async (
    node: EmbedderNode,
    { path, body, signal }: { path: string; body?: Buffer | undefined; signal?: AbortSignal | undefined },
  ): Promise<Asked | Refusal> => {
    try {
      if (!isOurs(node)) {
        const health = await exchange.send(node, { path: '/healthz', signal });
        if (isBusy(health)) return refusalOf(node, health);
        node.facts = readFacts(health);
      }
      const { facts } = node;
      if (!facts || !isOurs(node))
        return { why: `${node.address} runs model ${facts?.model}`, restMs: OTHER_MODEL_MS };
      const answer = await exchange.send(node, { path, body, signal });
      if (isBusy(answer)) return refusalOf(node, answer);
      if (answer.status !== 200 && failureOf(answer).code === 'SPACE_MISMATCH') {
        node.facts = undefined; // it has come back as another
        return { why: failureOf(answer).message, restMs: CHANGED_MS };
      }
      return { answer, facts };
    } catch (error) {
      if (!signal?.aborted) node.facts = undefined;
      return { why: `${node.address}: ${(error as Error).message}`, restMs: undefined };
    } finally {
      nodes.giveBack(node);
    }
  };

  return async (path, body, signal) => {
    let last = 'no address was found';
    let deadline = Date.now() + patienceMs;
    for (;;) {
      if (signal?.aborted || closed.aborted)
        throw new SoundalikeError('CANCELLED', 'Stopped while waiting for the embedding service');
      const node = await nodes.take();
      if (node) {
        const asked = await askOne(node, { path, body, signal });
        if ('answer' in asked) return asked;
        if (signal?.aborted) continue;
        last = asked.why;
        nodes.rest(node, asked.restMs);
        // Busy is alive: patience is for nodes that are away.
        if (asked.isAlive) deadline = Date.now() + patienceMs;
        const all = nodes.all();
        if (all.every(({ facts }) => facts) && !all.some(isOurs)) throw mismatch(all, model, shown);
      }
      const next = await nodes.pick();
      const pause = next ? next.restUntil - Date.now() : 1_000;
      if (Date.now() + Math.max(pause, 0) > deadline)
        throw new SoundalikeError(
          'EMBEDDER_UNAVAILABLE',
          `No embedding service of model ${model.name} answers at ${shown} (${last})`,
        );
      // A little apart, so that workers do not all come back at once.
      if (pause > 0)
        await sleep(pause * (1 + Math.random() / 4), undefined, {
          signal: signal ? AbortSignal.any([signal, closed]) : closed,
        }).catch(() => undefined);
    }
  };
};

interface Refusal {
  readonly why: string;
  /** Until it may be asked again; as for one that is away where undefined. */
  readonly restMs: number | undefined;
  readonly isAlive?: boolean | undefined;
}

const isBusy = ({ status }: Answer): boolean => status === 429 || status === 503;

const refusalOf = ({ address }: EmbedderNode, { status, retryAfterMs }: Answer): Refusal => ({
  why: `${address} answers ${status}`,
  restMs: retryAfterMs,
  isAlive: status === 429,
});

const readFacts = (health: Answer): ServiceFacts => {
  const facts = health.status === 200 ? parse(health.body) : undefined;
  if (typeof facts?.weights === 'string' && typeof facts.model === 'string') return facts as ServiceFacts;
  throw new Error(`${health.status} at /healthz is not the answer of an embedding service`);
};

const parse = (body: Buffer): Partial<ServiceFacts> | undefined => {
  try {
    return JSON.parse(body.toString()) ?? undefined;
  } catch {
    return undefined;
  }
};

const mismatch = (all: readonly EmbedderNode[], model: ModelInfo, shown: string): SoundalikeError => {
  const others = [...new Set(all.map(({ facts }) => `${facts?.model} (space ${facts?.space})`))];
  return new SoundalikeError(
    'SPACE_MISMATCH',
    `The embedding service at ${shown} runs model ${others.join(', ')}, needed is model ${model.name} (space ${model.space}). ` +
      `Start one with MODEL=${model.name} and add its address to EMBEDDER_URL`,
    { fields: { remoteSpaces: all.map(({ facts }) => facts?.space), space: model.space } },
  );
};
