import { randomUUID } from 'node:crypto';
import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import { isSoundalikeError, type Logger, SoundalikeError, toSoundalikeError } from '@soundalike/core';
import fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { answerClientError } from './answer-client-error.ts';
import { checkEncoding } from './check-encoding.ts';
import { checkIntent } from './check-intent.ts';
import { checkKey } from './check-key.ts';
import { checkOrigin } from './check-origin.ts';
import { hideSecrets } from './hide-secrets.ts';
import { type KeyRing, OPEN_RING } from './key-ring.ts';
import { limitConcurrency } from './limit-concurrency.ts';
import { limitRate } from './limit-rate.ts';
import { openapiTransform } from './openapi-transform.ts';
import { problemResponses, toProblem } from './problem.ts';
import { securityHeaders } from './security-headers.ts';
import { sessionRoutes } from './session-routes.ts';

export interface HttpOptions {
  readonly logger: Logger;
  readonly title: string;
  readonly version: string;
  /** Host names beside the loopback ones under which this server may be addressed. */
  readonly allowedHosts: readonly string[];
  /** A round trip to everything a request needs; throws where something is away. */
  ready(): Promise<void>;
  /** Who may use it; without one, everybody (a server on loopback). */
  readonly keys?: KeyRing | undefined;
  readonly limits?: Partial<HttpLimits> | undefined;
}

export interface HttpLimits {
  /** Requests a minute of one key; 0: any number. */
  readonly requestsPerMinute: number;
  /** Costly requests at work at once. */
  readonly concurrentSearches: number;
  /** A client that sends its headers more slowly than this is cut off, ms. */
  readonly headersTimeoutMs: number;
  /** The same for headers and body together. */
  readonly requestTimeoutMs: number;
}

const LIMITS: HttpLimits = {
  requestsPerMinute: 0,
  concurrentSearches: 64,
  headersTimeoutMs: 20_000,
  // 100 MB at 7 Mbit/s.
  requestTimeoutMs: 120_000,
};

export type HttpApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** JSON bodies are small; uploads have their own limit. */
const BODY_LIMIT = 1_000_000;

/** Slow clients are looked for this often, ms. */
const CHECK_CONNECTIONS_MS = 5_000;

/**
 * The base of every HTTP service here: zod routes, OpenAPI at `/openapi.json` and `/docs`, problems as RFC 9457, checked hosts, `/healthz` and
 * `/readyz`. Never listens.
 */
export const createHttpApp = async (options: HttpOptions): Promise<HttpApp> => {
  const limits = { ...LIMITS, ...options.limits };
  const ring = options.keys ?? OPEN_RING;
  const app = fastify({
    loggerInstance: options.logger as FastifyBaseLogger,
    bodyLimit: BODY_LIMIT,
    requestTimeout: limits.requestTimeoutMs,
    http: {
      headersTimeout: limits.headersTimeoutMs,
      connectionsCheckingInterval: Math.min(CHECK_CONNECTIONS_MS, limits.headersTimeoutMs),
    },
    genReqId: () => randomUUID(),
    routerOptions: { maxParamLength: 500 },
    forceCloseConnections: 'idle',
    clientErrorHandler: answerClientError(options.logger),
    frameworkErrors: (error, request, reply) => sendProblem(fromFastify(error), request, reply),
  }).withTypeProvider<ZodTypeProvider>() as unknown as HttpApp;
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  checkOrigin(app as FastifyInstance, options.allowedHosts);
  securityHeaders(app as FastifyInstance);
  hideSecrets(app as FastifyInstance);
  app.addHook('onRequest', async (request, reply) => void reply.header('x-request-id', request.id));
  checkKey(app as FastifyInstance, ring);
  checkIntent(app as FastifyInstance);
  checkEncoding(app as FastifyInstance);
  limitConcurrency(app as FastifyInstance, limits.concurrentSearches);
  answerProblems(app);
  await limitRate(app as FastifyInstance, limits.requestsPerMinute);
  await app.register(fastifySwagger, {
    openapi: { openapi: '3.1.0', info: { title: options.title, version: options.version } },
    transform: openapiTransform,
  });
  await app.register(async (pages) => {
    pages.addHook('onRoute', (route) => {
      route.config = { ...route.config, scope: 'public' };
    });
    // Its logo is another product's; without one the bar above the description is left away.
    await pages.register(fastifySwaggerUi, {
      routePrefix: '/docs',
      staticCSP: true,
      theme: { title: options.title, css: [{ filename: 'bar.css', content: '.topbar { display: none }' }] },
    });
  });
  sessionRoutes(app, ring);
  app.get('/openapi.json', { config: { scope: 'public' }, schema: { hide: true } }, async () =>
    app.swagger(),
  );
  app.get(
    '/healthz',
    {
      config: { scope: 'public' },
      schema: {
        summary: 'The process lives',
        response: { 200: z.strictObject({ status: z.literal('ok') }) },
      },
    },
    async () => ({ status: 'ok' as const }),
  );
  app.get(
    '/readyz',
    {
      config: { scope: 'public' },
      schema: {
        summary: 'Database and vector store answer',
        response: {
          200: z.strictObject({ status: z.literal('ready') }),
          ...problemResponses('STORE_UNAVAILABLE'),
        },
      },
    },
    async () => {
      await options.ready();
      return { status: 'ready' as const };
    },
  );
  return app;
};

const answerProblems = (app: HttpApp) => {
  app.setErrorHandler((thrown: FastifyError, request, reply) => {
    // Whatever broke because the client left is neither our failure nor wrong input.
    const error = reply.raw.destroyed
      ? new SoundalikeError('CANCELLED', 'The client left before its answer', { cause: thrown })
      : fromFastify(thrown);
    request.log[error.policy.status >= 500 ? 'error' : 'info'](
      { err: thrown, code: error.code },
      'request failed',
    );
    return sendProblem(error, request, reply);
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      new SoundalikeError('NOT_FOUND', `There is nothing at ${request.method} ${request.url.split('?')[0]}`),
      request,
      reply,
    ),
  );
};

/** Answers with a problem document, which no route's response schema applies to. */
const sendProblem = (error: SoundalikeError, request: FastifyRequest, reply: FastifyReply) => {
  const problem = toProblem(error, request.id);
  if ((problem.status === 429 || problem.status === 503) && !reply.hasHeader('retry-after'))
    reply.header('retry-after', '2');
  return reply
    .status(problem.status)
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(problem);
};

/** Fastify's own refusals (validation, size, media type) in our codes. */
const fromFastify = (thrown: FastifyError): SoundalikeError => {
  if (isSoundalikeError(thrown)) return thrown;
  const status = thrown.statusCode ?? 500;
  const message = thrown.message.slice(0, 500);
  if (status === 413) return new SoundalikeError('SOURCE_TOO_LARGE', message, { cause: thrown });
  if (status === 415) return new SoundalikeError('FORMAT_UNSUPPORTED', message, { cause: thrown });
  if (status === 429) return new SoundalikeError('TOO_MANY_REQUESTS', message, { cause: thrown });
  if (status >= 400 && status < 500) return new SoundalikeError('INPUT_INVALID', message, { cause: thrown });
  return toSoundalikeError(thrown);
};
