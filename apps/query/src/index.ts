export { type Calibrated, type CalibrateOptions, calibrateModel } from './calibrate/calibrate-model.ts';
export type { ModelDescription, QueryDeps } from './http/query-deps.ts';
export { registerQueryRoutes } from './http/register-query-routes.ts';
export { webPage } from './http/web-page.ts';
export { createSearch, type Search, type SearchOptions } from './search/create-search.ts';
export { formatAnswer } from './search/format-answer.ts';
export { type SearchAnswer, searchAnswerSchema } from './search/search-answer.ts';
export type { SearchDeps } from './search/search-deps.ts';
export { type SearchRequest, searchRequestSchema } from './search/search-request.ts';
