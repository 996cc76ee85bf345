// What the API of ingesting answers, as types only: for the dashboard, and for other clients in TypeScript.
export type { ItemStory, ItemView, RunView } from './schemas.ts';
