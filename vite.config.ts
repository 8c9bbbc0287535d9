import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin, type UserConfig } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Has the page fetch the panels' code from its first line on, instead of when the frame around them asks for it. */
const fetchPanelsEarly: Plugin = {
  name: 'fetch-panels-early',
  transformIndexHtml: {
    order: 'post',
    handler: (_html, { bundle }) =>
      Object.values(bundle ?? {})
        .filter((part) => part.type === 'chunk' && /^(Dock|dock|chart|chart-style|tables)$/.test(part.name))
        .map((part) => ({
          tag: 'link',
          attrs: { rel: 'modulepreload', crossorigin: true, href: `./${part.fileName}` },
          injectTo: 'head' as const,
        })),
  },
};

/** The renderer: one page, every asset local, no inline script, so that the content policy can stay strict. */
const screen: UserConfig = {
  root: here('./renderer'),
  base: './',
  plugins: [react(), tailwindcss(), fetchPanelsEarly],
  build: {
    outDir: here('./dist/renderer'),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // The bars, the connection and the first words come first; dock and chart arrive beside them, not before.
        codeSplitting: {
          groups: [
            { name: 'react', test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/, priority: 2 },
            { name: 'engine-client', test: /node_modules[\\/](zod|@orpc)[\\/]/, priority: 2 },
            { name: 'chart', test: /node_modules[\\/](lightweight-charts|fancy-canvas)[\\/]/, priority: 1 },
            { name: 'tables', test: /node_modules[\\/]@tanstack/, priority: 1 },
            { name: 'dock', test: /node_modules[\\/]dockview/, priority: 1 },
          ],
        },
      },
    },
  },
};

export default defineConfig(({ command }) => {
  // What is built is what ships, whoever asks for it: a test runner's own NODE_ENV must not make it a debug build.
  if (command === 'build') process.env.NODE_ENV = 'production';
  return screen;
});
