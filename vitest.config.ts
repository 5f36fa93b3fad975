import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['packages/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    server: {
      deps: { inline: [/@tensorflow\/tfjs-core\/dist\/(gradients|ops|kernel|engine|globals)/] },
    },
  },
});
