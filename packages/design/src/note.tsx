import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon.tsx';

const ICONS: Record<string, IconName> = { warn: 'warning', bad: 'warning' };

/** A sentence that belongs to the page: plain, a warning, or a failure (which is also spoken at once). */
export const Note = ({
  tone,
  children,
}: {
  tone?: 'warn' | 'bad' | undefined;
  children: ComponentChildren;
}) => (
  <div class={tone ? `note ${tone}` : 'note'} role={tone === 'bad' ? 'alert' : 'status'}>
    <Icon name={ICONS[tone ?? ''] ?? 'info'} />
    <div>{children}</div>
  </div>
);
