import type { ApiKey } from '@soundalike/catalogue';
import { SoundalikeError } from '@soundalike/core';
import { createApiKey, SCOPES, type Scope } from '@soundalike/http';
import { defineVerb, type Invocation } from '../verb.ts';

export const keys = defineVerb({
  usage: 'create | list | revoke <id or name>',
  takes: { create: 0, list: 0, revoke: 1 },
  options: {
    name: { type: 'string', value: 'text', help: 'create: who or what uses it' },
    scope: {
      type: 'string',
      multiple: true,
      value: 'scope',
      help: 'create: search (the default), ingest (also changes the catalogue), admin (everything); may be repeated',
    },
  },
  examples: [
    'soundalike keys create --name "the office"',
    'soundalike keys create --name importer --scope ingest --json',
    'soundalike keys list',
    'soundalike keys revoke importer',
  ],
  run: async (invocation) => {
    const [action, key] = invocation.positionals;
    if (action === 'create') return create(invocation);
    if (action === 'list') return list(invocation);
    if (action === 'revoke' && key !== undefined) return revoke(invocation, key);
    throw new SoundalikeError(
      'INPUT_INVALID',
      'keys takes create, list, or revoke with an id or name. See: soundalike keys --help',
    );
  },
});

const create = async ({ options, context, output }: Invocation): Promise<number> => {
  const { name, scope = [] } = options;
  if (typeof name !== 'string' || name.trim() === '' || name.length > 100)
    throw new SoundalikeError('INPUT_INVALID', 'keys create needs --name, up to 100 characters: who uses it');
  const scopes = [...new Set(scope as string[])];
  const wrong = scopes.find((given) => !SCOPES.includes(given as Scope));
  if (wrong !== undefined)
    throw new SoundalikeError('INPUT_INVALID', `--scope must be one of ${SCOPES.join(', ')}, got "${wrong}"`);
  const { key, id, hash } = createApiKey();
  const made = await (await context.catalogue()).addKey({
    id,
    name: name.trim(),
    hash,
    scopes: scopes.length > 0 ? scopes : ['search'],
  });
  output.print(`${key}\n`);
  output.print(
    `Key ${id} for "${made.name}" (${made.scopes.join(', ')}). It is shown this once and kept nowhere.`,
  );
  output.print('Send it as `Authorization: Bearer <key>`; the page asks for it.');
  output.document({ ...view(made), key });
  return 0;
};

const list = async ({ context, output }: Invocation): Promise<number> => {
  const all = await (await context.catalogue()).listKeys();
  if (all.length === 0) output.print('No keys. `soundalike keys create --name me` makes one.');
  for (const key of all) output.print(format(key));
  output.document({ keys: all.map(view) });
  return 0;
};

const revoke = async ({ context, output }: Invocation, idOrName: string): Promise<number> => {
  const revoked = await (await context.catalogue()).revokeKeys(idOrName);
  if (revoked.length === 0)
    throw new SoundalikeError('KEY_NOT_FOUND', `No living key has the id or name "${idOrName}"`);
  for (const { id, name } of revoked)
    output.print(`Key ${id} of "${name}" is revoked; its sessions are ended.`);
  output.document({ revoked: revoked.map(view) });
  return 0;
};

const view = ({ id, name, scopes, createdAt, usedAt, revokedAt }: ApiKey) => ({
  id,
  name,
  scopes,
  createdAt: new Date(createdAt).toISOString(),
  usedAt: usedAt === null ? null : new Date(usedAt).toISOString(),
  revokedAt: revokedAt === null ? null : new Date(revokedAt).toISOString(),
});

const format = (key: ApiKey): string => {
  const { id, name, scopes, createdAt, usedAt, revokedAt } = view(key);
  const state = revokedAt ? `revoked ${revokedAt}` : usedAt ? `used ${usedAt}` : 'not used yet';
  return `${id}  ${scopes.join(',').padEnd(13)}  made ${createdAt}  ${state}  ${name}`;
};
