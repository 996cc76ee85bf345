import { Badge } from '@soundalike/design';
import type { Item } from '../api.ts';

/** An item's state in a word: its error's code where it failed, its stage where it is worked on. */
export const StateBadge = ({ item: { state, stage, error } }: { item: Item }) => {
  if (state === 'failed') return <Badge tone="bad">{error?.code ?? 'failed'}</Badge>;
  if (state === 'queued' && error) return <Badge tone="warn">again after {error.code}</Badge>;
  return <Badge>{state === 'active' && stage ? stage : state}</Badge>;
};
