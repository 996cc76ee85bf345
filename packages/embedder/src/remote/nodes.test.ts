import { createNodes } from './nodes.ts';

const urls = [new URL('http://embedders:7710')];
const resolve = async () => ['10.0.0.1', '10.0.0.2', '10.0.0.3'];

test('shares requests that start together out over all nodes behind a name', async () => {
  const nodes = createNodes(urls, { resolve });
  const taken = await Promise.all(Array.from({ length: 6 }, () => nodes.take()));
  expect(taken.map((node) => node?.address).sort()).toEqual([
    ...['10.0.0.1', '10.0.0.1', '10.0.0.2', '10.0.0.2', '10.0.0.3', '10.0.0.3'],
  ]);
});

test('takes a node that was given back before one that is busy', async () => {
  const nodes = createNodes(urls, { resolve });
  const [, second] = await Promise.all([nodes.take(), nodes.take(), nodes.take()]);
  if (!second) throw new Error('no node');
  nodes.giveBack(second);
  expect((await nodes.take())?.address).toBe(second.address);
});

test('leaves a resting node alone while another answers', async () => {
  const nodes = createNodes(urls, { resolve });
  const first = await nodes.take();
  if (!first) throw new Error('no node');
  nodes.rest(first);
  const taken = await Promise.all(Array.from({ length: 4 }, () => nodes.take()));
  expect(taken.map((node) => node?.address)).not.toContain(first.address);
});

test('knows no node where no name resolves', async () => {
  const nodes = createNodes(urls, { resolve: async () => Promise.reject(new Error('ENOTFOUND')) });
  expect(await nodes.take()).toBeUndefined();
});
