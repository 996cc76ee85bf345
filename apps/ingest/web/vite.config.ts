import preact from '@preact/preset-vite';
import { defineConfig } from 'vite';

export default defineConfig({
  base: '/ingest/',
  plugins: [preact({ prefreshEnabled: false, devToolsEnabled: false })],
  build: {
    outDir: '../dist-web',
    emptyOutDir: true,
    // Fonts and pictures stay files: the page's policy takes nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // `npm run dev:web -w apps/ingest` beside a `soundalike serve` on its usual port.
  server: { proxy: { '/v1': 'http://127.0.0.1:7700' } },
});
