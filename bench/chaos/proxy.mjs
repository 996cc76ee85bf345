/** A TCP proxy before one server, which can delay, reset, or cut what passes through it. */
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long each kind of trouble lasts, ms. */
const LASTS_MS = 1_000;
/** A delayed piece of data is held back so long, ms. */
const DELAY_MS = 300;
/** A cut connection ends after so many bytes more. */
const CUT_AFTER_BYTES = 100;

export const startProxy = async (targetPort, port) => {
  const pairs = new Set();
  let mode = 'pass';
  let last = Promise.resolve();
  const server = createServer((client) => {
    if (mode === 'cut') return client.destroy();
    const upstream = connect(targetPort, '127.0.0.1');
    const pair = { client, upstream, left: Infinity };
    pairs.add(pair);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ]) {
      let order = Promise.resolve();
      from.on('data', (chunk) => {
        // Held back, but never out of order.
        const wait = mode === 'delay' ? sleep(DELAY_MS) : undefined;
        order = order
          .then(() => wait)
          .then(() => {
            if (to.destroyed) return;
            if (chunk.length > pair.left) {
              to.write(chunk.subarray(0, pair.left));
              end(pair);
            } else {
              pair.left -= chunk.length;
              to.write(chunk);
            }
          });
      });
      from.on('error', () => end(pair));
      from.on('close', () => order.then(() => end(pair)));
    }
  });
  const end = (pair) => {
    pairs.delete(pair);
    pair.client.destroy();
    pair.upstream.destroy();
  };
  const make = async (kind) => {
    if (kind === 'reset') {
      for (const pair of [...pairs]) {
        pair.client.resetAndDestroy();
        pair.upstream.resetAndDestroy();
        pairs.delete(pair);
      }
      return;
    }
    mode = kind;
    if (kind === 'cut') for (const pair of pairs) pair.left = CUT_AFTER_BYTES;
    await sleep(LASTS_MS);
    if (kind === 'cut') for (const pair of [...pairs]) end(pair);
    mode = 'pass';
  };
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return {
    port: server.address().port,
    /** Resolves when the trouble has begun; it goes on while other things go wrong. The next one here waits for its end. */
    trouble: async (kind) => {
      await last;
      last = make(kind);
    },
    calm: () => last,
    close: () => {
      for (const pair of [...pairs]) end(pair);
      server.close();
    },
  };
};
