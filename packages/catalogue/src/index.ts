export * from './catalogue.ts';
export * from './keys-port.ts';
export * from './monitoring-port.ts';
export { openCatalogue } from './open-catalogue.ts';
