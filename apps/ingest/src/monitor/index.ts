/** Metrics of processes that work or serve: apart from the rest, so that other commands load no metrics library. */
export { registerQueueMetrics } from './queue-metrics.ts';
export { createWorkMetrics, type WorkMetrics } from './work-metrics.ts';
