import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ClusterConfig, ExecOptions, Pod, Subprotocol } from '../../src/index.ts'
import { connect, StatusError, UpgradeError } from '../../src/index.ts'
import { subprotocols } from '../../src/protocol/index.ts'
import { rejection } from '../support/rejection.ts'
import type { ConformanceServer, ConformanceUser, Generation } from './conformance-server.ts'
import { generations, startConformanceServer } from './conformance-server.ts'
import { buildTimeout, missingGo } from './go-programs.ts'

const missing = missingGo()
const because = missing === null ? 'real Kubernetes code' : `skipped: ${missing}`

let server: ConformanceServer
beforeAll(async () => {
  if (missing === null) server = await startConformanceServer()
}, buildTimeout)
afterAll(() => server?.close())

const sh = (script: string) => ['sh', '-c', script]

function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** What a generation speaks: v5 came with the translator. */
function spokenBy(generation: Generation): readonly Subprotocol[] {
  return generation === 'l' ? subprotocols.filter((name) => !name.startsWith('v5.')) : subprotocols
}

describe.skipIf(missing !== null).each(generations)(`/%s (${because})`, (generation) => {
  async function podNamed(name: string, container?: string, config: Partial<ClusterConfig> = {}) {
    const cluster = await connect({ ...server.config(generation), ...config })
    return cluster.pod(name, { container })
  }
  let pod: Pod
  beforeAll(async () => {
    pod = await podNamed('web-0', 'app')
  })

  describe.each<Subprotocol | 'the default choice'>([
    'the default choice',
    ...spokenBy(generation),
  ])('over %s', (choice) => {
    const options: ExecOptions = choice === 'the default choice' ? {} : { subprotocol: choice }

    it('gives output, error output and exit code', async () => {
      const result = await pod.exec(sh('echo out; echo err >&2; exit 7'), options)
      expect(result).toMatchObject({
        exitCode: 7,
        stdout: 'out\n',
        stderr: 'err\n',
        verified: false,
        error: null,
        protocol: choice === 'the default choice' ? 'v4.channel.k8s.io' : choice,
      })
    })

    it.each([0, 1, 7, 126, 127, 255])('exit code %i', async (code) => {
      expect((await pod.exec(sh(`exit ${code}`), options)).exitCode).toBe(code)
    })

    it('a signal is 128 and its number', async () => {
      expect((await pod.exec(sh('kill -KILL $$'), options)).exitCode).toBe(137)
    })

    it('an unknown command is a StatusError with the runtime’s words', async () => {
      const error = await rejection(pod.exec(['no-such-command'], options))
      expect(error).toBeInstanceOf(StatusError)
      expect(error.exitCode).toBeNull()
      expect(error.message).toContain('executable file not found in $PATH')
    })

    it('every byte, and 8 MiB of them', async () => {
      const script = 'head -c 8388608 /dev/urandom | tee /dev/stderr'
      const { stdout, stderr } = await pod.exec(sh(script), { ...options, encoding: 'buffer' })
      expect(stdout.length).toBe(8 * 1024 * 1024)
      expect(sha256(stderr)).toBe(sha256(stdout))
    })
  })

  describe('stdin', () => {
    const mebibyte = randomBytes(1024 * 1024)
    async function* streamed(): AsyncGenerator<Uint8Array> {
      for (let offset = 0; offset < mebibyte.length; offset += 50_000) {
        yield mebibyte.subarray(offset, offset + 50_000)
      }
    }
    const command = sh('sha256sum | cut -d " " -f 1')

    it.each<[string, () => NonNullable<ExecOptions['stdin']>, string]>([
      ['empty', () => '', sha256('')],
      ['a string', () => 'grüße\n', sha256('grüße\n')],
      ['1 MiB', () => mebibyte, sha256(mebibyte)],
      ['1 MiB streamed', streamed, sha256(mebibyte)],
    ])('%s', async (_name, stdin, hash) => {
      const run = pod.exec(command, { stdin: stdin() })
      if (generation === 'l') {
        const error = await rejection<UpgradeError>(run)
        expect(error).toBeInstanceOf(UpgradeError)
        expect(error).toMatchObject({ code: 'ERR_SUBPROTOCOL', httpStatus: 403 })
        expect(error.message).toContain('stdin cannot be ended')
      } else {
        expect(await run).toMatchObject({ stdout: `${hash}\n`, exitCode: 0 })
      }
    })

    it.each(spokenBy(generation))('1 MiB of a known length by spawn over %s', async (name) => {
      const remote = await pod.spawn(sh(`head -c ${mebibyte.length} | sha256sum`), {
        stdin: true,
        subprotocol: name,
      })
      let output = ''
      remote.stdout?.on('data', (chunk: Buffer) => {
        output += chunk
      })
      remote.stdin?.write(mebibyte)
      expect(await remote.exit).toMatchObject({ exitCode: 0 })
      expect(output.split(' ')[0]).toBe(sha256(mebibyte))
    })
  })

  describe('a terminal', () => {
    it.each(spokenBy(generation))('over %s', async (name) => {
      // The size of the start comes after the start: the command waits for it, and then for another.
      const script = [
        'until [ "$(stty size)" = "43 132" ]; do sleep 0.02; done; echo first',
        'until [ "$(stty size)" = "24 80" ]; do sleep 0.02; done; echo second',
        'read -r line; echo "got $line"; cat; echo end; exit 5',
      ].join('\n')
      const remote = await pod.spawn(sh(script), {
        tty: { columns: 132, rows: 43 },
        stdin: true,
        subprotocol: name,
      })
      expect(remote.stderr).toBeNull()
      const replies: [string, () => void][] = [
        ['first', () => remote.resize({ columns: 80, rows: 24 })],
        ['second', () => remote.stdin?.write('hello\n')],
        // EOT alone on its line is the end of input.
        ['got hello', () => remote.stdin?.write('\u0004')],
      ]
      let output = ''
      remote.stdout?.setEncoding('utf8').on('data', (text: string) => {
        output += text
        if (replies[0] && output.includes(replies[0][0])) replies.shift()?.[1]()
      })
      expect(await remote.exit).toMatchObject({ exitCode: 5 })
      // What is typed is echoed by the terminal.
      expect(output.replaceAll('\r\n', '\n')).toBe('first\nsecond\nhello\ngot hello\nend\n')
    })

    it('without a stdin of the caller’s', async () => {
      for (let run = 0; run < 20; run += 1) {
        const remote = await pod.spawn(sh('echo out; exit 3'), { tty: true })
        let output = ''
        remote.stdout?.setEncoding('utf8').on('data', (text: string) => {
          output += text
        })
        expect(await remote.exit).toMatchObject({ exitCode: 3 })
        expect(output).toBe('out\r\n')
      }
    })
  })

  describe('refusals', () => {
    const forbidden = (user: string) =>
      `pods "web-0" is forbidden: User "${user}" cannot get resource "pods/exec" in API group "" in the namespace "default"`
    const needsCreate = generation !== 'l'

    async function refusal(run: Promise<unknown>): Promise<UpgradeError> {
      const error = await rejection<UpgradeError>(run)
      expect(error).toBeInstanceOf(UpgradeError)
      return error
    }
    async function as(user: ConformanceUser): Promise<Pod> {
      return podNamed('web-0', 'app', server.config(generation, user))
    }

    it('a wrong token', async () => {
      const stranger = await podNamed('web-0', 'app', { auth: { token: 'wrong' } })
      expect(await refusal(stranger.exec(['true']))).toMatchObject({
        httpStatus: 401,
        status: { message: 'Unauthorized', reason: 'Unauthorized', code: 401 },
      })
    })

    it('no credentials', async () => {
      const { server: url, tls } = server.config(generation)
      const cluster = await connect({ server: url, ...(tls && { tls }) })
      const error = await refusal(cluster.pod('web-0', { container: 'app' }).exec(['true']))
      expect(error.status?.message).toBe(forbidden('system:anonymous'))
    })

    it('a role without get', async () => {
      const error = await refusal((await as('creator')).exec(['true']))
      expect(error).toMatchObject({
        httpStatus: 403,
        status: { message: forbidden('creator'), reason: 'Forbidden' },
      })
    })

    it('a role without create, which was enough up to 1.34', async () => {
      const run = (await as('getter')).exec(['true'])
      if (needsCreate) {
        const error = await refusal(run)
        expect(error.status?.message).toBe('pods "web-0" is forbidden: ')
        expect(error.hint).toContain('create')
      } else {
        expect(await run).toMatchObject({ exitCode: 0 })
      }
    })

    it('a role with both works', async () => {
      expect(await (await as('executor')).exec(['true'])).toMatchObject({ exitCode: 0 })
    })

    it.each<[string, string | undefined, number, string]>([
      ['zzz', undefined, 404, 'pods "zzz" not found'],
      ['web-0', 'zzz', 400, 'container zzz is not valid for pod web-0'],
      [
        'web-0',
        undefined,
        400,
        'a container name must be specified for pod web-0, choose one of: [app sidecar]',
      ],
      ['pending-0', undefined, 400, 'pod pending-0 does not have a host assigned'],
    ])('pod %s, container %s', async (name, container, httpStatus, message) => {
      const error = await refusal((await podNamed(name, container)).exec(['true']))
      expect(error).toMatchObject({ httpStatus, status: { message } })
    })

    it('a container that has ended, in the runtime’s own words', async () => {
      const error = await refusal((await podNamed('done-0')).exec(['true']))
      expect(error).toMatchObject({ httpStatus: 500, status: null })
      expect(error.message).toContain('container is in CONTAINER_EXITED state')
    })
  })

  it('a client certificate', async () => {
    const { ca, clientCert } = server
    const { server: url } = server.config(generation)
    const cluster = await connect({ server: url, tls: { ca, ...clientCert } })
    expect(await cluster.pod('solo-0').exec(['echo', 'hi'])).toMatchObject({ stdout: 'hi\n' })
  })
})
