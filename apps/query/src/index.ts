export { type Calibrated, type CalibrateOptions, calibrateModel } from './calibrate/calibrate-model.ts';
export { createSearch, type Search, type SearchOptions } from './search/create-search.ts';
export { formatAnswer } from './search/format-answer.ts';
export { type SearchAnswer, searchAnswerSchema } from './search/search-answer.ts';
export type { SearchDeps } from './search/search-deps.ts';
export { type SearchRequest, searchRequestSchema } from './search/search-request.ts';
