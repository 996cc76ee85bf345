import '@soundalike/design/design.css';
import { startTheme } from '@soundalike/design';
import { render } from 'preact';
import { App } from './app.tsx';

startTheme();
render(<App />, document.getElementById('app') as HTMLElement);
