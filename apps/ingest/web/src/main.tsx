import '@soundalike/design/design.css';
import { KeyGate, startTheme } from '@soundalike/design';
import { render } from 'preact';
import { App } from './app.tsx';

startTheme();
render(
  <KeyGate scope="ingest">
    <App />
  </KeyGate>,
  document.getElementById('app') as HTMLElement,
);
