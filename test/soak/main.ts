/** `npm run soak`: mixed sessions with random faults, until the time is over or something is wrong. */
import { parseArgs } from 'node:util'
import { Soak } from './soak.ts'

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '1' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
      session: { type: 'string' },
    },
  })
  const soak = await Soak.start(values.seed, (line) => process.stdout.write(`${line}\n`))
  process.exitCode =
    values.session === undefined
      ? await soak.run(Number(values.minutes) * 60_000)
      : await soak.replay(Number(values.session))
}

void main()
