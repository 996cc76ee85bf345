import { lookup } from 'node:dns/promises';
import type { ServiceFacts } from './wire.ts';

/** Names are looked up again this often: nodes come and go behind one name, ms. */
const LOOKUP_EVERY_MS = 15_000;

/** A node that did not answer is left alone so long, ms. */
const REST_MS = 2_000;

/** One address of an embedding service. */
export interface EmbedderNode {
  /** What the client connects to, and what it asks for. */
  readonly address: string;
  readonly url: URL;
  inFlight: number;
  restUntil: number;
  /** What it said it runs; undefined before it was asked, and after it failed: it may come back as another. */
  facts?: ServiceFacts | undefined;
}

export interface NodeOptions {
  readonly resolve?: Resolve | undefined;
  readonly lookUpEveryMs?: number | undefined;
}

export interface EmbedderNodes {
  /** The least busy node that is not resting; of resting ones the one that rests shortest. Undefined where no name resolves. */
  pick(): Promise<EmbedderNode | undefined>;
  /** The same node, counted busy in the same step, so that requests that start together are shared out. Each needs its `giveBack`. */
  take(): Promise<EmbedderNode | undefined>;
  giveBack(node: EmbedderNode): void;
  rest(node: EmbedderNode, ms?: number): void;
  /** All of them, as at the last look. */
  all(): readonly EmbedderNode[];
}

/** The addresses of a name. */
export type Resolve = (host: string) => Promise<readonly string[]>;

const resolveByDns: Resolve = async (host) =>
  (await lookup(host, { all: true })).map(({ address }) => address);

/** All addresses behind the given URLs: several URLs, or several addresses behind one name. */
export const createNodes = (
  urls: readonly URL[],
  { resolve = resolveByDns, lookUpEveryMs = LOOKUP_EVERY_MS }: NodeOptions = {},
): EmbedderNodes => {
  let nodes = new Map<string, EmbedderNode>();
  let lookedUpAt = 0;

  const lookUp = async () => {
    if (nodes.size > 0 && Date.now() - lookedUpAt < lookUpEveryMs) return;
    lookedUpAt = Date.now();
    const found = new Map<string, EmbedderNode>();
    for (const url of urls) {
      const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
      for (const address of await resolve(host).catch(() => [])) {
        const key = `${url.href} ${address}`;
        found.set(key, nodes.get(key) ?? { address, url, inFlight: 0, restUntil: 0 });
      }
    }
    if (found.size > 0) nodes = found; // a name server that is away does not take the nodes with it
  };

  return {
    pick: async () => {
      await lookUp();
      return best([...nodes.values()]);
    },
    take: async () => {
      await lookUp();
      const node = best([...nodes.values()]);
      if (node) node.inFlight += 1;
      return node;
    },
    giveBack: (node) => {
      node.inFlight -= 1;
    },
    rest: (node, ms = REST_MS) => {
      node.restUntil = Date.now() + ms;
    },
    all: () => [...nodes.values()],
  };
};

const best = (nodes: readonly EmbedderNode[]): EmbedderNode | undefined => {
  const now = Date.now();
  const rest = ({ restUntil }: EmbedderNode) => Math.max(restUntil - now, 0);
  return [...nodes].sort((a, b) => rest(a) - rest(b) || a.inFlight - b.inFlight)[0];
};
