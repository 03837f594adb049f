// A program that connects its terminal with a command in a pod, for tests that end it in all ways. It says its pid first.
import { createInterface } from 'node:readline'
import { attachTerminal, connect } from '../../dist/index.js'

const cluster = await connect()
const remote = await cluster.pod('web-0', { container: 'app' }).spawn(process.argv.slice(2), {
  stdin: true,
  tty: true,
})
process.on('SIGUSR2', () => {
  throw new Error('crashed')
})
process.on('SIGWINCH', () => {})
process.on('SIGALRM', () => process.exit(7))
process.stdout.write(`pid=${process.pid};\r\n`)
const { exitCode } = await attachTerminal(remote, { detachKeys: 'ctrl-p,ctrl-q' })
process.stdout.write(`exit code ${exitCode}\r\n`)
// The terminal is free: another reader gets what is typed next.
const reader = createInterface({ input: process.stdin })
reader.once('line', (line) => {
  process.stdout.write(`read ${line}\n`)
  reader.close()
})
