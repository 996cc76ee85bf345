import { signal } from '@preact/signals';
import { Button } from './button.tsx';

export type Theme = 'light' | 'dark';

const KEY = 'soundalike-theme';

/** The theme shown now. */
export const theme = signal<Theme>('light');

/** Follows the system until the reader chooses; call once before the first render. */
export const startTheme = (): void => {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const chosen = () => localStorage.getItem(KEY) as Theme | null;
  show(chosen() ?? (system.matches ? 'dark' : 'light'));
  system.addEventListener('change', () => {
    if (!chosen()) show(system.matches ? 'dark' : 'light');
  });
};

export const ThemeButton = () => (
  <Button
    kind="quiet"
    icon={theme.value === 'dark' ? 'sun' : 'moon'}
    label={theme.value === 'dark' ? 'Use the light theme' : 'Use the dark theme'}
    onClick={() => {
      const next = theme.value === 'dark' ? 'light' : 'dark';
      localStorage.setItem(KEY, next);
      show(next);
    }}
  />
);

const show = (next: Theme) => {
  theme.value = next;
  document.documentElement.dataset.theme = next;
};
