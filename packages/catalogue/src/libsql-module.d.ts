/** libsql ships no usable types for its synchronous API, which is better-sqlite3's; this is the part that is used. */
declare module 'libsql' {
  export default class Database {
    constructor(path: string, options?: { readonly?: boolean; timeout?: number });
    prepare(sql: string): {
      reader: boolean;
      all(parameters: readonly unknown[]): unknown[];
      run(parameters: readonly unknown[]): { changes: number; lastInsertRowid: number | bigint };
      iterate(parameters: readonly unknown[]): IterableIterator<unknown>;
    };
    exec(sql: string): void;
    pragma(text: string): unknown;
    close(): void;
  }
}
