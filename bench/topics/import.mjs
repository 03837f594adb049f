import { runNode } from '../child.mjs'
import { column, interleave } from '../rounds.mjs'
import { median, spread } from '../statistics.mjs'
import { judged, printTable } from '../table.mjs'

const contenders = {
  'empty process': [],
  ws: [import.meta.resolve('ws')],
  podwire: [import.meta.resolve('../../dist/index.js')],
  'podwire/protocol': [import.meta.resolve('../../dist/protocol/index.js')],
  'client-node': [import.meta.resolve('@kubernetes/client-node')],
}

/** What it costs to have a module at hand; whole processes. */
export async function importCost({ short }) {
  const runs = short ? 5 : 20
  const samples = await interleave(runs, contenders, async (args) => {
    const { wall, stdout } = await runNode('programs/import.mjs', args)
    return { wall, ...JSON.parse(stdout) }
  })
  const above = (name, reference, key) =>
    median(samples[name].map((sample, index) => sample[key] - samples[reference][index][key]))
  const rows = Object.entries(samples).map(([name, own]) => {
    const wall = above(name, 'empty process', 'wall')
    return [
      name,
      spread(column(own, 'wall')),
      judged(wall, name === 'podwire/protocol' ? { atMost: 3 } : undefined, 1),
      judged(above(name, 'ws', 'wall'), name === 'podwire' ? { atMost: 8 } : undefined, 1),
      spread(column(own, 'memory'), 1),
      above(name, 'empty process', 'memory').toFixed(1),
      judged(above(name, 'ws', 'memory'), name === 'podwire' ? { atMost: 4 } : undefined, 1),
    ]
  })
  printTable(
    `import: ${runs} runs`,
    ['module', 'wall ms', 'over empty', 'over ws', 'RSS MiB', 'over empty', 'over ws'],
    rows,
  )
}
