import type { ComponentChildren } from 'preact';

/** A filter that is on or off, with how many things it would leave. */
export const Chip = ({
  pressed,
  count,
  onClick,
  children,
}: {
  pressed: boolean;
  count?: number | undefined;
  onClick(): void;
  children: ComponentChildren;
}) => (
  <button type="button" class="chip" aria-pressed={pressed} onClick={onClick}>
    {children}
    {count !== undefined && <span class="count">{count}</span>}
  </button>
);
