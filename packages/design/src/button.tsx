import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon.tsx';

export interface ButtonProps {
  readonly kind?: 'primary' | 'quiet' | undefined;
  readonly small?: boolean | undefined;
  readonly icon?: IconName | undefined;
  /** What it does, for people who do not see the icon; needed where there are no children. */
  readonly label?: string | undefined;
  readonly pressed?: boolean | undefined;
  readonly disabled?: boolean | undefined;
  readonly submit?: boolean | undefined;
  readonly class?: string | undefined;
  readonly onClick?: ((event: MouseEvent) => void) | undefined;
  readonly children?: ComponentChildren;
}

export const Button = ({ kind, small, icon, label, pressed, submit, children, ...rest }: ButtonProps) => {
  const classes = [
    'button',
    kind,
    small && 'small',
    icon && children === undefined && 'icon',
    rest.class,
  ].filter(Boolean);
  return (
    <button
      type={submit ? 'submit' : 'button'}
      class={classes.join(' ')}
      aria-label={label}
      title={children === undefined ? label : undefined}
      aria-pressed={pressed}
      disabled={rest.disabled}
      onClick={rest.onClick}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
};
