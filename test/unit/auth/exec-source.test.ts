import { setTimeout as delay } from 'node:timers/promises'
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { credentialSource } from '../../../src/auth/credential-source.ts'
import type { ExecPlugin } from '../../../src/auth/exec-plugin.ts'
import { execSource } from '../../../src/auth/exec-source.ts'
import type { Scratch } from './plugins.ts'
import { plugin, scratch } from './plugins.ts'

function token(made: Scratch, env: Record<string, string> = {}): ExecPlugin {
  return plugin('token.sh', { env: { RUNS: made.file('runs'), ...env } })
}

const authorization = (value: string) => ({ headers: { Authorization: `Bearer ${value}` } })

test('the plugin is run when it is needed, once for all who ask', async () => {
  await using made = await scratch()
  const source = execSource(token(made, { DELAY: '0.1' }), {})
  expect(source.refreshable).toBe(true)
  await expect(made.read('runs')).rejects.toThrow()
  const [a, b] = await Promise.all([source.credential(), source.credential()])
  expect([a, b, await source.credential()]).toEqual(Array(3).fill(authorization('t-1')))
})

test('clusters with the same plugin share its credential, and others do not', async () => {
  await using made = await scratch()
  const exec = token(made)
  const ask = (other: ExecPlugin) => execSource(other, {}).credential()
  expect(await ask(exec)).toEqual(authorization('t-1'))
  expect(await ask({ ...exec, env: { ...exec.env } })).toEqual(authorization('t-1'))
  expect(await ask({ ...exec, args: ['x'] })).toEqual(authorization('t-2'))
  expect(await ask({ ...exec, env: { ...exec.env, X: '1' } })).toEqual(authorization('t-3'))
  expect(await ask({ ...exec, cluster: { server: 'https://a' } })).toEqual(authorization('t-4'))
  expect(await ask({ ...exec, cluster: { server: 'https://b' } })).toEqual(authorization('t-5'))
})

test('what is kept does not get around the policy', async () => {
  await using made = await scratch()
  const exec = token(made)
  await execSource(exec, {}).credential()
  const denied = execSource(exec, { execPlugins: 'deny' }).credential()
  await expect(denied).rejects.toMatchObject({ code: 'ERR_PLUGIN_DENIED' })
})

test('a rejected credential is replaced once', async () => {
  await using made = await scratch()
  const source = credentialSource({ exec: token(made) })
  const old = await source.credential()
  const both = await Promise.all([source.credential(old), source.credential(old)])
  expect(both).toEqual([authorization('t-2'), authorization('t-2')])
  expect(await source.credential(old)).toBe(both[0])
})

test('an expired one is replaced', async () => {
  await using made = await scratch()
  const source = execSource(token(made, { EXPIRES: '2001-01-01T00:00:00Z' }), {})
  expect(await source.credential()).toMatchObject(authorization('t-1'))
  expect(await source.credential()).toMatchObject(authorization('t-2'))
})

test('an abort ends a plugin that nobody else waits for', async () => {
  await using made = await scratch()
  const exec = plugin('hang.sh', { env: { PID_FILE: made.file('pid') } })
  const controller = new AbortController()
  const asked = execSource(exec, {}).credential(undefined, controller.signal)
  let pid = 0
  while (pid === 0) {
    await delay(10)
    pid = Number(await made.read('pid').catch(() => ''))
  }
  controller.abort('enough')
  await expect(asked).rejects.toBe('enough')
  for (;;) {
    try {
      process.kill(pid, 0)
    } catch {
      break
    }
    await delay(10)
  }
})

test('a policy that is none is refused at once', () => {
  expect(() => execSource(plugin('token.sh'), { execPlugins: [] })).toThrow(RangeError)
})

test('neither the source nor its credential can be printed', async () => {
  await using made = await scratch()
  const source = execSource(token(made, { TOKEN: 's3cret' }), {})
  const credential = await source.credential()
  const shown = inspect([source, credential], { depth: 20 }) + JSON.stringify([source, credential])
  expect(shown).not.toContain('s3cret')
})
