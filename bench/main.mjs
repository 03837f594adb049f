// node bench/main.mjs [topic...] [--rounds N] [--quick]
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { startServer } from './start-server.mjs'
import { cli } from './topics/cli.mjs'
import { importCost } from './topics/import.mjs'
import { kubeconfig } from './topics/kubeconfig.mjs'
import { roundtrip } from './topics/roundtrip.mjs'
import { stdout } from './topics/stdout.mjs'
import { slowness, stdin } from './topics/transfer.mjs'

const topics = { stdout, stdin, slow: slowness, import: importCost, roundtrip, cli, kubeconfig }

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '5' }, quick: { type: 'boolean', default: false } },
})
const unknown = positionals.filter((name) => !Object.hasOwn(topics, name))
const rounds = values.quick ? 2 : Number(values.rounds)
if (unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
  console.error(
    `usage: node bench/main.mjs [topic...] [--rounds N] [--quick]\ntopics: ${Object.keys(topics).join(', ')}`,
  )
  process.exit(2)
}

const [cpu] = cpus()
console.log(
  `Node ${process.version}, ${process.platform} ${process.arch}, ${cpus().length} x ${cpu?.model ?? 'unknown CPU'}\n` +
    'median (min-max); ratios are medians of the ratios within a round',
)
const server = await startServer()
try {
  const settings = {
    target: server.target,
    rounds,
    scale: values.quick ? 1 / 8 : 1,
    short: values.quick,
  }
  for (const name of positionals.length > 0 ? positionals : Object.keys(topics)) {
    await topics[name](settings)
  }
} finally {
  server.stop()
}
