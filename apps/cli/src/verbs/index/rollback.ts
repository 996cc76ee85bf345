import type { Invocation } from '../../verb.ts';
import { openFlip } from './open-flip.ts';

/** `index rollback`: the pointer goes back at once; what came in meanwhile is brought into the space that is live again. */
export const rollback = async (invocation: Invocation): Promise<number> => {
  const { output } = invocation;
  const { live, chosen, flip } = await openFlip(invocation, 'kept');
  const after = await flip();
  output.document({ live: chosen.name, model: chosen.model, former: live.name, after });
  const { moved, queued } = after;
  output.print(
    [
      `${chosen.name} (${chosen.model}) is live again; ${live.name} is kept.`,
      ...(moved > 0 ? [`${moved} tracks that came in meanwhile were moved into it.`] : []),
      ...(queued > 0
        ? [`${queued} tracks that came in meanwhile are queued for it; workers bring them in.`]
        : []),
    ].join('\n'),
  );
  return 0;
};
