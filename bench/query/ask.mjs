import { Agent, request } from 'node:http';

const BOUNDARY = 'boundary-of-the-bench';

/**
 * One connection to the server, kept alive.
 *
 * @returns {{ byTrack(id: string): Promise<Answer>, byFile(content: Buffer): Promise<Answer>, close(): void }} an answer: `{ status, ms, body }`
 */
export const connect = (url) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const post = (headers, body) =>
    new Promise((resolve, reject) => {
      const since = performance.now();
      const call = request(`${url}/v1/search`, { method: 'POST', agent, headers }, (reply) => {
        const chunks = [];
        reply.on('data', (chunk) => chunks.push(chunk));
        reply.on('error', reject);
        reply.on('end', () =>
          resolve({ status: reply.statusCode, ms: performance.now() - since, body: Buffer.concat(chunks) }),
        );
      });
      call.on('error', reject);
      call.end(body);
    });
  return {
    byTrack: (trackId) => {
      const body = JSON.stringify({ seeds: [{ trackId }], explain: true });
      return post({ 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }, body);
    },
    byFile: (content) => {
      const body = multipart(content);
      const type = `multipart/form-data; boundary=${BOUNDARY}`;
      return post({ 'content-type': type, 'content-length': body.length }, body);
    },
    close: () => agent.destroy(),
  };
};

const multipart = (content) => {
  const part = (headers) => `--${BOUNDARY}\r\nContent-Disposition: form-data; ${headers}\r\n\r\n`;
  const request = JSON.stringify({ seeds: [{ upload: 'clip' }], explain: true });
  return Buffer.concat([
    Buffer.from(`${part('name="request"')}${request}\r\n${part('name="clip"; filename="clip.mp3"')}`),
    content,
    Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
  ]);
};
