export { createHttpApp, type HttpApp, type HttpOptions } from './create-http-app.ts';
export {
  createMetrics,
  type MetricsServer,
  metricsRoute,
  providerInfo,
  type Registry,
  type Role,
  serveMetrics,
} from './metrics.ts';
export { type Problem, problemResponses, problemSchema, toProblem } from './problem.ts';
export { type RouteAccess, SCOPES, type Scope } from './scope.ts';
export { CONTENT_SECURITY_POLICY } from './security-headers.ts';
