import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'

it('a minute of mixed sessions with random faults', async () => {
  const child = spawn(process.execPath, ['scripts/soak.mjs', '--minutes', '1'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = new Promise((resolve) => child.once('close', resolve))
  const [output, complaints] = await Promise.all([text(child.stdout), text(child.stderr)])
  const code = await exited
  process.stdout.write(output)
  expect(complaints).toBe('')
  expect(output).toMatch(/nothing wrong\n$/)
  expect(code).toBe(0)
})
