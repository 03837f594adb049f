import { measureClient } from '../child.mjs'
import { column, interleave } from '../rounds.mjs'
import { ratio, spread } from '../statistics.mjs'
import { judged, printTable } from '../table.mjs'

const mebibyte = 1024 * 1024
const frame = 32 * 1024
/** Bytes per second. */
const slow = 32e6

const clients = ['bare', 'podwire', 'client-node']
const names = { bare: 'bare ws' }

/** Input of a command, as fast as the server takes it. */
export function stdin(settings) {
  return transfer('stdin', { action: 'write' }, settings, {
    speed: { atLeast: 0.95 },
    cpu: { atMost: 1.1 },
  })
}

/** Output that the client's Writable takes slowly, and input that the server takes slowly. */
export async function slowness(settings) {
  const budgets = { memory: { atMost: 1.25 }, stall: 50 }
  await transfer('slow consumer', { action: 'pipe', frame, rate: slow }, settings, budgets)
  await transfer('slow sink', { action: 'write', rate: slow }, settings, budgets)
}

async function transfer(title, scenario, { target, rounds, scale }, budgets) {
  const bytes = Math.max(1, Math.round(256 * scale)) * mebibyte
  const contenders = Object.fromEntries(
    clients.map((client) => [names[client] ?? client, { ...scenario, client }]),
  )
  const samples = await interleave(rounds, contenders, (contender) =>
    measureClient({ ...contender, target, bytes }),
  )
  const rows = Object.entries(samples).map(([name, own]) => {
    const of = (key) =>
      judged(
        ratio(column(own, key), column(samples['bare ws'], key)),
        name === 'podwire' ? budgets[key] : undefined,
      )
    const stall = Math.max(...column(own, 'stall'))
    return [
      name,
      spread(column(own, 'speed')),
      of('speed'),
      spread(column(own, 'cpu')),
      of('cpu'),
      spread(column(own, 'memory')),
      of('memory'),
      name === 'podwire' && budgets.stall !== undefined
        ? judged(stall, { atMost: budgets.stall }, 0)
        : stall.toFixed(0),
    ]
  })
  const pace = scenario.rate === undefined ? '' : ` at ${scenario.rate / 1e6} MB/s`
  printTable(
    `${title}: ${bytes / mebibyte} MiB${pace}; ${rounds} rounds`,
    ['client', 'MB/s', 'ratio', 'CPU ms/GB', 'ratio', 'peak RSS MiB', 'ratio', 'longest stall ms'],
    rows,
  )
}
