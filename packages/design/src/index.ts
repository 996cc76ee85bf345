export { Badge } from './badge.tsx';
export { Button, type ButtonProps } from './button.tsx';
export { Chip } from './chip.tsx';
export { formatClock, formatLength } from './format-time.ts';
export { Icon, type IconName } from './icon.tsx';
export { Masthead, type Place } from './masthead.tsx';
export { Note } from './note.tsx';
export { Progress } from './progress.tsx';
export { startTheme, type Theme, ThemeButton, theme } from './theme.tsx';
