import type { FastifyContextConfig } from 'fastify';
import type { ZodType } from 'zod';

/** What a key may do: `search` reads and searches, `ingest` also changes the catalogue and its queue, `admin` everything. */
export const SCOPES = ['search', 'ingest', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/**
 * Who may use a route: a scope, `any` for every valid key, `public` for everybody. A route that says nothing needs `search`.
 */
export type RouteAccess = Scope | 'any' | 'public';

declare module 'fastify' {
  interface FastifyContextConfig {
    scope?: RouteAccess;
    /** The route changes nothing although its method could: multipart bodies need no `x-soundalike` header. */
    changesNothing?: boolean;
    /** Many of these at once would take the machine: their number is limited. */
    costly?: boolean;
  }
  interface FastifySchema {
    /** Bodies by media type that the route reads itself, for the OpenAPI description alone; JSON that is validated is `body`. */
    readsBodies?: Readonly<Record<string, ZodType>>;
  }
}

/** The access that a route declared. */
export const accessOf = (config: FastifyContextConfig): RouteAccess => config.scope ?? 'search';

/** Whether a sender with these scopes may use a route: `admin` may everything, `ingest` also what `search` may. */
export const allows = (scopes: ReadonlySet<Scope>, access: RouteAccess): boolean =>
  access === 'public' ||
  access === 'any' ||
  scopes.has('admin') ||
  scopes.has(access) ||
  (access === 'search' && scopes.has('ingest'));
