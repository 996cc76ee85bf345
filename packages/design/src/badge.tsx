import type { ComponentChildren } from 'preact';

/** A few words about a thing's state. `a` and `b` are the two sides; they never mean good or bad. */
export const Badge = ({
  tone,
  children,
}: {
  tone?: 'a' | 'b' | 'warn' | 'bad' | undefined;
  children: ComponentChildren;
}) => <span class={tone ? `badge ${tone}` : 'badge'}>{children}</span>;
