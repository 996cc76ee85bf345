export * from './catalogue.ts';
export { openCatalogue } from './open-catalogue.ts';
