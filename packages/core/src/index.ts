export * from './config.ts';
export * from './errors.ts';
export * from './filter.ts';
export * from './ids.ts';
export * from './logger.ts';
export * from './settings.ts';
export * from './text.ts';
export * from './track-metadata.ts';
