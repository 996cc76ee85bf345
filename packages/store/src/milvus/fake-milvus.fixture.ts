import { connect, createServer, type Socket } from 'node:net';
import {
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import { createFakeTables, type FakeTables, type Message, PROTOCOL } from './fake-tables.fixture.ts';

/** A bad answer. */
export type Fault =
  /** Nothing but this status, as `common.Status` or inside of the method's answer. */
  | { readonly kind: 'status'; readonly status: Message }
  /** A message without a single field. */
  | { readonly kind: 'empty' }
  /** gRPC's own word for a method that the server does not know; the SDK makes `{}` of it. */
  | { readonly kind: 'unimplemented' }
  /** No answer at all. */
  | { readonly kind: 'hang' }
  /** The connection is reset, after the work was done or before. */
  | { readonly kind: 'reset'; readonly after: 'commit' | 'nothing' }
  /** Takes only the first rows and says so. */
  | { readonly kind: 'partial'; readonly rows: number }
  /** Does the work and changes the answer. */
  | { readonly kind: 'changed'; readonly change: (answer: Message) => Message };

export interface FakeCall {
  readonly method: string;
  readonly request: Message;
  /** Milliseconds until the client gives up. */
  readonly deadlineMs: number;
}

export interface FakeMilvus {
  readonly url: string;
  readonly tables: FakeTables;
  /** Every call so far, in order. */
  readonly calls: readonly FakeCall[];
  /** The next calls of a method get these, one each; later ones are answered as they should be. */
  fail(method: string, ...faults: Fault[]): void;
  /** Takes all faults back that have not happened. */
  forgive(): void;
  stop(): Promise<void>;
}

/**
 * A server that speaks Milvus' gRPC by the definitions inside of the SDK: a few collections in memory, and the bad answers that real
 * ones give, on demand. It knows the requests that the store makes, searches excepted, and no more of Milvus' expressions than they use.
 */
export const startFakeMilvus = async (): Promise<FakeMilvus> => {
  const tables = createFakeTables();
  const faults = new Map<string, Fault[]>();
  const calls: FakeCall[] = [];
  const sockets = new Set<Socket>();
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };

  const answer = (method: string, call: ServerUnaryCall<Message, Message>, done: sendUnaryData<Message>) => {
    const deadline = call.getDeadline();
    calls.push({ method, request: call.request, deadlineMs: Number(deadline) - Date.now() });
    const fault = faults.get(method)?.shift();
    const work = (rows?: number) => tables.answer(method, call.request, rows);
    switch (fault?.kind) {
      case 'status':
        return done(null, STATUS_ITSELF.has(method) ? fault.status : { status: fault.status });
      case 'empty':
        return done(null, {});
      case 'unimplemented':
        return done({ code: status.UNIMPLEMENTED, details: `unknown method ${method}` });
      case 'hang':
        return;
      case 'reset':
        if (fault.after === 'commit') work();
        return cut();
      case 'partial':
        return done(null, work(fault.rows));
      case 'changed':
        return done(null, fault.change(work()));
      default:
        return done(null, work());
    }
  };

  const service = milvusService();
  const server = new Server();
  server.addService(
    service,
    Object.fromEntries(
      Object.keys(service).map((method) => [
        method,
        (call: ServerUnaryCall<Message, Message>, done: sendUnaryData<Message>) => {
          try {
            answer(method, call, done);
          } catch (error) {
            done({ code: status.INTERNAL, details: (error as Error).message });
          }
        },
      ]),
    ),
  );
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  // Clients come through a plain TCP server, whose connections can be reset.
  const front = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
    }
    sockets.add(client);
    client.once('close', () => {
      sockets.delete(client);
      upstream.destroy();
    });
    upstream.once('close', () => client.destroy());
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  const address = front.address();

  return {
    url: `milvus://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/default`,
    tables,
    calls,
    fail: (method, ...more) => void faults.set(method, [...(faults.get(method) ?? []), ...more]),
    forgive: () => faults.clear(),
    stop: async () => {
      cut();
      front.close();
      server.forceShutdown();
    },
  };
};

/** Methods that answer with `common.Status` alone. */
export const STATUS_ITSELF = new Set([
  'CreateCollection',
  'DropCollection',
  'CreateIndex',
  'LoadCollection',
  'ReleaseCollection',
  'AlterAlias',
]);

const milvusService = (): ServiceDefinition => {
  const options = { keepCase: true, longs: String, enums: String, defaults: true, oneofs: true };
  const loaded = loadPackageDefinition(fromJSON(PROTOCOL as never, options)) as unknown as {
    milvus: { proto: { milvus: { MilvusService: { service: ServiceDefinition } } } };
  };
  return loaded.milvus.proto.milvus.MilvusService.service;
};
