import { measureClient } from '../child.mjs'
import { column, interleave } from '../rounds.mjs'
import { median, ratio, spread } from '../statistics.mjs'
import { judged, printTable } from '../table.mjs'

const mebibyte = 1024 * 1024
const frame = 32 * 1024
/** Bytes per second. */
const slow = 32e6

const clients = {
  'bare ws': { client: 'bare' },
  podwire: { client: 'podwire' },
  'client-node': { client: 'client-node' },
}

/** Input of a command, as fast as the server takes it. */
export function stdin(settings) {
  const budgets = { speed: { atLeast: 0.95 }, cpu: { atMost: 1.1 } }
  return transfer('stdin', { action: 'write' }, settings, budgets)
}

/** Output that the client's Writable takes slowly, and input that the server takes slowly. */
export async function slowness(settings) {
  const budgets = { memory: { atMost: 1.25 }, stall: { atMost: 50 } }
  await transfer('slow consumer', { action: 'pipe', frame, rate: slow }, settings, budgets)
  await transfer('slow sink', { action: 'write', rate: slow }, settings, budgets)
}

async function transfer(title, scenario, settings, budgets) {
  const { target, rounds, scale } = settings
  const bytes = Math.max(1, Math.round(256 * scale)) * mebibyte
  const samples = await interleave(rounds, clients, (contender) =>
    measureClient({ ...scenario, ...contender, target, bytes }),
  )
  const rows = Object.entries(samples).map(([name, own]) => {
    const of = (key) =>
      judged(
        ratio(column(own, key), column(samples['bare ws'], key)),
        name === 'podwire' ? budgets[key] : undefined,
      )
    return [
      name,
      spread(column(own, 'speed')),
      of('speed'),
      spread(column(own, 'cpu')),
      of('cpu'),
      spread(column(own, 'memory')),
      of('memory'),
      spread(column(own, 'stall')),
      judgedStall(name, median(column(own, 'stall')), budgets.stall),
    ]
  })
  const pace = scenario.rate === undefined ? '' : ` at ${scenario.rate / 1e6} MB/s`
  printTable(
    `${title}: ${bytes / mebibyte} MiB${pace}; ${rounds} rounds`,
    ['client', 'MB/s', 'ratio', 'CPU ms/GB', 'ratio', 'peak RSS MiB', 'ratio', 'longest stall ms'],
    rows,
  )
}

/** The one budget that is no ratio. */
function judgedStall(name, stall, budget) {
  return name === 'podwire' && budget !== undefined ? judged(stall, budget, 0) : ''
}
