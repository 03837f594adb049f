import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { CredentialHost } from '../../../src/auth/credential-host.ts'
import { execCredential } from '../../../src/auth/exec-credential.ts'
import type { ExecPlugin } from '../../../src/auth/exec-plugin.ts'
import type { AuthError } from '../../../src/errors.ts'
import { pem } from '../kubeconfig/pems.ts'
import { plugin, scratch } from './plugins.ts'

function obtain(exec: ExecPlugin, host: CredentialHost = {}) {
  return execCredential(exec, host, new AbortController().signal)
}

async function failureOf(exec: ExecPlugin, host: CredentialHost = {}): Promise<AuthError> {
  return obtain(exec, host).then(
    () => expect.unreachable(),
    (error: AuthError) => error,
  )
}

describe('a plugin', () => {
  test('is given its arguments, its variables and what it is for', async () => {
    await using made = await scratch()
    const exec = plugin('report.mjs', {
      apiVersion: 'client.authentication.k8s.io/v1beta1',
      args: ['./x', '$HOME', 'a b'],
      env: { REPORT: made.file('report'), A: '$B', HOST: 'kubeconfig', KUBERNETES_EXEC_INFO: 'x' },
      cluster: { server: 'https://h', config: { a: 1 } },
    })
    const env = { PATH: process.env['PATH'], HOST: 'process', B: 'b' }
    expect(await obtain(exec, { env })).toEqual({ headers: { Authorization: 'Bearer reported' } })
    const report = JSON.parse(await made.read('report'))
    expect(report).toMatchObject({
      args: ['./x', '$HOME', 'a b'],
      env: { A: '$B', B: 'b', HOST: 'kubeconfig' },
      cwd: process.cwd(),
      info: `{"kind":"ExecCredential","apiVersion":"${exec.apiVersion}","spec":{"cluster":{"server":"https://h","config":{"a":1}},"interactive":false}}\n`,
    })
  })

  test('may give a certificate', async () => {
    await using made = await scratch()
    const fixtures = new URL('../../../fixtures/kubeconfig/tls/', import.meta.url).pathname
    const env = {
      REPORT: made.file('report'),
      CERT: `${fixtures}client.pem`,
      KEY: `${fixtures}client.key`,
    }
    expect(await obtain(plugin('report.mjs', { env }))).toEqual({
      headers: { Authorization: 'Bearer reported' },
      cert: pem('client.pem'),
      key: pem('client.key'),
    })
  })

  test('is found in PATH of this process, whatever PATH it is given', async () => {
    const folder = plugin('').command
    const exec = plugin('', { command: 'token.sh', env: { PATH: '/no/such:/usr/bin:/bin' } })
    const env = { PATH: `${folder}:${process.env['PATH']}` }
    expect((await obtain(exec, { env })).headers).toHaveProperty('Authorization')
    const elsewhere = { ...exec, env: env as Record<string, string> }
    expect(await failureOf(elsewhere, { env: { PATH: '/no/such' } })).toMatchObject({
      code: 'ERR_PLUGIN_NOT_FOUND',
    })
  })
})

describe('the terminal', () => {
  const interactiveIn = async (
    interactiveMode: ExecPlugin['interactiveMode'],
    terminal: boolean,
  ): Promise<unknown> => {
    await using made = await scratch()
    const exec = plugin('report.mjs', {
      env: { REPORT: made.file('report') },
      ...(interactiveMode !== undefined && { interactiveMode }),
    })
    await obtain(exec, { isTerminal: () => terminal })
    return JSON.parse(JSON.parse(await made.read('report')).info).spec.interactive
  }

  test.each([
    ['Never', true, false],
    ['Never', false, false],
    ['IfAvailable', true, true],
    ['IfAvailable', false, false],
    ['Always', true, true],
  ] as const)('%s with a terminal (%s) gives interactive %s', async (mode, terminal, given) => {
    expect(await interactiveIn(mode, terminal)).toBe(given)
  })

  test('Always needs one', async () => {
    const exec = plugin('token.sh', { interactiveMode: 'Always' })
    const error = await failureOf(exec, { isTerminal: () => false })
    expect(error.code).toBe('ERR_PLUGIN_FAILED')
    expect(error.message).toMatch(/must have a terminal .*, and standard input is none/)
  })
})

describe('a failure', () => {
  test('names command and exit code, and keeps stderr in a field that is not printed', async () => {
    const chunks: string[] = []
    const exec = plugin('print.sh', {
      args: ['s3cret-out', 's3cret-err', '3'],
      env: { X: 's3cret-env' },
    })
    const error = await failureOf(exec, {
      onPluginStderr: (chunk) => chunks.push(Buffer.from(chunk).toString()),
    })
    expect(error).toMatchObject({
      name: 'AuthError',
      code: 'ERR_PLUGIN_FAILED',
      command: exec.command,
      exitCode: 3,
      stderr: 's3cret-err',
    })
    expect(error.message).toContain(`${exec.command} failed with exit code 3; see the stderr`)
    expect(chunks.join('')).toBe('s3cret-err')
    const shown = inspect(error, { depth: 20 }) + JSON.stringify(error) + String(error.stack)
    expect(shown).not.toContain('s3cret')
    expect(inspect(error, { depth: 20, showHidden: true })).not.toMatch(/s3cret-(?:out|env)/)
  })

  test('counts even when there is a credential', async () => {
    const output = JSON.stringify({
      apiVersion: plugin('').apiVersion,
      status: { token: 's3cret' },
    })
    const error = await failureOf(plugin('print.sh', { args: [output, '', '1'] }))
    expect(error).toMatchObject({ code: 'ERR_PLUGIN_FAILED', exitCode: 1, stderr: '' })
    expect(error.message).toContain('run it by hand')
  })

  test('of one that takes too long', async () => {
    await using made = await scratch()
    const exec = plugin('hang.sh', { env: { PID_FILE: made.file('pid') } })
    const error = await failureOf(exec, { pluginTimeout: 200 })
    expect(error).toMatchObject({ code: 'ERR_PLUGIN_FAILED', exitCode: null })
    expect(error.message).toContain('did not end within 0.2 seconds')
  })

  test('to find it shows the hint, without its escapes', async () => {
    for (const command of ['no-such-plugin', '/no/such/plugin']) {
      const error = await failureOf(plugin('', { command, installHint: 'GET\u001b[31m IT' }))
      expect(error).toMatchObject({ code: 'ERR_PLUGIN_NOT_FOUND', command, exitCode: null })
      expect(error.message).toMatch(/; install it\nGETU\+001B\[31m IT$/)
    }
  })

  test('to be allowed comes before anything is run', async () => {
    await using made = await scratch()
    const exec = plugin('token.sh', { env: { RUNS: made.file('runs') } })
    for (const execPlugins of ['deny', ['other']] as const) {
      const error = await failureOf(exec, { execPlugins })
      expect(error).toMatchObject({ code: 'ERR_PLUGIN_DENIED', command: exec.command })
    }
    await expect(made.read('runs')).rejects.toThrow()
    const allowed = await obtain(exec, { execPlugins: [exec.command] })
    expect(allowed.headers).toEqual({ Authorization: 'Bearer t-1' })
  })

  test('to be there is not told of one that is denied', async () => {
    const error = await failureOf(plugin('no-such'), { execPlugins: 'deny' })
    expect(error.code).toBe('ERR_PLUGIN_DENIED')
  })
})
