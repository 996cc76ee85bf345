export { type CalibrateOptions, calibrateModel } from './calibrate/calibrate-model.ts';
export { type Calibrated, fitCalibration, type Heard, MIN_TRACKS } from './calibrate/fit-calibration.ts';
export { EXCERPT_SECONDS, hearExcerpt } from './calibrate/hear-excerpt.ts';
export { exportedResults } from './export/exported-tracks.ts';
export { EXPORT_FORMATS, type ExportFormat, formatExport } from './export/format-export.ts';
export type { ModelDescription, QueryDeps } from './http/query-deps.ts';
export { registerQueryRoutes } from './http/register-query-routes.ts';
export { webPage } from './http/web-page.ts';
export { bootstrap, type Estimate } from './quality/bootstrap.ts';
export {
  type ComparedRow,
  compareEmbeddings,
  type Labelled,
} from './quality/compare-embeddings.ts';
export { cutExcerpt } from './quality/cut-excerpt.ts';
export { evenly } from './quality/evenly.ts';
export { explainQuality, type QualityResult } from './quality/explain-quality.ts';
export { type GrowthPoint, type GrowthQuery, growCatalogue } from './quality/grow-catalogue.ts';
export { type Hubness, measureHubness } from './quality/hubness.ts';
export { type Identified, identify, type Subject } from './quality/identify.ts';
export { type IdentifiedTable, identifyAll } from './quality/identify-all.ts';
export { inTurns } from './quality/in-turns.ts';
export { type LabelledTracks, labelTracks } from './quality/label-tracks.ts';
export { MFCC_DIMENSION, mfccAtOneLevel, mfccStatistics } from './quality/mfcc.ts';
export {
  comparedTable,
  formatShare,
  hubnessTable,
  identifiedTable,
  type TextTable,
} from './quality/quality-tables.ts';
export { readWindows } from './quality/read-windows.ts';
export { seededRandom } from './quality/seeded-random.ts';
export { type IdentifiedRow, summariseIdentified } from './quality/summarise-identified.ts';
export { TREATMENTS, type Treatment } from './quality/treatments.ts';
export { withControls } from './quality/with-controls.ts';
export { createSearch, type Search, type SearchOptions } from './search/create-search.ts';
export { floorOf } from './search/floor-of.ts';
export { formatAnswer } from './search/format-answer.ts';
export { type SearchAnswer, searchAnswerSchema } from './search/search-answer.ts';
export type { SearchDeps } from './search/search-deps.ts';
export { MAX_UPLOAD_NAME, type SearchRequest, searchRequestSchema } from './search/search-request.ts';
