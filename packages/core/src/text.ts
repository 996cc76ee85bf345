/** What any text passes before people read it; loads nothing, so that the overview of the command line starts at once. */
export { redactUrl } from './redact-url.ts';
export { visible, visibleLine } from './visible.ts';
