export { createApiKey, hashSecret, isApiKey, KEY_PREFIX, type NewKey } from './api-key.ts';
export { createHttpApp, type HttpApp, type HttpLimits, type HttpOptions } from './create-http-app.ts';
export { type KeyRing, OPEN_RING, type Sender } from './key-ring.ts';
export {
  createMetrics,
  type MetricsServer,
  metricsRoute,
  providerInfo,
  type Registry,
  type Role,
  serveMetrics,
} from './metrics.ts';
export { multipartError } from './multipart-error.ts';
export { type Problem, problemResponses, problemSchema, toProblem } from './problem.ts';
export { allows, type RouteAccess, SCOPES, type Scope } from './scope.ts';
export { CONTENT_SECURITY_POLICY } from './security-headers.ts';
