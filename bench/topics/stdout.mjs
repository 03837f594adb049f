import { measureClient } from '../child.mjs'
import { column, interleave } from '../rounds.mjs'
import { ratio, spread } from '../statistics.mjs'
import { judged, printTable } from '../table.mjs'

const mebibyte = 1024 * 1024
const callback = 'bare ws, callback'
const writable = 'bare ws, into a Writable'

const contenders = {
  [callback]: { client: 'bare', action: 'read' },
  [writable]: { client: 'bare', action: 'pipe' },
  'bare ws, Readable, pipeline': { client: 'bare', action: 'pipeReadable' },
  "podwire, on('data')": { client: 'podwire', action: 'read' },
  'podwire, pipeline': { client: 'podwire', action: 'pipe' },
  'client-node, into a Writable': { client: 'client-node', action: 'pipe' },
}

const budgets = {
  "podwire, on('data')": { reference: callback, speed: { atLeast: 0.95 }, cpu: { atMost: 1.1 } },
  'podwire, pipeline': { reference: writable, speed: { atLeast: 0.95 }, cpu: { atMost: 1.1 } },
}

/** Output of a command, as fast as the client takes it. */
export async function stdout({ target, rounds, scale }) {
  for (const { frame, size } of [
    { frame: 32 * 1024, size: 512 },
    { frame: 1024, size: 128 },
  ]) {
    const bytes = Math.max(1, Math.round(size * scale)) * mebibyte
    const samples = await interleave(rounds, contenders, (contender) =>
      measureClient({ ...contender, target, bytes, frame }),
    )
    const rows = Object.entries(samples).map(([name, own]) => {
      const { reference = writable, speed, cpu } = budgets[name] ?? {}
      return [
        name,
        spread(column(own, 'speed')),
        judged(ratio(column(own, 'speed'), column(samples[reference], 'speed')), speed),
        spread(column(own, 'cpu')),
        judged(ratio(column(own, 'cpu'), column(samples[reference], 'cpu')), cpu),
        spread(column(own, 'memory')),
      ]
    })
    printTable(
      `stdout: ${bytes / mebibyte} MiB in messages of ${frame / 1024} KiB; on('data') against the callback, all others against the Writable; ${rounds} rounds`,
      ['client', 'MB/s', 'ratio', 'CPU ms/GB', 'ratio', 'peak RSS MiB'],
      rows,
    )
  }
}
