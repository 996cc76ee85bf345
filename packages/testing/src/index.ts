export * from './free-port.ts';
export * from './milvus-engine.ts';
export * from './milvus-lite.ts';
export * from './postgres.ts';
export * from './python-venv.ts';
export * from './redis.ts';
export * from './service.ts';
export * from './temporary-folder.ts';
