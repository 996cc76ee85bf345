import type { Catalogue } from './catalogue.ts';

/** What keys must do on every database. */
export const describeKeys = (catalogue: () => Catalogue): void => {
  describe('keys', () => {
    test('a living key is found by its hash, a revoked one never again, nor are its sessions', async () => {
      const keys = catalogue();
      const made = await keys.addKey({ id: 'k1', name: 'page', hash: 'h1', scopes: ['search', 'ingest'] });
      expect(await keys.findKey('h1')).toEqual(made);
      expect(await keys.findKey('h2')).toBeUndefined();
      await keys.noteKeyUse('k1');
      expect((await keys.findKey('h1'))?.usedAt).toBeGreaterThanOrEqual(made.createdAt);
      await keys.addSession({ hash: 's1', keyId: 'k1', expiresAt: Date.now() + 60_000 });
      await keys.addSession({ hash: 's2', keyId: 'k1', expiresAt: Date.now() + 60_000 });
      await keys.addSession({ hash: 'late', keyId: 'k1', expiresAt: Date.now() - 1 });
      expect((await keys.findSession('s1'))?.id).toBe('k1');
      expect(await keys.findSession('late')).toBeUndefined();
      await keys.removeSession('s2');
      expect(await keys.findSession('s2')).toBeUndefined();

      expect((await keys.revokeKeys('page')).map(({ id }) => id)).toEqual(['k1']);
      expect(await keys.findKey('h1')).toBeUndefined();
      expect(await keys.findSession('s1')).toBeUndefined();
      expect(await keys.revokeKeys('k1')).toEqual([]);
      expect((await keys.listKeys()).map(({ id, revokedAt }) => [id, revokedAt !== null])).toEqual([
        ['k1', true],
      ]);
    });

    test('an id goes before a name, and one hash is one key', async () => {
      const keys = catalogue();
      await keys.addKey({ id: 'k2', name: 'k3', hash: 'h2', scopes: ['search'] });
      await keys.addKey({ id: 'k3', name: 'other', hash: 'h3', scopes: ['search'] });
      await expect(
        keys.addKey({ id: 'k4', name: 'copy', hash: 'h3', scopes: ['admin'] }),
      ).rejects.toMatchObject({ code: 'INTERNAL' });
      expect((await keys.revokeKeys('k3')).map(({ id }) => id)).toEqual(['k3']);
      expect((await keys.findKey('h2'))?.id).toBe('k2');
    });
  });
};
