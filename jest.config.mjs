const swc = [
  '@swc/jest',
  { jsc: { parser: { syntax: 'typescript', tsx: true }, target: 'es2022' }, module: { type: 'commonjs' } },
];

// Packages that ship ESM only and are reached through require() in Jest's CommonJS world.
const esmOnly = [
  'uuid',
  'cookie',
  'content-disposition',
  'fastify-type-provider-zod',
  'kysely',
  'music-metadata',
  'media-typer',
  'content-type',
  'win-guid',
  'strtok3',
  'token-types',
  '@tokenizer',
  '@borewit',
  'file-type',
  'uint8array-extras',
  'peek-readable',
  'get-port',
  'p-limit',
  'yocto-queue',
  'csv-parse',
  'tinyglobby',
  'ipaddr.js',
  'chokidar',
  'readdirp',
];

const shared = {
  testEnvironment: '<rootDir>/jest.environment.mjs',
  testEnvironmentOptions: {
    customExportConditions: ['soundalike-source', 'node', 'node-addons', 'module-sync', 'require', 'default'],
  },
  modulePathIgnorePatterns: ['/dist/', '/.soundalike/'],
  transform: { '^.+\\.[mc]?[jt]sx?$': swc },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join('|')})/)`],
};

export default {
  // Two heavy suites at a time: ffmpeg, child processes and servers share the cores with Jest.
  maxWorkers: 2,
  // Not how fast it is, but whether it is right: machines are shared.
  testTimeout: 30_000,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/{packages,apps}/*/src/**/*.test.{ts,tsx}'],
      testPathIgnorePatterns: ['\\.integration\\.test\\.tsx?$'],
    },
    {
      ...shared,
      displayName: 'integration',
      testMatch: ['<rootDir>/{packages,apps}/*/src/**/*.integration.test.ts'],
    },
  ],
};
