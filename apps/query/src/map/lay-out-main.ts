import { parentPort, workerData } from 'node:worker_threads';
import { type LayOutInput, layOut } from './lay-out.ts';

const points = layOut(workerData as LayOutInput);
parentPort?.postMessage(points, [points.buffer as ArrayBuffer]);
