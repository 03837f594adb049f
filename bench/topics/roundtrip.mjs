import { measureClient } from '../child.mjs'
import { interleave } from '../rounds.mjs'
import { median, ratio, spread } from '../statistics.mjs'
import { judged, printTable } from '../table.mjs'

const contenders = {
  'bare ws': { client: 'bare' },
  podwire: { client: 'podwire' },
  'client-node': { client: 'client-node' },
}

/** Commands that end at once, one after another, each over a TLS connection of its own. */
export async function roundtrip({ target, rounds, short }) {
  const count = short ? 50 : 300
  const samples = await interleave(rounds, contenders, async (contender) => {
    const { times, cpu } = await measureClient({ ...contender, action: 'run', target, count })
    return { time: median(times), cpu: (cpu.user + cpu.system) / 1000 / count }
  })
  const column = (name, key) => samples[name].map((sample) => sample[key])
  const rows = Object.keys(contenders).map((name) => [
    name,
    spread(column(name, 'time'), 2),
    judged(
      ratio(column(name, 'time'), column('bare ws', 'time')),
      name === 'podwire' ? { atMost: 1.1 } : undefined,
    ),
    spread(column(name, 'cpu'), 2),
    ratio(column(name, 'cpu'), column('bare ws', 'cpu')).toFixed(2),
  ])
  printTable(
    `exit 0 round trip: ${count} in a row per process; ${rounds} rounds`,
    ['client', 'median ms', 'ratio', 'CPU ms, process start included', 'ratio'],
    rows,
  )
}
